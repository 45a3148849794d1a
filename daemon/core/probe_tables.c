/* Measures, cases and quotas, as they were known at the end of the judged period; those of the newest one as
 * they are known (reference_day). */
#include <math.h>

#include "core/period.h"
#include "core/probe.h"

static const struct scope *scope_of(const struct probe *probe)
{
    return &probe->input->scopes[probe->lane];
}

static int32_t today(const struct probe *probe)
{
    const struct program_input *input = probe->input;
    int32_t newest = input->horizons != NULL ? input->horizons[probe->lane] : PERIOD_NONE;
    return reference_day(input->reference, input->period, newest);
}

/* ---- measures and cases ---- */

static bool is_about_us(const struct probe *probe, const struct measure *measure)
{
    const char *origin = probe->code->word == PROBE_HOME ? probe->input->home : scope_of(probe)->origin;
    return measure_is_against(measure, origin) &&
           measure_covers(measure, &probe->input->reference->baskets, scope_of(probe)->product);
}

/* The rows of the scope's market that a test finds, one after another; NULL at the end. */
static const struct measure *next_row(
    const struct probe *probe, size_t *at, bool (*test)(const struct measure *measure, int32_t day))
{
    const struct measures *measures = &probe->input->reference->measures;
    while (*at < measures->len) {
        const struct measure *measure = &measures->items[(*at)++];
        if (str_equal(measure->market, scope_of(probe)->market) && test(measure, today(probe)) &&
            is_about_us(probe, measure))
            return measure;
    }
    return NULL;
}

static bool is_case(const struct measure *measure, int32_t day)
{
    return measure->type != MEASURE_TARIFF && measure_is_open_case(measure, day);
}

/* Months since the oldest row that the test finds was known. */
static enum unknown age(
    const struct probe *probe, bool (*test)(const struct measure *measure, int32_t day), double *ret_value)
{
    size_t at = 0;
    int32_t oldest = INT32_MAX;
    for (const struct measure *row; (row = next_row(probe, &at, test)) != NULL;)
        if (measure_known(row) < oldest)
            oldest = measure_known(row);
    if (oldest == INT32_MAX)
        return UNKNOWN_MEASURE;
    *ret_value = date_period(today(probe)) - date_period(oldest);
    return KNOWN;
}

enum unknown probe_measure(const struct probe *probe, double *ret_value)
{
    size_t at = 0;
    *ret_value = next_row(probe, &at, measure_is_live) != NULL;
    return KNOWN;
}

enum unknown probe_measure_rate(const struct probe *probe, double *ret_value)
{
    size_t at = 0;
    double highest = NAN;
    for (const struct measure *row; (row = next_row(probe, &at, measure_is_live)) != NULL;)
        highest = fmax(highest, row->rate); /* fmax passes over what is not known */
    *ret_value = highest;
    return isnan(highest) ? UNKNOWN_MEASURE : KNOWN;
}

enum unknown probe_measure_age(const struct probe *probe, double *ret_value)
{
    return age(probe, measure_is_live, ret_value);
}

enum unknown probe_case(const struct probe *probe, double *ret_value)
{
    size_t at = 0;
    *ret_value = next_row(probe, &at, is_case) != NULL;
    return KNOWN;
}

enum unknown probe_case_age(const struct probe *probe, double *ret_value)
{
    return age(probe, is_case, ret_value);
}

enum unknown probe_case_elsewhere(const struct probe *probe, double *ret_value)
{
    const struct measures *measures = &probe->input->reference->measures;
    int32_t day = today(probe);
    *ret_value = 0;
    for (size_t i = 0; i < measures->len && *ret_value == 0; i++) {
        const struct measure *measure = &measures->items[i];
        int32_t known = measure_known(measure);
        *ret_value = measure->type != MEASURE_TARIFF && known != DATE_NONE && known <= day &&
                     date_period(day) - date_period(known) < probe->code->months &&
                     !str_equal(measure->market, scope_of(probe)->market) && is_about_us(probe, measure);
    }
    return KNOWN;
}

/* ---- quotas ---- */

static const struct quota *find_quota(const struct probe *probe)
{
    const struct quotas *quotas = &probe->input->reference->quotas;
    const struct scope *scope = scope_of(probe);
    for (size_t i = 0; i < quotas->len; i++) {
        const struct quota *quota = &quotas->items[i];
        bool ours = str_equal(quota->against, probe->input->home) || str_equal(quota->against, "W");
        if (ours && str_equal(quota->market, scope->market) &&
            quota_is_in_force(quota, probe->input->period) &&
            quota_covers(quota, &probe->input->reference->baskets, scope->product))
            return quota;
    }
    return NULL;
}

/* What counts against the quota over [from, to]: the series of its own codes, of all origins where it is
 * shared. */
static enum unknown counted(
    const struct probe *probe, const struct quota *quota, int32_t from, int32_t to, double *ret_sum)
{
    const struct program_input *input = probe->input;
    bool shared = str_equal(quota->against, "W");
    struct binding all = probe_binding(probe, shared ? probe->code->other : probe->code->role);
    double sum = 0;
    bool any = false;
    for (uint32_t i = 0; i < all.count; i++) {
        const char *product = panel_series(input->panel, input->uses[all.first + i].id)->key.product;
        struct role_window window = {{all.first + i, 1}, quota->column, false, from, to};
        double part;
        if (!quota_covers(quota, &input->reference->baskets, product))
            continue;
        enum unknown unknown = program_role_sum(input, &window, &part);
        if (unknown != KNOWN)
            return unknown;
        any = true;
        sum += part;
    }
    *ret_sum = sum;
    return any ? KNOWN : UNKNOWN_NO_SERIES;
}

static enum unknown used(const struct probe *probe, const struct quota *quota, double *ret_used)
{
    int32_t period = probe->input->period;
    double sum;
    enum unknown unknown = counted(probe, quota, quota_start(quota, period), period, &sum);
    if (unknown == KNOWN)
        *ret_used = sum / ((double)quota->limit / FIGURE_SCALE);
    return unknown;
}

enum unknown probe_quota_used(const struct probe *probe, double *ret_value)
{
    const struct quota *quota = find_quota(probe);
    return quota != NULL ? used(probe, quota, ret_value) : UNKNOWN_QUOTA;
}

enum { PROFILE_YEARS = 3, YEAR = 12 };

/* The share of its period's total that is used up after each month, as the mean of the same period in the
 * three years before. */
static enum unknown profile(const struct probe *probe, const struct quota *quota, double shares[YEAR])
{
    int32_t start = quota_start(quota, probe->input->period);
    for (int month = 0; month < quota->months; month++)
        shares[month] = 0;
    for (int year = 1; year <= PROFILE_YEARS; year++) {
        int32_t from = start - YEAR * year;
        double total, part;
        enum unknown unknown = counted(probe, quota, from, from + quota->months - 1, &total);
        if (unknown == KNOWN && total == 0)
            unknown = UNKNOWN_ZERO_BASE;
        for (int month = 0; month < quota->months && unknown == KNOWN; month++) {
            unknown = counted(probe, quota, from, from + month, &part);
            shares[month] += part / total / PROFILE_YEARS;
        }
        if (unknown != KNOWN)
            return unknown;
    }
    return KNOWN;
}

/* Months from the end of month `now` until the use, growing as the profile says, reaches the whole. Where the
 * period ends before that, the pace of a whole further period is added: the larger, the further away. */
static double months_to_fill(const double *shares, int months, int now, double use)
{
    double before = use;
    for (int month = now + 1; month < months; month++) {
        double after = use * shares[month] / shares[now];
        if (after >= 1)
            return month - 1 - now + (1 - before) / (after - before);
        before = after;
    }
    double whole = use / shares[now];
    return months - 1 - now + months * (1 - whole) / whole;
}

enum unknown probe_quota_full_in(const struct probe *probe, double *ret_value)
{
    double shares[YEAR], use;
    const struct quota *quota = find_quota(probe);
    if (quota == NULL)
        return UNKNOWN_QUOTA;
    enum unknown unknown = used(probe, quota, &use);
    int now = probe->input->period - quota_start(quota, probe->input->period);
    if (unknown == KNOWN && use >= 1) {
        *ret_value = 0;
        return KNOWN;
    }
    if (unknown == KNOWN)
        unknown = profile(probe, quota, shares);
    if (unknown == KNOWN && (shares[now] == 0 || use == 0))
        unknown = UNKNOWN_ZERO_BASE;
    if (unknown == KNOWN)
        *ret_value = months_to_fill(shares, quota->months, now, use);
    return unknown;
}
