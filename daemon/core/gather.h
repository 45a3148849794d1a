/* Gathering: what the windows of a chunk of scopes read, decoded from the panel once, as columns over months.
 *
 * A row holds the sums of all months before it, so that a window of any length is the difference of two rows.
 * Sums are taken modulo 2^64. The difference is exact where the window itself fits, which is proved lane by
 * lane from the greatest figure; a lane where it cannot be is `wide`, and is summed from the panel. */
#ifndef CORE_GATHER_H
#define CORE_GATHER_H

#include "core/program_run.h"

struct gathered_column {
    int64_t *sums;    /* [month][lane]: thousandths of all months before it */
    uint8_t *unknown; /* as sums: months in which any series of the role is unknown, modulo 256 */
    uint8_t *inexact; /* as sums: those, and months with an estimate */
    uint8_t wide[PROGRAM_LANES];
    bool any_wide;
    size_t cap; /* rows */
};

/* Which columns of which roles are gathered. */
struct gather_plan {
    uint8_t columns[ROLE_COUNT]; /* 1 << column, by the role's number in the program */
};

struct gathered {
    struct gather_plan plan;
    int32_t first, last; /* periods */
    struct gathered_column columns[ROLE_COUNT][COLUMN_COUNT];
    struct gather_reading *readings; /* one for each series that a lane's role reads */
    size_t len, cap;
    struct gather_place *places; /* of each of them */
    size_t place_cap;
    struct gather_run *runs; /* of readings that are taken together */
    size_t run_len, run_cap;
};

void gathered_deinit(struct gathered *gathered);

/* Adds what the program's windows read, and those of its probes that are sums of a whole role. Roles of every
 * country stay with the panel. */
void gather_plan_add(struct gather_plan *plan, const struct program *program);

/* Reads the months first … last for input->lanes scopes. Of the input, panel, uses, bindings and lanes count;
 * a lane's bindings stand role_count apart. */
void gather(struct gathered *gathered, const struct gather_plan *plan, const struct program_input *input,
    size_t role_count, int32_t first, int32_t last);

/* The two rows whose difference is the window, or NULL where it is not gathered: `count` of the unknown
 * (`exact`: of the inexact) months, modulo 256. */
struct gathered_rows {
    const int64_t *sums_from, *sums_to;
    const uint8_t *count_from, *count_to;
    const struct gathered_column *column;
};

/* A window of a role, by its number in the program. */
struct gathered_window {
    uint8_t role;
    enum column column;
    bool exact;
    int32_t from, to;
};

/* Whether the window is gathered. */
bool gathered_rows(
    const struct gathered *gathered, const struct gathered_window *window, struct gathered_rows *ret_rows);

#endif
