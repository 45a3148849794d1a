#include <math.h>

#include "base/alloc.h"
#include "core/period.h"
#include "core/probe.h"
#include "core/program.h"

/* A window of one role as it slides from period to period: what is in it, over all series. */
struct window_state {
    __int128 sum;               /* of the figures that are there, exact: no number of series overflows it */
    int32_t unknown, estimated; /* months of series that are unknown, and those that are estimates */
};

void program_registers_reserve(struct program_registers *registers, size_t len)
{
    if (len <= registers->cap)
        return;
    registers->value = alloc_resize(registers->value, len * PROGRAM_LANES, sizeof *registers->value);
    registers->unknown = alloc_resize(registers->unknown, len * PROGRAM_LANES, sizeof *registers->unknown);
    registers->windows = alloc_resize(registers->windows, len * PROGRAM_LANES, sizeof *registers->windows);
    registers->cap = len;
}

void program_registers_deinit(struct program_registers *registers)
{
    alloc_free(registers->value);
    alloc_free(registers->unknown);
    alloc_free(registers->windows);
    *registers = (struct program_registers){0};
}

/* One column of one register. */
struct lane_column {
    double *value;
    uint8_t *unknown;
};

static struct lane_column register_column(const struct program_registers *registers, size_t index)
{
    return (struct lane_column){
        registers->value + index * PROGRAM_LANES, registers->unknown + index * PROGRAM_LANES};
}

/* ---- windows ---- */

/* Whether a month without a figure of the column means that nothing was traded. A row with other columns is
 * there, and lacks this one. */
static enum unknown missing_month(
    const struct panel *panel, const struct series_use *use, enum column column, int32_t period)
{
    int64_t unused;
    if ((panel_flags(panel, use->id, period) & OBSERVATION_SUPPRESSED) != 0)
        return UNKNOWN_SUPPRESSED;
    if ((use->from != PERIOD_NONE && period < use->from) ||
        (use->until != PERIOD_NONE && period > use->until))
        return KNOWN;
    if (use->zero_first == PERIOD_NONE || period < use->zero_first || period > use->zero_last)
        return UNKNOWN_MONTH;
    for (int other = 0; other < COLUMN_COUNT; other++)
        if (other != (int)column && panel_get(panel, use->id, (enum column)other, period, &unused))
            return UNKNOWN_MONTH;
    return KNOWN;
}

static enum unknown missing_reason(
    const struct panel *panel, const struct series_use *use, enum column column, int32_t from, int32_t to)
{
    enum unknown reason = KNOWN;
    int64_t unused;
    for (int32_t period = from; period <= to && reason != UNKNOWN_SUPPRESSED; period++) {
        if (panel_get(panel, use->id, column, period, &unused))
            continue;
        enum unknown month = missing_month(panel, use, column, period);
        reason = month != KNOWN ? month : reason;
    }
    return reason;
}

enum unknown program_use_sum(const struct panel *panel, const struct series_use *use, enum column column,
    int32_t from, int32_t to, int64_t *ret_sum)
{
    int missing;
    *ret_sum = panel_window_sum(panel, use->id, column, from, to, &missing);
    return missing > 0 ? missing_reason(panel, use, column, from, to) : KNOWN;
}

static bool has_estimate(const struct panel *panel, uint32_t id, int32_t from, int32_t to)
{
    for (int32_t period = from; period <= to; period++)
        if ((panel_flags(panel, id, period) & OBSERVATION_ESTIMATED) != 0)
            return true;
    return false;
}

enum unknown program_role_sum(
    const struct program_input *input, const struct role_window *window, double *ret_sum)
{
    if (window->binding.count == 0)
        return UNKNOWN_NO_SERIES;
    __int128 sum = 0;
    for (uint32_t i = 0; i < window->binding.count; i++) {
        const struct series_use *use = &input->uses[window->binding.first + i];
        int64_t part;
        enum unknown unknown =
            program_use_sum(input->panel, use, window->column, window->from, window->to, &part);
        if (unknown != KNOWN)
            return unknown;
        if (window->exact && has_estimate(input->panel, use->id, window->from, window->to))
            return UNKNOWN_ESTIMATED;
        sum += part;
    }
    *ret_sum = (double)sum / FIGURE_SCALE;
    return KNOWN;
}

/* Puts a month into a window (`sign` 1) or takes it out (-1). */
static void slide_month(const struct program_input *input, const struct role_window *window, int32_t period,
    int sign, struct window_state *state)
{
    for (uint32_t i = 0; i < window->binding.count; i++) {
        const struct series_use *use = &input->uses[window->binding.first + i];
        int64_t figure;
        if (panel_get(input->panel, use->id, window->column, period, &figure))
            state->sum += sign * figure;
        else if (missing_month(input->panel, use, window->column, period) != KNOWN)
            state->unknown += sign;
        if (window->exact && (panel_flags(input->panel, use->id, period) & OBSERVATION_ESTIMATED) != 0)
            state->estimated += sign;
    }
}

/* From the window before (it neither begins nor ends later) to this one; a NULL one is empty. */
static void slide(const struct program_input *input, const struct role_window *window,
    const struct role_window *before, struct window_state *state)
{
    if (before == NULL)
        *state = (struct window_state){0};
    for (int32_t period = before != NULL ? before->from : window->from; period < window->from; period++)
        slide_month(input, window, period, -1, state);
    for (int32_t period = before != NULL ? before->to + 1 : window->from; period <= window->to; period++)
        slide_month(input, window, period, 1, state);
}

static struct role_window window_of(const struct instruction *code, int32_t period)
{
    int32_t to = period - code->lag;
    return (struct role_window){
        .column = (enum column)code->column,
        .exact = code->exact,
        .from = code->months == WINDOW_YTD ? to - period_month(to) + 1 : to - code->months + 1,
        .to = to,
    };
}

/* Where anything is unknown or estimated, the sum is made anew, for its reason. */
static void run_window(const struct program *program, const struct program_input *input,
    const struct instruction *code, struct window_state *states, struct lane_column out)
{
    struct role_window window = window_of(code, input->period);
    struct role_window before = window_of(code, input->period - 1);
    for (size_t lane = 0; lane < input->lanes; lane++) {
        struct window_state *state = &states[lane];
        window.binding = input->bindings[lane * program->role_count + code->role];
        slide(input, &window, input->follows ? &before : NULL, state);
        bool whole = window.binding.count > 0 && state->unknown == 0 && state->estimated == 0;
        out.value[lane] = whole ? (double)state->sum / FIGURE_SCALE : 0;
        out.unknown[lane] = (uint8_t)(whole ? KNOWN : program_role_sum(input, &window, &out.value[lane]));
    }
}

static void run_probe(const struct program *program, const struct program_input *input,
    const struct instruction *code, const struct program_registers *registers, struct lane_column out)
{
    struct lane_column a = register_column(registers, code->a);
    for (size_t lane = 0; lane < input->lanes; lane++) {
        struct probe probe = {program, input, code, lane, a.value[lane], (enum unknown)a.unknown[lane]};
        double value = 0;
        enum unknown unknown = probe_run(&probe, &value);
        out.unknown[lane] = (uint8_t)(unknown == KNOWN && !isfinite(value) ? UNKNOWN_RANGE : unknown);
        out.value[lane] = out.unknown[lane] == KNOWN ? value : 0;
    }
}

/* ---- arithmetic and comparison: unknown in, unknown out ---- */

/* The reason of two. A period that the rule does not judge outranks a missing figure, on whichever side it
 * stands. */
static uint8_t reason_of(uint8_t a, uint8_t b)
{
    return a == KNOWN || b == UNKNOWN_EARLY ? b : a;
}

static double apply(enum program_op op, double a, double b)
{
    switch (op) {
    case PROGRAM_NEGATE:
        return -a;
    case PROGRAM_ADD:
        return a + b;
    case PROGRAM_SUBTRACT:
        return a - b;
    case PROGRAM_MULTIPLY:
        return a * b;
    case PROGRAM_DIVIDE:
        return a / b;
    case PROGRAM_LESS:
        return a < b;
    case PROGRAM_LESS_EQUAL:
        return a <= b;
    case PROGRAM_EQUAL:
        return a == b;
    case PROGRAM_NOT:
        return a == 0;
    case PROGRAM_DISPLACED:
        return a < 0 && b > 0 ? -a / b : 0;
    case PROGRAM_CONSTANT:
    case PROGRAM_THRESHOLD:
    case PROGRAM_WINDOW:
    case PROGRAM_AND:
    case PROGRAM_OR:
    case PROGRAM_COALESCE:
    case PROGRAM_KNOWN:
    case PROGRAM_FROM_APRIL:
    case PROGRAM_PROBE:
        break;
    }
    return 0;
}

static void run_arithmetic(
    enum program_op op, size_t lanes, struct lane_column a, struct lane_column b, struct lane_column out)
{
    bool unary = op == PROGRAM_NEGATE || op == PROGRAM_NOT;
    for (size_t lane = 0; lane < lanes; lane++) {
        uint8_t unknown = reason_of(a.unknown[lane], unary ? KNOWN : b.unknown[lane]);
        if (unknown == KNOWN && op == PROGRAM_DIVIDE && b.value[lane] == 0)
            unknown = UNKNOWN_ZERO_BASE;
        double value = unknown == KNOWN ? apply(op, a.value[lane], b.value[lane]) : 0;
        if (!isfinite(value))
            unknown = UNKNOWN_RANGE;
        out.unknown[lane] = unknown;
        out.value[lane] = unknown == KNOWN ? value : 0;
    }
}

/* ---- Kleene's and, or: the value `decisive` (0 for and, 1 for or) of either side decides ---- */

static void run_logic(
    double decisive, size_t lanes, struct lane_column a, struct lane_column b, struct lane_column out)
{
    for (size_t lane = 0; lane < lanes; lane++) {
        bool a_decides = a.unknown[lane] == KNOWN && a.value[lane] == decisive;
        bool b_decides = b.unknown[lane] == KNOWN && b.value[lane] == decisive;
        uint8_t unknown = reason_of(a.unknown[lane], b.unknown[lane]);
        out.unknown[lane] = a_decides || b_decides ? KNOWN : unknown;
        out.value[lane] = a_decides || b_decides ? decisive : out.unknown[lane] == KNOWN ? 1 - decisive : 0;
    }
}

/* ---- the rest ---- */

static void run_leaf(
    const struct program_input *input, const struct instruction *code, struct lane_column out)
{
    for (size_t lane = 0; lane < input->lanes; lane++) {
        out.unknown[lane] = KNOWN;
        out.value[lane] = code->op == PROGRAM_CONSTANT ? code->constant : input->thresholds[lane][code->a];
    }
}

static void run_choice(const struct program_input *input, enum program_op op, struct lane_column a,
    struct lane_column b, struct lane_column out)
{
    bool early = op == PROGRAM_FROM_APRIL && period_month(input->period) < 4;
    for (size_t lane = 0; lane < input->lanes; lane++) {
        bool known = a.unknown[lane] == KNOWN;
        struct lane_column chosen = op == PROGRAM_COALESCE && !known ? b : a;
        out.value[lane] = op == PROGRAM_KNOWN ? known : early ? 0 : chosen.value[lane];
        out.unknown[lane] = op == PROGRAM_KNOWN ? KNOWN : early ? UNKNOWN_EARLY : chosen.unknown[lane];
    }
}

void program_run(
    const struct program *program, const struct program_input *input, struct program_registers *registers)
{
    program_registers_reserve(registers, program->len);
    for (size_t i = 0; i < program->len; i++) {
        const struct instruction *code = &program->code[i];
        struct lane_column out = register_column(registers, i);
        enum program_op op = (enum program_op)code->op;
        if (op == PROGRAM_CONSTANT || op == PROGRAM_THRESHOLD) {
            run_leaf(input, code, out);
            continue;
        }
        if (op == PROGRAM_WINDOW) {
            run_window(program, input, code, registers->windows + i * PROGRAM_LANES, out);
            continue;
        }
        if (op == PROGRAM_PROBE) {
            run_probe(program, input, code, registers, out);
            continue;
        }
        struct lane_column a = register_column(registers, code->a), b = register_column(registers, code->b);
        if (op == PROGRAM_AND || op == PROGRAM_OR)
            run_logic(op == PROGRAM_OR, input->lanes, a, b, out);
        else if (op == PROGRAM_COALESCE || op == PROGRAM_KNOWN || op == PROGRAM_FROM_APRIL)
            run_choice(input, op, a, b, out);
        else
            run_arithmetic(op, input->lanes, a, b, out);
    }
}
