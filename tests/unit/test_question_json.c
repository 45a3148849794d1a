/* link: daemon/io/question_json daemon/io/json_value daemon/core/figure daemon/core/date daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock_text daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/period.h"
#include "io/question_json.h"

static void assert_text(const char *text, const char *expected)
{
    if (expected == NULL)
        assert_null(text);
    else
        assert_string_equal(text, expected);
}

static void questions_come_back_as_they_went(void **state)
{
    const struct explain_question questions[] = {
        {{"export-surge", "toys-sports", "US", NULL}, PERIOD_NONE, false, false},
        {{"r", "nso:\"total\"", "US", "CN"}, period_make(2025, 7), true, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        struct arena arena = ARENA_NULL;
        struct buf text;
        struct explain_question read;
        const char *fault = NULL;
        buf_init(&text, 1000);
        assert_int_equal(question_json_write(&questions[i], &text), 0);
        assert_int_equal(
            question_json_read((struct slice){buf_text(&text), text.len}, &arena, &read, &fault), 0);
        assert_text(read.scope.rule, questions[i].scope.rule);
        assert_text(read.scope.product, questions[i].scope.product);
        assert_text(read.scope.market, questions[i].scope.market);
        assert_text(read.scope.origin, questions[i].scope.origin);
        assert_int_equal(read.period, questions[i].period);
        assert_int_equal(read.json, questions[i].json);
        assert_int_equal(read.basis, questions[i].basis);
        buf_deinit(&text);
        arena_deinit(&arena);
    }
}

static void what_is_no_question_is_refused(void **state)
{
    static const char *const texts[] = {"", "7", "[]", "{}", "{\"rule\": \"r\", \"product\": \"p\"}",
        "{\"rule\": \"r\", \"product\": 7, \"market\": \"US\"}",
        "{\"rule\": \"r\", \"product\": \"p\", \"market\": \"US\", \"period\": \"July\"}"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct arena arena = ARENA_NULL;
        struct explain_question question;
        const char *fault = NULL;
        if (question_json_read(slice_of(texts[i]), &arena, &question, &fault) != -EINVAL)
            fail_msg("%s", texts[i]);
        assert_non_null(fault);
        arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_come_back_as_they_went),
        cmocka_unit_test(what_is_no_question_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
