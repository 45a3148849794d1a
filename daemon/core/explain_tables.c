/* Rows of the reference tables that concern a scope. */
#include "core/explain.h"
#include "core/probe.h"

static bool reads_elsewhere(const struct program *program)
{
    for (size_t i = 0; i < program->len; i++)
        if (program->code[i].op == PROGRAM_PROBE && program->code[i].probe == PROBE_CASE_ELSEWHERE)
            return true;
    return false;
}

static bool concerns(
    const struct explain_request *request, const struct explanation *out, const struct measure *measure)
{
    const struct scope *scope = out->scope;
    bool against = measure_is_against(measure, request->home) ||
                   (scope->origin[0] != '\0' && measure_is_against(measure, scope->origin));
    bool here = str_equal(measure->market, scope->market) || reads_elsewhere(&out->rule->program);
    return against && here && measure_covers(measure, &request->reference->baskets, scope->product);
}

static void take_measures(const struct explain_request *request, struct explanation *out)
{
    const struct measures *measures = &request->reference->measures;
    int32_t newest = judge_horizon(request->judge, request->rule, request->scope);
    int32_t day = reference_day(request->reference, out->period, newest);
    out->measures = arena_array(&out->arena, measures->len, sizeof *out->measures);
    for (size_t i = 0; i < measures->len; i++)
        if (concerns(request, out, &measures->items[i]))
            out->measures[out->measure_count++] =
                (struct explained_measure){&measures->items[i], measure_standing(&measures->items[i], day)};
}

static void take_quotas(const struct explain_request *request, struct explanation *out)
{
    const struct quotas *quotas = &request->reference->quotas;
    out->quotas = arena_array(&out->arena, quotas->len, sizeof *out->quotas);
    for (size_t i = 0; i < quotas->len; i++) {
        const struct quota *quota = &quotas->items[i];
        bool against = str_equal(quota->against, request->home) || str_equal(quota->against, "W");
        if (against && str_equal(quota->market, out->scope->market) &&
            quota_is_in_force(quota, out->period) &&
            quota_covers(quota, &request->reference->baskets, out->scope->product))
            out->quotas[out->quota_count++] = quota;
    }
}

void explain_tables(const struct explain_request *request, struct explanation *explanation)
{
    take_measures(request, explanation);
    take_quotas(request, explanation);
}
