/* A condition as alternatives of demands on single figures, from the rule's program: there equal figures have
 * one register, `between` and `in` are comparisons, and let names are gone. */
#include <math.h>

#include "core/rule_lint_parts.h"

/* Names share parts, so that a short text may stand for very many: STEPS_MAX bounds the walk. */
enum { TERMS_MAX = 64, DEMANDS_MAX = 32, STEPS_MAX = 4096 };

struct builder {
    const struct rule_lint *lint;
    const double *constants; /* by register: its value, NAN where it reads a figure */
    struct arena *arena;
    size_t steps;
};

static double constant_of(const struct instruction *code, const double *constants, const double *thresholds)
{
    switch ((enum program_op)code->op) {
    case PROGRAM_CONSTANT:
        return code->constant;
    case PROGRAM_THRESHOLD:
        return thresholds[code->a];
    case PROGRAM_NEGATE:
        return -constants[code->a];
    case PROGRAM_ADD:
        return constants[code->a] + constants[code->b];
    case PROGRAM_SUBTRACT:
        return constants[code->a] - constants[code->b];
    case PROGRAM_MULTIPLY:
        return constants[code->a] * constants[code->b];
    case PROGRAM_DIVIDE:
        return constants[code->b] != 0 ? constants[code->a] / constants[code->b] : NAN;
    case PROGRAM_WINDOW:
    case PROGRAM_LESS:
    case PROGRAM_LESS_EQUAL:
    case PROGRAM_EQUAL:
    case PROGRAM_AND:
    case PROGRAM_OR:
    case PROGRAM_NOT:
    case PROGRAM_COALESCE:
    case PROGRAM_KNOWN:
    case PROGRAM_FROM_APRIL:
    case PROGRAM_DISPLACED:
    case PROGRAM_PROBE:
        break;
    }
    return NAN;
}

static const double *constants_of(
    const struct program *program, const double *thresholds, struct arena *arena)
{
    double *constants = arena_array(arena, program->len, sizeof *constants);
    for (size_t i = 0; i < program->len; i++)
        constants[i] = constant_of(&program->code[i], constants, thresholds);
    return constants;
}

static struct terms always(const struct builder *b)
{
    return (struct terms){arena_array(b->arena, 1, sizeof(struct term)), 1};
}

static struct terms one(const struct builder *b, struct demand demand)
{
    struct terms terms = always(b);
    terms.items[0].items = arena_array(b->arena, 1, sizeof demand);
    terms.items[0].items[0] = demand;
    terms.items[0].len = 1;
    return terms;
}

static struct terms opaque(const struct builder *b, int reg, int clause, bool holds)
{
    return one(b, (struct demand){reg, clause, holds, holds, false, false});
}

/* What is left of a comparison when it must not hold is the other side of its end, without or with the end.
 */
static struct terms comparison(const struct builder *b, int reg, int clause, bool holds)
{
    const struct instruction *code = &b->lint->rule->program.code[reg];
    double left = b->constants[code->a], right = b->constants[code->b];
    bool left_fixed = !isnan(left), right_fixed = !isnan(right);
    bool strict = code->op == PROGRAM_LESS, equal = code->op == PROGRAM_EQUAL;
    if (left_fixed && right_fixed) {
        bool true_ = equal ? left == right : strict ? left < right : left <= right;
        return true_ == holds ? always(b) : (struct terms){NULL, 0};
    }
    if (!left_fixed && !right_fixed)
        return opaque(b, reg, clause, holds);
    struct demand demand = {left_fixed ? code->b : code->a, clause, -INFINITY, INFINITY, false, false};
    double end = left_fixed ? left : right;
    if (equal && !holds)
        return always(b); /* all but one value: nothing to compare */
    if (equal || left_fixed == holds) {
        demand.low = end;
        demand.low_open = !equal && strict == holds;
    }
    if (equal || left_fixed != holds) {
        demand.high = end;
        demand.high_open = !equal && strict == holds;
    }
    return one(b, demand);
}

static bool join_either(const struct builder *b, struct terms x, struct terms y, struct terms *ret_terms)
{
    struct terms terms = {arena_array(b->arena, x.len + y.len, sizeof(struct term)), x.len + y.len};
    for (size_t i = 0; i < terms.len; i++)
        terms.items[i] = i < x.len ? x.items[i] : y.items[i - x.len];
    *ret_terms = terms;
    return terms.len <= TERMS_MAX;
}

static bool join_both(const struct builder *b, struct terms x, struct terms y, struct terms *ret_terms)
{
    if (x.len * y.len > TERMS_MAX)
        return false;
    struct terms terms = {arena_array(b->arena, x.len * y.len, sizeof(struct term)), x.len * y.len};
    for (size_t i = 0; i < terms.len; i++) {
        const struct term *left = &x.items[i / y.len], *right = &y.items[i % y.len];
        struct term *term = &terms.items[i];
        if (left->len + right->len > DEMANDS_MAX)
            return false;
        term->items = arena_array(b->arena, left->len + right->len, sizeof *term->items);
        for (size_t k = 0; k < left->len; k++)
            term->items[term->len++] = left->items[k];
        for (size_t k = 0; k < right->len; k++)
            term->items[term->len++] = right->items[k];
    }
    *ret_terms = terms;
    return true;
}

/* `clause` is the register of the smallest part so far. */
static bool build(struct builder *b, int reg, int clause, bool holds, struct terms *ret_terms)
{
    const struct instruction *code = &b->lint->rule->program.code[reg];
    struct terms x, y;
    if (++b->steps > STEPS_MAX)
        return false;
    if (b->lint->parts[reg].expr != NULL)
        clause = reg;
    switch ((enum program_op)code->op) {
    case PROGRAM_NOT:
        return build(b, code->a, clause, !holds, ret_terms);
    case PROGRAM_AND:
    case PROGRAM_OR:
        if (!build(b, code->a, clause, holds, &x) || !build(b, code->b, clause, holds, &y))
            return false;
        return (code->op == PROGRAM_AND) == holds ? join_both(b, x, y, ret_terms)
                                                  : join_either(b, x, y, ret_terms);
    case PROGRAM_LESS:
    case PROGRAM_LESS_EQUAL:
    case PROGRAM_EQUAL:
        *ret_terms = comparison(b, reg, clause, holds);
        return true;
    case PROGRAM_CONSTANT:
    case PROGRAM_THRESHOLD:
    case PROGRAM_WINDOW:
    case PROGRAM_NEGATE:
    case PROGRAM_ADD:
    case PROGRAM_SUBTRACT:
    case PROGRAM_MULTIPLY:
    case PROGRAM_DIVIDE:
    case PROGRAM_COALESCE:
    case PROGRAM_KNOWN:
    case PROGRAM_FROM_APRIL:
    case PROGRAM_DISPLACED:
    case PROGRAM_PROBE:
        break;
    }
    *ret_terms = opaque(b, reg, clause, holds);
    return true;
}

bool rule_terms(const struct rule_lint *lint, const double *thresholds, int reg, bool holds,
    struct arena *arena, struct terms *ret_terms)
{
    struct builder b = {lint, constants_of(&lint->rule->program, thresholds, arena), arena, 0};
    return build(&b, reg, reg, holds, ret_terms);
}

bool demands_meet(const struct demand *a, const struct demand *b)
{
    const struct demand *low = a->low > b->low || (a->low == b->low && a->low_open) ? a : b;
    const struct demand *high = a->high < b->high || (a->high == b->high && a->high_open) ? a : b;
    return low->low < high->high || (low->low == high->high && !low->low_open && !high->high_open);
}

const struct demand *term_clash(const struct term *term, const struct demand **ret_other)
{
    for (size_t i = 1; i < term->len; i++)
        for (size_t k = 0; k < i; k++) {
            if (term->items[k].reg != term->items[i].reg || demands_meet(&term->items[k], &term->items[i]))
                continue;
            *ret_other = &term->items[i];
            return &term->items[k];
        }
    return NULL;
}
