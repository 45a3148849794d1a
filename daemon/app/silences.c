#include "app/silences.h"

#include "base/alloc.h"
#include "io/store_action.h"

void silences_deinit(struct silences *silences)
{
    alloc_free(silences->items);
    arena_deinit(&silences->arena);
    *silences = SILENCES_NULL;
}

static void keep(void *userdata, const struct silence *silence)
{
    struct silences *silences = userdata;
    silences->items = alloc_grow(silences->items, silences->len, &silences->cap, sizeof *silences->items);
    struct silence_entry *entry = &silences->items[silences->len++];
    *entry = (struct silence_entry){.silence = *silence};
    const char **texts[] = {&entry->silence.author, &entry->silence.reason, &entry->silence.texts.rule,
        &entry->silence.texts.product, &entry->silence.texts.market, &entry->silence.texts.origin,
        &entry->silence.texts.severity};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_strdup(&silences->arena, *texts[i]);
}

int silences_load(struct store *store, const struct baskets *baskets, struct silences *silences)
{
    silences_deinit(silences);
    int r = store_each_silence(store, keep, silences);
    if (r < 0) {
        silences_deinit(silences);
        return r;
    }
    for (size_t i = 0; i < silences->len; i++) {
        struct silence_entry *entry = &silences->items[i];
        const char *fault;
        entry->readable =
            matchers_read(&entry->silence.texts, baskets, &silences->arena, &entry->matchers, &fault) == 0;
    }
    return 0;
}

static bool holds(const struct silence_entry *entry, const struct baskets *baskets,
    const struct alert_scope *scope, enum severity severity)
{
    return entry->readable && matchers_hold(&entry->matchers, baskets, scope, severity);
}

const struct silence *silences_find(const struct silences *silences, const struct baskets *baskets,
    const struct alert_scope *scope, enum severity severity, int64_t now_ms)
{
    const struct silence *found = NULL;
    for (size_t i = 0; i < silences->len; i++) {
        const struct silence *silence = &silences->items[i].silence;
        if (silence_phase(silence, now_ms) == SILENCE_ACTIVE &&
            (found == NULL || silence->until_ms > found->until_ms) &&
            holds(&silences->items[i], baskets, scope, severity))
            found = silence;
    }
    return found;
}

/* One walk over the alerts. */
struct count {
    struct silences *silences;
    const struct baskets *baskets;
    int64_t now_ms;
};

static void count_alert(void *userdata, const struct alert_row *row)
{
    const struct count *count = userdata;
    for (size_t i = 0; i < count->silences->len; i++) {
        struct silence_entry *entry = &count->silences->items[i];
        entry->met += silence_meets(&entry->silence, row->opened_ms, row->closed_ms, count->now_ms) &&
                      holds(entry, count->baskets, &row->scope, row->told.severity);
    }
}

int silences_count(
    struct silences *silences, struct store *store, const struct baskets *baskets, int64_t now_ms)
{
    struct count count = {silences, baskets, now_ms};
    for (size_t i = 0; i < silences->len; i++)
        silences->items[i].met = 0;
    return store_each_alert(store, false, count_alert, &count);
}
