/* The series that a rule reads in a scope, and their months. */
#include "core/explain.h"
#include "core/period.h"
#include "core/probe.h"

_Static_assert((int)MONTH_NO_VALUE == COLUMN_VALUE && (int)MONTH_NO_QUANTITY == COLUMN_QUANTITY &&
                   (int)MONTH_NO_WEIGHT == COLUMN_WEIGHT,
    "a fault of a column has its number");

enum { TABLE_MONTHS = 13 }; /* a year and the month a year before */

/* ---- what a role means ---- */

static const char *place_name(
    enum role_place place, const struct explain_request *request, const struct scope *scope)
{
    switch (place) {
    case PLACE_HOME:
        return request->home;
    case PLACE_MARKET:
        return scope->market;
    case PLACE_ORIGIN:
        return scope->origin[0] != '\0' ? scope->origin : "the world";
    case PLACE_WORLD:
        return "the world";
    case PLACE_EACH:
        return "each country";
    }
    return "";
}

static const char *meaning_of(
    const struct role *role, const struct explain_request *request, struct explanation *out)
{
    static const char *const of_codes[] = {
        [CODES_PRODUCT] = "",
        [CODES_INPUTS] = ", of its inputs",
        [CODES_WHOLE] = ", of the whole that it is part of",
    };
    const char *reporter = place_name(role->reporter, request, out->scope);
    const char *partner = place_name(role->partner, request, out->scope);
    return arena_printf(&out->arena, "%s of %s %s %s%s, as %s reports them",
        role->flow == FLOW_EXPORT ? "exports" : "imports", reporter,
        role->flow == FLOW_EXPORT ? "to" : "from", partner, of_codes[role->codes], reporter);
}

/* ---- which columns are read ---- */

static unsigned columns_of(const struct instruction *code, size_t role)
{
    bool reads_tables =
        code->op == PROGRAM_PROBE && code->probe >= PROBE_MEASURE && code->probe <= PROBE_CASE_ELSEWHERE;
    if (code->op == PROGRAM_WINDOW)
        return code->role == role ? 1U << code->column : 0;
    if (code->op != PROGRAM_PROBE || reads_tables || (code->role != role && code->other != role))
        return 0;
    return 1U << COLUMN_VALUE | 1U << code->column;
}

static unsigned columns_read(const struct program *program, size_t role)
{
    unsigned columns = 0;
    for (size_t i = 0; i < program->len; i++)
        columns |= columns_of(&program->code[i], role);
    return columns;
}

/* ---- months ---- */

/* The series of one role, as the program sums them. */
struct role_series {
    const struct panel *panel;
    const struct series_use *uses;
    size_t len;
};

static struct figure month_figure(const struct role_series *series, enum column column, int32_t period)
{
    static const enum value_type types[COLUMN_COUNT] = {
        [COLUMN_VALUE] = VALUE_MONEY, [COLUMN_QUANTITY] = VALUE_QUANTITY, [COLUMN_WEIGHT] = VALUE_WEIGHT};
    struct figure figure = {series_column_names[column], types[column], UNKNOWN_NO_SERIES, 0};
    double sum = 0;
    for (size_t i = 0; i < series->len; i++) {
        int64_t part;
        figure.unknown = program_use_sum(series->panel, &series->uses[i], column, period, period, &part);
        if (figure.unknown != KNOWN)
            return figure;
        sum += (double)part;
    }
    figure.value = sum / FIGURE_SCALE;
    return figure;
}

static struct explained_month month_of(const struct role_series *series, int32_t period)
{
    struct explained_month month = {.period = period};
    for (int column = 0; column < COLUMN_COUNT; column++)
        month.columns[column] = month_figure(series, (enum column)column, period);
    for (size_t i = 0; i < series->len; i++)
        month.flags |= panel_flags(series->panel, series->uses[i].id, period);
    return month;
}

static bool is_read(unsigned columns, int column)
{
    return (columns & 1U << column) != 0;
}

static bool has_fault(const struct explained_month *month, unsigned columns, enum month_fault fault)
{
    bool suppressed = (month->flags & OBSERVATION_SUPPRESSED) != 0;
    switch (fault) {
    case MONTH_NO_VALUE:
    case MONTH_NO_QUANTITY:
    case MONTH_NO_WEIGHT:
        return is_read(columns, (int)fault) && month->columns[fault].unknown == UNKNOWN_MONTH;
    case MONTH_SUPPRESSED:
        for (int column = 0; column < COLUMN_COUNT; column++)
            suppressed = suppressed ||
                         (is_read(columns, column) && month->columns[column].unknown == UNKNOWN_SUPPRESSED);
        return suppressed;
    case MONTH_ESTIMATED:
        return (month->flags & OBSERVATION_ESTIMATED) != 0;
    case MONTH_PRELIMINARY:
        return (month->flags & OBSERVATION_PRELIMINARY) != 0;
    case MONTH_FAULT_COUNT:
        break;
    }
    return false;
}

static void take_months(
    const struct role_series *series, struct explanation *out, struct explained_role *role)
{
    int32_t from = explain_reach(out), table = out->period - TABLE_MONTHS + 1;
    size_t reach = (size_t)(out->period - from) + 1;
    role->months = arena_array(&out->arena, TABLE_MONTHS, sizeof *role->months);
    for (int fault = 0; fault < MONTH_FAULT_COUNT; fault++)
        role->faults[fault].items = arena_array(&out->arena, reach, sizeof *role->faults->items);
    for (int32_t period = from < table ? from : table; period <= out->period && series->len > 0; period++) {
        struct explained_month month = month_of(series, period);
        if (period >= table)
            role->months[role->month_count++] = month;
        for (int fault = 0; fault < MONTH_FAULT_COUNT && period >= from; fault++)
            if (has_fault(&month, role->columns, (enum month_fault)fault))
                role->faults[fault].items[role->faults[fault].len++] = period;
    }
}

/* ---- roles ---- */

static void take_series(const struct role_series *uses, struct explanation *out, struct explained_role *role)
{
    role->last = PERIOD_NONE;
    role->series_count = uses->len;
    role->series = arena_array(&out->arena, uses->len, sizeof *role->series);
    for (size_t i = 0; i < uses->len; i++) {
        const struct series_use *use = &uses->uses[i];
        const struct series *series = panel_series(uses->panel, use->id);
        role->series[i] = (struct explained_series){use->id, series->key.source, series->key.reporter,
            series->key.partner, series->key.product, series->unit, series->first, series->last};
        if (series->first == PERIOD_NONE)
            continue;
        role->last = series->last > role->last ? series->last : role->last;
        role->last = use->zero_last > role->last ? use->zero_last : role->last;
    }
}

static void mark_holding_back(struct explanation *out)
{
    bool ahead = false;
    for (size_t i = 0; i < out->role_count; i++)
        ahead = ahead || out->roles[i].last > out->horizon;
    for (size_t i = 0; i < out->role_count; i++)
        out->roles[i].holds_back = ahead && out->roles[i].last == out->horizon;
}

void explain_data(const struct explain_request *request, struct explanation *explanation)
{
    const struct program *program = &explanation->rule->program;
    explanation->role_count = program->role_count;
    explanation->roles = arena_array(&explanation->arena, program->role_count, sizeof *explanation->roles);
    for (size_t i = 0; i < program->role_count; i++) {
        struct explained_role *role = &explanation->roles[i];
        struct role_series series = {.panel = request->panel};
        series.uses = judge_uses(request->judge, request->rule, request->scope, i, &series.len);
        role->role = &series_roles[program->roles[i]];
        role->meaning = meaning_of(role->role, request, explanation);
        role->columns = columns_read(program, i);
        take_series(&series, explanation, role);
        take_months(&series, explanation, role);
    }
    mark_holding_back(explanation);
}
