/* link: daemon/core/score daemon/core/score_cases daemon/core/score_months daemon/core/date daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/map daemon/base/str */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"
#include "core/score.h"

#define LEN(array) (sizeof(array) / sizeof *(array))
#define DAY(text)  day_of(text)

static int32_t day_of(const char *text)
{
    int32_t day = DATE_NONE;
    if (text != NULL && date_parse(slice_of(text), &day) < 0)
        fail_msg("%s is no date", text);
    return day;
}

/* The alert's product is at or above the case's first code. */
static bool covers(void *userdata, const char *product, const struct score_case *known_case)
{
    assert_ptr_equal(userdata, &covers);
    return strncmp(known_case->codes.items[0], product, strlen(product)) == 0;
}

static const char *const plywood[] = {"441231"};
static const char *const wire[] = {"721720"};

/* A case of plywood in US with T0 = 2016-07-15 and figures from 2010 on: its window begins on 2015-01-15. */
static struct score_case plywood_case(void)
{
    return (struct score_case){.id = "A",
        .market = "US",
        .product = "Plywood",
        .type = "AD",
        .third_country = "CN",
        .codes = {plywood, 1},
        .confidence = CASE_CONFIRMED,
        .petition = DAY("2016-07-15"),
        .initiation = DAY("2016-08-04"),
        .data_from = DAY("2010-01-01"),
        .data_to = DAY("2018-12-31")};
}

static struct score_alert alert_of(
    const char *product, const char *market, const char *known, const char *cleared)
{
    return (struct score_alert){.rule = "r",
        .product = product,
        .market = market,
        .origin = "",
        .raised = date_period(DAY(known)) - 1,
        .known = DAY(known),
        .cleared_known = DAY(cleared),
        .stake = 1e6,
        .severity = SEVERITY_CAUTION,
        .vintage = true};
}

static struct score_input input_of(
    const struct score_alert *alerts, size_t alert_count, const struct score_case *cases, size_t case_count)
{
    return (struct score_input){.alerts = alerts,
        .alert_count = alert_count,
        .cases = cases,
        .case_count = case_count,
        .covers = covers,
        .userdata = &covers,
        .first = period_make(2010, 1),
        .last = period_make(2018, 12),
        .cases_end = DATE_NONE};
}

static void one_alert_against_one_case(void **state)
{
    (void)state;
    static const struct {
        const char *name, *product, *market, *known, *cleared;
        enum score_outcome outcome;
        int lead;
        bool standing, proxy;
    } cases[] = {
        {"in the window", "441231", "US", "2015-12-10", NULL, SCORE_HIT, 218, false, false},
        {"on its first day", "441231", "US", "2015-01-15", NULL, SCORE_HIT, 547, false, false},
        {"on the day before the petition", "441231", "US", "2016-07-14", NULL, SCORE_HIT, 1, false, false},
        {"on the day of the petition", "441231", "US", "2016-07-15", NULL, SCORE_LATE, 0, false, false},
        {"a month after", "441231", "US", "2016-08-15", NULL, SCORE_LATE, -31, false, false},
        {"18 months less a day after", "441231", "US", "2018-01-14", NULL, SCORE_LATE, -548, false, false},
        {"18 months after", "441231", "US", "2018-01-15", NULL, SCORE_MISSED, 0, false, false},
        {"before the window, still open", "441231", "US", "2012-03-01", NULL, SCORE_HIT, 547, true, false},
        {"cleared within the window", "441231", "US", "2012-03-01", "2015-01-16", SCORE_HIT, 547, true,
            false},
        {"cleared before the window", "441231", "US", "2012-03-01", "2015-01-15", SCORE_MISSED, 0, false,
            false},
        {"another market", "441231", "EU", "2015-12-10", NULL, SCORE_MISSED, 0, false, false},
        {"another product", "721720", "US", "2015-12-10", NULL, SCORE_MISSED, 0, false, false},
        {"its chapter", "44", "US", "2015-12-10", NULL, SCORE_HIT, 218, false, true},
        {"its chapter, late", "44", "US", "2016-08-15", NULL, SCORE_LATE, -31, false, true},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct score score;
        struct score_case known_case = plywood_case();
        struct score_alert alert =
            alert_of(cases[i].product, cases[i].market, cases[i].known, cases[i].cleared);
        struct score_input input = input_of(&alert, 1, &known_case, 1);
        score_compute(&input, &score);
        const struct score_result *result = &score.results[0];
        if (result->outcome != cases[i].outcome || result->lead != cases[i].lead ||
            result->standing != cases[i].standing || result->proxy != cases[i].proxy)
            fail_msg("%s: %s, lead %d, standing %d, proxy %d", cases[i].name,
                score_outcome_names[result->outcome], result->lead, result->standing, result->proxy);
        assert_ptr_equal(result->first, result->outcome == SCORE_MISSED ? NULL : &alert);
        score_deinit(&score);
    }
}

static void first_alert_of_several_counts(void **state)
{
    (void)state;
    struct score score;
    struct score_case known_case = plywood_case();
    struct score_alert alerts[] = {
        alert_of("441231", "US", "2016-05-10", NULL),
        alert_of("44", "US", "2015-07-15", NULL), /* the first, on the chapter */
        alert_of("441231", "US", "2013-01-01", "2013-06-01"),
        alert_of("441231", "US", "2016-09-01", NULL),
    };
    struct score_input input = input_of(alerts, LEN(alerts), &known_case, 1);
    score_compute(&input, &score);
    assert_int_equal(score.results[0].outcome, SCORE_HIT);
    assert_ptr_equal(score.results[0].first, &alerts[1]);
    assert_int_equal(score.results[0].lead, 366); /* 2016 is a leap year */
    assert_false(score.results[0].proxy);         /* there was one on the code itself too */
    score_deinit(&score);
}

static void code_below_the_case_is_no_proxy(void **state)
{
    (void)state;
    static const char *const headings[] = {"4412", "9403"};
    struct score score;
    struct score_case known_case = plywood_case();
    known_case.codes = (struct texts){headings, 2};
    struct score_alert alert = alert_of("4412", "US", "2015-12-10", NULL);
    struct score_input input = input_of(&alert, 1, &known_case, 1);
    score_compute(&input, &score);
    assert_int_equal(score.results[0].outcome, SCORE_HIT);
    assert_false(score.results[0].proxy);
    score_deinit(&score);
}

static bool covers_all(void *userdata, const char *product, const struct score_case *known_case)
{
    (void)userdata, (void)product, (void)known_case;
    return true;
}

static void basket_is_no_proxy(void **state)
{
    (void)state;
    struct score score;
    struct score_case known_case = plywood_case();
    struct score_alert alert = alert_of("plywood", "US", "2015-12-10", NULL);
    struct score_input input = input_of(&alert, 1, &known_case, 1);
    input.covers = covers_all;
    score_compute(&input, &score);
    assert_int_equal(score.results[0].outcome, SCORE_HIT);
    assert_false(score.results[0].proxy);
    score_deinit(&score);
}

static void cases_without_figures_are_not_scored(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        enum score_gap gap;
    } cases[] = {
        {"2014-07-15", "2018-12-31", SCORE_GAP_NONE},
        {"2014-07-16", "2018-12-31", SCORE_GAP_BEGIN},
        {NULL, NULL, SCORE_GAP_MARKET},
        {"2010-01-01", "2016-06-15", SCORE_GAP_NONE},
        {"2010-01-01", "2016-06-14", SCORE_GAP_END},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct score score;
        struct score_case known_case = plywood_case();
        struct score_alert alert = alert_of("441231", "US", "2015-12-10", NULL);
        known_case.data_from = DAY(cases[i].from);
        known_case.data_to = DAY(cases[i].to);
        struct score_input input = input_of(&alert, 1, &known_case, 1);
        score_compute(&input, &score);
        bool scored = cases[i].gap == SCORE_GAP_NONE;
        if (score.results[0].gap != cases[i].gap)
            fail_msg("row %zu: %s", i, score_gap_texts[score.results[0].gap]);
        assert_int_equal(score.results[0].outcome, scored ? SCORE_HIT : SCORE_NO_DATA);
        assert_int_equal(score.all.scored, scored);
        assert_int_equal(score.all.no_data, !scored);
        assert_int_equal(score.all.cases, 1);
        assert_int_equal(score.all.hits, scored);
        score_deinit(&score);
    }
}

/* T0 = 2016-07-15, figures from 2010-01-01: windows may end on 2014-, 2013- and 2012-07-15; the next one,
 * 2011-07-15, has 18 months and a half of figures before its end. */
static void placebo_windows_reach_as_far_as_figures(void **state)
{
    (void)state;
    static const struct {
        const char *known, *cleared;
        int hits;
    } cases[] = {
        {"2015-12-10", NULL, 0},
        {"2014-07-14", "2014-08-01", 1},
        {"2014-07-15", "2014-08-01", 0}, /* the end is not in the window */
        {"2013-01-15", "2013-02-01", 2}, /* in [2013-01-15, 2014-07-15) and [2012-01-15, 2013-07-15) */
        {"2010-06-01", NULL, 3},         /* always on */
        {"2010-06-01", "2011-01-15", 0}, /* cleared as the earliest window begins */
        {"2010-06-01", "2011-01-16", 1},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct score score;
        struct score_case known_case = plywood_case();
        struct score_alert alert = alert_of("441231", "US", cases[i].known, cases[i].cleared);
        struct score_input input = input_of(&alert, 1, &known_case, 1);
        score_compute(&input, &score);
        assert_int_equal(score.results[0].placebos, 3);
        if (score.results[0].placebo_hits != cases[i].hits)
            fail_msg("row %zu: %d of 3", i, score.results[0].placebo_hits);
        assert_int_equal(score.all.placebos, 3);
        assert_int_equal(score.all.placebo_hits, cases[i].hits);
        score_deinit(&score);
    }
}

/* An earlier case on a heading of the same product, petition 2012-09-01, window from 2011-03-01: of the later
 * case's placebo windows, [2013-01-15, 2014-07-15) is free; [2012-01-15, 2013-07-15) and [2011-01-15,
 * 2012-07-15) are not. */
static void placebo_windows_avoid_other_cases(void **state)
{
    (void)state;
    static const char *const heading[] = {"4412"};
    struct score score;
    struct score_case cases[] = {plywood_case(), plywood_case(), plywood_case()};
    cases[1].id = "B";
    cases[1].petition = DAY("2012-09-01");
    cases[1].codes = (struct texts){heading, 1};
    cases[2].id = "C"; /* the same days in another market do not matter */
    cases[2].market = "EU";
    struct score_input input = input_of(NULL, 0, cases, LEN(cases));
    score_compute(&input, &score);
    assert_int_equal(score.results[0].placebos, 1);
    assert_int_equal(score.results[1].placebos, 0);
    assert_int_equal(score.results[2].placebos, 3);
    score_deinit(&score);
}

static void rates_are_by_stratum(void **state)
{
    (void)state;
    struct score score;
    struct score_case cases[4];
    for (size_t i = 0; i < LEN(cases); i++)
        cases[i] = plywood_case();
    cases[1].confidence = CASE_GENERAL;    /* lead 218, in no statistic */
    cases[2].petition = DAY("2016-01-15"); /* lead 36 */
    cases[3].stratum = STRATUM_TRIGGER;    /* of wire: missed */
    cases[3].codes = (struct texts){wire, 1};
    struct score_alert alert = alert_of("441231", "US", "2015-12-10", NULL);
    struct score_input input = input_of(&alert, 1, cases, LEN(cases));
    score_compute(&input, &score);
    const struct score_rate *rate = &score.rates[STRATUM_MEASURE];
    assert_int_equal(rate->cases, 3);
    assert_int_equal(rate->hits, 3);
    assert_int_equal(rate->leads, 2);
    assert_int_equal(rate->lead_min, 36);
    assert_int_equal(rate->lead_max, 218);
    assert_int_equal(rate->lead_median, 127);
    assert_int_equal(score.rates[STRATUM_TRIGGER].missed, 1);
    assert_int_equal(score.rates[STRATUM_TRIGGER].leads, 0);
    assert_int_equal(score.rates[STRATUM_SURGE].cases, 0);
    assert_int_equal(score.all.cases, 4);
    assert_int_equal(score.all.hits, 3);
    score_deinit(&score);
}

/* Three cases: leads 36, 97 and 218 days. */
static void median_of_an_odd_number_is_the_middle(void **state)
{
    (void)state;
    struct score score;
    struct score_case cases[] = {plywood_case(), plywood_case(), plywood_case()};
    cases[1].petition = DAY("2016-01-15");
    cases[2].petition = DAY("2016-03-16");
    struct score_alert alert = alert_of("441231", "US", "2015-12-10", NULL);
    struct score_input input = input_of(&alert, 1, cases, LEN(cases));
    score_compute(&input, &score);
    assert_int_equal(score.all.lead_median, 97);
    score_deinit(&score);
}

/* ---- months and precision ---- */

static struct score_alert staked(const char *product, const char *known, double stake)
{
    struct score_alert alert = alert_of(product, "US", known, NULL);
    alert.stake = stake;
    return alert;
}

/* T0 = 2016-07-15. Seven alerts in 2016-01: the one on plywood is sixth by stake, so it is in the top 10
 * only. */
static void precision_is_of_the_largest_stakes(void **state)
{
    (void)state;
    struct score score;
    struct score_case known_case = plywood_case();
    struct score_alert alerts[] = {staked("01", "2016-01-05", 10), staked("441231", "2016-01-20", 5),
        staked("02", "2016-01-05", 9), staked("03", "2016-01-05", 8), staked("04", "2016-01-31", 7),
        staked("05", "2016-01-01", 6), staked("06", "2016-01-05", (double)NAN)};
    struct score_input input = input_of(alerts, LEN(alerts), &known_case, 1);
    input.cases_end = DAY("2018-12-31");
    score_compute(&input, &score);
    const struct score_month *month = &score.months[period_make(2016, 1) - score.months[0].period];
    assert_int_equal(month->raised, 7);
    assert_true(month->followed_up);
    static const size_t taken[] = {5, 7, 7}, hits[] = {0, 1, 1};
    for (size_t k = 0; k < SCORE_TOP_COUNT; k++) {
        assert_int_equal(month->tops[k].taken, taken[k]);
        assert_int_equal(month->tops[k].hits, hits[k]);
        assert_int_equal(score.tops[k].taken, taken[k]);
        assert_int_equal(score.tops[k].hits, hits[k]);
    }
    score_deinit(&score);
}

static void precision_leaves_out_months_without_follow_up(void **state)
{
    (void)state;
    struct score score;
    struct score_case known_case = plywood_case();
    struct score_alert alerts[] = {
        staked("441231", "2015-12-10", 1), staked("01", "2016-12-31", 1), staked("01", "2017-01-01", 1)};
    struct score_input input = input_of(alerts, LEN(alerts), &known_case, 1);
    input.cases_end = DAY("2018-12-31");
    score_compute(&input, &score);
    assert_int_equal(score.followed_up, 7 * 12); /* 2010-01 to 2016-12 */
    assert_int_equal(score.tops[0].taken, 2);
    assert_int_equal(score.tops[0].hits, 1);
    score_deinit(&score);
    input.cases_end = DATE_NONE; /* the last petition: 2016-07-15, so to 2014-06 */
    score_compute(&input, &score);
    assert_int_equal(score.cases_end, DAY("2016-07-15"));
    assert_int_equal(score.followed_up, 4 * 12 + 6);
    assert_int_equal(score.tops[0].taken, 0);
    score_deinit(&score);
}

static void standing_alert_is_followed_by_a_petition_only_within_the_window(void **state)
{
    (void)state;
    struct score score;
    struct score_case known_case = plywood_case();
    struct score_alert alerts[] = {staked("441231", "2015-01-14", 1), staked("441231", "2015-01-15", 1)};
    struct score_input input = input_of(alerts, LEN(alerts), &known_case, 1);
    input.cases_end = DAY("2018-12-31");
    score_compute(&input, &score);
    assert_int_equal(score.tops[0].taken, 2);
    assert_int_equal(score.tops[0].hits, 1);
    assert_int_equal(score.results[0].outcome, SCORE_HIT);
    score_deinit(&score);
}

static void months_count_by_publication_and_severity(void **state)
{
    (void)state;
    struct score score;
    struct score_alert alerts[] = {alert_of("01", "US", "2010-02-28", NULL),
        alert_of("02", "US", "2010-02-01", NULL), alert_of("03", "US", "2010-04-01", NULL)};
    alerts[0].severity = SEVERITY_CRITICAL;
    struct score_input input = input_of(alerts, LEN(alerts), NULL, 0);
    input.first = period_make(2010, 1);
    input.last = period_make(2010, 3); /* the last alert is outside, and not dropped */
    score_compute(&input, &score);
    assert_int_equal(score.month_count, 4);
    assert_int_equal(score.months[0].raised, 0);
    assert_int_equal(score.months[1].raised, 2);
    assert_int_equal(score.months[1].by_severity[SEVERITY_CRITICAL], 1);
    assert_int_equal(score.months[1].by_severity[SEVERITY_CAUTION], 1);
    assert_int_equal(score.months[3].raised, 1);
    assert_float_equal(score_alerts_per_month(&score), 0.75, 1e-12);
    assert_false(score.months[0].followed_up); /* no case, so no end of the list */
    score_deinit(&score);
}

static void rules_are_counted(void **state)
{
    (void)state;
    struct score score;
    struct score_case known_case = plywood_case();
    struct score_alert alerts[] = {
        alert_of("441231", "US", "2015-12-10", "2016-02-10"), /* z: followed */
        alert_of("441231", "US", "2016-03-10", NULL),         /* z: followed, the same case */
        alert_of("721720", "US", "2016-03-10", NULL),         /* z: not */
        alert_of("441231", "US", "2012-03-10", NULL), /* a: found the case, standing; not followed in time */
    };
    for (size_t i = 0; i < LEN(alerts); i++)
        alerts[i].rule = i < 3 ? "z" : "a";
    alerts[2].vintage = false;
    struct score_input input = input_of(alerts, LEN(alerts), &known_case, 1);
    score_compute(&input, &score);
    assert_int_equal(score.rule_count, 2);
    assert_string_equal(score.rules[0].rule, "a");
    assert_int_equal(score.rules[0].raised, 1);
    assert_int_equal(score.rules[0].hits, 0);
    assert_int_equal(score.rules[0].cases, 1);
    assert_int_equal(score.rules[0].open, 1);
    assert_int_equal(score.rules[1].raised, 3);
    assert_int_equal(score.rules[1].hits, 2);
    assert_int_equal(score.rules[1].cases, 1);
    assert_int_equal(score.rules[1].open, 2);
    assert_int_equal(score.revised, 1);
    score_deinit(&score);
}

static void shares_are_printed(void **state)
{
    (void)state;
    static const struct {
        size_t part, whole;
        const char *text;
    } cases[] = {
        {0, 0, "–"}, {0, 7, "0 %"}, {2, 3, "67 %"}, {1, 250, "0.4 %"}, {5, 5, "100 %"}, {1, 10, "10 %"}};
    for (size_t i = 0; i < LEN(cases); i++) {
        char buf[SCORE_PERCENT_SIZE];
        assert_string_equal(score_percent(cases[i].part, cases[i].whole, buf), cases[i].text);
    }
    assert_true(isnan(score_ratio(0, 0)));
    assert_float_equal(score_months(548), 18.0, 0.01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_alert_against_one_case),
        cmocka_unit_test(first_alert_of_several_counts),
        cmocka_unit_test(code_below_the_case_is_no_proxy),
        cmocka_unit_test(basket_is_no_proxy),
        cmocka_unit_test(cases_without_figures_are_not_scored),
        cmocka_unit_test(placebo_windows_reach_as_far_as_figures),
        cmocka_unit_test(placebo_windows_avoid_other_cases),
        cmocka_unit_test(rates_are_by_stratum),
        cmocka_unit_test(median_of_an_odd_number_is_the_middle),
        cmocka_unit_test(precision_is_of_the_largest_stakes),
        cmocka_unit_test(precision_leaves_out_months_without_follow_up),
        cmocka_unit_test(standing_alert_is_followed_by_a_petition_only_within_the_window),
        cmocka_unit_test(months_count_by_publication_and_severity),
        cmocka_unit_test(rules_are_counted),
        cmocka_unit_test(shares_are_printed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
