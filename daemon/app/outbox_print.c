#include "app/outbox_print.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/str.h"
#include "io/table.h"

static const char *const state_names[DELIVERY_STATE_COUNT] = {[DELIVERY_PENDING] = "pending",
    [DELIVERY_DELIVERED] = "delivered",
    [DELIVERY_PARKED] = "parked",
    [DELIVERY_DROPPED] = "dropped"};

/* ---- the list ---- */

struct listing {
    struct table *table;
    const char *receiver; /* NULL: all */
};

static void add_delivery(void *userdata, const struct delivery_row *row)
{
    const struct listing *listing = userdata;
    char id[24], attempts[16], created[CLOCK_TEXT_SIZE], next[CLOCK_TEXT_SIZE], alert[13];
    if (listing->receiver != NULL && !str_equal(listing->receiver, row->receiver))
        return;
    snprintf(id, sizeof id, "%" PRId64, row->id);
    snprintf(attempts, sizeof attempts, "%d", row->attempts);
    snprintf(alert, sizeof alert, "%.12s", row->alert);
    const char *texts[] = {
        id,
        state_names[row->state],
        row->receiver,
        row->channel,
        alert,
        clock_format(row->created_ms, created),
        attempts,
        row->state == DELIVERY_PENDING ? clock_format(row->next_ms, next) : "",
        row->last_text,
    };
    table_add(listing->table, texts);
}

static int print_deliveries(
    struct store *store, const bool wanted[DELIVERY_STATE_COUNT], const char *receiver, FILE *out)
{
    static const struct table_column columns[] = {
        {"ID", TABLE_NUMBER},
        {"STATE", TABLE_TEXT},
        {"RECEIVER", TABLE_TEXT},
        {"CHANNEL", TABLE_TEXT},
        {"ALERT", TABLE_TEXT},
        {"DECIDED", TABLE_TEXT},
        {"ATTEMPTS", TABLE_NUMBER},
        {"NEXT", TABLE_TEXT},
        {"LAST", TABLE_WRAP},
    };
    struct listing listing = {table_new(columns, sizeof columns / sizeof *columns), receiver};
    int r = 0;
    for (int state = 0; r == 0 && listing.table != NULL && state < DELIVERY_STATE_COUNT; state++)
        if (wanted[state])
            r = store_each_delivery(store, (enum delivery_state)state, add_delivery, &listing);
    if (r == 0 && listing.table != NULL && table_rows(listing.table) > 0)
        table_print(listing.table, out);
    table_free(listing.table);
    return r;
}

static void print_receiver(void *userdata, const struct receiver_row *row)
{
    char since[CLOCK_TEXT_SIZE];
    if (row->disabled_ms > 0)
        fprintf(userdata, "receiver %s is disabled since %s: %s; tdwatch outbox enable %s\n", row->receiver,
            clock_format(row->disabled_ms, since), row->reason, row->receiver);
    else if (row->rest_ms > clock_wall_ms() && row->pending > 0)
        fprintf(userdata, "receiver %s is left alone until %s\n", row->receiver,
            clock_format(row->rest_ms, since));
}

int outbox_print_list(
    struct store *store, const bool wanted[DELIVERY_STATE_COUNT], const char *receiver, FILE *out)
{
    struct store_counts counts;
    int r = store_count(store, &counts);
    if (r == 0)
        r = print_deliveries(store, wanted, receiver, out);
    if (r == 0)
        r = store_each_receiver(store, print_receiver, out);
    if (r == 0)
        fprintf(out, "%" PRId64 " pending, %" PRId64 " parked, %" PRId64 " delivered", counts.pending,
            counts.parked, counts.delivered);
    if (r == 0 && counts.dropped > 0)
        fprintf(out, ", %" PRId64 " dropped", counts.dropped);
    if (r == 0 && counts.held > 0)
        fprintf(out, "; %" PRId64 " events held", counts.held);
    if (r == 0)
        fputs("\n", out);
    return r;
}

/* ---- one delivery ---- */

static void print_attempt(void *userdata, const struct attempt_row *row)
{
    char at[CLOCK_TEXT_SIZE], next[CLOCK_TEXT_SIZE];
    fprintf(userdata, "  %s  %-9s  %s", clock_format(row->at_ms, at), state_names[row->state], row->text);
    if (row->state == DELIVERY_PENDING)
        fprintf(userdata, "; next %s", clock_format(row->next_ms, next));
    fputs("\n", userdata);
}

static void print_change(void *userdata, const struct outbox_change_row *row)
{
    char at[CLOCK_TEXT_SIZE];
    fprintf(userdata, "  %s  %-9s  by %s%s%s\n", clock_format(row->at_ms, at), row->change, row->who,
        row->reason[0] != '\0' ? ": " : "", row->reason);
}

int outbox_print_delivery(struct store *store, int64_t delivery, FILE *out)
{
    struct arena arena = ARENA_NULL;
    struct delivery_row row;
    char created[CLOCK_TEXT_SIZE];
    int r = store_get_delivery(store, delivery, &arena, &row);
    if (r == 0) {
        fprintf(out, "delivery %" PRId64 " of event %d of alert %s\n", row.id, row.seq, row.alert);
        fprintf(out, "to %s by %s, %s, decided %s\n", row.receiver, row.channel, state_names[row.state],
            clock_format(row.created_ms, created));
        fprintf(out, "id %s\n", row.message_id);
        if (row.subject[0] != '\0')
            fprintf(out, "subject %s\n", row.subject);
        fputs("attempts:\n", out);
        r = store_each_attempt(store, delivery, print_attempt, out);
    }
    if (r == 0) {
        fputs("changes:\n", out);
        r = store_each_outbox_change(store, delivery, print_change, out);
    }
    arena_deinit(&arena);
    return r;
}
