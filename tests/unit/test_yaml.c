/* link: daemon/io/yaml daemon/io/file daemon/base/node daemon/base/map daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "io/yaml.h"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    const struct node *document;
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

static int parse_slice(struct fixture *fixture, struct slice text)
{
    diag_list_deinit(&fixture->diags);
    fixture->document = NULL;
    return yaml_parse("a.yaml", text, &fixture->arena, &fixture->document, &fixture->diags);
}

static int parse(struct fixture *fixture, const char *text)
{
    return parse_slice(fixture, slice_of(text));
}

static void assert_slice(struct slice slice, const char *expected)
{
    assert_int_equal(slice.len, strlen(expected));
    assert_memory_equal(slice.data, expected, slice.len);
}

static void assert_place(struct place place, int line, int column)
{
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void maps_lists_and_texts_have_places(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(
        parse(fixture, "# rules\nid: x\nscope:\n  market: [US, no]\n  empty:\n  quoted: ''\n"), 0);
    const struct node *root = fixture->document, *scope = node_get(root, "scope");
    assert_int_equal(root->kind, NODE_MAP);
    assert_int_equal(root->len, 2);
    assert_place(root->place, 2, 1);
    assert_string_equal(root->place.file, "a.yaml");
    assert_place(root->keys[1]->place, 3, 1);
    assert_place(scope->place, 4, 3);
    const struct node *market = node_get(scope, "market");
    assert_int_equal(market->kind, NODE_SEQUENCE);
    assert_int_equal(market->len, 2);
    assert_slice(market->items[1]->text, "no");
    assert_place(market->items[1]->place, 4, 16);
    assert_int_equal(node_get(scope, "empty")->text.len, 0);
    assert_false(node_get(scope, "empty")->quoted);
    assert_true(node_get(scope, "quoted")->quoted);
    assert_null(node_get(scope, "absent"));
    assert_null(node_get(market, "id"));
}

static void columns_count_bytes(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, "\"tăng\": đơn giá # ghi chú\nkế: x\n"), 0);
    assert_slice(fixture->document->items[0]->text, "đơn giá");
    assert_slice(fixture->document->items[0]->source, "đơn giá");
    assert_place(fixture->document->items[0]->place, 1, 10);
    assert_place(fixture->document->items[1]->place, 2, 7);
}

static void byte_order_mark_takes_no_room(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, "\xef\xbb\xbfid: x\n"), 0);
    assert_slice(fixture->document->keys[0]->source, "id");
    assert_place(node_get(fixture->document, "id")->place, 1, 5);
}

/* The value of `k`, its source, and where each of some bytes of the value stands. */
static void source_and_offsets_lead_back_to_the_file(void **state)
{
    static const struct {
        const char *text, *value, *source;
        struct {
            size_t offset;
            int line, column;
        } at[4];
    } cases[] = {
        {"k: a > b  # why\n", "a > b", "a > b", {{0, 1, 4}, {2, 1, 6}, {4, 1, 8}, {5, 1, 9}}},
        {"k: a >\n    b and\n\n    c\n", "a > b and\nc", "a >\n    b and\n\n    c",
            {{2, 1, 6}, {4, 2, 5}, {6, 2, 7}, {10, 4, 5}}},
        {"k: 'it''s so'\n", "it's so", "'it''s so'", {{0, 1, 5}, {2, 1, 7}, {3, 1, 9}, {5, 1, 11}}},
        {"k: 'one\n  two'\nl: x\n", "one two", "'one\n  two'", {{0, 1, 5}, {4, 2, 3}, {6, 2, 5}, {7, 2, 6}}},
        {"k: '  a'\n", "  a", "'  a'", {{0, 1, 5}, {1, 1, 6}, {2, 1, 7}, {3, 1, 8}}},
        {"k: \"a \\\"b\\\" c\" # x\n", "a \"b\" c", "\"a \\\"b\\\" c\"",
            {{0, 1, 5}, {2, 1, 7}, {3, 1, 9}, {6, 1, 13}}},
        {"k: \"a\\x41 b\"\n", "aA b", "\"a\\x41 b\"", {{0, 1, 5}, {1, 1, 6}, {2, 1, 6}, {3, 1, 6}}},
        {"k: \"a \\\n   b\"\n", "a b", "\"a \\\n   b\"", {{0, 1, 5}, {1, 1, 6}, {2, 1, 7}, {3, 1, 7}}},
        {"k: >\n  a >=\n  b\n\nl: x\n", "a >= b\n", ">\n  a >=\n  b",
            {{0, 2, 3}, {2, 2, 5}, {5, 3, 3}, {7, 3, 4}}},
        {"k: >- # why\n  a\n\n  b\n", "a\nb", ">- # why\n  a\n\n  b",
            {{0, 2, 3}, {1, 2, 4}, {2, 4, 3}, {3, 4, 4}}},
        {"k: |\n    a\n      b\n    c\n# end\n", "a\n  b\nc\n", "|\n    a\n      b\n    c",
            {{0, 2, 5}, {4, 3, 7}, {6, 4, 5}, {8, 4, 6}}},
        {"k: |2\n\n    a\n", "\n  a\n", "|2\n\n    a", {{3, 3, 5}, {4, 3, 6}, {5, 3, 6}, {9, 3, 6}}},
        {"k: |\r\n  a\r\n  b\r\n", "a\nb\n", "|\r\n  a\r\n  b", {{0, 2, 3}, {1, 2, 4}, {2, 3, 3}, {4, 3, 4}}},
        {"k: >\n  giá tăng\n  mạnh\n", "giá tăng mạnh\n", ">\n  giá tăng\n  mạnh",
            {{0, 2, 3}, {2, 2, 5}, {5, 2, 8}, {11, 3, 3}}},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(fixture, cases[i].text), 0);
        const struct node *value = node_get(fixture->document, "k");
        assert_slice(value->text, cases[i].value);
        assert_slice(value->source, cases[i].source);
        for (size_t k = 0; k < 4; k++)
            assert_place(
                node_place_at(value, cases[i].at[k].offset), cases[i].at[k].line, cases[i].at[k].column);
    }
}

static void empty_value_has_the_place_behind_its_key(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, "a:\nb: x\n"), 0);
    const struct node *empty = node_get(fixture->document, "a");
    assert_int_equal(empty->source.len, 0);
    assert_place(empty->place, 1, 3);
    assert_place(node_place_at(empty, 5), 1, 3);
}

static void every_fault_has_code_and_place(void **state)
{
    static const struct {
        const char *text, *code;
        int line, column;
    } cases[] = {
        {"a: \"x\n\xff\"\n", "Y002", 2, 1},
        {"a: \xc3(\n", "Y002", 1, 5},
        {"a: x\nb: \x07y\n", "Y002", 2, 4},
        {"a: x\nb: \"\\0\"\n", "Y002", 2, 4},
        {"a: x\xe2\x80\xa8y\n", "Y002", 1, 5},
        {"a: x\r\nb: y\rc: z\r\n", "Y002", 2, 5},
        {"a: x\r", "Y002", 1, 5},
        {"a: b: c\n", "Y003", 1, 5},
        {"a: [x, y\nb: z\n", "Y003", 2, 2},
        {"a: 'x\n", "Y003", 2, 1},
        {"a:\n\t- x\n", "Y003", 2, 1},
        {"a: x\n b: y\n", "Y003", 2, 3},
        {"tăng: @x\n", "Y003", 1, 8},
        {"a: &n x\n", "Y005", 1, 4},
        {"a: x\nb: *n\n", "Y005", 2, 4},
        {"a: !!str x\n", "Y006", 1, 4},
        {"a: !local {}\n", "Y006", 1, 4},
        {"%YAML 1.1\n---\na: x\n", "Y006", 1, 1},
        {"a: x\nb: y\na: z\n", "Y007", 3, 1},
        {"a: x\n'a': z\n", "Y007", 2, 1},
        {"[a, b]: x\n", "Y008", 1, 1},
        {"? {a: b}\n: x\n", "Y008", 1, 3},
        {"a: {<<: {x: y}}\n", "Y009", 1, 5},
        {"a: x\n---\nb: y\n", "Y010", 2, 1},
        {"", "Y011", 0, 0},
        {"# nothing\n", "Y011", 0, 0},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(parse(fixture, cases[i].text), -EINVAL);
        assert_null(fixture->document);
        assert_int_equal(fixture->diags.len, 1);
        const struct diag *diag = &fixture->diags.items[0];
        assert_string_equal(diag->code, cases[i].code);
        assert_int_equal(diag->line, cases[i].line);
        assert_int_equal(diag->column, cases[i].column);
        assert_non_null(diag->hint);
    }
}

static void unfinished_text_tells_where_it_began(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, "đ: x\na: 'x\n\n\n"), -EINVAL);
    assert_string_equal(fixture->diags.items[0].text, "the file ends inside quotes (begun on line 2)");
    assert_int_equal(fixture->diags.items[0].line, 5);
}

static void all_faults_of_the_composer_are_reported(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, "a: &x 1\nb: *x\nc: !t 2\na: 3\n"), -EINVAL);
    assert_int_equal(fixture->diags.len, 4);
    assert_string_equal(fixture->diags.items[3].text, "the key 'a' is already in this map, on line 1");
}

static void quoted_merge_key_is_a_text(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(parse(fixture, "'<<': x\n"), 0);
}

/* `depth` nested lists. */
static char *nested(size_t depth)
{
    char *text = alloc_zeroed(2 * depth + 1, 1);
    memset(text, '[', depth);
    memset(text + depth, ']', depth);
    return text;
}

static void sixteen_levels_pass_seventeen_do_not(void **state)
{
    struct fixture *fixture = *state;
    char *allowed = nested(YAML_DEPTH_MAX), *deeper = nested(YAML_DEPTH_MAX + 1);
    assert_int_equal(parse(fixture, allowed), 0);
    assert_int_equal(parse(fixture, deeper), -EINVAL);
    assert_string_equal(fixture->diags.items[0].code, "Y004");
    assert_place((struct place){NULL, fixture->diags.items[0].line, fixture->diags.items[0].column}, 1, 17);
    alloc_free(allowed);
    alloc_free(deeper);
}

/* Parses `unit` over and over up to `size` bytes; seconds of processor time. */
static double time_of_repeated(struct fixture *fixture, const char *unit, size_t size)
{
    struct buf text;
    buf_init(&text, size);
    while (buf_puts(&text, unit) == 0)
        ;
    clock_t start = clock();
    (void)parse_slice(fixture, (struct slice){text.data, text.len});
    double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
    buf_deinit(&text);
    return seconds;
}

/* 200 kB of '[' keep a plain libyaml reader busy for 50 s. */
static void hostile_shapes_end_soon(void **state)
{
    static const char *const units[] = {
        "[", "{", "[\n", "- ", "? ", "{a: ", "- x\n", "[x, y], ", "é", "'", "\"\\", "a: [", "!a ", "&a "};
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        assert_true(time_of_repeated(fixture, units[i], YAML_BYTES_MAX) < 5.0);
}

static void wide_maps_are_read_in_linear_time(void **state)
{
    struct fixture *fixture = *state;
    struct buf text;
    buf_init(&text, YAML_BYTES_MAX);
    for (int i = 0; buf_printf(&text, "k%d: ă\n", i) == 0; i++)
        ;
    clock_t start = clock();
    assert_int_equal(parse_slice(fixture, (struct slice){text.data, text.len}), 0);
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 10.0);
    assert_true(fixture->document->len > 80000);
    int last = (int)fixture->document->len;
    assert_int_equal(fixture->document->keys[last - 1]->place.line, last);
    buf_deinit(&text);
}

static void too_large_a_text_is_not_parsed(void **state)
{
    struct fixture *fixture = *state;
    char *text = alloc_zeroed(YAML_BYTES_MAX + 2, 1);
    memset(text, '#', YAML_BYTES_MAX + 1);
    assert_int_equal(parse(fixture, text), -EINVAL);
    assert_string_equal(fixture->diags.items[0].code, "Y001");
    assert_int_equal(fixture->diags.items[0].line, 0);
    alloc_free(text);
}

static void file_that_cannot_be_read_is_a_fault(void **state)
{
    struct fixture *fixture = *state;
    struct slice text = {0};
    assert_int_equal(
        yaml_load("/nonexistent/a.yaml", &fixture->arena, &fixture->document, &text, &fixture->diags),
        -EINVAL);
    assert_string_equal(fixture->diags.items[0].code, "Y001");
    assert_string_equal(fixture->diags.items[0].text, "the file cannot be read: No such file or directory");
    assert_null(text.data);
}

static void loaded_text_is_given_even_where_it_is_faulty(void **state)
{
    struct fixture *fixture = *state;
    char path[] = "/tmp/test_yaml.XXXXXX";
    struct slice text = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a: [x\n", 6), 6);
    close(fd);
    assert_int_equal(yaml_load(path, &fixture->arena, &fixture->document, &text, &fixture->diags), -EINVAL);
    assert_slice(text, "a: [x\n");
    assert_string_equal(fixture->diags.items[0].file, path);
    unlink(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(maps_lists_and_texts_have_places),
        TEST(columns_count_bytes),
        TEST(byte_order_mark_takes_no_room),
        TEST(source_and_offsets_lead_back_to_the_file),
        TEST(empty_value_has_the_place_behind_its_key),
        TEST(every_fault_has_code_and_place),
        TEST(unfinished_text_tells_where_it_began),
        TEST(all_faults_of_the_composer_are_reported),
        TEST(quoted_merge_key_is_a_text),
        TEST(sixteen_levels_pass_seventeen_do_not),
        TEST(hostile_shapes_end_soon),
        TEST(wide_maps_are_read_in_linear_time),
        TEST(too_large_a_text_is_not_parsed),
        TEST(file_that_cannot_be_read_is_a_fault),
        TEST(loaded_text_is_given_even_where_it_is_faulty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
