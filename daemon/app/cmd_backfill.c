#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "app/command.h"
#include "app/engine.h"
#include "app/fetcher.h"
#include "app/progress.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "core/period.h"
#include "feeds/notices_form.h"
#include "io/store_backfill.h"

/*~ The engine of `tdwatch run` and its poller, driven by hand: months of a feed are asked for from the newest
 * to the oldest, and each request's are one transaction. So whatever ends it, what is there reaches up to
 * today without a gap, and what stands open is what stands open today. Nothing is told before the end. */

enum { TRIES_MAX = 3, WAIT_MS = 2000 /* before the second try, four times as long before the third */ };

struct backfill {
    const char *config_path, *name;
    int32_t from, to;
    struct engine *engine;
    struct engine_answer *started, *newest; /* answers of the engine */
    const struct descriptor *feed;
    struct fetcher *fetcher;
    struct progress progress;
    bool *brought;           /* per month from `from` on */
    size_t refused, missing; /* months */
};

static void on_answer(void *userdata, struct engine_answer *answer)
{
    struct backfill *backfill = userdata;
    if (answer->kind == ANSWER_STARTED) {
        backfill->started = answer;
        return;
    }
    engine_answer_free(backfill->newest);
    backfill->newest = answer;
}

static void on_turn(void *userdata)
{
    struct backfill *backfill = userdata;
    progress_draw(&backfill->progress);
}

/* ---- start ---- */

static int start_engine(struct backfill *backfill)
{
    struct engine_message *message = engine_message_new(MESSAGE_START, clock_wall_ms());
    message->secrets = CONFIG_WITH_KEYS;
    backfill->engine = engine_new(backfill->config_path, on_answer, backfill);
    engine_handle(backfill->engine, message);
    if (backfill->started->setup != NULL)
        return 0;
    fprintf(stderr, "%s\n", backfill->started->text);
    if (backfill->started->error == -EBUSY)
        fputs("the daemon is running, and there is one writer: stop it first. A backfill that is interrupted "
              "goes on where it was.\n",
            stderr);
    return -1;
}

static int find_feed(struct backfill *backfill)
{
    const struct setup *setup = backfill->started->setup;
    backfill->feed = setup_feed(setup, backfill->name);
    if (backfill->feed == NULL) {
        command_refuse_feed(setup, backfill->name);
        return -1;
    }
    if (backfill->feed->notices != NOTICES_NONE) {
        fprintf(stderr, "%s brings notices; the daemon asks for them as far back as its descriptor says\n",
            backfill->name);
        return -1;
    }
    if (backfill->feed->url == NULL || !backfill->feed->ask.by_period) {
        fprintf(stderr, "%s: %s\n", backfill->name,
            backfill->feed->url == NULL ? "it has no url: bring its files with tdwatch import"
                                        : "its descriptor has no periods: one request is all that the source "
                                          "has, and the daemon makes it");
        return -1;
    }
    return 0;
}

/* ---- which months ---- */

static void mark_brought(void *userdata, int32_t period)
{
    struct backfill *backfill = userdata;
    if (period >= backfill->from && period <= backfill->to)
        backfill->brought[period - backfill->from] = true;
}

/* Beside the engine's own connection. */
static int load_brought(struct backfill *backfill)
{
    struct arena arena = ARENA_NULL;
    struct store *store = NULL;
    char *text = NULL;
    const char *directory = backfill->started->setup->config->state_directory;
    const char *version = backfill->feed->version.hex;
    int r = store_open(arena_printf(&arena, "%s/tdwatch.db", directory), STORE_FOLLOW, &store, &text);
    if (r == 0)
        r = store_each_backfilled(store, backfill->name, version, mark_brought, backfill);
    if (r < 0)
        fprintf(stderr, "%s\n", text != NULL ? text : strerror(-r));
    (void)store_close(store); /* read only: nothing to lose */
    alloc_free(text);
    arena_deinit(&arena);
    return r;
}

/* How many months are still to be asked for. */
static size_t count_wanted(const struct backfill *backfill)
{
    size_t n = 0;
    for (int32_t period = backfill->from; period <= backfill->to; period++)
        n += !backfill->brought[period - backfill->from];
    return n;
}

/* The next months that one request asks for, from the newest to the oldest. */
static bool next_months(const struct backfill *backfill, int32_t below, struct gather_span *ret_span)
{
    int32_t last = below - 1, first;
    while (last >= backfill->from && backfill->brought[last - backfill->from])
        last--;
    for (first = last; first > backfill->from && !backfill->brought[first - 1 - backfill->from] &&
                       last - first + 1 < backfill->feed->ask.per_request;)
        first--;
    *ret_span = (struct gather_span){.last = last, .first = first};
    return last >= backfill->from;
}

/* ---- one request's months ---- */

static bool may_pass(const struct engine_message *message)
{
    return message->meaning == ASK_FAILED || (message->meaning == ASK_QUOTA && message->retry_after_s > 0);
}

/* NULL: stopped. */
static struct engine_message *ask(struct backfill *backfill, const struct gather_span *span)
{
    struct engine_message *message = NULL;
    int64_t wait_ms = WAIT_MS;
    for (int i = 0; i < TRIES_MAX; i++, wait_ms *= 4) {
        if (i > 0)
            fetcher_wait(backfill->fetcher, wait_ms, on_turn, backfill);
        engine_message_free(message);
        message = fetcher_ask(backfill->fetcher, backfill->name, span, on_turn, backfill);
        if (message == NULL || fetcher_is_stopped(backfill->fetcher) || !may_pass(message))
            break;
    }
    return message;
}

static void say(const struct backfill *backfill, const struct gather_span *span, const char *text)
{
    char first[PERIOD_TEXT_SIZE], last[PERIOD_TEXT_SIZE];
    bool one = span->first == span->last;
    progress_clear(&backfill->progress);
    printf("%s%s%s: %s\n", period_format(span->first, first), one ? "" : " to ",
        one ? "" : period_format(span->last, last), text);
    (void)fflush(stdout);
}

/* What the engine made of it. 0, or below 0 where no other month can do better. */
static int take_answer(struct backfill *backfill, const struct gather_span *span, enum ask_meaning meaning)
{
    const struct engine_answer *answer = backfill->newest;
    size_t months = (size_t)(span->last - span->first + 1);
    backfill->progress.done += months;
    backfill->progress.rows += answer->rows;
    backfill->missing += meaning == ASK_NOT_YET ? months : 0;
    backfill->refused += answer->error == -EBADMSG ? months : 0;
    if (backfill->progress.width == 0 || answer->error != 0)
        say(backfill, span, answer->text);
    return answer->error == -EBADMSG ? 0 : answer->error;
}

static int bring(struct backfill *backfill, const struct gather_span *span)
{
    struct engine_message *message = ask(backfill, span);
    if (message == NULL)
        return -EINTR;
    enum ask_meaning meaning = message->meaning;
    message->kind = MESSAGE_BACKFILL;
    message->first = span->first;
    message->last = span->last;
    bool ends = meaning != ASK_DATA && meaning != ASK_NOT_YET;
    if (ends)
        say(backfill, span, message->text);
    engine_handle(backfill->engine, message);
    return ends ? -EIO : take_answer(backfill, span, meaning);
}

/* ---- the whole ---- */

static int bring_all(struct backfill *backfill)
{
    struct gather_span span;
    int r = 0;
    for (int32_t below = backfill->to + 1; r == 0 && next_months(backfill, below, &span);
         below = span.first) {
        progress_draw(&backfill->progress);
        r = bring(backfill, &span);
    }
    progress_clear(&backfill->progress);
    return r;
}

/* What stands open today is told, and what was interrupted goes on another time. */
static int finish(struct backfill *backfill, int r)
{
    struct progress *progress = &backfill->progress;
    engine_handle(backfill->engine, engine_message_new(MESSAGE_SETTLE, clock_wall_ms()));
    if (backfill->newest->error != 0)
        fprintf(stderr, "%s\n", backfill->newest->text);
    printf("%zu of %zu months asked for: %zu rows, %zu months with nothing published, %zu in quarantine\n",
        progress->done, progress->all, progress->rows, backfill->missing, backfill->refused);
    if (backfill->refused > 0)
        printf("tdwatch feed quarantine list %s says why\n", backfill->name);
    if (r < 0)
        puts("the same command goes on where it was");
    return r == 0 && backfill->refused == 0 && backfill->newest->error == 0 ? EXIT_OK : EXIT_FAULT;
}

static int run(struct backfill *backfill)
{
    const struct engine_answer *started = backfill->started;
    int32_t oldest = backfill->feed->ask.from, newest = period_of_ms(clock_wall_ms()) - 1;
    backfill->from = backfill->from > oldest ? backfill->from : oldest;
    backfill->to = backfill->to != PERIOD_NONE && backfill->to < newest ? backfill->to : newest;
    if (backfill->from > backfill->to)
        return fputs("there is no month from --from to --to that the source can have\n", stderr), EXIT_USAGE;
    backfill->brought = alloc_zeroed((size_t)(backfill->to - backfill->from + 1), sizeof *backfill->brought);
    if (load_brought(backfill) < 0)
        return EXIT_FAULT;
    size_t all = (size_t)(backfill->to - backfill->from + 1), wanted = count_wanted(backfill);
    if (wanted < all)
        printf("%zu of %zu months are there from an earlier backfill\n", all - wanted, all);
    backfill->fetcher = fetcher_new(started->setup, started->hosts, started->host_count);
    if (backfill->fetcher == NULL)
        return fprintf(stderr, "%s\n", strerror(EMFILE)), EXIT_FAULT;
    progress_start(&backfill->progress, wanted);
    return finish(backfill, bring_all(backfill));
}

static void backfill_deinit(struct backfill *backfill)
{
    fetcher_free(backfill->fetcher);
    engine_free(backfill->engine);
    if (backfill->started != NULL)
        setup_free(backfill->started->setup);
    engine_answer_free(backfill->started);
    engine_answer_free(backfill->newest);
    alloc_free(backfill->brought);
}

static int usage(void)
{
    fputs("usage: tdwatch backfill FEED --from YYYY-MM [--to YYYY-MM]\n", stderr);
    return EXIT_USAGE;
}

int cmd_backfill(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {
        {"from", required_argument, NULL, 'f'}, {"to", required_argument, NULL, 't'}, {0}};
    struct backfill backfill = {.config_path = command_config_path(config_path)};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        int32_t *month = option == 'f' ? &backfill.from : &backfill.to;
        if (option == '?' || period_parse(slice_of(optarg), month) < 0)
            return usage();
    }
    if (argc - optind != 1 || backfill.from == PERIOD_NONE)
        return usage();
    backfill.name = argv[optind];
    int code = EXIT_FAULT;
    if (start_engine(&backfill) == 0 && find_feed(&backfill) == 0)
        code = run(&backfill);
    backfill_deinit(&backfill);
    return code;
}
