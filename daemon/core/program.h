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
#include "core/reference.h"
#include "core/scope.h"

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
    PROGRAM_DISPLACED,  /* -a / b where a < 0 < b, else 0 */
    PROGRAM_PROBE,      /* what is no arithmetic over windows: probe.h */
};

struct instruction {
    uint8_t op;     /* enum program_op */
    uint8_t probe;  /* PROGRAM_PROBE: enum probe_kind */
    uint8_t role;   /* WINDOW, PROBE: number of the role in program->roles */
    uint8_t other;  /* PROBE: number of a second role */
    uint8_t third;  /* PROBE: number of a third role */
    uint8_t column; /* WINDOW, PROBE: enum column */
    uint8_t word;   /* PROBE: enum probe_word, or enum quality_flag */
    bool exact;     /* WINDOW, PROBE: an estimated figure makes it unknown (unit values) */
    int16_t months; /* WINDOW, PROBE: length, or WINDOW_YTD */
    int16_t lag;    /* WINDOW: months before the judged period that the window ends */
    int16_t count;  /* PROBE: its own number of months */
    uint16_t a, b;  /* registers; PROGRAM_THRESHOLD: its number, and that of its table */
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

int program_emit(struct program_builder *builder, struct expr *expr); /* notes the register in expr->reg */
int program_emit_op(struct program_builder *builder, enum program_op op, int a, int b);
int program_emit_constant(struct program_builder *builder, double constant);

/* The sum (for unit values: the ratio of sums) of a series over `months` ending `lag` months before the
 * judged period. */
int program_emit_window(struct program_builder *builder, const struct expr *series, int months, int lag);

/* An instruction as it is; equal ones are emitted once. Its roles are slots of program_role. */
int program_emit_instruction(struct program_builder *builder, struct instruction instruction);

/* The slot of a role in program->roles, added where it is new. */
uint8_t program_role(struct program_builder *builder, enum series_role role);

/* Says that figures so many months before the judged period are read. */
void program_reach(struct program_builder *builder, int months);

/* Running. */
/* A series that a role reads in a scope, and the months in which a figure that is not there means no trade:
 * those in which its code did not exist, and those that a source has published which leaves out what is zero.
 */
struct series_use {
    uint32_t id;
    int32_t from, until;           /* of the code; PERIOD_NONE: open */
    int32_t zero_first, zero_last; /* PERIOD_NONE: none */
};

struct binding {
    uint32_t first, count; /* into uses: the series that make up a role in a scope, by partner and product */
};

struct program_input {
    const struct panel *panel;
    const struct reference *reference;
    const char *home;
    int32_t period;
    const struct series_use *uses;
    const struct binding *bindings;  /* [lane * role_count + role] */
    const double *const *thresholds; /* [table * PROGRAM_LANES + lane]: what holds for the lane's scope; most
                                        programs have one table */
    const struct scope *scopes;      /* per lane */
    size_t lanes;
    bool follows; /* the run before, into the same registers, was of the same program and scopes: what every
                     period shares need not be computed again */
    const struct gathered *gathered; /* windows decoded beforehand (gather.h), where unknown for one reason,
                                        UNKNOWN_MONTH; NULL: all is read from the panel */
};

/* The sum of one series over [from, to], exact, in thousandths. KNOWN, or why not. */
enum unknown program_use_sum(const struct panel *panel, const struct series_use *use, enum column column,
    int32_t from, int32_t to, int64_t *ret_sum);

/* The sum of a role over [from, to] in USD, units or kg. Every series must be known in every month: a basket
 * with a part missing is not a smaller basket. `exact`: an estimated figure makes it unknown. */
struct role_window {
    struct binding binding;
    enum column column;
    bool exact;
    int32_t from, to;
};

enum unknown program_role_sum(
    const struct program_input *input, const struct role_window *window, double *ret_sum);

/* Columns of results; register r of lane l stands at [r * PROGRAM_LANES + l]. */
struct program_registers {
    double *value;    /* finite; of what is unknown it means nothing */
    uint8_t *unknown; /* enum unknown */
    size_t cap;       /* registers */
};

void program_registers_reserve(struct program_registers *registers, size_t len);
void program_registers_deinit(struct program_registers *registers);

void program_run(
    const struct program *program, const struct program_input *input, struct program_registers *registers);

#endif
