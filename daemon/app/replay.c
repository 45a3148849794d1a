#include "app/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/rulebook.h"
#include "base/alloc.h"
#include "core/judge.h"
#include "core/ledger.h"
#include "core/period.h"
#include "core/probe.h"
#include "io/store_vintage.h"

/* ---- the vintage ---- */

static void take_payload(void *userdata, int64_t payload, const struct payload_row *row)
{
    struct replay *replay = userdata;
    bool named = replay->event.vintage[0] != '\0';
    if (row->seen_ms > replay->event.at_ms || (named && !str_equal(row->digest.hex, replay->event.vintage)))
        return;
    replay->payload = payload;
    replay->payload_ms = row->seen_ms;
    replay->payload_digest = arena_strdup(&replay->arena, row->digest.hex);
}

static bool is_empty(const struct panel *panel, uint32_t id)
{
    if (panel_series(panel, id)->first != PERIOD_NONE)
        return false;
    for (int32_t period = panel_first(panel); period <= panel_last(panel); period++)
        if (panel_flags(panel, id, period) != 0)
            return false;
    return true;
}

/* Series that came later would be bound in place of those that were read then. They are numbered in the order
 * in which they came, so those behind the last that has a figure were not there. */
static void forget_later_series(struct panel *panel)
{
    uint32_t n = (uint32_t)panel_series_count(panel);
    while (n > 0 && is_empty(panel, n - 1))
        n--;
    panel_revert(panel, &(struct panel_changes){.first_new_series = n});
}

/* ---- comparing ---- */

static struct replay_line *next_line(struct replay *replay, const char *name, bool same)
{
    replay->lines = alloc_grow(replay->lines, replay->len, &replay->cap, sizeof *replay->lines);
    struct replay_line *line = &replay->lines[replay->len++];
    *line = (struct replay_line){.name = arena_strdup(&replay->arena, name), .same = same};
    replay->differences += same ? 0 : 1;
    return line;
}

static void compare_text(struct replay *replay, const char *name, const char *then, const char *now)
{
    struct replay_line *line = next_line(replay, name, str_equal(then, now));
    line->then = arena_strdup(&replay->arena, then);
    line->now = arena_strdup(&replay->arena, now);
}

static void compare_period(struct replay *replay, const char *name, int32_t then, int32_t now)
{
    char before[PERIOD_TEXT_SIZE], after[PERIOD_TEXT_SIZE];
    compare_text(replay, name, period_format(then, before), period_format(now, after));
}

/* SQLite keeps no sign of zero, so a replayed zero loses it too. */
static bool same_figure(const struct figure *then, const struct figure *now)
{
    double value = now->value + 0.0;
    if (!str_equal(then->name, now->name) || then->type != now->type || then->unknown != now->unknown)
        return false;
    return then->unknown != KNOWN || memcmp(&then->value, &value, sizeof value) == 0;
}

/* With all its digits, since figures may differ in the last one. */
static const char *figure_text(const struct figure *figure, struct arena *arena)
{
    char text[FIGURE_TEXT_SIZE];
    figure_format(figure, LANGUAGE_EN, text);
    return figure->unknown != KNOWN ? arena_strdup(arena, text)
                                    : arena_printf(arena, "%s (%.17g)", text, figure->value);
}

static void compare_figures(struct replay *replay, const struct figure *figures, size_t n)
{
    const struct event_row *event = &replay->event;
    size_t most = n > event->figure_count ? n : event->figure_count;
    for (size_t i = 0; i < most; i++) {
        const struct figure *then = i < event->figure_count ? &event->figures[i] : NULL;
        const struct figure *now = i < n ? &figures[i] : NULL;
        bool same = then != NULL && now != NULL && same_figure(then, now);
        struct replay_line *line = next_line(replay, then != NULL ? then->name : now->name, same);
        line->then = then != NULL ? figure_text(then, &replay->arena) : "";
        line->now = now != NULL ? figure_text(now, &replay->arena) : "";
    }
}

static bool event_closes(enum alert_event event)
{
    return event == EVENT_CLEARED || event == EVENT_RETRACTED;
}

/* A case raises an alert in the month that is the newest then. When that is so no more, the alert stays the
 * one that was told, and what is judged by the ends of months begins later. */
static int32_t raised_of(
    const struct event_row *event, const struct rule *rule, const struct alert_track *track)
{
    bool later = event->event != EVENT_RAISED && track->raised > event->raised;
    return later && probe_reads_cases(&rule->program) ? event->raised : track->raised;
}

/* That an alert has ended means that it does not stand open; the state told with it is that of no alert. */
static void compare_track(struct replay *replay, const struct rule *rule, const struct alert_track *track)
{
    const struct event_row *event = &replay->event;
    if (event_closes(event->event)) {
        bool open = alert_is_open(track->state) && track->raised == event->raised;
        compare_text(replay, "alert", "ended", open ? "open" : "ended");
        return;
    }
    char id[ALERT_ID_SIZE];
    int32_t raised = raised_of(event, rule, track);
    alert_id(&event->scope, raised, id);
    compare_text(replay, "alert", event->alert, id);
    compare_period(replay, "raised", event->raised, raised);
    compare_text(replay, "state", alert_state_name(event->state), alert_state_name(track->state));
}

/* Of a scope that the rule set does not have, nothing is left to compare: the event says that it has gone. */
static void compare_gone(struct replay *replay)
{
    bool closed = replay->event.event == EVENT_CLEARED && replay->event.figure_count == 0;
    struct replay_line *line = next_line(replay, "scope", closed);
    line->then = closed ? "gone" : "there";
    line->now = "gone";
}

static void compare_event(struct replay *replay, struct judge *judge, const struct panel *panel)
{
    uint32_t rule, scope;
    struct figure figures[RULE_LETS_MAX];
    char sources[256];
    const struct event_row *event = &replay->event;
    if (!judge_find(judge, &event->scope, &rule, &scope)) {
        compare_gone(replay);
        return;
    }
    struct alert_track track = judge_track(judge, rule, scope);
    int32_t horizon = judge_horizon(judge, rule, scope);
    compare_period(replay, "period", event->period, horizon);
    compare_track(replay, judge_rule(judge, rule), &track);
    compare_text(
        replay, "severity", severity_name(event->severity), severity_name(judge_rule(judge, rule)->severity));
    compare_text(
        replay, "sources", event->sources, judge_sources(judge, panel, rule, scope, sources, sizeof sources));
    size_t n = judge_figures(judge, panel, rule, scope, horizon, figures);
    compare_figures(replay, figures, n);
}

/* ---- the whole ---- */

static int judge_again(
    struct replay *replay, struct slice files, const struct panel *panel, struct diag_list *diags)
{
    struct rulebook book;
    struct judge_result judged;
    struct digest digest = digest_of(files.data, files.len);
    compare_text(replay, "rule set", replay->event.ruleset, digest.hex);
    int r = rulebook_read(files, &book, diags);
    if (r == 0) {
        struct judge *judge = judge_new(book.ruleset, &book.reference, book.home, &book.sources);
        judge_all(judge, panel, &judged);
        judge_result_deinit(&judged);
        compare_event(replay, judge, panel);
        judge_free(judge);
    }
    rulebook_deinit(&book);
    return r;
}

static int load_and_judge(struct store *store, struct replay *replay, struct diag_list *diags)
{
    struct slice files;
    struct panel *panel = panel_new();
    int r = store_get_ruleset(store, replay->event.ruleset, &replay->arena, &files);
    if (r == 0)
        r = store_load_panel_as_of(store, panel, replay->payload);
    if (r == 0) {
        forget_later_series(panel);
        r = judge_again(replay, files, panel, diags);
    }
    panel_free(panel);
    return r;
}

static const char *why_refused(const struct event_row *event)
{
    if (str_starts(event->scope.rule, "feed-"))
        return "it is about a feed: it rests on what happened to a transfer or a payload, and not on figures";
    if (str_equal(event->scope.product, ledger_summary_product))
        return "it is a summary: replay the alerts that it names";
    return NULL;
}

int replay_event(
    struct store *store, const char *alert, int seq, struct diag_list *diags, struct replay *ret_replay)
{
    struct replay *replay = ret_replay;
    *replay = (struct replay){.payload_digest = ""};
    int r = store_get_event(store, alert, seq, &replay->arena, &replay->event);
    if (r < 0)
        return r;
    replay->refused = why_refused(&replay->event);
    if (replay->refused != NULL)
        return 0;
    r = store_each_payload(store, take_payload, replay);
    if (r == 0 && replay->payload == 0)
        replay->refused = "the store has no payload that was there then";
    return r == 0 && replay->refused == NULL ? load_and_judge(store, replay, diags) : r;
}

void replay_deinit(struct replay *replay)
{
    alloc_free(replay->lines);
    arena_deinit(&replay->arena);
    *replay = (struct replay){0};
}
