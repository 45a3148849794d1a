/* link: daemon/core/statistics tests/support/random */
/* How often rules fire on figures in which nothing happens: noise around a constant level. docs/statistics.md
 * has the tables that this prints. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/statistics.h"
#include "tests/support/random.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

/* A rate of 0.1 % has a standard error of 0.022 pp from SERIES; where a factor of two is asserted, that is
 * too coarse. */
enum { SERIES = 20000, SERIES_MANY = 200000, YEAR = 12, WINDOW_MAX = 12, BASELINE_MAX = 60 };

/* The oldest month that any case needs: the first window, a year before the oldest growth. */
enum { MONTHS = WINDOW_MAX + YEAR + BASELINE_MAX, JUDGED = MONTHS - 1 };

static const double log_deviation = 0.25;
static const size_t windows[] = {1, 3, 12}, baselines[] = {24, 36, 60};
static const double nominal[] = {0.05, 0.01, 0.001};

/* What a month adds to the log of the constant level. All have the same standard deviation. */
struct noise {
    const char *name;
    double carried; /* share of a month's deviation that the next month inherits */
    int freedom;    /* of Student's t: few make heavy tails; 0: normal */
    double most;    /* times nominal at p < 0.001, in any case: what docs/statistics.md warns of */
};
static const struct noise noises[] = {
    {"independent normal months", 0, 0, 5},
    {"normal months, half carried over", 0.5, 0, 10},
    {"independent heavy-tailed months", 0, 4, 10},
};

static double draw(const struct noise *noise, struct random *random)
{
    double value = random_normal(random), square = 0;
    if (noise->freedom == 0)
        return value;
    for (int i = 0; i < noise->freedom; i++) {
        double part = random_normal(random);
        square += part * part;
    }
    return value / sqrt(square / (noise->freedom - 2)); /* variance 1 */
}

static void fill(double figures[MONTHS], const struct noise *noise, struct random *random)
{
    double deviation = draw(noise, random);
    for (size_t i = 0; i < MONTHS; i++) {
        figures[i] = exp(log_deviation * deviation);
        deviation =
            noise->carried * deviation + sqrt(1 - noise->carried * noise->carried) * draw(noise, random);
    }
}

static double sum(const double *figures, size_t last, size_t window)
{
    double total = 0;
    for (size_t i = 0; i < window; i++)
        total += figures[last - i];
    return total;
}

static double log_growth(const double *figures, size_t last, size_t window)
{
    return log(sum(figures, last, window) / sum(figures, last - YEAR, window));
}

/* p(x, w, n) of the rule language at the last month. */
static double judge(const double *figures, size_t window, size_t n)
{
    double baseline[BASELINE_MAX], z;
    for (size_t i = 0; i < n; i++)
        baseline[i] = log_growth(figures, JUDGED - 1 - i, window);
    assert_int_equal(statistics_robust_z(log_growth(figures, JUDGED, window), baseline, n, &z), 0);
    return statistics_p_value(z, n);
}

struct alarms {
    size_t series;
    size_t count[LEN(windows)][LEN(baselines)][LEN(nominal)];
};

/* Of the first `window_count` windows. */
static void count_alarms(const double *figures, size_t window_count, struct alarms *alarms)
{
    alarms->series++;
    for (size_t w = 0; w < window_count; w++) {
        for (size_t n = 0; n < LEN(baselines); n++) {
            double p = judge(figures, windows[w], baselines[n]);
            for (size_t i = 0; i < LEN(nominal); i++)
                alarms->count[w][n][i] += p < nominal[i];
        }
    }
}

static double rate(const struct alarms *alarms, size_t window, size_t baseline, size_t level)
{
    return (double)alarms->count[window][baseline][level] / (double)alarms->series;
}

static void simulate(const struct noise *noise, size_t series, size_t window_count, struct alarms *ret_alarms)
{
    struct random random = {2025};
    *ret_alarms = (struct alarms){0};
    for (size_t i = 0; i < series; i++) {
        double figures[MONTHS];
        fill(figures, noise, &random);
        count_alarms(figures, window_count, ret_alarms);
    }
}

static void p_value_of_monthly_growth_is_nominal(void **state)
{
    (void)state;
    struct alarms alarms;
    simulate(&noises[0], SERIES_MANY, 1, &alarms);
    for (size_t n = 0; n < LEN(baselines); n++) {
        for (size_t i = 0; i < LEN(nominal); i++) {
            double ratio = rate(&alarms, 0, n, i) / nominal[i];
            printf("# 1m  n %zu: %.2f times nominal at p < %g\n", baselines[n], ratio, nominal[i]);
            if (!(ratio >= 0.5 && ratio <= 2))
                fail_msg("1m, n %zu: %g times nominal at p < %g", baselines[n], ratio, nominal[i]);
        }
    }
}

/* Overlapping windows, months that carry over and heavy tails break what p assumes. The excess is bounded. */
static void p_value_is_off_where_its_assumptions_break(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(noises); i++) {
        struct alarms alarms;
        simulate(&noises[i], SERIES, LEN(windows), &alarms);
        printf("# %s\n# window   n   p < 0.05  p < 0.01  p < 0.001\n", noises[i].name);
        for (size_t w = 0; w < LEN(windows); w++) {
            for (size_t n = 0; n < LEN(baselines); n++) {
                printf("# %4zum  %3zu  %7.2f %% %7.2f %%  %7.3f %%\n", windows[w], baselines[n],
                    100 * rate(&alarms, w, n, 0), 100 * rate(&alarms, w, n, 1), 100 * rate(&alarms, w, n, 2));
                double ratio = rate(&alarms, w, n, 2) / nominal[2];
                if (!(ratio <= noises[i].most))
                    fail_msg(
                        "%s, %zum, n %zu: %g times nominal", noises[i].name, windows[w], baselines[n], ratio);
            }
        }
    }
}

static void fixed_thresholds_fire_on_noise(void **state)
{
    (void)state;
    static const struct {
        size_t window;
        double threshold, rate, tolerance;
    } cases[] = {
        {1, 0.30, 0.229, 0.01},
        {3, 0.30, 0.099, 0.01},
        {12, 0.15, 0.085, 0.01},
        {12, 0.30, 0.005, 0.002},
    };
    struct random random = {2026};
    size_t fired[LEN(cases)] = {0};
    for (size_t i = 0; i < SERIES; i++) {
        double figures[MONTHS];
        fill(figures, &noises[0], &random);
        for (size_t c = 0; c < LEN(cases); c++)
            fired[c] += log_growth(figures, JUDGED, cases[c].window) > log1p(cases[c].threshold);
    }
    for (size_t c = 0; c < LEN(cases); c++) {
        double share = (double)fired[c] / SERIES;
        printf(
            "# %2zum growth over %.0f %%: %.2f %%\n", cases[c].window, 100 * cases[c].threshold, 100 * share);
        if (!(fabs(share - cases[c].rate) <= cases[c].tolerance))
            fail_msg("%zum: %g; expected %g", cases[c].window, share, cases[c].rate);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_value_of_monthly_growth_is_nominal),
        cmocka_unit_test(p_value_is_off_where_its_assumptions_break),
        cmocka_unit_test(fixed_thresholds_fire_on_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
