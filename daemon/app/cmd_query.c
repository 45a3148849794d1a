#include <getopt.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "app/asset.h"
#include "app/command.h"
#include "core/gate.h"
#include "core/period.h"
#include "feeds/decode.h"
#include "io/table.h"
#include "io/yaml.h"

/* What is asked. */
struct query {
    enum flow flow;
    const char *product, *partner;
    int32_t from, to;
};

/* Where the answer comes from. */
struct history {
    struct panel *panel;
    struct sources sources;
    const char *home;
};

/* ---- the shipped sample, through the same decoder and gate as a feed ---- */

static const struct source sample_source[] = {{.name = "vn-nso-sample"}};

static int decode_sample(struct panel *panel, struct arena *arena, struct diag_list *diags)
{
    const struct node *document;
    struct descriptor feed;
    struct datasets payload;
    struct release release = {0};
    struct panel_changes changes;
    int r = yaml_parse("vn-nso-sample.feed.yaml", asset_sample_feed(), arena, &document, diags);
    if (r == 0)
        r = descriptor_read(document, &feed, diags);
    if (r < 0)
        return r;
    struct gate gate = {.feed = sample_source[0].name,
        .file = "vn-nso.csv",
        .newest_period = period_make(PERIOD_YEAR_MAX, 12),
        .min_rows = 1};
    struct decode_input input = {&feed, NULL, asset_sample_csv(), "vn-nso.csv", 1, NULL};
    r = decode_payload(&input, &payload, diags);
    if (r == 0)
        r = gate_check(&gate, panel, &payload, &release, diags);
    if (r == 0) {
        panel_apply_release(panel, sample_source[0].name, &release, &changes);
        panel_changes_deinit(&changes);
    }
    release_deinit(&release);
    datasets_deinit(&payload);
    descriptor_deinit(&feed);
    return r;
}

static int load_sample(struct history *history)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    int r = decode_sample(history->panel, &arena, &diags);
    if (r < 0)
        command_print_diags(stderr, &diags);
    fprintf(stderr, "no configuration at %s: answering from the shipped sample (NSO, 2022-01 to 2025-07)\n",
        command_config_path(NULL));
    history->sources = (struct sources){sample_source, 1};
    history->home = "VN";
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return r;
}

static int load_store(const struct setup *setup, struct history *history)
{
    struct store *store = command_open_store(setup);
    if (store == NULL)
        return -1;
    int r = store_load_panel(store, history->panel);
    if (r < 0)
        fprintf(stderr, "%s\n", store_error(store));
    (void)store_close(store); /* read only: nothing to lose */
    history->sources = setup->sources;
    history->home = setup->config->home;
    return r;
}

/* ---- the answer ---- */

static uint32_t find_series(const struct history *history, const struct query *query)
{
    uint32_t id = SERIES_NONE;
    for (size_t i = 0; i < history->sources.len && id == SERIES_NONE; i++) {
        struct series_key key = {
            history->sources.items[i].name, history->home, query->flow, query->partner, query->product};
        id = panel_find(history->panel, &key);
    }
    return id;
}

/* A figure in thousandths as people write it, with its decimals only where it has some. */
static const char *exact(int64_t figure, char *buf, size_t size)
{
    int64_t part = figure % FIGURE_SCALE;
    if (part == 0)
        snprintf(buf, size, "%" PRId64, figure / FIGURE_SCALE);
    else
        snprintf(buf, size, "%" PRId64 ".%03" PRId64, figure / FIGURE_SCALE, part < 0 ? -part : part);
    return buf;
}

static const char *cell(
    const struct panel *panel, uint32_t id, enum column column, int32_t period, char *buf, size_t size)
{
    int64_t figure;
    return panel_get(panel, id, column, period, &figure) ? exact(figure, buf, size) : "";
}

static void print_months(const struct panel *panel, uint32_t id, const struct query *query)
{
    static const struct table_column columns[] = {
        {"PERIOD", TABLE_TEXT}, {"USD", TABLE_NUMBER}, {"QUANTITY", TABLE_NUMBER}, {"UNIT", TABLE_TEXT}};
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    for (int32_t period = query->from; table != NULL && period <= query->to; period++) {
        char label[PERIOD_TEXT_SIZE], value[32], quantity[32];
        const char *texts[] = {
            period_format(period, label),
            cell(panel, id, COLUMN_VALUE, period, value, sizeof value),
            cell(panel, id, COLUMN_QUANTITY, period, quantity, sizeof quantity),
            panel_series(panel, id)->unit,
        };
        table_add(table, texts);
    }
    if (table != NULL)
        table_print(table, stdout);
    table_free(table);
}

static void print_sum(const struct panel *panel, uint32_t id, const struct query *query)
{
    int missing;
    char from[PERIOD_TEXT_SIZE], to[PERIOD_TEXT_SIZE];
    int64_t sum = panel_window_sum(panel, id, COLUMN_VALUE, query->from, query->to, &missing);
    printf("sum %s to %s: %.3f billion USD", period_format(query->from, from), period_format(query->to, to),
        (double)sum / FIGURE_SCALE / 1e9);
    printf(missing > 0 ? ", %d months missing\n" : "\n", missing);
}

static int answer(const struct history *history, struct query *query)
{
    uint32_t id = find_series(history, query);
    if (id == SERIES_NONE) {
        fprintf(stderr, "no source reports %s of %s %s %s\n",
            query->flow == FLOW_EXPORT ? "exports" : "imports", query->product,
            query->flow == FLOW_EXPORT ? "to" : "from", query->partner);
        return EXIT_FAULT;
    }
    const struct series *series = panel_series(history->panel, id);
    query->from = query->from != PERIOD_NONE ? query->from : series->first;
    query->to = query->to != PERIOD_NONE ? query->to : series->last;
    if (query->from > query->to) {
        fputs("--from is after --to\n", stderr);
        return EXIT_USAGE;
    }
    print_months(history->panel, id, query);
    print_sum(history->panel, id, query);
    return EXIT_OK;
}

/* ---- options ---- */

static int usage(const char *text)
{
    fprintf(stderr,
        "%s\nusage: tdwatch query exports|imports --product CODE --market CC [--from YYYY-MM] [--to "
        "YYYY-MM]\n"
        "       for imports, --origin CC says where from\n",
        text);
    return EXIT_USAGE;
}

static int read_options(int argc, char **argv, struct query *query)
{
    static const struct option options[] = {
        {"product", required_argument, NULL, 'p'},
        {"market", required_argument, NULL, 'm'},
        {"origin", required_argument, NULL, 'm'},
        {"from", required_argument, NULL, 'f'},
        {"to", required_argument, NULL, 't'},
        {0},
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'p')
            query->product = optarg;
        else if (option == 'm')
            query->partner = optarg;
        else if (option == '?' ||
                 period_parse(slice_of(optarg), option == 'f' ? &query->from : &query->to) < 0)
            return usage(option == '?' ? "" : "a month is written 2025-07");
    }
    const char *flow = optind < argc ? argv[optind] : "";
    if (!str_equal(flow, "exports") && !str_equal(flow, "imports"))
        return usage("say exports or imports");
    query->flow = str_equal(flow, "exports") ? FLOW_EXPORT : FLOW_IMPORT;
    if (query->product == NULL || query->partner == NULL)
        return usage("a product and a market are needed");
    return EXIT_OK;
}

int cmd_query(const char *config_path, int argc, char **argv)
{
    struct query query = {0};
    int code = read_options(argc, argv, &query);
    if (code != EXIT_OK)
        return code;
    struct history history = {.panel = panel_new()};
    struct setup *setup = NULL;
    bool from_sample = config_path == NULL && access(command_config_path(NULL), F_OK) != 0;
    int r = -1;
    if (from_sample)
        r = load_sample(&history);
    else if ((setup = command_load_setup(command_config_path(config_path))) != NULL)
        r = load_store(setup, &history);
    code = r == 0 ? answer(&history, &query) : EXIT_FAULT;
    setup_free(setup);
    panel_free(history.panel);
    return code;
}
