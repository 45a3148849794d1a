#include "core/action.h"

#include <errno.h>
#include <string.h>

#include "core/moment.h"

/* What each kind is called, and what it takes. */
static const struct {
    const char *verb, *name;
    bool on_alert, on_silence, takes_until, needs_until, needs_text;
    const char *text; /* what `text` is, in messages; NULL: it takes none */
} kinds[ACTION_KIND_COUNT] = {
    [ACTION_NONE] = {"", "", false, false, false, false, false, NULL},
    [ACTION_ACKNOWLEDGED] = {"acknowledge", "acknowledged", true, false, true, false, false, "a comment"},
    [ACTION_ASSIGNED] = {"assign", "assigned", true, false, false, false, false, "an assignee"},
    [ACTION_COMMENTED] = {"comment", "commented", true, false, false, false, true, "a comment"},
    [ACTION_SILENCED] = {"silence", "silenced", false, false, true, true, true, "a reason"},
    [ACTION_EXPIRED] = {"expire", "expired", false, true, false, false, false, "a comment"},
    [ACTION_ESCALATED] = {"", "escalated", false, false, false, false, false, NULL},
    [ACTION_LAPSED] = {"", "lapsed", false, false, false, false, false, NULL},
};

const char *action_name(enum action_kind kind)
{
    return kinds[kind].name;
}

const char *action_verb(enum action_kind kind)
{
    return kinds[kind].verb;
}

enum action_kind action_of_verb(const char *verb)
{
    for (int kind = ACTION_NONE + 1; kind < ACTION_KIND_COUNT; kind++)
        if (verb[0] != '\0' && str_equal(kinds[kind].verb, verb))
            return (enum action_kind)kind;
    return ACTION_NONE;
}

/* ---- where an alert stands with people ---- */

void handling_step(struct handling *handling, const struct action *action)
{
    switch (action->kind) {
    case ACTION_ACKNOWLEDGED:
        handling->acknowledged_by = action->who;
        handling->acknowledged_ms = action->at_ms;
        handling->acknowledged_until_ms = action->until_ms;
        handling->acknowledged_severity = action->severity;
        break;
    case ACTION_ASSIGNED:
        handling->assignee = action->text[0] != '\0' ? action->text : NULL;
        break;
    case ACTION_COMMENTED:
        handling->comments++;
        break;
    case ACTION_NONE:
    case ACTION_SILENCED:
    case ACTION_EXPIRED:
    case ACTION_ESCALATED:
    case ACTION_LAPSED:
    case ACTION_KIND_COUNT:
        break;
    }
}

bool handling_is_acknowledged(const struct handling *handling, enum severity severity, int64_t now_ms)
{
    return handling->acknowledged_by != NULL && now_ms < handling->acknowledged_until_ms &&
           severity <= handling->acknowledged_severity;
}

/* ---- what is asked for ---- */

static int fault(const char **ret_fault, const char *text)
{
    *ret_fault = text;
    return -EINVAL;
}

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static int check_name(const char *name, const char **ret_fault)
{
    if (is_given(name) && strlen(name) <= ACTION_NAME_MAX && str_is_line(slice_of(name)))
        return 0;
    return fault(ret_fault, "a name is 1 to 64 bytes of text without control characters");
}

static int check_text(const struct action_request *request, struct arena *arena, const char **ret_fault)
{
    const char *verb = kinds[request->kind].verb, *what = kinds[request->kind].text;
    if (kinds[request->kind].needs_text && !is_given(request->text))
        return fault(ret_fault, arena_printf(arena, "%s needs %s", verb, what));
    if (!is_given(request->text))
        return 0;
    size_t max = request->kind == ACTION_ASSIGNED ? ACTION_NAME_MAX : ACTION_TEXT_MAX;
    if (strlen(request->text) > max || !str_is_line(slice_of(request->text)))
        return fault(ret_fault,
            arena_printf(
                arena, "%s is at most %zu bytes of text on one line, without control characters", what, max));
    return 0;
}

static int check_target(const struct action_request *request, struct arena *arena, const char **ret_fault)
{
    const char *verb = kinds[request->kind].verb;
    if (kinds[request->kind].on_alert) {
        size_t digits = request->alert != NULL ? strspn(request->alert, "0123456789abcdef") : 0;
        if (digits < 4 || digits >= ALERT_ID_SIZE || request->alert[digits] != '\0')
            return fault(ret_fault,
                arena_printf(
                    arena, "%s needs an alert: 4 to 32 hexadecimal digits, the beginning of its id", verb));
    }
    if (kinds[request->kind].on_silence && request->silence <= 0)
        return fault(ret_fault, arena_printf(arena, "%s needs the number of a silence", verb));
    if (request->kind == ACTION_SILENCED && matcher_texts_are_empty(&request->matchers))
        return fault(ret_fault,
            "a silence needs at least one of rule, product, market, origin and severity: it may not hide "
            "everything");
    return 0;
}

static int check_moments(const struct action_request *request, struct arena *arena, const char **ret_fault)
{
    const char *verb = kinds[request->kind].verb;
    if (is_given(request->from) && request->kind != ACTION_SILENCED)
        return fault(ret_fault, arena_printf(arena, "%s begins at once: it takes no from", verb));
    if (is_given(request->until) && !kinds[request->kind].takes_until)
        return fault(ret_fault, arena_printf(arena, "%s has no end: it takes no until", verb));
    if (!is_given(request->until) && kinds[request->kind].needs_until)
        return fault(ret_fault, arena_printf(arena, "%s needs an end: %s", verb, moment_expected));
    return 0;
}

static int read_moment(const char *text, const char *key, int64_t now_ms, enum moment_edge edge,
    struct arena *arena, int64_t *ret_ms, const char **ret_fault)
{
    int r = moment_parse(slice_of(text), now_ms, edge, ret_ms);
    if (r == 0)
        return 0;
    return fault(ret_fault, arena_printf(arena, "%s '%.60s': expected %s", key, text, moment_expected));
}

static int read_moments(const struct action_request *request, int64_t now_ms, struct arena *arena,
    int64_t *from_ms, int64_t *until_ms, const char **ret_fault)
{
    if (is_given(request->from) &&
        read_moment(request->from, "from", now_ms, MOMENT_BEGIN, arena, from_ms, ret_fault) < 0)
        return -EINVAL;
    if (is_given(request->until) &&
        read_moment(request->until, "until", now_ms, MOMENT_END, arena, until_ms, ret_fault) < 0)
        return -EINVAL;
    if (*from_ms < now_ms)
        *from_ms = now_ms; /* the past is told already */
    if (*until_ms <= *from_ms)
        return fault(ret_fault, "until: it would end before it begins");
    if (*until_ms - now_ms > ACTION_UNTIL_MAX_MS)
        return fault(ret_fault, "until: more than a year from now; what is to last is a matter of the rules");
    return 0;
}

int action_check(struct action_request *request, int64_t now_ms, struct arena *arena, int64_t *ret_from_ms,
    int64_t *ret_until_ms, const char **ret_fault)
{
    int64_t from_ms = now_ms, until_ms = now_ms + ACTION_ACKNOWLEDGED_MS;
    if (!is_given(request->who))
        request->who = request->login;
    if (check_name(request->who, ret_fault) < 0 || check_target(request, arena, ret_fault) < 0 ||
        check_text(request, arena, ret_fault) < 0 || check_moments(request, arena, ret_fault) < 0)
        return -EINVAL;
    bool takes_until = kinds[request->kind].takes_until;
    if (takes_until && read_moments(request, now_ms, arena, &from_ms, &until_ms, ret_fault) < 0)
        return -EINVAL;
    *ret_from_ms = takes_until ? from_ms : 0;
    *ret_until_ms = takes_until ? until_ms : 0;
    return 0;
}
