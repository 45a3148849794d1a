/* What another rule set would have told over the same history: episodes of two backtests, matched by rule,
 * scope and time. Pure. */
#ifndef CORE_ALERT_DIFF_H
#define CORE_ALERT_DIFF_H

#include "core/score.h"

enum alert_diff_kind {
    DIFF_SAME,
    DIFF_GAINED, /* raised by the new rules only */
    DIFF_LOST,   /* by the old ones only */
    DIFF_EARLIER,
    DIFF_LATER,
    DIFF_ENDS_EARLIER, /* raised on the same day */
    DIFF_ENDS_LATER,
    DIFF_KIND_COUNT
};

/* One episode in both, or in one of them; the other is NULL. */
struct alert_pair {
    enum alert_diff_kind kind;
    const struct score_alert *before, *after;
};

struct alert_diff_rule {
    const char *rule;
    size_t before, after; /* episodes raised since the given day */
    size_t counts[DIFF_KIND_COUNT];
};

/* Pairs and rules by rule, product, market, origin and time. */
struct alert_diff {
    struct alert_pair *pairs;
    size_t len, cap;
    struct alert_diff_rule *rules;
    size_t rule_count, rule_cap;
};

/* Two episodes of a scope are one where they overlap. Only pairs of which an episode was raised on `since` or
 * later are kept. Alerts are borrowed. */
void alert_diff_compute(const struct score_alert *before, size_t before_count,
    const struct score_alert *after, size_t after_count, int32_t since, struct alert_diff *ret_diff);
void alert_diff_deinit(struct alert_diff *diff);

extern const char *const alert_diff_names[DIFF_KIND_COUNT]; /* "gained" */

#endif
