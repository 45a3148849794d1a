#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "app/command.h"
#include "app/engine.h"
#include "app/exchange.h"
#include "app/ingest.h"
#include "base/clock.h"
#include "feeds/notices_form.h"
#include "io/file.h"

/*~ The engine of `tdwatch run`, driven by hand: started, given one file after the other, and closed. Each
 * file is a transaction of its own; what it decides to tell waits in the outbox for the daemon. */

/* What is asked. */
struct import {
    const struct setup *setup;
    const struct descriptor *feed;
    char **files; /* NULL-terminated */
};

/* ---- files ---- */

static int read_bytes(
    const struct import *import, const char *path, struct arena *arena, struct slice *ret_bytes)
{
    int r = file_map(path, (size_t)import->feed->max_bytes, arena, ret_bytes);
    if (r == -EFBIG)
        fprintf(stderr, "%s: larger than max_bytes of the feed, %lld bytes\n", path,
            (long long)import->feed->max_bytes);
    else if (r < 0)
        fprintf(stderr, "%s: %s\n", path, strerror(-r));
    return r;
}

/* A mapped file that somebody cuts short under our hands: nothing has been committed of it. */
static void on_cut_file(int number)
{
    static const char text[] = "a file became shorter while it was read; nothing of it was taken in\n";
    (void)number;
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(EXIT_FAULT);
}

/* What became of a file; EXIT_OK where it has no faults. */
static int report(const char *path, int error, const char *text, struct diag_list *faults)
{
    command_print_diags(stdout, faults);
    printf("%s: %s\n", path, text);
    (void)fflush(stdout); /* one line for each file as it is done */
    return error == 0 ? EXIT_OK : EXIT_FAULT;
}

/* ---- through the engine ---- */

/* The newest answer, and the setup that one of them has brought. */
struct answers {
    struct engine_answer *newest;
    struct setup *setup;
};

static void on_answer(void *userdata, struct engine_answer *answer)
{
    struct answers *answers = userdata;
    engine_answer_free(answers->newest);
    answers->newest = answer;
    if (answer->kind == ANSWER_STARTED)
        answers->setup = answer->setup;
}

/* Nothing is signed or sent here, so the service's secrets are not needed. */
static int start(struct engine *engine, const struct answers *answers)
{
    struct engine_message *message = engine_message_new(MESSAGE_START, clock_wall_ms());
    message->secrets = CONFIG_WITHOUT_SECRETS;
    engine_handle(engine, message);
    if (answers->setup != NULL)
        return EXIT_OK;
    fprintf(stderr, "%s\n", answers->newest->text);
    if (answers->newest->error == -EBUSY)
        fputs("the daemon is running; stop it, or let it fetch the file\n", stderr);
    return EXIT_FAULT;
}

static int import_file(
    const struct import *import, const char *path, struct engine *engine, const struct answers *answers)
{
    struct engine_message *message = engine_message_new(MESSAGE_IMPORT, clock_wall_ms());
    if (read_bytes(import, path, &message->arena, &message->body) < 0) {
        engine_message_free(message);
        return EXIT_FAULT;
    }
    message->feed = import->feed->feed;
    message->file = path;
    engine_handle(engine, message);
    struct engine_answer *answer = answers->newest;
    return report(path, answer->error, answer->text, &answer->faults);
}

static int import_files(const struct import *import, const char *config_path)
{
    struct answers answers = {0};
    struct engine *engine = engine_new(config_path, on_answer, &answers);
    int code = start(engine, &answers);
    for (char **file = import->files; answers.setup != NULL && *file != NULL; file++)
        if (import_file(import, *file, engine, &answers) != EXIT_OK)
            code = EXIT_FAULT;
    engine_answer_free(answers.newest);
    engine_free(engine);
    setup_free(answers.setup);
    return code;
}

/* ---- only to see ---- */

/* The history so far; none where there is no store yet. */
static int load_history(const struct setup *setup, struct panel *panel, struct rates *ret_rates)
{
    struct arena arena = ARENA_NULL;
    const char *path = arena_printf(&arena, "%s/tdwatch.db", setup->config->state_directory);
    bool none = access(path, F_OK) != 0 && errno == ENOENT;
    arena_deinit(&arena);
    if (none)
        return exchange_load(NULL, setup, ret_rates);
    struct store *store = command_open_store(setup);
    int r = store != NULL ? store_load_panel(store, panel) : -EIO;
    if (r == 0)
        r = exchange_load(store, setup, ret_rates);
    if (r < 0 && store != NULL)
        fprintf(stderr, "%s\n", store_error(store));
    (void)store_close(store); /* read only: nothing to lose */
    return r;
}

/* Files are taken into the panel one after the other, as they would be. */
static int try_file(
    const struct import *import, const char *path, const struct rates *rates, struct panel *panel)
{
    struct arena arena = ARENA_NULL;
    struct diag_list faults = DIAG_LIST_NULL;
    struct slice bytes;
    struct ingest_report result = {.text = "would be refused"};
    int code = EXIT_FAULT;
    if (read_bytes(import, path, &arena, &bytes) == 0) {
        struct decode_input input = ingest_input(import->setup, rates, import->feed, bytes, path);
        int r = ingest_try(&input, panel, clock_wall_ms(), &result, &faults);
        code = report(path, r, result.text, &faults);
    }
    diag_list_deinit(&faults);
    arena_deinit(&arena);
    return code;
}

static int try_files(const struct import *import)
{
    struct panel *panel = panel_new();
    struct rates rates = {0};
    int code = load_history(import->setup, panel, &rates) == 0 ? EXIT_OK : EXIT_FAULT;
    bool loaded = code == EXIT_OK;
    for (char **file = import->files; loaded && *file != NULL; file++)
        if (try_file(import, *file, &rates, panel) != EXIT_OK)
            code = EXIT_FAULT;
    if (loaded)
        puts("a dry run: nothing has changed");
    rates_deinit(&rates);
    panel_free(panel);
    return code;
}

/* ---- options ---- */

static void refuse_feed(const struct setup *setup, const char *name)
{
    const char *names[FEEDS_MAX];
    for (size_t i = 0; i < setup->feed_count; i++)
        names[i] = setup->feeds[i].feed;
    const char *near = str_did_you_mean(slice_of(name), names, setup->feed_count);
    fprintf(stderr, "there is no feed '%s' in the configuration", name);
    if (near != NULL)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputs("\n", stderr);
}

int cmd_import(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {{"dry-run", no_argument, NULL, 'n'}, {0}};
    bool dry_run = false;
    for (int option; (option = getopt_long(argc, argv, "n", options, NULL)) != -1;) {
        if (option != 'n')
            return EXIT_USAGE;
        dry_run = true;
    }
    if (argc - optind < 2)
        return fputs("usage: tdwatch import [--dry-run] FEED FILE...\n", stderr), EXIT_USAGE;
    struct setup *setup = command_load_setup(command_config_path(config_path));
    if (setup == NULL)
        return EXIT_FAULT;
    (void)sigaction(SIGBUS, &(struct sigaction){.sa_handler = on_cut_file}, NULL);
    struct import import = {setup, setup_feed(setup, argv[optind]), argv + optind + 1};
    int code = EXIT_USAGE;
    if (import.feed == NULL)
        refuse_feed(setup, argv[optind]);
    else if (import.feed->notices != NOTICES_NONE)
        fprintf(stderr, "%s brings notices, which are polled; tdwatch cases reads files of them\n",
            import.feed->feed);
    else
        code = dry_run ? try_files(&import) : import_files(&import, command_config_path(config_path));
    setup_free(setup);
    return code;
}
