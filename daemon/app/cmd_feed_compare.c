#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#include "app/cmd_feed.h"
#include "app/command.h"
#include "core/period.h"
#include "core/source_compare.h"
#include "io/table.h"

enum { PAIRS_SHOWN = 20, PERCENT = 5 };

static void add_pair(struct table *table, const struct panel *panel, const struct source_pair *pair)
{
    const struct series_key *key = &panel_series(panel, pair->a)->key;
    struct arena arena = ARENA_NULL;
    const char *texts[] = {
        key->reporter,
        key->flow == FLOW_EXPORT ? "export" : "import",
        key->partner,
        key->product,
        arena_printf(&arena, "%" PRId64, pair->value_a / FIGURE_SCALE),
        arena_printf(&arena, "%" PRId64, pair->value_b / FIGURE_SCALE),
        arena_printf(&arena, "%+.1f%%", pair->difference * 100),
    };
    table_add(table, texts);
    arena_deinit(&arena);
}

static void print_pairs(
    const struct panel *panel, const struct source_comparison *comparison, const char *a, const char *b)
{
    const struct table_column columns[] = {
        {"REP", TABLE_TEXT},
        {"FLOW", TABLE_TEXT},
        {"PART", TABLE_TEXT},
        {"PRODUCT", TABLE_TEXT},
        {a, TABLE_NUMBER},
        {b, TABLE_NUMBER},
        {"DIFFERENCE", TABLE_NUMBER},
    };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; table != NULL && i < comparison->differing && i < PAIRS_SHOWN; i++)
        add_pair(table, panel, &comparison->pairs[i]);
    if (table != NULL)
        table_print(table, stdout);
    table_free(table);
}

/* Which of the two rules read. */
static void print_preferred(const struct setup *setup, const char *a, const char *b)
{
    for (size_t i = 0; i < setup->feed_count; i++)
        if (str_equal(setup->feeds[i].feed, a) || str_equal(setup->feeds[i].feed, b)) {
            printf("rules read %s, which stands first in the configuration\n", setup->feeds[i].feed);
            return;
        }
}

static void print_comparison(const struct setup *setup, const struct panel *panel, char **names, double share)
{
    struct source_comparison comparison;
    char period[PERIOD_TEXT_SIZE];
    source_compare(panel, names[0], names[1], share, &comparison);
    printf("%zu series are reported by both\n", comparison.common);
    if (comparison.period != PERIOD_NONE) {
        printf("%s, the newest month of both: %zu of %zu series (%.0f %%) differ by more than %.0f %% of the "
               "larger value\n",
            period_format(comparison.period, period), comparison.differing, comparison.compared,
            100.0 * (double)comparison.differing / (double)comparison.compared, share * 100);
        print_preferred(setup, names[0], names[1]);
    }
    if (comparison.differing > 0)
        print_pairs(panel, &comparison, names[0], names[1]);
    source_comparison_deinit(&comparison);
}

static int compare(const struct setup *setup, char **names, double share)
{
    for (int i = 0; i < 2; i++)
        if (setup_feed(setup, names[i]) == NULL)
            return command_refuse_feed(setup, names[i]), EXIT_USAGE;
    struct store *store = command_open_store(setup);
    struct panel *panel = panel_new();
    int r = store != NULL ? store_load_panel(store, panel) : -1;
    if (r == 0)
        print_comparison(setup, panel, names, share);
    else if (store != NULL)
        fprintf(stderr, "%s\n", store_error(store));
    (void)store_close(store); /* read only: nothing to lose */
    panel_free(panel);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

int feed_compare(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {{"over", required_argument, NULL, 'o'}, {0}};
    double percent = PERCENT;
    char *end = "";
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        percent = option == 'o' ? strtod(optarg, &end) : -1;
    if (argc - optind != 2 || *end != '\0' || !(percent >= 0 && percent <= 100))
        return fputs("usage: tdwatch feed compare A B [--over PERCENT]\n", stderr), EXIT_USAGE;
    struct setup *setup = command_load_setup(config_path);
    int code = setup != NULL ? compare(setup, argv + optind, percent / 100) : EXIT_FAULT;
    setup_free(setup);
    return code;
}
