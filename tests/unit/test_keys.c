/* link: daemon/base/keys daemon/base/node daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/keys.h"

struct dish {
    const char *title, *id;
    struct texts parts;
    bool spicy;
    int64_t count, rest, room;
    int heat;
    const struct node *more;
};

static const char *const heats[] = {"mild", "medium", "hot", NULL};

#define AT(field) offsetof(struct dish, field)
static const struct key keys[] = {
    {.name = "title", .kind = KEY_TEXT, .offset = AT(title), .required = true},
    {.name = "id", .kind = KEY_NAME, .offset = AT(id), .fallback = "pho"},
    {.name = "parts", .kind = KEY_TEXTS, .offset = AT(parts), .fallback = "[rice, beef]"},
    {.name = "spicy", .kind = KEY_BOOL, .offset = AT(spicy), .fallback = "true"},
    {.name = "count", .kind = KEY_INTEGER, .offset = AT(count), .fallback = "3", .min = 1, .max = 9},
    {.name = "rest", .kind = KEY_DURATION, .offset = AT(rest), .fallback = "5m", .min = 1, .max = 86400},
    {.name = "room", .kind = KEY_SIZE, .offset = AT(room), .fallback = "8MiB", .min = 512, .max = INT64_MAX},
    {.name = "heat", .kind = KEY_CHOICE, .offset = AT(heat), .fallback = "medium", .choices = heats},
    {.name = "more", .kind = KEY_NODE, .offset = AT(more)},
};
enum { KEYS = sizeof keys / sizeof *keys };

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct dish dish;
};

static int setup(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    arena_deinit(&fixture->arena);
    diag_list_deinit(&fixture->diags);
    return 0;
}

static struct node *scalar(struct fixture *fixture, const char *text, int line)
{
    struct node *node = arena_alloc(&fixture->arena, sizeof *node);
    *node = (struct node){.kind = NODE_SCALAR, .place = {"dish.yaml", line, 4}, .text = slice_of(text)};
    return node;
}

static struct node *list(struct fixture *fixture, const char *const *texts, size_t n)
{
    struct node *node = scalar(fixture, "", 1);
    node->kind = NODE_SEQUENCE;
    node->len = n;
    node->items = arena_array(&fixture->arena, n, sizeof *node->items);
    for (size_t i = 0; i < n; i++)
        node->items[i] = scalar(fixture, texts[i], (int)i + 2);
    return node;
}

/* A map of one title and, where `key` is given, one more entry. */
static struct node *map_with(struct fixture *fixture, const char *key, struct node *value)
{
    struct node *map = scalar(fixture, "", 1);
    map->kind = NODE_MAP;
    map->len = key != NULL ? 2 : 1;
    map->keys = arena_array(&fixture->arena, 2, sizeof *map->keys);
    map->items = arena_array(&fixture->arena, 2, sizeof *map->items);
    map->keys[0] = scalar(fixture, "title", 1);
    map->items[0] = scalar(fixture, "Phở", 1);
    if (key != NULL) {
        map->keys[1] = scalar(fixture, key, 2);
        map->items[1] = value;
    }
    return map;
}

static int read_map(struct fixture *fixture, const struct node *map)
{
    diag_list_deinit(&fixture->diags);
    return keys_read(map, keys, KEYS, "a dish", &fixture->dish, &fixture->arena, &fixture->diags);
}

static int read_text(struct fixture *fixture, const char *key, const char *value)
{
    return read_map(fixture, map_with(fixture, key, scalar(fixture, value, 2)));
}

static void defaults_fill_what_is_left_out(void **state)
{
    struct fixture *fixture = *state;
    memset(&fixture->dish, 0xff, sizeof fixture->dish);
    assert_int_equal(read_map(fixture, map_with(fixture, NULL, NULL)), 0);
    const struct dish *dish = &fixture->dish;
    assert_string_equal(dish->title, "Phở");
    assert_string_equal(dish->id, "pho");
    assert_int_equal(dish->parts.len, 2);
    assert_string_equal(dish->parts.items[0], "rice");
    assert_string_equal(dish->parts.items[1], "beef");
    assert_true(dish->spicy);
    assert_int_equal(dish->count, 3);
    assert_int_equal(dish->rest, 300);
    assert_int_equal(dish->room, 8 * 1024 * 1024);
    assert_int_equal(dish->heat, 1);
    assert_null(dish->more);
}

static void every_fault_has_its_code(void **state)
{
    static const struct {
        const char *key, *value, *code, *hint;
    } cases[] = {
        {"heta", "hot", "K001", "did you mean 'heat'?"},
        {"zzzzzzzzz", "1", "K001", "its keys are title, id, parts, spicy, count, rest, room, heat, more"},
        {"id", "Upper", "K004", NULL},
        {"id", "two words", "K004", NULL},
        {"spicy", "yes", "K004", NULL},
        {"spicy", "True", "K004", NULL},
        {"spicy", "", "K004", "write a value, or remove the key to have its default"},
        {"count", "three", "K004", NULL},
        {"count", "1.5", "K004", NULL},
        {"count", "0", "K005", NULL},
        {"count", "10", "K005", NULL},
        {"count", "99999999999999999999", "K005", NULL},
        {"rest", "5", "K004", NULL},
        {"rest", "5 m", "K004", NULL},
        {"rest", "m", "K004", NULL},
        {"rest", "-5m", "K004", NULL},
        {"rest", "5min", "K004", NULL},
        {"rest", "2d", "K005", NULL},
        {"rest", "9223372036854775807d", "K005", NULL},
        {"room", "64kb", "K004", NULL},
        {"room", "511", "K005", NULL},
        {"heat", "hoot", "K006", "did you mean 'hot'?"},
        {"heat", "volcanic", "K006", NULL},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(read_text(fixture, cases[i].key, cases[i].value), -EINVAL);
        assert_int_equal(fixture->diags.len, 1);
        const struct diag *diag = &fixture->diags.items[0];
        assert_string_equal(diag->code, cases[i].code);
        assert_string_equal(diag->file, "dish.yaml");
        assert_int_equal(diag->line, 2);
        assert_int_equal(diag->column, 4);
        if (cases[i].hint != NULL)
            assert_string_equal(diag->hint, cases[i].hint);
    }
}

static void faulty_value_leaves_default(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(read_text(fixture, "rest", "soon"), -EINVAL);
    assert_int_equal(fixture->dish.rest, 300);
    assert_string_equal(fixture->dish.title, "Phở");
    assert_string_equal(fixture->diags.items[0].text,
        "'rest' of a dish: expected a duration such as 30s, 5m, 2h or 1d, found 'soon'");
}

static void limits_are_told_as_they_are_written(void **state)
{
    struct fixture *fixture = *state;
    read_text(fixture, "rest", "2d");
    assert_string_equal(fixture->diags.items[0].text, "'rest' of a dish: expected 1s to 1d, found 2d");
    read_text(fixture, "room", "1");
    assert_string_equal(fixture->diags.items[0].text, "'room' of a dish: expected at least 512, found 1");
}

static void values_read_in_their_units(void **state)
{
    static const struct {
        const char *key, *value;
        int64_t expected;
    } cases[] = {
        {"rest", "30s", 30},
        {"rest", "2h", 7200},
        {"rest", "1d", 86400},
        {"room", "512", 512},
        {"room", "64KiB", 65536},
        {"room", "8MiB", 8 << 20},
        {"room", "2GiB", INT64_C(2) << 30},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(read_text(fixture, cases[i].key, cases[i].value), 0);
        int64_t value = str_equal(cases[i].key, "rest") ? fixture->dish.rest : fixture->dish.room;
        assert_int_equal(value, cases[i].expected);
    }
}

static void list_may_be_one_scalar(void **state)
{
    static const char *const three[] = {"a", "b", "c"};
    struct fixture *fixture = *state;
    assert_int_equal(read_text(fixture, "parts", "noodles"), 0);
    assert_int_equal(fixture->dish.parts.len, 1);
    assert_string_equal(fixture->dish.parts.items[0], "noodles");
    assert_int_equal(read_map(fixture, map_with(fixture, "parts", list(fixture, three, 3))), 0);
    assert_int_equal(fixture->dish.parts.len, 3);
    assert_string_equal(fixture->dish.parts.items[2], "c");
    assert_int_equal(read_map(fixture, map_with(fixture, "parts", list(fixture, NULL, 0))), 0);
    assert_int_equal(fixture->dish.parts.len, 0);
}

static void every_bad_item_of_a_list_is_reported(void **state)
{
    static const char *const texts[] = {"a", "", "c", ""};
    struct fixture *fixture = *state;
    assert_int_equal(read_map(fixture, map_with(fixture, "parts", list(fixture, texts, 4))), -EINVAL);
    assert_int_equal(fixture->diags.len, 2);
    assert_int_equal(fixture->diags.items[0].line, 3);
    assert_int_equal(fixture->diags.items[1].line, 5);
    assert_int_equal(fixture->dish.parts.len, 2);
}

static void quoted_nothing_is_a_text(void **state)
{
    struct fixture *fixture = *state;
    struct node *empty = scalar(fixture, "", 2);
    empty->quoted = true;
    struct node *map = map_with(fixture, NULL, NULL);
    map->items[0] = empty;
    assert_int_equal(read_map(fixture, map), 0);
    assert_string_equal(fixture->dish.title, "");
}

static void missing_and_wrong_kinds_are_all_reported(void **state)
{
    struct fixture *fixture = *state;
    struct node *map = map_with(fixture, "count", list(fixture, NULL, 0));
    map->keys[0] = scalar(fixture, "titel", 1);
    assert_int_equal(read_map(fixture, map), -EINVAL);
    assert_int_equal(fixture->diags.len, 3);
    assert_string_equal(fixture->diags.items[0].code, "K001");
    assert_string_equal(fixture->diags.items[0].hint, "did you mean 'title'?");
    assert_string_equal(fixture->diags.items[1].code, "K003");
    assert_string_equal(fixture->diags.items[2].code, "K002");
    assert_string_equal(fixture->diags.items[2].text, "a dish must have the key 'title'");
}

static void something_else_than_a_map_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(read_map(fixture, scalar(fixture, "soup", 7)), -EINVAL);
    assert_int_equal(fixture->diags.len, 1);
    assert_string_equal(fixture->diags.items[0].code, "K003");
    assert_string_equal(fixture->diags.items[0].text, "a dish must be a map of keys, found text");
    assert_int_equal(fixture->diags.items[0].line, 7);
    assert_int_equal(fixture->dish.rest, 300);
}

static void node_is_handed_over(void **state)
{
    struct fixture *fixture = *state;
    struct node *more = list(fixture, NULL, 0);
    assert_int_equal(read_map(fixture, map_with(fixture, "more", more)), 0);
    assert_ptr_equal(fixture->dish.more, more);
}

static const struct key *key_named(const char *name)
{
    for (size_t i = 0; i < KEYS; i++)
        if (str_equal(keys[i].name, name))
            return &keys[i];
    fail();
    return NULL;
}

static void formatted_value_is_what_was_written(void **state)
{
    static const struct {
        const char *key, *value, *formatted;
    } cases[] = {
        {"rest", "30s", "30s"},
        {"rest", "90s", "90s"},
        {"rest", "60s", "1m"},
        {"rest", "24h", "1d"},
        {"room", "513", "513"},
        {"room", "65536", "64KiB"},
        {"count", "7", "7"},
        {"spicy", "false", "false"},
        {"heat", "hot", "hot"},
        {"id", "bun-cha", "bun-cha"},
        {"title", "/var/lib/x", "/var/lib/x"},
        {"title", "127.0.0.1:9464", "127.0.0.1:9464"},
        {"title", "a: b", "\"a: b\""},
        {"title", "say \"hi\" \\", "\"say \\\"hi\\\" \\\\\""},
        {"title", "-", "\"-\""},
        {"title", "two\nlines", "\"two\\nlines\""},
        {"title", "@home", "\"@home\""},
        {"parts", "rice", "[rice]"},
        {"parts", "rice, white", "[\"rice, white\"]"},
    };
    struct fixture *fixture = *state;
    char buf[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (str_equal(cases[i].key, "title")) {
            fixture->dish.title = cases[i].value;
        } else {
            assert_int_equal(read_text(fixture, cases[i].key, cases[i].value), 0);
        }
        key_format(key_named(cases[i].key), &fixture->dish, buf, sizeof buf);
        assert_string_equal(buf, cases[i].formatted);
    }
    int64_t none = 0;
    const struct key rest = {.kind = KEY_DURATION}, room = {.kind = KEY_SIZE};
    assert_string_equal(key_format(&rest, &none, buf, sizeof buf), "0s");
    assert_string_equal(key_format(&room, &none, buf, sizeof buf), "0");
}

static void formatting_stays_in_its_room(void **state)
{
    struct fixture *fixture = *state;
    char buf[9] = "........";
    fixture->dish.title = "a long title with spaces";
    key_format(key_named("title"), &fixture->dish, buf, 8);
    assert_true(strlen(buf) < 8);
    assert_int_equal(buf[8], '\0');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_fill_what_is_left_out),
        TEST(every_fault_has_its_code),
        TEST(faulty_value_leaves_default),
        TEST(limits_are_told_as_they_are_written),
        TEST(values_read_in_their_units),
        TEST(list_may_be_one_scalar),
        TEST(every_bad_item_of_a_list_is_reported),
        TEST(quoted_nothing_is_a_text),
        TEST(missing_and_wrong_kinds_are_all_reported),
        TEST(something_else_than_a_map_is_refused),
        TEST(node_is_handed_over),
        TEST(formatted_value_is_what_was_written),
        TEST(formatting_stays_in_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
