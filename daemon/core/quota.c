#include "core/quota.h"

#include <errno.h>
#include <math.h>

#include "base/alloc.h"
#include "base/shape.h"
#include "core/code.h"
#include "core/expr.h"
#include "core/period.h"
#include "core/row.h"

/* Far above all that laws set; it bounds what a mistaken file can cost. */
enum { QUOTAS_MAX = 10000 };

/* ---- reading ---- */

static const char *const per_names[] = {"year", "quarter", NULL};
static const int per_months[] = {12, 3};

/* What one row is read into. */
struct draft {
    struct quota quota;
    const struct node *limit;
    const char *from, *to;
    int64_t starts;
    int per;
};

#define AT(field) offsetof(struct draft, field)

static const struct key quota_keys[] = {
    {.name = "id",
        .kind = KEY_TEXT,
        .offset = AT(quota.id),
        .required = true,
        .help = "The order number.",
        .shape = &shape_some_text},
    {.name = "title",
        .kind = KEY_TEXT,
        .offset = AT(quota.title),
        .required = true,
        .help = "What people call it.",
        .shape = &shape_some_text},
    {.name = "market",
        .kind = KEY_TEXT,
        .offset = AT(quota.market),
        .required = true,
        .help = "Who limits its imports.",
        .shape = &code_country_shape},
    {.name = "against",
        .kind = KEY_TEXT,
        .offset = AT(quota.against),
        .required = true,
        .help = "The origin whose imports count, or W.",
        .shape = &code_country_or_world_shape},
    {.name = "basket", .kind = KEY_TEXT, .offset = AT(quota.basket), .help = "The basket it limits."},
    {.name = "codes",
        .kind = KEY_TEXTS,
        .offset = AT(quota.codes),
        .help = "The HS codes it limits.",
        .shape = &row_some_codes_shape},
    {.name = "limit",
        .kind = KEY_NODE,
        .offset = AT(limit),
        .required = true,
        .help = "How much may come in.",
        .shape = &expr_amount_shape},
    {.name = "per",
        .kind = KEY_CHOICE,
        .offset = AT(per),
        .choices = per_names,
        .required = true,
        .help = "The time that the limit is for."},
    {.name = "starts",
        .kind = KEY_INTEGER,
        .offset = AT(starts),
        .fallback = "1",
        .min = 1,
        .max = 12,
        .help = "The month in which its year begins."},
    {.name = "from",
        .kind = KEY_TEXT,
        .offset = AT(from),
        .help = "First month in force.",
        .shape = &period_shape},
    {.name = "to",
        .kind = KEY_TEXT,
        .offset = AT(to),
        .help = "Last month in force.",
        .shape = &period_shape},
    {.name = "source",
        .kind = KEY_TEXT,
        .offset = AT(quota.source),
        .required = true,
        .help = "Who says so.",
        .shape = &shape_some_text},
};

static const struct shape quota_shape = {
    .kind = SHAPE_MAP,
    .name = "quota",
    .keys = quota_keys,
    .key_count = sizeof quota_keys / sizeof *quota_keys,
    .one_of = basket_target_keys,
};

static const char *const filled[] = {"id", "title", "per", "source", NULL};
static const struct shape short_quota_shape = {
    .kind = SHAPE_MAP,
    .name = "quota",
    .keys = quota_keys,
    .key_count = sizeof quota_keys / sizeof *quota_keys,
    .filled = filled,
    .apart = {{"basket", "codes"}},
};

const struct shape short_quotas_shape = {
    .kind = SHAPE_LIST, .items = &short_quota_shape, .max_items = QUOTAS_MAX};

const struct shape quotas_shape = {.kind = SHAPE_LIST, .items = &quota_shape, .max_items = QUOTAS_MAX};

/* What a literal of a type limits. */
static const struct {
    enum value_type type;
    enum column column;
} limits[] = {
    {VALUE_WEIGHT, COLUMN_WEIGHT},
    {VALUE_MONEY, COLUMN_VALUE},
    {VALUE_NUMBER, COLUMN_QUANTITY},
};

static void read_limit(const struct row_reader *row, const struct node *node, struct quota *quota)
{
    struct expr *literal;
    if (node == NULL || expr_parse_literal(node, row->arena, &literal, row->diags) < 0)
        return;
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (literal->type != limits[i].type || literal->number <= 0)
            continue;
        if (literal->number > (double)(FIGURE_MAX / FIGURE_SCALE)) {
            diag_error(row->diags, node->place, "Q002", "'limit' of a quota is over 10^13 USD, kg or units");
            return;
        }
        quota->column = limits[i].column;
        quota->limit = llround(literal->number * FIGURE_SCALE);
        return;
    }
    diag_error(row->diags, node->place, "Q001",
        "'limit' of a quota: expected a weight, an amount of money or a number above 0, found '%.60s'",
        node->text.data);
    diag_hint(row->diags, "write 1234 t, 5 MUSD, or 1000 for a number in the product's own unit");
}

static void check_texts(const struct row_reader *row, const struct quota *quota)
{
    row_check_text(row, "id", quota->id);
    row_check_text(row, "title", quota->title);
    row_check_text(row, "source", quota->source);
    row_check_country(row, "market", quota->market, ROW_COUNTRY);
    row_check_country(row, "against", quota->against, ROW_COUNTRY_OR_WORLD);
}

/* 0, or -EINVAL where the row has faults. */
static int read_quota(const struct row_reader *row, const struct baskets *baskets, struct quota *ret_quota)
{
    struct draft draft = {.quota = {.place = row_place(row)}};
    struct quota *quota = &draft.quota;
    size_t errors = row->diags->errors;
    (void)keys_read(row->node, quota_keys, sizeof quota_keys / sizeof *quota_keys, row->what, &draft,
        row->arena, row->diags); /* its faults are in diags, and more are looked for */
    if (row->node->kind != NODE_MAP)
        return -EINVAL;
    check_texts(row, quota);
    baskets_check_target(baskets, row, &(struct basket_target){quota->basket, quota->codes});
    read_limit(row, draft.limit, quota);
    row_read_months(row, (struct row_month){"from", draft.from}, (struct row_month){"to", draft.to},
        &quota->from, &quota->to);
    quota->months = per_months[draft.per];
    quota->starts = (int)draft.starts;
    *ret_quota = draft.quota;
    return row->diags->errors > errors ? -EINVAL : 0;
}

static bool is_same_time(const struct quota *a, const struct quota *b)
{
    return (a->to == PERIOD_NONE || b->from <= a->to) && (b->to == PERIOD_NONE || a->from <= b->to);
}

/* A quota of one number and origin has one limit at a time. */
static void check_time(const struct quotas *quotas, const struct quota *quota, struct diag_list *diags)
{
    for (size_t i = 0; i < quotas->len; i++) {
        const struct quota *other = &quotas->items[i];
        if (!str_equal(other->id, quota->id) || !str_equal(other->against, quota->against) ||
            !is_same_time(other, quota))
            continue;
        diag_error(diags, quota->place, "Q003",
            "quota %s against %s is in force at the same time as the one in line %d of %s", quota->id,
            quota->against, other->place.line, other->place.file);
        diag_hint(
            diags, "where a limit changes, end the old row with 'to' and begin the new one with 'from'");
        return;
    }
}

int quotas_add(
    struct quotas *quotas, const struct node *list, const struct baskets *baskets, struct diag_list *diags)
{
    size_t errors = diags->errors;
    if (!row_check_list(list, "quotas", QUOTAS_MAX - quotas->len, diags))
        return -EINVAL;
    for (size_t i = 0; i < list->len; i++) {
        const struct row_reader row = {list->items[i], "a quota", &quotas->arena, diags};
        struct quota quota;
        if (read_quota(&row, baskets, &quota) < 0)
            continue;
        check_time(quotas, &quota, diags);
        quotas->items = alloc_grow(quotas->items, quotas->len, &quotas->cap, sizeof *quotas->items);
        quotas->items[quotas->len++] = quota;
    }
    return diags->errors > errors ? -EINVAL : 0;
}

void quotas_deinit(struct quotas *quotas)
{
    alloc_free(quotas->items);
    arena_deinit(&quotas->arena);
    *quotas = QUOTAS_NULL;
}

/* ---- questions ---- */

bool quota_covers(const struct quota *quota, const struct baskets *baskets, const char *product)
{
    return baskets_meet(baskets, &(struct basket_target){quota->basket, quota->codes}, product);
}

bool quota_is_in_force(const struct quota *quota, int32_t period)
{
    return quota->from <= period && (quota->to == PERIOD_NONE || period <= quota->to);
}

int32_t quota_start(const struct quota *quota, int32_t period)
{
    int months_of_year = (period_month(period) - quota->starts + 12) % 12;
    return period - months_of_year % quota->months;
}
