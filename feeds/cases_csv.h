/* A list of known trade-remedy cases as CSV, for backtests: one line a case, columns by name.
 *
 *   id, market, product, hs6 (codes, parted by ;), type, third_country_measure, petition, initiation, conf
 * (S, P or G) stratum (a, b, c or d) may be there; other columns are left alone.
 *
 * Without a stratum, a case whose type speaks of a trigger is d, one with a third-country measure a, any
 * other b; c can only be written. Without a petition, it is estimated from the initiation by what the
 * market's law gives the authority: 20 days in US, 45 elsewhere. */
#ifndef FEEDS_CASES_CSV_H
#define FEEDS_CASES_CSV_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/str.h"
#include "core/score_case.h"

enum { CASES_MAX = 10 * 1000, CASE_CODES_MAX = 64 };

/* Texts are copied into `arena`; no case has figures yet (data_from and data_to are DATE_NONE). 0, or
 * -EBADMSG with every fault in `diags` (codes D008, D009, and H000…H011). */
int cases_csv_read(struct slice text, const char *file, struct arena *arena, struct score_cases *ret_cases,
    struct diag_list *diags);

#endif
