#include <errno.h>
#include <getopt.h>
#include <inttypes.h>

#include "app/cmd_feed.h"
#include "app/command.h"
#include "app/schedule.h"
#include "base/clock.h"
#include "core/date.h"
#include "core/period.h"
#include "feeds/notices_form.h"
#include "feeds/url.h"
#include "io/feed_json.h"
#include "io/store_quarantine.h"
#include "io/table.h"

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

/* ---- collecting: the configuration's feeds in their order ---- */

struct collection {
    const struct setup *setup;
    struct store *store;
    struct feed_status feeds[FEEDS_MAX];
    int64_t now_ms;
    struct arena arena;
};

static void take_payloads(void *userdata, const struct feed_payloads *row)
{
    struct collection *all = userdata;
    for (size_t i = 0; i < all->setup->feed_count; i++) {
        struct feed_status *feed = &all->feeds[i];
        if (!str_equal(feed->feed, row->feed))
            continue;
        feed->any = row->any;
        feed->rows = row->rows;
        feed->revised = row->revised;
        feed->held = row->held;
    }
}

/* Of a feed that was never asked nothing is known. */
static int take_row(struct collection *all, struct feed_status *status)
{
    struct feed_row row;
    int r = store_get_feed(all->store, status->feed, &all->arena, &row);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    status->health = row.health;
    status->text = row.text;
    status->newest = row.newest;
    status->succeeded_ms = row.succeeded_ms;
    status->attempted_ms = row.attempted_ms;
    status->next_ms = status->host != NULL ? row.next_ms : 0;
    status->failures = row.failures;
    return 0;
}

static int take_host(struct collection *all, struct feed_status *status)
{
    struct host_row row;
    int r = store_get_host(all->store, status->host, &row);
    if (r == 0)
        status->used = row.day == all->now_ms / day_ms ? row.used : 0;
    return r;
}

static int collect_feed(struct collection *all, const struct descriptor *feed, struct feed_status *status)
{
    struct publishing publishing = schedule_publishing(feed);
    *status = (struct feed_status){
        .feed = feed->feed,
        .health = "",
        .text = "",
        .host = feed->url != NULL ? url_host(feed->url, &all->arena) : NULL,
        .per_day = feed->ask.per_day,
    };
    int r = take_row(all, status);
    if (r == 0 && status->host != NULL)
        r = take_host(all, status);
    if (r < 0 || status->newest == PERIOD_NONE || feed->notices != NOTICES_NONE)
        return r;
    status->lag = calendar_lag(&publishing, status->newest, all->now_ms);
    status->due_ms = calendar_due_ms(&publishing, status->newest + 1);
    return 0;
}

static int collect(struct collection *all)
{
    int r = 0;
    for (size_t i = 0; i < all->setup->feed_count && r == 0; i++)
        r = collect_feed(all, &all->setup->feeds[i], &all->feeds[i]);
    return r == 0 ? store_each_feed_payloads(all->store, take_payloads, all) : r;
}

/* ---- printing ---- */

/* How long until or since, in one unit: "45m", "6h", "12d". */
static const char *span_text(int64_t ms, struct arena *arena)
{
    int64_t minutes = (ms < 0 ? -ms : ms) / 60000;
    if (minutes < 120)
        return arena_printf(arena, "%" PRId64 "m", minutes);
    if (minutes < 48 * 60)
        return arena_printf(arena, "%" PRId64 "h", minutes / 60);
    return arena_printf(arena, "%" PRId64 "d", minutes / (24 * 60));
}

/* Months are due by days: the moment is the end of one. */
static const char *due_text(int64_t due_ms, char buf[DATE_TEXT_SIZE])
{
    return date_format(due_ms > 0 ? (int32_t)((due_ms - 1) / day_ms) : DATE_NONE, buf);
}

static void add_row(struct table *table, struct collection *all, const struct feed_status *feed)
{
    char newest[PERIOD_TEXT_SIZE], due[DATE_TEXT_SIZE];
    struct arena *arena = &all->arena;
    const char *texts[] = {
        feed->feed,
        feed->health,
        period_format(feed->newest, newest),
        feed->newest != PERIOD_NONE ? arena_printf(arena, "%d", feed->lag) : "",
        due_text(feed->due_ms, due),
        feed->succeeded_ms > 0 ? span_text(all->now_ms - feed->succeeded_ms, arena) : "never",
        feed->host == NULL             ? ""
        : feed->next_ms <= all->now_ms ? "now"
                                       : span_text(feed->next_ms - all->now_ms, arena),
        feed->any ? arena_printf(arena, "%zu", feed->rows) : "",
        feed->any ? arena_printf(arena, "%zu", feed->revised) : "",
        feed->per_day > 0 ? arena_printf(arena, "%" PRId64 "/%" PRId64, feed->used, feed->per_day) : "",
    };
    table_add(table, texts);
}

static void print_notes(const struct feed_status *feed)
{
    if (feed->text[0] != '\0')
        printf("%s: %s\n", feed->feed, feed->text);
    if (feed->failures > 0)
        printf("%s: %d failures in a row\n", feed->feed, feed->failures);
    if (feed->held > 0)
        printf(
            "%s: %zu in quarantine: tdwatch feed quarantine list %s\n", feed->feed, feed->held, feed->feed);
}

static void print_table(struct collection *all)
{
    static const struct table_column columns[] = {
        {"FEED", TABLE_WRAP},
        {"HEALTH", TABLE_TEXT},
        {"NEWEST", TABLE_TEXT},
        {"LAG", TABLE_NUMBER},
        {"DUE", TABLE_TEXT},
        {"OK", TABLE_NUMBER},
        {"NEXT", TABLE_NUMBER},
        {"ROWS", TABLE_NUMBER},
        {"REV", TABLE_NUMBER},
        {"TODAY", TABLE_NUMBER},
    };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; table != NULL && i < all->setup->feed_count; i++)
        add_row(table, all, &all->feeds[i]);
    if (table != NULL && table_rows(table) > 0)
        table_print(table, stdout);
    table_free(table);
    for (size_t i = 0; i < all->setup->feed_count; i++)
        print_notes(&all->feeds[i]);
}

int feed_status(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
    bool json = false;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1; json = true)
        if (option == '?')
            return EXIT_USAGE;
    struct collection all = {.setup = command_load_setup(config_path), .now_ms = clock_wall_ms()};
    all.store = all.setup != NULL ? command_open_store(all.setup) : NULL;
    int r = all.store != NULL ? collect(&all) : -1;
    if (r == 0 && json)
        r = feed_json_write(all.feeds, all.setup->feed_count, stdout);
    else if (r == 0)
        print_table(&all);
    else if (all.store != NULL)
        fprintf(stderr, "%s\n", store_error(all.store));
    (void)store_close(all.store); /* read only: nothing to lose */
    setup_free((struct setup *)(uintptr_t)all.setup);
    arena_deinit(&all.arena);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}
