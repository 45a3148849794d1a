#include "core/evidence.h"

#include <math.h>

#include "core/probe.h"

/* Series beyond this are not looked at for flags and trade: codes of a chapter in every market. */
enum { SERIES_MAX = 256 };

/* What is asked about. */
struct question {
    const struct evidence_source *source;
    uint32_t rule, scope;
    int32_t period;
};

/* ---- limits ---- */

static struct figure figure_of(const struct question *question, const struct expr *expr)
{
    if (expr->kind == EXPR_LITERAL)
        return (struct figure){"", expr->type, KNOWN, expr->number};
    struct judged_value value = judge_value(question->source->judge, expr->reg);
    return (struct figure){"", expr->type, value.unknown, value.value};
}

static bool is_limit(const struct expr *expr)
{
    bool compares = expr->kind == EXPR_OPERATOR && expr->op >= OP_LESS && expr->op <= OP_BETWEEN &&
                    expr->op != OP_EQUAL && expr->op != OP_NOT_EQUAL;
    return compares && expr->args[0]->kind == EXPR_NAME;
}

static void take_limit(const struct question *question, const struct expr *expr, struct evidence *out)
{
    struct evidence_limit *limit = &out->limits[out->limit_count++];
    struct figure x = figure_of(question, expr->args[0]), holds = figure_of(question, expr);
    *limit = (struct evidence_limit){
        .figure = (size_t)expr->args[0]->index,
        .symbol = expr_operator_texts[expr->op],
        .low = figure_of(question, expr->args[1]),
        .high = {.unknown = UNKNOWN_NO_SERIES},
        .holds = holds.unknown == KNOWN && holds.value != 0,
        .margin = {.type = x.type == VALUE_RATIO ? VALUE_POINTS : x.type, .unknown = UNKNOWN_NO_SERIES},
    };
    if (expr->op == OP_BETWEEN)
        limit->high = figure_of(question, expr->args[2]);
    if (x.unknown != KNOWN || limit->low.unknown != KNOWN || x.type == VALUE_PERIOD)
        return;
    bool below = expr->op == OP_LESS || expr->op == OP_LESS_EQUAL;
    limit->margin.unknown = KNOWN;
    limit->margin.value = below ? limit->low.value - x.value : x.value - limit->low.value;
    if (limit->high.unknown == KNOWN)
        limit->margin.value = fmin(limit->margin.value, limit->high.value - x.value);
}

/* Through and and or. What stands under not is to fail, and is no limit that people could read as one. */
static void take_limits(const struct question *question, const struct expr *expr, struct evidence *out)
{
    if (out->limit_count == EVIDENCE_LIMITS_MAX)
        return;
    if (is_limit(expr))
        take_limit(question, expr, out);
    else if (expr->kind == EXPR_OPERATOR && (expr->op == OP_AND || expr->op == OP_OR))
        for (size_t i = 0; i < expr->arg_count; i++)
            take_limits(question, expr->args[i], out);
}

/* ---- months ---- */

static void take_curve(const struct question *question, struct evidence *out)
{
    struct judge *judge = question->source->judge;
    if (out->limit_count == 0)
        return;
    int32_t first = judge_first(judge, question->rule, question->scope);
    out->curve.first = question->period - EVIDENCE_MONTHS + 1;
    out->curve.first = first > out->curve.first ? first : out->curve.first;
    for (int32_t period = out->curve.first; period <= question->period; period++) {
        struct figure figures[RULE_LETS_MAX];
        (void)judge_figures(judge, question->source->panel, question->rule, question->scope, period, figures);
        out->curve.values[out->curve.len++] = figures[out->limits[0].figure];
    }
}

struct uses {
    const struct series_use *items;
    size_t len;
};

static struct uses uses_of(const struct question *question, size_t role)
{
    struct uses uses;
    uses.items = judge_uses(question->source->judge, question->rule, question->scope, role, &uses.len);
    uses.len = uses.len < SERIES_MAX ? uses.len : SERIES_MAX;
    return uses;
}

static struct figure value_of(const struct panel *panel, const struct uses *uses, int32_t period)
{
    struct figure figure = {"value", VALUE_MONEY, UNKNOWN_NO_SERIES, 0};
    for (size_t i = 0; i < uses->len; i++) {
        int64_t part;
        figure.unknown = program_use_sum(panel, &uses->items[i], COLUMN_VALUE, period, period, &part);
        if (figure.unknown != KNOWN)
            return figure;
        figure.value += (double)part / FIGURE_SCALE;
    }
    return figure;
}

/* The law measures imports; where the rule reads none, exports are what there is. */
static size_t trade_role(const struct program *program)
{
    static const enum series_role wanted[] = {ROLE_IMPORTS, ROLE_EXPORTS, ROLE_MARKET, ROLE_EXPORTS_ALL};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        for (size_t role = 0; role < program->role_count; role++)
            if (program->roles[role] == wanted[i])
                return role;
    return 0;
}

/* Which flags are up, as flag(name, series) of a rule would have it. */
static unsigned quality_of(const struct question *question, const struct uses *uses)
{
    const struct evidence_source *source = question->source;
    const struct program program = {.role_count = 1};
    const struct binding binding = {0, (uint32_t)uses->len};
    const struct program_input input = {.panel = source->panel,
        .reference = source->reference,
        .home = source->home,
        .period = question->period,
        .uses = uses->items,
        .bindings = &binding,
        .scopes = judge_scope(source->judge, question->rule, question->scope),
        .lanes = 1};
    unsigned quality = 0;
    for (unsigned flag = 0; flag < FLAG_COUNT; flag++) {
        const struct instruction code = {
            .op = PROGRAM_PROBE, .probe = PROBE_FLAG, .column = COLUMN_VALUE, .word = (uint8_t)flag};
        struct probe probe = {.program = &program, .input = &input, .code = &code};
        double up;
        if (probe_run(&probe, &up) == KNOWN && up != 0)
            quality |= 1u << flag;
    }
    return quality;
}

static void take_trade(const struct question *question, struct evidence *out)
{
    const struct program *program = &out->rule->program;
    if (program->role_count == 0)
        return;
    size_t role = trade_role(program);
    struct uses uses = uses_of(question, role);
    if (uses.len == 0 || uses.len == SERIES_MAX) /* of more, the sum would be of a part only */
        return;
    out->quality = quality_of(question, &uses);
    out->trade_role = &series_roles[program->roles[role]];
    out->trade.first = question->period - EVIDENCE_MONTHS + 1;
    for (; out->trade.len < EVIDENCE_MONTHS; out->trade.len++)
        out->trade.values[out->trade.len] =
            value_of(question->source->panel, &uses, out->trade.first + (int32_t)out->trade.len);
}

static void take_flags(const struct question *question, struct evidence *out)
{
    for (size_t role = 0; role < out->rule->program.role_count; role++) {
        struct uses uses = uses_of(question, role);
        for (size_t i = 0; i < uses.len; i++)
            out->flags |= panel_flags(question->source->panel, uses.items[i].id, question->period);
    }
}

/* ---- tables ---- */

static bool concerns(
    const struct evidence_source *source, const struct scope *scope, const struct measure *measure)
{
    bool against = measure_is_against(measure, source->home) ||
                   (scope->origin[0] != '\0' && measure_is_against(measure, scope->origin));
    return against && str_equal(measure->market, scope->market) &&
           measure_covers(measure, &source->reference->baskets, scope->product);
}

/* Open cases, then what is in force, then what is announced or over. */
static int rank_of(enum measure_standing standing)
{
    static const int ranks[MEASURE_STANDING_COUNT] = {
        [MEASURE_OPEN_CASE] = 3, [MEASURE_IN_FORCE] = 2, [MEASURE_ANNOUNCED] = 1};
    return ranks[standing];
}

static bool comes_before(const struct evidence_measure *a, const struct evidence_measure *b)
{
    int left = rank_of(a->standing), right = rank_of(b->standing);
    return left != right ? left > right : measure_known(a->row) > measure_known(b->row);
}

static void insert_measure(struct evidence *out, struct evidence_measure measure)
{
    size_t at = 0, end = out->measure_count;
    while (at < end && !comes_before(&measure, &out->measures[at]))
        at++;
    if (at == EVIDENCE_MEASURES_MAX)
        return;
    if (end == EVIDENCE_MEASURES_MAX)
        end--;
    for (size_t i = end; i > at; i--)
        out->measures[i] = out->measures[i - 1];
    out->measures[at] = measure;
    out->measure_count = end + 1;
}

static void take_measures(const struct question *question, const struct scope *scope, struct evidence *out)
{
    const struct measures *measures = &question->source->reference->measures;
    int32_t day = date_end_of_period(question->period);
    for (size_t i = 0; i < measures->len; i++) {
        const struct measure *row = &measures->items[i];
        enum measure_standing standing = measure_standing(row, day);
        if (standing == MEASURE_NOT_KNOWN_YET || !concerns(question->source, scope, row))
            continue;
        insert_measure(out, (struct evidence_measure){row, standing});
        out->measure_total++;
    }
}

static void insert_deadline(struct evidence *out, struct evidence_deadline deadline)
{
    size_t at = out->deadline_count;
    while (at > 0 && out->deadlines[at - 1].day > deadline.day)
        at--;
    if (at == EVIDENCE_DEADLINES_MAX)
        return;
    if (out->deadline_count < EVIDENCE_DEADLINES_MAX)
        out->deadline_count++;
    for (size_t i = out->deadline_count - 1; i > at; i--)
        out->deadlines[i] = out->deadlines[i - 1];
    out->deadlines[at] = deadline;
}

/* Of the open cases against home that are shown. */
static void take_deadlines(const struct question *question, struct evidence *out)
{
    const struct deadlines *deadlines = &question->source->reference->deadlines;
    for (size_t i = 0; i < out->measure_count; i++) {
        const struct measure *measure = out->measures[i].row;
        if (out->measures[i].standing != MEASURE_OPEN_CASE ||
            !measure_is_against(measure, question->source->home))
            continue;
        for (size_t k = 0; k < deadlines->len; k++) {
            int32_t day = deadline_day(&deadlines->items[k], measure);
            if (day != DATE_NONE && day >= question->source->today)
                insert_deadline(out, (struct evidence_deadline){&deadlines->items[k], measure, day});
        }
    }
}

/* ---- the whole ---- */

bool evidence_take(const struct evidence_source *source, const struct alert_scope *scope, int32_t period,
    struct evidence *ret_evidence)
{
    struct question question = {.source = source, .period = period};
    if (!judge_find(source->judge, scope, &question.rule, &question.scope))
        return false;
    *ret_evidence = (struct evidence){.rule = judge_rule(source->judge, question.rule)};
    if (period > judge_first(source->judge, question.rule, question.scope))
        ret_evidence->before_count = judge_figures(
            source->judge, source->panel, question.rule, question.scope, period - 1, ret_evidence->before);
    take_measures(&question, judge_scope(source->judge, question.rule, question.scope), ret_evidence);
    take_deadlines(&question, ret_evidence);
    take_trade(&question, ret_evidence);
    take_flags(&question, ret_evidence);
    judge_evaluate(source->judge, source->panel, question.rule, question.scope, period);
    take_limits(&question, ret_evidence->rule->when_expr, ret_evidence);
    take_curve(&question, ret_evidence); /* the last: it ends with the period itself */
    return true;
}
