/* Periods that were the newest ones: cases were looked at in them as of a later day than their last
 * (reference_day), so that their verdicts are made again once there is a newer one. Private to judge*.c. */
#ifndef CORE_JUDGE_NEWEST_H
#define CORE_JUDGE_NEWEST_H

#include "core/judge_grow.h"

struct newest {
    const struct reference *reference;
    struct bound_rule *rules;
    size_t len;
};

/* Takes the horizons of an owner and of the rules that share its scopes anew. Returns the oldest period whose
 * verdicts are to be made again, or INT32_MAX. */
int32_t newest_move(const struct newest *newest, uint32_t owner, const struct panel *panel,
    const struct publications *publications);

/* Lowers the first periods of the owner's scopes to those whose verdicts are to be made again. `before`: as it
 * was bound before. */
void newest_lower(const struct newest *newest, uint32_t owner, const struct bound_rule *before,
    struct growth *growth);

#endif
