/* Ten years of monthly payloads through the daemon's engine: memory grows by what the history needs and by
 * nothing else.
 *
 *     arrivals DIRECTORY
 *
 * Each payload brings a month and says the two before it once more, a part of them revised. What malloc has
 * given out and not got back is read after every one; it is exact, so the bounds are narrow. Then months that
 * are known are delivered again and again, as they are and with figures that go up and down: nothing may
 * grow. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "app/engine.h"
#include "base/alloc.h"
#include "base/str.h"
#include "core/period.h"

enum {
    SERIES = 2500,
    MONTHS = 120,
    AGAIN = 20, /* deliveries of what is known */
    BODY_MAX = 8 * 1024 * 1024,

    /* A figure, with its share of presence, flags and the verdicts of a rule. */
    FIGURE_BYTES_MAX = 6,
    SLACK = 128 * 1024,                 /* lists that grow by doubling */
    SQLITE_BYTES_MAX = 4 * 1024 * 1024, /* its cache is 2 MB */

};

static const char config[] = "home: VN\nstate_directory: state\nlisten: \"off\"\nfeeds: [feed.feed.yaml]\n"
                             "tables: []\nrules: [rules.yaml]\n";
static const char feed[] = "feed: feed\ntitle: generated\nlicence: generated\nformat: csv\nmax_bytes: 16MiB\n"
                           "url: https://feed.example/a.csv\n"
                           "fields:\n"
                           "  reporter: { value: US }\n"
                           "  flow:     { value: import }\n"
                           "  partner:  { value: VN }\n"
                           "  product:  { column: product }\n"
                           "  period:   { column: period }\n"
                           "  value:    { column: value }\n"
                           "  quantity: { column: quantity, unit: kg }\n"
                           "end:\n  rows_at_least: 1000\n";
static const char rules[] =
    "rules:\n"
    "  - id: growth\n"
    "    title: { en: a, vi: a }\n"
    "    advice: { en: a, vi: a }\n"
    "    severity: watch\n"
    "    mode: shadow\n"
    "    scope: { product: hs8, market: [US] }\n"
    "    let: { g: \"growth(imports, 12m)\", p: \"growth(imports.unit_value, 3m)\" }\n"
    "    when: g >= 60% and p < 0%\n";

static const int64_t month_ms = INT64_C(2629800) * 1000; /* of a year of 365.25 days */

struct arrivals {
    struct engine *engine;
    struct setup *setup;
    int64_t now_ms;
    struct buf body;
    int swing;   /* other figures where there are revisions */
    bool taken;  /* the newest payload */
    bool failed; /* any expectation */
};

/* SQLite's part is a cache that fills up, and has a bound of its own. */
static int64_t in_use(void)
{
    struct mallinfo2 info = mallinfo2();
    return (int64_t)(info.uordblks + info.hblkhd) - sqlite3_memory_used();
}

static void on_answer(void *userdata, struct engine_answer *answer)
{
    struct arrivals *arrivals = userdata;
    if (answer->kind == ANSWER_STARTED)
        arrivals->setup = answer->setup;
    if (answer->kind == ANSWER_FEED && answer->feed_count > 0)
        arrivals->taken =
            str_equal(answer->feeds[0].health, "ok") && answer->feeds[0].succeeded_ms == arrivals->now_ms;
    engine_answer_free(answer);
}

/* ---- payloads ---- */

/* Of six digits before the point; the same for the same arguments. */
static int64_t figure_of(int series, int month, int version)
{
    uint64_t x = ((uint64_t)series * 1000 + (uint64_t)month) * 1000 + (uint64_t)version;
    x = (x + 1) * UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    return 100000 + (int64_t)((x ^ x >> 27) % 100000);
}

/* How often a figure has been revised. A tenth is with every payload of it. */
static int version_of(const struct arrivals *arrivals, int series, int month, int newest)
{
    return series % 10 == 0 ? newest - month + 100 * arrivals->swing : 0;
}

/* `months` months up to the newest, as the source says them at `edition`. Another order makes other bytes. */
static void write_body(struct arrivals *arrivals, int newest, int months, int edition)
{
    struct buf *body = &arrivals->body;
    char period[PERIOD_TEXT_SIZE];
    buf_clear(body);
    buf_puts(body, "product,period,value,quantity\n");
    for (int month = newest - months + 1; month <= newest; month++)
        for (int i = 0; month >= 0 && i < SERIES; i++) {
            int series = (i + edition) % SERIES, version = version_of(arrivals, series, month, newest);
            if (buf_printf(body, "%d,%s,%lld,%lld\n", 44000000 + series,
                    period_format(period_make(2014, 1) + month, period),
                    (long long)figure_of(series, month, version),
                    (long long)figure_of(series + SERIES, month, version)) < 0)
                abort();
        }
}

/* Bytes in use after the payload has been taken in. */
static int64_t deliver(struct arrivals *arrivals)
{
    struct engine_message *message = engine_message_new(MESSAGE_FETCHED, arrivals->now_ms);
    arrivals->taken = false;
    message->feed = "feed";
    message->meaning = ASK_DATA;
    message->status = 200;
    message->text = "";
    message->body = (struct slice){
        arena_strndup(&message->arena, arrivals->body.data, arrivals->body.len), arrivals->body.len};
    engine_handle(arrivals->engine, message);
    if (!arrivals->taken) {
        printf("a payload was not taken in\n");
        arrivals->failed = true;
    }
    return in_use();
}

/* ---- what must hold ---- */

static void expect_at_most(struct arrivals *arrivals, const char *what, int64_t bytes, int64_t max)
{
    printf("%s %-52s %9lld bytes, at most %lld\n", bytes <= max ? "ok" : "not ok", what, (long long)bytes,
        (long long)max);
    arrivals->failed |= bytes > max;
}

/* The first year settles caches and tables; what comes then is history. */
static void arrive(struct arrivals *arrivals)
{
    int64_t at[MONTHS];
    for (int month = 0; month < MONTHS; month++) {
        write_body(arrivals, month, 3, 0);
        at[month] = deliver(arrivals);
        arrivals->now_ms += month_ms;
    }
    int64_t year = 12 * (int64_t)SERIES * 2 * FIGURE_BYTES_MAX, last = at[MONTHS - 1];
    expect_at_most(arrivals, "nine years of arrivals", last - at[11], 9 * year + SLACK);
    for (int month = 23; month < MONTHS; month += 12)
        expect_at_most(arrivals, "a year of arrivals", at[month] - at[month - 12], year + SLACK);
    printf("%.2f bytes for each of %d figures that came after the first year\n",
        (double)(last - at[11]) / (2.0 * SERIES * (MONTHS - 12)), 2 * SERIES * (MONTHS - 12));
}

static void arrive_again(struct arrivals *arrivals)
{
    write_body(arrivals, MONTHS - 1, 12, 1);
    int64_t settled = deliver(arrivals);
    for (int i = 0; i < AGAIN; i++) {
        write_body(arrivals, MONTHS - 1, 12, 2 + i);
        (void)deliver(arrivals);
    }
    expect_at_most(arrivals, "the last year again and again", in_use() - settled, SLACK / 4);
    for (int i = 0; i < AGAIN; i++) {
        arrivals->swing = i % 2; /* up and down */
        write_body(arrivals, MONTHS - 1, 12, 100 + i);
        (void)deliver(arrivals);
        settled = i == 1 ? in_use() : settled;
    }
    expect_at_most(arrivals, "the last year again, revised each time", in_use() - settled, SLACK / 4);
}

/* ---- the world ---- */

static bool put_file(const char *directory, const char *name, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    bool whole = file != NULL && fputs(text, file) >= 0;
    return file != NULL && fclose(file) == 0 && whole;
}

static bool put_files(const char *directory)
{
    char state[300];
    snprintf(state, sizeof state, "%s/state", directory);
    return mkdir(state, 0700) == 0 && put_file(directory, "tdwatch.yaml", config) &&
           put_file(directory, "feed.feed.yaml", feed) && put_file(directory, "rules.yaml", rules);
}

static bool start(struct arrivals *arrivals, const char *directory)
{
    char path[300];
    snprintf(path, sizeof path, "%s/tdwatch.yaml", directory);
    arrivals->engine = engine_new(path, on_answer, arrivals);
    struct engine_message *message = engine_message_new(MESSAGE_START, arrivals->now_ms);
    message->secrets = CONFIG_WITHOUT_SECRETS;
    engine_handle(arrivals->engine, message);
    return arrivals->setup != NULL;
}

int main(int argc, char **argv)
{
    struct arrivals arrivals = {.now_ms = INT64_C(1392400000000)}; /* 2014-02-14 */
    mallopt(M_ARENA_MAX, 1);                                       /* mallinfo2 sees only the first */
    buf_init(&arrivals.body, BODY_MAX);
    if (argc != 2 || !put_files(argv[1]) || !start(&arrivals, argv[1])) {
        fputs("usage: arrivals DIRECTORY (an empty one)\n", stderr);
        return 2;
    }
    arrive(&arrivals);
    arrive_again(&arrivals);
    expect_at_most(&arrivals, "SQLite", sqlite3_memory_used(), SQLITE_BYTES_MAX);
    buf_deinit(&arrivals.body);
    engine_free(arrivals.engine);
    setup_free(arrivals.setup);
    return arrivals.failed ? 1 : 0;
}
