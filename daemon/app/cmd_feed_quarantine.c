#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cmd_feed.h"
#include "app/command.h"
#include "app/engine.h"
#include "base/clock.h"
#include "io/table.h"

static int usage(void)
{
    fputs("usage: tdwatch feed quarantine list [FEED] | show NUMBER | release NUMBER --because TEXT |\n"
          "       drop NUMBER --because TEXT\n",
        stderr);
    return EXIT_USAGE;
}

/* ---- list ---- */

struct listing {
    struct table *table;
    const char *feed; /* NULL: of all */
};

static void add_row(void *userdata, const struct quarantine_row *row)
{
    struct listing *listing = userdata;
    char seen[CLOCK_TEXT_SIZE];
    struct arena arena = ARENA_NULL;
    if (listing->feed != NULL && !str_equal(listing->feed, row->feed))
        return;
    size_t first = strcspn(row->reasons, "\n"); /* one fault a line, behind its place */
    const char *texts[] = {
        arena_printf(&arena, "%" PRId64, row->payload),
        row->feed,
        arena_strndup(&arena, clock_format(row->seen_ms, seen), sizeof "2025-08-06" - 1),
        arena_printf(&arena, "%zu", row->rows),
        row->released != 0     ? "released"
        : row->decided_ms != 0 ? "dropped"
        : row->has_body        ? "held"
                               : "gone",
        arena_strndup(&arena, row->reasons, first),
    };
    table_add(listing->table, texts);
    arena_deinit(&arena);
}

static int list(struct store *store, const char *feed)
{
    static const struct table_column columns[] = {
        {"NUMBER", TABLE_NUMBER},
        {"FEED", TABLE_TEXT},
        {"SEEN", TABLE_TEXT},
        {"ROWS", TABLE_NUMBER},
        {"STATE", TABLE_TEXT},
        {"FIRST FAULT", TABLE_WRAP},
    };
    struct listing listing = {table_new(columns, sizeof columns / sizeof *columns), feed};
    int r = listing.table != NULL ? store_each_quarantined(store, add_row, &listing) : -1;
    if (r == 0 && table_rows(listing.table) > 0)
        table_print(listing.table, stdout);
    else if (r == 0)
        puts("nothing is in quarantine");
    table_free(listing.table);
    return r;
}

/* ---- show ---- */

enum { HEAD_BYTES = 600 };

/* The beginning of the bytes, as far as it is text. */
static void print_head(struct slice bytes)
{
    size_t n = bytes.len < HEAD_BYTES ? bytes.len : HEAD_BYTES;
    while (n > 0 && n < bytes.len && ((unsigned char)bytes.data[n] & 0xC0) == 0x80)
        n--; /* whole letters of UTF-8 */
    if (!str_is_utf8((struct slice){bytes.data, n}))
        return;
    puts("it begins:");
    for (size_t i = 0; i < n; i++) {
        char c = bytes.data[i];
        putchar(c == '\n' || (unsigned char)c >= ' ' ? c : '?');
    }
    puts(n < bytes.len ? "…" : "");
}

static void print_decision(const struct quarantine_row *row)
{
    char at[CLOCK_TEXT_SIZE];
    if (row->decided_ms == 0)
        return;
    printf("%s %s by %s: %s\n", row->released != 0 ? "released" : "dropped",
        clock_format(row->decided_ms, at), row->who, row->why);
    if (row->released != 0)
        printf("it went in as payload %" PRId64 "\n", row->released);
}

static int show(struct store *store, int64_t payload)
{
    char seen[CLOCK_TEXT_SIZE];
    struct arena arena = ARENA_NULL;
    struct quarantine_row row;
    struct quarantine_body body;
    int r = store_get_quarantined(store, payload, &arena, &row, &body);
    if (r == 0 || r == -ENODATA) {
        printf("payload %" PRId64 " of %s, %s, %zu bytes, %zu rows\n%s", row.payload, row.feed,
            clock_format(row.seen_ms, seen), row.bytes, row.rows, row.reasons);
        print_decision(&row);
        if (r == 0)
            print_head(body.bytes);
        else if (row.decided_ms == 0)
            puts("its bytes are not kept any more");
        r = 0;
    } else if (r == -ENOENT) {
        fputs("there is no payload of that number in quarantine\n", stderr);
    }
    arena_deinit(&arena);
    return r;
}

/* ---- release and drop: through an engine of our own ---- */

static void on_answer(void *userdata, struct engine_answer *answer)
{
    struct engine_answer **newest = userdata;
    engine_answer_free(*newest);
    *newest = answer;
}

/* Who runs this, behind sudo too. */
static const char *operator_name(void)
{
    const char *name = getenv("SUDO_USER");
    const struct passwd *entry = name == NULL ? getpwuid(getuid()) : NULL;
    return name != NULL ? name : entry != NULL ? entry->pw_name : "unknown";
}

static struct engine_message *decision(int64_t payload, bool releases, const char *why)
{
    struct engine_message *message = engine_message_new(MESSAGE_DECIDE, clock_wall_ms());
    message->releases = releases;
    message->decision.payload = payload;
    message->decision.who = arena_strdup(&message->arena, operator_name());
    message->decision.why = arena_strdup(&message->arena, why);
    return message;
}

static int decide(const char *config_path, int64_t payload, bool releases, const char *why)
{
    struct engine_answer *answer = NULL;
    struct engine *engine = engine_new(config_path, on_answer, &answer);
    struct engine_message *start = engine_message_new(MESSAGE_START, clock_wall_ms());
    start->secrets = CONFIG_WITHOUT_SECRETS;
    engine_handle(engine, start);
    struct setup *setup = answer->setup;
    if (setup != NULL) {
        engine_handle(engine, decision(payload, releases, why));
        command_print_diags(stdout, &answer->faults);
    }
    int error = answer->error;
    fprintf(error == 0 ? stdout : stderr, "%s\n", answer->text);
    if (error == -EBUSY)
        fputs("the daemon is running, and there is one writer: stop it first\n", stderr);
    engine_answer_free(answer);
    engine_free(engine);
    setup_free(setup);
    return error == 0 ? EXIT_OK : EXIT_FAULT;
}

/* ---- options ---- */

static int read_store(const char *config_path, const char *verb, const char *what)
{
    int64_t payload = 0;
    bool shows = str_equal(verb, "show");
    if (shows && (what == NULL || str_to_int64(slice_of(what), &payload) < 0))
        return usage();
    struct setup *setup = command_load_setup(config_path);
    struct store *store = setup != NULL ? command_open_store(setup) : NULL;
    int r = -1;
    if (store != NULL)
        r = shows ? show(store, payload) : list(store, what);
    (void)store_close(store); /* read only: nothing to lose */
    setup_free(setup);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

int feed_quarantine(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {{"because", required_argument, NULL, 'b'}, {0}};
    const char *why = NULL;
    int64_t payload;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == '?')
            return usage();
        why = optarg;
    }
    const char *verb = optind < argc ? argv[optind] : "list",
               *what = optind + 1 < argc ? argv[optind + 1] : NULL;
    bool releases = str_equal(verb, "release");
    if (argc - optind > 2)
        return usage();
    if (str_equal(verb, "list") || str_equal(verb, "show"))
        return why == NULL ? read_store(config_path, verb, what) : usage();
    if ((!releases && !str_equal(verb, "drop")) || what == NULL || str_to_int64(slice_of(what), &payload) < 0)
        return usage();
    if (why == NULL || why[0] == '\0')
        return fputs("say why with --because: it is kept with the decision\n", stderr), EXIT_USAGE;
    return decide(config_path, payload, releases, why);
}
