/* Robust statistics under the functions of the rule language: formula, unit and source of each.
 *
 * Arrays of finite doubles go in. Functions that can have no answer return 0, or 1 where the figures
 * determine none, or -EINVAL where there are too few of them; ret_x is touched by 0 only. No unit is assumed:
 * a result has that of the figures, or none where the contract says so. docs/statistics.md tells what p is
 * worth. */
#ifndef CORE_STATISTICS_H
#define CORE_STATISTICS_H

#include <stddef.h>

/* Fewer values give no scale: the small-sample factor below is of another form for them. */
enum { STATISTICS_SCALE_MIN = 10 };

/* The middle value, or the mean of the two in the middle. n >= 1. Reorders the values. */
double statistics_median(double *values, size_t n);

/* Estimates the standard deviation of normal figures, whatever up to half of the values are:
 * 1.4826 median|x - median| n/(n - 0.8).
 * 1: no spread, that is, the median deviation is not above rounding. -EINVAL below STATISTICS_SCALE_MIN.
 * Overwrites the values. Source: Croux and Rousseeuw 1992, Computational Statistics 1, 411-428. */
int statistics_robust_scale(double *values, size_t n, double median, double *ret_scale);

/* How many robust standard deviations x lies above the median of the n values, which do not hold x:
 * (x - median) / scale. No unit. Outcomes as for the scale. Overwrites the values. */
int statistics_robust_z(double x, double *values, size_t n, double *ret_z);

/* The probability that a new figure like the n before it has at least this robust z: upper tail of Student's
 * t with 0.37 n degrees of freedom at z / sqrt(1 + 1.57/n). n >= 1. 0.37 is the efficiency of the median
 * deviation under normal figures; 1.57 = pi/2 is the variance of the median over that of the mean. Source:
 * Rousseeuw and Croux 1993, JASA 88, 1273-1283; Student's t with matched degrees of freedom is an
 * approximation. */
double statistics_p_value(double z, size_t n);

/* Pearson's correlation of n pairs, -1 to 1, no unit. 1: one side does not vary. -EINVAL below two pairs. */
int statistics_correlation(const double *a, const double *b, size_t n, double *ret_correlation);

struct statistics_weighted {
    double value;
    double weight; /* >= 0 */
};

/* The value with half of the weight on either side; the mean of two where the half falls between them, as the
 * plain median has it. 1: no pair has weight. Reorders the pairs. */
int statistics_weighted_median(struct statistics_weighted *pairs, size_t n, double *ret_median);

#endif
