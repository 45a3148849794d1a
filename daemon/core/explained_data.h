/* The data part of an explanation: series, months, sources and rows of tables. See core/explanation.h. */
#ifndef CORE_EXPLAINED_DATA_H
#define CORE_EXPLAINED_DATA_H

#include "base/digest.h"
#include "core/figure.h"
#include "core/reference.h"
#include "core/series_role.h"

struct explained_month {
    int32_t period;
    struct figure columns[COLUMN_COUNT]; /* sums over the role's series */
    unsigned flags;                      /* of any series */
};

/* What is to be said of a month that a rule reads. */
enum month_fault {
    MONTH_NO_VALUE, /* the first three as enum column: the rule reads it, and it is not there */
    MONTH_NO_QUANTITY,
    MONTH_NO_WEIGHT,
    MONTH_SUPPRESSED,
    MONTH_ESTIMATED,
    MONTH_PRELIMINARY,
    MONTH_FAULT_COUNT
};

extern const char *const month_fault_names[MONTH_FAULT_COUNT];

struct explained_months {
    int32_t *items; /* in order */
    size_t len;
};

struct explained_series {
    uint32_t id; /* in the panel */
    const char *source, *reporter, *partner, *product, *unit;
    int32_t first, last;
};

/* A figure that a later payload changed. */
struct explained_revision {
    const struct explained_series *series;
    int32_t period;
    struct figure old_figure, new_figure; /* named by the column */
    int64_t seen_ms;
};

struct explained_role {
    const struct role *role;
    const char *meaning; /* "exports of VN to US, as VN reports them" */
    unsigned columns;    /* that the rule reads: 1 << COLUMN_VALUE … */
    struct explained_series *series;
    size_t series_count;
    int32_t last;    /* newest period that it is known for; PERIOD_NONE: no figure at all */
    bool holds_back; /* no other role is further behind, and one is ahead */
    struct explained_months faults[MONTH_FAULT_COUNT]; /* of the months that the rule reads */
    struct explained_month *months;                    /* the last 13, in order */
    size_t month_count;
    struct explained_revision *revisions; /* of the months that the rule reads, the oldest first */
    size_t revision_count;
};

/* The newest payload of a source that was accepted. */
struct explained_source {
    const char *name;
    struct digest payload; /* "": none was */
    int64_t seen_ms;
    size_t rows, revised;
};

struct explained_measure {
    const struct measure *row;
    enum measure_standing standing; /* at the end of the period */
};

#endif
