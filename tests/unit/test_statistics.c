/* link: daemon/core/statistics tests/support/random */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/statistics.h"
#include "tests/support/random.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static void assert_near(double actual, double expected, double tolerance, const char *what, size_t number)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%s %zu: %.17g; expected %.17g", what, number, actual, expected);
}

static int compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void median_is_the_middle(void **state)
{
    (void)state;
    static const struct {
        double values[6];
        size_t n;
        double median;
    } cases[] = {
        {{7}, 1, 7},
        {{7, 1}, 2, 4},
        {{3, 1, 2}, 3, 2},
        {{4, 1, 3, 2}, 4, 2.5},
        {{1, 1, 1, 1, 9}, 5, 1},
        {{5, 5, 5, 5, 5, 5}, 6, 5},
        {{6, 5, 4, 3, 2, 1}, 6, 3.5},
        {{-1, 1e300, -1e300, 0}, 4, -0.5},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        double values[6];
        memcpy(values, cases[i].values, sizeof values);
        assert_near(statistics_median(values, cases[i].n), cases[i].median, 0, "case", i);
    }
}

static void median_agrees_with_sorting(void **state)
{
    (void)state;
    struct random random = {1};
    for (size_t round = 0; round < 5000; round++) {
        double values[40], sorted[40];
        size_t n = 1 + round % LEN(values);
        for (size_t i = 0; i < n; i++) /* every second round has many equal values */
            values[i] = round % 2 == 0 ? random_normal(&random) : floor(4 * random_uniform(&random));
        memcpy(sorted, values, sizeof sorted);
        qsort(sorted, n, sizeof *sorted, compare_doubles);
        double expected = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
        assert_near(statistics_median(values, n), expected, 1e-15, "round", round);
        qsort(values, n, sizeof *values, compare_doubles);
        assert_memory_equal(values, sorted, n * sizeof *values); /* reordered, not changed */
    }
}

static void scale_follows_its_formula(void **state)
{
    (void)state;
    static const struct {
        double values[12];
        size_t n;
        double deviation; /* the median absolute one */
    } cases[] = {
        {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 10, 2.5},
        {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 11, 3},
        {{1, 2, 3, 4, 5, 6, 7, 8, 9, 1e6, 1e6}, 11, 3}, /* what the large ones are changes nothing */
        {{-1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1}, 12, 1},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        double values[12], scale, n = (double)cases[i].n;
        memcpy(values, cases[i].values, sizeof values);
        double median = statistics_median(values, cases[i].n);
        assert_int_equal(statistics_robust_scale(values, cases[i].n, median, &scale), 0);
        assert_near(scale, 1.4826 * cases[i].deviation * n / (n - 0.8), 1e-12, "case", i);
    }
}

/* The factor n/(n - 0.8) is for this: the mean estimate is right also where n is small. */
static void scale_is_unbiased_in_small_samples(void **state)
{
    (void)state;
    static const size_t sizes[] = {10, 11, 12, 24, 36};
    struct random random = {2};
    for (size_t i = 0; i < LEN(sizes); i++) {
        double sum = 0;
        for (size_t round = 0; round < 20000; round++) {
            double values[36], scale;
            for (size_t k = 0; k < sizes[i]; k++)
                values[k] = random_normal(&random);
            double median = statistics_median(values, sizes[i]);
            assert_int_equal(statistics_robust_scale(values, sizes[i], median, &scale), 0);
            sum += scale;
        }
        assert_near(sum / 20000, 1, 0.015, "n", sizes[i]);
    }
}

static void z_is_in_robust_standard_deviations(void **state)
{
    (void)state;
    double values[] = {11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, z;
    assert_int_equal(statistics_robust_z(16, values, LEN(values), &z), 0);
    assert_near(z, (16 - 6) / (1.4826 * 3 * 11 / 10.2), 1e-12, "z", 0);
}

static void without_spread_or_values_there_is_no_z(void **state)
{
    (void)state;
    static const struct {
        double values[12];
        size_t n;
        int r;
    } cases[] = {
        {{1, 2, 3, 4, 5, 6, 7, 8, 9}, 9, -EINVAL},
        {{0}, 0, -EINVAL},
        {{0}, 12, 1},
        {{3, 3, 3, 3, 3, 3, 3, 1, 2, 4, 5, 6}, 12, 1}, /* more than half alike */
        /* equal but for rounding: 0.1 + 0.2 and 0.3 */
        {{0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3, 0.3, 0.3}, 12, 1},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        double values[12], z = 42, scale = 42;
        memcpy(values, cases[i].values, sizeof values);
        if (statistics_robust_z(9, values, cases[i].n, &z) != cases[i].r)
            fail_msg("case %zu", i);
        memcpy(values, cases[i].values, sizeof values);
        assert_int_equal(statistics_robust_scale(values, cases[i].n, cases[i].values[0], &scale), cases[i].r);
        assert_true(z == 42 && scale == 42);
    }
}

/* Computed with mpmath 1.3.0 in 50 digits: nu = 0.37 n, t = z / sqrt(1 + 1.57/n),
 * betainc(nu/2, 1/2, 0, nu/(nu + t^2), regularized)/2 for z >= 0, and 1 less that for z < 0. */
static const struct {
    double z;
    size_t n;
    double p;
} p_values[] = {
    {-6, 10, 0.9968205745254816},
    {-1.5, 10, 0.8794770297303512},
    {0, 10, 0.5},
    {0x1p-10, 10, 0.49966121031754208},
    {0.5, 10, 0.33403557797859534},
    {1, 10, 0.2045576639051735},
    {2, 10, 0.071138319583828074},
    {3, 10, 0.026958556299657934},
    {3.5, 10, 0.017505028831078484},
    {5, 10, 0.0058190868776625125},
    {8, 10, 0.0011796287226956429},
    {20, 10, 4.31788207028972e-5},
    {1000, 10, 2.2705605777363644e-11},
    {-6, 12, 0.9982334995165523},
    {-1.5, 12, 0.8877815728880181},
    {0, 12, 0.5},
    {0x1p-10, 12, 0.49965354015031734},
    {0.5, 12, 0.33019921946383737},
    {1, 12, 0.19765829512203788},
    {2, 12, 0.063029287334464024},
    {3, 12, 0.021194177001721827},
    {3.5, 12, 0.012926588606383526},
    {5, 12, 0.0035950776917618938},
    {8, 12, 0.00054623574991100232},
    {20, 12, 1.0518676902538569e-5},
    {1000, 12, 3.081000436934108e-13},
    {-6, 24, 0.99986560490944891},
    {-1.5, 24, 0.90971542860704349},
    {0, 24, 0.5},
    {0x1p-10, 24, 0.49963301442132556},
    {0.5, 24, 0.31991035199082931},
    {1, 24, 0.17914158837423083},
    {2, 24, 0.042533790484202555},
    {3, 24, 0.0088269237250926705},
    {3.5, 24, 0.0040723572507477256},
    {5, 24, 0.00047583492786112953},
    {8, 24, 1.536547011706046e-5},
    {20, 24, 7.1376525057728556e-9},
    {1000, 24, 6.4213421066475186e-24},
    {-6, 36, 0.9999752098849682},
    {-1.5, 36, 0.9173838999037966},
    {0, 36, 0.5},
    {0x1p-10, 36, 0.49962571956606818},
    {0.5, 36, 0.31624535257767701},
    {1, 36, 0.1725415736908517},
    {2, 36, 0.035771573877910123},
    {3, 36, 0.0056573854778597828},
    {3.5, 36, 0.002184180042483424},
    {5, 36, 0.00013657889968563554},
    {8, 36, 1.2083975522362788e-6},
    {20, 36, 1.663750490533143e-11},
    {1000, 36, 4.8210612152943393e-34},
    {-6, 60, 0.99999718758197172},
    {-1.5, 60, 0.92363665499590461},
    {0, 60, 0.5},
    {0x1p-10, 60, 0.49961971251477624},
    {0.5, 60, 0.31322391056667512},
    {1, 60, 0.16709905145484639},
    {2, 60, 0.030456461486250015},
    {3, 60, 0.00358199546879739},
    {3.5, 60, 0.0011162371559783576},
    {5, 60, 3.0038543604758852e-5},
    {8, 60, 3.4301149162214583e-8},
    {20, 60, 7.1287241239680322e-16},
    {1000, 60, 2.4647676594001781e-53},
    {-6, 120, 0.99999981339639043},
    {-1.5, 120, 0.92838986894962823},
    {0, 120, 0.5},
    {0x1p-10, 120, 0.49961510496492122},
    {0.5, 120, 0.31090422607776459},
    {1, 120, 0.16291980989363404},
    {2, 120, 0.02655436650756712},
    {3, 120, 0.0023273650561288564},
    {3.5, 120, 0.00057261604268155541},
    {5, 120, 5.265794431733576e-6},
    {8, 120, 2.2493051802328702e-10},
    {20, 120, 5.0224300867159189e-24},
    {1000, 120, 1.8688473992138372e-98},
    {-6, 600, 0.99999999585922754},
    {-1.5, 600, 0.93222848136162458},
    {0, 600, 0.5},
    {0x1p-10, 600, 0.49961135461816697},
    {0.5, 600, 0.30901468339633291},
    {1, 600, 0.1595150728339353},
    {2, 600, 0.023501881448482321},
    {3, 600, 0.0015227168239628193},
    {3.5, 600, 0.00028568330965578454},
    {5, 600, 5.9960271508114691e-7},
    {8, 600, 3.6558552375294543e-14},
    {20, 600, 8.6629007035012802e-52},
};

static void p_value_is_exact_to_twelve_digits(void **state)
{
    (void)state;
    for (size_t i = 0; i < LEN(p_values); i++) {
        double p = statistics_p_value(p_values[i].z, p_values[i].n);
        assert_near(p, p_values[i].p, 1e-12 * p_values[i].p, "row", i);
    }
}

static void p_value_falls_with_z(void **state)
{
    (void)state;
    for (size_t n = STATISTICS_SCALE_MIN; n <= 600; n = n * 5 / 4) {
        double last = 1;
        for (double z = -30; z <= 30; z += 0.01) {
            double p = statistics_p_value(z, n);
            if (!(p > 0 && p <= last))
                fail_msg("n %zu, z %g: %.17g after %.17g", n, z, p, last);
            last = p;
        }
    }
    assert_true(statistics_p_value(DBL_MAX, 36) == 0);
    assert_true(statistics_p_value(-DBL_MAX, 36) == 1);
    assert_true(statistics_p_value(DBL_MIN, 36) == 0.5);
}

static void correlation_is_of_pearson(void **state)
{
    (void)state;
    static const struct {
        double a[5], b[5];
        size_t n;
        int r;
        double correlation;
    } cases[] = {
        {{1, 2, 3, 4, 5}, {2, 4, 6, 8, 10}, 5, 0, 1},
        {{1, 2, 3, 4, 5}, {5, 4, 3, 2, 1}, 5, 0, -1},
        {{1, 2, 3, 4, 5}, {2, 1, 4, 3, 5}, 5, 0, 0.8},
        {{1, 2, 3, 4}, {1, -1, -1, 1}, 4, 0, 0},
        {{1e9, 1e9 + 1}, {0, 1e-9}, 2, 0, 1},
        {{7, 7, 7}, {1, 2, 3}, 3, 1, 0},
        {{1, 2, 3}, {7, 7, 7}, 3, 1, 0},
        {{0.1, 0.1, 0.1, 0.1, 0.1}, {1, 2, 3, 4, 5}, 5, 1, 0}, /* their mean is not quite 0.1 */
        {{1}, {1}, 1, -EINVAL, 0},
        {{0}, {0}, 0, -EINVAL, 0},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        double correlation = 0;
        int r = statistics_correlation(cases[i].a, cases[i].b, cases[i].n, &correlation);
        if (r != cases[i].r)
            fail_msg("case %zu: %d", i, r);
        assert_near(correlation, cases[i].correlation, 1e-12, "case", i);
        assert_true(fabs(correlation) <= 1);
    }
}

static void weighted_median_parts_the_weight(void **state)
{
    (void)state;
    static const struct {
        struct statistics_weighted pairs[4];
        size_t n;
        int r;
        double median;
    } cases[] = {
        {{{5, 1}}, 1, 0, 5},
        {{{3, 1}, {1, 1}, {2, 1}}, 3, 0, 2},
        {{{4, 1}, {1, 1}, {3, 1}, {2, 1}}, 4, 0, 2.5}, /* equal weights: the plain median */
        {{{1, 10}, {2, 1}, {3, 1}}, 3, 0, 1},
        {{{1, 1}, {2, 1}, {9, 10}}, 3, 0, 9},
        {{{1, 2}, {2, 1}, {3, 1}}, 3, 0, 1.5}, /* half falls between 1 and 2 */
        {{{1, 0}, {2, 3}, {99, 0}}, 3, 0, 2},
        {{{1, 3}, {2, 0}, {3, 3}}, 3, 0, 2}, /* half between 1 and 3: what has no weight is not there */
        {{{1, 0}, {2, 0}}, 2, 1, 0},
        {{{0, 0}}, 0, 1, 0},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct statistics_weighted pairs[4];
        memcpy(pairs, cases[i].pairs, sizeof pairs);
        double median = 0;
        int r = statistics_weighted_median(pairs, cases[i].n, &median);
        if (r != cases[i].r)
            fail_msg("case %zu: %d", i, r);
        assert_near(median, cases[i].median, 0, "case", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(median_is_the_middle),
        cmocka_unit_test(median_agrees_with_sorting),
        cmocka_unit_test(scale_follows_its_formula),
        cmocka_unit_test(scale_is_unbiased_in_small_samples),
        cmocka_unit_test(z_is_in_robust_standard_deviations),
        cmocka_unit_test(without_spread_or_values_there_is_no_z),
        cmocka_unit_test(p_value_is_exact_to_twelve_digits),
        cmocka_unit_test(p_value_falls_with_z),
        cmocka_unit_test(correlation_is_of_pearson),
        cmocka_unit_test(weighted_median_parts_the_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
