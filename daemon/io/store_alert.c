#include <errno.h>
#include <string.h>

#include "io/store_event.h"
#include "io/store_internal.h"

_Static_assert(ALERT_INACTIVE == 0 && ALERT_PENDING == 1 && ALERT_FIRING == 2 && ALERT_CLEARING == 3 &&
                   ALERT_NO_DATA == 4,
    "on disk");
_Static_assert(EVENT_RAISED == 1 && EVENT_STRENGTHENED == 2 && EVENT_CONFIRMED == 3 && EVENT_RETRACTED == 4 &&
                   EVENT_CLEARED == 5 && EVENT_STALE == 6,
    "on disk");
_Static_assert(
    SEVERITY_WATCH == 0 && SEVERITY_CAUTION == 1 && SEVERITY_WARNING == 2 && SEVERITY_CRITICAL == 3,
    "on disk");
_Static_assert(AUDIENCE_PUBLIC == 0 && AUDIENCE_INTERNAL == 1, "on disk");
_Static_assert(KNOWN == 0 && UNKNOWN_NO_SERIES == 1 && UNKNOWN_MONTH == 2 && UNKNOWN_ZERO_BASE == 3 &&
                   UNKNOWN_ESTIMATED == 4 && UNKNOWN_SUPPRESSED == 5 && UNKNOWN_EARLY == 6 &&
                   UNKNOWN_RANGE == 7,
    "on disk");
_Static_assert(VALUE_NUMBER == 0 && VALUE_RATIO == 1 && VALUE_POINTS == 2 && VALUE_MONEY == 3 &&
                   VALUE_QUANTITY == 4 && VALUE_WEIGHT == 5 && VALUE_UNIT_VALUE == 6 && VALUE_MONTHS == 7 &&
                   VALUE_PERIOD == 8 && VALUE_BOOLEAN == 9,
    "on disk");

/* ---- reading ---- */

/* Texts last until the query's next step. */
static struct alert_row read_alert(struct query *query)
{
    /* Present or not: an alert may be closed at any moment, 0 too. */
    bool open = sqlite3_column_type(query->stmt, 12) == SQLITE_NULL;
    return (struct alert_row){
        .id = query_text(query, 0),
        .scope = {query_text(query, 1), query_text(query, 2), query_text(query, 3), query_text(query, 4)},
        .audience = (enum audience)query_enum(query, 5, AUDIENCE_INTERNAL + 1),
        .told =
            {
                .open = open,
                .raised = (int32_t)query_int(query, 6),
                .severity = (enum severity)query_enum(query, 7, SEVERITY_COUNT),
                .state = (enum alert_state)query_enum(query, 8, ALERT_STATE_COUNT),
                .period = (int32_t)query_int(query, 9),
            },
        .seq = (int)query_int(query, 10),
        .opened_ms = query_int(query, 11),
        .closed_ms = query_int(query, 12),
    };
}

int store_each_alert(struct store *store, bool open_only,
    void (*fn)(void *userdata, const struct alert_row *row), void *userdata)
{
    struct query query = query_start(store, open_only ? SQL_EACH_OPEN_ALERT : SQL_EACH_ALERT);
    while (query_step(&query) > 0) {
        struct alert_row row = read_alert(&query);
        if (query.r == 0)
            fn(userdata, &row);
    }
    return query_end(&query);
}

static struct alert_row keep_alert(struct arena *arena, struct alert_row row)
{
    row.id = arena_strdup(arena, row.id);
    row.scope.rule = arena_strdup(arena, row.scope.rule);
    row.scope.product = arena_strdup(arena, row.scope.product);
    row.scope.market = arena_strdup(arena, row.scope.market);
    row.scope.origin = arena_strdup(arena, row.scope.origin);
    return row;
}

int store_get_alert(struct store *store, const char *id, struct arena *arena, struct alert_row *ret_row)
{
    struct query query = query_start(store, SQL_GET_ALERT);
    query_bind_text(&query, id);
    int found = query_step(&query);
    struct alert_row row = {0};
    if (found > 0)
        row = read_alert(&query);
    if (found > 0 && query.r == 0)
        *ret_row = keep_alert(arena, row);
    int r = query_end(&query);
    return r == 0 && found == 0 ? -ENOENT : r;
}

int store_find_alert(struct store *store, const char *begin, struct arena *arena, struct alert_row *ret_row)
{
    struct query query = query_start(store, SQL_FIND_ALERT);
    query_bind_text(&query, begin);
    struct alert_row row = {0};
    int found = 0;
    while (query_step(&query) > 0)
        if (found++ == 0)
            row = keep_alert(arena, read_alert(&query));
    int r = query_end(&query);
    if (r == 0 && found == 1)
        *ret_row = row;
    return r < 0 ? r : found == 0 ? -ENOENT : found > 1 ? -ENOTUNIQ : 0;
}

static size_t count_figures(struct query *query)
{
    size_t n = 0;
    while (query_step(query) > 0)
        n++;
    query_end(query);
    return n;
}

/* Ends a query for figures. */
static int take_figures(
    struct query *query, struct arena *arena, struct figure **ret_figures, size_t *ret_count)
{
    size_t count = count_figures(query), n = 0; /* its parameters stay bound for the second run */
    struct figure *figures = arena_array(arena, count, sizeof *figures);
    while (n < count && query_step(query) > 0)
        figures[n++] = (struct figure){
            .name = arena_strdup(arena, query_text(query, 0)),
            .type = (enum value_type)query_enum(query, 1, VALUE_TYPE_COUNT),
            .unknown = (enum unknown)query_enum(query, 2, UNKNOWN_COUNT),
            .value = sqlite3_column_double(query->stmt, 3),
        };
    int r = query_end(query);
    if (r < 0)
        return r;
    *ret_figures = figures;
    *ret_count = n;
    return 0;
}

int store_alert_figures(
    struct store *store, const char *id, struct arena *arena, struct figure **ret_figures, size_t *ret_count)
{
    struct query query = query_start(store, SQL_EACH_ALERT_FIGURE);
    query_bind_text(&query, id);
    return take_figures(&query, arena, ret_figures, ret_count);
}

static struct event_row read_event(struct query *query, struct arena *arena)
{
    return (struct event_row){
        .seq = (int)query_int(query, 0),
        .at_ms = query_int(query, 1),
        .event = (enum alert_event)query_enum(query, 2, EVENT_COUNT),
        .reason = arena_strdup(arena, query_text(query, 3)),
        .period = (int32_t)query_int(query, 4),
        .raised = (int32_t)query_int(query, 5),
        .severity = (enum severity)query_enum(query, 6, SEVERITY_COUNT),
        .state = (enum alert_state)query_enum(query, 7, ALERT_STATE_COUNT),
        .sources = arena_strdup(arena, query_text(query, 8)),
        .vintage = arena_strdup(arena, query_text(query, 9)),
        .ruleset = arena_strdup(arena, query_text(query, 10)),
    };
}

static int find_event(
    struct store *store, const char *alert, int seq, struct arena *arena, struct event_row *ret_row)
{
    struct query query = query_start(store, seq > 0 ? SQL_GET_EVENT : SQL_GET_RAISING_EVENT);
    query_bind_text(&query, alert);
    if (seq > 0)
        query_bind_int(&query, seq);
    int found = query_step(&query);
    struct event_row row = {0};
    if (found > 0)
        row = read_event(&query, arena);
    int r = query_end(&query);
    if (r == 0 && found > 0)
        *ret_row = row;
    return r == 0 && found == 0 ? -ENOENT : r;
}

int store_get_event(
    struct store *store, const char *alert, int seq, struct arena *arena, struct event_row *ret_row)
{
    struct alert_row of = {0};
    struct event_row row = {0};
    int r = store_find_alert(store, alert, arena, &of);
    if (r == 0)
        r = find_event(store, of.id, seq, arena, &row);
    if (r < 0)
        return r;
    row.alert = of.id;
    row.scope = of.scope;
    struct query query = query_start(store, SQL_EACH_FIGURE);
    query_bind_text(&query, row.alert);
    query_bind_int(&query, row.seq);
    r = take_figures(&query, arena, &row.figures, &row.figure_count);
    if (r == 0)
        *ret_row = row;
    return r;
}

/* ---- records ---- */

/* What was not given is kept as "". */
static const char *given(struct query *query, int column, struct arena *arena)
{
    const char *text = query_text(query, column);
    return text[0] != '\0' ? arena_strdup(arena, text) : NULL;
}

static struct phrase read_phrase(struct query *query, int column, struct arena *arena)
{
    struct phrase phrase;
    for (int language = 0; language < LANGUAGE_COUNT; language++)
        phrase.text[language] = given(query, column + language, arena);
    return phrase;
}

/* One item a line; NULL-terminated. */
static const char *const *split_lines(const char *text, struct arena *arena)
{
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++)
        n += *p == '\n';
    const char **lines = arena_array(arena, n + 2, sizeof *lines);
    for (n = 0; *text != '\0'; n++) {
        size_t len = strcspn(text, "\n");
        lines[n] = arena_strndup(arena, text, len);
        text += len + (text[len] == '\n');
    }
    return lines;
}

static struct alert_record read_record(struct query *query, struct arena *arena)
{
    return (struct alert_record){
        .scope = {arena_strdup(arena, query_text(query, 0)), arena_strdup(arena, query_text(query, 1)),
            arena_strdup(arena, query_text(query, 2)), arena_strdup(arena, query_text(query, 3))},
        .at_ms = query_int(query, 4),
        .event = (enum alert_event)query_enum(query, 5, EVENT_COUNT),
        .reason = arena_strdup(arena, query_text(query, 6)),
        .period = (int32_t)query_int(query, 7),
        .raised = (int32_t)query_int(query, 8),
        .severity = (enum severity)query_enum(query, 9, SEVERITY_COUNT),
        .state = (enum alert_state)query_enum(query, 10, ALERT_STATE_COUNT),
        .audience = (enum audience)query_enum(query, 11, AUDIENCE_INTERNAL + 1),
        .product_title = read_phrase(query, 12, arena),
        .title = read_phrase(query, 14, arena),
        .advice = read_phrase(query, 16, arena),
        .basis = split_lines(query_text(query, 18), arena),
        .sources = arena_strdup(arena, query_text(query, 19)),
        .vintage = arena_strdup(arena, query_text(query, 20)),
        .ruleset = arena_strdup(arena, query_text(query, 21)),
    };
}

int store_get_record(
    struct store *store, const char *alert, int seq, struct arena *arena, struct alert_record *ret_record)
{
    struct query query = query_start(store, SQL_GET_RECORD);
    query_bind_text(&query, alert);
    query_bind_int(&query, seq);
    struct alert_record record = {0};
    int found = query_step(&query);
    if (found > 0)
        record = read_record(&query, arena);
    int r = query_end(&query);
    if (r < 0 || found == 0)
        return r < 0 ? r : -ENOENT;
    record.id = arena_strdup(arena, alert);
    record.seq = seq;
    struct figure *figures = NULL;
    query = query_start(store, SQL_EACH_FIGURE);
    query_bind_text(&query, alert);
    query_bind_int(&query, seq);
    r = take_figures(&query, arena, &figures, &record.figure_count);
    record.figures = figures;
    if (r == 0)
        *ret_record = record;
    return r;
}

/* ---- writing ---- */

static int put_alert(struct store *store, const struct alert_record *record, bool closes)
{
    struct query query = query_start(store, SQL_PUT_ALERT);
    query_bind_text(&query, record->id);
    query_bind_text(&query, record->scope.rule);
    query_bind_text(&query, record->scope.product);
    query_bind_text(&query, record->scope.market);
    query_bind_text(&query, record->scope.origin);
    query_bind_int(&query, record->audience);
    query_bind_int(&query, record->raised);
    query_bind_int(&query, record->severity);
    query_bind_int(&query, record->state);
    query_bind_int(&query, record->period);
    query_bind_int(&query, record->seq);
    query_bind_int(&query, record->at_ms);
    if (closes)
        query_bind_int(&query, record->at_ms);
    else
        query_bind_null(&query);
    return query_run(&query);
}

static const char *join_lines(const char *const *lines, struct arena *arena)
{
    const char *text = "";
    for (size_t i = 0; lines != NULL && lines[i] != NULL; i++)
        text = i == 0 ? lines[i] : arena_printf(arena, "%s\n%s", text, lines[i]);
    return text;
}

static int put_event(struct store *store, const struct alert_record *record)
{
    struct arena arena = ARENA_NULL;
    struct query query = query_start(store, SQL_PUT_EVENT);
    query_bind_text(&query, record->id);
    query_bind_int(&query, record->seq);
    query_bind_int(&query, record->at_ms);
    query_bind_int(&query, record->event);
    query_bind_text(&query, record->reason);
    query_bind_int(&query, record->period);
    query_bind_int(&query, record->raised);
    query_bind_int(&query, record->severity);
    query_bind_int(&query, record->state);
    query_bind_int(&query, record->audience);
    query_bind_text(&query, record->product_title.text[LANGUAGE_VI]);
    query_bind_text(&query, record->product_title.text[LANGUAGE_EN]);
    query_bind_text(&query, record->title.text[LANGUAGE_VI]);
    query_bind_text(&query, record->title.text[LANGUAGE_EN]);
    query_bind_text(&query, record->advice.text[LANGUAGE_VI]);
    query_bind_text(&query, record->advice.text[LANGUAGE_EN]);
    query_bind_text(&query, join_lines(record->basis, &arena));
    query_bind_text(&query, record->sources);
    query_bind_text(&query, record->vintage);
    query_bind_text(&query, record->ruleset);
    int r = query_run(&query);
    arena_deinit(&arena);
    return r;
}

/* The last four columns, the same in both tables. */
static int put_figure(struct query *query, size_t position, const struct figure *figure)
{
    query_bind_int(query, (int64_t)position);
    query_bind_text(query, figure->name);
    query_bind_int(query, figure->type);
    query_bind_int(query, figure->unknown);
    if (figure->unknown == KNOWN)
        query_bind_real(query, figure->value);
    else
        query_bind_null(query);
    return query_run(query);
}

static int put_event_figures(struct store *store, const struct alert_record *record)
{
    int r = 0;
    for (size_t i = 0; i < record->figure_count && r == 0; i++) {
        struct query query = query_start(store, SQL_PUT_FIGURE);
        query_bind_text(&query, record->id);
        query_bind_int(&query, record->seq);
        r = put_figure(&query, i, &record->figures[i]);
    }
    return r;
}

static int replace_alert_figures(
    struct store *store, const char *id, const struct figure *figures, size_t count)
{
    struct query drop = query_start(store, SQL_DROP_ALERT_FIGURES);
    query_bind_text(&drop, id);
    int r = query_run(&drop);
    for (size_t i = 0; i < count && r == 0; i++) {
        struct query query = query_start(store, SQL_PUT_ALERT_FIGURE);
        query_bind_text(&query, id);
        r = put_figure(&query, i, &figures[i]);
    }
    return r;
}

int store_put_event(struct store *store, const struct alert_record *record, bool closes)
{
    int r = store_enter(store);
    if (r < 0)
        return r;
    r = put_alert(store, record, closes);
    if (r == 0)
        r = put_event(store, record);
    if (r == 0)
        r = put_event_figures(store, record);
    if (r == 0)
        r = replace_alert_figures(store, record->id, record->figures, record->figure_count);
    return store_leave(store, r);
}

static int touch_alert(struct store *store, const char *id, enum alert_state state, int32_t period)
{
    struct query query = query_start(store, SQL_TOUCH_ALERT);
    query_bind_int(&query, state);
    query_bind_int(&query, period);
    query_bind_text(&query, id);
    int r = query_run(&query);
    return r == 0 && sqlite3_changes(store->db) == 0 ? -ENOENT : r;
}

int store_touch_alert(struct store *store, const char *id, enum alert_state state, int32_t period,
    const struct figure *figures, size_t figure_count)
{
    int r = store_enter(store);
    if (r < 0)
        return r;
    r = touch_alert(store, id, state, period);
    if (r == 0)
        r = replace_alert_figures(store, id, figures, figure_count);
    return store_leave(store, r);
}
