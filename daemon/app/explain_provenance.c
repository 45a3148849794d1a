/* Where the figures of an explanation came from. */
#include "app/explain_store.h"
#include "base/alloc.h"
#include "base/map.h"
#include "core/explain.h"
#include "io/store_vintage.h"

/* ---- sources ---- */

static struct explained_source *find_source(struct explanation *out, const char *name)
{
    for (size_t i = 0; i < out->source_count; i++)
        if (str_equal(out->sources[i].name, name))
            return &out->sources[i];
    return NULL;
}

static void collect_sources(struct explanation *out)
{
    size_t series = 0;
    for (size_t i = 0; i < out->role_count; i++)
        series += out->roles[i].series_count;
    out->sources = arena_array(&out->arena, series, sizeof *out->sources);
    for (size_t i = 0; i < out->role_count; i++)
        for (size_t k = 0; k < out->roles[i].series_count; k++)
            if (find_source(out, out->roles[i].series[k].source) == NULL)
                out->sources[out->source_count++].name = out->roles[i].series[k].source;
}

/* Payloads come from the oldest to the newest: the last one stays. */
static void take_payload(void *userdata, int64_t payload, const struct payload_row *row)
{
    struct explained_source *source = find_source(userdata, row->feed);
    (void)payload;
    if (source != NULL)
        *source = (struct explained_source){source->name, row->digest, row->seen_ms, row->rows, row->revised};
}

/* ---- revisions ---- */

struct revisions {
    struct explanation *out;
    struct map by_series; /* numbers of series that the rule reads: most revisions concern others */
    size_t caps[ROLE_COUNT];
};

static struct figure figure_of(enum column column, int64_t figure)
{
    static const enum value_type types[COLUMN_COUNT] = {
        [COLUMN_VALUE] = VALUE_MONEY, [COLUMN_QUANTITY] = VALUE_QUANTITY, [COLUMN_WEIGHT] = VALUE_WEIGHT};
    return (struct figure){series_column_names[column], types[column], KNOWN, (double)figure / FIGURE_SCALE};
}

static void add_revision(struct revisions *revisions, size_t at, const struct store_change *change)
{
    struct explained_role *role = &revisions->out->roles[at];
    for (size_t i = 0; i < role->series_count; i++) {
        if (role->series[i].id != change->series)
            continue;
        role->revisions =
            alloc_grow(role->revisions, role->revision_count, &revisions->caps[at], sizeof *role->revisions);
        role->revisions[role->revision_count++] = (struct explained_revision){&role->series[i],
            change->period, figure_of(change->column, change->old_figure),
            figure_of(change->column, change->new_figure), change->seen_ms};
    }
}

static void take_revision(void *userdata, const struct store_change *change)
{
    struct revisions *revisions = userdata;
    uint32_t unused;
    bool revised = change->has_old && change->has_new && change->old_figure != change->new_figure;
    if (!revised || change->period < explain_reach(revisions->out) ||
        change->period > revisions->out->period ||
        !map_get(&revisions->by_series, &change->series, sizeof change->series, &unused))
        return;
    for (size_t i = 0; i < revisions->out->role_count; i++)
        add_revision(revisions, i, change);
}

/* They grow on the heap, and end in the explanation's arena. */
static void settle_revisions(struct explanation *out)
{
    for (size_t i = 0; i < out->role_count; i++) {
        struct explained_role *role = &out->roles[i];
        struct explained_revision *grown = role->revisions;
        role->revisions = arena_array(&out->arena, role->revision_count, sizeof *role->revisions);
        for (size_t k = 0; k < role->revision_count; k++)
            role->revisions[k] = grown[k];
        alloc_free(grown);
    }
}

int explain_provenance(struct store *store, struct explanation *explanation)
{
    struct revisions revisions = {.out = explanation};
    collect_sources(explanation);
    for (size_t i = 0; i < explanation->role_count; i++)
        for (size_t k = 0; k < explanation->roles[i].series_count; k++) {
            uint32_t id = explanation->roles[i].series[k].id;
            map_put(&revisions.by_series, &id, sizeof id, 0);
        }
    int r = store_each_payload(store, take_payload, explanation);
    if (r == 0)
        r = store_each_revision(store, take_revision, &revisions);
    settle_revisions(explanation);
    map_deinit(&revisions.by_series);
    return r;
}
