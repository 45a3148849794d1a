#include "core/hold.h"

const char *hold_name(enum hold hold)
{
    static const char *const names[HOLD_COUNT] = {
        [HOLD_NONE] = "at once",
        [HOLD_QUIET_HOURS] = "quiet hours",
        [HOLD_CADENCE] = "cadence",
        [HOLD_LIMIT] = "limit",
        [HOLD_SILENCED] = "silenced",
        [HOLD_INHIBITED] = "inhibited",
        [HOLD_ACKNOWLEDGED] = "acknowledged",
    };
    return names[hold];
}
