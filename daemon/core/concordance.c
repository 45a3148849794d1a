#include "core/concordance.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/shape.h"
#include "core/code.h"
#include "core/period.h"
#include "core/row.h"

/* HS 2022 and HS 2017 together have 300 closed rows. */
enum { CHANGES_MAX = 10000 };

/* ---- reading ---- */

/* What one row is read into. */
struct draft {
    struct code_change change;
    const char *from;
};

#define AT(field) offsetof(struct draft, field)

static const struct key change_keys[] = {
    {.name = "edition",
        .kind = KEY_TEXT,
        .offset = AT(change.edition),
        .required = true,
        .help = "The edition of the Harmonized System, such as HS 2022.",
        .shape = &shape_some_text},
    {.name = "from",
        .kind = KEY_TEXT,
        .offset = AT(from),
        .required = true,
        .help = "The first month of the new codes.",
        .shape = &period_shape},
    {.name = "before",
        .kind = KEY_TEXTS,
        .offset = AT(change.before),
        .required = true,
        .help = "The codes until then.",
        .shape = &row_some_codes_shape},
    {.name = "after",
        .kind = KEY_TEXTS,
        .offset = AT(change.after),
        .required = true,
        .help = "The codes that hold the same since then.",
        .shape = &row_some_codes_shape},
    {.name = "source",
        .kind = KEY_TEXT,
        .offset = AT(change.source),
        .required = true,
        .help = "Who says so.",
        .shape = &shape_some_text},
};

static const struct shape change_shape = {
    .kind = SHAPE_MAP,
    .name = "concordance-row",
    .keys = change_keys,
    .key_count = sizeof change_keys / sizeof *change_keys,
};

const struct shape concordance_shape = {.kind = SHAPE_LIST, .items = &change_shape, .max_items = CHANGES_MAX};

/* Only numbers of the HS are revised. */
static void check_numbers(const struct row_reader *row, const char *key, const struct texts *codes)
{
    row_check_codes(row, key, codes);
    if (codes->len == 0 && node_get(row->node, key) != NULL)
        diag_error(row->diags, row_place_of(row, key), "V001", "'%s' of %s names no code", key, row->what);
    for (size_t i = 0; i < codes->len; i++)
        if (codes->items[i] != NULL && !code_is_hs(slice_of(codes->items[i])))
            diag_error(row->diags, row_place_of_item(row, key, i), "V001", "'%.60s' is no HS number",
                codes->items[i]);
}

static bool has_code(const struct texts *codes, const char *code)
{
    for (size_t i = 0; i < codes->len; i++)
        if (str_equal(codes->items[i], code))
            return true;
    return false;
}

/* Two rows with a code in common are one: neither is closed. */
static void check_closed(
    const struct concordance *concordance, const struct row_reader *row, const struct code_change *change)
{
    for (size_t i = 0; i < concordance->len; i++) {
        const struct code_change *other = &concordance->items[i];
        for (size_t k = 0; other->from == change->from && k < change->before.len; k++)
            if (has_code(&other->before, change->before.items[k])) {
                diag_error(row->diags, row_place_of_item(row, "before", k), "V002",
                    "%s is in the row of line %d of %s already", change->before.items[k], other->place.line,
                    other->place.file);
                diag_hint(row->diags, "codes that became parts of the same codes stand in one row");
            }
    }
}

static struct code_change read_change(const struct row_reader *row)
{
    struct draft draft = {.change = {.place = row_place(row)}};
    struct code_change *change = &draft.change;
    int32_t none;
    (void)keys_read(row->node, change_keys, sizeof change_keys / sizeof *change_keys, row->what, &draft,
        row->arena, row->diags); /* its faults are in diags, and more are looked for */
    if (row->node->kind != NODE_MAP)
        return *change;
    row_check_text(row, "edition", change->edition);
    row_check_text(row, "source", change->source);
    check_numbers(row, "before", &change->before);
    check_numbers(row, "after", &change->after);
    row_read_months(
        row, (struct row_month){"from", draft.from}, (struct row_month){"", NULL}, &change->from, &none);
    return *change;
}

int concordance_add(struct concordance *concordance, const struct node *list, struct diag_list *diags)
{
    size_t errors = diags->errors;
    if (!row_check_list(list, "concordance", CHANGES_MAX - concordance->len, diags))
        return -EINVAL;
    for (size_t i = 0; i < list->len; i++) {
        const struct row_reader row = {
            list->items[i], "a row of the concordance", &concordance->arena, diags};
        struct code_change change = read_change(&row);
        check_closed(concordance, &row, &change);
        concordance->items =
            alloc_grow(concordance->items, concordance->len, &concordance->cap, sizeof *concordance->items);
        concordance->items[concordance->len++] = change;
    }
    return diags->errors > errors ? -EINVAL : 0;
}

void concordance_deinit(struct concordance *concordance)
{
    alloc_free(concordance->items);
    alloc_free(concordance->histories);
    map_deinit(&concordance->by_code);
    arena_deinit(&concordance->arena);
    *concordance = CONCORDANCE_NULL;
}

/* ---- following ---- */

/* A product while its history grows. */
struct product {
    struct basket_codes codes;
    size_t cap;
    const struct texts *except;
    struct arena *arena;
};

static bool is_current(const struct basket_code *code, int32_t period)
{
    return (code->from == PERIOD_NONE || code->from <= period) &&
           (code->until == PERIOD_NONE || code->until >= period);
}

static bool is_excepted(const struct product *product, const char *code)
{
    for (size_t i = 0; i < product->except->len; i++)
        if (code_is_within(code, product->except->items[i]) ||
            code_is_within(product->except->items[i], code))
            return true;
    return false;
}

/* Whether the product has the code in that month, by itself or by what lies above it. */
static bool holds(const struct product *product, const char *code, int32_t period)
{
    for (size_t i = 0; i < product->codes.len && !is_excepted(product, code); i++)
        if (is_current(&product->codes.items[i], period) &&
            code_is_within(code, product->codes.items[i].code))
            return true;
    return false;
}

static size_t count_held(const struct product *product, const struct texts *codes, int32_t period)
{
    size_t n = 0;
    for (size_t i = 0; i < codes->len; i++)
        n += holds(product, codes->items[i], period);
    return n;
}

static void push(struct product *product, struct basket_code code)
{
    if (product->codes.len == product->cap) {
        size_t cap = 2 * product->cap + 8;
        struct basket_code *items = arena_array(product->arena, cap, sizeof *items);
        if (product->codes.len > 0)
            memcpy(items, product->codes.items, product->codes.len * sizeof *items);
        product->codes.items = items;
        product->cap = cap;
    }
    product->codes.items[product->codes.len++] = code;
}

/* A code of the other side, unless the product has it, or has it not. */
static void extend(struct product *product, struct basket_code code, int32_t period)
{
    if (!holds(product, code.code, period) && !is_excepted(product, code.code))
        push(product, code);
}

/* The product's own row of a code, NULL where it has none. */
static struct basket_code *find_own(struct product *product, const char *code, int32_t period)
{
    for (size_t i = 0; i < product->codes.len; i++)
        if (str_equal(product->codes.items[i].code, code) && is_current(&product->codes.items[i], period))
            return &product->codes.items[i];
    return NULL;
}

/* The old codes end, and the new ones begin; codes above them stay. */
static void go_on(struct product *product, const struct code_change *change)
{
    for (size_t i = 0; i < change->after.len; i++)
        extend(product, (struct basket_code){.code = change->after.items[i], .from = change->from},
            change->from);
    for (size_t i = 0; i < change->before.len; i++) {
        struct basket_code *own = find_own(product, change->before.items[i], change->from);
        if (own != NULL && own->until == PERIOD_NONE && !has_code(&change->after, own->code))
            own->until = change->from - 1;
    }
}

/* The other way round. */
static void go_back(struct product *product, const struct code_change *change)
{
    int32_t last = change->from - 1;
    for (size_t i = 0; i < change->before.len; i++)
        extend(product, (struct basket_code){.code = change->before.items[i], .until = last}, last);
    for (size_t i = 0; i < change->after.len; i++) {
        struct basket_code *own = find_own(product, change->after.items[i], last);
        if (own != NULL && own->from == PERIOD_NONE && !has_code(&change->before, own->code))
            own->from = change->from;
    }
}

/* A code that has its months from its writer is not current on the other side, and so goes no further. */
struct basket_codes concordance_follow(const struct concordance *concordance,
    const struct basket_codes *codes, const struct texts *except, struct arena *arena)
{
    struct product product = {.except = except, .arena = arena};
    for (size_t i = 0; i < codes->len; i++)
        push(&product, codes->items[i]);
    for (size_t i = 0; i < concordance->len; i++) {
        const struct code_change *change = &concordance->items[i];
        if (count_held(&product, &change->before, change->from) == change->before.len)
            go_on(&product, change);
    }
    for (size_t i = concordance->len; i-- > 0;) {
        const struct code_change *change = &concordance->items[i];
        if (count_held(&product, &change->after, change->from - 1) == change->after.len)
            go_back(&product, change);
    }
    return product.codes;
}

/* ---- single codes ---- */

static void keep_history(struct concordance *concordance, const char *code)
{
    static const struct texts nothing = {0};
    uint32_t known;
    struct basket_code own = {.code = code};
    if (map_get(&concordance->by_code, code, strlen(code), &known))
        return;
    struct basket_codes history =
        concordance_follow(concordance, &(struct basket_codes){&own, 1}, &nothing, &concordance->arena);
    if (history.len < 2)
        return;
    map_put(&concordance->by_code, code, strlen(code), (uint32_t)concordance->history_len);
    concordance->histories = alloc_grow(concordance->histories, concordance->history_len,
        &concordance->history_cap, sizeof *concordance->histories);
    concordance->histories[concordance->history_len++] = history;
}

static int by_month(const void *a, const void *b)
{
    int32_t left = ((const struct code_change *)a)->from, right = ((const struct code_change *)b)->from;
    return (left > right) - (left < right);
}

void concordance_seal(struct concordance *concordance)
{
    if (concordance->len > 0)
        qsort(concordance->items, concordance->len, sizeof *concordance->items, by_month);
    for (size_t i = 0; i < concordance->len; i++) {
        const struct code_change *change = &concordance->items[i];
        for (size_t k = 0; k < change->before.len; k++)
            keep_history(concordance, change->before.items[k]);
        for (size_t k = 0; k < change->after.len; k++)
            keep_history(concordance, change->after.items[k]);
    }
}

const struct basket_codes *concordance_history(const struct concordance *concordance, const char *code)
{
    uint32_t history;
    return map_get(&concordance->by_code, code, strlen(code), &history) ? &concordance->histories[history]
                                                                        : NULL;
}

/* ---- lists of another edition ---- */

static bool has_some(const struct texts *codes, const struct texts *some)
{
    for (size_t i = 0; i < some->len; i++)
        for (size_t k = 0; k < codes->len; k++)
            if (code_is_within(some->items[i], codes->items[k]))
                return true;
    return false;
}

/* Adds those that are not there yet. */
static struct texts join(const struct texts *codes, const struct texts *more, struct arena *arena)
{
    const char **items = arena_array(arena, codes->len + more->len, sizeof *items);
    struct texts joined = {items, codes->len};
    memcpy(items, codes->items, codes->len * sizeof *items);
    for (size_t i = 0; i < more->len; i++)
        if (!has_code(&joined, more->items[i]))
            items[joined.len++] = more->items[i];
    return joined;
}

struct texts concordance_widen(
    const struct concordance *concordance, const struct texts *codes, struct arena *arena)
{
    struct texts wide = *codes;
    for (size_t i = 0; i < concordance->len; i++)
        if (has_some(&wide, &concordance->items[i].before))
            wide = join(&wide, &concordance->items[i].after, arena);
    for (size_t i = concordance->len; i-- > 0;)
        if (has_some(&wide, &concordance->items[i].after))
            wide = join(&wide, &concordance->items[i].before, arena);
    return wide;
}

/* ---- what a writer of baskets should know ---- */

static void put_codes(struct buf *out, const struct texts *codes)
{
    for (size_t i = 0; i < codes->len; i++)
        if (buf_printf(out, "%s%s", i > 0 ? ", " : "", codes->items[i]) < 0)
            break;
}

static void warn(
    const struct code_change *change, const struct basket *basket, bool begins, struct diag_list *diags)
{
    struct buf old, new;
    char month[PERIOD_TEXT_SIZE];
    buf_init(&old, 400);
    buf_init(&new, 400);
    put_codes(&old, &change->before);
    put_codes(&new, &change->after);
    diag_warning(diags, basket->place, "W018",
        "the figures of basket \"%s\" %s with %s: %s became %s in %s, and it names only a part of the %s "
        "codes",
        basket->id, begins ? "begin" : "end", change->edition, buf_text(&old), buf_text(&new),
        period_format(change->from, month), begins ? "new" : "old");
    diag_hint(diags,
        begins ? "name the old codes with `until`; they hold more than the product, so say it with `ex`"
               : "name those of the new codes that are the product, with `from`");
    buf_deinit(&old);
    buf_deinit(&new);
}

static void lint_basket(
    const struct concordance *concordance, const struct basket *basket, struct diag_list *diags)
{
    struct product product = {.codes = basket->codes, .except = &basket->except};
    for (size_t i = 0; i < concordance->len; i++) {
        const struct code_change *change = &concordance->items[i];
        size_t old = count_held(&product, &change->before, change->from - 1);
        size_t new = count_held(&product, &change->after, change->from);
        if ((old == 0) != (new == 0))
            warn(change, basket, old == 0, diags);
    }
}

void concordance_lint(const struct concordance *concordance, const struct baskets *baskets, const char *file,
    struct diag_list *diags)
{
    for (size_t i = 0; i < baskets->len; i++)
        if (file == NULL || str_equal(baskets->items[i].place.file, file))
            lint_basket(concordance, &baskets->items[i], diags);
}
