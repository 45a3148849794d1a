/* The series of tests: names that follow the roles of the rule language, figures as core/series_text.h has
 * them. */
#include <errno.h>
#include <string.h>

#include "app/rule_test_internal.h"
#include "core/code.h"
#include "core/period.h"
#include "core/series_role.h"
#include "core/series_text.h"

/* "code(4408).origin(TH).quantity" taken apart. */
struct series_name {
    struct slice code;    /* data NULL: the first of the basket */
    struct slice role;    /* "origin" */
    struct slice partner; /* data NULL: as the role has it */
    struct slice column;
};

/* Roles that range over countries name one of them here. */
static const struct {
    const char *name;
    enum series_role role;
} each_roles[] = {{"origin", ROLE_BY_ORIGIN}, {"destination", ROLE_BY_MARKET}};

enum { EACH_ROLES = sizeof each_roles / sizeof *each_roles };

static const char names_hint[] = "write imports.quantity, market.value, origin(TH).value, "
                                 "destination(JP).value or code(4408).inputs.value";

/* ---- shapes, for the schema ---- */

#define CODE    "code\\([A-Za-z0-9:._-]+\\)"
#define EACH    "(origin|destination)\\(([A-Z]{2}|W)\\)"
#define COLUMNS "([.](value|quantity|weight))?"
#define SERIES  "(" CODE "[.])?(" EACH "|(@))" COLUMNS

static const char *const named_roles[] = {"exports", "exports_all", "imports", "market", "from_origin",
    "inputs", "same_from_origin", "whole", NULL};

static const struct shape series_name_shape = {
    .kind = SHAPE_TEXT, .pattern = "^" SERIES "$", .words = named_roles};

const struct shape test_series_shape = {
    .kind = SHAPE_MAP,
    .names = &series_name_shape,
    .items = &series_text_shape,
    .min_items = 1,
    .max_items = TEST_SERIES_MAX,
};

const struct shape test_revision_name_shape = {
    .kind = SHAPE_TEXT, .pattern = "^(vintage|expect|message|" SERIES ")$", .words = named_roles};

const struct shape test_revised_shape = {
    .kind = SHAPE_MAP, .names = &period_shape, .items = &series_point_shape};

/* ---- names ---- */

/* Takes "NAME(…)" with that name from the front of the text. */
static bool take_call(struct slice *text, const char *name, struct slice *ret_argument)
{
    size_t len = strlen(name);
    const char *close = memchr(text->data, ')', text->len);
    if (text->len <= len || memcmp(text->data, name, len) != 0 || text->data[len] != '(' || close == NULL)
        return false;
    *ret_argument = (struct slice){text->data + len + 1, (size_t)(close - text->data) - len - 1};
    *text = (struct slice){close + 1, text->len - (size_t)(close + 1 - text->data)};
    return true;
}

static bool take_dot(struct slice *text)
{
    if (text->len == 0 || text->data[0] != '.')
        return false;
    *text = (struct slice){text->data + 1, text->len - 1};
    return true;
}

/* False where the text has not the shape of a name. */
static bool split_name(struct slice text, struct series_name *ret_name)
{
    struct series_name name = {.column = slice_of("value")};
    if (take_call(&text, "code", &name.code) && !take_dot(&text))
        return false;
    for (size_t i = 0; i < EACH_ROLES && name.partner.data == NULL; i++)
        if (take_call(&text, each_roles[i].name, &name.partner))
            name.role = slice_of(each_roles[i].name);
    if (name.partner.data == NULL) {
        const char *dot = memchr(text.data, '.', text.len);
        name.role = (struct slice){text.data, dot != NULL ? (size_t)(dot - text.data) : text.len};
        text = (struct slice){text.data + name.role.len, text.len - name.role.len};
    }
    if (text.len > 0 && !take_dot(&text))
        return false;
    if (text.data > name.role.data && text.len > 0)
        name.column = text;
    *ret_name = name;
    return true;
}

static int find_word(struct slice word, const char *const *words, int n)
{
    for (int i = 0; i < n; i++)
        if (slice_equal(word, words[i]))
            return i;
    return -1;
}

/* The role, or -1. */
static int role_of(const struct series_name *name)
{
    for (size_t i = 0; i < EACH_ROLES; i++)
        if (name->partner.data != NULL && slice_equal(name->role, each_roles[i].name))
            return (int)each_roles[i].role;
    int role = series_role_find(name->role);
    return role != ROLE_RIVALS ? role : -1; /* a difference is not reported */
}

bool test_is_series_name(struct slice text)
{
    struct series_name name;
    return memchr(text.data, '.', text.len) != NULL || memchr(text.data, '(', text.len) != NULL ||
           (split_name(text, &name) && role_of(&name) >= 0);
}

/* ---- keys ---- */

const char *test_first_code(const struct baskets *baskets, const char *product, enum role_codes codes)
{
    const struct basket *basket = baskets_find(baskets, product);
    if (basket == NULL)
        return codes == CODES_PRODUCT ? product : NULL;
    switch (codes) {
    case CODES_PRODUCT:
        return basket->codes.len > 0 ? basket->codes.items[0].code : NULL;
    case CODES_INPUTS:
        return basket->inputs.len > 0 ? basket->inputs.items[0].code : NULL;
    case CODES_WHOLE:
        break;
    }
    return basket->part_of.len > 0 ? basket->part_of.items[0] : NULL;
}

static int fail(const struct test_reader *reader, const struct node *name, const char *text, const char *hint)
{
    diag_error(reader->diags, name->place, "S005", "'%.80s': %s", name->text.data, text);
    if (hint != NULL)
        diag_hint(reader->diags, "%s", hint);
    return -EINVAL;
}

static const char *copy(const struct test_reader *reader, struct slice text)
{
    return arena_strndup(reader->arena, text.data, text.len);
}

/* What stands for the places of a role in the test's scope. */
static int read_key(const struct test_reader *reader, const struct node *node, const struct series_name *name,
    const struct rule_test *test, struct series_key *ret_key)
{
    int number = role_of(name);
    if (number < 0)
        return fail(reader, node, "there is no such series", names_hint);
    const struct role *role = &series_roles[number];
    const char *code = test_first_code(&reader->reference->baskets, test->scope.product, role->codes);
    if (name->code.data != NULL)
        code = copy(reader, name->code);
    const char *partner = series_role_country(role->partner, &test->scope, test->home);
    if (name->partner.data != NULL)
        partner = copy(reader, name->partner);
    if (code == NULL)
        return fail(
            reader, node, "the product has no codes for this series", "name one: code(4408).inputs.value");
    if (!code_is_product(slice_of(code)))
        return fail(reader, node, "this is no product code", NULL);
    if (!code_is_country(slice_of(partner)))
        return fail(reader, node, "expected two capital letters of ISO 3166-1 for the country", NULL);
    *ret_key = (struct series_key){
        .source = test_source,
        .reporter = series_role_country(role->reporter, &test->scope, test->home),
        .flow = role->flow,
        .partner = partner,
        .product = code,
    };
    return 0;
}

static bool is_same_key(const struct series_key *a, const struct series_key *b)
{
    return a->flow == b->flow && str_equal(a->reporter, b->reporter) && str_equal(a->partner, b->partner) &&
           str_equal(a->product, b->product);
}

/* Finds the series of a name; *ret_before is the one that the test has already, or NULL. */
static int read_name(const struct test_reader *reader, const struct node *node, const struct rule_test *test,
    struct test_series *ret_series, const struct test_series **ret_before)
{
    struct series_name name;
    struct test_series series = {.place = node->place};
    if (!split_name(node->text, &name))
        return fail(reader, node, "there is no such series", names_hint);
    if (slice_equal(name.column, "unit_value") || slice_equal(name.role, "rivals"))
        return fail(reader, node, "this is computed from other series",
            "a unit value is value by quantity; rivals are market less imports");
    int column = find_word(name.column, series_column_names, COLUMN_COUNT);
    if (column < 0)
        return fail(reader, node, "there is no such column", "the columns are value, quantity and weight");
    series.column = (enum column)column;
    if (read_key(reader, node, &name, test, &series.key) < 0)
        return -EINVAL;
    *ret_before = NULL;
    for (size_t i = 0; i < test->series_count; i++)
        if (test->series[i].column == series.column && is_same_key(&test->series[i].key, &series.key))
            *ret_before = &test->series[i];
    *ret_series = series;
    return 0;
}

static int add_series(
    const struct test_reader *reader, struct rule_test *test, const struct test_series *series)
{
    if (test->series_count == TEST_SERIES_MAX) {
        diag_error(reader->diags, series->place, "S005", "more than %d series", TEST_SERIES_MAX);
        return -EINVAL;
    }
    test->series[test->series_count++] = *series;
    return 0;
}

/* ---- figures ---- */

static int read_points(
    const struct test_reader *reader, const struct node *node, struct series_points *ret_points)
{
    struct series_text_fault fault;
    if (node->kind != NODE_SCALAR) {
        diag_error(reader->diags, node->place, "S006", "expected figures such as 100x12 110, found %s",
            node_kind_name(node));
        return -EINVAL;
    }
    if (series_text_read(node->text, ret_points, &fault) == 0)
        return 0;
    diag_error(reader->diags, node_place_at(node, fault.at), "S006", "expected %s", fault.expected);
    diag_hint(reader->diags, "10x3 is 10 10 10, 10+2x3 is 10 12 14 16; _ is not published, ~ suppressed");
    return -EINVAL;
}

/* The row of a series and month, added where there is none. */
static struct observation *row_of(
    const struct test_reader *reader, struct test_step *step, const struct series_key *key, int32_t period)
{
    struct observations *rows = &step->rows;
    for (size_t i = rows->len; i-- > 0;) {
        struct observation *row = &rows->items[i];
        struct series_key own = {test_source, row->reporter, row->flow, row->partner, row->product};
        if (row->period == period && is_same_key(&own, key))
            return row;
    }
    if (rows->len == rows->cap) {
        rows->cap = rows->cap > 0 ? 2 * rows->cap : 64;
        struct observation *items = arena_array(reader->arena, rows->cap, sizeof *items);
        if (rows->len > 0)
            memcpy(items, rows->items, rows->len * sizeof *items);
        rows->items = items;
    }
    rows->items[rows->len] = (struct observation){
        .reporter = key->reporter,
        .partner = key->partner,
        .product = key->product,
        .unit = "",
        .flow = key->flow,
        .period = period,
    };
    return &rows->items[rows->len++];
}

static void put_point(const struct test_reader *reader, struct test_step *step,
    const struct test_series *series, int32_t period, const struct series_point *point)
{
    if (!point->known && point->flags == 0)
        return;
    struct observation *row = row_of(reader, step, &series->key, period);
    row->present[series->column] = point->known;
    row->figure[series->column] = point->figure;
    row->flags |= point->flags;
}

static int read_series(const struct test_reader *reader, const struct node *name, const struct node *value,
    struct rule_test *test)
{
    struct test_series series;
    const struct test_series *before;
    struct series_points points;
    int r = read_name(reader, name, test, &series, &before);
    if (read_points(reader, value, &points) < 0 || r < 0)
        return -EINVAL;
    if (before != NULL) {
        diag_error(reader->diags, name->place, "S007", "the series of '%.80s' stands already in line %d",
            name->text.data, before->place.line);
        return -EINVAL;
    }
    int32_t last = test->start + (int32_t)points.len - 1;
    if (period_year(last) > PERIOD_YEAR_MAX) {
        diag_error(
            reader->diags, value->place, "S006", "the series goes on after the year %d", PERIOD_YEAR_MAX);
        return -EINVAL;
    }
    for (size_t i = 0; i < points.len; i++)
        put_point(reader, &test->steps[0], &series, test->start + (int32_t)i, &points.items[i]);
    test->end = last > test->end ? last : test->end;
    return add_series(reader, test, &series);
}

int test_read_series(const struct test_reader *reader, const struct node *map, struct rule_test *test)
{
    int r = 0;
    test->series = arena_array(reader->arena, TEST_SERIES_MAX, sizeof *test->series);
    if (map->kind != NODE_MAP || map->len == 0) {
        diag_error(reader->diags, map->place, "S005", "'series': expected a map of series, found %s",
            map->kind == NODE_MAP ? "nothing" : node_kind_name(map));
        diag_hint(reader->diags, "%s", names_hint);
        return -EINVAL;
    }
    for (size_t i = 0; i < map->len; i++)
        if (read_series(reader, map->keys[i], map->items[i], test) < 0)
            r = -EINVAL;
    return r;
}

/* ---- revisions ---- */

/* One month of a revision. */
static int read_revised(const struct test_reader *reader, const struct node *month, const struct node *value,
    const struct rule_test *test, int32_t *ret_period, struct series_point *ret_point)
{
    struct series_points points;
    char first[PERIOD_TEXT_SIZE];
    int r = read_points(reader, value, &points);
    if (r == 0 && (points.len != 1 || (!points.items[0].known && points.items[0].flags == 0))) {
        diag_error(reader->diags, value->place, "S013", "a revision gives each month one figure, or ~");
        r = -EINVAL;
    }
    if (period_parse(month->text, ret_period) < 0 || *ret_period < test->start ||
        *ret_period >= test->start + SERIES_POINTS_MAX) {
        diag_error(reader->diags, month->place, "S013", "expected a month from %s on, found '%.60s'",
            period_format(test->start, first), month->text.data);
        return -EINVAL;
    }
    if (r == 0)
        *ret_point = points.items[0];
    return r;
}

int test_read_revision(const struct test_reader *reader, const struct node *name, const struct node *months,
    struct rule_test *test, struct test_step *step)
{
    struct test_series series;
    const struct test_series *before;
    if (months->kind != NODE_MAP) {
        diag_error(reader->diags, months->place, "S013",
            "a revision of a series is a map of months, found %s", node_kind_name(months));
        diag_hint(reader->diags, "write imports.quantity: { 2025-02: 110 }");
        return -EINVAL;
    }
    int r = read_name(reader, name, test, &series, &before);
    if (r == 0 && before == NULL)
        r = add_series(reader, test, &series);
    for (size_t i = 0; i < months->len; i++) {
        struct series_point point;
        int32_t period;
        if (read_revised(reader, months->keys[i], months->items[i], test, &period, &point) < 0)
            r = -EINVAL;
        if (r < 0)
            continue;
        put_point(reader, step, &series, period, &point);
        test->end = period > test->end ? period : test->end;
    }
    return r;
}
