#include <errno.h>
#include <string.h>

#include "app/rule_test_internal.h"
#include "core/code.h"
#include "core/period.h"

/*~ A test file is read after its pack, since what may be expected depends on the rule: the names of its
 * figures and their types. */

const char test_source[] = "test";

enum { TESTS_MAX = 1000 };

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct shape test_list, scope_shape, revision_list;

static const struct shape country_or_nothing = {
    .kind = SHAPE_TEXT,
    .expected = "expected two capital letters as in ISO 3166-1: US, CN, EU",
    .pattern = "^([A-Z]{2})?$",
};

struct file_keys {
    const struct node *tests, *baskets;
};

static const struct key file_keys[] = {
    {.name = "tests",
        .kind = KEY_NODE,
        .offset = offsetof(struct file_keys, tests),
        .required = true,
        .help = "The tests.",
        .shape = &test_list},
    {.name = "baskets",
        .kind = KEY_NODE,
        .offset = offsetof(struct file_keys, baskets),
        .help = "Baskets besides those of the tables.",
        .shape = &baskets_shape},
};

struct test_keys {
    const char *name, *rule, *home, *start;
    const struct node *scope, *series, *measures, *quotas, *expect, *message, *then;
    int absent;
};

#define AT(field) offsetof(struct test_keys, field)

static const char *const absent_words[] = {"unknown", "zero", NULL};

static const struct key test_keys[] = {
    {.name = "name",
        .kind = KEY_TEXT,
        .offset = AT(name),
        .required = true,
        .help = "What the rule is to do, in one sentence."},
    {.name = "rule", .kind = KEY_TEXT, .offset = AT(rule), .required = true, .help = "Id of the rule."},
    {.name = "scope",
        .kind = KEY_NODE,
        .offset = AT(scope),
        .required = true,
        .help = "Product, market and origin.",
        .shape = &scope_shape},
    {.name = "home",
        .kind = KEY_TEXT,
        .offset = AT(home),
        .help = "The home country.",
        .shape = &country_or_nothing},
    {.name = "start",
        .kind = KEY_TEXT,
        .offset = AT(start),
        .required = true,
        .help = "First month of every series.",
        .shape = &period_shape},
    {.name = "series",
        .kind = KEY_NODE,
        .offset = AT(series),
        .required = true,
        .help = "Figures, month by month.",
        .shape = &test_series_shape},
    {.name = "absent",
        .kind = KEY_CHOICE,
        .offset = AT(absent),
        .fallback = "unknown",
        .choices = absent_words,
        .help = "What a month without a figure means; zero: the source leaves out what is zero."},
    {.name = "measures",
        .kind = KEY_NODE,
        .offset = AT(measures),
        .help = "Measures and cases.",
        .shape = &short_measures_shape},
    {.name = "quotas",
        .kind = KEY_NODE,
        .offset = AT(quotas),
        .help = "Quantity limits.",
        .shape = &short_quotas_shape},
    {.name = "expect",
        .kind = KEY_NODE,
        .offset = AT(expect),
        .required = true,
        .help = "What is expected of a month when it is the newest.",
        .shape = &test_expectations_shape},
    {.name = "message",
        .kind = KEY_NODE,
        .offset = AT(message),
        .help = "The message that raised the alert.",
        .shape = &test_message_shape},
    {.name = "then",
        .kind = KEY_NODE,
        .offset = AT(then),
        .help = "Revisions, in order.",
        .shape = &revision_list},
};

static const struct key scope_keys[] = {
    {.name = "product",
        .kind = KEY_TEXT,
        .offset = offsetof(struct scope, product),
        .required = true,
        .help = "A basket or a code."},
    {.name = "market",
        .kind = KEY_TEXT,
        .offset = offsetof(struct scope, market),
        .required = true,
        .help = "The importing country.",
        .shape = &country_or_nothing},
    {.name = "origin",
        .kind = KEY_TEXT,
        .offset = offsetof(struct scope, origin),
        .fallback = "",
        .help = "The third country, where the rule has one.",
        .shape = &country_or_nothing},
};

struct revision_keys {
    const char *vintage;
    const struct node *expect, *message;
};

static const struct key revision_keys[] = {
    {.name = "vintage",
        .kind = KEY_TEXT,
        .offset = offsetof(struct revision_keys, vintage),
        .required = true,
        .help = "Month in which the revision becomes known.",
        .shape = &period_shape},
    {.name = "expect",
        .kind = KEY_NODE,
        .offset = offsetof(struct revision_keys, expect),
        .required = true,
        .help = "What is expected of a month under the revised figures.",
        .shape = &test_expectations_shape},
    {.name = "message",
        .kind = KEY_NODE,
        .offset = offsetof(struct revision_keys, message),
        .help = "The message of the revision's newest event.",
        .shape = &test_message_shape},
};

static const struct shape scope_shape = {
    .kind = SHAPE_MAP, .keys = scope_keys, .key_count = COUNT(scope_keys)};

static const struct shape revision_shape = {
    .kind = SHAPE_MAP,
    .keys = revision_keys,
    .key_count = COUNT(revision_keys),
    .names = &test_revision_name_shape,
    .items = &test_revised_shape,
};
static const struct shape revision_list = {
    .kind = SHAPE_LIST, .items = &revision_shape, .max_items = TEST_STEPS_MAX - 1};

static const struct shape test_shape = {
    .kind = SHAPE_MAP, .name = "test", .keys = test_keys, .key_count = COUNT(test_keys)};
static const struct shape test_list = {.kind = SHAPE_LIST, .items = &test_shape, .max_items = TESTS_MAX};

const struct shape rule_tests_shape = {.kind = SHAPE_MAP, .keys = file_keys, .key_count = COUNT(file_keys)};

/* ---- parts ---- */

static struct place place_of(const struct node *map, const char *key)
{
    const struct node *value = node_get(map, key);
    return value != NULL ? value->place : map->place;
}

static int32_t read_month(
    const struct test_reader *reader, const struct node *map, const char *key, const char *text)
{
    int32_t period;
    if (text == NULL)
        return PERIOD_NONE;
    if (period_parse(slice_of(text), &period) == 0)
        return period;
    diag_error(reader->diags, place_of(map, key), "S003",
        "'%s' of a test: expected a month such as 2023-01, found '%.60s'", key, text);
    return PERIOD_NONE;
}

static const struct rule *find_rule(const struct test_reader *reader, const struct node *map, const char *id)
{
    const struct ruleset *ruleset = reader->ruleset;
    const struct rule *rule = id != NULL ? ruleset_find(ruleset, id) : NULL;
    if (rule != NULL || id == NULL)
        return rule;
    const char **ids = arena_array(reader->arena, ruleset->len, sizeof *ids);
    for (size_t i = 0; i < ruleset->len; i++)
        ids[i] = ruleset->rules[i].id;
    diag_error(reader->diags, place_of(map, "rule"), "S002", "the pack has no rule '%.60s'", id);
    const char *near = str_did_you_mean(slice_of(id), ids, ruleset->len);
    if (near != NULL)
        diag_hint(reader->diags, "did you mean '%s'?", near);
    return NULL;
}

static int check_country(
    const struct test_reader *reader, const struct node *map, const char *key, const char *code)
{
    if (code == NULL || code[0] == '\0' || (code_is_country(slice_of(code)) && strlen(code) == 2))
        return 0;
    diag_error(reader->diags, place_of(map, key), "S004",
        "'%s' of a test: expected two capital letters of ISO 3166-1, found '%.60s'", key, code);
    return -EINVAL;
}

static int read_scope(const struct test_reader *reader, const struct node *map, struct scope *ret_scope)
{
    if (keys_read(map, scope_keys, COUNT(scope_keys), "the scope of a test", ret_scope, reader->arena,
            reader->diags) < 0)
        return -EINVAL;
    int r = check_country(reader, map, "market", ret_scope->market);
    return check_country(reader, map, "origin", ret_scope->origin) < 0 ? -EINVAL : r;
}

/* ---- revisions ---- */

/* Keys that are no series, as a map of their own: the keys of series are any. */
static struct node without_series(const struct test_reader *reader, const struct node *map)
{
    struct node rest = *map;
    rest.len = 0;
    rest.items = arena_array(reader->arena, map->len, sizeof *rest.items);
    rest.keys = arena_array(reader->arena, map->len, sizeof *rest.keys);
    for (size_t i = 0; i < map->len; i++) {
        if (test_is_series_name(map->keys[i]->text))
            continue;
        rest.items[rest.len] = map->items[i];
        rest.keys[rest.len++] = map->keys[i];
    }
    return rest;
}

/* A revision comes after all that is known before it, and says nothing of months that are not over. */
static void check_vintage(const struct test_reader *reader, const struct node *map,
    const struct rule_test *test, const struct test_step *step)
{
    const struct test_step *before = step - 1;
    int32_t least = before->vintage > test->end ? before->vintage : test->end;
    char text[PERIOD_TEXT_SIZE];
    if (step->vintage == PERIOD_NONE || step->vintage >= least)
        return;
    diag_error(reader->diags, place_of(map, "vintage"), "S013",
        "the vintage of a revision must not be before %s, the newest month that is known by then",
        period_format(least, text));
}

static void read_revision(
    const struct test_reader *reader, const struct node *map, struct rule_test *test, struct test_step *step)
{
    struct revision_keys keys = {0};
    if (map->kind != NODE_MAP) {
        diag_error(reader->diags, map->place, "S013", "a revision is a map, found %s", node_kind_name(map));
        return;
    }
    struct node rest = without_series(reader, map);
    (void)keys_read(&rest, revision_keys, COUNT(revision_keys), "a revision", &keys, reader->arena,
        reader->diags); /* its faults are in diags, and more are looked for */
    step->vintage = read_month(reader, map, "vintage", keys.vintage);
    for (size_t i = 0; i < map->len; i++)
        if (test_is_series_name(map->keys[i]->text))
            (void)test_read_revision(reader, map->keys[i], map->items[i], test, step);
    check_vintage(reader, map, test, step);
    if (keys.expect != NULL)
        (void)test_read_expectations(reader, keys.expect, test, step);
    if (keys.message != NULL)
        (void)test_read_message(reader, keys.message, step);
}

static void read_revisions(const struct test_reader *reader, const struct node *list, struct rule_test *test)
{
    if (list == NULL)
        return;
    if (list->kind != NODE_SEQUENCE || list->len >= TEST_STEPS_MAX) {
        diag_error(
            reader->diags, list->place, "S013", "expected a list of less than %d revisions", TEST_STEPS_MAX);
        return;
    }
    for (size_t i = 0; i < list->len; i++)
        read_revision(reader, list->items[i], test, &test->steps[test->step_count++]);
}

/* ---- a test ---- */

/* Everything behind the keys. Series need scope and months; what is expected needs the rule as well. */
static void read_body(const struct test_reader *reader, const struct test_keys *keys, struct rule_test *test)
{
    size_t errors = reader->diags->errors;
    (void)test_read_tables(reader, keys->measures, keys->quotas, test);
    if (test->start == PERIOD_NONE || test->scope.product == NULL || keys->series == NULL)
        return;
    if (test_read_series(reader, keys->series, test) < 0 || test->rule == NULL)
        return;
    if (keys->expect != NULL)
        (void)test_read_expectations(reader, keys->expect, test, &test->steps[0]);
    if (keys->message != NULL)
        (void)test_read_message(reader, keys->message, &test->steps[0]);
    read_revisions(reader, keys->then, test);
    if (reader->diags->errors == errors)
        (void)rule_test_check_scope(test, reader->diags);
}

static void read_test(const struct test_reader *reader, const struct node *map, struct rule_test *test)
{
    struct test_keys keys = {0};
    *test = (struct rule_test){
        .name = "",
        .place = map->place,
        .scope_place = place_of(map, "scope"),
        .reference = {.baskets = reader->reference->baskets,
            .countries = reader->reference->countries,
            .deadlines = reader->reference->deadlines},
        .steps = arena_array(reader->arena, TEST_STEPS_MAX, sizeof *test->steps),
        .step_count = 1,
    };
    (void)keys_read(map, test_keys, COUNT(test_keys), "a test", &keys, reader->arena,
        reader->diags); /* its faults are in diags, and more are looked for */
    if (map->kind != NODE_MAP)
        return;
    if (keys.name != NULL)
        test->name = keys.name;
    test->rule = find_rule(reader, map, keys.rule);
    test->home = keys.home != NULL ? keys.home : reader->home;
    (void)check_country(reader, map, "home", keys.home);
    test->start = read_month(reader, map, "start", keys.start);
    test->absent_is_zero = keys.absent == 1;
    if (keys.scope != NULL && read_scope(reader, keys.scope, &test->scope) < 0)
        test->scope = (struct scope){0};
    read_body(reader, &keys, test);
}

/* A test is called for by its name. */
static void check_names(const struct test_reader *reader, const struct rule_tests *tests)
{
    struct map seen = MAP_NULL;
    uint32_t first;
    for (size_t i = 0; i < tests->len; i++) {
        const char *name = tests->items[i].name;
        if (map_get(&seen, name, strlen(name), &first) && name[0] != '\0')
            diag_error(reader->diags, tests->items[i].place, "S014",
                "a test '%.60s' stands already in line %d", name, tests->items[first].place.line);
        map_put(&seen, name, strlen(name), (uint32_t)i);
    }
    map_deinit(&seen);
}

int rule_tests_read(
    const struct test_reader *reader, const struct node *document, struct rule_tests *ret_tests)
{
    struct file_keys keys = {0};
    size_t errors = reader->diags->errors;
    *ret_tests = (struct rule_tests){0};
    (void)keys_read(document, file_keys, COUNT(file_keys), "a file of tests", &keys, reader->arena,
        reader->diags); /* its faults are in diags, and more are looked for */
    if (keys.tests == NULL)
        return -EINVAL;
    if (keys.tests->kind != NODE_SEQUENCE || keys.tests->len > TESTS_MAX) {
        diag_error(reader->diags, keys.tests->place, "S001", "'tests': expected a list of at most %d tests",
            TESTS_MAX);
        return -EINVAL;
    }
    ret_tests->items = arena_array(reader->arena, keys.tests->len, sizeof *ret_tests->items);
    for (size_t i = 0; i < keys.tests->len; i++)
        read_test(reader, keys.tests->items[i], &ret_tests->items[ret_tests->len++]);
    check_names(reader, ret_tests);
    return reader->diags->errors > errors ? -EINVAL : 0;
}

void rule_tests_deinit(struct rule_tests *tests)
{
    for (size_t i = 0; i < tests->len; i++) {
        measures_deinit(&tests->items[i].reference.measures);
        quotas_deinit(&tests->items[i].reference.quotas);
    }
    *tests = (struct rule_tests){0};
}
