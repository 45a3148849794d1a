#include "app/command.h"

#include <stdlib.h>
#include <string.h>

#include "app/casebook.h"
#include "base/alloc.h"
#include "core/period.h"
#include "io/file.h"
#include "io/table.h"
#include "io/yaml.h"

const char *command_config_path(const char *given)
{
    return given != NULL ? given : "/etc/tdwatch/tdwatch.yaml";
}

void command_print_diags(FILE *out, struct diag_list *diags)
{
    for (size_t i = 0; i < diags->len; i++) {
        struct arena arena = ARENA_NULL;
        struct slice source = {"", 0};
        (void)file_read(
            diags->items[i].file, YAML_BYTES_MAX, &arena, &source); /* without it, no caret line */
        diag_print(out, &diags->items[i], source);
        arena_deinit(&arena);
    }
    size_t shown = diags->len, all = diags->errors + diags->warnings;
    if (shown < all)
        fprintf(out, "… and %zu more\n", all - shown);
    if (all > 0)
        fprintf(out, "%zu error%s, %zu warning%s\n", diags->errors, diags->errors == 1 ? "" : "s",
            diags->warnings, diags->warnings == 1 ? "" : "s");
}

struct setup *command_load_setup(const char *config_path)
{
    struct diag_list diags = DIAG_LIST_NULL;
    struct setup *setup;
    int r = setup_load(config_path, CONFIG_WITHOUT_SECRETS, &setup, &diags);
    if (r < 0) {
        command_print_diags(stderr, &diags);
        setup_free(setup);
        setup = NULL;
    }
    diag_list_deinit(&diags);
    return setup;
}

struct store *command_open_store(const struct setup *setup)
{
    return command_open_store_in(setup->config->state_directory);
}

struct store *command_open_store_in(const char *directory)
{
    struct arena arena = ARENA_NULL;
    struct store *store = NULL;
    char *text = NULL;
    const char *path = arena_printf(&arena, "%s/tdwatch.db", directory);
    int r = store_open(path, STORE_READ, &store, &text);
    if (r < 0)
        fprintf(stderr, "%s: %s\n", path, text != NULL ? text : strerror(-r));
    alloc_free(text);
    arena_deinit(&arena);
    return r == 0 ? store : NULL;
}

struct store *command_open_history(struct setup *setup)
{
    struct store *store = command_open_store(setup);
    if (store == NULL || casebook_load(store, setup) == 0)
        return store;
    fprintf(stderr, "%s\n", store_error(store));
    (void)store_close(store); /* read only: nothing to lose */
    return NULL;
}

/* ---- alerts ---- */

/* Alerts are collected first: the store's calls do not nest. */

struct alert_list {
    struct alert_row *items;
    size_t len, cap;
    struct arena arena;
};

static void collect_alert(void *userdata, const struct alert_row *row)
{
    struct alert_list *list = userdata;
    list->items = alloc_grow(list->items, list->len, &list->cap, sizeof *list->items);
    struct alert_row *copy = &list->items[list->len++];
    *copy = *row;
    const char **texts[] = {
        &copy->id, &copy->scope.rule, &copy->scope.product, &copy->scope.market, &copy->scope.origin};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_strdup(&list->arena, *texts[i]);
}

/* The most severe first, then by rule and product. */
static int compare_alerts(const void *left, const void *right)
{
    const struct alert_row *a = left, *b = right;
    if (a->told.severity != b->told.severity)
        return a->told.severity > b->told.severity ? -1 : 1;
    int by_rule = strcmp(a->scope.rule, b->scope.rule);
    return by_rule != 0 ? by_rule : strcmp(a->scope.product, b->scope.product);
}

static const char *figures_text(struct store *store, const char *id, struct arena *arena)
{
    struct figure *figures;
    size_t n;
    struct buf out;
    buf_init(&out, 4096);
    if (store_alert_figures(store, id, arena, &figures, &n) < 0)
        n = 0;
    for (size_t i = 0; i < n; i++) {
        char text[FIGURE_TEXT_SIZE];
        (void)buf_printf(&out, "%s%s %s", i > 0 ? ", " : "", figures[i].name,
            figure_format(&figures[i], LANGUAGE_EN, text));
    }
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return text;
}

static void add_alert(struct table *table, struct store *store, const struct alert_row *row)
{
    struct arena arena = ARENA_NULL;
    char period[PERIOD_TEXT_SIZE], raised[PERIOD_TEXT_SIZE];
    const char *texts[] = {
        row->scope.rule,
        row->scope.product,
        row->scope.origin[0] == '\0'
            ? row->scope.market
            : arena_printf(&arena, "%s (from %s)", row->scope.market, row->scope.origin),
        period_format(row->told.period, period),
        figures_text(store, row->id, &arena),
        severity_name(row->told.severity),
        row->told.open ? alert_state_name(row->told.state) : "closed",
        period_format(row->told.raised, raised),
        arena_strndup(&arena, row->id, 12),
    };
    table_add(table, texts);
    arena_deinit(&arena);
}

int command_print_alerts(struct store *store, bool open_only, FILE *out)
{
    static const struct table_column columns[] = {
        {"RULE", TABLE_TEXT},
        {"PRODUCT", TABLE_TEXT},
        {"MARKET", TABLE_TEXT},
        {"PERIOD", TABLE_TEXT},
        {"FIGURES", TABLE_WRAP},
        {"SEVERITY", TABLE_TEXT},
        {"STATE", TABLE_TEXT},
        {"SINCE", TABLE_TEXT},
        {"ALERT", TABLE_TEXT},
    };
    struct alert_list list = {0};
    int r = store_each_alert(store, open_only, collect_alert, &list);
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    if (list.len > 0)
        qsort(list.items, list.len, sizeof *list.items, compare_alerts);
    for (size_t i = 0; r == 0 && table != NULL && i < list.len; i++)
        add_alert(table, store, &list.items[i]);
    if (r == 0 && table != NULL && list.len > 0)
        table_print(table, out);
    table_free(table);
    alloc_free(list.items);
    arena_deinit(&list.arena);
    return r < 0 ? r : (int)list.len;
}
