#include "core/statistics.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Puts the value of rank k at k, no greater ones before it and no smaller ones behind it (Hoare's Find,
 * 1961). A full sort would be most of the work of judging z. */
static double select_rank(double *values, size_t n, size_t k)
{
    ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, rank = (ptrdiff_t)k;
    while (low < high) {
        double pivot = values[rank];
        ptrdiff_t i = low, j = high;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (values[j] > pivot)
                j--;
            if (i <= j) {
                double swapped = values[i];
                values[i++] = values[j];
                values[j--] = swapped;
            }
        }
        if (j < rank)
            low = i;
        if (rank < i)
            high = j;
    }
    return values[rank];
}

double statistics_median(double *values, size_t n)
{
    double upper = select_rank(values, n, n / 2);
    if (n % 2 == 1)
        return upper;
    double lower = values[0];
    for (size_t i = 1; i < n / 2; i++)
        lower = fmax(lower, values[i]);
    return lower + (upper - lower) / 2;
}

/* The largest deviation that rounding alone can leave among equal figures that were computed in a few steps.
 */
static double rounding(const double *values, size_t n)
{
    double largest = 0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(values[i]));
    return 1e-12 * largest;
}

int statistics_robust_scale(double *values, size_t n, double median, double *ret_scale)
{
    if (n < STATISTICS_SCALE_MIN)
        return -EINVAL;
    double smallest = rounding(values, n);
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(values[i] - median);
    double deviation = statistics_median(values, n);
    if (deviation <= smallest)
        return 1;
    *ret_scale = 1.4826 * deviation * (double)n / ((double)n - 0.8);
    return 0;
}

int statistics_robust_z(double x, double *values, size_t n, double *ret_z)
{
    if (n < STATISTICS_SCALE_MIN)
        return -EINVAL;
    double median = statistics_median(values, n), scale;
    int r = statistics_robust_scale(values, n, median, &scale);
    if (r == 0)
        *ret_z = (x - median) / scale;
    return r;
}

/* The continued fraction of the regularised incomplete beta function (DLMF 8.17.22) by the algorithm of Lentz
 * (DLMF 3.10(iii)). For x < (a + 1)/(a + b + 2) no denominator vanishes and it converges fast: 200 terms are
 * far more than the degrees of freedom of any history need. */
static double beta_fraction(double a, double b, double x)
{
    double c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), fraction = d;
    for (int m = 1; m <= 200; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        fraction *= d * c;
        double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        fraction *= d * c;
        if (fabs(d * c - 1) < DBL_EPSILON)
            break;
    }
    return fraction;
}

/* lgamma() would set a global. */
static double gamma_log(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* P(T > t) of Student's t with nu degrees of freedom, t >= 0: half of I_x(nu/2, 1/2) at x = nu/(nu + t^2)
 * (Abramowitz and Stegun 26.7.1). x and 1 - x are each computed without a difference, so that neither tail
 * loses digits. */
static double student_upper(double t, double nu)
{
    double a = nu / 2, b = 0.5, square = t * t / nu;
    double x = 1 / (1 + square), rest = 1 / (1 + 1 / square);
    double front = exp(gamma_log(a + b) - gamma_log(a) - gamma_log(b) - a * log1p(square)) * sqrt(rest);
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(a, b, x) / a / 2;
    return 0.5 - front * beta_fraction(b, a, rest) / b / 2;
}

double statistics_p_value(double z, size_t n)
{
    double count = (double)n;
    double p = student_upper(fabs(z) / sqrt(1 + 1.57 / count), 0.37 * count);
    return z >= 0 ? p : 1 - p;
}

static double mean_of(const double *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

int statistics_correlation(const double *a, const double *b, size_t n, double *ret_correlation)
{
    if (n < 2)
        return -EINVAL;
    double mean_a = mean_of(a, n), mean_b = mean_of(b, n);
    double aa = 0, bb = 0, ab = 0;
    for (size_t i = 0; i < n; i++) {
        double da = a[i] - mean_a, db = b[i] - mean_b;
        aa += da * da;
        bb += db * db;
        ab += da * db;
    }
    double spread_a = sqrt(aa / (double)n), spread_b = sqrt(bb / (double)n);
    if (spread_a <= rounding(a, n) || spread_b <= rounding(b, n))
        return 1;
    *ret_correlation = fmax(-1, fmin(1, ab / (double)n / spread_a / spread_b));
    return 0;
}

static int compare_values(const void *a, const void *b)
{
    const struct statistics_weighted *left = a, *right = b;
    return (left->value > right->value) - (left->value < right->value);
}

int statistics_weighted_median(struct statistics_weighted *pairs, size_t n, double *ret_median)
{
    double total = 0, below = 0;
    size_t weighted = 0;
    for (size_t i = 0; i < n; i++) {
        total += pairs[i].weight;
        if (pairs[i].weight > 0)
            pairs[weighted++] = pairs[i];
    }
    if (weighted == 0)
        return 1;
    qsort(pairs, weighted, sizeof *pairs, compare_values);
    size_t i = 0;
    while (i + 1 < weighted && below + pairs[i].weight < total / 2)
        below += pairs[i++].weight;
    bool between = i + 1 < weighted && below + pairs[i].weight <= total / 2;
    *ret_median = between ? (pairs[i].value + pairs[i + 1].value) / 2 : pairs[i].value;
    return 0;
}
