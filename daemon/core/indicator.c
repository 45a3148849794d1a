#include "core/indicator.h"

#include <string.h>

#include "core/probe.h"

/* ---- arguments ---- */

static const char *const early_words[] = {"early", NULL};
static const char *const basis_words[] = {"early", "previous", "norm", NULL};
static const char *const place_words[] = {[PROBE_ORIGIN] = "origin", [PROBE_HOME] = "home", NULL};
static const char *const column_words[] = {
    [COLUMN_VALUE] = "value", [COLUMN_QUANTITY] = "quantity", [COLUMN_WEIGHT] = "weight", NULL};
static const char *const over_words[] = {"market", "origin", NULL};

enum basis { BASIS_EARLY, BASIS_PREVIOUS, BASIS_NORM };

const char *const *indicator_words(enum parameter parameter)
{
    static const char *const *const words[PARAMETER_COUNT] = {
        [PARAMETER_EARLY] = early_words,
        [PARAMETER_BASIS] = basis_words,
        [PARAMETER_PLACE] = place_words,
        [PARAMETER_COLUMN] = column_words,
        [PARAMETER_OVER] = over_words,
        [PARAMETER_FLAG] = quality_flag_names,
    };
    return words[parameter];
}

int indicator_word(enum parameter parameter, const struct expr *expr)
{
    const char *const *words = indicator_words(parameter);
    for (int i = 0; expr->kind == EXPR_NAME && words[i] != NULL; i++)
        if (slice_equal(expr->name, words[i]))
            return i;
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

bool indicator_has(const struct expr *call, size_t index)
{
    return call->arg_count > index;
}

static int window_of(const struct expr *call, size_t index)
{
    return indicator_window(call->args[index]);
}

/* ---- sums over windows ---- */

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
    return guard_ytd(builder, sum, WINDOW_YTD, indicator_has(call, 1));
}

/* ---- growth ---- */

static int basis_of(const struct expr *call)
{
    return indicator_has(call, 2) ? indicator_word(PARAMETER_BASIS, call->args[2]) : -1;
}

/* The mean of the same window in the years before. */
static int emit_norm(struct program_builder *builder, const struct expr *series, int months, int years)
{
    int sum = program_emit_window(builder, series, months, 12);
    for (int year = 2; year <= years; year++)
        sum = program_emit_op(
            builder, PROGRAM_ADD, sum, program_emit_window(builder, series, months, 12 * year));
    return program_emit_op(builder, PROGRAM_DIVIDE, sum, program_emit_constant(builder, years));
}

static int emit_base(struct program_builder *builder, const struct expr *call, int months)
{
    int basis = basis_of(call);
    if (basis == BASIS_NORM)
        return emit_norm(builder, call->args[0], months, (int)call->args[3]->number / 12);
    return program_emit_window(builder, call->args[0], months, basis == BASIS_PREVIOUS ? months : 12);
}

/* (now - before) / before, not now / before - 1, which in doubles makes 115 over 100 a little less than 15 %.
 */
static int emit_growth(struct program_builder *builder, const struct expr *call)
{
    int months = window_of(call, 1);
    int now = program_emit_window(builder, call->args[0], months, 0);
    int before = emit_base(builder, call, months);
    int change = program_emit_op(builder, PROGRAM_SUBTRACT, now, before);
    return guard_ytd(builder, program_emit_op(builder, PROGRAM_DIVIDE, change, before), months,
        basis_of(call) == BASIS_EARLY);
}

static const char *fault_growth(const struct expr *call)
{
    int basis = basis_of(call), months = window_of(call, 1);
    bool has_years = indicator_has(call, 3);
    int years = has_years ? window_of(call, 3) : 0;
    if (basis == BASIS_PREVIOUS && months == WINDOW_YTD)
        return "previous needs a window of months, since a year to date has none just before it";
    if (basis == BASIS_NORM && (!has_years || years % 12 != 0 || years < 24 || years > 60))
        return "norm needs the years it is the mean of, 2y to 5y";
    if (basis != BASIS_NORM && has_years)
        return "only norm takes a number of years";
    if (months + years > WINDOW_MONTHS_MAX)
        return "the window and its base reach back further than 120 months";
    return NULL;
}

/* ---- shares ---- */

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

static const struct expr *series_of(enum series_role role, struct expr *series, const struct expr *column)
{
    *series = (struct expr){.kind = EXPR_SERIES, .role = role, .column = SERIES_VALUE};
    if (column != NULL)
        series->column = (enum series_column)indicator_word(PARAMETER_COLUMN, column);
    return series;
}

static int emit_dependence(struct program_builder *builder, const struct expr *call)
{
    struct expr exports, all;
    int months = window_of(call, 0);
    int part = program_emit_window(builder, series_of(ROLE_EXPORTS, &exports, NULL), months, 0);
    return program_emit_op(builder, PROGRAM_DIVIDE, part,
        program_emit_window(builder, series_of(ROLE_EXPORTS_ALL, &all, NULL), months, 0));
}

/* The change of a role's window on a year earlier. */
static int emit_change(struct program_builder *builder, const struct expr *series, int months)
{
    int now = program_emit_window(builder, series, months, 0);
    return program_emit_op(builder, PROGRAM_SUBTRACT, now, program_emit_window(builder, series, months, 12));
}

static int emit_displaced(struct program_builder *builder, const struct expr *call)
{
    struct expr origin, imports;
    int months = window_of(call, 0);
    const struct expr *column = indicator_has(call, 1) ? call->args[1] : NULL;
    int from_origin = emit_change(builder, series_of(ROLE_FROM_ORIGIN, &origin, column), months);
    int from_home = emit_change(builder, series_of(ROLE_IMPORTS, &imports, column), months);
    return program_emit_op(builder, PROGRAM_DISPLACED, from_origin, from_home);
}

/* Goods leave about a month before they are counted on arrival (to the US four to six weeks). */
enum { TRANSIT_MONTHS = 1 };

/* (m - x) / ((m + x) / 2). */
static int emit_mirror_gap(struct program_builder *builder, const struct expr *call)
{
    struct expr imports, exports;
    int months = window_of(call, 0);
    int m = program_emit_window(builder, series_of(ROLE_IMPORTS, &imports, NULL), months, 0);
    int x = program_emit_window(builder, series_of(ROLE_EXPORTS, &exports, NULL), months, TRANSIT_MONTHS);
    int gap = program_emit_op(builder, PROGRAM_SUBTRACT, m, x);
    int both = program_emit_op(builder, PROGRAM_ADD, m, x);
    int mean = program_emit_op(builder, PROGRAM_DIVIDE, both, program_emit_constant(builder, 2));
    return program_emit_op(builder, PROGRAM_DIVIDE, gap, mean);
}

/* ---- the rest ---- */

static int emit_coalesce(struct program_builder *builder, const struct expr *call)
{
    int a = program_emit(builder, call->args[0]), b = program_emit(builder, call->args[1]);
    return program_emit_op(builder, PROGRAM_COALESCE, a, b);
}

static int emit_known(struct program_builder *builder, const struct expr *call)
{
    return program_emit_op(builder, PROGRAM_KNOWN, program_emit(builder, call->args[0]), 0);
}

/* Rows of the table below; S series, P plain series, W window, M months, V value, C column. */
#define S PARAMETER_SERIES
#define P PARAMETER_PLAIN_SERIES
#define W PARAMETER_WINDOW
#define M PARAMETER_MONTHS
#define V PARAMETER_VALUE
#define C PARAMETER_COLUMN

#define PATTERN_OF_TRADE "pattern of trade: 19 USC 1677j(b)(3)(A); Regulation (EU) 2016/1036 Art. 13(1)"
#define NEGLIGIBILITY    "Anti-Dumping Agreement Art. 5.8; 19 USC 1677(24)"
#define LEFT_OUT         "An origin or market with a missing month is left out"
#define NO_MEASURE       "Unknown where the table has no such row"

const struct indicator indicators[] = {
    {"sum", "sum(series, window)", {S, W}, 2, 2, RESULT_COLUMN,
        "the sum over the window; of a unit value: value over quantity of the window", "", "", emit_sum,
        NULL},
    {"mean", "mean(series, months)", {S, M}, 2, 2, RESULT_COLUMN,
        "the sum over the window divided by its months", "", "", emit_mean, NULL},
    {"last", "last(series)", {S}, 1, 1, RESULT_COLUMN, "the judged period's figure", "", "", emit_last, NULL},
    {"lag", "lag(series, months)", {S, M}, 2, 2, RESULT_COLUMN,
        "the figure so many months before the judged period", "", "", emit_lag, NULL},
    {"ytd", "ytd(series [, early])", {S, PARAMETER_EARLY}, 1, 2, RESULT_COLUMN,
        "the sum from January to the judged period", "Unknown before April unless early is given",
        "Lunar New Year falls in January or February", emit_ytd, NULL},
    {"growth", "growth(series, window [, early | previous | norm, years])", {S, W, PARAMETER_BASIS, M}, 2, 4,
        RESULT_RATIO,
        "sum over the window / sum over the same window twelve months earlier - 1; of a unit value: the "
        "ratio of the two windows' unit values - 1; with previous: against as many months just before; with "
        "norm and 2y to 5y: against the mean of the same window in so many years before",
        "A ytd window is unknown before April unless early is given",
        "19 USC 1677(7)(C)(i): significant increase in volume; Agreement on Safeguards Art. 2.1 (norm); 19 "
        "CFR "
        "351.206(h)-(i), 15 % over the comparable period before (previous, of at least 3m)",
        emit_growth, fault_growth},
    {"share", "share(series, series, window)", {S, S, W}, 3, 3, RESULT_RATIO,
        "sum of the first over the window / sum of the second", "", NEGLIGIBILITY, emit_share, NULL},
    {"shift", "shift(series, series, window)", {S, S, W}, 3, 3, RESULT_POINTS,
        "the share less the share twelve months earlier, in percentage points", "", PATTERN_OF_TRADE,
        emit_shift, NULL},
    {"ratio", "ratio(series, series, window)", {S, S, W}, 3, 3, RESULT_RATIO,
        "as share, but not bounded by 1: ratio(inputs, exports, 12m) is the import content; never a regional "
        "value content",
        "", "practice", emit_share, NULL},
    {"undercut", "undercut(months [, quantity | weight])", {M, C}, 1, 2, RESULT_RATIO,
        "1 - unit value of the home country / value-weighted median of the unit values of the other origins "
        "that "
        "have at least 1 % of the market's imports; per quantity unless weight is given",
        LEFT_OUT, "price undercutting: 19 USC 1677(7)(C)(ii); Regulation (EU) 2016/1036 Art. 3(3)",
        indicator_emit_undercut, indicator_fault_undercut},
    {"displaced", "displaced(months [, quantity | weight])", {M, C}, 1, 2, RESULT_RATIO,
        "- change of from_origin on a year earlier / change of imports on a year earlier where the first "
        "fell and "
        "the second rose, else 0",
        "", PATTERN_OF_TRADE, emit_displaced, NULL},
    {"rerouted", "rerouted(months [, quantity | weight])", {M, C}, 1, 2, RESULT_RATIO,
        "the smaller of same_from_origin and imports, code by code, summed / imports: an upper bound, about "
        "nine "
        "times what firm-level data show, and every message says so",
        "A code that does not come in counts 0", "Iyoha and others (2024), min-flow; 19 USC 1517 (EAPA)",
        indicator_emit_rerouted, NULL},
    {"lead_corr", "lead_corr(series, series, months, months)", {P, P, M, M}, 4, 4, RESULT_NUMBER,
        "the largest correlation of monthly log changes of the first, one to so many months before the "
        "second, over "
        "the window",
        "A month without trade has no logarithm and makes it unknown",
        "imports of inputs that rise before exports do: 19 USC 1677j(b)(3)(C)", indicator_emit_lead_corr,
        indicator_fault_lead_corr},
    {"mirror_gap", "mirror_gap(months)", {M}, 1, 1, RESULT_RATIO,
        "(imports - exports) / the mean of both, with exports a month earlier for the passage", "",
        "United Nations, bilateral asymmetries; weak evidence", emit_mirror_gap, NULL},
    {"hhi", "hhi(series, market | origin, months)", {P, PARAMETER_OVER, M}, 3, 3, RESULT_NUMBER,
        "the Herfindahl index, 0 to 1: the sum of squared shares of the markets in exports, or of the "
        "origins in "
        "the market's imports",
        LEFT_OUT, "Hirschman (1964)", indicator_emit_hhi, indicator_fault_hhi},
    {"dependence", "dependence(months)", {M}, 1, 1, RESULT_RATIO, "sum of exports / sum of exports_all", "",
        "practice", emit_dependence, NULL},
    {"z", "z(series, window, months)", {P, M, M}, 3, 3, RESULT_NUMBER,
        "(g - median) / scale, where g = ln(sum over the window / the same a year earlier), over g's own "
        "last n "
        "months; scale = 1.4826 MAD n/(n - 0.8)",
        "Unknown where a window has no trade, or where g does not vary",
        "Iglewicz and Hoaglin (1993); Croux and Rousseeuw (1992) for the small-sample factor",
        indicator_emit_z, indicator_fault_z},
    {"p", "p(series, window, months)", {P, M, M}, 3, 3, RESULT_RATIO,
        "the chance of so large a z without any change: Student t with 0.37 n degrees of freedom on z / "
        "sqrt(1 + "
        "1.57/n), one-sided",
        "As z", "the MAD's efficiency of 37 %: Rousseeuw and Croux (1993)", indicator_emit_p,
        indicator_fault_z},
    {"cumulated", "cumulated(bound [, quantity | weight])", {PARAMETER_RATIO, C}, 1, 2, RESULT_RATIO,
        "the summed shares, over twelve months, of the origins that are each below the bound", LEFT_OUT,
        NEGLIGIBILITY ": 3 % each, 7 % together; Agreement on Safeguards Art. 9.1: 3 %, 9 %",
        indicator_emit_cumulated, NULL},
    {"measure", "measure(origin | home)", {PARAMETER_PLACE}, 1, 1, RESULT_BOOLEAN,
        "whether the market has a measure on the product against it, in force or initiated, at the end of "
        "the judged "
        "month",
        "Always known", "the table of measures", indicator_emit_measure, NULL},
    {"measure_rate", "measure_rate(origin | home)", {PARAMETER_PLACE}, 1, 1, RESULT_RATIO,
        "the highest rate of these measures", NO_MEASURE ", or none with a rate", "the table of measures",
        indicator_emit_measure_rate, NULL},
    {"measure_age", "measure_age(origin | home)", {PARAMETER_PLACE}, 1, 1, RESULT_MONTHS,
        "months since the oldest of these measures was asked for", NO_MEASURE,
        "19 USC 1677j(b)(3)(C): since the initiation; Regulation (EU) 2016/1036 Art. 13(2)(a)",
        indicator_emit_measure_age, NULL},
    {"case", "case(origin | home)", {PARAMETER_PLACE}, 1, 1, RESULT_BOOLEAN,
        "whether a case of the market on the product against it is open", "Always known",
        "the table of measures", indicator_emit_case, NULL},
    {"case_age", "case_age(origin | home)", {PARAMETER_PLACE}, 1, 1, RESULT_MONTHS,
        "months since the oldest of these cases was filed", NO_MEASURE, "the table of measures",
        indicator_emit_case_age, NULL},
    {"case_elsewhere", "case_elsewhere(origin | home, months)", {PARAMETER_PLACE, M}, 2, 2, RESULT_BOOLEAN,
        "whether another market has asked for, initiated or imposed one within the window", "Always known",
        "19 USC 1677(7)(F)(i)(VIII): dumping findings in other markets", indicator_emit_case_elsewhere, NULL},
    {"quota_used", "quota_used([series])", {P}, 0, 1, RESULT_RATIO,
        "imports (or the series given) since the quota's year or quarter began / its limit",
        "Unknown where no quota of the table is in force",
        "Regulation (EU) 2026/1384; Viet Nam-EAEU FTA Art. 2.10", indicator_emit_quota_used, NULL},
    {"quota_full_in", "quota_full_in([series])", {P}, 0, 1, RESULT_MONTHS,
        "months until the quota is full at the seasonal profile of the three years before; where it does not "
        "fill, the "
        "months left and those that the rest would need at the same pace",
        "As quota_used; needs three whole years before", "as quota_used", indicator_emit_quota_full_in, NULL},
    {"flag", "flag(name [, series])", {PARAMETER_FLAG, P}, 1, 2, RESULT_BOOLEAN,
        "whether the figures of imports (or of the series given) have the quality flag, see Quality flags",
        "", "practice", indicator_emit_flag, NULL},
    {"coalesce", "coalesce(value, value)", {V, V}, 2, 2, RESULT_ARGUMENT,
        "the first value where it is known, else the second", "Unknown where both are", "", emit_coalesce,
        NULL},
    {"known", "known(value)", {V}, 1, 1, RESULT_BOOLEAN, "whether the value is known", "Always known", "",
        emit_known, NULL},
};

#undef S
#undef P
#undef W
#undef M
#undef V
#undef C

const size_t indicator_count = sizeof indicators / sizeof *indicators;

int indicator_find(struct slice name)
{
    for (size_t i = 0; i < indicator_count; i++)
        if (slice_equal(name, indicators[i].name))
            return (int)i;
    return -1;
}
