#include "core/indicator.h"

#include <string.h>

static int window_of(const struct expr *call, size_t index)
{
    return indicator_window(call->args[index]);
}

static bool is_early(const struct expr *call, size_t index)
{
    return call->arg_count > index;
}

/* Two months of Lunar New Year make January to March useless year on year: unknown before April unless asked
 * for. */
static int guard_ytd(struct program_builder *builder, int value, int months, bool early)
{
    if (value < 0 || months != WINDOW_YTD || early)
        return value;
    return program_emit_op(builder, PROGRAM_FROM_APRIL, value, 0);
}

static int emit_sum(struct program_builder *builder, const struct expr *call)
{
    return program_emit_window(builder, call->args[0], window_of(call, 1), 0);
}

static int emit_mean(struct program_builder *builder, const struct expr *call)
{
    int months = window_of(call, 1);
    int sum = program_emit_window(builder, call->args[0], months, 0);
    return call->args[0]->column == SERIES_UNIT_VALUE
               ? sum /* a unit value is a mean already */
               : program_emit_op(builder, PROGRAM_DIVIDE, sum, program_emit_constant(builder, months));
}

static int emit_last(struct program_builder *builder, const struct expr *call)
{
    return program_emit_window(builder, call->args[0], 1, 0);
}

static int emit_lag(struct program_builder *builder, const struct expr *call)
{
    return program_emit_window(builder, call->args[0], 1, (int)call->args[1]->number);
}

static int emit_ytd(struct program_builder *builder, const struct expr *call)
{
    int sum = program_emit_window(builder, call->args[0], WINDOW_YTD, 0);
    return guard_ytd(builder, sum, WINDOW_YTD, is_early(call, 1));
}

/* (now - before) / before, not now / before - 1, which in doubles makes 115 over 100 a little less than 15 %.
 */
static int emit_growth(struct program_builder *builder, const struct expr *call)
{
    int months = window_of(call, 1);
    int now = program_emit_window(builder, call->args[0], months, 0);
    int before = program_emit_window(builder, call->args[0], months, 12);
    int change = program_emit_op(builder, PROGRAM_SUBTRACT, now, before);
    return guard_ytd(
        builder, program_emit_op(builder, PROGRAM_DIVIDE, change, before), months, is_early(call, 2));
}

static int emit_share(struct program_builder *builder, const struct expr *call)
{
    int months = window_of(call, 2);
    int part = program_emit_window(builder, call->args[0], months, 0);
    return program_emit_op(
        builder, PROGRAM_DIVIDE, part, program_emit_window(builder, call->args[1], months, 0));
}

/* a/b - c/d as (a*d - c*b) / (b*d): the difference of two rounded shares makes 35 % less 30 % a little less
 * than 5 pp. */
static int emit_shift(struct program_builder *builder, const struct expr *call)
{
    int months = window_of(call, 2);
    int a = program_emit_window(builder, call->args[0], months, 0);
    int b = program_emit_window(builder, call->args[1], months, 0);
    int c = program_emit_window(builder, call->args[0], months, 12);
    int d = program_emit_window(builder, call->args[1], months, 12);
    int ad = program_emit_op(builder, PROGRAM_MULTIPLY, a, d);
    int cb = program_emit_op(builder, PROGRAM_MULTIPLY, c, b);
    int change = program_emit_op(builder, PROGRAM_SUBTRACT, ad, cb);
    return program_emit_op(builder, PROGRAM_DIVIDE, change, program_emit_op(builder, PROGRAM_MULTIPLY, b, d));
}

static int emit_coalesce(struct program_builder *builder, const struct expr *call)
{
    int a = program_emit(builder, call->args[0]), b = program_emit(builder, call->args[1]);
    return program_emit_op(builder, PROGRAM_COALESCE, a, b);
}

static int emit_known(struct program_builder *builder, const struct expr *call)
{
    return program_emit_op(builder, PROGRAM_KNOWN, program_emit(builder, call->args[0]), 0);
}

/* Rows of the table below; S series, W window, V value. */
#define S PARAMETER_SERIES
#define W PARAMETER_WINDOW
#define V PARAMETER_VALUE

const struct indicator indicators[] = {
    {"sum", "sum(series, window)", {S, W}, 2, 2, RESULT_COLUMN,
        "the sum over the window; of a unit value: value over quantity of the window", "", emit_sum},
    {"mean", "mean(series, months)", {S, PARAMETER_MONTHS}, 2, 2, RESULT_COLUMN,
        "the sum over the window divided by its months", "", emit_mean},
    {"last", "last(series)", {S}, 1, 1, RESULT_COLUMN, "the judged period's figure", "", emit_last},
    {"lag", "lag(series, months)", {S, PARAMETER_MONTHS}, 2, 2, RESULT_COLUMN,
        "the figure so many months before the judged period", "", emit_lag},
    {"ytd", "ytd(series [, early])", {S, PARAMETER_EARLY}, 1, 2, RESULT_COLUMN,
        "the sum from January to the judged period; unknown before April unless early is given",
        "Lunar New Year falls in January or February", emit_ytd},
    {"growth", "growth(series, window [, early])", {S, W, PARAMETER_EARLY}, 2, 3, RESULT_RATIO,
        "sum over the window / sum over the same window twelve months earlier - 1; of a unit value: the "
        "ratio "
        "of the two windows' unit values - 1; a ytd window is unknown before April unless early is given",
        "19 USC 1677(7)(C)(i): significant increase in volume; Agreement on Safeguards Art. 2.1",
        emit_growth},
    {"share", "share(series, series, window)", {S, S, W}, 3, 3, RESULT_RATIO,
        "sum of the first over the window / sum of the second",
        "Anti-Dumping Agreement Art. 5.8; 19 USC 1677(24)", emit_share},
    {"shift", "shift(series, series, window)", {S, S, W}, 3, 3, RESULT_POINTS,
        "the share less the share twelve months earlier, in percentage points",
        "pattern of trade: 19 USC 1677j(b)(3)(A); Regulation (EU) 2016/1036 Art. 13(1)", emit_shift},
    {"ratio", "ratio(series, series, window)", {S, S, W}, 3, 3, RESULT_RATIO,
        "as share, but not bounded by 1: ratio(inputs, exports, 12m) is the import content; never a regional "
        "value content",
        "practice", emit_share},
    {"coalesce", "coalesce(value, value)", {V, V}, 2, 2, RESULT_ARGUMENT,
        "the first value where it is known, else the second", "", emit_coalesce},
    {"known", "known(value)", {V}, 1, 1, RESULT_BOOLEAN, "whether the value is known", "", emit_known},
};

#undef S
#undef W
#undef V

const size_t indicator_count = sizeof indicators / sizeof *indicators;

int indicator_find(struct slice name)
{
    for (size_t i = 0; i < indicator_count; i++)
        if (slice_equal(name, indicators[i].name))
            return (int)i;
    return -1;
}

int indicator_window(const struct expr *expr)
{
    if (expr->kind == EXPR_NAME && slice_equal(expr->name, "ytd"))
        return WINDOW_YTD;
    bool is_months = expr->kind == EXPR_LITERAL && expr->type == VALUE_MONTHS;
    if (!is_months || expr->number < 1 || expr->number > WINDOW_MONTHS_MAX)
        return -1;
    return expr->number == (double)(int)expr->number ? (int)expr->number : -1;
}
