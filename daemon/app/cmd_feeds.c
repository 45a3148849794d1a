#include <stdio.h>

#include "app/command.h"
#include "base/clock.h"
#include "io/table.h"

static const char *when(int64_t wall_ms, char buf[CLOCK_TEXT_SIZE])
{
    return wall_ms > 0 ? clock_format(wall_ms, buf) : "never";
}

static void add_feed(void *userdata, const struct feed_row *row)
{
    char attempted[CLOCK_TEXT_SIZE], succeeded[CLOCK_TEXT_SIZE], next[CLOCK_TEXT_SIZE], failures[16];
    snprintf(failures, sizeof failures, "%d", row->failures);
    const char *texts[] = {
        row->feed,
        row->health,
        when(row->succeeded_ms, succeeded),
        when(row->attempted_ms, attempted),
        failures,
        when(row->next_ms, next),
        row->text,
    };
    table_add(userdata, texts);
}

int cmd_feeds(const char *config_path, int argc, char **argv)
{
    static const struct table_column columns[] = {
        {"FEED", TABLE_TEXT},
        {"HEALTH", TABLE_TEXT},
        {"SUCCEEDED", TABLE_TEXT},
        {"ASKED", TABLE_TEXT},
        {"FAILURES", TABLE_NUMBER},
        {"NEXT", TABLE_TEXT},
        {"TEXT", TABLE_WRAP},
    };
    (void)argv;
    if (argc > 1)
        return EXIT_USAGE;
    struct setup *setup = command_load_setup(command_config_path(config_path));
    struct store *store = setup != NULL ? command_open_store(setup) : NULL;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    int r = store != NULL && table != NULL ? store_each_feed(store, add_feed, table) : -1;
    if (r == 0)
        table_print(table, stdout);
    table_free(table);
    (void)store_close(store); /* read only: nothing to lose */
    setup_free(setup);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}
