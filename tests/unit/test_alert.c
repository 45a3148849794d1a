/* link: tests/support/cases daemon/core/alert daemon/core/period daemon/base/digest daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "core/alert.h"
#include "core/period.h"
#include "tests/support/cases.h"

static const char verdict_letters[] = "UTHCN";
static const char state_letters[] = ".pFcn";

static int32_t month(int number)
{
    return period_make(2024, 1) + number - 1;
}

static int number_of(int32_t period)
{
    return period == PERIOD_NONE ? 0 : period - month(1) + 1;
}

static bool read_policy(const char *text, struct alert_policy *policy)
{
    char missing[16];
    if (sscanf(text, "%d of %d %15s", &policy->need, &policy->of, missing) != 3)
        return false;
    policy->missing = str_equal(missing, "keep")    ? MISSING_KEEP
                      : str_equal(missing, "clear") ? MISSING_CLEAR
                                                    : MISSING_ALERT;
    return policy->missing != MISSING_ALERT || str_equal(missing, "alert");
}

/* The track as the case files write it; "p.3" of a file is "p3" here. */
static const char *track_text(const struct alert_track *track, char buf[32])
{
    int number = number_of(alert_is_open(track->state) ? track->raised : track->ended);
    if (number == 0)
        snprintf(buf, 32, "%c", state_letters[track->state]);
    else
        snprintf(
            buf, 32, "%c%s%d", state_letters[track->state], track->state == ALERT_PENDING ? "." : "", number);
    return buf;
}

/* Runs one line; puts the states that came out into `out`. False where the line cannot be read. */
static bool run_fold(char *line, char **ret_expected, char *out, size_t size)
{
    struct alert_policy policy;
    char *verdicts = cases_split(line, ';');
    *ret_expected = verdicts != NULL ? cases_split(verdicts, ';') : NULL;
    if (*ret_expected == NULL || !read_policy(line, &policy))
        return false;
    struct alert_track track = {0};
    uint8_t all[64];
    size_t n = 0, used = 0;
    for (const char *p = verdicts; *p != '\0'; p++) {
        const char *letter = strchr(verdict_letters, *p);
        char text[32];
        if (*p == ' ')
            continue;
        if (letter == NULL || n == sizeof all)
            return false;
        all[n++] = (uint8_t)(letter - verdict_letters);
        alert_step(&policy, (enum verdict)all[n - 1], month((int)n), &track);
        used += (size_t)snprintf(out + used, size - used, "%s%s", n > 1 ? " " : "", track_text(&track, text));
    }
    struct alert_track fold = alert_fold(&policy, all, n, month(1));
    return memcmp(&fold, &track, sizeof fold) == 0;
}

static void verdicts_fold_into_states(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/alert/fold.txt");
    while (cases_next(&cases))
        for (size_t i = 0; i < cases.len; i++) {
            char line[256], *expected, out[512] = "";
            snprintf(line, sizeof line, "%s", cases.lines[i].text);
            if (!run_fold(line, &expected, out, sizeof out))
                cases_fault(&cases, i, "cannot be read");
            else if (!str_equal(out, expected))
                cases_fault(&cases, i, "expected %s\n  came out %s", expected, out);
        }
    cases_close(&cases);
}

/* "F2", "./4", "F6/4" */
static struct alert_track read_track(const char *text)
{
    struct alert_track track = {0};
    track.state = (enum alert_state)(strchr(state_letters, text[0]) - state_letters);
    int raised = atoi(text + 1);
    track.raised = raised != 0 ? month(raised) : PERIOD_NONE;
    const char *slash = strchr(text, '/');
    track.ended = slash != NULL ? month(atoi(slash + 1)) : PERIOD_NONE;
    return track;
}

static enum severity read_severity(const char *text)
{
    enum severity severity = SEVERITY_WATCH;
    while (severity < SEVERITY_COUNT && !str_equal(severity_name(severity), text))
        severity++;
    assert_true(severity < SEVERITY_COUNT);
    return severity;
}

static struct alert_told read_told(char *text)
{
    if (text[0] == '-')
        return (struct alert_told){0};
    const char *severity = cases_split(text, ' ');
    struct alert_track track = read_track(text);
    return (struct alert_told){
        .open = true, .raised = track.raised, .severity = read_severity(severity), .state = track.state};
}

static void what_is_told_next(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/alert/next_event.txt");
    while (cases_next(&cases))
        for (size_t i = 0; i < cases.len; i++) {
            char line[256], *fields[5] = {line};
            snprintf(line, sizeof line, "%s", cases.lines[i].text);
            for (int f = 1; f < 5 && fields[f - 1] != NULL; f++)
                fields[f] = cases_split(fields[f - 1], ';');
            if (fields[4] == NULL) {
                cases_fault(&cases, i, "expected five fields");
                continue;
            }
            struct alert_told told = read_told(fields[0]);
            struct alert_track track = read_track(fields[1]);
            enum alert_event event =
                alert_next_event(&told, &track, read_severity(fields[2]), str_equal(fields[3], "revised"));
            if (!str_equal(alert_event_name(event), fields[4]))
                cases_fault(&cases, i, "expected %s, came out %s", fields[4], alert_event_name(event));
        }
    cases_close(&cases);
}

/* Kept with every alert there ever was: changing how ids are made would part them from their history. */
static void ids_never_change(void **state)
{
    (void)state;
    struct alert_scope scope = {"us-surge", "plywood", "US", "CN"};
    char id[ALERT_ID_SIZE];
    alert_id(&scope, period_make(2025, 2), id);
    assert_string_equal(id, "55e68b802a7ed2c225d69904c6f0081e");
    scope.origin = "";
    alert_id(&scope, period_make(2025, 2), id);
    assert_string_equal(id, "dedf5f909e64323dc5389f7f82a86ae8");
}

static void ids_differ_in_every_part(void **state)
{
    (void)state;
    static const struct alert_scope scopes[] = {
        {"r", "p", "US", "CN"},
        {"r2", "p", "US", "CN"},
        {"r", "p2", "US", "CN"},
        {"r", "p", "EU", "CN"},
        {"r", "p", "US", ""},
        {"r", "pU", "S", "CN"},
    };
    enum { N = sizeof scopes / sizeof *scopes };
    char ids[2 * N][ALERT_ID_SIZE];
    for (size_t i = 0; i < N; i++) {
        alert_id(&scopes[i], month(1), ids[2 * i]);
        alert_id(&scopes[i], month(2), ids[2 * i + 1]);
    }
    for (size_t i = 0; i < 2 * N; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(ids[i], ids[k]);
}

static void confirmations_are_journaled_and_not_sent(void **state)
{
    (void)state;
    for (enum alert_event event = EVENT_NONE; event < EVENT_COUNT; event++)
        assert_int_equal(alert_event_notifies(event), event != EVENT_NONE && event != EVENT_CONFIRMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_fold_into_states),
        cmocka_unit_test(what_is_told_next),
        cmocka_unit_test(ids_never_change),
        cmocka_unit_test(ids_differ_in_every_part),
        cmocka_unit_test(confirmations_are_journaled_and_not_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
