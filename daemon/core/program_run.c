#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/lanes.h"
#include "core/gather.h"
#include "core/period.h"
#include "core/probe.h"
#include "core/program_run.h"

void program_registers_reserve(struct program_registers *registers, size_t len)
{
    if (len <= registers->cap)
        return;
    registers->value = alloc_resize(registers->value, len * PROGRAM_LANES, sizeof *registers->value);
    registers->unknown = alloc_resize(registers->unknown, len * PROGRAM_LANES, sizeof *registers->unknown);
    registers->cap = len;
}

void program_registers_deinit(struct program_registers *registers)
{
    alloc_free(registers->value);
    alloc_free(registers->unknown);
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

/* The sum of each lane, month by month; of a lane that is marked where `only` is given. */
static void run_window_months(const struct program *program, const struct program_input *input,
    const struct instruction *code, const uint8_t *only, struct lane_column out)
{
    struct role_window window = window_of(code, input->period);
    for (size_t lane = 0; lane < input->lanes; lane++) {
        if (only != NULL && only[lane] == 0)
            continue;
        window.binding = input->bindings[lane * program->role_count + code->role];
        out.value[lane] = 0;
        out.unknown[lane] = (uint8_t)program_role_sum(input, &window, &out.value[lane]);
    }
}

EACH_PROCESSOR static void run_window(const struct program *program, const struct program_input *input,
    const struct instruction *code, struct lane_column out)
{
    struct role_window window = window_of(code, input->period);
    struct gathered_window gathered = {code->role, window.column, window.exact, window.from, window.to};
    struct gathered_rows rows;
    if (!gathered_rows(input->gathered, &gathered, &rows)) {
        run_window_months(program, input, code, NULL, out);
        return;
    }
    for (size_t lane = 0; lane < input->lanes; lane++)
        out.value[lane] =
            (double)(int64_t)((uint64_t)rows.sums_to[lane] - (uint64_t)rows.sums_from[lane]) / FIGURE_SCALE;
    for (size_t lane = 0; lane < input->lanes; lane++)
        out.unknown[lane] = rows.count_to[lane] != rows.count_from[lane] ? UNKNOWN_MONTH : KNOWN;
    if (rows.column->any_wide)
        run_window_months(program, input, code, rows.column->wide, out);
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

/* The value of every lane, whether it is known or not: never a trap, and one kind of loop for each operator
 * so that it is computed several lanes at a time. */
EACH_PROCESSOR static void run_values(
    enum program_op op, size_t lanes, const double *a, const double *b, double *restrict out)
{
#define EACH_LANE(value)                                                                                     \
    for (size_t i = 0; i < lanes; i++)                                                                       \
        out[i] = (value);                                                                                    \
    break
    switch (op) {
    case PROGRAM_NEGATE:
        EACH_LANE(-a[i]);
    case PROGRAM_ADD:
        EACH_LANE(a[i] + b[i]);
    case PROGRAM_SUBTRACT:
        EACH_LANE(a[i] - b[i]);
    case PROGRAM_MULTIPLY:
        EACH_LANE(a[i] * b[i]);
    case PROGRAM_DIVIDE:
        EACH_LANE(a[i] / (b[i] == 0 ? 1 : b[i]));
    case PROGRAM_LESS:
        EACH_LANE(a[i] < b[i] ? 1 : 0);
    case PROGRAM_LESS_EQUAL:
        EACH_LANE(a[i] <= b[i] ? 1 : 0);
    case PROGRAM_EQUAL:
        EACH_LANE(a[i] == b[i] ? 1 : 0);
    case PROGRAM_NOT:
        EACH_LANE(a[i] == 0 ? 1 : 0);
    case PROGRAM_DISPLACED:
        EACH_LANE(a[i] < 0 && b[i] > 0 ? -a[i] / b[i] : 0);
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
#undef EACH_LANE
}

/* Whether any value is not finite: then its exponent has every bit set, and one more overflows it into the
 * sign. */
EACH_PROCESSOR static bool any_infinite(const double *values, size_t lanes)
{
    uint64_t all = 0;
    for (size_t lane = 0; lane < lanes; lane++) {
        uint64_t bits;
        memcpy(&bits, &values[lane], sizeof bits);
        all |= (bits & UINT64_C(0x7ff0000000000000)) + UINT64_C(0x0010000000000000);
    }
    return all >> 63 != 0;
}

EACH_PROCESSOR static bool any_zero(const double *values, size_t lanes)
{
    uint64_t any = 0;
    for (size_t lane = 0; lane < lanes; lane++)
        any |= values[lane] == 0 ? 1 : 0;
    return any != 0;
}

static void mark_range(struct lane_column out, size_t lanes)
{
    for (size_t lane = 0; lane < lanes; lane++) {
        if (isfinite(out.value[lane]))
            continue;
        out.unknown[lane] = out.unknown[lane] == KNOWN ? UNKNOWN_RANGE : out.unknown[lane];
        out.value[lane] = 0;
    }
}

EACH_PROCESSOR static void run_arithmetic(
    enum program_op op, size_t lanes, struct lane_column a, struct lane_column b, struct lane_column out)
{
    bool unary = op == PROGRAM_NEGATE || op == PROGRAM_NOT;
    for (size_t lane = 0; lane < lanes; lane++)
        out.unknown[lane] = unary ? a.unknown[lane] : reason_of(a.unknown[lane], b.unknown[lane]);
    if (op == PROGRAM_DIVIDE && any_zero(b.value, lanes))
        for (size_t lane = 0; lane < lanes; lane++)
            out.unknown[lane] =
                out.unknown[lane] == KNOWN && b.value[lane] == 0 ? UNKNOWN_ZERO_BASE : out.unknown[lane];
    run_values(op, lanes, a.value, b.value, out.value);
    if (any_infinite(out.value, lanes))
        mark_range(out, lanes);
}

/* ---- Kleene's and, or: the value `decisive` (0 for and, 1 for or) of either side decides ---- */

EACH_PROCESSOR static void run_logic(
    double decisive, size_t lanes, struct lane_column a, struct lane_column b, struct lane_column out)
{
    for (size_t lane = 0; lane < lanes; lane++) {
        bool a_decides = (a.unknown[lane] == KNOWN) & (a.value[lane] == decisive);
        bool b_decides = (b.unknown[lane] == KNOWN) & (b.value[lane] == decisive);
        bool decided = a_decides | b_decides;
        uint8_t unknown = reason_of(a.unknown[lane], b.unknown[lane]);
        out.unknown[lane] = decided ? KNOWN : unknown;
        out.value[lane] = decided ? decisive : 1 - decisive;
    }
}

/* ---- the rest ---- */

static void run_leaf(
    const struct program_input *input, const struct instruction *code, struct lane_column out)
{
    for (size_t lane = 0; lane < input->lanes; lane++) {
        out.unknown[lane] = KNOWN;
        out.value[lane] = code->op == PROGRAM_CONSTANT
                              ? code->constant
                              : input->thresholds[code->b * PROGRAM_LANES + lane][code->a];
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
            if (!input->follows)
                run_leaf(input, code, out);
            continue;
        }
        if (op == PROGRAM_WINDOW) {
            run_window(program, input, code, out);
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
