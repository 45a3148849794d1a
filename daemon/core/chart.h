/* The charts of a backtest's report. Each puts one picture; the page's style sheet colours it, and a table
 * beside it says the same in figures. */
#ifndef CORE_CHART_H
#define CORE_CHART_H

#include "core/markup.h"
#include "core/score.h"

/* Alerts by month of publication, stacked by severity. Nothing where there is no month. */
void chart_months(struct markup *markup, const struct score *score);

/* For each case, from the first alert to the petition, on an axis of months around the petition. */
void chart_leads(struct markup *markup, const struct score *score);

/* Recall beside the share of windows without a case that an alert was in, by stratum. */
void chart_rates(struct markup *markup, const struct score *score);

/* Alerts, and recall with base rate, against the value of a threshold: two panels over one axis. Points by
 * rising value, at least one. */
void chart_tune(struct markup *markup, const char *threshold, const struct score_point *points, size_t n);

#endif
