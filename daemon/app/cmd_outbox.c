#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/control.h"
#include "app/outbox_order.h"
#include "app/outbox_print.h"
#include "app/target.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "io/action_json.h"
#include "io/control.h"
#include "io/login.h"

enum { DOCUMENT_MAX = 64 * 1024 };

/* What is asked for; which parts of it a sub-command takes is in `verbs`. */
struct asked {
    bool wanted[DELIVERY_STATE_COUNT]; /* states to list */
    const char *receiver;
    const char *reason;
    int64_t delivery;
};

/* ---- reading ---- */

static int list(const struct setup *setup, const struct asked *asked)
{
    struct store *store = command_open_store(setup);
    if (store == NULL)
        return EXIT_FAULT;
    int r = outbox_print_list(store, asked->wanted, asked->receiver, stdout);
    if (r < 0)
        fprintf(stderr, "%s\n", store_error(store));
    (void)store_close(store); /* read only: nothing to lose */
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

static int show(const struct setup *setup, const struct asked *asked)
{
    struct store *store = command_open_store(setup);
    if (store == NULL)
        return EXIT_FAULT;
    int r = outbox_print_delivery(store, asked->delivery, stdout);
    if (r == -ENOENT)
        fprintf(stderr, "there is no delivery %" PRId64 "\n", asked->delivery);
    else if (r < 0)
        fprintf(stderr, "%s\n", store_error(store));
    (void)store_close(store);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

/* ---- changing ---- */

/* 0: the daemon has answered; -ENOENT or -ECONNREFUSED: none runs. */
static int ask_daemon(
    const struct setup *setup, const struct outbox_order *order, struct arena *arena, int *ret_code)
{
    struct buf document, answer;
    struct action_outcome outcome;
    bool done = false;
    long status = 0;
    const char *path = arena_printf(arena, "%s/" CONTROL_SOCKET, setup->config->state_directory);
    buf_init(&document, DOCUMENT_MAX);
    buf_init(&answer, DOCUMENT_MAX);
    int r = order_json_write(order, &document);
    if (r == 0)
        r = control_post(
            path, CONTROL_ORDERS_PATH, (struct slice){buf_text(&document), document.len}, &answer, &status);
    if (r == 0)
        r = action_json_read_outcome((struct slice){buf_text(&answer), answer.len}, arena, &outcome, &done);
    if (r == 0) {
        fprintf(done ? stdout : stderr, "%s\n", outcome.text);
        *ret_code = done ? EXIT_OK : EXIT_FAULT;
    }
    buf_deinit(&answer);
    buf_deinit(&document);
    return r;
}

/* Where the daemon runs, the store is its own. */
static struct store *open_for_writing(const struct setup *setup)
{
    struct arena arena = ARENA_NULL;
    struct store *store = NULL;
    char *text = NULL;
    const char *path = arena_printf(&arena, "%s/tdwatch.db", setup->config->state_directory);
    int r = store_open(path, STORE_WRITE, &store, &text);
    if (r < 0)
        fprintf(stderr, "%s: %s\n", path, text != NULL ? text : strerror(-r));
    if (r == -EBUSY)
        fputs("another tdwatch writes to the store and takes no commands; try again\n", stderr);
    alloc_free(text);
    arena_deinit(&arena);
    return store;
}

static int carry_out_alone(const struct setup *setup, const struct outbox_order *order, struct arena *arena)
{
    const char *text = "";
    struct store *store = open_for_writing(setup);
    if (store == NULL)
        return EXIT_FAULT;
    int r = outbox_order_run(store, order, clock_wall_ms(), arena, &text);
    fprintf(r == 0 ? stdout : stderr, "%s\n", text);
    if (store_close(store) < 0)
        fputs("the store's last checkpoint failed; it is made again at the next start\n", stderr);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

static int carry_out(const struct setup *setup, const struct asked *asked, enum outbox_action action)
{
    char who[LOGIN_SIZE];
    struct arena arena = ARENA_NULL;
    struct outbox_order order = {
        .action = action,
        .delivery = asked->delivery,
        .receiver = asked->receiver,
        .who = login_of_self(who),
        .reason = asked->reason != NULL ? asked->reason : "",
    };
    int code = EXIT_FAULT, r = ask_daemon(setup, &order, &arena, &code);
    if (r == -ENOENT || r == -ECONNREFUSED)
        code = carry_out_alone(setup, &order, &arena);
    else if (r < 0)
        fprintf(stderr, "the daemon cannot be asked: %s\n", strerror(-r));
    if (code == EXIT_OK && action == OUTBOX_ENABLE)
        printf("what was parked meanwhile is sent by: tdwatch outbox retry --receiver %s\n", asked->receiver);
    arena_deinit(&arena);
    return code;
}

static int retry(const struct setup *setup, const struct asked *asked)
{
    return carry_out(setup, asked, OUTBOX_RETRY);
}

static int drop(const struct setup *setup, const struct asked *asked)
{
    return carry_out(setup, asked, OUTBOX_DROP);
}

static int enable(const struct setup *setup, const struct asked *asked)
{
    return carry_out(setup, asked, OUTBOX_ENABLE);
}

/* ---- the command line ---- */

enum { TAKES_DELIVERY = 1 << 0, TAKES_RECEIVER = 1 << 1, TAKES_NAME = 1 << 2, NEEDS_REASON = 1 << 3 };

static const struct verb {
    const char *name;
    int (*run)(const struct setup *setup, const struct asked *asked);
    unsigned takes;
    const char *usage;
} verbs[] = {
    {"list", list, TAKES_RECEIVER,
        "[list] [--pending] [--parked] [--dropped] [--delivered] [--receiver NAME]"},
    {"show", show, TAKES_DELIVERY, "show DELIVERY"},
    {"retry", retry, TAKES_DELIVERY | TAKES_RECEIVER, "retry DELIVERY | --receiver NAME [--reason TEXT]"},
    {"drop", drop, TAKES_DELIVERY | NEEDS_REASON, "drop DELIVERY --reason TEXT"},
    {"enable", enable, TAKES_NAME, "enable RECEIVER [--reason TEXT]"},
};

static int print_usage(void)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        fprintf(stderr, "%s tdwatch outbox %s\n", i == 0 ? "usage:" : "      ", verbs[i].usage);
    return EXIT_USAGE;
}

static int read_options(int argc, char **argv, struct asked *asked)
{
    static const struct option options[] = {
        {"pending", no_argument, NULL, DELIVERY_PENDING},
        {"delivered", no_argument, NULL, DELIVERY_DELIVERED},
        {"parked", no_argument, NULL, DELIVERY_PARKED},
        {"dropped", no_argument, NULL, DELIVERY_DROPPED},
        {"receiver", required_argument, NULL, 'r'},
        {"reason", required_argument, NULL, 'w'},
        {0},
    };
    bool any = false;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == '?')
            return EXIT_USAGE;
        if (option == 'r')
            asked->receiver = optarg;
        else if (option == 'w')
            asked->reason = optarg;
        else
            asked->wanted[option] = any = true;
    }
    if (!any)
        asked->wanted[DELIVERY_PENDING] = asked->wanted[DELIVERY_PARKED] = true;
    return EXIT_OK;
}

/* What follows the verb: a delivery's number or a receiver's name, where it takes one. */
static int read_operand(const struct verb *verb, int argc, char **argv, struct asked *asked)
{
    bool given = argc == 1;
    if (argc > 1 || (given && (verb->takes & (TAKES_DELIVERY | TAKES_NAME)) == 0))
        return EXIT_USAGE;
    if (given && (verb->takes & TAKES_NAME) != 0)
        asked->receiver = argv[0];
    else if (given && (str_to_int64(slice_of(argv[0]), &asked->delivery) < 0 || asked->delivery <= 0))
        return EXIT_USAGE;
    bool one = (verb->takes & TAKES_RECEIVER) != 0 ? given != (asked->receiver != NULL) : given;
    if (verb->run != list && !one)
        return EXIT_USAGE;
    return (verb->takes & NEEDS_REASON) != 0 && asked->reason == NULL ? EXIT_USAGE : EXIT_OK;
}

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (str_equal(verbs[i].name, name))
            return &verbs[i];
    return NULL;
}

int cmd_outbox(const char *config_path, int argc, char **argv)
{
    struct asked asked = {0};
    if (read_options(argc, argv, &asked) != EXIT_OK)
        return print_usage();
    argc -= optind;
    argv += optind;
    const struct verb *verb = argc > 0 ? find_verb(argv[0]) : &verbs[0];
    int skip = argc > 0;
    if (verb == NULL || read_operand(verb, argc - skip, argv + skip, &asked) != EXIT_OK)
        return print_usage();
    struct setup *setup = command_load_setup(command_config_path(config_path));
    int code = setup != NULL ? verb->run(setup, &asked) : EXIT_FAULT;
    setup_free(setup);
    return code;
}
