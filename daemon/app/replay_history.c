#include "app/replay_history.h"

#include <errno.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "core/date.h"
#include "io/block.h"
#include "io/store_vintage.h"

/*~ The panel is loaded as it is now. Every revision is then undone, from the newest to the oldest, and noted
 * on the way. What is left is what the first payloads wrote, block by block. */

enum { DAY_MS = 24 * 60 * 60 * 1000, DAY_S = 24 * 60 * 60 };

struct seen_payload {
    int64_t payload, seen_ms;
};

struct loading {
    struct replay_history *history;
    const struct descriptor *feeds;
    size_t feed_count;
    uint32_t *sources;             /* by series: number of its feed; SERIES_NONE: not given */
    struct seen_payload *payloads; /* by number */
    size_t payload_len, payload_cap;
    struct store_change *revisions; /* oldest first */
    size_t revision_len, revision_cap;
    struct store_origin *origins;
    size_t origin_len, origin_cap;
};

/* ---- what the store has ---- */

static void take_payload(void *userdata, int64_t payload, const struct payload_row *row)
{
    struct loading *loading = userdata;
    loading->payloads =
        alloc_grow(loading->payloads, loading->payload_len, &loading->payload_cap, sizeof *loading->payloads);
    loading->payloads[loading->payload_len++] = (struct seen_payload){payload, row->seen_ms};
}

static void take_revision(void *userdata, const struct store_change *change)
{
    struct loading *loading = userdata;
    loading->revisions = alloc_grow(
        loading->revisions, loading->revision_len, &loading->revision_cap, sizeof *loading->revisions);
    loading->revisions[loading->revision_len++] = *change;
}

static void take_origin(void *userdata, const struct store_origin *origin)
{
    struct loading *loading = userdata;
    loading->origins =
        alloc_grow(loading->origins, loading->origin_len, &loading->origin_cap, sizeof *loading->origins);
    loading->origins[loading->origin_len++] = *origin;
}

/* One transaction: a daemon may write meanwhile. */
static int read_store(struct store *store, struct loading *loading)
{
    int r = store_begin(store);
    if (r < 0)
        return r;
    r = store_load_panel(store, loading->history->panel);
    if (r == 0)
        r = store_each_payload(store, take_payload, loading);
    if (r == 0)
        r = store_each_revision(store, take_revision, loading);
    if (r == 0)
        r = store_each_block_origin(store, take_origin, loading);
    store_rollback(store); /* nothing was written */
    return r;
}

static int compare_payloads(const void *left, const void *right)
{
    const struct seen_payload *a = left, *b = right;
    return (a->payload > b->payload) - (a->payload < b->payload);
}

/* The store's keys see to it that a block's payload is there. */
static int64_t seen_ms(const struct loading *loading, int64_t payload)
{
    struct seen_payload key = {.payload = payload};
    const struct seen_payload *found =
        bsearch(&key, loading->payloads, loading->payload_len, sizeof *loading->payloads, compare_payloads);
    return found != NULL ? found->seen_ms : 0;
}

static void find_sources(struct loading *loading)
{
    const struct panel *panel = loading->history->panel;
    size_t len = panel_series_count(panel);
    loading->sources = alloc_zeroed(len, sizeof *loading->sources);
    for (uint32_t id = 0; id < len; id++) {
        loading->sources[id] = SERIES_NONE;
        for (uint32_t i = 0; i < loading->feed_count; i++)
            if (str_equal(loading->feeds[i].feed, panel_series(panel, id)->key.source))
                loading->sources[id] = i;
    }
}

/* ---- changes ---- */

/* A series' figures come in no order. */
static void widen(struct replay_known *known, int32_t day)
{
    if (known->first == DATE_NONE || day < known->first)
        known->first = day;
    if (day > known->last)
        known->last = day;
}

static void add_change(struct loading *loading, struct timeline_change change, bool first)
{
    struct replay_history *history = loading->history;
    change.source = loading->sources[change.series];
    if (change.source == SERIES_NONE)
        return;
    int64_t lag_s = loading->feeds[change.source].publication_lag_s;
    int lag_days = (int)((lag_s + DAY_S - 1) / DAY_S);
    timeline_add(&history->timeline, change, first, lag_days);
    const struct timeline_change *added = &history->timeline.items[history->timeline.len - 1];
    if (added->payload == 0 && lag_days > history->lag_days)
        history->lag_days = lag_days;
    if (first && change.has_figure)
        widen(&history->known[change.series], added->day);
}

static struct timeline_change change_of(const struct store_change *revision, unsigned flags)
{
    return (struct timeline_change){
        .day = (int32_t)(revision->seen_ms / DAY_MS),
        .payload = revision->payload,
        .series = revision->series,
        .period = revision->period,
        .column = revision->column,
        .has_figure = revision->has_new,
        .figure = revision->new_figure,
        .flags = flags,
    };
}

static void undo(struct panel *panel, const struct store_change *revision)
{
    if (revision->has_old)
        panel_set(panel, revision->series, revision->column, revision->period, revision->old_figure);
    else
        panel_clear(panel, revision->series, revision->column, revision->period);
}

static bool same_month(const struct store_change *a, const struct store_change *b)
{
    return a->payload == b->payload && a->series == b->series && a->period == b->period;
}

/* The columns that a payload revised in one month of a series share its flags. Returns where they begin. */
static size_t undo_month(struct loading *loading, size_t end)
{
    struct panel *panel = loading->history->panel;
    const struct store_change *last = &loading->revisions[end - 1];
    unsigned flags = panel_flags(panel, last->series, last->period);
    size_t begin = end;
    while (begin > 0 && same_month(&loading->revisions[begin - 1], last)) {
        const struct store_change *revision = &loading->revisions[--begin];
        add_change(loading, change_of(revision, flags), !revision->has_old);
        undo(panel, revision);
    }
    panel_set_flags(panel, last->series, last->period, last->old_flags);
    return begin;
}

static void add_firsts(struct loading *loading, struct timeline_change change)
{
    const struct panel *panel = loading->history->panel;
    bool any = false;
    change.flags = panel_flags(panel, change.series, change.period);
    for (int column = 0; column < COLUMN_COUNT; column++) {
        change.column = (enum column)column;
        change.has_figure = panel_get(panel, change.series, change.column, change.period, &change.figure);
        any = any || change.has_figure;
        if (change.has_figure)
            add_change(loading, change, true);
    }
    change.column = COLUMN_VALUE;
    if (!any && change.flags != 0)
        add_change(loading, change, true);
}

static void add_block(struct loading *loading, const struct store_origin *origin)
{
    size_t series = panel_series_count(loading->history->panel);
    struct timeline_change change = {
        .day = (int32_t)(seen_ms(loading, origin->payload) / DAY_MS),
        .payload = origin->payload,
        .period = origin->period,
    };
    for (uint32_t i = 0; i < BLOCK_SERIES && origin->first + i < series; i++) {
        change.series = origin->first + i;
        add_firsts(loading, change);
    }
}

int replay_history_load(struct store *store, const struct descriptor *feeds, size_t feed_count,
    struct replay_history *ret_history)
{
    *ret_history = (struct replay_history){.panel = panel_new()};
    struct loading loading = {.history = ret_history, .feeds = feeds, .feed_count = feed_count};
    int r = read_store(store, &loading);
    if (r == 0) {
        find_sources(&loading);
        size_t series = panel_series_count(ret_history->panel);
        ret_history->known = alloc_zeroed(series, sizeof *ret_history->known);
        for (size_t i = 0; i < series; i++)
            ret_history->known[i] = (struct replay_known){DATE_NONE, DATE_NONE};
        for (size_t end = loading.revision_len; end > 0;)
            end = undo_month(&loading, end);
        for (size_t i = 0; i < loading.origin_len; i++)
            add_block(&loading, &loading.origins[i]);
        timeline_sort(&ret_history->timeline);
    }
    alloc_free(loading.sources);
    alloc_free(loading.payloads);
    alloc_free(loading.revisions);
    alloc_free(loading.origins);
    return r;
}

void replay_history_deinit(struct replay_history *history)
{
    panel_free(history->panel);
    timeline_deinit(&history->timeline);
    alloc_free(history->known);
    *history = (struct replay_history){0};
}
