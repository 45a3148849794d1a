/* Running a program: over a chunk of scopes in one period. */
#ifndef CORE_PROGRAM_RUN_H
#define CORE_PROGRAM_RUN_H

#include "core/panel.h"
#include "core/program.h"
#include "core/reference.h"
#include "core/scope.h"

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

static inline bool binding_equal(const struct binding *a, const struct binding *b)
{
    return a->first == b->first && a->count == b->count;
}

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
    bool follows; /* the run before, into the same registers, was of the same program and scopes: what is the
                     same in every period need not be computed again */
    const struct gathered *gathered; /* windows decoded beforehand, see gather.h; else, NULL, all is read from
                                        the panel. With it a window that is unknown is so for one reason,
                                        UNKNOWN_MONTH: verdicts do not depend on the reason */
    const int32_t *horizons; /* per lane: the newest period that can be judged; NULL: it does not matter */
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
