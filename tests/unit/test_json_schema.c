/* link: daemon/io/json_schema daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/node daemon/base/str */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <json.h>

#include "io/json_schema.h"

/* The schema of a map with the given keys, read back. */
static struct json_object *schema_of(const struct shape *shape)
{
    struct buf out;
    buf_init(&out, 1024 * 1024);
    assert_int_equal(json_schema_write(shape, "things", &out), 0);
    struct json_object *schema = json_tokener_parse(buf_text(&out));
    buf_deinit(&out);
    assert_non_null(schema);
    return schema;
}

/* What stands at a path such as "properties/size/pattern", as JSON without blanks. */
static const char *at(struct json_object *schema, const char *path)
{
    char pointer[128];
    struct json_object *found = NULL;
    snprintf(pointer, sizeof pointer, "/%s", path);
    if (json_pointer_get(schema, pointer, &found) < 0)
        return "nothing";
    return json_object_to_json_string_ext(found, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* ---- numbers ---- */

struct range {
    int64_t min, max;
};

static void compile_pattern(const struct key *key, regex_t *ret_regex)
{
    const struct shape shape = {.kind = SHAPE_MAP, .keys = key, .key_count = 1};
    struct json_object *schema = schema_of(&shape), *pattern;
    assert_int_equal(json_pointer_get(schema, "/properties/n/pattern", &pattern), 0);
    assert_int_equal(regcomp(ret_regex, json_object_get_string(pattern), REG_EXTENDED | REG_NOSUB), 0);
    json_object_put(schema);
}

static bool matches(const regex_t *regex, const char *text)
{
    return regexec(regex, text, 0, NULL, 0) == 0;
}

static void whole_numbers_are_those_of_the_table(void **state)
{
    static const struct range ranges[] = {{1, 9}, {1, 10}, {2, 1000}, {7, 7}, {9, 11}, {10, 99}, {99, 101},
        {1, 1234}, {365, 10000}, {999, 1000}, {1001, 8999}};
    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        const struct key key = {"n", KEY_INTEGER, 0, .min = ranges[i].min, .max = ranges[i].max, .help = ""};
        regex_t regex;
        compile_pattern(&key, &regex);
        for (int64_t n = 0; n <= 12000; n++) {
            char text[32];
            snprintf(text, sizeof text, "%lld", (long long)n);
            if (matches(&regex, text) != (n >= key.min && n <= key.max))
                fail_msg("%lld to %lld: %s", (long long)key.min, (long long)key.max, text);
        }
        assert_false(matches(&regex, ""));
        assert_false(matches(&regex, "-9"));
        assert_false(matches(&regex, "9x"));
        regfree(&regex);
    }
}

static void the_largest_numbers_do_not_overflow(void **state)
{
    const struct key key = {"n", KEY_SIZE, 0, .min = 1, .max = INT64_MAX, .help = ""};
    regex_t regex;
    (void)state;
    compile_pattern(&key, &regex);
    assert_true(matches(&regex, "9223372036854775807"));
    assert_false(matches(&regex, "9223372036854775808"));
    assert_true(matches(&regex, "8589934591GiB"));
    assert_false(matches(&regex, "8589934592GiB"));
    regfree(&regex);
}

static void durations_are_limited_in_every_unit(void **state)
{
    static const char *const good[] = {"90s", "2m", "007m", "120m", "1h", "2h"};
    static const char *const bad[] = {"89s", "7201s", "1m", "121m", "3h", "1d", "90", "0h", "2 h", "2H", ""};
    const struct key key = {"n", KEY_DURATION, 0, .min = 90, .max = 7200, .help = ""};
    regex_t regex;
    (void)state;
    compile_pattern(&key, &regex);
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!matches(&regex, good[i]))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (matches(&regex, bad[i]))
            fail_msg("%s", bad[i]);
    regfree(&regex);
}

/* ---- the rest ---- */

static const char *const colours[] = {"red", "blue", NULL};
static const char *const signs[] = {"%", "a.b", NULL};
static const char *const *const taken[] = {colours, signs, colours, NULL};
static const char *const either[] = {"name", "colour", NULL};
static const char *const shown[] = {"name", "colour", "open", NULL};

static const struct shape literal = {.kind = SHAPE_TEXT,
    .name = "literal",
    .pattern = "^[0-9]+(@)$",
    .words = signs,
    .expected = "expected a literal"};
static const struct shape free_name = {
    .kind = SHAPE_TEXT, .pattern = "^[a-z]+$", .except = taken, .max_length = 9};
static const struct shape literals = {
    .kind = SHAPE_MAP, .names = &free_name, .items = &literal, .max_items = 3};
static const struct shape list = {
    .kind = SHAPE_LIST, .items = &literal, .min_items = 1, .max_items = 4, .unique = true};

static const struct key keys[] = {
    {"name", KEY_NAME, 0, .required = true, .help = "a name"},
    {"colour", KEY_CHOICE, 0, .fallback = "red", .choices = colours, .help = ""},
    {"open", KEY_BOOL, 0, .help = ""},
    {"texts", KEY_TEXTS, 0, .help = ""},
    {"count", KEY_INTEGER, 0, .fallback = "3", .min = 1, .max = 5, .help = ""},
    {"literals", KEY_NODE, 0, .help = "", .shape = &literals},
    {"list", KEY_NODE, 0, .help = "", .shape = &list},
};

static void a_table_becomes_a_schema(void **state)
{
    static const struct {
        const char *path, *expected;
    } table[] = {
        {"$id", "\"urn:tdwatch:schema:things\""},
        {"required", "[\"name\"]"},
        {"additionalProperties", "false"},
        {"properties/name/description", "\"a name\""},
        {"properties/name/type", "[\"string\",\"number\",\"boolean\"]"},
        {"properties/name/pattern", "\"^[a-z0-9_.:-]+$\""},
        {"properties/colour", "{\"enum\":[\"red\",\"blue\"],\"default\":\"red\"}"},
        {"properties/open/enum", "[\"true\",\"false\",true,false]"},
        {"properties/texts/anyOf/1/type", "\"array\""},
        {"properties/count/default", "3"},
        {"properties/count/minimum", "1"},
        {"properties/count/maximum", "5"},
        {"properties/count/patternErrorMessage", "\"expected a whole number, 1 to 5\""},
        {"properties/literals/propertyNames/not/enum", "[\"red\",\"blue\",\"%\",\"a.b\"]"},
        {"properties/literals/propertyNames/type", "nothing"},
        {"properties/literals/propertyNames/maxLength", "9"},
        {"properties/literals/maxProperties", "3"},
        {"properties/literals/additionalProperties", "{\"$ref\":\"#/$defs/literal\"}"},
        {"properties/list", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/"
                            "literal\"},\"minItems\":1,\"maxItems\":4,\"uniqueItems\":"
                            "true}"},
        {"$defs/literal/pattern", "\"^[0-9]+(%|a\\\\.b)$\""},
        {"$defs/literal/patternErrorMessage", "\"expected a literal\""},
        {"oneOf", "nothing"},
    };
    const struct shape shape = {.kind = SHAPE_MAP, .keys = keys, .key_count = sizeof keys / sizeof *keys};
    struct json_object *schema = schema_of(&shape);
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_string_equal(at(schema, table[i].path), table[i].expected);
    json_object_put(schema);
}

static void keys_depend_on_each_other(void **state)
{
    const struct shape shape = {.kind = SHAPE_MAP,
        .keys = keys,
        .key_count = sizeof keys / sizeof *keys,
        .only = shown,
        .one_of = either,
        .needs = {{"open", "name"}, {"colour", "open"}},
        .apart = {{"name", "colour"}}};
    struct json_object *schema = schema_of(&shape);
    (void)state;
    assert_string_equal(at(schema, "oneOf"), "[{\"required\":[\"name\"]},{\"required\":[\"colour\"]}]");
    assert_string_equal(at(schema, "dependentRequired"), "{\"open\":[\"name\"],\"colour\":[\"open\"]}");
    assert_string_equal(at(schema, "not"), "{\"anyOf\":[{\"required\":[\"name\",\"colour\"]}]}");
    assert_string_equal(at(schema, "properties/open/enum/0"), "\"true\"");
    assert_string_equal(at(schema, "properties/texts"), "nothing");
    json_object_put(schema);
}

static void required_keys_may_be_filled_in(void **state)
{
    static const char *const filled[] = {"name", NULL};
    const struct shape shape = {.kind = SHAPE_MAP,
        .keys = keys,
        .key_count = sizeof keys / sizeof *keys,
        .filled = filled,
        .min_items = 1,
        .max_items = 6};
    struct json_object *schema = schema_of(&shape);
    (void)state;
    assert_string_equal(at(schema, "required"), "nothing");
    assert_string_equal(at(schema, "minProperties"), "1");
    assert_string_equal(at(schema, "maxProperties"), "6");
    json_object_put(schema);
}

/* YAML takes true, 5 and ~ for a boolean, a number and null. */
static void words_and_texts_are_what_yaml_makes_of_them(void **state)
{
    static const char *const words[] = {"true", "hold", NULL};
    static const struct shape figure = {
        .kind = SHAPE_TEXT, .pattern = "^~|[0-9]$", .also = ALSO_INTEGER | ALSO_NULL};
    static const struct key table[] = {{"verdict", KEY_CHOICE, 0, .choices = words, .help = ""},
        {"figure", KEY_TEXT, 0, .help = "", .shape = &figure}};
    const struct shape shape = {.kind = SHAPE_MAP, .keys = table, .key_count = 2};
    struct json_object *schema = schema_of(&shape);
    (void)state;
    assert_string_equal(at(schema, "properties/verdict/enum"), "[\"true\",\"hold\",true]");
    assert_string_equal(at(schema, "properties/figure/type"), "[\"string\",\"integer\",\"null\"]");
    json_object_put(schema);
}

static void all_keys_may_be_required_and_alike(void **state)
{
    static const struct key words[] = {{"vi", KEY_TEXT, 0, .help = ""}, {"en", KEY_TEXT, 0, .help = ""}};
    const struct shape shape = {
        .kind = SHAPE_MAP, .keys = words, .key_count = 2, .all_required = true, .items = &shape_some_text};
    struct json_object *schema = schema_of(&shape);
    (void)state;
    assert_string_equal(at(schema, "required"), "[\"vi\",\"en\"]");
    assert_string_equal(at(schema, "properties/en"), "{\"$ref\":\"#/$defs/some-text\"}");
    json_object_put(schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_those_of_the_table),
        cmocka_unit_test(the_largest_numbers_do_not_overflow),
        cmocka_unit_test(durations_are_limited_in_every_unit),
        cmocka_unit_test(a_table_becomes_a_schema),
        cmocka_unit_test(keys_depend_on_each_other),
        cmocka_unit_test(required_keys_may_be_filled_in),
        cmocka_unit_test(words_and_texts_are_what_yaml_makes_of_them),
        cmocka_unit_test(all_keys_may_be_required_and_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
