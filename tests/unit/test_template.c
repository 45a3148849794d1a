/* link: tests/support/template_json daemon/core/template daemon/core/markup daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/template_json.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

enum { TEXT_MAX = 64 * 1024 };

static const char *text_of(struct json_object *object, const char *key)
{
    return json_object_get_string(json_object_object_get(object, key));
}

/* tests/system/template.mjs asks npm's mustache for the same cases. */
static void shared_cases(void **state)
{
    (void)state;
    struct json_object *cases = json_object_from_file("tests/cases/template/cases.json");
    assert_non_null(cases);
    for (size_t i = 0; i < json_object_array_length(cases); i++) {
        struct json_object *given = json_object_array_get_idx(cases, i);
        struct arena arena = ARENA_NULL;
        struct diag_list diags = DIAG_LIST_NULL;
        struct template template;
        struct buf out;
        buf_init(&out, TEXT_MAX);
        assert_int_equal(
            template_compile("t", slice_of(text_of(given, "template")), &arena, &template, &diags), 0);
        struct template_value value = template_json_value(json_object_object_get(given, "data"), &arena);
        assert_int_equal(template_render(&template, &value, TEMPLATE_HTML, &out), 0);
        if (strcmp(buf_text(&out), text_of(given, "expected")) != 0)
            fail_msg("%s: expected '%s', found '%s'", text_of(given, "name"), text_of(given, "expected"),
                buf_text(&out));
        buf_deinit(&out);
        diag_list_deinit(&diags);
        arena_deinit(&arena);
    }
    json_object_put(cases);
}

/* Compiles, checks against a model of a text, a list of maps and a map, and compares all faults. */
static void expect_faults(const char *text, enum template_escape escape, const char *expected)
{
    static const struct template_field entry[] = {{"name", {.text = "x"}}};
    static const struct template_value items[] = {{.kind = TEMPLATE_MAP, .fields = entry, .len = 1}};
    static const struct template_field fields[] = {
        {"title", {.text = "x"}},
        {"figures", {.kind = TEMPLATE_LIST, .items = items, .len = 1}},
        {"rule", {.kind = TEMPLATE_MAP, .fields = entry, .len = 1}},
    };
    static const struct template_value model = {.kind = TEMPLATE_MAP, .fields = fields, .len = LEN(fields)};
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct template template;
    struct buf found;
    buf_init(&found, TEXT_MAX);
    int r = template_compile("t", slice_of(text), &arena, &template, &diags);
    if (r == 0)
        r = template_check(&template, &model, escape, &diags);
    assert_int_equal(r, expected[0] != '\0' ? -EINVAL : 0);
    for (size_t i = 0; i < diags.len; i++)
        assert_int_equal(buf_printf(&found, "%d:%d %s %s\n", diags.items[i].line, diags.items[i].column,
                             diags.items[i].code, diags.items[i].text),
            0);
    assert_string_equal(buf_text(&found), expected);
    buf_deinit(&found);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
}

static void faults_have_places(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"{{title}}{{#figures}}{{name}}{{title}}{{/figures}}{{rule.name}}{{^title}}{{rule.name}}{{/title}}",
            ""},
        {"a\n  {{> other}}", "2:3 X002 '{{>': templates have no partials\n"},
        {"{{=<% %>=}}", "1:1 X002 '{{=': templates have no other delimiters\n"},
        {"{{$a}}{{<b}}",
            "1:1 X002 '{{$': templates have no blocks\n1:7 X002 '{{<': templates have no parents\n"},
        {"{{title", "1:1 X001 a tag is not closed: expected '}}'\n"},
        {"{{{title}}", "1:1 X001 a tag is not closed: expected '}}}'\n"},
        {"{{}} {{a b}} {{Title}} {{a..b}} {{.a}} {{a.}}",
            "1:1 X001 '' is no name\n1:6 X001 'a b' is no name\n1:14 X001 'Title' is no name\n"
            "1:24 X001 'a..b' is no name\n1:33 X001 '.a' is no name\n1:40 X001 'a.' is no name\n"},
        {"{{#title}}\n{{#rule}}", "1:1 X003 the section 'title' is not closed\n"
                                  "2:1 X003 the section 'rule' is not closed\n"},
        {"{{/title}}", "1:1 X003 '{{/title}}' closes a section that is not open\n"},
        {"{{#title}}\nx {{/rule}}", "2:3 X003 '{{/rule}}' closes the section 'title'\n"},
        {"{{titel}}", "1:1 X010 'titel': a message has no such name here\n"},
        {"{{name}}\n{{#figures}}{{nam}}{{/figures}}", "1:1 X010 'name': a message has no such name here\n"
                                                      "2:13 X010 'nam': a message has no such name here\n"},
        {"{{^figures}}{{name}}{{/figures}}", "1:13 X010 'name': a message has no such name here\n"},
        {"{{figures}}{{rule}}",
            "1:1 X011 'figures' is a list, not a text\n1:12 X011 'rule' is a map, not a text\n"},
    };
    for (size_t i = 0; i < LEN(cases); i++)
        expect_faults(cases[i].text, TEMPLATE_HTML, cases[i].expected);
}

static void html_takes_no_text_as_it_is(void **state)
{
    (void)state;
    expect_faults("{{{title}}}", TEMPLATE_PLAIN, "");
    expect_faults("{{{title}}}", TEMPLATE_HTML,
        "1:1 X012 'title': HTML takes no text as it is, since feeds and rules are not trusted; write "
        "{{title}}\n");
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    char text[TEMPLATE_BYTES_MAX + 2];
    size_t n = 0;
    for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "{{#title}}");
    expect_faults(text, TEMPLATE_PLAIN, "1:161 X004 sections are nested more than 16 deep\n");
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    expect_faults(text, TEMPLATE_PLAIN, "0:0 X005 more than 65536 bytes\n");
    expect_faults("\xff", TEMPLATE_PLAIN, "0:0 X005 expected text in UTF-8\n");
}

static void what_does_not_fit_leaves_nothing(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct template template;
    struct template_field field = {"a", {.text = "0123456789"}};
    struct template_value value = {.kind = TEMPLATE_MAP, .fields = &field, .len = 1};
    struct buf out;
    buf_init(&out, 16);
    assert_int_equal(buf_puts(&out, "x"), 0);
    assert_int_equal(template_compile("t", slice_of("{{a}}{{a}}"), &arena, &template, &diags), 0);
    assert_int_equal(template_render(&template, &value, TEMPLATE_PLAIN, &out), -EMSGSIZE);
    assert_string_equal(buf_text(&out), "x");
    buf_deinit(&out);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_cases),
        cmocka_unit_test(faults_have_places),
        cmocka_unit_test(html_takes_no_text_as_it_is),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(what_does_not_fit_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
