/* link: daemon/core/alert_diff daemon/base/alloc */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/alert_diff.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

enum { OPEN = DATE_NONE, EPISODES_MAX = 4 };

/* Episodes of one scope: from and to; from 0 ends the list. */
struct episodes {
    int32_t days[EPISODES_MAX][2];
};

static size_t make(const struct episodes *episodes, struct score_alert *alerts)
{
    size_t n = 0;
    for (; n < EPISODES_MAX && episodes->days[n][0] != 0; n++)
        alerts[n] = (struct score_alert){
            .rule = "r",
            .product = "72",
            .market = "US",
            .origin = "",
            .known = episodes->days[n][0],
            .cleared_known = episodes->days[n][1],
        };
    return n;
}

static void episodes_are_matched_where_they_overlap(void **state)
{
    (void)state;
    static const struct {
        struct episodes before, after;
        size_t counts[DIFF_KIND_COUNT];
    } cases[] = {
        {{{{10, 20}, {30, OPEN}}}, {{{10, 20}, {30, OPEN}}}, {[DIFF_SAME] = 2}},
        {{{{0}}}, {{{10, 20}}}, {[DIFF_GAINED] = 1}},
        {{{{10, OPEN}}}, {{{0}}}, {[DIFF_LOST] = 1}},
        {{{{10, 20}}}, {{{8, 20}}}, {[DIFF_EARLIER] = 1}},
        {{{{10, 20}}}, {{{12, 25}}}, {[DIFF_LATER] = 1}},
        {{{{10, 20}}}, {{{10, 18}}}, {[DIFF_ENDS_EARLIER] = 1}},
        {{{{10, 20}}}, {{{10, OPEN}}}, {[DIFF_ENDS_LATER] = 1}},
        {{{{10, 20}}}, {{{20, 30}}}, {[DIFF_LOST] = 1, [DIFF_GAINED] = 1}}, /* one ends as the other begins */
        {{{{10, 10}}}, {{{10, 10}}}, {[DIFF_SAME] = 1}}, /* raised and retracted in a day */
        {{{{10, 20}, {20, 30}}}, {{{20, 30}}}, {[DIFF_LOST] = 1, [DIFF_SAME] = 1}},
        /* Two become one: the second is lost. */
        {{{{10, 20}, {25, 30}}}, {{{10, 30}}}, {[DIFF_ENDS_LATER] = 1, [DIFF_LOST] = 1}},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct score_alert before[EPISODES_MAX], after[EPISODES_MAX];
        size_t n = make(&cases[i].before, before), m = make(&cases[i].after, after);
        struct alert_diff diff;
        alert_diff_compute(before, n, after, m, DATE_NONE, &diff);
        assert_int_equal(diff.rule_count, 1);
        assert_int_equal(diff.rules[0].before, n);
        assert_int_equal(diff.rules[0].after, m);
        if (memcmp(diff.rules[0].counts, cases[i].counts, sizeof cases[i].counts) != 0)
            fail_msg("case %zu counts otherwise", i);
        alert_diff_deinit(&diff);
    }
}

static void other_scopes_are_not_matched(void **state)
{
    (void)state;
    static const struct score_alert first = {
        .rule = "r", .product = "72", .market = "US", .origin = "CN", .known = 10, .cleared_known = OPEN};
    const char *other = "x";
    for (int i = 0; i < 4; i++) {
        struct score_alert second = first;
        *(const char **[]){&second.rule, &second.product, &second.market, &second.origin}[i] = other;
        struct alert_diff diff;
        alert_diff_compute(&first, 1, &second, 1, DATE_NONE, &diff);
        assert_int_equal(diff.len, 2);
        assert_int_equal(diff.rule_count, i == 0 ? 2 : 1);
        assert_int_equal(diff.pairs[0].kind + diff.pairs[1].kind, DIFF_GAINED + DIFF_LOST);
        alert_diff_deinit(&diff);
    }
}

static void pairs_of_earlier_days_are_left_out(void **state)
{
    (void)state;
    static const struct episodes before = {{{10, 20}, {30, OPEN}}},
                                 after = {{{10, 20}, {21, 24}, {26, OPEN}}};
    struct score_alert old[EPISODES_MAX], new[EPISODES_MAX];
    size_t n = make(&before, old), m = make(&after, new);
    struct alert_diff diff;
    alert_diff_compute(old, n, new, m, 28, &diff);
    assert_int_equal(diff.len, 1); /* raised in time by one of both */
    assert_int_equal(diff.pairs[0].kind, DIFF_EARLIER);
    assert_int_equal(diff.rules[0].before, 1);
    assert_int_equal(diff.rules[0].after, 0);
    alert_diff_deinit(&diff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(episodes_are_matched_where_they_overlap),
        cmocka_unit_test(other_scopes_are_not_matched),
        cmocka_unit_test(pairs_of_earlier_days_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
