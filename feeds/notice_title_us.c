#include <string.h>

#include "feeds/notice_title.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

/* ---- tables of words ---- */

const char *notice_title_trim(struct slice text, struct arena *arena)
{
    while (text.len > 0 && strchr(" ,\t\r\n", text.data[text.len - 1]) != NULL)
        text.len--;
    while (text.len > 0 && strchr(" ,\t\r\n", text.data[0]) != NULL) {
        text.data++;
        text.len--;
    }
    return arena_strndup(arena, text.data, text.len);
}

int notice_title_first_row(const char *text, const struct title_word *table, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (notice_text_has(text, table[i].words))
            return table[i].meaning;
    return -1;
}

int notice_title_first_place(const char *text, const struct title_word *table, size_t n)
{
    const char *first = NULL;
    int meaning = -1;
    for (size_t i = 0; i < n; i++) {
        const char *at = notice_text_find(text, table[i].words);
        if (at == NULL || (first != NULL && at >= first))
            continue;
        first = at;
        meaning = table[i].meaning;
    }
    return meaning;
}

enum notice_outcome notice_title_outcome(const char *text)
{
    static const struct title_word table[] = {
        {"affirmative", OUTCOME_AFFIRMATIVE}, {"negative", OUTCOME_NEGATIVE}};
    int found = notice_title_first_place(text, table, LEN(table));
    return found >= 0 ? (enum notice_outcome)found : OUTCOME_NONE;
}

/* ---- the parts of a title ---- */

/* Title = head " From " origin separator action. */
struct parts {
    struct slice head;  /* up to From, or empty */
    const char *origin; /* behind From, up to the separator; "" */
    const char *action; /* behind the separator, or all of a title without From */
    char separator;     /* : or ;, or NUL */
};

/* The last From before the separator: a product may have one in its name ("Made From"). */
static const char *last_from(const char *title, const char *end)
{
    const char *last = NULL;
    for (const char *at = title; (at = notice_text_find(at, "from")) != NULL && at < end; at += 4)
        last = at;
    return last;
}

static struct parts split(const char *title, struct arena *arena)
{
    struct parts parts = {.origin = "", .action = title};
    const char *from = notice_text_find(title, "from");
    if (from == NULL || strcspn(title, ":;") < (size_t)(from - title))
        return parts;
    const char *end = from + strcspn(from, ":;");
    from = last_from(title, end);
    parts.head = (struct slice){title, (size_t)(from - title)};
    parts.origin = arena_strndup(arena, from, (size_t)(end - from));
    parts.separator = *end;
    parts.action = *end != '\0' ? end + 1 : title;
    return parts;
}

/* Where the product begins in a head such as "Antidumping Duty Order on Product". How many such words there
 * are: two name two orders, and the title no longer says which law is meant for which country. */
static const char *find_product(const char *head, size_t *ret_orders)
{
    static const char *const words[] = {"order on", "orders on", "investigation of", "investigations of",
        "investigation on", "investigations on", "review of", "reviews of"};
    const char *product = head;
    *ret_orders = 0;
    for (size_t i = 0; i < LEN(words); i++) {
        const char *at = head;
        while ((at = notice_text_find(at, words[i])) != NULL) {
            at += strlen(words[i]);
            product = at > product ? at : product;
            ++*ret_orders;
        }
    }
    return product;
}

/* ---- what the action says ---- */

static const struct title_word proceedings[] = {
    {"circumvention", PROCEEDING_CIRCUMVENTION},
    {"sunset review", PROCEEDING_SUNSET},
    {"sunset reviews", PROCEEDING_SUNSET},
    {"five-year review", PROCEEDING_SUNSET},
    {"five-year reviews", PROCEEDING_SUNSET},
    {"five-year (sunset) review", PROCEEDING_SUNSET},
    {"five-year (sunset) reviews", PROCEEDING_SUNSET},
    {"changed circumstances", PROCEEDING_CHANGED_CIRCUMSTANCES},
    {"administrative", PROCEEDING_REVIEW},
    {"new shipper", PROCEEDING_REVIEW},
    {"scope", PROCEEDING_SCOPE},
    {"suspension", PROCEEDING_SUSPENSION},
    {"suspending", PROCEEDING_SUSPENSION},
    {"continuation", PROCEEDING_SUNSET},
    {"investigation", PROCEEDING_INVESTIGATION},
    {"investigations", PROCEEDING_INVESTIGATION},
    {"determination", PROCEEDING_INVESTIGATION},
    {"determinations", PROCEEDING_INVESTIGATION},
    {"duty order", PROCEEDING_INVESTIGATION},
    {"duty orders", PROCEEDING_INVESTIGATION},
    {"withdrawal of petition", PROCEEDING_INVESTIGATION},
    {"withdrawal of petitions", PROCEEDING_INVESTIGATION},
};

static const struct title_word steps[] = {
    {"court decision", STEP_OTHER},
    {"opportunity to request", STEP_OTHER},
    {"advance notification", STEP_OTHER},
    {"institution", STEP_INSTITUTION},
    {"initiation", STEP_INITIATION},
    {"postponement", STEP_POSTPONEMENT},
    {"postponed", STEP_POSTPONEMENT},
    {"extension", STEP_POSTPONEMENT},
    {"preliminary", STEP_PRELIMINARY},
    {"final", STEP_FINAL},
    {"continuation", STEP_CONTINUATION},
    {"revocation", STEP_REVOCATION},
    {"termination", STEP_TERMINATION},
    {"withdrawal", STEP_TERMINATION},
    {"rescission", STEP_RESCISSION},
    {"scheduling", STEP_SCHEDULING},
    {"revised schedule", STEP_SCHEDULING},
};

/* An order comes with the amended final determination that it rests on, and a revocation with the review that
 * led to it: what weighs more is the step. */
static enum notice_step heavier(const char *action, enum notice_proceeding proceeding, enum notice_step step)
{
    bool early = step == STEP_PRELIMINARY || step == STEP_INITIATION || step == STEP_INSTITUTION ||
                 step == STEP_POSTPONEMENT;
    bool order = notice_text_has(action, "duty order") || notice_text_has(action, "duty orders");
    if (proceeding == PROCEEDING_INVESTIGATION && order && !early)
        return STEP_ORDER;
    if (notice_text_has(action, "revocation") && !notice_text_has(action, "in part") && !early)
        return STEP_REVOCATION;
    return step;
}

static void read_action(const char *action, bool of_agreement, struct notice_title *title)
{
    int proceeding = notice_title_first_row(action, proceedings, LEN(proceedings));
    int step = notice_title_first_place(action, steps, LEN(steps));
    title->proceeding = proceeding >= 0 ? (enum notice_proceeding)proceeding : PROCEEDING_OTHER;
    if (of_agreement)
        title->proceeding = PROCEEDING_SUSPENSION;
    title->step = step >= 0 ? (enum notice_step)step : STEP_OTHER;
    if (title->proceeding != PROCEEDING_OTHER && step != STEP_OTHER)
        title->step = heavier(action, title->proceeding, title->step);
    title->outcome = notice_title_outcome(action);
    if (notice_text_has(action, "critical circumstances") && title->outcome == OUTCOME_NONE)
        title->step = STEP_OTHER; /* of the circumstances, and not of the dumping */
}

/* ---- the whole ---- */

static bool is_correction(const char *title)
{
    return notice_text_has(title, "correction") || notice_text_has(title, "corrections") ||
           notice_text_has(title, "amendment of notice");
}

/* The words that the Commission begins its actions with. */
static bool is_of_commission(const struct parts *parts)
{
    static const struct title_word words[] = {{"institution", 1}, {"scheduling", 1}, {"determination", 1},
        {"determinations", 1}, {"termination", 1}, {"revised schedule", 1}, {"notice of commission", 1}};
    return parts->separator == ';' && notice_title_first_row(parts->action, words, LEN(words)) > 0 &&
           !notice_text_has(parts->action, "duty determination");
}

/* Of an inquiry into circumvention it is the countries that the duties would be extended to. */
static void read_origins(const struct parts *parts, const char *head, const struct countries *countries,
    struct arena *arena, struct notice_title *title)
{
    const char *respect = notice_text_find(parts->action, "with respect to");
    if (title->proceeding == PROCEEDING_CIRCUMVENTION && respect != NULL)
        notice_text_countries(respect, countries, &title->origins, arena);
    if (title->origins.len > 0)
        return;
    const char *first = notice_text_find(head, "from"); /* a head with two orders has another one */
    if (first != NULL)
        notice_text_countries(first, countries, &title->origins, arena);
    notice_text_countries(parts->origin, countries, &title->origins, arena);
}

void notice_title_us(
    const char *title, const struct countries *countries, struct arena *arena, struct notice_title *ret_title)
{
    struct notice_title read = {.product = "", .correction = is_correction(title)};
    struct parts parts = split(title, arena);
    const char *head = arena_strndup(arena, parts.head.data != NULL ? parts.head.data : "", parts.head.len);
    size_t orders;
    const char *product = find_product(head, &orders);
    read_action(parts.action, notice_text_has(head, "agreement suspending"), &read);
    read_origins(&parts, head, countries, arena, &read);
    if (read.origins.len > 0)
        read.product = notice_title_trim(slice_of(product), arena);
    read.laws = orders > 1 ? 0 : notice_text_laws(title);
    read.commission = is_of_commission(&parts);
    *ret_title = read;
}
