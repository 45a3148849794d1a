/* How good a replay's alerts were, measured against known cases.
 *
 * Pure. T0 of a case is its petition. A case is hit when an alert of its market that covers its product stood
 * open on some day of its window, the SCORE_WINDOW_MONTHS before T0: an alert after the petition is news, not
 * a warning. */
#ifndef CORE_SCORE_H
#define CORE_SCORE_H

#include "base/arena.h"
#include "core/alert.h"
#include "core/score_case.h"

enum {
    SCORE_WINDOW_MONTHS = 18,    /* an alert warns of petitions within so many months */
    SCORE_HISTORY_MONTHS = 24,   /* a window can be scored where figures begin so long before its end */
    SCORE_FOLLOW_UP_MONTHS = 24, /* an alert may be called false only after so long: most cases are not yet */
    SCORE_TOP_COUNT = 3
};

extern const int score_tops[SCORE_TOP_COUNT]; /* the K of precision at K: 5, 10, 20 */

/* An episode of an alert, from the event that raised it to the one that cleared it. Borrowed texts. */
struct score_alert {
    const char *rule, *product, *market, *origin;
    int32_t raised;        /* period */
    int32_t known;         /* day on which the figures that raised it were published */
    int32_t cleared_known; /* likewise; DATE_NONE: open to the end */
    double stake;          /* USD; what alerts of one month are ranked by */
    enum severity severity;
    bool vintage; /* raised by figures as they were known then; false: only revised ones exist */
};

struct score_input {
    const struct score_alert *alerts;
    size_t alert_count;
    const struct score_case *cases;
    size_t case_count;
    bool (*covers)(void *userdata, const char *product, const struct score_case *known_case);
    void *userdata;
    int32_t first, last; /* months in which replayed figures were published; more where alerts lie outside */
    int32_t cases_end;   /* day up to which the case list is whole; DATE_NONE: its last petition */
};

enum score_outcome { SCORE_HIT, SCORE_LATE, SCORE_MISSED, SCORE_NO_DATA, SCORE_OUTCOME_COUNT };

/* Why a case cannot be scored. */
enum score_gap { SCORE_GAP_NONE, SCORE_GAP_MARKET, SCORE_GAP_BEGIN, SCORE_GAP_END, SCORE_GAP_COUNT };

struct score_result {
    const struct score_case *about;
    enum score_outcome outcome;
    enum score_gap gap;
    const struct score_alert *first; /* the first alert of the window (hit), or the first within as long after
                                        T0 (late); else NULL */
    int32_t lead;                    /* days from the first alert to T0; below 0 when late */
    bool standing; /* the alert was open when the window began: the lead is the window's length */
    bool proxy;    /* only alerts on codes coarser than the case's were there */
    int placebos,
        placebo_hits; /* windows of the same length without a case, and those that an alert was in */
};

/* Cases of one stratum, or all. */
struct score_rate {
    size_t cases, scored, hits, proxies, late, missed, no_data;
    size_t placebos, placebo_hits;
    size_t leads; /* hits whose dates are more than general knowledge; of them: */
    int32_t lead_median, lead_min, lead_max;
};

struct score_top {
    size_t taken,
        hits; /* of the top K: alerts, and those that a petition followed within the window's length */
};

struct score_month {
    int32_t period; /* of publication */
    size_t raised, by_severity[SEVERITY_COUNT];
    bool followed_up; /* long enough for precision */
    struct score_top tops[SCORE_TOP_COUNT];
};

struct score_rule {
    const char *rule;
    size_t raised, hits; /* hits: alerts that a petition followed within the window's length */
    size_t cases;        /* scored cases that the rule hit */
    size_t open;         /* alerts open at the end */
};

struct score {
    struct score_result *results; /* in the order of the case list */
    size_t case_count;
    struct score_rate rates[STRATUM_COUNT], all;
    struct score_month *months;
    size_t month_count;
    struct score_rule *rules; /* by name */
    size_t rule_count;
    struct score_top tops[SCORE_TOP_COUNT]; /* over the months that are followed up */
    size_t followed_up;                     /* such months */
    const struct score_alert *alerts;       /* the input's */
    size_t alert_count;
    size_t revised; /* alerts without vintage */
    int32_t cases_end;
    struct arena arena;
};

/* Borrows alerts and cases; they must outlive the score. */
void score_compute(const struct score_input *input, struct score *ret_score);
void score_deinit(struct score *score);

/* NaN of none. */
double score_ratio(size_t part, size_t whole);
double score_alerts_per_month(const struct score *score);

/* The ratio as "67 %", "0.4 %", or "–" of none. Returns buf. */
enum { SCORE_PERCENT_SIZE = 16 };
const char *score_percent(size_t part, size_t whole, char buf[SCORE_PERCENT_SIZE]);

/* Days as months, of 365.25 / 12 days. */
double score_months(int32_t days);

/* Words for reports. */
extern const char *const stratum_letters[STRATUM_COUNT]; /* "a" */
extern const char *const stratum_titles[STRATUM_COUNT];  /* "surge, third country under a measure" */
extern const char *const confidence_letters[CASE_CONFIDENCE_COUNT + 1]; /* "S"; NULL-terminated */
extern const char *const score_outcome_names[SCORE_OUTCOME_COUNT];
extern const char *const score_gap_texts[SCORE_GAP_COUNT];

/* What was replayed; the head of every report. Borrowed texts. */
struct score_run {
    const char *program;             /* "tdwatch 0.1.0" */
    const char *ruleset;             /* digest */
    const char *rules;               /* files */
    const char *data;                /* feeds */
    const char *cases;               /* file of the case list */
    int32_t first, last;             /* months of publication whose alerts count */
    bool vintage;                    /* figures as they were known at each date */
    int lag_days;                    /* without: days from a period's end to its publication, as assumed */
    size_t figures, figures_revised; /* all, and those without vintage */
};

/* One threshold value that was tried. */
struct score_point {
    double value;
    const char *text; /* "30%" */
    size_t alerts, months, scored, hits, placebos, placebo_hits;
};

#endif
