/* What the files of the score share: which alerts concern which case. */
#ifndef CORE_SCORE_INTERNAL_H
#define CORE_SCORE_INTERNAL_H

#include "core/score.h"

/* Alerts of a case's market that cover its product, by the day they were known. */
struct score_matches {
    const struct score_alert **items;
    size_t len;
};

struct score_work {
    const struct score_input *input;
    struct score *score;
    struct score_matches *matches; /* of each case */
    bool *hits;                    /* of each alert: a petition followed within the window's length */
};

struct score_window {
    int32_t start, end; /* days; the end is not in it */
};

/* The same day so many months later (or earlier), or the last of that month. */
int32_t score_shift(int32_t day, int months);

/* The window that ends so. */
struct score_window score_window_of(int32_t end);

bool score_is_open_in(const struct score_alert *alert, struct score_window window);

/* Whether the alert is on a code above all codes of the case. Baskets are not. */
bool score_is_proxy(const char *product, const struct score_case *known_case);

void score_cases_all(struct score_work *work);
void score_months_all(struct score_work *work);
void score_rules_all(struct score_work *work);

#endif
