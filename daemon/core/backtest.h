/* A backtest: history replayed as it became known, through the judge and the ledger that the daemon runs.
 *
 * Pure: the same timeline and rules give the same alerts. All series that are known today are there from the
 * start, without figures, so one binding serves for the whole of history. */
#ifndef CORE_BACKTEST_H
#define CORE_BACKTEST_H

#include "core/publication.h"
#include "core/ruleset.h"
#include "core/score.h"
#include "core/timeline.h"

/* Borrowed. */
struct backtest_input {
    const struct panel *history; /* whose series the timeline speaks of; its figures are not read */
    const struct timeline *timeline;
    const struct ruleset *ruleset;
    const struct reference *reference;
    const char *home;
    struct sources sources;
    int32_t from, to; /* months of publication; PERIOD_NONE: open. What was raised before `from` is not
                         counted, what was published after `to` is not replayed */
};

struct backtest {
    struct score_alert *alerts; /* episodes, in the order in which they were raised */
    size_t len, cap;
    size_t summarised;   /* of them, those that only a summary named (`top`) */
    int32_t first, last; /* months of publication that were counted; PERIOD_NONE: none */
    struct arena arena;  /* texts of the alerts */
};

/* Shadow rules are judged like others. */
void backtest_run(const struct backtest_input *input, struct backtest *ret_backtest);
void backtest_deinit(struct backtest *backtest);

#endif
