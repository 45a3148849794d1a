#include "core/message_values.h"

#include <string.h>

#include "core/chart_alert.h"
#include "core/figure_label.h"
#include "core/period.h"
#include "core/words.h"

/* What the tree is made of. */
struct maker {
    const struct alert_record *record;
    const struct evidence *evidence;
    const struct message_view *view;
    enum language language;
    struct arena *arena;
};

/* ---- texts ---- */

/* The length of a sequence at p that must not be shown, and whether a blank stands for it: controls of C0 and
 * C1 and separators of lines; marks, embeddings, overrides and isolates of direction (Unicode 15, UAX #9),
 * and the byte order mark. 0: it may be shown. */
static size_t hidden_len(const char *p, bool *ret_blank)
{
    const unsigned char *b = (const unsigned char *)p;
    *ret_blank = true;
    if (b[0] < 0x20 || b[0] == 0x7f)
        return 1;
    if (b[0] == 0xc2 && b[1] >= 0x80 && b[1] < 0xa0)
        return 2;
    if (b[0] == 0xe2 && b[1] == 0x80 && (b[2] == 0xa8 || b[2] == 0xa9))
        return 3;
    *ret_blank = false;
    if (b[0] == 0xd8 && b[1] == 0x9c)
        return 2;
    bool marks =
        b[0] == 0xe2 && b[1] == 0x80 && (b[2] == 0x8e || b[2] == 0x8f || (b[2] >= 0xaa && b[2] <= 0xae));
    bool isolates = b[0] == 0xe2 && b[1] == 0x81 && b[2] >= 0xa6 && b[2] <= 0xa9;
    bool order = b[0] == 0xef && b[1] == 0xbb && b[2] == 0xbf;
    return marks || isolates || order ? 3 : 0;
}

const char *message_clean(const char *text, struct arena *arena)
{
    bool blank;
    size_t n = 0;
    for (const char *p = text; *p != '\0' && n == 0; p++)
        n = hidden_len(p, &blank);
    if (n == 0)
        return text;
    char *copy = arena_strdup(arena, text);
    size_t len = 0;
    for (const char *p = text; *p != '\0'; p += n > 0 ? n : 1) {
        n = hidden_len(p, &blank);
        if (n == 0)
            copy[len++] = *p;
        else if (blank)
            copy[len++] = ' ';
    }
    copy[len] = '\0';
    return copy;
}

/* ---- maps and lists ---- */

struct fields {
    struct template_field *items;
    size_t len, cap;
    struct arena *arena;
};

static struct fields fields_new(const struct maker *maker)
{
    return (struct fields){.arena = maker->arena};
}

static void put(struct fields *map, const char *name, struct template_value value)
{
    if (map->len == map->cap) {
        map->cap = map->cap > 0 ? 2 * map->cap : 8;
        struct template_field *items = arena_array(map->arena, map->cap, sizeof *items);
        if (map->len > 0)
            memcpy(items, map->items, map->len * sizeof *items);
        map->items = items;
    }
    map->items[map->len++] = (struct template_field){name, value};
}

static void put_text(const struct maker *maker, struct fields *map, const char *name, const char *text)
{
    put(map, name, (struct template_value){.text = message_clean(text != NULL ? text : "", maker->arena)});
}

static void put_flag(struct fields *map, const char *name, bool holds)
{
    put(map, name, (struct template_value){.text = holds ? "yes" : ""});
}

static struct template_value fields_value(const struct fields *map)
{
    return (struct template_value){.kind = TEMPLATE_MAP, .fields = map->items, .len = map->len};
}

struct list {
    struct template_value *items;
    size_t len;
};

static struct list list_new(const struct maker *maker, size_t max)
{
    return (struct list){arena_array(maker->arena, max, sizeof(struct template_value)), 0};
}

static void push(struct list *list, struct template_value value)
{
    list->items[list->len++] = value;
}

static struct template_value list_value(const struct list *list)
{
    return (struct template_value){.kind = TEMPLATE_LIST, .items = list->items, .len = list->len};
}

/* A part of the message: a map with `rows`, so that a section over it is written once, with its heading, and
 * only where there are any. */
static struct template_value part_value(const struct maker *maker, const struct list *list)
{
    if (list->len == 0)
        return (struct template_value){0};
    struct fields map = fields_new(maker);
    put(&map, "rows", list_value(list));
    return fields_value(&map);
}

static struct template_value rows_value(const struct maker *maker, const struct message_rows *rows)
{
    struct list list = list_new(maker, rows->len);
    for (size_t i = 0; i < rows->len; i++) {
        struct fields row = fields_new(maker);
        put_text(maker, &row, "name", rows->items[i].name);
        put_text(maker, &row, "value", rows->items[i].value);
        push(&list, fields_value(&row));
    }
    return part_value(maker, &list);
}

static struct template_value texts_value(const struct maker *maker, const char *const *texts)
{
    size_t n = 0;
    while (texts != NULL && texts[n] != NULL)
        n++;
    struct list list = list_new(maker, n);
    for (size_t i = 0; i < n; i++)
        push(&list, (struct template_value){.text = message_clean(texts[i], maker->arena)});
    return part_value(maker, &list);
}

/* ---- days ---- */

/* "2025-09-08", "08/09/2025". */
static const char *date_text(const struct maker *maker, int32_t date)
{
    char iso[DATE_TEXT_SIZE];
    date_format(date, iso);
    if (maker->language == LANGUAGE_EN || iso[0] == '\0')
        return arena_strdup(maker->arena, iso);
    return arena_printf(maker->arena, "%.2s/%.2s/%.4s", iso + 8, iso + 5, iso);
}

static const char *period_text(const struct maker *maker, int32_t period)
{
    char text[FIGURE_TEXT_SIZE];
    struct figure figure = {"", VALUE_PERIOD, KNOWN, period};
    if (period == PERIOD_NONE)
        return "";
    return arena_strdup(maker->arena, figure_format(&figure, maker->language, text));
}

static const char *figure_text(const struct maker *maker, const struct figure *figure)
{
    char text[FIGURE_TEXT_SIZE];
    return arena_strdup(maker->arena, figure_format(figure, maker->language, text));
}

/* ---- figures ---- */

/* The rule's label, or the name. */
static const char *label_of(const struct maker *maker, size_t i)
{
    const char *label = "";
    if (maker->evidence != NULL && i < maker->evidence->rule->let_count)
        label = figure_label(maker->evidence->rule->lets[i].expr, maker->language, maker->arena);
    return label[0] != '\0' ? label : maker->record->figures[i].name;
}

/* "≥ 30%", "5% – 10%". */
static const char *limit_text(const struct maker *maker, const struct evidence_limit *limit)
{
    const char *low = figure_text(maker, &limit->low);
    if (limit->high.unknown != KNOWN)
        return arena_printf(maker->arena, "%s %s", words_sign(limit->symbol), low);
    return arena_printf(maker->arena, "%s – %s", low, figure_text(maker, &limit->high));
}

static const char *margin_text(const struct maker *maker, const struct evidence_limit *limit)
{
    struct figure margin = limit->margin;
    if (margin.unknown != KNOWN)
        return "";
    margin.value = margin.value < 0 ? -margin.value : margin.value;
    return arena_printf(maker->arena, "%s %s",
        words_get(limit->holds ? WORD_MET : WORD_NOT_MET, maker->language), figure_text(maker, &margin));
}

static struct template_value limits_of(const struct maker *maker, size_t figure)
{
    struct list list = list_new(maker, EVIDENCE_LIMITS_MAX);
    for (size_t i = 0; maker->evidence != NULL && i < maker->evidence->limit_count; i++) {
        const struct evidence_limit *limit = &maker->evidence->limits[i];
        if (limit->figure != figure)
            continue;
        struct fields row = fields_new(maker);
        put_text(maker, &row, "limit", limit_text(maker, limit));
        put_text(maker, &row, "margin", margin_text(maker, limit));
        put_flag(&row, "met", limit->holds);
        push(&list, fields_value(&row));
    }
    return list_value(&list);
}

static const char *trend_of(const struct figure *now, const struct figure *before)
{
    if (now->unknown != KNOWN || before->unknown != KNOWN)
        return "";
    return now->value > before->value ? "↑" : now->value < before->value ? "↓" : "→";
}

static void put_before(const struct maker *maker, struct fields *row, size_t i)
{
    const struct evidence *evidence = maker->evidence;
    bool known = evidence != NULL && i < evidence->before_count && evidence->before[i].unknown == KNOWN;
    put_text(maker, row, "before", known ? figure_text(maker, &evidence->before[i]) : "");
    put_text(maker, row, "before_period", known ? period_text(maker, maker->record->period - 1) : "");
    put_text(maker, row, "trend", known ? trend_of(&maker->record->figures[i], &evidence->before[i]) : "");
}

/* The figures of a summary are scopes, and have no rule's labels. */
static struct template_value figures_value(const struct maker *maker)
{
    const struct alert_record *record = maker->record;
    struct list list = list_new(maker, record->figure_count);
    for (size_t i = 0; i < record->figure_count; i++) {
        struct fields row = fields_new(maker);
        put_text(maker, &row, "name", record->figures[i].name);
        put_text(maker, &row, "label", label_of(maker, i));
        put_text(maker, &row, "value", figure_text(maker, &record->figures[i]));
        put(&row, "limits", limits_of(maker, i));
        put_before(maker, &row, i);
        push(&list, fields_value(&row));
    }
    return part_value(maker, &list);
}

/* ---- what has changed ---- */

static void push_change(
    const struct maker *maker, struct list *list, const char *name, const char *then, const char *now)
{
    if (str_equal(then, now))
        return;
    struct fields row = fields_new(maker);
    put_text(maker, &row, "name", name);
    put_text(maker, &row, "then", then);
    put_text(maker, &row, "now", now);
    push(list, fields_value(&row));
}

static const struct figure *last_figure(const struct alert_last *last, const char *name)
{
    for (size_t i = 0; i < last->figure_count; i++)
        if (str_equal(last->figures[i].name, name))
            return &last->figures[i];
    return NULL;
}

static struct template_value changes_value(const struct maker *maker)
{
    const struct alert_record *record = maker->record;
    const struct alert_last *last = record->last;
    if (last == NULL)
        return (struct template_value){0};
    struct list list = list_new(maker, record->figure_count + 2);
    push_change(maker, &list, words_get(WORD_PERIOD, maker->language), period_text(maker, last->period),
        period_text(maker, record->period));
    push_change(maker, &list, words_get(WORD_SEVERITY, maker->language),
        words_severity(last->severity, maker->language),
        maker->view->over ? words_event_tag(record->event, maker->language)
                          : words_severity(record->severity, maker->language));
    for (size_t i = 0; i < record->figure_count; i++) {
        const struct figure *then = last_figure(last, record->figures[i].name);
        if (then != NULL)
            push_change(maker, &list, label_of(maker, i), figure_text(maker, then),
                figure_text(maker, &record->figures[i]));
    }
    return part_value(maker, &list);
}

static struct template_value last_value(const struct maker *maker)
{
    const struct alert_last *last = maker->record->last;
    if (last == NULL)
        return (struct template_value){0};
    struct fields map = fields_new(maker);
    put_text(maker, &map, "event", words_event(last->event, maker->language));
    put_text(maker, &map, "severity", words_severity(last->severity, maker->language));
    put_text(maker, &map, "period", period_text(maker, last->period));
    put_text(maker, &map, "at", message_moment(last->at_ms, maker->language, maker->arena));
    return fields_value(&map);
}

/* ---- measures, chart ---- */

static struct template_value deadlines_value(const struct maker *maker)
{
    struct list list = list_new(maker, EVIDENCE_DEADLINES_MAX);
    for (size_t i = 0; maker->evidence != NULL && !maker->view->over && i < maker->evidence->deadline_count;
         i++) {
        const struct evidence_deadline *deadline = &maker->evidence->deadlines[i];
        struct fields row = fields_new(maker);
        put_text(maker, &row, "day", date_text(maker, deadline->day));
        put_text(maker, &row, "what", message_phrase(&deadline->row->what, maker->language));
        put_text(maker, &row, "basis", deadline->row->basis);
        put_text(maker, &row, "case", deadline->measure->id);
        push(&list, fields_value(&row));
    }
    return part_value(maker, &list);
}

static const char *rate_text(const struct maker *maker, const struct measure *measure)
{
    struct figure figure = {"", VALUE_RATIO, KNOWN, measure->rate};
    if (!(measure->rate >= 0)) /* NaN: not known */
        return "";
    return figure_text(maker, &figure);
}

/* The day that its standing is from. */
static int32_t since_of(const struct evidence_measure *measure)
{
    const struct measure *row = measure->row;
    switch (measure->standing) {
    case MEASURE_IN_FORCE:
        return row->from != DATE_NONE ? row->from : row->initiation;
    case MEASURE_OPEN_CASE:
        return row->petition != DATE_NONE ? row->petition : row->initiation;
    case MEASURE_ANNOUNCED:
        return row->announced;
    case MEASURE_ENDED:
        return row->ended != DATE_NONE ? row->ended : row->to;
    case MEASURE_NOT_KNOWN_YET:
    case MEASURE_STANDING_COUNT:
        break;
    }
    return DATE_NONE;
}

static struct template_value measures_value(const struct maker *maker)
{
    struct list list = list_new(maker, EVIDENCE_MEASURES_MAX);
    for (size_t i = 0; maker->evidence != NULL && i < maker->evidence->measure_count; i++) {
        const struct evidence_measure *measure = &maker->evidence->measures[i];
        struct fields row = fields_new(maker);
        put_text(maker, &row, "id", measure->row->id);
        put_text(maker, &row, "title", measure->row->title);
        put_text(maker, &row, "type", words_measure_type(measure->row->type, maker->language));
        put_text(maker, &row, "against", words_market(measure->row->against, maker->language));
        put_text(maker, &row, "standing", words_standing(measure->standing, maker->language));
        put_text(maker, &row, "since", date_text(maker, since_of(measure)));
        put_text(maker, &row, "rate", rate_text(maker, measure->row));
        put_text(maker, &row, "source", measure->row->source);
        push(&list, fields_value(&row));
    }
    if (list.len == 0)
        return (struct template_value){0};
    size_t rest = maker->evidence->measure_total - list.len;
    struct fields map = fields_new(maker);
    put(&map, "rows", list_value(&list));
    put_text(maker, &map, "more",
        rest > 0 ? arena_printf(maker->arena, "%s: %zu", words_get(WORD_MORE_MEASURES, maker->language), rest)
                 : "");
    return fields_value(&map);
}

/* In place of the picture: the figure that decides, and its threshold. */
static const char *chart_title(const struct maker *maker)
{
    const struct evidence *evidence = maker->evidence;
    const char *title = words_get(WORD_CHART, maker->language);
    if (evidence->limit_count == 0 || evidence->limits[0].figure >= maker->record->figure_count)
        return title;
    const struct evidence_limit *limit = &evidence->limits[0];
    return arena_printf(maker->arena, "%s: %s, %s; %s %s", title, label_of(maker, limit->figure),
        figure_text(maker, &maker->record->figures[limit->figure]),
        words_get(WORD_THRESHOLD, maker->language), limit_text(maker, limit));
}

static struct template_value chart_value(const struct maker *maker)
{
    if (maker->evidence == NULL || !chart_alert_has(maker->evidence))
        return (struct template_value){0};
    struct fields map = fields_new(maker);
    put_text(maker, &map, "id", message_chart_id(maker->record, maker->language, maker->arena));
    put_text(maker, &map, "title", chart_title(maker));
    return fields_value(&map);
}

/* ---- labels ---- */

static struct template_value labels_value(const struct maker *maker)
{
    static const struct {
        const char *name;
        enum word word;
    } labels[] = {
        {"figures", WORD_FIGURES},
        {"advice", WORD_ADVICE},
        {"basis", WORD_BASIS},
        {"trace", WORD_TRACE},
        {"changes", WORD_CHANGES},
        {"then", WORD_THEN},
        {"now", WORD_NOW},
        {"measures", WORD_MEASURES},
        {"since", WORD_SINCE},
        {"rate", WORD_RATE},
        {"deadlines", WORD_DEADLINES},
        {"data", WORD_DATA},
        {"threshold", WORD_THRESHOLD},
    };
    struct fields map = fields_new(maker);
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        put_text(maker, &map, labels[i].name, words_get(labels[i].word, maker->language));
    return fields_value(&map);
}

/* ---- the whole ---- */

static void put_scope(const struct maker *maker, struct fields *map)
{
    const struct alert_record *record = maker->record;
    const struct alert_scope *scope = &record->scope;
    const char *title = message_phrase(&record->product_title, maker->language);
    bool several = str_equal(scope->market, "*");
    put_text(maker, map, "rule", scope->rule);
    put_text(maker, map, "product", title[0] != '\0' ? title : scope->product);
    put_text(maker, map, "product_code", scope->product);
    put_text(maker, map, "market", several ? "" : words_market(scope->market, maker->language));
    put_text(maker, map, "market_code", several ? "" : scope->market);
    put_text(maker, map, "origin", words_market(scope->origin, maker->language));
    put_text(maker, map, "origin_code", scope->origin);
    put_text(maker, map, "period", period_text(maker, record->period));
    put_text(maker, map, "raised", period_text(maker, record->raised));
}

static void put_identity(const struct maker *maker, struct fields *map)
{
    const struct alert_record *record = maker->record;
    put_text(maker, map, "alert", record->id);
    put_text(maker, map, "number", arena_printf(maker->arena, "%d", record->seq));
    put_text(maker, map, "event_name", alert_event_name(record->event));
    put_text(maker, map, "severity_name", severity_name(record->severity));
    put_text(maker, map, "level", arena_printf(maker->arena, "%d", (int)record->severity + 1));
    put_text(maker, map, "sources", record->sources);
    put_text(maker, map, "vintage", record->vintage);
    put_text(maker, map, "ruleset", record->ruleset);
    put_text(maker, map, "decided", message_moment(record->at_ms, maker->language, maker->arena));
}

static void put_view(const struct maker *maker, struct fields *map)
{
    const struct message_view *view = maker->view;
    put_text(maker, map, "language", maker->language == LANGUAGE_VI ? "vi" : "en");
    put_text(maker, map, "event", view->event);
    put_text(maker, map, "tag", view->tag);
    put_text(maker, map, "severity", view->severity);
    put_text(maker, map, "colour", view->colour);
    put_text(maker, map, "title", view->title);
    put_text(maker, map, "headline", view->headline);
    put_text(maker, map, "sentence", view->sentence);
    put_text(maker, map, "advice", view->advice);
    put_text(maker, map, "note", view->note);
    put_text(maker, map, "next", view->next);
    put_text(maker, map, "command", view->command);
    put_text(maker, map, "other_language", view->other_language);
    put_flag(map, "over", view->over);
    put(map, "facts", rows_value(maker, &view->facts));
    put(map, "data", rows_value(maker, &view->data));
    put(map, "trace", rows_value(maker, &view->trace));
    put(map, "basis", texts_value(maker, view->basis));
}

struct template_value message_values(
    const struct alert_record *record, const struct message_view *view, struct arena *arena)
{
    struct maker maker = {record, record->evidence, view, view->language, arena};
    struct fields map = fields_new(&maker);
    put_view(&maker, &map);
    put_scope(&maker, &map);
    put_identity(&maker, &map);
    put(&map, "figures", figures_value(&maker));
    put(&map, "changes", changes_value(&maker));
    put(&map, "last", last_value(&maker));
    put(&map, "deadlines", deadlines_value(&maker));
    put(&map, "measures", measures_value(&maker));
    put(&map, "chart", chart_value(&maker));
    put(&map, "labels", labels_value(&maker));
    return fields_value(&map);
}
