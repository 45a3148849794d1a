/* The conditions of a rule, part by part. */
#include <math.h>

#include "core/explain.h"
#include "core/indicator.h"

struct tree {
    const struct judge *judge; /* has evaluated the period */
    struct explanation *out;
};

static const char *text_of(const struct tree *tree, const struct expr *expr)
{
    enum { TEXT_MAX = 64 * 1024 };
    struct buf out;
    buf_init(&out, TEXT_MAX);
    (void)expr_print(expr, &out); /* no longer than its file allows */
    const char *text = arena_strdup(&tree->out->arena, buf_text(&out));
    buf_deinit(&out);
    return text;
}

static struct figure value_of(const struct tree *tree, const struct expr *expr)
{
    const char *text = text_of(tree, expr);
    if (expr->kind == EXPR_LITERAL)
        return (struct figure){text, expr->type, KNOWN, expr->number};
    struct judged_value value = judge_value(tree->judge, expr->reg);
    return (struct figure){text, expr->type, value.unknown, value.value};
}

/* ---- parts ---- */

static bool is_operator(const struct expr *expr, enum expr_operator op)
{
    return expr->kind == EXPR_OPERATOR && expr->op == op;
}

static bool is_comparison(const struct expr *expr)
{
    return expr->kind == EXPR_OPERATOR && expr->op >= OP_LESS && expr->op <= OP_IN;
}

static bool is_calculation(const struct expr *expr)
{
    return expr->kind == EXPR_OPERATOR && expr->op <= OP_SUBTRACT;
}

/* Whether the argument of a call is a value of its own: not a series, a window or a word. */
static bool is_value(const struct expr *call, size_t at)
{
    enum parameter parameter = indicators[call->index].parameters[at];
    return parameter == PARAMETER_VALUE || parameter == PARAMETER_RATIO;
}

struct exprs {
    const struct expr *items[EXPR_NODES_MAX];
    size_t len;
};

static void push(struct exprs *exprs, const struct expr *expr)
{
    if (expr->kind != EXPR_LITERAL)
        exprs->items[exprs->len++] = expr;
}

/* What a value was computed of. */
static void push_terms(struct exprs *exprs, const struct expr *expr)
{
    for (size_t i = 0; i < expr->arg_count; i++)
        if (is_calculation(expr) || (expr->kind == EXPR_CALL && is_value(expr, i)))
            push(exprs, expr->args[i]);
}

/* `a and b and c` is one list of three. */
static void push_joined(struct exprs *exprs, const struct expr *expr, enum expr_operator op)
{
    for (size_t i = 0; i < expr->arg_count; i++) {
        if (is_operator(expr->args[i], op))
            push_joined(exprs, expr->args[i], op);
        else
            push(exprs, expr->args[i]);
    }
}

static void push_parts(struct exprs *exprs, const struct expr *expr)
{
    if (is_operator(expr, OP_AND) || is_operator(expr, OP_OR))
        push_joined(exprs, expr, expr->op);
    else if (is_operator(expr, OP_NOT))
        push(exprs, expr->args[0]);
    else if (is_comparison(expr))
        for (size_t i = 0; i < expr->arg_count; i++)
            push_terms(exprs, expr->args[i]);
    else
        push_terms(exprs, expr);
}

static enum explained_kind kind_of(const struct expr *expr)
{
    if (is_operator(expr, OP_AND))
        return EXPLAINED_ALL;
    if (is_operator(expr, OP_OR))
        return EXPLAINED_ANY;
    if (is_operator(expr, OP_NOT))
        return EXPLAINED_NOT;
    return is_comparison(expr) ? EXPLAINED_COMPARISON : EXPLAINED_VALUE;
}

/* ---- comparisons ---- */

/* How far the limit is away, and on which side. NaN where there is no such thing. */
static double margin_of(enum expr_operator op, const struct figure *sides, bool *ret_over)
{
    double x = sides[0].value, limit = sides[1].value;
    *ret_over = op == OP_LESS || op == OP_LESS_EQUAL;
    switch (op) {
    case OP_GREATER:
    case OP_GREATER_EQUAL:
        return x - limit;
    case OP_LESS:
    case OP_LESS_EQUAL:
        return limit - x;
    case OP_BETWEEN:
        *ret_over = sides[2].value - x < x - limit;
        return *ret_over ? sides[2].value - x : x - limit;
    case OP_NEGATE:
    case OP_MULTIPLY:
    case OP_DIVIDE:
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_EQUAL:
    case OP_NOT_EQUAL:
    case OP_IN:
    case OP_NOT:
    case OP_AND:
    case OP_OR:
        break;
    }
    return NAN;
}

/* The type of a difference. */
static enum value_type margin_type(enum value_type type)
{
    if (type == VALUE_RATIO)
        return VALUE_POINTS;
    return type == VALUE_PERIOD ? VALUE_MONTHS : type;
}

static const struct explained_threshold *find_threshold(const struct tree *tree, const struct expr *expr)
{
    if (expr->kind == EXPR_THRESHOLD)
        return &tree->out->thresholds[expr->index];
    const struct explained_threshold *found = NULL;
    for (size_t i = 0; i < expr->arg_count && found == NULL; i++)
        found = find_threshold(tree, expr->args[i]);
    return found;
}

static void compare(const struct tree *tree, const struct expr *expr, struct explained_part *part)
{
    bool known = true;
    part->symbol = expr_operator_texts[expr->op];
    part->side_count = expr->arg_count;
    part->sides = arena_array(&tree->out->arena, expr->arg_count, sizeof *part->sides);
    for (size_t i = 0; i < expr->arg_count; i++) {
        part->sides[i] = value_of(tree, expr->args[i]);
        known = known && part->sides[i].unknown == KNOWN;
    }
    double margin = known ? margin_of(expr->op, part->sides, &part->over) : NAN;
    part->has_margin = !isnan(margin) && part->value.unknown == KNOWN;
    part->margin = (struct figure){"margin", margin_type(part->sides[0].type), KNOWN, margin};
}

/* ---- the tree ---- */

/* As deep as the expression, which the parser bounds. */
static struct explained_part part_of(const struct tree *tree, const struct expr *expr)
{
    struct exprs exprs = {.len = 0};
    struct explained_part part = {
        .kind = kind_of(expr), .value = value_of(tree, expr), .threshold = find_threshold(tree, expr)};
    part.text = part.value.name;
    if (part.kind == EXPLAINED_COMPARISON)
        compare(tree, expr, &part);
    push_parts(&exprs, expr);
    part.part_count = exprs.len;
    part.parts = arena_array(&tree->out->arena, exprs.len, sizeof *part.parts);
    for (size_t i = 0; i < exprs.len; i++)
        part.parts[i] = part_of(tree, exprs.items[i]);
    return part;
}

static bool is_true(const struct explained_part *part)
{
    return part->value.unknown == KNOWN && part->value.value != 0;
}

/* Of a list that must hold as a whole, those that do not; of one of which any is enough, all. */
static void mark_stopped(struct explained_part *part)
{
    bool joins = part->kind == EXPLAINED_ALL || part->kind == EXPLAINED_ANY;
    if (is_true(part))
        return;
    part->stopped = !joins;
    for (size_t i = 0; joins && i < part->part_count; i++)
        mark_stopped(&part->parts[i]);
}

static void take_thresholds(const struct explain_request *request, struct explanation *out)
{
    const struct rule *rule = out->rule;
    const double *values = judge_thresholds(request->judge, request->rule, request->scope);
    struct place place = rule->place;
    for (size_t i = 0; i < rule->override_count; i++)
        if (rule->overrides[i].thresholds == values)
            place = rule->overrides[i].place;
    out->thresholds = arena_array(&out->arena, rule->threshold_count, sizeof *out->thresholds);
    for (size_t i = 0; i < rule->threshold_count; i++) {
        struct figure written = {
            rule->threshold_names[i], rule->threshold_types[i], KNOWN, rule->thresholds[i]};
        struct figure value = written;
        value.value = values[i];
        bool overridden = values[i] < written.value || values[i] > written.value;
        out->thresholds[i] =
            (struct explained_threshold){value, written, overridden ? place : rule->place, overridden};
    }
}

static void take_functions(struct explanation *out, const struct expr *expr)
{
    bool new = expr->kind == EXPR_CALL;
    for (size_t i = 0; i < out->function_count && new; i++)
        new = out->functions[i] != &indicators[expr->index];
    if (new)
        out->functions[out->function_count++] = &indicators[expr->index];
    for (size_t i = 0; i < expr->arg_count; i++)
        take_functions(out, expr->args[i]);
}

void explain_conditions(const struct explain_request *request, struct explanation *explanation)
{
    const struct rule *rule = explanation->rule;
    struct tree tree = {request->judge, explanation};
    judge_evaluate(request->judge, request->panel, request->rule, request->scope, request->period);
    take_thresholds(request, explanation);
    explanation->lets = arena_array(&explanation->arena, rule->let_count, sizeof *explanation->lets);
    explanation->functions =
        arena_array(&explanation->arena, indicator_count, sizeof *explanation->functions);
    for (size_t i = 0; i < rule->let_count; i++) {
        take_functions(explanation, rule->lets[i].expr);
        explanation->lets[i] = (struct explained_let){rule->lets[i].name, part_of(&tree, rule->lets[i].expr)};
    }
    take_functions(explanation, rule->when_expr);
    explanation->when = part_of(&tree, rule->when_expr);
    if (rule->clear_expr != NULL) {
        take_functions(explanation, rule->clear_expr);
        explanation->clear = part_of(&tree, rule->clear_expr);
    }
    mark_stopped(&explanation->when);
}
