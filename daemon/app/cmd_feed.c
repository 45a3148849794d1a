#include <stdio.h>
#include <unistd.h>

#include "app/command.h"
#include "base/clock.h"
#include "core/date.h"
#include "core/period.h"
#include "feeds/gather.h"
#include "io/table.h"

static const char *when(int64_t wall_ms, char buf[CLOCK_TEXT_SIZE])
{
    return wall_ms > 0 ? clock_format(wall_ms, buf) : "never";
}

static void add_feed(void *userdata, const struct feed_row *row)
{
    char period[PERIOD_TEXT_SIZE], attempted[CLOCK_TEXT_SIZE], succeeded[CLOCK_TEXT_SIZE],
        next[CLOCK_TEXT_SIZE], failures[16];
    snprintf(failures, sizeof failures, "%d", row->failures);
    const char *texts[] = {
        row->feed,
        row->health,
        period_format(row->newest, period),
        when(row->succeeded_ms, succeeded),
        when(row->attempted_ms, attempted),
        failures,
        when(row->next_ms, next),
        row->text,
    };
    table_add(userdata, texts);
}

static int show_status(const char *config_path)
{
    static const struct table_column columns[] = {
        {"FEED", TABLE_TEXT},
        {"HEALTH", TABLE_TEXT},
        {"NEWEST", TABLE_TEXT},
        {"SUCCEEDED", TABLE_TEXT},
        {"ASKED", TABLE_TEXT},
        {"FAILURES", TABLE_NUMBER},
        {"NEXT", TABLE_TEXT},
        {"TEXT", TABLE_WRAP},
    };
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

/* ---- what a feed would ask ---- */

/* The newest month in history; none where there is no store yet. */
static int32_t newest_month(const struct setup *setup, const char *feed, struct arena *arena)
{
    struct feed_row row = {.newest = PERIOD_NONE};
    const char *path = arena_printf(arena, "%s/tdwatch.db", setup->config->state_directory);
    struct store *store = access(path, F_OK) == 0 ? command_open_store(setup) : NULL;
    if (store != NULL)
        (void)store_get_feed(store, feed, arena, &row); /* never seen: none */
    (void)store_close(store);
    return row.newest;
}

static void print_requests(const struct descriptor *feed, int32_t newest)
{
    int64_t now_ms = clock_wall_ms();
    struct gather_span span = {newest, period_of_ms(now_ms) - 1, date_of_ms(now_ms)};
    struct gather *gather = gather_new(feed->url, &feed->ask, &span, feed->max_bytes);
    struct arena arena = ARENA_NULL;
    const char *url;
    for (size_t i = 0; (url = gather_planned(gather, i, &arena)) != NULL; i++)
        puts(url_with_key(url, &feed->ask, "KEY", &arena));
    if (gather_url(gather) == NULL)
        puts(gather_text(gather));
    arena_deinit(&arena);
    gather_free(gather);
}

static void print_asking(const struct descriptor *feed)
{
    const struct ask *ask = &feed->ask;
    if (ask->credential != NULL)
        printf("key: credential %s, in the %s %s\n", ask->credential,
            ask->key_header != NULL ? "header" : "parameter",
            ask->key_header != NULL ? ask->key_header : ask->key_parameter);
    if (ask->per_day > 0)
        printf(
            "limits: %lld requests a day, one in %lld s\n", (long long)ask->per_day, (long long)ask->pause_s);
    if (ask->by_period)
        printf("when a new month comes, the newest %lld of history are asked for again\n",
            (long long)ask->revise);
}

static int show_feed(const char *config_path, const char *name)
{
    struct arena arena = ARENA_NULL;
    struct setup *setup = command_load_setup(command_config_path(config_path));
    const struct descriptor *feed = setup != NULL ? setup_feed(setup, name) : NULL;
    if (feed != NULL) {
        printf("%s\nlicence: %s\n", feed->title, feed->licence);
        print_asking(feed);
        if (feed->url != NULL)
            print_requests(feed, newest_month(setup, name, &arena));
        else
            puts("it has no url: its files are imported");
    } else if (setup != NULL) {
        fprintf(stderr, "there is no feed '%s' in the configuration\n", name);
    }
    setup_free(setup);
    arena_deinit(&arena);
    return feed != NULL ? EXIT_OK : EXIT_FAULT;
}

int cmd_feed(const char *config_path, int argc, char **argv)
{
    if (argc == 2 && str_equal(argv[1], "status"))
        return show_status(config_path);
    if (argc == 3 && str_equal(argv[1], "show"))
        return show_feed(config_path, argv[2]);
    return fputs("usage: tdwatch feed status | feed show NAME\n", stderr), EXIT_USAGE;
}
