#include "core/program.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "core/indicator.h"

static bool same(const struct instruction *a, const struct instruction *b)
{
    return a->op == b->op && a->probe == b->probe && a->role == b->role && a->other == b->other &&
           a->third == b->third && a->column == b->column && a->word == b->word && a->exact == b->exact &&
           a->months == b->months && a->lag == b->lag && a->count == b->count && a->a == b->a &&
           a->b == b->b && memcmp(&a->constant, &b->constant, sizeof a->constant) == 0;
}

int program_emit_instruction(struct program_builder *builder, struct instruction instruction)
{
    struct program *program = builder->program;
    for (size_t i = 0; i < program->len; i++)
        if (same(&program->code[i], &instruction))
            return (int)i;
    if (program->len == PROGRAM_CODE_MAX)
        return -EMSGSIZE;
    if (program->len == builder->cap) {
        builder->cap = builder->cap != 0 ? builder->cap * 2 : 32;
        struct instruction *code = arena_array(builder->arena, builder->cap, sizeof *code);
        if (program->len > 0)
            memcpy(code, program->code, program->len * sizeof *code);
        program->code = code;
    }
    program->code[program->len] = instruction;
    return (int)program->len++;
}

int program_emit_op(struct program_builder *builder, enum program_op op, int a, int b)
{
    if (a < 0 || b < 0)
        return -EMSGSIZE;
    return program_emit_instruction(
        builder, (struct instruction){.op = (uint8_t)op, .a = (uint16_t)a, .b = (uint16_t)b});
}

int program_emit_constant(struct program_builder *builder, double constant)
{
    return program_emit_instruction(
        builder, (struct instruction){.op = PROGRAM_CONSTANT, .constant = constant});
}

/* ---- series ---- */

uint8_t program_role(struct program_builder *builder, enum series_role role)
{
    struct program *program = builder->program;
    for (size_t i = 0; i < program->role_count; i++)
        if (program->roles[i] == role)
            return (uint8_t)i;
    program->roles[program->role_count] = role;
    return (uint8_t)program->role_count++;
}

void program_reach(struct program_builder *builder, int months)
{
    if (months > builder->program->reach)
        builder->program->reach = months;
}

struct window {
    enum series_role role;
    enum column column;
    bool exact;
    int months, lag;
};

static int emit_role_window(struct program_builder *builder, struct window window)
{
    if (window.role == ROLE_RIVALS) {
        struct window market = window, imports = window;
        market.role = ROLE_MARKET;
        imports.role = ROLE_IMPORTS;
        /* Named first, since C leaves the order of arguments open and programs are the same everywhere. */
        int all = emit_role_window(builder, market), own = emit_role_window(builder, imports);
        return program_emit_op(builder, PROGRAM_SUBTRACT, all, own);
    }
    program_reach(builder, window.lag + (window.months == WINDOW_YTD ? 12 : window.months) - 1);
    return program_emit_instruction(builder, (struct instruction){
                                                 .op = PROGRAM_WINDOW,
                                                 .role = program_role(builder, window.role),
                                                 .column = (uint8_t)window.column,
                                                 .exact = window.exact,
                                                 .months = (int16_t)window.months,
                                                 .lag = (int16_t)window.lag,
                                             });
}

int program_emit_window(struct program_builder *builder, const struct expr *series, int months, int lag)
{
    struct window window = {.role = series->role, .months = months, .lag = lag};
    switch (series->column) {
    case SERIES_VALUE:
        window.column = COLUMN_VALUE;
        break;
    case SERIES_QUANTITY:
        window.column = COLUMN_QUANTITY;
        break;
    case SERIES_WEIGHT:
        window.column = COLUMN_WEIGHT;
        break;
    case SERIES_UNIT_VALUE: {
        window.exact = true;
        int value = emit_role_window(builder, window);
        window.column = COLUMN_QUANTITY;
        return program_emit_op(builder, PROGRAM_DIVIDE, value, emit_role_window(builder, window));
    }
    case SERIES_COLUMN_COUNT:
        break;
    }
    return emit_role_window(builder, window);
}

/* ---- operators ---- */

static int emit_not(struct program_builder *builder, int value)
{
    return program_emit_op(builder, PROGRAM_NOT, value, 0);
}

static int emit_between(struct program_builder *builder, const struct expr *expr)
{
    int x = program_emit(builder, expr->args[0]);
    int low = program_emit(builder, expr->args[1]), high = program_emit(builder, expr->args[2]);
    int above = program_emit_op(builder, PROGRAM_LESS_EQUAL, low, x);
    return program_emit_op(
        builder, PROGRAM_AND, above, program_emit_op(builder, PROGRAM_LESS_EQUAL, x, high));
}

static int emit_in(struct program_builder *builder, const struct expr *expr)
{
    int x = program_emit(builder, expr->args[0]);
    int any = program_emit_op(builder, PROGRAM_EQUAL, x, program_emit(builder, expr->args[1]));
    for (size_t i = 2; i < expr->arg_count; i++)
        any = program_emit_op(builder, PROGRAM_OR, any,
            program_emit_op(builder, PROGRAM_EQUAL, x, program_emit(builder, expr->args[i])));
    return any;
}

/* How an operator of two values becomes an instruction. */
static const struct {
    enum program_op op;
    bool swapped, negated;
} binary_ops[] = {
    [OP_MULTIPLY] = {PROGRAM_MULTIPLY, false, false},
    [OP_DIVIDE] = {PROGRAM_DIVIDE, false, false},
    [OP_ADD] = {PROGRAM_ADD, false, false},
    [OP_SUBTRACT] = {PROGRAM_SUBTRACT, false, false},
    [OP_LESS] = {PROGRAM_LESS, false, false},
    [OP_LESS_EQUAL] = {PROGRAM_LESS_EQUAL, false, false},
    [OP_GREATER] = {PROGRAM_LESS, true, false},
    [OP_GREATER_EQUAL] = {PROGRAM_LESS_EQUAL, true, false},
    [OP_EQUAL] = {PROGRAM_EQUAL, false, false},
    [OP_NOT_EQUAL] = {PROGRAM_EQUAL, false, true},
    [OP_AND] = {PROGRAM_AND, false, false},
    [OP_OR] = {PROGRAM_OR, false, false},
};

static int emit_binary(struct program_builder *builder, const struct expr *expr)
{
    int a = program_emit(builder, expr->args[0]), b = program_emit(builder, expr->args[1]);
    bool swapped = binary_ops[expr->op].swapped;
    int result = program_emit_op(builder, binary_ops[expr->op].op, swapped ? b : a, swapped ? a : b);
    return binary_ops[expr->op].negated ? emit_not(builder, result) : result;
}

static int emit_operator(struct program_builder *builder, const struct expr *expr)
{
    switch (expr->op) {
    case OP_NEGATE:
        return program_emit_op(builder, PROGRAM_NEGATE, program_emit(builder, expr->args[0]), 0);
    case OP_NOT:
        return emit_not(builder, program_emit(builder, expr->args[0]));
    case OP_BETWEEN:
        return emit_between(builder, expr);
    case OP_IN:
        return emit_in(builder, expr);
    case OP_MULTIPLY:
    case OP_DIVIDE:
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL:
    case OP_EQUAL:
    case OP_NOT_EQUAL:
    case OP_AND:
    case OP_OR:
        return emit_binary(builder, expr);
    }
    return -EINVAL;
}

static int emit_expr(struct program_builder *builder, const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_LITERAL:
        return program_emit_constant(builder, expr->number);
    case EXPR_THRESHOLD:
        return program_emit_instruction(
            builder, (struct instruction){.op = PROGRAM_THRESHOLD, .a = (uint16_t)expr->index});
    case EXPR_NAME:
        return builder->lets[expr->index];
    case EXPR_CALL:
        return indicators[expr->index].emit(builder, expr);
    case EXPR_OPERATOR:
        return emit_operator(builder, expr);
    case EXPR_SERIES: /* expr_check lets a series stand only as an argument */
        break;
    }
    return -EINVAL;
}

int program_emit(struct program_builder *builder, struct expr *expr)
{
    return expr->reg = emit_expr(builder, expr);
}
