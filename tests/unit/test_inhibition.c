/* link: tests/support/cases daemon/core/inhibition daemon/core/alert daemon/core/code daemon/core/period daemon/base/digest daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "core/inhibition.h"
#include "tests/support/cases.h"

struct words {
    char rule[32], product[32], market[8], origin[8], severity[16];
};

static bool read_alert(const char *text, struct words *words, enum severity *ret_severity)
{
    if (sscanf(text, "%31s %31s %7s %7s %15s", words->rule, words->product, words->market, words->origin,
            words->severity) != 5)
        return false;
    if (str_equal(words->origin, "-"))
        words->origin[0] = '\0';
    for (int severity = 0; severity < SEVERITY_COUNT; severity++)
        if (str_equal(severity_name((enum severity)severity), words->severity)) {
            *ret_severity = (enum severity)severity;
            return true;
        }
    return false;
}

static void run_line(struct cases *cases, size_t line)
{
    char text[200];
    snprintf(text, sizeof text, "%s", cases->lines[line].text);
    char *lesser = cases_split(text, ';'), *expected = lesser != NULL ? cases_split(lesser, ';') : NULL;
    struct words g, l;
    enum severity greater_severity, lesser_severity;
    if (expected == NULL || !read_alert(text, &g, &greater_severity) ||
        !read_alert(lesser, &l, &lesser_severity)) {
        cases_fault(cases, line, "cannot be read");
        return;
    }
    struct alert_scope greater = {g.rule, g.product, g.market, g.origin};
    struct alert_scope less = {l.rule, l.product, l.market, l.origin};
    const char *found = inhibition_name(inhibition_of(&greater, greater_severity, &less, lesser_severity));
    if (!str_equal(found[0] != '\0' ? found : "none", expected))
        cases_fault(cases, line, "found: %s", found);
}

static void greater_holds_the_lesser_back(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/inhibition/holds.txt");
    while (cases_next(&cases))
        for (size_t i = 0; i < cases.len; i++)
            run_line(&cases, i);
    cases_close(&cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(greater_holds_the_lesser_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
