/* link: daemon/core/moment daemon/core/date daemon/core/period daemon/base/keys daemon/base/node daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/moment.h"

#define NOW INT64_C(1751803200000) /* 2025-07-06T12:00:00Z */
#define DAY INT64_C(86400000)

static void moments_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum moment_edge edge;
        int64_t ms;
    } cases[] = {
        {"4h", MOMENT_END, NOW + 4 * 3600 * 1000}, {"2d", MOMENT_BEGIN, NOW + 2 * DAY},
        {"0s", MOMENT_END, NOW}, {"2025-07-06", MOMENT_BEGIN, NOW - DAY / 2},
        {"2025-07-06", MOMENT_END, NOW + DAY / 2}, {"2025-07-06T12:00Z", MOMENT_END, NOW},
        {"2025-07-06T12:00:00Z", MOMENT_END, NOW}, {"2025-07-06t12:00:30z", MOMENT_END, NOW + 30000},
        {"2025-07-06T12:00:00.999Z", MOMENT_END, NOW}, {"2025-07-06T19:00:00+07:00", MOMENT_END, NOW},
        {"2025-07-06T06:30:00-05:30", MOMENT_END, NOW},
        {"2025-07-06T11:59:60Z", MOMENT_END, NOW}, /* a leap second is the one behind it */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = -1;
        if (moment_parse(slice_of(cases[i].text), NOW, cases[i].edge, &ms) != 0 || ms != cases[i].ms)
            fail_msg("%s: %lld", cases[i].text, (long long)ms);
    }
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int r;
    } cases[] = {
        {"", -EINVAL},
        {"4", -EINVAL},
        {"-4h", -EINVAL},
        {"4h ", -EINVAL},
        {"tomorrow", -EINVAL},
        {"2025", -EINVAL},
        {"2025-07", -EINVAL},
        {"2025-13-01", -EINVAL},
        {"2025-02-29", -EINVAL},
        {"2025-07-06 12:00Z", -EINVAL},
        {"2025-07-06T12:00", -EINVAL},
        {"2025-07-06T24:00Z", -EINVAL},
        {"2025-07-06T12:60Z", -EINVAL},
        {"2025-07-06T12:00:61Z", -EINVAL},
        {"2025-07-06T12:00:00.Z", -EINVAL},
        {"2025-07-06T12:00:00+7:00", -EINVAL},
        {"2025-07-06T12:00:00+07:00 ", -EINVAL},
        {"2025-07-06T12:00:", -EINVAL},
        {"99999999d", -ERANGE},
        {"99999999999999999999h", -ERANGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = -7;
        int r = moment_parse(slice_of(cases[i].text), NOW, MOMENT_END, &ms);
        if (r != cases[i].r || ms != -7)
            fail_msg("%s: %d", cases[i].text, r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_read),
        cmocka_unit_test(other_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
