#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/alert_list.h"
#include "app/asset.h"
#include "app/command.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "io/file.h"
#include "io/http.h"
#include "io/loop.h"
#include "io/smtp_sink.h"

/*~ The demonstration: this process plays the world (a statistics office, a mail server, a webhook receiver,
 * all on loopback) around a real `tdwatch run` with a directory of its own. */

enum {
    DEADLINE_MS = 25 * 1000,
    LOOK_EVERY_MS = 100,
    STOP_MS = 10 * 1000,
    WEBHOOK_MAX = 256 * 1024,
};

struct demo {
    struct arena arena;
    const char *directory;
    struct loop *loop;
    struct http_server *web; /* the feed, and the webhook's receiver */
    struct smtp_sink *mail;
    int webhooks, mails;
    bool failed;
    pid_t daemon;
};

static const char *in_directory(struct demo *demo, const char *name)
{
    return arena_printf(&demo->arena, "%s/%s", demo->directory, name);
}

static void write_file(struct demo *demo, const char *name, struct slice bytes, unsigned mode)
{
    int r = file_write(in_directory(demo, name), bytes, mode);
    if (r < 0) {
        fprintf(stderr, "%s: %s\n", in_directory(demo, name), strerror(-r));
        demo->failed = true;
    }
}

/* ---- the world ---- */

static void serve_feed(struct http_request *request)
{
    struct slice csv = asset_sample_csv();
    char etag[DIGEST_SIZE + 2];
    snprintf(etag, sizeof etag, "\"%s\"", digest_of(csv.data, csv.len).hex);
    const char *known = http_request_header(request, "If-None-Match");
    http_reply_header(request, "ETag", etag);
    if (known != NULL && str_equal(known, etag))
        http_reply(request, 304, "text/csv", slice_of(""));
    else
        http_reply(request, 200, "text/csv", csv);
}

static void on_request(void *userdata, struct http_request *request)
{
    struct demo *demo = userdata;
    if (str_equal(http_request_path(request), "/vn-nso.csv")) {
        serve_feed(request);
        return;
    }
    if (!str_equal(http_request_method(request), "POST")) {
        http_reply(request, 404, "text/plain", slice_of("not here\n"));
        return;
    }
    const char *name = arena_printf(&demo->arena, "webhook/%02d.json", ++demo->webhooks);
    write_file(demo, name, http_request_body(request), 0600);
    http_reply(request, 204, "text/plain", slice_of(""));
}

static void on_mail(void *userdata, const char *from, const char *to, struct slice data)
{
    struct demo *demo = userdata;
    (void)from;
    (void)to;
    write_file(demo, arena_printf(&demo->arena, "mail/%02d.eml", ++demo->mails), data, 0600);
}

static int start_world(struct demo *demo)
{
    demo->loop = loop_new();
    if (demo->loop == NULL)
        return -1;
    int r = http_server_new(demo->loop, "127.0.0.1", 0, WEBHOOK_MAX, on_request, demo, &demo->web);
    return r == 0 ? smtp_sink_new(demo->loop, 0, on_mail, demo, &demo->mail) : r;
}

/* ---- the daemon's files ---- */

/* The descriptor with the address of this run's statistics office. */
static void write_descriptor(struct demo *demo)
{
    struct slice text = asset_sample_feed();
    const char *copy = arena_strndup(&demo->arena, text.data, text.len);
    const char *url = strstr(copy, "\nurl:");
    const char *rest = url != NULL ? strchr(url + 1, '\n') : NULL;
    if (rest == NULL) {
        demo->failed = true;
        return;
    }
    const char *written = arena_printf(&demo->arena, "%.*s\nurl: http://127.0.0.1:%u/vn-nso.csv%s",
        (int)(url - copy), copy, http_server_port(demo->web), rest);
    write_file(demo, "feeds/vn-nso-sample.feed.yaml", slice_of(written), 0600);
}

static void write_config(struct demo *demo)
{
    static const char template[] =
        "# Written by tdwatch demo.\n"
        "home: VN\n"
        "state_directory: state\n"
        "feeds: [feeds]\n"
        "tables: [tables]\n"
        "rules: [rules]\n"
        "plain_hosts: [127.0.0.1]\n"
        "listen: \"off\"\n"
        "smtp: { url: \"smtp://127.0.0.1:%u\", from: tdwatch@demo.example }\n"
        "receivers:\n"
        "  - { name: trade-desk, email: trade-desk@demo.example, audience: internal }\n"
        "  - name: exporters\n"
        "    webhook: http://127.0.0.1:%u/hook\n"
        "    secret: %s\n";
    char real[PATH_MAX];
    bool found = realpath(demo->directory, real) != NULL;
    const char *secret = arena_printf(&demo->arena, "%s/webhook-secret", found ? real : demo->directory);
    write_file(demo, "tdwatch.yaml",
        slice_of(arena_printf(
            &demo->arena, template, smtp_sink_port(demo->mail), http_server_port(demo->web), secret)),
        0600);
}

static int write_files(struct demo *demo)
{
    static const char *const directories[] = {"feeds", "tables", "rules", "state", "webhook", "mail"};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        if (file_make_directory(in_directory(demo, directories[i])) < 0)
            demo->failed = true;
    write_descriptor(demo);
    for (const struct asset *table = asset_tables; table->name != NULL; table++)
        write_file(demo, arena_printf(&demo->arena, "tables/%s", table->name), table->text, 0600);
    write_file(demo, "rules/demo.yaml", asset_demo_rules(), 0600);
    /* 32 bytes of no secrecy: it never leaves this machine. */
    write_file(
        demo, "webhook-secret", slice_of("whsec_dGR3YXRjaC1kZW1vLXNlY3JldC1vZi0zMi1ieXRlcyE=\n"), 0600);
    write_config(demo);
    return demo->failed ? -1 : 0;
}

/* Every run begins with an empty history, so that it shows the same. */
static void remove_old_run(struct demo *demo)
{
    static const char *const state[] = {"state/tdwatch.db", "state/tdwatch.db-wal", "state/tdwatch.db-shm"};
    for (size_t i = 0; i < sizeof state / sizeof *state; i++)
        unlink(in_directory(demo, state[i]));
    static const char *const kinds[][2] = {{"mail", ".eml"}, {"webhook", ".json"}, {"tables", ".yaml"}};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct texts old;
        if (file_list(in_directory(demo, kinds[k][0]), kinds[k][1], &demo->arena, &old) < 0)
            continue;
        for (size_t i = 0; i < old.len; i++)
            unlink(old.items[i]);
    }
}

/* ---- the daemon ---- */

static int start_daemon(struct demo *demo)
{
    const char *config = in_directory(demo, "tdwatch.yaml"), *log = in_directory(demo, "daemon.log");
    fflush(stdout);
    demo->daemon = fork();
    if (demo->daemon != 0)
        return demo->daemon > 0 ? 0 : -1;
    unsetenv("CREDENTIALS_DIRECTORY");
    if (freopen(log, "w", stderr) == NULL)
        _exit(EXIT_FAULT);
    execl("/proc/self/exe", "tdwatch", "--config", config, "run", (char *)NULL);
    _exit(EXIT_FAULT);
}

/* Whether the daemon has taken the feed in and delivered everything. */
static bool is_done(struct demo *demo)
{
    struct store *store;
    struct store_counts counts = {0};
    char *text = NULL;
    if (store_open(in_directory(demo, "state/tdwatch.db"), STORE_READ, &store, &text) < 0) {
        alloc_free(text);
        return false;
    }
    int r = store_count(store, &counts);
    (void)store_close(store); /* read only: nothing to lose */
    return r == 0 && counts.payloads > 0 && counts.pending == 0;
}

static bool has_exited(struct demo *demo)
{
    int status;
    if (demo->daemon <= 0 || waitpid(demo->daemon, &status, WNOHANG) == 0)
        return false;
    demo->daemon = 0;
    return true;
}

static int wait_until_done(struct demo *demo)
{
    int64_t deadline_ms = clock_monotonic_ms() + DEADLINE_MS, look_ms = 0;
    while (clock_monotonic_ms() < deadline_ms && !demo->failed) {
        loop_turn(demo->loop, LOOK_EVERY_MS / 2);
        if (clock_monotonic_ms() < look_ms)
            continue;
        look_ms = clock_monotonic_ms() + LOOK_EVERY_MS;
        if (is_done(demo))
            return 0;
        if (has_exited(demo))
            break;
    }
    fprintf(stderr, "the demonstration did not come to its end; the daemon's log is %s\n",
        in_directory(demo, "daemon.log"));
    return -1;
}

static void stop_daemon(struct demo *demo)
{
    if (demo->daemon <= 0)
        return;
    kill(demo->daemon, SIGTERM);
    int64_t deadline_ms = clock_monotonic_ms() + STOP_MS;
    while (!has_exited(demo)) {
        if (clock_monotonic_ms() > deadline_ms)
            kill(demo->daemon, SIGKILL);
        loop_turn(demo->loop, LOOK_EVERY_MS / 10);
    }
}

/* ---- the report ---- */

static int print_report(struct demo *demo)
{
    char *text = NULL;
    struct store *store;
    if (store_open(in_directory(demo, "state/tdwatch.db"), STORE_READ, &store, &text) < 0) {
        alloc_free(text);
        return -1;
    }
    const struct baskets none = BASKETS_NULL; /* nothing is silenced here */
    struct alert_list list = ALERT_LIST_NULL;
    int r = alert_list_load(store, &none, true, clock_wall_ms(), &list);
    alert_list_print(&list, stdout);
    int alerts = r == 0 ? (int)list.len : r;
    alert_list_deinit(&list);
    (void)store_close(store); /* read only: nothing to lose */
    const char *self = program_invocation_name, *directory = demo->directory;
    printf(
        "\n%d alerts from the monthly figures of Viet Nam's National Statistics Office, 2022-01 to 2025-07.\n"
        "Each is a pattern to look into, not a finding.\n\n"
        "Delivered on loopback:\n"
        "  %2d e-mails    %s/mail/*.eml\n"
        "  %2d webhooks   %s/webhook/*.json\n\n",
        alerts, demo->mails, directory, demo->webhooks, directory);
    printf("Try next:\n"
           "  %s query exports --product nso:total --market US --from 2025-01 --to 2025-06\n"
           "  %s -c %s/tdwatch.yaml alerts\n"
           "  %s -c %s/tdwatch.yaml outbox --delivered\n"
           "  %s check %s/rules/demo.yaml     after editing a threshold in it\n",
        self, self, directory, self, directory, self, directory);
    return alerts > 0 ? 0 : -1;
}

static void demo_deinit(struct demo *demo)
{
    stop_daemon(demo);
    smtp_sink_free(demo->mail);
    http_server_free(demo->web);
    loop_free(demo->loop);
    arena_deinit(&demo->arena);
}

static int run_demo(struct demo *demo)
{
    int r = file_make_directory(demo->directory);
    if (r == 0)
        r = start_world(demo);
    if (r < 0) {
        fprintf(stderr, "%s: %s\n", demo->directory, strerror(-r));
        return EXIT_FAULT;
    }
    remove_old_run(demo);
    if (write_files(demo) < 0 || start_daemon(demo) < 0 || wait_until_done(demo) < 0)
        return EXIT_FAULT;
    stop_daemon(demo);
    return print_report(demo) == 0 ? EXIT_OK : EXIT_FAULT;
}

int cmd_demo(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {{"directory", required_argument, NULL, 'd'}, {0}};
    char made[] = "/tmp/tdwatch-demo-XXXXXX";
    struct demo demo = {.directory = NULL};
    (void)config_path; /* it has its own */
    for (int option; (option = getopt_long(argc, argv, "d:", options, NULL)) != -1;) {
        if (option != 'd')
            return EXIT_USAGE;
        demo.directory = optarg;
    }
    if (demo.directory == NULL)
        demo.directory = mkdtemp(made);
    if (demo.directory == NULL) {
        perror(made);
        return EXIT_FAULT;
    }
    int code = run_demo(&demo);
    demo_deinit(&demo);
    return code;
}
