#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "app/action_options.h"
#include "app/alert_list.h"
#include "app/command.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "core/period.h"
#include "io/table.h"

/*~ What happened to one alert: events, what people did, and deliveries, in the order of time. */

struct history {
    struct history_entry *items;
    size_t len, cap;
    struct arena arena;
};

/* ---- loading ---- */

static void add(struct history *history, struct history_entry entry)
{
    history->items = alloc_grow(history->items, history->len, &history->cap, sizeof *history->items);
    history->items[history->len++] = entry;
}

static void add_action(void *userdata, const struct action *action)
{
    struct history *history = userdata;
    struct action *kept = arena_alloc(&history->arena, sizeof *kept);
    *kept = *action;
    kept->who = arena_strdup(&history->arena, action->who);
    kept->login = arena_strdup(&history->arena, action->login);
    kept->text = arena_strdup(&history->arena, action->text);
    kept->alert = "";
    add(history, (struct history_entry){.at_ms = kept->at_ms, .action = kept});
}

static void add_delivery(void *userdata, const struct delivery_row *row)
{
    struct history *history = userdata;
    struct delivery_row *kept = arena_alloc(&history->arena, sizeof *kept);
    *kept = (struct delivery_row){
        .seq = row->seq,
        .receiver = arena_strdup(&history->arena, row->receiver),
        .channel = arena_strdup(&history->arena, row->channel),
        .last_text = arena_strdup(&history->arena, row->last_text),
        .state = row->state,
        .attempts = row->attempts,
        .created_ms = row->created_ms,
        .done_ms = row->done_ms,
    };
    add(history, (struct history_entry){.at_ms = kept->created_ms, .delivery = kept});
}

static int add_events(struct history *history, struct store *store, const struct alert_row *row)
{
    int r = 0;
    for (int seq = 1; seq <= row->seq && r == 0; seq++) {
        struct event_row *event = arena_alloc(&history->arena, sizeof *event);
        r = store_get_event(store, row->id, seq, &history->arena, event);
        if (r == 0)
            add(history, (struct history_entry){.at_ms = event->at_ms, .event = event});
    }
    return r;
}

static int rank(const struct history_entry *entry)
{
    return entry->event != NULL ? 0 : entry->action != NULL ? 1 : 2;
}

/* What happened in the same moment: the event, then its deliveries. */
static int compare(const void *left, const void *right)
{
    const struct history_entry *a = left, *b = right;
    if (a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms ? -1 : 1;
    if (rank(a) != rank(b))
        return rank(a) - rank(b);
    if (a->event != NULL)
        return a->event->seq - b->event->seq;
    if (a->action != NULL)
        return (a->action->id > b->action->id) - (a->action->id < b->action->id);
    int by_seq = a->delivery->seq - b->delivery->seq;
    return by_seq != 0 ? by_seq : strcmp(a->delivery->receiver, b->delivery->receiver);
}

static int load(struct history *history, struct store *store, const struct alert_row *row)
{
    int r = add_events(history, store, row);
    if (r == 0)
        r = store_each_action(store, row->id, add_action, history);
    if (r == 0)
        r = store_each_alert_delivery(store, row->id, add_delivery, history);
    if (r == 0 && history->len > 0)
        qsort(history->items, history->len, sizeof *history->items, compare);
    return r;
}

/* ---- printing ---- */

static const char *event_text(const struct event_row *event, struct arena *arena)
{
    char period[PERIOD_TEXT_SIZE];
    const char *text = arena_printf(arena, "%s %s, %s", severity_name(event->severity),
        period_format(event->period, period), event->reason);
    for (size_t i = 0; i < event->figure_count; i++) {
        char figure[FIGURE_TEXT_SIZE];
        text = arena_printf(arena, "%s, %s %s", text, event->figures[i].name,
            figure_format(&event->figures[i], LANGUAGE_EN, figure));
    }
    return text;
}

static const char *action_text(const struct action *action, struct arena *arena)
{
    char until[CLOCK_TEXT_SIZE];
    const char *text =
        action->until_ms == 0 ? "" : arena_printf(arena, "until %s", clock_format(action->until_ms, until));
    if (action->kind == ACTION_ASSIGNED)
        return arena_printf(arena, "to %s", action->text[0] != '\0' ? action->text : "nobody");
    return arena_printf(
        arena, "%s%s%s", text, text[0] != '\0' && action->text[0] != '\0' ? ": " : "", action->text);
}

static const char *delivery_text(const struct delivery_row *delivery, struct arena *arena)
{
    static const char *const states[] = {
        [DELIVERY_PENDING] = "pending", [DELIVERY_DELIVERED] = "delivered", [DELIVERY_PARKED] = "parked"};
    return arena_printf(arena, "event %d by %s, %s%s%s", delivery->seq, delivery->channel,
        states[delivery->state],
        delivery->state != DELIVERY_DELIVERED && delivery->last_text[0] != '\0' ? ": " : "",
        delivery->state != DELIVERY_DELIVERED ? delivery->last_text : "");
}

static const char *who_text(const struct action *action, struct arena *arena)
{
    if (str_equal(action->who, action->login) || action->login[0] == '\0')
        return action->who;
    return arena_printf(arena, "%s (%s)", action->who, action->login);
}

static void add_row(struct table *table, const struct history_entry *entry)
{
    struct arena arena = ARENA_NULL;
    char at[CLOCK_TEXT_SIZE];
    const char *texts[4] = {clock_format(entry->at_ms, at)};
    if (entry->event != NULL) {
        texts[1] = alert_event_name(entry->event->event);
        texts[2] = "";
        texts[3] = event_text(entry->event, &arena);
    } else if (entry->action != NULL) {
        texts[1] = action_name(entry->action->kind);
        texts[2] = who_text(entry->action, &arena);
        texts[3] = action_text(entry->action, &arena);
    } else {
        texts[1] = "told";
        texts[2] = entry->delivery->receiver;
        texts[3] = delivery_text(entry->delivery, &arena);
    }
    table_add(table, texts);
    arena_deinit(&arena);
}

static int print(const struct alert_list *list, const struct history *history)
{
    static const struct table_column columns[] = {
        {"AT", TABLE_TEXT}, {"WHAT", TABLE_TEXT}, {"WHO", TABLE_TEXT}, {"HOW", TABLE_WRAP}};
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    alert_list_print(list, stdout);
    puts("");
    for (size_t i = 0; table != NULL && i < history->len; i++)
        add_row(table, &history->items[i]);
    if (table != NULL)
        table_print(table, stdout);
    table_free(table);
    return EXIT_OK;
}

/* ---- the command ---- */

static bool is_alert(const void *userdata, const struct alert_view *view)
{
    return str_equal(view->row.id, userdata);
}

static int complain(const struct store *store, const char *alert, int r)
{
    if (r == -ENOENT)
        fprintf(stderr, "there is no alert %s\n", alert);
    else if (r == -ENOTUNIQ)
        fprintf(stderr, "several alerts begin with %s\n", alert);
    else
        fprintf(stderr, "%s\n", store_error(store));
    return EXIT_FAULT;
}

static int show(const struct setup *setup, struct store *store, const char *alert, bool json)
{
    struct alert_list list = ALERT_LIST_NULL;
    struct history history = {0};
    struct alert_row row;
    int code = EXIT_FAULT, r = store_find_alert(store, alert, &history.arena, &row);
    if (r == 0)
        r = alert_list_load(store, &setup->reference.baskets, false, clock_wall_ms(), &list);
    if (r == 0)
        r = load(&history, store, &row);
    if (r == 0) {
        alert_list_keep(&list, is_alert, row.id);
        code = !json ? print(&list, &history)
               : history_json_write(&list.items[0], history.items, history.len, stdout) == 0 ? EXIT_OK
                                                                                             : EXIT_FAULT;
    } else {
        complain(store, alert, r);
    }
    alert_list_deinit(&list);
    alloc_free(history.items);
    arena_deinit(&history.arena);
    return code;
}

int cmd_history(const char *config_path, int argc, char **argv)
{
    static const char *const taken[] = {"json", NULL};
    struct action_options options;
    if (action_options_read(argc, argv, taken, &options) != EXIT_OK || argc - optind != 1)
        return fputs("usage: tdwatch history ALERT [--json]\n", stderr), EXIT_USAGE;
    struct setup *setup = command_load_setup(command_config_path(config_path));
    struct store *store = setup != NULL ? command_open_store(setup) : NULL;
    int code = store != NULL ? show(setup, store, argv[optind], options.json) : EXIT_FAULT;
    (void)store_close(store); /* read only: nothing to lose */
    setup_free(setup);
    return code;
}
