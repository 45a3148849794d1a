#include "core/expr.h"

/* How tightly a part binds, loosest first, as the parser's levels stand. Parentheses are written only where
 * an operand binds more loosely than its place allows, so the printed form is never nested deeper than what
 * was parsed, and the parser takes it again. */
enum level {
    LEVEL_OR,
    LEVEL_AND,
    LEVEL_NOT,
    LEVEL_COMPARISON,
    LEVEL_SUM,
    LEVEL_PRODUCT,
    LEVEL_UNARY,
    LEVEL_PRIMARY
};

static const struct {
    enum level own, left, right; /* of the whole, and what its operands must have at least */
} operators[] = {
    [OP_NEGATE] = {LEVEL_UNARY, LEVEL_UNARY, LEVEL_UNARY},
    [OP_MULTIPLY] = {LEVEL_PRODUCT, LEVEL_PRODUCT, LEVEL_UNARY},
    [OP_DIVIDE] = {LEVEL_PRODUCT, LEVEL_PRODUCT, LEVEL_UNARY},
    [OP_ADD] = {LEVEL_SUM, LEVEL_SUM, LEVEL_PRODUCT},
    [OP_SUBTRACT] = {LEVEL_SUM, LEVEL_SUM, LEVEL_PRODUCT},
    [OP_LESS] = {LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM},
    [OP_LESS_EQUAL] = {LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM},
    [OP_GREATER] = {LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM},
    [OP_GREATER_EQUAL] = {LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM},
    [OP_EQUAL] = {LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM},
    [OP_NOT_EQUAL] = {LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM},
    [OP_BETWEEN] = {LEVEL_COMPARISON, LEVEL_SUM, LEVEL_SUM},
    [OP_IN] = {LEVEL_COMPARISON, LEVEL_SUM, LEVEL_OR},
    [OP_NOT] = {LEVEL_NOT, LEVEL_NOT, LEVEL_NOT},
    [OP_AND] = {LEVEL_AND, LEVEL_AND, LEVEL_NOT},
    [OP_OR] = {LEVEL_OR, LEVEL_OR, LEVEL_AND},
};

static int print_operand(const struct expr *expr, enum level least, struct buf *out)
{
    bool enclosed = expr->kind == EXPR_OPERATOR && operators[expr->op].own < least;
    int r = enclosed ? buf_puts(out, "(") : 0;
    if (r == 0)
        r = expr_print(expr, out);
    return r == 0 && enclosed ? buf_puts(out, ")") : r;
}

static int print_list(const struct expr *expr, size_t first, struct buf *out)
{
    int r = buf_puts(out, "(");
    for (size_t i = first; r == 0 && i < expr->arg_count; i++) {
        if (i > first)
            r = buf_puts(out, ", ");
        if (r == 0)
            r = print_operand(expr->args[i], LEVEL_OR, out);
    }
    return r == 0 ? buf_puts(out, ")") : r;
}

static int print_operator(const struct expr *expr, struct buf *out)
{
    const char *symbol = expr_operator_texts[expr->op];
    enum level right = operators[expr->op].right;
    if (expr->arg_count == 1) {
        int r = buf_printf(out, expr->op == OP_NOT ? "%s " : "%s", symbol);
        return r == 0 ? print_operand(expr->args[0], right, out) : r;
    }
    int r = print_operand(expr->args[0], operators[expr->op].left, out);
    if (r == 0)
        r = buf_printf(out, " %s ", symbol);
    if (r == 0 && expr->op == OP_IN)
        return print_list(expr, 1, out);
    if (r == 0)
        r = print_operand(expr->args[1], right, out);
    if (r == 0 && expr->op == OP_BETWEEN) {
        r = buf_puts(out, " and ");
        if (r == 0)
            r = print_operand(expr->args[2], right, out);
    }
    return r;
}

int expr_print(const struct expr *expr, struct buf *out)
{
    int r;
    switch (expr->kind) {
    case EXPR_LITERAL:
    case EXPR_NAME:
    case EXPR_SERIES:
        return buf_append(out, expr->name.data, expr->name.len);
    case EXPR_THRESHOLD:
        return buf_printf(out, "$%.*s", (int)expr->name.len, expr->name.data);
    case EXPR_CALL:
        r = buf_append(out, expr->name.data, expr->name.len);
        return r == 0 ? print_list(expr, 0, out) : r;
    case EXPR_OPERATOR:
        break;
    }
    return print_operator(expr, out);
}
