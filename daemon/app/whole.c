#include "app/whole.h"

#include "io/store_event.h"

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

static int take_last(struct engine *engine, struct whole *whole)
{
    struct event_row row;
    if (whole->record.seq < 2)
        return 0;
    int r = store_get_event(engine->store, whole->record.id, whole->record.seq - 1, &whole->arena, &row);
    if (r < 0)
        return r;
    whole->last =
        (struct alert_last){row.event, row.severity, row.period, row.at_ms, row.figures, row.figure_count};
    whole->record.last = &whole->last;
    return 0;
}

int whole_make(struct engine *engine, struct whole *whole)
{
    if (whole->made)
        return 0;
    const struct setup *setup = engine->setup;
    struct evidence_source source = {engine->judge, engine->panel, &setup->reference, setup->config->home,
        (int32_t)(engine->now_ms / day_ms)};
    whole->made = true;
    if (engine->judge != NULL &&
        evidence_take(&source, &whole->record.scope, whole->record.period, &whole->evidence))
        whole->record.evidence = &whole->evidence;
    return take_last(engine, whole);
}

void whole_deinit(struct whole *whole)
{
    arena_deinit(&whole->arena);
}
