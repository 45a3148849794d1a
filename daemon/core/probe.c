#include "core/probe.h"

#include "core/gather.h"

static probe_fn *const probes[PROBE_COUNT] = {
    [PROBE_Z] = probe_z,
    [PROBE_P] = probe_p,
    [PROBE_LEAD_CORR] = probe_lead_corr,
    [PROBE_REROUTED] = probe_rerouted,
    [PROBE_UNDERCUT] = probe_undercut,
    [PROBE_HHI] = probe_hhi,
    [PROBE_CUMULATED] = probe_cumulated,
    [PROBE_MEASURE] = probe_measure,
    [PROBE_MEASURE_RATE] = probe_measure_rate,
    [PROBE_MEASURE_AGE] = probe_measure_age,
    [PROBE_CASE] = probe_case,
    [PROBE_CASE_AGE] = probe_case_age,
    [PROBE_CASE_ELSEWHERE] = probe_case_elsewhere,
    [PROBE_QUOTA_USED] = probe_quota_used,
    [PROBE_QUOTA_FULL_IN] = probe_quota_full_in,
    [PROBE_FLAG] = probe_flag,
};

enum unknown probe_run(const struct probe *probe, double *ret_value)
{
    return probes[probe->code->probe](probe, ret_value);
}

bool probe_reads_cases(const struct program *program)
{
    for (size_t i = 0; i < program->len; i++) {
        const struct instruction *code = &program->code[i];
        if (code->op == PROGRAM_PROBE && code->probe >= PROBE_MEASURE && code->probe <= PROBE_CASE_ELSEWHERE)
            return true;
    }
    return false;
}

struct binding probe_binding(const struct probe *probe, uint8_t role)
{
    return probe->input->bindings[probe->lane * probe->program->role_count + role];
}

/* The sum where it has been gathered; whether it has. */
static bool gathered_sum(const struct probe *probe, const struct gathered_window *window, double *ret_sum,
    enum unknown *ret_unknown)
{
    struct gathered_rows rows;
    size_t lane = probe->lane;
    if (!gathered_rows(probe->input->gathered, window, &rows) || rows.column->wide[lane] != 0)
        return false;
    *ret_unknown = rows.count_to[lane] != rows.count_from[lane] ? UNKNOWN_MONTH : KNOWN;
    if (*ret_unknown == KNOWN)
        *ret_sum =
            (double)(int64_t)((uint64_t)rows.sums_to[lane] - (uint64_t)rows.sums_from[lane]) / FIGURE_SCALE;
    return true;
}

enum unknown probe_sum(const struct probe *probe, int months, int lag, double *ret_sum)
{
    int32_t to = probe->input->period - lag;
    struct role_window window = {
        .binding = probe_binding(probe, probe->code->role),
        .column = (enum column)probe->code->column,
        .exact = probe->code->exact,
        .from = to - months + 1,
        .to = to,
    };
    struct gathered_window gathered = {
        probe->code->role, window.column, window.exact, window.from, window.to};
    enum unknown unknown;
    if (gathered_sum(probe, &gathered, ret_sum, &unknown))
        return unknown;
    return program_role_sum(probe->input, &window, ret_sum);
}
