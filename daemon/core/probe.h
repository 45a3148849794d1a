/* What the functions of the rule language read that is no arithmetic over window sums: robust statistics,
 * series by origin and market, measures, quotas, quality flags. One function for one scope in one period.
 *
 * Pure: the same panel, tables, scope and period give the same value. Formulas, sources and what missing data
 * do are said in indicator.c, from where the manual has them. */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

#include "core/program_run.h"
#include "core/quality_flag.h"

enum probe_kind {
    PROBE_Z,
    PROBE_P,
    PROBE_LEAD_CORR,
    PROBE_REROUTED,
    PROBE_UNDERCUT,
    PROBE_HHI,
    PROBE_CUMULATED,
    PROBE_MEASURE,
    PROBE_MEASURE_RATE,
    PROBE_MEASURE_AGE,
    PROBE_CASE,
    PROBE_CASE_AGE,
    PROBE_CASE_ELSEWHERE,
    PROBE_QUOTA_USED,
    PROBE_QUOTA_FULL_IN,
    PROBE_FLAG,
    PROBE_COUNT
};

/* Whom a measure or case is against. */
enum probe_word { PROBE_ORIGIN, PROBE_HOME };

struct probe {
    const struct program *program;
    const struct program_input *input;
    const struct instruction *code;
    size_t lane;
    double argument; /* register a: cumulated's bound */
    enum unknown argument_unknown;
};

/* KNOWN and the value, or why not. */
enum unknown probe_run(const struct probe *probe, double *ret_value);

/* Whether any of its functions looks at measures or cases. */
bool probe_reads_cases(const struct program *program);

/* ---- for probe_*.c ---- */

typedef enum unknown probe_fn(const struct probe *probe, double *ret_value);

probe_fn probe_z, probe_p, probe_lead_corr;                          /* probe_series.c */
probe_fn probe_rerouted, probe_undercut, probe_hhi, probe_cumulated; /* probe_partners.c */
probe_fn probe_measure, probe_measure_rate, probe_measure_age, probe_case, probe_case_age,
    probe_case_elsewhere, probe_quota_used, probe_quota_full_in; /* probe_tables.c */
probe_fn probe_flag;                                             /* probe_flags.c */

struct binding probe_binding(const struct probe *probe, uint8_t role);

/* The sum of the probe's first role and column over `months` ending `lag` months before the judged period. */
enum unknown probe_sum(const struct probe *probe, int months, int lag, double *ret_sum);

#endif
