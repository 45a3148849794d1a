/* Programs: a rule's expressions compiled to straight-line code over columns of scopes.
 *
 * Each instruction computes one column (a register) for up to PROGRAM_LANES scopes at once from columns
 * before it; equal instructions are emitted once. There are no jumps and no run-time errors: a value is
 * known, or unknown with its reason (Kleene's three values for booleans). */
#ifndef CORE_PROGRAM_H
#define CORE_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "core/expr.h"
#include "core/panel.h"

enum { PROGRAM_LANES = 256, PROGRAM_CODE_MAX = 1024, WINDOW_YTD = 0, WINDOW_MONTHS_MAX = 120 };

enum program_op {
    PROGRAM_CONSTANT,
    PROGRAM_THRESHOLD,
    PROGRAM_WINDOW, /* sum of a role's column over a window */
    PROGRAM_NEGATE,
    PROGRAM_ADD,
    PROGRAM_SUBTRACT,
    PROGRAM_MULTIPLY,
    PROGRAM_DIVIDE, /* by zero: UNKNOWN_ZERO_BASE; this and what is before: beyond a double UNKNOWN_RANGE */
    PROGRAM_LESS,
    PROGRAM_LESS_EQUAL,
    PROGRAM_EQUAL,
    PROGRAM_AND,
    PROGRAM_OR,
    PROGRAM_NOT,
    PROGRAM_COALESCE,
    PROGRAM_KNOWN,
    PROGRAM_FROM_APRIL, /* its argument from April on; UNKNOWN_EARLY before */
};

struct instruction {
    uint8_t op;     /* enum program_op */
    uint8_t role;   /* PROGRAM_WINDOW: number of the role in program->roles */
    uint8_t column; /* PROGRAM_WINDOW: enum column */
    bool exact;     /* PROGRAM_WINDOW: an estimated figure makes it unknown (unit values) */
    int16_t months; /* PROGRAM_WINDOW: length, or WINDOW_YTD */
    int16_t lag;    /* PROGRAM_WINDOW: months before the judged period that the window ends */
    uint16_t a, b;  /* registers; PROGRAM_THRESHOLD: a is its number */
    double constant;
};

struct program {
    struct instruction *code; /* register i is what code[i] computes */
    size_t len;
    enum series_role roles[ROLE_COUNT];
    size_t role_count;
    int reach; /* months before the judged period that the oldest figure lies */
};

/* Building. All return the register, or -EMSGSIZE when the program is too long. */
struct program_builder {
    struct program *program;
    struct arena *arena;
    size_t cap;
    const int *lets; /* registers of the let names so far */
};

int program_emit(struct program_builder *builder, const struct expr *expr);
int program_emit_op(struct program_builder *builder, enum program_op op, int a, int b);
int program_emit_constant(struct program_builder *builder, double constant);

/* The sum (for unit values: the ratio of sums) of a series over `months` ending `lag` months before the
 * judged period. */
int program_emit_window(struct program_builder *builder, const struct expr *series, int months, int lag);

/* Running. */
struct binding {
    uint32_t first, count; /* into ids: the series that make up a role in a scope */
};

struct program_input {
    const struct panel *panel;
    int32_t period;
    const uint32_t *ids;
    const struct binding *bindings;  /* [lane * role_count + role] */
    const double *const *thresholds; /* per lane: the thresholds that hold for its scope */
    size_t lanes;
};

/* Columns of results; register r of lane l stands at [r * PROGRAM_LANES + l]. */
struct program_registers {
    double *value;
    uint8_t *unknown; /* enum unknown */
    size_t cap;       /* registers */
};

void program_registers_reserve(struct program_registers *registers, size_t len);
void program_registers_deinit(struct program_registers *registers);

void program_run(
    const struct program *program, const struct program_input *input, struct program_registers *registers);

#endif
