/* link: daemon/core/action daemon/core/matchers daemon/core/moment daemon/core/alert daemon/core/selector daemon/core/basket daemon/core/row daemon/core/date daemon/core/period daemon/core/code daemon/base/alloc daemon/base/arena daemon/base/diag daemon/base/buf daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/action.h"

#define NOW INT64_C(1751803200000) /* 2025-07-06T12:00:00Z */
#define DAY INT64_C(86400000)

/* ---- where an alert stands with people ---- */

static void newest_acknowledgement_and_assignment_count(void **state)
{
    (void)state;
    static const struct action actions[] = {
        {.kind = ACTION_ACKNOWLEDGED, .who = "lan", .at_ms = 10, .until_ms = 100, .severity = SEVERITY_WATCH},
        {.kind = ACTION_COMMENTED, .who = "lan", .at_ms = 11, .text = "seen"},
        {.kind = ACTION_ASSIGNED, .who = "lan", .at_ms = 12, .text = "minh"},
        {.kind = ACTION_ACKNOWLEDGED,
            .who = "minh",
            .at_ms = 20,
            .until_ms = 50,
            .severity = SEVERITY_CAUTION},
    };
    struct handling handling = {0};
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        handling_step(&handling, &actions[i]);
    assert_string_equal(handling.acknowledged_by, "minh");
    assert_string_equal(handling.assignee, "minh");
    assert_int_equal(handling.comments, 1);
    assert_int_equal(handling.acknowledged_ms, 20);
    struct action nobody = {.kind = ACTION_ASSIGNED, .who = "lan", .text = ""};
    handling_step(&handling, &nobody);
    assert_null(handling.assignee);
}

static void acknowledgement_ends_and_covers_nothing_graver(void **state)
{
    (void)state;
    struct handling none = {0}, handling = {.acknowledged_by = "lan",
                                    .acknowledged_until_ms = 100,
                                    .acknowledged_severity = SEVERITY_CAUTION};
    assert_false(handling_is_acknowledged(&none, SEVERITY_WATCH, 0));
    assert_true(handling_is_acknowledged(&handling, SEVERITY_CAUTION, 99));
    assert_true(handling_is_acknowledged(&handling, SEVERITY_WATCH, 99));
    assert_false(handling_is_acknowledged(&handling, SEVERITY_WARNING, 99));
    assert_false(handling_is_acknowledged(&handling, SEVERITY_CAUTION, 100));
}

static void verbs_and_names_are_of_one_kind(void **state)
{
    (void)state;
    for (int kind = ACTION_NONE + 1; kind <= ACTION_EXPIRED; kind++)
        assert_int_equal(action_of_verb(action_verb((enum action_kind)kind)), kind);
    assert_int_equal(action_of_verb("acknowledged"), ACTION_NONE);
    assert_int_equal(action_of_verb(""), ACTION_NONE);
}

/* ---- what is asked for ---- */

static void requests_are_checked(void **state)
{
    (void)state;
    static char name[ACTION_NAME_MAX + 2], text[ACTION_TEXT_MAX + 2];
    memset(name, 'a', sizeof name - 1);
    memset(text, 'a', sizeof text - 1);
    const struct {
        struct action_request request;
        const char *fault; /* the beginning; NULL: it is good */
    } cases[] = {
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774a7228cf68"}, NULL},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774a", .until = "2d", .text = "seen"}, NULL},
        {{.kind = ACTION_ACKNOWLEDGED}, "acknowledge needs an alert"},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774"}, "acknowledge needs an alert"},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774A7228"}, "acknowledge needs an alert"},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "%%%%"}, "acknowledge needs an alert"},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774a", .from = "2d"}, "acknowledge begins at once"},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774a", .until = "soon"},
            "until 'soon': expected a duration"},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774a", .until = "0s"}, "until: it would end before"},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774a", .until = "2025-07-05"}, "until: it would end before"},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774a", .until = "367d"}, "until: more than a year"},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774a", .who = name}, "a name is 1 to 64 bytes"},
        {{.kind = ACTION_ACKNOWLEDGED, .alert = "774a", .who = "la\x1b[2Jn"}, "a name is 1 to 64 bytes"},
        {{.kind = ACTION_ASSIGNED, .alert = "774a", .text = "minh"}, NULL},
        {{.kind = ACTION_ASSIGNED, .alert = "774a"}, NULL}, /* to nobody */
        {{.kind = ACTION_ASSIGNED, .alert = "774a", .text = name}, "an assignee is at most 64 bytes"},
        {{.kind = ACTION_ASSIGNED, .alert = "774a", .text = "minh", .until = "2d"}, "assign has no end"},
        {{.kind = ACTION_COMMENTED, .alert = "774a"}, "comment needs a comment"},
        {{.kind = ACTION_COMMENTED, .alert = "774a", .text = ""}, "comment needs a comment"},
        {{.kind = ACTION_COMMENTED, .alert = "774a", .text = text}, "a comment is at most 1000 bytes"},
        {{.kind = ACTION_COMMENTED, .alert = "774a", .text = "a\nb"}, "a comment is at most 1000 bytes"},
        {{.kind = ACTION_COMMENTED, .alert = "774a", .text = "\xe2\x80\xae"}, "a comment is at most"},
        {{.kind = ACTION_COMMENTED, .alert = "774a", .text = "đã xem"}, NULL},
        {{.kind = ACTION_SILENCED, .matchers = {.rule = "surge"}, .text = "known", .until = "2d"}, NULL},
        {{.kind = ACTION_SILENCED, .matchers = {.rule = "surge"}, .until = "2d"}, "silence needs a reason"},
        {{.kind = ACTION_SILENCED, .matchers = {.rule = "surge"}, .text = "known"}, "silence needs an end"},
        {{.kind = ACTION_SILENCED, .text = "known", .until = "2d"}, "a silence needs at least one of rule"},
        {{.kind = ACTION_SILENCED,
             .matchers = {.rule = "surge"},
             .text = "known",
             .from = "3d",
             .until = "2d"},
            "until: it would end before it begins"},
        {{.kind = ACTION_EXPIRED, .silence = 7}, NULL},
        {{.kind = ACTION_EXPIRED}, "expire needs the number of a silence"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = ARENA_NULL;
        struct action_request request = cases[i].request;
        const char *fault = NULL;
        int64_t from, until;
        request.login = "root";
        int r = action_check(&request, NOW, &arena, &from, &until, &fault);
        if ((r == 0) != (cases[i].fault == NULL) || (fault != NULL && !str_starts(fault, cases[i].fault)))
            fail_msg("case %zu: %s", i, fault != NULL ? fault : "was taken");
        arena_deinit(&arena);
    }
}

static void moments_and_names_have_defaults(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    const char *fault = NULL;
    int64_t from, until;
    struct action_request request = {.kind = ACTION_ACKNOWLEDGED, .alert = "774a", .login = "root"};
    assert_int_equal(action_check(&request, NOW, &arena, &from, &until, &fault), 0);
    assert_string_equal(request.who, "root");
    assert_int_equal(until, NOW + ACTION_ACKNOWLEDGED_MS);
    request = (struct action_request){.kind = ACTION_SILENCED,
        .who = "lan",
        .login = "root",
        .text = "known",
        .from = "2025-07-01",
        .until = "2025-07-08",
        .matchers = {.rule = "surge"}};
    assert_int_equal(action_check(&request, NOW, &arena, &from, &until, &fault), 0);
    assert_string_equal(request.who, "lan");
    assert_int_equal(from, NOW); /* the past is told already */
    assert_int_equal(until, NOW + 5 * DAY / 2);
    request =
        (struct action_request){.kind = ACTION_COMMENTED, .alert = "774a", .text = "a", .login = "root"};
    assert_int_equal(action_check(&request, NOW, &arena, &from, &until, &fault), 0);
    assert_int_equal(until, 0);
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_acknowledgement_and_assignment_count),
        cmocka_unit_test(acknowledgement_ends_and_covers_nothing_graver),
        cmocka_unit_test(verbs_and_names_are_of_one_kind),
        cmocka_unit_test(requests_are_checked),
        cmocka_unit_test(moments_and_names_have_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
