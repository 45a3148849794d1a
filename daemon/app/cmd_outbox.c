#include <getopt.h>
#include <stdio.h>

#include "app/command.h"
#include "base/clock.h"
#include "io/table.h"

static const char *state_name(enum delivery_state state)
{
    switch (state) {
    case DELIVERY_PENDING:
        return "pending";
    case DELIVERY_DELIVERED:
        return "delivered";
    case DELIVERY_PARKED:
        return "parked";
    }
    return "";
}

static void add_delivery(void *userdata, const struct delivery_row *row)
{
    char attempts[16], created[CLOCK_TEXT_SIZE], next[CLOCK_TEXT_SIZE], alert[13];
    snprintf(attempts, sizeof attempts, "%d", row->attempts);
    snprintf(alert, sizeof alert, "%.12s", row->alert);
    const char *texts[] = {
        state_name(row->state),
        row->receiver,
        row->channel,
        alert,
        clock_format(row->created_ms, created),
        attempts,
        row->state == DELIVERY_PENDING ? clock_format(row->next_ms, next) : "",
        row->last_text,
    };
    table_add(userdata, texts);
}

/* Which states are listed; pending and parked where nothing is asked for. */
static int read_options(int argc, char **argv, bool wanted[3])
{
    static const struct option options[] = {
        {"pending", no_argument, NULL, DELIVERY_PENDING},
        {"delivered", no_argument, NULL, DELIVERY_DELIVERED},
        {"parked", no_argument, NULL, DELIVERY_PARKED},
        {0},
    };
    bool any = false;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == '?')
            return EXIT_USAGE;
        wanted[option] = any = true;
    }
    if (!any)
        wanted[DELIVERY_PENDING] = wanted[DELIVERY_PARKED] = true;
    return EXIT_OK;
}

static int print_outbox(struct store *store, const bool wanted[3])
{
    static const struct table_column columns[] = {
        {"STATE", TABLE_TEXT},
        {"RECEIVER", TABLE_TEXT},
        {"CHANNEL", TABLE_TEXT},
        {"ALERT", TABLE_TEXT},
        {"DECIDED", TABLE_TEXT},
        {"ATTEMPTS", TABLE_NUMBER},
        {"NEXT", TABLE_TEXT},
        {"LAST", TABLE_WRAP},
    };
    struct store_counts counts;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    int r = store_count(store, &counts);
    for (int state = 0; r == 0 && table != NULL && state < 3; state++)
        if (wanted[state])
            r = store_each_delivery(store, (enum delivery_state)state, add_delivery, table);
    if (r == 0 && table != NULL && table_rows(table) > 0)
        table_print(table, stdout);
    if (r == 0)
        printf("%lld pending, %lld parked, %lld delivered; %lld events held\n", (long long)counts.pending,
            (long long)counts.parked, (long long)counts.delivered, (long long)counts.held);
    else
        fprintf(stderr, "%s\n", store_error(store));
    table_free(table);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

int cmd_outbox(const char *config_path, int argc, char **argv)
{
    bool wanted[3] = {false, false, false};
    if (read_options(argc, argv, wanted) != EXIT_OK)
        return EXIT_USAGE;
    struct setup *setup = command_load_setup(command_config_path(config_path));
    struct store *store = setup != NULL ? command_open_store(setup) : NULL;
    int code = store != NULL ? print_outbox(store, wanted) : EXIT_FAULT;
    (void)store_close(store); /* read only: nothing to lose */
    setup_free(setup);
    return code;
}
