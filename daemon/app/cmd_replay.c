#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "app/command.h"
#include "app/replay.h"
#include "base/clock.h"
#include "core/period.h"
#include "io/table.h"

static int usage(const char *text)
{
    fprintf(stderr, "%s\nusage: tdwatch replay ALERT [--seq N]\n", text);
    return EXIT_USAGE;
}

static int read_options(int argc, char **argv, const char **ret_alert, int *ret_seq)
{
    static const struct option options[] = {{"seq", required_argument, NULL, 's'}, {0}};
    enum { SEQ_MAX = 1000000 };
    int64_t seq = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (option == '?' || str_to_int64(slice_of(optarg), &seq) < 0 || seq < 1 || seq > SEQ_MAX)
            return usage("--seq takes the number of an event, from 1");
    if (argc - optind != 1 || argv[optind][0] == '\0')
        return usage("one alert is needed: its id, or the beginning of it");
    *ret_alert = argv[optind];
    *ret_seq = (int)seq;
    return EXIT_OK;
}

static void print_head(const struct replay *replay)
{
    char period[PERIOD_TEXT_SIZE], at[CLOCK_TEXT_SIZE], seen[CLOCK_TEXT_SIZE];
    const struct event_row *event = &replay->event;
    const char *origin = event->scope.origin;
    printf("alert %s, event %d: %s %s for %s\n", event->alert, event->seq, alert_event_name(event->event),
        clock_format(event->at_ms, at), period_format(event->period, period));
    printf("  rule      %s\n  scope     %s in %s%s%s\n", event->scope.rule, event->scope.product,
        event->scope.market, origin[0] != '\0' ? ", origin " : "", origin);
    if (replay->payload != 0)
        printf("  vintage   payload %lld, seen %s, sha256 %s\n", (long long)replay->payload,
            clock_format(replay->payload_ms, seen), replay->payload_digest);
    printf("  rule set  %s\n", event->ruleset);
}

static void print_differences(const struct replay *replay)
{
    static const struct table_column columns[] = {
        {"WHAT", TABLE_TEXT}, {"JOURNAL", TABLE_TEXT}, {"REPLAY", TABLE_TEXT}};
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; table != NULL && i < replay->len; i++) {
        const struct replay_line *line = &replay->lines[i];
        const char *texts[] = {line->name, line->then, line->now};
        if (!line->same)
            table_add(table, texts);
    }
    if (table != NULL)
        table_print(table, stdout);
    table_free(table);
}

static int print_replay(const struct replay *replay)
{
    print_head(replay);
    if (replay->refused != NULL) {
        fprintf(stderr, "it cannot be replayed: %s\n", replay->refused);
        return EXIT_FAULT;
    }
    if (replay->differences == 0) {
        printf("the same, bit for bit: %zu things compared\n", replay->len);
        return EXIT_OK;
    }
    printf("%zu of %zu things differ\n\n", replay->differences, replay->len);
    print_differences(replay);
    return EXIT_FAULT;
}

static void print_failure(int r, const char *alert, struct store *store, struct diag_list *diags)
{
    if (r == -ENOENT)
        fprintf(stderr, "there is no such event of an alert that begins with '%s'\n", alert);
    else if (r == -ENOTUNIQ)
        fprintf(stderr, "several alerts begin with '%s'; write more of the id\n", alert);
    else if (r == -EINVAL)
        command_print_diags(stderr, diags);
    else
        fprintf(stderr, "%s\n", store_error(store));
}

static int replay_from(struct store *store, const char *alert, int seq)
{
    struct replay replay;
    struct diag_list diags = DIAG_LIST_NULL;
    int r = replay_event(store, alert, seq, &diags, &replay);
    int code = EXIT_FAULT;
    if (r == 0)
        code = print_replay(&replay);
    else
        print_failure(r, alert, store, &diags);
    replay_deinit(&replay);
    diag_list_deinit(&diags);
    return code;
}

/* Only the configuration is read: today's feeds, tables and rules may be other ones, or faulty. */
int cmd_replay(const char *config_path, int argc, char **argv)
{
    const char *alert;
    int seq, code = read_options(argc, argv, &alert, &seq);
    if (code != EXIT_OK)
        return code;
    struct diag_list diags = DIAG_LIST_NULL;
    struct config *config = NULL;
    struct store *store = NULL;
    if (config_load(command_config_path(config_path), CONFIG_WITHOUT_SECRETS, &config, &diags) < 0)
        command_print_diags(stderr, &diags);
    else
        store = command_open_store_in(config->state_directory);
    code = store != NULL ? replay_from(store, alert, seq) : EXIT_FAULT;
    (void)store_close(store); /* read only: nothing to lose */
    config_free(config);
    diag_list_deinit(&diags);
    return code;
}
