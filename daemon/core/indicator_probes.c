/* The functions of the rule language that are probes: their arguments become one instruction. */
#include "core/indicator.h"
#include "core/probe.h"

enum { YEAR = 12, BASELINE_MIN = 10, LEAD_MAX = 24 };

static int months_of(const struct expr *call, size_t index)
{
    return (int)call->args[index]->number;
}

/* A unit value is value over quantity, with exact quantities: COLUMN_VALUE and `exact`. */
static void take_series(struct program_builder *builder, const struct expr *series, struct instruction *code)
{
    code->role = program_role(builder, series->role);
    code->exact = series->column == SERIES_UNIT_VALUE;
    code->column = code->exact ? (uint8_t)COLUMN_VALUE : (uint8_t)series->column;
}

static struct instruction probe_of(enum probe_kind kind)
{
    return (struct instruction){.op = PROGRAM_PROBE, .probe = (uint8_t)kind};
}

static uint8_t column_of(const struct expr *call, size_t index, enum column otherwise)
{
    if (!indicator_has(call, index))
        return (uint8_t)otherwise;
    return (uint8_t)indicator_word(PARAMETER_COLUMN, call->args[index]);
}

/* ---- statistics ---- */

static int emit_robust(struct program_builder *builder, const struct expr *call, enum probe_kind kind)
{
    struct instruction code = probe_of(kind);
    take_series(builder, call->args[0], &code);
    code.months = (int16_t)months_of(call, 1);
    code.count = (int16_t)months_of(call, 2);
    program_reach(builder, code.months + YEAR + code.count - 1);
    return program_emit_instruction(builder, code);
}

int indicator_emit_z(struct program_builder *builder, const struct expr *call)
{
    return emit_robust(builder, call, PROBE_Z);
}

int indicator_emit_p(struct program_builder *builder, const struct expr *call)
{
    return emit_robust(builder, call, PROBE_P);
}

const char *indicator_fault_z(const struct expr *call)
{
    return months_of(call, 2) < BASELINE_MIN ? "the median of fewer than 10 months is no baseline" : NULL;
}

int indicator_emit_lead_corr(struct program_builder *builder, const struct expr *call)
{
    struct instruction code = probe_of(PROBE_LEAD_CORR), second = code;
    take_series(builder, call->args[0], &code);
    take_series(builder, call->args[1], &second);
    code.other = second.role;
    code.word = second.column;
    code.months = (int16_t)months_of(call, 2);
    code.count = (int16_t)months_of(call, 3);
    program_reach(builder, code.months + code.count);
    return program_emit_instruction(builder, code);
}

const char *indicator_fault_lead_corr(const struct expr *call)
{
    if (call->args[0]->column == SERIES_UNIT_VALUE || call->args[1]->column == SERIES_UNIT_VALUE)
        return "a correlation is taken of values, quantities or weights";
    if (call->args[0]->role == call->args[1]->role)
        return "a series leads itself by nothing: name two";
    if (months_of(call, 2) < YEAR)
        return "a correlation of fewer than 12 months says nothing";
    return months_of(call, 3) > LEAD_MAX ? "a lead is at most 24m" : NULL;
}

/* ---- partners ---- */

int indicator_emit_rerouted(struct program_builder *builder, const struct expr *call)
{
    struct instruction code = probe_of(PROBE_REROUTED);
    code.role = program_role(builder, ROLE_SAME_FROM_ORIGIN);
    code.other = program_role(builder, ROLE_IMPORTS);
    code.column = column_of(call, 1, COLUMN_VALUE);
    code.months = (int16_t)months_of(call, 0);
    program_reach(builder, code.months - 1);
    return program_emit_instruction(builder, code);
}

int indicator_emit_undercut(struct program_builder *builder, const struct expr *call)
{
    struct instruction code = probe_of(PROBE_UNDERCUT);
    code.role = program_role(builder, ROLE_BY_ORIGIN);
    code.other = program_role(builder, ROLE_IMPORTS);
    code.third = program_role(builder, ROLE_MARKET);
    code.column = column_of(call, 1, COLUMN_QUANTITY);
    code.exact = true;
    code.months = (int16_t)months_of(call, 0);
    program_reach(builder, code.months - 1);
    return program_emit_instruction(builder, code);
}

const char *indicator_fault_undercut(const struct expr *call)
{
    bool per_value =
        indicator_has(call, 1) && indicator_word(PARAMETER_COLUMN, call->args[1]) == COLUMN_VALUE;
    return per_value ? "a unit value is a value per quantity or weight" : NULL;
}

int indicator_emit_hhi(struct program_builder *builder, const struct expr *call)
{
    struct instruction code = probe_of(PROBE_HHI);
    bool by_market = indicator_word(PARAMETER_OVER, call->args[1]) == 0;
    code.role = program_role(builder, by_market ? ROLE_BY_MARKET : ROLE_BY_ORIGIN);
    code.column = (uint8_t)call->args[0]->column;
    code.months = (int16_t)months_of(call, 2);
    program_reach(builder, code.months - 1);
    return program_emit_instruction(builder, code);
}

const char *indicator_fault_hhi(const struct expr *call)
{
    enum series_role role = call->args[0]->role;
    bool by_market = indicator_word(PARAMETER_OVER, call->args[1]) == 0;
    if (call->args[0]->column == SERIES_UNIT_VALUE)
        return "shares are taken of values, quantities or weights";
    if (by_market && role != ROLE_EXPORTS && role != ROLE_EXPORTS_ALL)
        return "the shares of markets are of exports or exports_all";
    return !by_market && role != ROLE_MARKET && role != ROLE_IMPORTS
               ? "the shares of origins are of market or imports"
               : NULL;
}

int indicator_emit_cumulated(struct program_builder *builder, const struct expr *call)
{
    struct instruction code = probe_of(PROBE_CUMULATED);
    int bound = program_emit(builder, call->args[0]);
    if (bound < 0)
        return bound;
    code.role = program_role(builder, ROLE_BY_ORIGIN);
    code.other = program_role(builder, ROLE_MARKET);
    code.column = column_of(call, 1, COLUMN_VALUE);
    code.months = YEAR; /* the most recent twelve months, by statute */
    code.a = (uint16_t)bound;
    program_reach(builder, YEAR - 1);
    return program_emit_instruction(builder, code);
}

/* ---- tables ---- */

static int emit_place(struct program_builder *builder, const struct expr *call, enum probe_kind kind)
{
    struct instruction code = probe_of(kind);
    code.word = (uint8_t)indicator_word(PARAMETER_PLACE, call->args[0]);
    code.months = indicator_has(call, 1) ? (int16_t)months_of(call, 1) : 0;
    return program_emit_instruction(builder, code);
}

int indicator_emit_measure(struct program_builder *builder, const struct expr *call)
{
    return emit_place(builder, call, PROBE_MEASURE);
}

int indicator_emit_measure_rate(struct program_builder *builder, const struct expr *call)
{
    return emit_place(builder, call, PROBE_MEASURE_RATE);
}

int indicator_emit_measure_age(struct program_builder *builder, const struct expr *call)
{
    return emit_place(builder, call, PROBE_MEASURE_AGE);
}

int indicator_emit_case(struct program_builder *builder, const struct expr *call)
{
    return emit_place(builder, call, PROBE_CASE);
}

int indicator_emit_case_age(struct program_builder *builder, const struct expr *call)
{
    return emit_place(builder, call, PROBE_CASE_AGE);
}

int indicator_emit_case_elsewhere(struct program_builder *builder, const struct expr *call)
{
    return emit_place(builder, call, PROBE_CASE_ELSEWHERE);
}

static int emit_quota(
    struct program_builder *builder, const struct expr *call, enum probe_kind kind, int years)
{
    struct instruction code = probe_of(kind);
    code.role = program_role(builder, indicator_has(call, 0) ? call->args[0]->role : ROLE_IMPORTS);
    code.other = program_role(builder, ROLE_MARKET);
    program_reach(builder, YEAR * (years + 1) - 1);
    return program_emit_instruction(builder, code);
}

int indicator_emit_quota_used(struct program_builder *builder, const struct expr *call)
{
    return emit_quota(builder, call, PROBE_QUOTA_USED, 0);
}

int indicator_emit_quota_full_in(struct program_builder *builder, const struct expr *call)
{
    return emit_quota(builder, call, PROBE_QUOTA_FULL_IN, 3);
}

/* ---- flags ---- */

int indicator_emit_flag(struct program_builder *builder, const struct expr *call)
{
    static const int reaches[FLAG_COUNT] = {
        [FLAG_SMALL_BASE] = 2 * YEAR - 1,
        [FLAG_BASE_EFFECT] = 3 * YEAR - 1,
        [FLAG_HS_BREAK] = 2 * YEAR - 1,
        [FLAG_UNIT_BREAK] = 2 * YEAR - 1,
        [FLAG_SUPPRESSED] = 2 * YEAR - 1,
        [FLAG_ONE_SHIPMENT] = 2,
    };
    struct instruction code = probe_of(PROBE_FLAG);
    code.word = (uint8_t)indicator_word(PARAMETER_FLAG, call->args[0]);
    code.role = program_role(builder, indicator_has(call, 1) ? call->args[1]->role : ROLE_IMPORTS);
    code.column = indicator_has(call, 1) && call->args[1]->column != SERIES_UNIT_VALUE
                      ? (uint8_t)call->args[1]->column
                      : (uint8_t)COLUMN_VALUE;
    program_reach(builder, reaches[code.word]);
    return program_emit_instruction(builder, code);
}
