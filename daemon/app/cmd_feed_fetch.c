#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "app/cmd_feed.h"
#include "app/command.h"
#include "app/exchange.h"
#include "app/fetcher.h"
#include "app/ingest.h"
#include "app/ingest_notices.h"
#include "base/clock.h"
#include "core/date.h"
#include "core/figure.h"
#include "core/period.h"
#include "feeds/notices_form.h"
#include "io/table.h"

/*~ What a feed brings now, through the daemon's poller, decoder and gate, against a store that is opened for
 * reading: nothing is written anywhere. */

enum { ROWS_SHOWN = 10 };

struct dry_run {
    const struct setup *setup;
    const struct descriptor *feed;
    int32_t period; /* PERIOD_NONE: as the daemon would ask */
    struct panel *panel;
    struct rates rates;
    int32_t newest; /* in history */
    struct host_row host;
    size_t host_count;
    struct arena arena;
};

/* ---- what is known ---- */

static int read_store(struct dry_run *run, struct store *store)
{
    struct feed_row row = {.newest = PERIOD_NONE};
    int r = store_load_panel(store, run->panel);
    if (r == 0)
        r = exchange_load(store, run->setup, &run->rates);
    if (r == 0)
        r = store_get_feed(store, run->feed->feed, &run->arena, &row);
    if (r == 0 || r == -ENOENT)
        r = store_get_host(store, url_host(run->feed->url, &run->arena), &run->host);
    run->host_count = r == 0;
    run->newest = row.newest;
    if (r < 0)
        fprintf(stderr, "%s\n", store_error(store));
    return r;
}

/* Without a store yet, everything is new. */
static int load_store(struct dry_run *run)
{
    const char *path = arena_printf(&run->arena, "%s/tdwatch.db", run->setup->config->state_directory);
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return exchange_load(NULL, run->setup, &run->rates);
    struct store *store = command_open_store(run->setup);
    int r = store != NULL ? read_store(run, store) : -EIO;
    (void)store_close(store); /* read only: nothing to lose */
    return r;
}

/* ---- what it has brought ---- */

static const char *figure_text(const struct dataset_entry *entry, enum column column, struct arena *arena)
{
    int64_t figure = entry->figures[column], part = figure % FIGURE_SCALE;
    if ((entry->known >> column & 1) == 0)
        return "";
    if (part == 0)
        return arena_printf(arena, "%" PRId64, figure / FIGURE_SCALE);
    return arena_printf(arena, "%" PRId64 ".%03" PRId64, figure / FIGURE_SCALE, part < 0 ? -part : part);
}

static void add_row(
    struct table *table, const struct dataset *dataset, const struct dataset_entry *entry, int32_t period)
{
    const struct dataset_series *series = &dataset->series[entry->series];
    struct arena arena = ARENA_NULL;
    char month[PERIOD_TEXT_SIZE];
    const char *texts[] = {
        period_format(period, month),
        dataset->texts[series->reporter],
        series->flow == FLOW_EXPORT ? "export" : "import",
        dataset->texts[series->partner],
        dataset->texts[series->product],
        figure_text(entry, COLUMN_VALUE, &arena),
        figure_text(entry, COLUMN_QUANTITY, &arena),
        dataset->texts[series->unit],
        figure_text(entry, COLUMN_WEIGHT, &arena),
        entry->flags & OBSERVATION_SUPPRESSED    ? "suppressed"
        : entry->flags & OBSERVATION_ESTIMATED   ? "estimated"
        : entry->flags & OBSERVATION_PRELIMINARY ? "preliminary"
                                                 : "",
    };
    table_add(table, texts);
    arena_deinit(&arena);
}

/* Of each month how many rows there are, and the first rows of the payload. */
static void print_rows(const struct datasets *payload, struct table *table)
{
    int32_t first, last;
    char month[PERIOD_TEXT_SIZE];
    datasets_span(payload, &first, &last);
    for (int32_t period = first; period != PERIOD_NONE && period <= last; period++) {
        size_t rows = 0;
        struct dataset_entry entry;
        for (size_t i = 0; i < payload->len; i++) {
            struct dataset_cursor cursor = dataset_month(&payload->items[i], period);
            for (; dataset_next(&cursor, &entry); rows++)
                if (table_rows(table) < ROWS_SHOWN)
                    add_row(table, &payload->items[i], &entry, period);
        }
        if (rows > 0)
            printf("  %s: %zu rows\n", period_format(period, month), rows);
    }
    if (table_rows(table) > 0)
        table_print(table, stdout);
}

/* Its faults are told by the gate. */
static void show_rows(const struct decode_set *set)
{
    static const struct table_column columns[] = {
        {"MONTH", TABLE_TEXT},
        {"REP", TABLE_TEXT},
        {"FLOW", TABLE_TEXT},
        {"PART", TABLE_TEXT},
        {"PRODUCT", TABLE_TEXT},
        {"USD", TABLE_NUMBER},
        {"QUANTITY", TABLE_NUMBER},
        {"UNIT", TABLE_TEXT},
        {"KG", TABLE_NUMBER},
        {"FLAGS", TABLE_TEXT},
    };
    struct datasets payload;
    struct diag_list faults = DIAG_LIST_NULL;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    if (decode_set(set, &payload, &faults) == 0 && table != NULL)
        print_rows(&payload, table);
    datasets_deinit(&payload);
    diag_list_deinit(&faults);
    table_free(table);
}

/* Of documents only that they can be read; which cases they come to, tdwatch cases shows. */
static int try_notices(struct dry_run *run, const struct engine_message *message, struct diag_list *faults)
{
    struct notices notices;
    int r = ingest_read_notices(run->setup, run->feed, message, run->feed->feed, &notices, faults);
    if (r == 0)
        printf("would be accepted: %zu notices\n", notices.len);
    notices_deinit(&notices);
    return r;
}

static int try_figures(struct dry_run *run, const struct engine_message *message, struct diag_list *faults)
{
    struct ingest_report report;
    struct decode_set set = {ingest_input(run->setup, &run->rates, run->feed, message->body, run->feed->feed),
        message->ends, message->end_count};
    if (!exchange_has_rates(run->feed))
        show_rows(&set);
    int r = ingest_try(&set, run->panel, message->now_ms, &report, faults);
    if (r == 0)
        printf("would be %s\n", report.text);
    return r;
}

static int try_payload(struct dry_run *run, const struct engine_message *message)
{
    struct diag_list faults = DIAG_LIST_NULL;
    int r = run->feed->notices != NOTICES_NONE ? try_notices(run, message, &faults)
                                               : try_figures(run, message, &faults);
    command_print_diags(stdout, &faults);
    if (r < 0)
        puts("would be quarantined: nothing of it would enter history");
    diag_list_deinit(&faults);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

static int show(struct dry_run *run, const struct engine_message *message)
{
    printf("%s: %s: %s", run->feed->feed, ask_meaning_names[message->meaning], message->text);
    if (message->meaning == ASK_DATA)
        printf(", %zu bytes", message->body.len);
    puts("");
    if (message->meaning == ASK_DATA)
        return try_payload(run, message);
    return message->meaning == ASK_NOT_YET ? EXIT_OK : EXIT_FAULT;
}

/* ---- asking ---- */

static int ask(struct dry_run *run)
{
    int64_t now_ms = clock_wall_ms();
    struct gather_span span = {run->newest, period_of_ms(now_ms) - 1, date_of_ms(now_ms), NULL, PERIOD_NONE};
    if (run->period != PERIOD_NONE)
        span = (struct gather_span){.last = run->period, .first = run->period};
    struct fetcher *fetcher = fetcher_new(run->setup, &run->host, run->host_count);
    struct engine_message *message =
        fetcher != NULL ? fetcher_ask(fetcher, run->feed->feed, &span, NULL, NULL) : NULL;
    int code = message != NULL ? show(run, message) : EXIT_FAULT;
    if (message != NULL)
        puts("a dry run: nothing has changed");
    engine_message_free(message);
    fetcher_free(fetcher);
    return code;
}

static int try_feed(struct dry_run *run, const char *name)
{
    run->feed = setup_feed(run->setup, name);
    if (run->feed == NULL)
        return command_refuse_feed(run->setup, name), EXIT_USAGE;
    if (run->feed->url == NULL)
        return fprintf(stderr, "%s has no url: try its files with tdwatch import --dry-run\n", name),
               EXIT_USAGE;
    if (run->period != PERIOD_NONE && !run->feed->ask.by_period)
        return fprintf(stderr, "%s: its descriptor has no periods, so it takes no --period\n", name),
               EXIT_USAGE;
    run->panel = panel_new();
    int code = load_store(run) == 0 ? ask(run) : EXIT_FAULT;
    panel_free(run->panel);
    rates_deinit(&run->rates);
    return code;
}

/* Keys of feeds are read; those of receivers and of the mail relay are not. */
static struct setup *load_setup(const char *config_path)
{
    struct diag_list diags = DIAG_LIST_NULL;
    struct setup *setup;
    int r = setup_load(config_path, CONFIG_WITH_KEYS, &setup, &diags);
    if (setup == NULL)
        command_print_diags(stderr, &diags);
    diag_list_deinit(&diags);
    (void)r; /* faulty rules are no matter of feeds */
    return setup;
}

int feed_fetch(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {
        {"dry-run", no_argument, NULL, 'n'}, {"period", required_argument, NULL, 'p'}, {0}};
    struct dry_run run = {.period = PERIOD_NONE};
    bool dry = false, wrong = false;
    for (int option; (option = getopt_long(argc, argv, "n", options, NULL)) != -1;) {
        dry |= option == 'n';
        wrong |= option == '?' || (option == 'p' && period_parse(slice_of(optarg), &run.period) < 0);
    }
    if (wrong || argc - optind != 1)
        return fputs("usage: tdwatch feed fetch FEED --dry-run [--period YYYY-MM]\n", stderr), EXIT_USAGE;
    if (!dry)
        return fputs("the daemon fetches; with --dry-run you see what it would get, and "
                     "tdwatch backfill brings the past\n",
                   stderr),
               EXIT_USAGE;
    run.setup = load_setup(config_path);
    int code = run.setup != NULL ? try_feed(&run, argv[optind]) : EXIT_FAULT;
    setup_free((struct setup *)(uintptr_t)run.setup);
    arena_deinit(&run.arena);
    return code;
}
