#include <getopt.h>

#include "app/action_options.h"
#include "app/alert_list.h"
#include "app/command.h"
#include "app/submit.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "io/table.h"

#define YEAR_MS (INT64_C(365) * 24 * 3600 * 1000)

/* ---- add, expire ---- */

static int add(const char *config_path, int argc, char **argv)
{
    static const char *const taken[] = {
        "rule", "product", "market", "origin", "severity", "from", "until", "reason", "by", "json", NULL};
    struct action_options options;
    if (action_options_read(argc, argv, taken, &options) != EXIT_OK || argc != optind)
        return EXIT_USAGE;
    options.request.kind = ACTION_SILENCED;
    return submit(config_path, &options.request, options.json);
}

static int expire(const char *config_path, int argc, char **argv)
{
    static const char *const taken[] = {"comment", "by", "json", NULL};
    struct action_options options;
    if (action_options_read(argc, argv, taken, &options) != EXIT_OK || argc - optind != 1 ||
        str_to_int64(slice_of(argv[optind]), &options.request.silence) < 0)
        return EXIT_USAGE;
    options.request.kind = ACTION_EXPIRED;
    return submit(config_path, &options.request, options.json);
}

/* ---- list ---- */

static void add_silence(struct table *table, const struct silence_entry *entry, int64_t now_ms)
{
    struct arena arena = ARENA_NULL;
    const struct silence *silence = &entry->silence;
    char from[CLOCK_TEXT_SIZE], end[CLOCK_TEXT_SIZE], id[24], met[24];
    enum silence_phase phase = silence_phase(silence, now_ms);
    snprintf(id, sizeof id, "%lld", (long long)silence->id);
    snprintf(met, sizeof met, "%zu", entry->met);
    const char *texts[] = {
        id,
        silence_phase_name(phase),
        matcher_texts_format(&silence->texts, &arena),
        clock_format(silence->from_ms, from),
        clock_format(silence_end_ms(silence), end),
        silence->author,
        silence->reason,
        entry->met > 0 || phase == SILENCE_SCHEDULED ? met : "nothing",
    };
    table_add(table, texts);
    arena_deinit(&arena);
}

static int print_json(const struct silences *silences, int64_t now_ms)
{
    struct silence_view *views = alloc_zeroed(silences->len, sizeof *views);
    for (size_t i = 0; i < silences->len; i++)
        views[i] = (struct silence_view){&silences->items[i].silence, silences->items[i].met};
    int r = silences_json_write(views, silences->len, now_ms, stdout);
    alloc_free(views);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

static int print(const struct silences *silences, int64_t now_ms)
{
    static const struct table_column columns[] = {
        {"SILENCE", TABLE_NUMBER},
        {"PHASE", TABLE_TEXT},
        {"ALERTS", TABLE_WRAP},
        {"FROM", TABLE_TEXT},
        {"UNTIL", TABLE_TEXT},
        {"AUTHOR", TABLE_TEXT},
        {"REASON", TABLE_WRAP},
        {"MET", TABLE_NUMBER},
    };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; table != NULL && i < silences->len; i++)
        add_silence(table, &silences->items[i], now_ms);
    if (table != NULL && silences->len > 0)
        table_print(table, stdout);
    if (silences->len == 0)
        puts("no silences");
    table_free(table);
    return EXIT_OK;
}

static void drop_ended(struct silences *silences, int64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < silences->len; i++)
        if (silence_phase(&silences->items[i].silence, now_ms) != SILENCE_ENDED)
            silences->items[kept++] = silences->items[i];
    silences->len = kept;
}

static int list_silences(const struct setup *setup, const struct action_options *options)
{
    struct silences silences = SILENCES_NULL;
    const struct baskets *baskets = &setup->reference.baskets;
    int64_t now_ms = clock_wall_ms();
    struct store *store = command_open_store(setup);
    int code = EXIT_FAULT, r = store != NULL ? silences_load(store, baskets, &silences) : -1;
    if (r == 0)
        r = silences_count(&silences, store, baskets, now_ms);
    if (r == 0) {
        if (!options->all)
            drop_ended(&silences, now_ms);
        code = options->json ? print_json(&silences, now_ms) : print(&silences, now_ms);
    } else if (store != NULL) {
        fprintf(stderr, "%s\n", store_error(store));
    }
    silences_deinit(&silences);
    (void)store_close(store); /* read only: nothing to lose */
    return code;
}

static int list(const char *config_path, int argc, char **argv)
{
    static const char *const taken[] = {"all", "json", NULL};
    struct action_options options;
    if (action_options_read(argc, argv, taken, &options) != EXIT_OK || argc != optind)
        return EXIT_USAGE;
    struct setup *setup = command_load_setup(config_path);
    int code = setup != NULL ? list_silences(setup, &options) : EXIT_FAULT;
    setup_free(setup);
    return code;
}

/* ---- preview ---- */

/* What matchers would hold, as of now. */
struct asking {
    const struct baskets *baskets;
    struct matchers matchers;
    int64_t now_ms;
};

static bool holds(const void *userdata, const struct alert_view *view)
{
    const struct asking *asking = userdata;
    return matchers_hold(&asking->matchers, asking->baskets, &view->row.scope, view->row.told.severity);
}

static bool is_open(const void *userdata, const struct alert_view *view)
{
    (void)userdata;
    return view->row.told.open;
}

static void count_year(const struct asking *asking, const struct alert_list *list, struct preview *preview)
{
    for (size_t i = 0; i < list->len; i++) {
        if (list->items[i].row.opened_ms < asking->now_ms - YEAR_MS)
            continue;
        preview->year_all++;
        preview->year_met += holds(asking, &list->items[i]);
    }
}

static int print_preview(const struct asking *asking, struct alert_list *list, bool json)
{
    struct preview preview = {0};
    count_year(asking, list, &preview);
    alert_list_keep(list, is_open, NULL);
    preview.standing = list->len;
    alert_list_keep(list, holds, asking);
    preview.views = list->items;
    preview.met = list->len;
    if (json)
        return preview_json_write(&preview, stdout) == 0 ? EXIT_OK : EXIT_FAULT;
    alert_list_print(list, stdout);
    printf("%zu of the %zu alerts that stand, and %zu of the %zu of the last 365 days\n", preview.met,
        preview.standing, preview.year_met, preview.year_all);
    return EXIT_OK;
}

static int preview_matchers(
    const struct setup *setup, const struct action_options *options, struct arena *arena)
{
    struct asking asking = {.baskets = &setup->reference.baskets, .now_ms = clock_wall_ms()};
    struct alert_list list = ALERT_LIST_NULL;
    const char *fault = "a silence needs at least one of rule, product, market, origin and severity";
    int code = EXIT_FAULT;
    if (matcher_texts_are_empty(&options->request.matchers) ||
        matchers_read(&options->request.matchers, asking.baskets, arena, &asking.matchers, &fault) < 0) {
        fprintf(stderr, "%s\n", fault);
        return EXIT_USAGE;
    }
    struct store *store = command_open_store(setup);
    int r = store != NULL ? alert_list_load(store, asking.baskets, false, asking.now_ms, &list) : -1;
    if (r == 0)
        code = print_preview(&asking, &list, options->json);
    else if (store != NULL)
        fprintf(stderr, "%s\n", store_error(store));
    alert_list_deinit(&list);
    (void)store_close(store); /* read only: nothing to lose */
    return code;
}

static int preview(const char *config_path, int argc, char **argv)
{
    static const char *const taken[] = {"rule", "product", "market", "origin", "severity", "json", NULL};
    struct action_options options;
    struct arena arena = ARENA_NULL;
    if (action_options_read(argc, argv, taken, &options) != EXIT_OK || argc != optind)
        return EXIT_USAGE;
    struct setup *setup = command_load_setup(config_path);
    int code = setup != NULL ? preview_matchers(setup, &options, &arena) : EXIT_FAULT;
    setup_free(setup);
    arena_deinit(&arena);
    return code;
}

/* ---- all ---- */

static const struct {
    const char *name, *usage;
    int (*run)(const char *config_path, int argc, char **argv);
} parts[] = {
    {"add",
        "[--rule ID] [--product CODE] [--market CC] [--origin CC] [--severity WORD] [--from WHEN]"
        " --until WHEN --reason TEXT [--by NAME] [--json]",
        add},
    {"list", "[--all] [--json]", list},
    {"expire", "SILENCE [--comment TEXT] [--by NAME] [--json]", expire},
    {"preview", "[--rule ID] [--product CODE] [--market CC] [--origin CC] [--severity WORD] [--json]",
        preview},
};

enum { PARTS = sizeof parts / sizeof *parts };

int cmd_silence(const char *config_path, int argc, char **argv)
{
    size_t i = 0;
    while (i < PARTS && (argc < 2 || !str_equal(argv[1], parts[i].name)))
        i++;
    if (i == PARTS) {
        fputs("usage: tdwatch silence add | list | expire | preview\n", stderr);
        return EXIT_USAGE;
    }
    int code = parts[i].run(command_config_path(config_path), argc - 1, argv + 1);
    if (code == EXIT_USAGE)
        fprintf(stderr, "usage: tdwatch silence %s %s\n", parts[i].name, parts[i].usage);
    return code;
}
