#include <stdio.h>
#include <unistd.h>

#include "app/cmd_feed.h"
#include "app/command.h"
#include "base/clock.h"
#include "core/date.h"
#include "core/period.h"
#include "feeds/gather.h"

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
    struct gather_span span = {newest, period_of_ms(now_ms) - 1, date_of_ms(now_ms), NULL, PERIOD_NONE};
    struct gather *gather = gather_new(feed->url, &feed->ask, &span, feed->max_bytes);
    struct arena arena = ARENA_NULL;
    const char *url;
    if (feed->ask.detector.url != NULL) {
        url = url_detector(&feed->ask, feed->ask.from, span.last, &arena);
        printf("first, whether there is anything new: %s\n", url_with_key(url, &feed->ask, "KEY", &arena));
    }
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
    if (ask->probe != NULL)
        printf("before each request that can be split: the same with %s\n", ask->probe);
    if (ask->by_period)
        printf("when a new month comes, the newest %lld of history are asked for again\n",
            (long long)ask->revise);
}

static int show_feed(const char *config_path, int argc, char **argv)
{
    struct arena arena = ARENA_NULL;
    const char *name = argc == 2 ? argv[1] : NULL;
    if (name == NULL)
        return fputs("usage: tdwatch feed show FEED\n", stderr), EXIT_USAGE;
    struct setup *setup = command_load_setup(config_path);
    const struct descriptor *feed = setup != NULL ? setup_feed(setup, name) : NULL;
    if (feed != NULL) {
        printf("%s\nlicence: %s\n", feed->title, feed->licence);
        print_asking(feed);
        if (feed->url != NULL)
            print_requests(feed, newest_month(setup, name, &arena));
        else
            puts("it has no url: its files are imported");
    } else if (setup != NULL) {
        command_refuse_feed(setup, name);
    }
    setup_free(setup);
    arena_deinit(&arena);
    return feed != NULL ? EXIT_OK : EXIT_FAULT;
}

int cmd_feed(const char *config_path, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const char *config_path, int argc, char **argv);
    } commands[] = {
        {"check", feed_check},
        {"compare", feed_compare},
        {"fetch", feed_fetch},
        {"quarantine", feed_quarantine},
        {"show", show_feed},
        {"status", feed_status},
    };
    for (size_t i = 0; argc > 1 && i < sizeof commands / sizeof *commands; i++)
        if (str_equal(argv[1], commands[i].name))
            return commands[i].run(command_config_path(config_path), argc - 1, argv + 1);
    fputs("usage: tdwatch feed check [--json] [FILE...]\n"
          "       tdwatch feed compare A B [--over PERCENT]\n"
          "       tdwatch feed fetch FEED --dry-run [--period YYYY-MM]\n"
          "       tdwatch feed quarantine list [FEED] | show NUMBER |\n"
          "               release NUMBER --because TEXT | drop NUMBER --because TEXT\n"
          "       tdwatch feed show FEED\n"
          "       tdwatch feed status [--json]\n",
        stderr);
    return EXIT_USAGE;
}
