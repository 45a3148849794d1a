#include "core/trade_case.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "base/map.h"
#include "core/code.h"

const char *const case_state_names[CASE_STATE_COUNT + 1] = {
    [CASE_UNKNOWN] = "unknown",
    [CASE_PETITION] = "petition",
    [CASE_INVESTIGATION] = "investigation",
    [CASE_PRELIMINARY] = "preliminary",
    [CASE_FINAL] = "final",
    [CASE_IN_FORCE] = "in-force",
    [CASE_SUSPENDED] = "suspended",
    [CASE_ENDED] = "ended",
    [CASE_REVOKED] = "revoked",
};

struct folder {
    struct notices *notices;
    const struct countries *countries;
    struct trade_cases cases;
    struct map by_docket;  /* market, docket, origin, type */
    struct map by_product; /* market, type, origin, product */
};

/* Which case a notice is about. */
struct target {
    const char *docket; /* NULL: not known */
    const char *origin;
    enum measure_type type;
};

/* ---- names ---- */

/* The product in small letters and digits, parted by -, without "certain" in front: agencies differ in how
 * they write the rest. */
static const char *product_key(struct arena *arena, const char *product)
{
    char *key = arena_strdup(arena, product);
    size_t len = 0;
    for (const char *at = product; *at != '\0'; at++) {
        char c = *at >= 'A' && *at <= 'Z' ? (char)(*at + ('a' - 'A')) : *at;
        bool keep = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        if (keep)
            key[len++] = c;
        else if (len > 0 && key[len - 1] != '-')
            key[len++] = '-';
    }
    while (len > 0 && key[len - 1] == '-')
        len--;
    key[len] = '\0';
    return str_starts(key, "certain-") ? key + strlen("certain-") : key;
}

static const char *law_name(enum measure_type type)
{
    return type == MEASURE_ANTI_DUMPING     ? "AD"
           : type == MEASURE_COUNTERVAILING ? "CVD"
           : type == MEASURE_SAFEGUARD      ? "SG"
                                            : "AC";
}

/* The name of a case without a docket. A long product is cut, and told from others that begin alike. */
static const char *made_id(struct arena *arena, const struct notice *notice, const struct target *target)
{
    enum { KEY_BYTES_MAX = 60, MARK_BYTES = 8 };
    const char *key = product_key(arena, notice->product);
    size_t len = strlen(key);
    if (len > KEY_BYTES_MAX)
        key = arena_printf(
            arena, "%.*s-%.*s", KEY_BYTES_MAX - MARK_BYTES - 1, key, MARK_BYTES, digest_of(key, len).hex);
    return arena_printf(arena, "%s-%s-%s-%s", notice->market, law_name(target->type), target->origin, key);
}

/* ---- the case of a notice ---- */

static uint32_t add_case(struct folder *folder, const struct notice *notice, const struct target *target)
{
    struct trade_cases *cases = &folder->cases;
    struct trade_case made = {.id = target->docket,
        .market = notice->market,
        .against = target->origin,
        .product = notice->product,
        .type = target->type,
        .petition = DATE_NONE,
        .initiation = DATE_NONE,
        .preliminary = DATE_NONE,
        .final = DATE_NONE,
        .from = DATE_NONE,
        .revoked = DATE_NONE,
        .ended = DATE_NONE,
        .first = INT32_MAX,
        .newest = INT32_MIN,
        .newest_notice = "",
        .url = "",
        .step = DATE_NONE,
        .step_notice = "",
        .step_url = ""};
    if (made.id == NULL)
        made.id = made_id(&folder->notices->arena, notice, target);
    cases->items = alloc_grow(cases->items, cases->len, &cases->cap, sizeof *cases->items);
    cases->items[cases->len] = made;
    return (uint32_t)cases->len++;
}

/* The index of the case: by docket; without one, by product. A docket is known by its product too. */
static uint32_t find_case(struct folder *folder, const struct notice *notice, const struct target *target)
{
    struct arena *arena = &folder->notices->arena;
    const char *docket = target->docket != NULL ? target->docket : "";
    struct slice by_docket = slice_of(
        arena_printf(arena, "%s|%s|%s|%d", notice->market, docket, target->origin, (int)target->type));
    struct slice by_product = slice_of(arena_printf(arena, "%s|%d|%s|%s", notice->market, (int)target->type,
        target->origin, product_key(arena, notice->product)));
    uint32_t found;
    bool known = target->docket != NULL
                     ? map_get(&folder->by_docket, by_docket.data, by_docket.len, &found)
                     : map_get(&folder->by_product, by_product.data, by_product.len, &found);
    if (!known)
        found = add_case(folder, notice, target);
    if (target->docket != NULL)
        map_put(&folder->by_docket, by_docket.data, by_docket.len, found);
    if (notice->product[0] != '\0')
        map_put(&folder->by_product, by_product.data, by_product.len, found);
    return found;
}

/* ---- what a notice says of its case ---- */

/* The earliest day that is said, but for what a correction says. Corrections come after what they mend. */
static void put_day(int32_t *day, int32_t other, const struct notice *notice)
{
    if (*day == DATE_NONE || other < *day || notice->correction)
        *day = other;
}

static void put_codes(struct trade_case *trade_case, const struct texts *codes)
{
    struct text_list *list = &trade_case->codes;
    for (size_t i = 0; i < codes->len; i++) {
        bool known = false;
        for (size_t k = 0; k < list->len && !known; k++)
            known = str_equal(list->items[k], codes->items[i]);
        if (known)
            continue;
        list->items = alloc_grow(list->items, list->len, &list->cap, sizeof *list->items);
        list->items[list->len++] = codes->items[i];
    }
}

/* A negative finding of the Commission ends a case at any time, one of Commerce at its end. */
static bool ends_case(const struct notice *notice)
{
    return notice->step == STEP_TERMINATION ||
           (notice->outcome == OUTCOME_NEGATIVE &&
               (notice->step == STEP_FINAL ||
                   (notice->step == STEP_PRELIMINARY && str_equal(notice->agency, "ITC"))));
}

static void put_initiation(struct trade_case *trade_case, const struct notice *notice, int32_t day)
{
    bool was_listed = trade_case->listed_only;
    bool first = trade_case->initiation == DATE_NONE;
    if (notice->listed && !first && !was_listed)
        return; /* a day that a notice gave stands against one that a list was had on */
    if (!notice->listed && was_listed)
        trade_case->initiation = DATE_NONE;
    trade_case->listed_only = notice->listed;
    put_day(&trade_case->initiation, day, notice);
}

/* Of investigations and inquiries into circumvention. */
static void put_step(struct trade_case *trade_case, const struct notice *notice, int32_t day)
{
    bool inquiry = notice->proceeding == PROCEEDING_CIRCUMVENTION;
    if (ends_case(notice))
        put_day(&trade_case->ended, day, notice);
    else if (notice->step == STEP_INSTITUTION)
        put_day(&trade_case->petition, day, notice);
    else if (notice->step == STEP_INITIATION)
        put_initiation(trade_case, notice, day);
    else if (notice->step == STEP_PRELIMINARY)
        put_day(&trade_case->preliminary, day, notice);
    else if (notice->step == STEP_ORDER || (inquiry && notice->step == STEP_FINAL))
        put_day(&trade_case->from, day, notice);
    else if (notice->step == STEP_FINAL)
        put_day(&trade_case->final, day, notice);
}

/* There are reviews of orders only, so that a review says that there is one. */
static bool is_of_order(const struct notice *notice)
{
    return notice->proceeding == PROCEEDING_REVIEW || notice->proceeding == PROCEEDING_SUNSET ||
           notice->proceeding == PROCEEDING_CHANGED_CIRCUMSTANCES || notice->proceeding == PROCEEDING_SCOPE;
}

/* Whether what it says is a step of its case, other than of a review of it. */
static bool is_step(const struct notice *notice)
{
    bool own =
        notice->proceeding == PROCEEDING_INVESTIGATION || notice->proceeding == PROCEEDING_CIRCUMVENTION;
    bool moves = notice->step == STEP_INSTITUTION || notice->step == STEP_INITIATION ||
                 notice->step == STEP_PRELIMINARY || notice->step == STEP_FINAL ||
                 notice->step == STEP_ORDER || notice->step == STEP_TERMINATION;
    return notice->step == STEP_REVOCATION || (own && moves);
}

static bool is_later(const struct notice *notice, int32_t day, const char *id)
{
    return notice->published > day || (notice->published == day && strcmp(notice->id, id) > 0);
}

static void put_reference(struct trade_case *trade_case, const struct notice *notice)
{
    if (is_later(notice, trade_case->newest, trade_case->newest_notice)) {
        trade_case->newest = notice->published;
        trade_case->newest_notice = notice->id;
        trade_case->url = notice->url;
    }
    if (is_step(notice) && is_later(notice, trade_case->step, trade_case->step_notice)) {
        trade_case->step = notice->published;
        trade_case->step_notice = notice->id;
        trade_case->step_url = notice->url;
    }
}

/* A correction is dated by when it was made, not by what it mends: it moves a step only where it names the
 * day of that. */
static void put_notice(struct trade_case *trade_case, const struct notice *notice)
{
    int32_t day = notice->effective != DATE_NONE ? notice->effective : notice->published;
    trade_case->notices++;
    put_codes(trade_case, &notice->codes);
    if (notice->published < trade_case->first) {
        trade_case->first = notice->published;
        if (notice->product[0] != '\0')
            trade_case->product = notice->product;
    }
    put_reference(trade_case, notice);
    if (notice->correction && notice->effective == DATE_NONE)
        return;
    trade_case->in_force = trade_case->in_force || notice->in_force || is_of_order(notice);
    trade_case->suspended = trade_case->suspended || notice->proceeding == PROCEEDING_SUSPENSION;
    if (notice->step == STEP_REVOCATION)
        put_day(&trade_case->revoked, day, notice);
    else if (notice->proceeding == PROCEEDING_INVESTIGATION || notice->proceeding == PROCEEDING_CIRCUMVENTION)
        put_step(trade_case, notice, day);
}

static void put(struct folder *folder, const struct notice *notice, const struct target *target)
{
    uint32_t found = find_case(folder, notice, target);
    put_notice(&folder->cases.items[found], notice);
}

/* ---- dockets ---- */

static bool is_us_docket(const char *number)
{
    return (number[0] == 'A' || number[0] == 'C') && number[1] == '-';
}

/* Numbers of the Commission stand beside Commerce's docket, and are no case of their own. */
static bool is_docket(const char *number)
{
    return is_us_docket(number) || number[0] < '0' || number[0] > '9';
}

static bool has_docket(const struct notice *notice)
{
    for (size_t i = 0; i < notice->cases.len; i++)
        if (is_docket(notice->cases.items[i]))
            return true;
    return false;
}

/* The three digits of A-552-821 begin a Schedule C code, as a rule. NULL where they begin none or several. */
static const char *country_of(const struct folder *folder, const char *docket)
{
    const char *found = NULL;
    if (!is_us_docket(docket) || folder->countries == NULL)
        return NULL;
    for (size_t i = 0; i < folder->countries->len; i++) {
        const char *const *codes = folder->countries->items[i].codes;
        if (codes[COUNTRY_CENSUS] == NULL || strncmp(codes[COUNTRY_CENSUS], docket + 2, 3) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = codes[COUNTRY_ISO2];
    }
    return found;
}

static enum measure_type type_of(const struct notice *notice, unsigned law)
{
    if (notice->proceeding == PROCEEDING_CIRCUMVENTION)
        return MEASURE_CIRCUMVENTION;
    return law == LAW_COUNTERVAILING ? MEASURE_COUNTERVAILING
           : law == LAW_SAFEGUARD    ? MEASURE_SAFEGUARD
                                     : MEASURE_ANTI_DUMPING;
}

/* One docket of a notice, against the origins that it can be against. Of a US docket that is one, other than
 * in an inquiry into circumvention; which of several is not guessed. */
static void put_docket(struct folder *folder, const struct notice *notice, const char *docket)
{
    unsigned law = docket[0] == 'C'       ? LAW_COUNTERVAILING
                   : is_us_docket(docket) ? LAW_ANTI_DUMPING
                                          : notice->laws;
    struct target target = {.docket = docket, .type = type_of(notice, law)};
    target.origin = country_of(folder, docket);
    bool inquiry = notice->proceeding == PROCEEDING_CIRCUMVENTION;
    if (is_us_docket(docket) && !inquiry && target.origin != NULL) {
        put(folder, notice, &target);
        return;
    }
    if (is_us_docket(docket) && !inquiry && notice->origins.len > 1)
        return;
    for (size_t i = 0; i < notice->origins.len; i++) {
        target.origin = notice->origins.items[i];
        put(folder, notice, &target);
    }
}

/* A case for each law and origin that the notice names. */
static void put_product(struct folder *folder, const struct notice *notice)
{
    static const unsigned laws[] = {LAW_ANTI_DUMPING, LAW_COUNTERVAILING, LAW_SAFEGUARD};
    bool inquiry = notice->proceeding == PROCEEDING_CIRCUMVENTION;
    if (notice->product[0] == '\0')
        return;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        if ((notice->laws & laws[i]) == 0)
            continue;
        for (size_t k = 0; k < notice->origins.len; k++) {
            struct target target = {NULL, notice->origins.items[k], type_of(notice, laws[i])};
            put(folder, notice, &target);
        }
        if (inquiry)
            return; /* both laws' orders are one inquiry */
    }
}

/* ---- the fold ---- */

static int by_name(const void *a, const void *b)
{
    const struct trade_case *x = a, *y = b;
    int order = strcmp(x->market, y->market);
    if (order == 0)
        order = strcmp(x->id, y->id);
    if (order == 0)
        order = strcmp(x->against, y->against);
    return order != 0 ? order : (int)x->type - (int)y->type;
}

/* Corrections last. */
static int by_day(const void *a, const void *b)
{
    const struct notice *const *x = a, *const *y = b;
    if ((*x)->correction != (*y)->correction)
        return (*x)->correction ? 1 : -1;
    if ((*x)->published != (*y)->published)
        return (*x)->published < (*y)->published ? -1 : 1;
    return strcmp((*x)->id, (*y)->id);
}

/* Dockets first, so that a notice without one finds its case. */
void trade_cases_fold(
    struct notices *notices, const struct countries *countries, struct trade_cases *ret_cases)
{
    struct folder folder = {.notices = notices, .countries = countries};
    const struct notice **sorted = alloc_zeroed(notices->len, sizeof *sorted);
    for (size_t i = 0; i < notices->len; i++)
        sorted[i] = &notices->items[i];
    if (notices->len > 0)
        qsort(sorted, notices->len, sizeof *sorted, by_day);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < notices->len; i++) {
            const struct notice *notice = sorted[i];
            if (notice->proceeding == PROCEEDING_OTHER || has_docket(notice) != (pass == 0))
                continue;
            for (size_t k = 0; pass == 0 && k < notice->cases.len; k++)
                if (is_docket(notice->cases.items[k]))
                    put_docket(&folder, notice, notice->cases.items[k]);
            if (pass == 1)
                put_product(&folder, notice);
        }
    if (folder.cases.len > 0)
        qsort(folder.cases.items, folder.cases.len, sizeof *folder.cases.items, by_name);
    alloc_free(sorted);
    map_deinit(&folder.by_docket);
    map_deinit(&folder.by_product);
    *ret_cases = folder.cases;
}

void trade_cases_deinit(struct trade_cases *cases)
{
    for (size_t i = 0; i < cases->len; i++)
        alloc_free(cases->items[i].codes.items);
    alloc_free(cases->items);
    *cases = TRADE_CASES_NULL;
}

enum case_state trade_case_state(const struct trade_case *trade_case)
{
    bool in_force = trade_case->from != DATE_NONE || trade_case->in_force;
    return trade_case->revoked != DATE_NONE       ? CASE_REVOKED
           : trade_case->suspended                ? CASE_SUSPENDED
           : in_force                             ? CASE_IN_FORCE
           : trade_case->ended != DATE_NONE       ? CASE_ENDED
           : trade_case->final != DATE_NONE       ? CASE_FINAL
           : trade_case->preliminary != DATE_NONE ? CASE_PRELIMINARY
           : trade_case->initiation != DATE_NONE  ? CASE_INVESTIGATION
           : trade_case->petition != DATE_NONE    ? CASE_PETITION
                                                  : CASE_UNKNOWN;
}

bool trade_case_concerns(const struct trade_case *trade_case, const char *code)
{
    for (size_t i = 0; i < trade_case->codes.len; i++)
        if (code_is_within(trade_case->codes.items[i], code) ||
            code_is_within(code, trade_case->codes.items[i]))
            return true;
    return false;
}
