#include "core/alert.h"

#include <stdio.h>
#include <string.h>

#include "core/period.h"

const char *alert_state_name(enum alert_state state)
{
    static const char *const names[ALERT_STATE_COUNT] = {
        [ALERT_INACTIVE] = "inactive",
        [ALERT_PENDING] = "pending",
        [ALERT_FIRING] = "firing",
        [ALERT_CLEARING] = "clearing",
        [ALERT_NO_DATA] = "no-data",
    };
    return names[state];
}

const char *alert_event_name(enum alert_event event)
{
    static const char *const names[EVENT_COUNT] = {
        [EVENT_NONE] = "none",
        [EVENT_RAISED] = "raised",
        [EVENT_STRENGTHENED] = "strengthened",
        [EVENT_CONFIRMED] = "confirmed",
        [EVENT_RETRACTED] = "retracted",
        [EVENT_CLEARED] = "cleared",
        [EVENT_STALE] = "stale",
    };
    return names[event];
}

const char *severity_name(enum severity severity)
{
    static const char *const names[SEVERITY_COUNT] = {
        [SEVERITY_WATCH] = "watch",
        [SEVERITY_CAUTION] = "caution",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_CRITICAL] = "critical",
    };
    return names[severity];
}

bool alert_event_notifies(enum alert_event event)
{
    /* A confirmation says that nothing changed; it is journaled, and people are left in peace. */
    return event != EVENT_NONE && event != EVENT_CONFIRMED;
}

bool alert_is_open(enum alert_state state)
{
    return state == ALERT_FIRING || state == ALERT_CLEARING || state == ALERT_NO_DATA;
}

/* What a verdict means to the machine once `need of of` has been counted. */
enum input {
    INPUT_UNKNOWN,
    INPUT_TRUE, /* holds, not yet for long enough */
    INPUT_MET,  /* holds, for long enough */
    INPUT_HOLD,
    INPUT_CLEAR,
    INPUT_COUNT
};

static const enum alert_state next_state[ALERT_STATE_COUNT][INPUT_COUNT] = {
    /*                   UNKNOWN         TRUE           MET           HOLD            CLEAR          */
    [ALERT_INACTIVE] = {ALERT_INACTIVE, ALERT_PENDING, ALERT_FIRING, ALERT_INACTIVE, ALERT_INACTIVE},
    [ALERT_PENDING] = {ALERT_PENDING, ALERT_PENDING, ALERT_FIRING, ALERT_PENDING, ALERT_PENDING},
    [ALERT_FIRING] = {ALERT_NO_DATA, ALERT_FIRING, ALERT_FIRING, ALERT_CLEARING, ALERT_INACTIVE},
    [ALERT_CLEARING] = {ALERT_NO_DATA, ALERT_FIRING, ALERT_FIRING, ALERT_CLEARING, ALERT_INACTIVE},
    [ALERT_NO_DATA] = {ALERT_NO_DATA, ALERT_FIRING, ALERT_FIRING, ALERT_CLEARING, ALERT_INACTIVE},
};

static uint32_t window_mask(int of)
{
    return of >= 32 ? UINT32_MAX : (UINT32_C(1) << of) - 1;
}

/* Counts the verdict in. UNKNOWN is no release: it neither counts nor pushes older ones out. */
static enum input count_verdict(const struct alert_policy *policy, enum verdict verdict, uint32_t *recent)
{
    if (verdict == VERDICT_UNKNOWN)
        return INPUT_UNKNOWN;
    *recent = (*recent << 1 | (verdict == VERDICT_TRUE)) & window_mask(policy->of);
    if (verdict == VERDICT_TRUE)
        return __builtin_popcount(*recent) >= policy->need ? INPUT_MET : INPUT_TRUE;
    return verdict == VERDICT_HOLD ? INPUT_HOLD : INPUT_CLEAR;
}

/* Whether the releases counted so far would raise the alert sooner than a count from nothing. */
static bool is_on_the_way(const struct alert_policy *policy, uint32_t recent)
{
    uint32_t mask = window_mask(policy->of);
    for (int more = 1; more < policy->need; more++) /* so many further releases that hold */
        if (__builtin_popcount((recent << more | window_mask(more)) & mask) >= policy->need)
            return true;
    return false;
}

/* The table's answer, as the rule's policy changes it. */
static enum alert_state adjust(
    const struct alert_policy *policy, const struct alert_track *track, enum alert_state next)
{
    if (next == ALERT_NO_DATA && policy->missing == MISSING_CLEAR)
        return ALERT_INACTIVE;
    if (next == ALERT_NO_DATA && policy->missing == MISSING_KEEP)
        return track->state;
    if (next == ALERT_PENDING && !is_on_the_way(policy, track->recent))
        return ALERT_INACTIVE;
    return next;
}

void alert_step(
    const struct alert_policy *policy, enum verdict verdict, int32_t period, struct alert_track *track)
{
    if (verdict == VERDICT_NOT_JUDGED)
        return;
    enum input input = count_verdict(policy, verdict, &track->recent);
    enum alert_state next = adjust(policy, track, next_state[track->state][input]);
    bool was_open = alert_is_open(track->state), is_open = alert_is_open(next);
    if (is_open && !was_open)
        track->raised = period;
    if (was_open && !is_open) {
        track->last_raised = track->raised;
        track->ended = period;
        track->raised = PERIOD_NONE;
        track->recent = 0; /* the next episode counts anew */
    }
    track->state = next;
}

struct alert_track alert_fold(
    const struct alert_policy *policy, const uint8_t *verdicts, size_t n, int32_t first)
{
    struct alert_track track = {0};
    const uint8_t *held = n > 0 ? memchr(verdicts, VERDICT_TRUE, n) : NULL; /* nothing moves before */
    for (size_t i = held != NULL ? (size_t)(held - verdicts) : n; i < n; i++)
        alert_step(policy, (enum verdict)verdicts[i], first + (int32_t)i, &track);
    return track;
}

void alert_id(const struct alert_scope *scope, int32_t raised, char ret_id[ALERT_ID_SIZE])
{
    char period[PERIOD_TEXT_SIZE], text[1024];
    int n = snprintf(text, sizeof text, "%s\n%s\n%s\n%s\n%s", scope->rule, scope->product, scope->market,
        scope->origin, period_format(raised, period));
    size_t len = n < (int)sizeof text ? (size_t)n : sizeof text - 1;
    struct digest digest = digest_of(text, len);
    memcpy(ret_id, digest.hex, ALERT_ID_SIZE - 1);
    ret_id[ALERT_ID_SIZE - 1] = '\0';
}

/* Whether the episode that people were told of ran its course: it ended after the period that raised it.
 * Otherwise the verdicts that raised it are no more, and it is undone. */
static bool ran_its_course(const struct alert_told *told, const struct alert_track *track)
{
    return track->ended > told->raised;
}

enum alert_event alert_next_event(
    const struct alert_told *told, const struct alert_track *track, enum severity severity, bool revised)
{
    bool is_open = alert_is_open(track->state);
    if (!told->open) /* what nobody was told of while it fired, as in old history, is not told on its way out
                      */
        return track->state == ALERT_FIRING ? EVENT_RAISED : EVENT_NONE;
    if (!is_open)
        return ran_its_course(told, track) ? EVENT_CLEARED : EVENT_RETRACTED;
    if (track->raised > told->raised && ran_its_course(told, track))
        return EVENT_CLEARED; /* it ended, and another episode is open already: raised at the next call */
    if (severity > told->severity)
        return EVENT_STRENGTHENED;
    if (track->state == ALERT_NO_DATA && told->state != ALERT_NO_DATA)
        return EVENT_STALE;
    return revised ? EVENT_CONFIRMED : EVENT_NONE;
}
