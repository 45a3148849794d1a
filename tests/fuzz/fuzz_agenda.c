/* link: daemon/core/agenda daemon/core/zone daemon/core/alert daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/digest daemon/base/str */

/* Any text as a cadence and as quiet hours. What is read names a time after now, within eight days, and at
 * that time the clock shows it. */
#include <stdint.h>
#include <stdlib.h>

#include "core/agenda.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEAD = 4, DAY_S = 24 * 3600, EIGHT_DAYS_MS = 8 * DAY_S * 1000 };

/* The clock goes forward at 10 and back at 20 million seconds. */
static const struct zone_change changes[] = {{0, 3600}, {10000000, 7200}, {20000000, 3600}};
static const struct zone zone = {"fuzz", changes, sizeof changes / sizeof *changes};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check(struct holding holding, int64_t now_ms)
{
    require(holding.why == HOLD_NONE ||
            (holding.until_ms > now_ms && holding.until_ms <= now_ms + EIGHT_DAYS_MS));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD)
        return 0;
    uint32_t seconds =
        (uint32_t)data[0] << 17 | (uint32_t)data[1] << 9 | (uint32_t)data[2] << 1 | data[3] % 2;
    int64_t now_ms = (int64_t)seconds * 1000;
    struct slice text = {(const char *)data + HEAD, size - HEAD};
    struct agenda agenda = {.zone = &zone, .passes = SEVERITY_COUNT};
    if (agenda_read_quiet(text, &agenda) == 0)
        check(agenda_quiet(&agenda, SEVERITY_WATCH, now_ms), now_ms);
    if (cadence_read(text, &agenda.cadence[SEVERITY_WATCH]) == 0) {
        struct holding holding = agenda_hold(&agenda, SEVERITY_WATCH, now_ms);
        const struct cadence *cadence = &agenda.cadence[SEVERITY_WATCH];
        check(holding, now_ms);
        int64_t minute = zone_local(&zone, holding.until_ms / 1000) % DAY_S / 60;
        bool skipped = holding.until_ms == changes[1].at_s * 1000;
        require(holding.why == HOLD_NONE || skipped || minute == cadence->minute);
    }
    return 0;
}
