/* A known trade-remedy case, as a backtest is measured against. Read from a case list by feeds/cases_csv.c.
 */
#ifndef CORE_SCORE_CASE_H
#define CORE_SCORE_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/keys.h"
#include "core/date.h"

/* Cases of different kinds are found by different means, so they are never mixed into one figure alone. */
enum stratum {
    STRATUM_MEASURE,    /* a: a surge where a third country is under a measure */
    STRATUM_SURGE,      /* b: a surge without */
    STRATUM_CUMULATION, /* c: no surge; petitioned together with others */
    STRATUM_TRIGGER,    /* d: a quantity trigger */
    STRATUM_COUNT
};

/* How sure the dates are: confirmed in a source, partly, or general knowledge. Lead times of the last kind
 * are not to be published. */
enum case_confidence { CASE_CONFIRMED, CASE_PARTLY, CASE_GENERAL, CASE_CONFIDENCE_COUNT };

struct score_case {
    const char *id, *market, *product, *type, *third_country;
    struct texts codes; /* HS codes */
    enum stratum stratum;
    enum case_confidence confidence;
    int32_t petition;   /* T0, a day; the first one where only month or year is known */
    int32_t initiation; /* DATE_NONE: not known */
    bool estimated;     /* the petition's day is not known and was estimated */

    /* Days on which the first and the newest figures of its market and products were known, as the caller has
     * them; DATE_NONE: there are none. */
    int32_t data_from, data_to;
};

struct score_cases {
    struct score_case *items;
    size_t len;
};

#endif
