/* link: daemon/io/diag_json daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <json.h>

#include "io/diag_json.h"

static struct json_object *document_of(const struct diag_list *diags, size_t files)
{
    struct buf out;
    buf_init(&out, 4 * 1024 * 1024);
    assert_int_equal(diag_json_write(diags, files, &out), 0);
    struct json_object *document = json_tokener_parse(buf_text(&out));
    buf_deinit(&out);
    assert_non_null(document);
    return document;
}

static void findings_keep_order_and_place(void **state)
{
    struct diag_list diags = DIAG_LIST_NULL;
    (void)state;
    diag_error(&diags, (struct place){"a.yaml", 3, 7}, "K001", "no key \"%s\"", "wen");
    diag_hint(&diags, "did you mean 'when'?");
    diag_warning(&diags, (struct place){"b.yaml", 0, 0}, "W001", "tăng");
    struct json_object *document = document_of(&diags, 2);
    assert_string_equal(json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN),
        "{\"files\":2,\"errors\":1,\"warnings\":1,\"findings\":["
        "{\"file\":\"a.yaml\",\"line\":3,\"column\":7,\"level\":\"error\",\"code\":\"K001\",\"text\":\"no "
        "key "
        "\\\"wen\\\"\",\"hint\":\"did you mean 'when'?\"},"
        "{\"file\":\"b.yaml\",\"line\":null,\"column\":null,\"level\":\"warning\",\"code\":\"W001\",\"text\":"
        "\"tăng\","
        "\"hint\":null}]}");
    json_object_put(document);
    diag_list_deinit(&diags);
}

static void counts_are_of_all_findings(void **state)
{
    struct diag_list diags = DIAG_LIST_NULL;
    struct json_object *value;
    (void)state;
    for (int i = 0; i < DIAG_MAX + 50; i++)
        diag_error(&diags, (struct place){"a.yaml", i + 1, 1}, "K001", "fault %d", i);
    struct json_object *document = document_of(&diags, 1);
    assert_int_equal(json_pointer_get(document, "/errors", &value), 0);
    assert_int_equal(json_object_get_int(value), DIAG_MAX + 50);
    assert_int_equal(json_pointer_get(document, "/findings", &value), 0);
    assert_int_equal(json_object_array_length(value), DIAG_MAX);
    json_object_put(document);
    diag_list_deinit(&diags);
}

static void a_document_that_does_not_fit_is_no_document(void **state)
{
    struct diag_list diags = DIAG_LIST_NULL;
    struct buf out;
    (void)state;
    diag_error(&diags, (struct place){"a.yaml", 1, 1}, "K001", "fault");
    buf_init(&out, 64);
    assert_true(diag_json_write(&diags, 1, &out) < 0);
    assert_int_equal(out.len, 0);
    buf_deinit(&out);
    diag_list_deinit(&diags);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_keep_order_and_place),
        cmocka_unit_test(counts_are_of_all_findings),
        cmocka_unit_test(a_document_that_does_not_fit_is_no_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
