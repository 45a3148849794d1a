/* Statistics of one or two series over time. */
#include <math.h>

#include "core/probe.h"
#include "core/statistics.h"

enum { YEAR = 12 };

/* A window's value: a sum, or a unit value where `exact` asks for one. */
static enum unknown window_value(const struct probe *probe, int lag, double *ret_value)
{
    struct instruction code = *probe->code;
    struct probe part = *probe;
    double quantity;
    part.code = &code;
    if (!code.exact)
        return probe_sum(&part, code.months, lag, ret_value);
    code.column = COLUMN_VALUE;
    enum unknown unknown = probe_sum(&part, code.months, lag, ret_value);
    code.column = COLUMN_QUANTITY;
    if (unknown == KNOWN)
        unknown = probe_sum(&part, code.months, lag, &quantity);
    if (unknown == KNOWN && quantity == 0)
        unknown = UNKNOWN_ZERO_BASE;
    if (unknown == KNOWN)
        *ret_value /= quantity;
    return unknown;
}

/* ln of the window over the same window a year earlier. */
static enum unknown log_growth(const struct probe *probe, int lag, double *ret_growth)
{
    double now, before;
    enum unknown unknown = window_value(probe, lag, &now);
    if (unknown == KNOWN)
        unknown = window_value(probe, lag + YEAR, &before);
    if (unknown == KNOWN && (now <= 0 || before <= 0))
        unknown = UNKNOWN_ZERO_BASE; /* no logarithm */
    if (unknown == KNOWN)
        *ret_growth = log(now / before);
    return unknown;
}

enum unknown probe_z(const struct probe *probe, double *ret_value)
{
    double now, baseline[WINDOW_MONTHS_MAX];
    size_t n = (size_t)probe->code->count;
    enum unknown unknown = log_growth(probe, 0, &now);
    for (size_t i = 0; i < n && unknown == KNOWN; i++)
        unknown = log_growth(probe, (int)i + 1, &baseline[i]);
    if (unknown != KNOWN)
        return unknown;
    return statistics_robust_z(now, baseline, n, ret_value) == 0 ? KNOWN : UNKNOWN_SPREAD;
}

enum unknown probe_p(const struct probe *probe, double *ret_value)
{
    double z;
    enum unknown unknown = probe_z(probe, &z);
    if (unknown == KNOWN)
        *ret_value = statistics_p_value(z, (size_t)probe->code->count);
    return unknown;
}

/* ---- lead correlation ---- */

/* The n monthly log changes that end `lag` months before the judged period, the newest first. */
static enum unknown log_changes(const struct probe *probe, uint8_t role, int n, int lag, double *changes)
{
    struct instruction code = *probe->code;
    struct probe part = *probe;
    double newer, older;
    code.role = role;
    code.column = role == probe->code->role ? probe->code->column : probe->code->word;
    part.code = &code;
    enum unknown unknown = probe_sum(&part, 1, lag, &newer);
    for (int i = 0; i < n && unknown == KNOWN; i++) {
        unknown = probe_sum(&part, 1, lag + i + 1, &older);
        if (unknown == KNOWN && (newer <= 0 || older <= 0))
            unknown = UNKNOWN_ZERO_BASE;
        if (unknown == KNOWN)
            changes[i] = log(newer / older);
        newer = older;
    }
    return unknown;
}

enum unknown probe_lead_corr(const struct probe *probe, double *ret_value)
{
    double a[WINDOW_MONTHS_MAX], b[WINDOW_MONTHS_MAX], best = -2, r;
    int n = probe->code->months;
    enum unknown unknown = log_changes(probe, probe->code->other, n, 0, b);
    for (int lead = 1; lead <= probe->code->count && unknown == KNOWN; lead++) {
        unknown = log_changes(probe, probe->code->role, n, lead, a);
        if (unknown == KNOWN && statistics_correlation(a, b, (size_t)n, &r) == 0 && r > best)
            best = r;
    }
    if (unknown == KNOWN && best < -1.5)
        unknown = UNKNOWN_SPREAD; /* one of the two does not vary */
    *ret_value = best;
    return unknown;
}
