/* Flags on the quality of a role's figures: the false-positive controls that people look at beside an alert.
 */
#include <math.h>

#include "core/period.h"
#include "core/probe.h"
#include "core/tet.h"

enum { YEAR = 12, BREAK_MONTHS = 24, FRONT_LOADING_MONTHS = 4 };

/* EUR 200,000 a week, the floor of the EU's import surveillance, is about 10 million a year. */
static const double small_base = 10e6;
static const double base_effect = 0.8, tet_difference = 0.2, unit_step = 3, one_shipment = 0.6;

static enum unknown small_base_flag(const struct probe *probe, double *ret_value)
{
    double base;
    enum unknown unknown = probe_sum(probe, YEAR, YEAR, &base);
    *ret_value = base < small_base;
    return unknown;
}

static enum unknown base_effect_flag(const struct probe *probe, double *ret_value)
{
    double base, before = 0;
    enum unknown unknown = probe_sum(probe, YEAR, YEAR, &base);
    if (unknown == KNOWN)
        unknown = probe_sum(probe, YEAR, 2 * YEAR, &before);
    *ret_value = base < base_effect * before;
    return unknown;
}

static enum unknown tet_window_flag(const struct probe *probe, double *ret_value)
{
    double now, before;
    if (tet_share(probe->input->period, &now) != 0 || tet_share(probe->input->period - YEAR, &before) != 0)
        return UNKNOWN_CALENDAR;
    *ret_value = fabs(now - before) > tet_difference;
    return KNOWN;
}

/* Whether any series of the role has the flag in [from, to]. */
static bool any_flag(const struct probe *probe, unsigned flag, int32_t from, int32_t to)
{
    struct binding binding = probe_binding(probe, probe->code->role);
    for (uint32_t i = 0; i < binding.count; i++)
        for (int32_t period = from; period <= to; period++)
            if ((panel_flags(probe->input->panel, probe->input->uses[binding.first + i].id, period) & flag) !=
                0)
                return true;
    return false;
}

static enum unknown preliminary_flag(const struct probe *probe, double *ret_value)
{
    int32_t period = probe->input->period;
    *ret_value = any_flag(probe, OBSERVATION_PRELIMINARY, period, period);
    return KNOWN;
}

static enum unknown suppressed_flag(const struct probe *probe, double *ret_value)
{
    int32_t period = probe->input->period;
    *ret_value = any_flag(probe, OBSERVATION_SUPPRESSED, period - BREAK_MONTHS + 1, period);
    return KNOWN;
}

static enum unknown hs_break_flag(const struct probe *probe, double *ret_value)
{
    struct binding binding = probe_binding(probe, probe->code->role);
    int32_t to = probe->input->period, from = to - BREAK_MONTHS + 1;
    *ret_value = 0;
    for (uint32_t i = 0; i < binding.count; i++) {
        const struct series_use *use = &probe->input->uses[binding.first + i];
        bool began = use->from != PERIOD_NONE && use->from > from && use->from <= to;
        bool ended = use->until != PERIOD_NONE && use->until >= from && use->until < to;
        if (began || ended)
            *ret_value = 1;
    }
    return KNOWN;
}

static enum unknown unit_value_at(const struct probe *probe, int lag, double *ret_value)
{
    struct instruction code = *probe->code;
    struct probe part = *probe;
    double quantity;
    part.code = &code;
    code.column = COLUMN_VALUE;
    enum unknown unknown = probe_sum(&part, 1, lag, ret_value);
    code.column = COLUMN_QUANTITY;
    if (unknown == KNOWN)
        unknown = probe_sum(&part, 1, lag, &quantity);
    if (unknown == KNOWN && (quantity <= 0 || *ret_value <= 0))
        unknown = UNKNOWN_ZERO_BASE;
    if (unknown == KNOWN)
        *ret_value /= quantity;
    return unknown;
}

/* Months without a unit value are passed over: the flag asks for a step that is there. */
static enum unknown unit_break_flag(const struct probe *probe, double *ret_value)
{
    double newer = NAN, older;
    bool any = false;
    *ret_value = 0;
    for (int lag = 0; lag < BREAK_MONTHS; lag++) {
        if (unit_value_at(probe, lag, &older) != KNOWN)
            continue;
        any = true;
        if (!isnan(newer) && (newer > unit_step * older || older > unit_step * newer))
            *ret_value = 1;
        newer = older;
    }
    return any ? KNOWN : UNKNOWN_MONTH;
}

static enum unknown one_shipment_flag(const struct probe *probe, double *ret_value)
{
    double all, month, largest = 0;
    enum unknown unknown = probe_sum(probe, 3, 0, &all);
    for (int lag = 0; lag < 3 && unknown == KNOWN; lag++) {
        unknown = probe_sum(probe, 1, lag, &month);
        largest = unknown == KNOWN && month > largest ? month : largest;
    }
    *ret_value = largest > one_shipment * all;
    return unknown;
}

static bool comes_soon(const struct probe *probe, const struct measure *measure)
{
    int32_t today = date_end_of_period(probe->input->period);
    return measure->type == MEASURE_TARIFF && measure->announced != DATE_NONE &&
           measure->announced <= today && measure->from != DATE_NONE && measure->from > today &&
           date_period(measure->from) - probe->input->period <= FRONT_LOADING_MONTHS;
}

static enum unknown front_loading_flag(const struct probe *probe, double *ret_value)
{
    const struct reference *reference = probe->input->reference;
    const struct scope *scope = &probe->input->scopes[probe->lane];
    *ret_value = 0;
    for (size_t i = 0; i < reference->measures.len; i++) {
        const struct measure *measure = &reference->measures.items[i];
        if (str_equal(measure->market, scope->market) && comes_soon(probe, measure) &&
            measure_is_against(measure, probe->input->home) &&
            measure_covers(measure, &reference->baskets, scope->product))
            *ret_value = 1;
    }
    return KNOWN;
}

enum unknown probe_flag(const struct probe *probe, double *ret_value)
{
    static probe_fn *const flags[FLAG_COUNT] = {
        [FLAG_SMALL_BASE] = small_base_flag,
        [FLAG_BASE_EFFECT] = base_effect_flag,
        [FLAG_TET_WINDOW] = tet_window_flag,
        [FLAG_PRELIMINARY] = preliminary_flag,
        [FLAG_HS_BREAK] = hs_break_flag,
        [FLAG_UNIT_BREAK] = unit_break_flag,
        [FLAG_SUPPRESSED] = suppressed_flag,
        [FLAG_ONE_SHIPMENT] = one_shipment_flag,
        [FLAG_FRONT_LOADING] = front_loading_flag,
    };
    return flags[probe->code->word](probe, ret_value);
}
