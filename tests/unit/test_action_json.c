/* link: daemon/io/action_json daemon/io/json_value daemon/core/action daemon/core/matchers daemon/core/moment daemon/core/alert daemon/core/figure daemon/core/selector daemon/core/basket daemon/core/row daemon/core/date daemon/core/period daemon/core/code daemon/base/alloc daemon/base/arena daemon/base/diag daemon/base/buf daemon/base/clock daemon/base/clock_text daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/action_json.h"

static void request_reads_back_as_it_was_written(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct buf text;
    const char *fault = NULL;
    struct action_request request = {.kind = ACTION_SILENCED,
        .who = "lan",
        .text = "biết rồi: \"Tết\" / \\",
        .until = "7d",
        .matchers = {.product = "72*,toys", .market = "US", .severity = "watch"}};
    struct action_request read = {.login = "root"};
    buf_init(&text, 4096);
    assert_int_equal(action_json_write(&request, &text), 0);
    assert_int_equal(action_json_read((struct slice){buf_text(&text), text.len}, &arena, &read, &fault), 0);
    assert_int_equal(read.kind, ACTION_SILENCED);
    assert_string_equal(read.login, "root");
    assert_string_equal(read.who, request.who);
    assert_string_equal(read.text, request.text);
    assert_string_equal(read.until, "7d");
    assert_string_equal(read.matchers.product, "72*,toys");
    assert_string_equal(read.matchers.severity, "watch");
    assert_null(read.alert);
    assert_null(read.matchers.rule);
    buf_deinit(&text);
    arena_deinit(&arena);
}

static void what_is_no_request_is_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "[]",
        "{",
        "null",
        "{} {}",
        "{'action':'comment'}",
        "{\"action\":\"comment\",}",
        "{\"action\":\"commented\"}",
        "{\"action\":5}",
        "{\"alert\":\"774a\"}",
        "{\"action\":\"comment\",\"text\":null}",
        "{\"action\":\"comment\",\"text\":\"a\\u0000b\"}",
        "{\"action\":\"comment\",\"text\":\"\xff\"}",
        "{\"action\":\"comment\",\"login\":\"root\"}",
        "{\"action\":\"expire\",\"silence\":1.5}",
        "{\"action\":{\"a\":{\"b\":{\"c\":{\"d\":1}}}}}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct arena arena = ARENA_NULL;
        struct action_request request = {.login = "lan"};
        const char *fault = NULL;
        if (action_json_read(slice_of(bodies[i]), &arena, &request, &fault) != -EINVAL || fault == NULL ||
            request.kind != ACTION_NONE)
            fail_msg("%s", bodies[i]);
        arena_deinit(&arena);
    }
}

static void outcome_reads_back(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct buf text;
    struct action_outcome read, outcome = {.text = "silence 7 has ended", .silence = 7};
    bool done;
    buf_init(&text, 4096);
    assert_int_equal(action_json_write_outcome(&outcome, 0, &text), 0);
    assert_string_equal(buf_text(&text), "{\"done\":\"silence 7 has ended\",\"alert\":null,\"silence\":7}\n");
    assert_int_equal(
        action_json_read_outcome((struct slice){buf_text(&text), text.len}, &arena, &read, &done), 0);
    assert_true(done);
    assert_string_equal(read.text, outcome.text);
    assert_int_equal(read.silence, 7);
    assert_null(read.alert);
    buf_clear(&text);
    assert_int_equal(action_json_write_outcome(&outcome, -ENOENT, &text), 0);
    assert_string_equal(buf_text(&text), "{\"error\":\"silence 7 has ended\"}\n");
    assert_int_equal(
        action_json_read_outcome((struct slice){buf_text(&text), text.len}, &arena, &read, &done), 0);
    assert_false(done);
    assert_int_equal(action_json_read_outcome(slice_of("<html>"), &arena, &read, &done), -EBADMSG);
    assert_int_equal(action_json_read_outcome(slice_of("{}"), &arena, &read, &done), -EBADMSG);
    buf_deinit(&text);
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_reads_back_as_it_was_written),
        cmocka_unit_test(what_is_no_request_is_refused),
        cmocka_unit_test(outcome_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
