/* The chart of an alert's message: the months of trade, and the figure that decides with its threshold. */
#ifndef CORE_CHART_ALERT_H
#define CORE_CHART_ALERT_H

#include "core/evidence.h"
#include "core/markup.h"

/* Whether there is anything to draw. */
bool chart_alert_has(const struct evidence *evidence);

/* Puts a picture that stands alone, in one language. `raised`: the month that the alert is from; `title` is
 * for who does not see it. */
struct chart_alert {
    const struct evidence *evidence;
    enum language language;
    int32_t raised;
    const char *title;
};

void chart_alert(struct markup *markup, const struct chart_alert *chart);

#endif
