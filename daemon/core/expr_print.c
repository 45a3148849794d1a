#include "core/expr.h"

/* Fully parenthesised: nobody needs the shortest form, and this one cannot go wrong. */
static const char *const symbols[] = {
    [OP_NEGATE] = "-",
    [OP_MULTIPLY] = "*",
    [OP_DIVIDE] = "/",
    [OP_ADD] = "+",
    [OP_SUBTRACT] = "-",
    [OP_LESS] = "<",
    [OP_LESS_EQUAL] = "<=",
    [OP_GREATER] = ">",
    [OP_GREATER_EQUAL] = ">=",
    [OP_EQUAL] = "=",
    [OP_NOT_EQUAL] = "!=",
    [OP_BETWEEN] = "between",
    [OP_IN] = "in",
    [OP_NOT] = "not ",
    [OP_AND] = "and",
    [OP_OR] = "or",
};

static int print_list(const struct expr *expr, size_t first, struct buf *out)
{
    int r = buf_puts(out, "(");
    for (size_t i = first; r == 0 && i < expr->arg_count; i++) {
        if (i > first)
            r = buf_puts(out, ", ");
        if (r == 0)
            r = expr_print(expr->args[i], out);
    }
    return r == 0 ? buf_puts(out, ")") : r;
}

static int print_operands(const struct expr *expr, struct buf *out)
{
    const char *symbol = symbols[expr->operator];
    if (expr->arg_count == 1) {
        int r = buf_puts(out, symbol);
        return r == 0 ? expr_print(expr->args[0], out) : r;
    }
    int r = expr_print(expr->args[0], out);
    if (r == 0)
        r = buf_printf(out, " %s ", symbol);
    if (r == 0 && expr->operator == OP_IN)
        return print_list(expr, 1, out);
    if (r == 0)
        r = expr_print(expr->args[1], out);
    if (r == 0 && expr->operator == OP_BETWEEN) {
        r = buf_puts(out, " and ");
        if (r == 0)
            r = expr_print(expr->args[2], out);
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
    r = buf_puts(out, "(");
    if (r == 0)
        r = print_operands(expr, out);
    return r == 0 ? buf_puts(out, ")") : r;
}
