/* Expressions of the rule language: text → tree, with a type and a place on every part.
 *
 * Operators by falling precedence: unary - · * / · + - · < <= > >= = != between in (not chained) · not · and
 * · or. Every expression terminates and is checked before it runs: what could go wrong at run time is only a
 * missing figure. */
#ifndef CORE_EXPR_H
#define CORE_EXPR_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/node.h"
#include "core/figure.h"
#include "core/series_role.h"

enum { EXPR_NODES_MAX = 512, EXPR_DEPTH_MAX = 48 };

enum expr_kind {
    EXPR_LITERAL,
    EXPR_THRESHOLD, /* $name */
    EXPR_NAME,      /* a let name or a keyword of a function; a series becomes EXPR_SERIES */
    EXPR_SERIES,    /* exports, exports.quantity */
    EXPR_CALL,
    EXPR_OPERATOR,
};

enum expr_operator {
    OP_NEGATE,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_ADD,
    OP_SUBTRACT,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_GREATER,
    OP_GREATER_EQUAL,
    OP_EQUAL,
    OP_NOT_EQUAL,
    OP_BETWEEN, /* args: x, low, high; both ends belong */
    OP_IN,      /* args: x, then the list */
    OP_NOT,
    OP_AND,
    OP_OR,
};

/* How an operator is written: "<=", "between". By enum expr_operator. */
extern const char *const expr_operator_texts[];

struct expr {
    enum expr_kind kind;
    enum expr_operator op;     /* EXPR_OPERATOR */
    enum value_type type;      /* set by expr_check; of a literal by the parser */
    size_t at;                 /* byte offset in the text */
    double number;             /* EXPR_LITERAL: in USD, kg, months, 1 = 100 %, period number */
    struct slice name;         /* EXPR_THRESHOLD, EXPR_NAME, EXPR_CALL: as written; EXPR_LITERAL: its text */
    enum series_role role;     /* EXPR_SERIES */
    enum series_column column; /* EXPR_SERIES */
    int index;                 /* after expr_check: number of the threshold, the let name or the indicator */
    int reg;                   /* after program_emit: register with its value, for who explains it; of a word
                                  or a series nothing */
    struct expr **args;
    size_t arg_count;
};

/* Parses the scalar's text. Trees live in `arena`. 0, or -EINVAL with the fault at its place in `diags`
 * (codes E0xx). */
int expr_parse(
    const struct node *scalar, struct arena *arena, struct expr **ret_expr, struct diag_list *diags);

/* A literal alone, with an optional minus: a threshold's value. */
/* What expr_parse and expr_parse_literal read; a condition is an expression that is no number. */
extern const struct shape expr_shape, expr_condition_shape, expr_literal_shape;
extern const struct shape expr_percentage_shape; /* a literal that is a ratio, and not below 0 */
extern const struct shape expr_amount_shape;     /* a literal of money, weight or no unit, above 0 */

int expr_parse_literal(
    const struct node *scalar, struct arena *arena, struct expr **ret_expr, struct diag_list *diags);

/* Names an expression may use besides series and functions. */
struct expr_names {
    const char *const *lets;
    const enum value_type *let_types; /* VALUE_TYPE_COUNT: faulty, and reported; what uses it is not */
    size_t let_count;                 /* only names defined before this expression */
    const char *const *thresholds;
    const enum value_type *threshold_types;
    size_t threshold_count;
};

/* Resolves names and proves types. 0, or -EINVAL with all faults in `diags` (codes T0xx), each with a hint
 * where one can be given. */
int expr_check(
    struct expr *expr, const struct node *scalar, const struct expr_names *names, struct diag_list *diags);

/* As an expression that parses to the same tree. */
int expr_print(const struct expr *expr, struct buf *out);

#endif
