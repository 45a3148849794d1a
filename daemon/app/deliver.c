#include "app/deliver.h"

#include "app/target.h"
#include "io/store_event.h"

static int add_delivery(struct engine *engine, const struct receiver *receiver,
    const struct alert_record *record, int64_t at_ms, int64_t *ret_id)
{
    struct arena arena = ARENA_NULL;
    const struct channel *channel = target_channel(receiver);
    struct channel_target target = target_of(engine->setup->config, receiver);
    struct delivery_row row = {
        .alert = record->id,
        .seq = record->seq,
        .receiver = receiver->name,
        .channel = channel->name,
        .state = DELIVERY_PENDING,
        .created_ms = at_ms,
        .next_ms = at_ms,
        .subject = "",
        .text = "",
        .html = "",
        .body = "",
        .thread = "",
        .last_text = "",
    };
    int r = channel->render(record, &target, &arena, &row);
    if (r == 0)
        r = store_put_delivery(engine->store, &row, ret_id);
    arena_deinit(&arena);
    return r;
}

int deliver_event(
    struct engine *engine, const struct receiver *receiver, const struct alert_record *record, int64_t at_ms)
{
    int64_t id;
    return add_delivery(engine, receiver, record, at_ms, &id);
}

/* ---- what was held ---- */

/* One held event as a message of its own. */
static int release_one(
    struct engine *engine, const struct receiver *receiver, const struct held_row *row, int64_t at_ms)
{
    struct arena arena = ARENA_NULL;
    struct alert_record record;
    int64_t id = 0;
    int r = store_get_record(engine->store, row->alert, row->seq, &arena, &record);
    if (r == 0)
        r = add_delivery(engine, receiver, &record, at_ms, &id);
    if (r == 0)
        r = store_release_held(engine->store, row, id);
    arena_deinit(&arena);
    return r;
}

static int release_each(
    struct engine *engine, const struct receiver *receiver, const struct held_rows *rows, int64_t at_ms)
{
    int r = 0;
    for (size_t i = 0; i < rows->len && r == 0; i++)
        r = release_one(engine, receiver, &rows->items[i], at_ms);
    return r;
}

int deliver_held_before(
    struct engine *engine, const struct receiver *receiver, const struct alert_record *record, int64_t at_ms)
{
    struct arena arena = ARENA_NULL;
    struct held_rows rows = {0};
    struct held_row own = {receiver->name, record->id, record->seq, HOLDING_NONE};
    int r = record->seq > 1 ? store_held_before(engine->store, &own, &arena, &rows) : 0;
    if (r == 0)
        r = release_each(engine, receiver, &rows, at_ms);
    arena_deinit(&arena);
    return r;
}

static int release_due(
    struct engine *engine, const struct receiver *receiver, int64_t now_ms, struct arena *arena)
{
    struct held_rows rows;
    int r = store_due_held(engine->store, receiver->name, now_ms, SIZE_MAX / 2, arena, &rows);
    return r == 0 ? release_each(engine, receiver, &rows, now_ms) : r;
}

/* Who is no longer in the configuration: what was held becomes a delivery all the same, which the outbox
 * parks and shows. */
static struct receiver gone(const char *name)
{
    return (struct receiver){
        .name = name, .channel = CHANNEL_EMAIL, .address = "", .languages = (1U << LANGUAGE_COUNT) - 1};
}

int deliver_due(struct engine *engine, int64_t now_ms)
{
    struct arena arena = ARENA_NULL;
    struct texts names = {0};
    int r = store_due_receivers(engine->store, now_ms, &arena, &names);
    for (size_t i = 0; r == 0 && i < names.len; i++) {
        const struct receiver nobody = gone(names.items[i]);
        const struct receiver *receiver = target_find(engine->setup->config, names.items[i]);
        r = release_due(engine, receiver != NULL ? receiver : &nobody, now_ms, &arena);
    }
    arena_deinit(&arena);
    return r;
}
