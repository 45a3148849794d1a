#include "app/alert_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/period.h"
#include "io/table.h"

/* ---- loading ---- */

/* Alerts are collected first: the store's calls do not nest. */
static void collect_alert(void *userdata, const struct alert_row *row)
{
    struct alert_list *list = userdata;
    list->items = alloc_grow(list->items, list->len, &list->cap, sizeof *list->items);
    struct alert_view *view = &list->items[list->len++];
    *view = (struct alert_view){.row = *row};
    struct alert_scope *scope = &view->row.scope;
    const char **texts[] = {&view->row.id, &scope->rule, &scope->product, &scope->market, &scope->origin};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_strdup(&list->arena, *texts[i]);
}

/* The most severe first, then by rule and product. */
static int compare_alerts(const void *left, const void *right)
{
    const struct alert_row *a = &((const struct alert_view *)left)->row;
    const struct alert_row *b = &((const struct alert_view *)right)->row;
    if (a->told.severity != b->told.severity)
        return a->told.severity > b->told.severity ? -1 : 1;
    int by_rule = strcmp(a->scope.rule, b->scope.rule);
    return by_rule != 0 ? by_rule : strcmp(a->scope.product, b->scope.product);
}

/* One alert's actions, folded. */
struct folding {
    struct handling *handling;
    struct arena *arena;
};

static void fold_action(void *userdata, const struct action *action)
{
    const struct folding *folding = userdata;
    struct action kept = *action;
    kept.who = arena_strdup(folding->arena, action->who);
    kept.text = arena_strdup(folding->arena, action->text);
    handling_step(folding->handling, &kept);
}

static int complete(struct alert_list *list, struct store *store, const struct baskets *baskets,
    int64_t now_ms, struct alert_view *view)
{
    struct folding folding = {&view->handling, &list->arena};
    int r = store_each_action(store, view->row.id, fold_action, &folding);
    if (r == 0)
        r = store_alert_figures(store, view->row.id, &list->arena, &view->figures, &view->figure_count);
    enum severity severity = view->row.told.severity;
    view->acknowledged = handling_is_acknowledged(&view->handling, severity, now_ms);
    view->silence = silences_find(&list->silences, baskets, &view->row.scope, severity, now_ms);
    return r;
}

int alert_list_load(struct store *store, const struct baskets *baskets, bool open_only, int64_t now_ms,
    struct alert_list *ret_list)
{
    struct alert_list list = ALERT_LIST_NULL;
    int r = silences_load(store, baskets, &list.silences);
    if (r == 0)
        r = store_each_alert(store, open_only, collect_alert, &list);
    for (size_t i = 0; i < list.len && r == 0; i++)
        r = complete(&list, store, baskets, now_ms, &list.items[i]);
    if (r < 0) {
        alert_list_deinit(&list);
        return r;
    }
    if (list.len > 0)
        qsort(list.items, list.len, sizeof *list.items, compare_alerts);
    *ret_list = list;
    return 0;
}

void alert_list_deinit(struct alert_list *list)
{
    silences_deinit(&list->silences);
    alloc_free(list->items);
    arena_deinit(&list->arena);
    *list = ALERT_LIST_NULL;
}

void alert_list_keep(struct alert_list *list,
    bool (*fits)(const void *userdata, const struct alert_view *view), const void *userdata)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->len; i++)
        if (fits(userdata, &list->items[i]))
            list->items[kept++] = list->items[i];
    list->len = kept;
}

/* ---- printing ---- */

static const char *figures_text(const struct alert_view *view, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; i < view->figure_count; i++) {
        char figure[FIGURE_TEXT_SIZE];
        text = arena_printf(arena, "%s%s%s %s", text, i > 0 ? ", " : "", view->figures[i].name,
            figure_format(&view->figures[i], LANGUAGE_EN, figure));
    }
    return text;
}

/* "acknowledged by lan, for minh, silenced (7)" */
static const char *handling_text(const struct alert_view *view, struct arena *arena)
{
    const char *text = "";
    if (view->acknowledged)
        text = arena_printf(arena, "acknowledged by %s", view->handling.acknowledged_by);
    if (view->handling.assignee != NULL)
        text = arena_printf(arena, "%s%sfor %s", text, text[0] != '\0' ? ", " : "", view->handling.assignee);
    if (view->silence != NULL)
        text = arena_printf(
            arena, "%s%ssilenced (%lld)", text, text[0] != '\0' ? ", " : "", (long long)view->silence->id);
    return text;
}

static void add_alert(struct table *table, const struct alert_view *view)
{
    struct arena arena = ARENA_NULL;
    char period[PERIOD_TEXT_SIZE], raised[PERIOD_TEXT_SIZE];
    const struct alert_row *row = &view->row;
    const char *texts[] = {
        row->scope.rule,
        row->scope.product,
        row->scope.origin[0] == '\0'
            ? row->scope.market
            : arena_printf(&arena, "%s (from %s)", row->scope.market, row->scope.origin),
        period_format(row->told.period, period),
        figures_text(view, &arena),
        severity_name(row->told.severity),
        row->told.open ? alert_state_name(row->told.state) : "closed",
        period_format(row->told.raised, raised),
        arena_strndup(&arena, row->id, 12),
        handling_text(view, &arena),
    };
    table_add(table, texts);
    arena_deinit(&arena);
}

void alert_list_print(const struct alert_list *list, FILE *out)
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
        {"HANDLING", TABLE_TEXT},
    };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; table != NULL && i < list->len; i++)
        add_alert(table, &list->items[i]);
    if (table != NULL && list->len > 0)
        table_print(table, out);
    table_free(table);
}
