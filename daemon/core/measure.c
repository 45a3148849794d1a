#include "core/measure.h"

#include <errno.h>
#include <math.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/shape.h"
#include "core/code.h"
#include "core/expr.h"
#include "core/row.h"

/* Far above all that was ever asked for; it bounds what a mistaken file can cost. */
enum { MEASURES_MAX = 100000 };

const char *const measure_type_names[MEASURE_TYPE_COUNT + 1] = {
    [MEASURE_ANTI_DUMPING] = "anti-dumping",
    [MEASURE_COUNTERVAILING] = "countervailing",
    [MEASURE_ANTI_DUMPING_AND_COUNTERVAILING] = "anti-dumping-and-countervailing",
    [MEASURE_SAFEGUARD] = "safeguard",
    [MEASURE_CIRCUMVENTION] = "circumvention",
    [MEASURE_EVASION] = "evasion",
    [MEASURE_TRIGGER] = "trigger",
    [MEASURE_TARIFF] = "tariff",
};

static const char *const confidence_names[CONFIDENCE_COUNT + 1] = {
    [CONFIDENCE_CONFIRMED] = "confirmed",
    [CONFIDENCE_PARTLY] = "partly",
    [CONFIDENCE_GENERAL] = "general",
};

/* ---- reading ---- */

enum date_name {
    DATE_PETITION,
    DATE_INITIATION,
    DATE_ANNOUNCED,
    DATE_FROM,
    DATE_TO,
    DATE_ENDED,
    DATE_NAME_COUNT
};

/* What one row is read into. */
struct draft {
    struct measure measure;
    const char *dates[DATE_NAME_COUNT];
    struct texts against;
    const struct node *rate;
    int type, confidence;
};

#define AT(field) offsetof(struct draft, field)

static const struct shape against_list = {
    .kind = SHAPE_LIST, .items = &code_country_or_world_shape, .min_items = 1, .unique = true};
static const struct shape *const against_choices[] = {&code_country_or_world_shape, &against_list, NULL};
static const struct shape against_shape = {.kind = SHAPE_ANY,
    .expected = "expected countries such as [CN, VN], or W for all",
    .choices = against_choices};

static const struct key measure_keys[] = {
    {.name = "id",
        .kind = KEY_TEXT,
        .offset = AT(measure.id),
        .required = true,
        .help = "The case number.",
        .shape = &shape_some_text},
    {.name = "title",
        .kind = KEY_TEXT,
        .offset = AT(measure.title),
        .required = true,
        .help = "What people call it.",
        .shape = &shape_some_text},
    {.name = "market",
        .kind = KEY_TEXT,
        .offset = AT(measure.market),
        .required = true,
        .help = "Who imposes it.",
        .shape = &code_country_shape},
    {.name = "against",
        .kind = KEY_TEXTS,
        .offset = AT(against),
        .required = true,
        .help = "The origins it is against.",
        .shape = &against_shape},
    {.name = "basket", .kind = KEY_TEXT, .offset = AT(measure.basket), .help = "The basket it is on."},
    {.name = "codes",
        .kind = KEY_TEXTS,
        .offset = AT(measure.codes),
        .help = "The HS codes it is on.",
        .shape = &row_some_codes_shape},
    {.name = "type",
        .kind = KEY_CHOICE,
        .offset = AT(type),
        .choices = measure_type_names,
        .required = true,
        .help = "What it is."},
    {.name = "petition",
        .kind = KEY_TEXT,
        .offset = AT(dates[DATE_PETITION]),
        .help = "Asked for.",
        .shape = &date_shape},
    {.name = "initiation",
        .kind = KEY_TEXT,
        .offset = AT(dates[DATE_INITIATION]),
        .help = "Initiated.",
        .shape = &date_shape},
    {.name = "announced",
        .kind = KEY_TEXT,
        .offset = AT(dates[DATE_ANNOUNCED]),
        .help = "A tariff: made known.",
        .shape = &date_shape},
    {.name = "from",
        .kind = KEY_TEXT,
        .offset = AT(dates[DATE_FROM]),
        .help = "First day in force.",
        .shape = &date_shape},
    {.name = "to",
        .kind = KEY_TEXT,
        .offset = AT(dates[DATE_TO]),
        .help = "Last day in force.",
        .shape = &date_shape},
    {.name = "ended",
        .kind = KEY_TEXT,
        .offset = AT(dates[DATE_ENDED]),
        .help = "Ended without a measure.",
        .shape = &date_shape},
    {.name = "rate",
        .kind = KEY_NODE,
        .offset = AT(rate),
        .help = "The highest duty.",
        .shape = &expr_percentage_shape},
    {.name = "confidence",
        .kind = KEY_CHOICE,
        .offset = AT(confidence),
        .choices = confidence_names,
        .fallback = "general",
        .help = "How sure the dates are."},
    {.name = "source",
        .kind = KEY_TEXT,
        .offset = AT(measure.source),
        .required = true,
        .help = "Who says so.",
        .shape = &shape_some_text},
};

static const struct shape measure_shape = {
    .kind = SHAPE_MAP,
    .name = "measure",
    .keys = measure_keys,
    .key_count = sizeof measure_keys / sizeof *measure_keys,
    .one_of = basket_target_keys,
    .needs = {{"to", "from"}},
    .apart = {{"from", "ended"}},
};

static const char *const filled[] = {"id", "title", "type", "source", NULL};
static const struct shape short_measure_shape = {
    .kind = SHAPE_MAP,
    .name = "measure",
    .keys = measure_keys,
    .key_count = sizeof measure_keys / sizeof *measure_keys,
    .filled = filled,
    .needs = {{"to", "from"}},
    .apart = {{"from", "ended"}, {"basket", "codes"}},
};

const struct shape short_measures_shape = {
    .kind = SHAPE_LIST, .items = &short_measure_shape, .max_items = MEASURES_MAX};

const struct shape measures_shape = {.kind = SHAPE_LIST, .items = &measure_shape, .max_items = MEASURES_MAX};

/* By enum date_name: its key, and the field that it fills. */
static const struct {
    const char *key;
    size_t offset;
} dates[DATE_NAME_COUNT] = {
    [DATE_PETITION] = {"petition", offsetof(struct measure, petition)},
    [DATE_INITIATION] = {"initiation", offsetof(struct measure, initiation)},
    [DATE_ANNOUNCED] = {"announced", offsetof(struct measure, announced)},
    [DATE_FROM] = {"from", offsetof(struct measure, from)},
    [DATE_TO] = {"to", offsetof(struct measure, to)},
    [DATE_ENDED] = {"ended", offsetof(struct measure, ended)},
};

/* What comes first. A tariff may be announced after the day from which it is taken. */
static const struct {
    enum date_name first, then;
} orders[] = {
    {DATE_PETITION, DATE_INITIATION},
    {DATE_PETITION, DATE_FROM},
    {DATE_INITIATION, DATE_FROM},
    {DATE_FROM, DATE_TO},
    {DATE_PETITION, DATE_ENDED},
    {DATE_INITIATION, DATE_ENDED},
};

static int32_t read_date(const struct row_reader *row, const char *key, const char *text)
{
    int32_t date;
    if (text == NULL)
        return DATE_NONE;
    if (date_parse(slice_of(text), &date) == 0)
        return date;
    diag_error(row->diags, row_place_of(row, key), "M001",
        "'%s' of a measure: expected a day such as 2018-01-08, found '%.60s'", key, text);
    diag_hint(row->diags, "2018-01 and 2018 mean their first day");
    return DATE_NONE;
}

static void check_order(const struct row_reader *row, const struct draft *draft, const int32_t *days)
{
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        enum date_name first = orders[i].first, then = orders[i].then;
        if (days[first] == DATE_NONE || days[then] == DATE_NONE || days[first] <= days[then])
            continue;
        diag_error(row->diags, row_place_of(row, dates[then].key), "M002",
            "'%s' of a measure, %s, is before '%s', %s", dates[then].key, draft->dates[then],
            dates[first].key, draft->dates[first]);
        diag_hint(row->diags, "2018-01 and 2018 mean their first day");
    }
}

static void read_dates(const struct row_reader *row, struct draft *draft)
{
    int32_t days[DATE_NAME_COUNT];
    for (size_t i = 0; i < DATE_NAME_COUNT; i++) {
        days[i] = read_date(row, dates[i].key, draft->dates[i]);
        *(int32_t *)((char *)&draft->measure + dates[i].offset) = days[i];
    }
    check_order(row, draft, days);
    if (draft->dates[DATE_TO] != NULL && draft->dates[DATE_FROM] == NULL)
        diag_error(row->diags, row_place_of(row, "to"), "M003", "a measure with 'to' must have 'from'");
    if (draft->dates[DATE_ENDED] != NULL && draft->dates[DATE_FROM] != NULL) {
        diag_error(
            row->diags, row_place_of(row, "ended"), "M004", "a measure has 'from' or 'ended', not both");
        diag_hint(row->diags, "'ended' is for cases without a measure; the last day in force is 'to'");
    }
}

static double read_rate(const struct row_reader *row, const struct node *node)
{
    struct expr *literal;
    if (node == NULL || expr_parse_literal(node, row->arena, &literal, row->diags) < 0)
        return NAN;
    if (literal->type == VALUE_RATIO && literal->number >= 0)
        return literal->number;
    diag_error(row->diags, node->place, "M005", "'rate' of a measure: expected a percentage, found '%.60s'",
        node->text.data);
    diag_hint(row->diags, "write 25.5%%");
    return NAN;
}

static void check_texts(const struct row_reader *row, const struct draft *draft)
{
    const struct measure *measure = &draft->measure;
    row_check_text(row, "id", measure->id);
    row_check_text(row, "title", measure->title);
    row_check_text(row, "source", measure->source);
    row_check_country(row, "market", measure->market, ROW_COUNTRY);
    row_check_countries(row, "against", &draft->against, ROW_COUNTRY_OR_WORLD);
    const struct node *against = node_get(row->node, "against");
    if (against != NULL && against->kind == NODE_SEQUENCE && against->len == 0)
        diag_error(row->diags, against->place, "M006", "'against' of a measure is empty");
}

/* 0, or -EINVAL where the row has faults. */
static int read_draft(const struct row_reader *row, const struct baskets *baskets, struct draft *ret_draft)
{
    struct draft draft = {.measure = {.place = row_place(row)}};
    size_t errors = row->diags->errors;
    (void)keys_read(row->node, measure_keys, sizeof measure_keys / sizeof *measure_keys, row->what, &draft,
        row->arena, row->diags); /* its faults are in diags, and more are looked for */
    if (row->node->kind != NODE_MAP)
        return -EINVAL;
    struct measure *measure = &draft.measure;
    check_texts(row, &draft);
    baskets_check_target(baskets, row, &(struct basket_target){measure->basket, measure->codes});
    read_dates(row, &draft);
    measure->rate = read_rate(row, draft.rate);
    measure->type = (enum measure_type)draft.type;
    measure->confidence = (enum confidence)draft.confidence;
    *ret_draft = draft;
    return row->diags->errors > errors ? -EINVAL : 0;
}

/* Adds one row; `seen` holds id and origin of those that are there. */
static void push(
    struct measures *measures, const struct measure *measure, struct map *seen, struct diag_list *diags)
{
    uint32_t first;
    const char *key = arena_printf(&measures->arena, "%s %s", measure->against, measure->id);
    size_t len = slice_of(key).len;
    if (map_get(seen, key, len, &first)) {
        const struct place *place = &measures->items[first].place;
        diag_error(diags, measure->place, "M007", "measure %s against %s stands already in line %d of %s",
            measure->id, measure->against, place->line, place->file);
        diag_hint(diags, "a case has one row for each origin: its dates and its measure stand together");
        return;
    }
    map_put(seen, key, len, (uint32_t)measures->len);
    measures->items = alloc_grow(measures->items, measures->len, &measures->cap, sizeof *measures->items);
    measures->items[measures->len++] = *measure;
}

static void recall(struct measures *measures, struct map *seen)
{
    for (size_t i = 0; i < measures->len; i++) {
        const struct measure *measure = &measures->items[i];
        const char *key = arena_printf(&measures->arena, "%s %s", measure->against, measure->id);
        map_put(seen, key, slice_of(key).len, (uint32_t)i);
    }
}

int measures_add(struct measures *measures, const struct node *list, const struct baskets *baskets,
    struct diag_list *diags)
{
    struct map seen = MAP_NULL;
    size_t errors = diags->errors;
    if (!row_check_list(list, "measures", MEASURES_MAX - measures->len, diags))
        return -EINVAL;
    recall(measures, &seen);
    for (size_t i = 0; i < list->len; i++) {
        const struct row_reader row = {list->items[i], "a measure", &measures->arena, diags};
        struct draft draft;
        if (read_draft(&row, baskets, &draft) < 0)
            continue;
        for (size_t k = 0; k < draft.against.len; k++) {
            draft.measure.against = draft.against.items[k];
            push(measures, &draft.measure, &seen, diags);
        }
    }
    map_deinit(&seen);
    return diags->errors > errors ? -EINVAL : 0;
}

void measures_deinit(struct measures *measures)
{
    alloc_free(measures->items);
    arena_deinit(&measures->arena);
    *measures = MEASURES_NULL;
}

/* ---- questions ---- */

bool measure_covers(const struct measure *measure, const struct baskets *baskets, const char *product)
{
    return baskets_meet(baskets, &(struct basket_target){measure->basket, measure->codes}, product);
}

bool measure_is_against(const struct measure *measure, const char *origin)
{
    return str_equal(measure->against, "W") || str_equal(measure->against, origin);
}

int32_t measure_known(const struct measure *measure)
{
    const int32_t days[] = {measure->petition, measure->initiation, measure->announced, measure->from};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++)
        if (days[i] != DATE_NONE)
            return days[i];
    return DATE_NONE;
}

/* Whether the date has come. */
static bool has_come(int32_t date, int32_t day)
{
    return date != DATE_NONE && date <= day;
}

static bool is_over(const struct measure *measure, int32_t day)
{
    return has_come(measure->ended, day) || (measure->to != DATE_NONE && measure->to < day);
}

bool measure_is_live(const struct measure *measure, int32_t day)
{
    bool live = has_come(measure->from, day) || has_come(measure->initiation, day);
    return live && has_come(measure_known(measure), day) &&
           !is_over(measure, day); /* not before it is announced */
}

bool measure_is_open_case(const struct measure *measure, int32_t day)
{
    return (has_come(measure->petition, day) || has_come(measure->initiation, day)) &&
           !has_come(measure->from, day) && !is_over(measure, day);
}

const char *const measure_standing_names[MEASURE_STANDING_COUNT] = {
    "not known yet", "announced", "case open", "in force", "ended"};

enum measure_standing measure_standing(const struct measure *measure, int32_t day)
{
    if (!has_come(measure_known(measure), day))
        return MEASURE_NOT_KNOWN_YET;
    if (measure_is_open_case(measure, day))
        return MEASURE_OPEN_CASE;
    if (measure_is_live(measure, day))
        return MEASURE_IN_FORCE;
    return is_over(measure, day) ? MEASURE_ENDED : MEASURE_ANNOUNCED;
}
