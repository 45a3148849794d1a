/* Measures and quotas of a test: rows of the tables, of which a test writes only what its rule reads. */
#include <errno.h>
#include <string.h>

#include "app/rule_test_internal.h"

/* What stands for a key that is not written. A NULL text is the row's number, or the test's product. */
struct filling {
    const char *key, *text;
};

static const struct filling measure_fillings[] = {{"id", NULL}, {"title", "of the test"},
    {"type", "anti-dumping"}, {"source", "the test"}, {"basket", NULL}, {"codes", NULL}, {0}};
static const struct filling quota_fillings[] = {{"id", NULL}, {"title", "of the test"}, {"per", "year"},
    {"source", "the test"}, {"basket", NULL}, {"codes", NULL}, {0}};

/* A list whose rows are filled in. */
struct short_rows {
    const struct test_reader *reader;
    const struct rule_test *test;
    const struct filling *fillings;
};

/* What the row is on where it does not say: the product of the test. NULL: it says, or this key is not the
 * one. */
static const char *target_text(const struct short_rows *rows, const struct node *row, const char *key)
{
    bool says = node_get(row, "basket") != NULL || node_get(row, "codes") != NULL;
    const char *product = rows->test->scope.product;
    bool is_basket = product != NULL && baskets_find(&rows->reader->reference->baskets, product) != NULL;
    return !says && is_basket == str_equal(key, "basket") ? product : NULL;
}

static const char *filling_text(
    const struct short_rows *rows, const struct node *row, const struct filling *filling, size_t number)
{
    if (filling->text != NULL)
        return filling->text;
    if (str_equal(filling->key, "id"))
        return arena_printf(rows->reader->arena, "test-%zu", number);
    return target_text(rows, row, filling->key);
}

static struct node *new_scalar(const struct short_rows *rows, struct place place, const char *text)
{
    struct node *scalar = arena_alloc(rows->reader->arena, sizeof *scalar);
    *scalar = (struct node){.kind = NODE_SCALAR, .place = place, .text = slice_of(text)};
    return scalar;
}

static struct node *fill_row(const struct short_rows *rows, const struct node *row, size_t number)
{
    enum { FILLINGS_MAX = 8 };
    struct arena *arena = rows->reader->arena;
    struct node *full = arena_alloc(arena, sizeof *full);
    *full = *row;
    if (row->kind != NODE_MAP)
        return full;
    full->items = arena_array(arena, row->len + FILLINGS_MAX, sizeof *full->items);
    full->keys = arena_array(arena, row->len + FILLINGS_MAX, sizeof *full->keys);
    for (size_t i = 0; i < row->len; i++) {
        full->items[i] = row->items[i];
        full->keys[i] = row->keys[i];
    }
    for (const struct filling *filling = rows->fillings; filling->key != NULL; filling++) {
        const char *text =
            node_get(row, filling->key) == NULL ? filling_text(rows, row, filling, number) : NULL;
        if (text == NULL)
            continue;
        full->keys[full->len] = new_scalar(rows, row->place, filling->key);
        full->items[full->len++] = new_scalar(rows, row->place, text);
    }
    return full;
}

static struct node fill_list(const struct short_rows *rows, const struct node *list)
{
    struct node full = *list;
    full.items = arena_array(rows->reader->arena, list->len, sizeof *full.items);
    for (size_t i = 0; list->kind == NODE_SEQUENCE && i < list->len; i++)
        full.items[i] = fill_row(rows, list->items[i], i + 1);
    return full;
}

int test_read_tables(const struct test_reader *reader, const struct node *measures, const struct node *quotas,
    struct rule_test *test)
{
    struct reference *reference = &test->reference;
    struct short_rows rows = {reader, test, measure_fillings};
    int r = 0;
    if (measures != NULL) {
        struct node full = fill_list(&rows, measures);
        r = measures_add(&reference->measures, &full, &reference->baskets, reader->diags);
    }
    rows.fillings = quota_fillings;
    if (quotas != NULL) {
        struct node full = fill_list(&rows, quotas);
        if (quotas_add(&reference->quotas, &full, &reference->baskets, reader->diags) < 0)
            r = -EINVAL;
    }
    return r;
}
