#include "core/silence.h"

#define DAY_MS INT64_C(86400000)

int64_t silence_end_ms(const struct silence *silence)
{
    bool early = silence->expired_ms != 0 && silence->expired_ms < silence->until_ms;
    return early ? silence->expired_ms : silence->until_ms;
}

enum silence_phase silence_phase(const struct silence *silence, int64_t now_ms)
{
    if (now_ms >= silence_end_ms(silence))
        return SILENCE_ENDED;
    return now_ms >= silence->from_ms ? SILENCE_ACTIVE : SILENCE_SCHEDULED;
}

const char *silence_phase_name(enum silence_phase phase)
{
    static const char *const names[] = {
        [SILENCE_SCHEDULED] = "scheduled", [SILENCE_ACTIVE] = "active", [SILENCE_ENDED] = "ended"};
    return names[phase];
}

int64_t silence_notice_ms(const struct silence *silence)
{
    int64_t tenth = (silence->until_ms - silence->from_ms) / 10;
    return silence->until_ms - (tenth < DAY_MS ? tenth : DAY_MS);
}

bool silence_meets(const struct silence *silence, int64_t opened_ms, int64_t closed_ms, int64_t now_ms)
{
    int64_t end_ms = silence_end_ms(silence);
    bool began = silence->from_ms <= now_ms && opened_ms < end_ms;
    return began && (closed_ms == 0 || closed_ms >= silence->from_ms);
}
