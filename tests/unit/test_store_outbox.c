/* link: daemon/io/store daemon/io/store_query daemon/io/store_alert daemon/io/store_outbox daemon/io/store_receiver daemon/io/schema daemon/io/block daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str */
#include "tests/support/temp_store.h"

#include <errno.h>
#include <float.h>
#include <string.h>

#include "io/store_event.h"
#include "tests/support/sample_record.h"

static void put_event(struct store *store, const struct alert_record *record, bool closes)
{
    int r = store_put_event(store, record, closes);
    if (r < 0)
        fail_msg("%d %s", r, store_error(store));
}

static struct alert_row get_alert(struct temp_store *temp, const char *id)
{
    struct alert_row row = {0};
    int r = store_get_alert(temp->store, id, &temp->arena, &row);
    if (r < 0)
        fail_msg("%s: %d %s", id, r, store_error(temp->store));
    return row;
}

/* ---- alerts ---- */

static void alert_comes_back_after_reopening(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade();
    put_event(temp->store, &record, false);
    temp_store_reopen(temp);
    struct alert_row row = get_alert(temp, record.id);
    assert_string_equal(row.id, record.id);
    assert_string_equal(row.scope.rule, record.scope.rule);
    assert_string_equal(row.scope.product, record.scope.product);
    assert_string_equal(row.scope.market, record.scope.market);
    assert_string_equal(row.scope.origin, record.scope.origin);
    assert_int_equal(row.audience, record.audience);
    assert_true(row.told.open);
    assert_int_equal(row.told.raised, record.raised);
    assert_int_equal(row.told.severity, record.severity);
    assert_int_equal(row.told.state, record.state);
    assert_int_equal(row.told.period, record.period);
    assert_int_equal(row.seq, 1);
    assert_int_equal(row.opened_ms, record.at_ms);
    assert_int_equal(row.closed_ms, 0);
}

static void unknown_alert_is_not_found(void **state)
{
    struct temp_store *temp = *state;
    struct alert_row row = {.seq = -7};
    assert_int_equal(store_get_alert(temp->store, "none", &temp->arena, &row), -ENOENT);
    assert_int_equal(row.seq, -7);
    assert_int_equal(store_touch_alert(temp->store, "none", ALERT_FIRING, 1, NULL, 0), -ENOENT);
    struct figure *figures;
    size_t n = 9;
    assert_int_equal(store_alert_figures(temp->store, "none", &temp->arena, &figures, &n), 0);
    assert_int_equal(n, 0);
}

static void event_is_journaled_with_all_its_texts(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade();
    put_event(temp->store, &record, false);
    assert_string_equal(temp_store_sql(temp, "SELECT basis FROM event"),
        "19 USC 1677j(b)(1)-(3)\n19 USC 1677(24)(A)\nNghị định 86/2025/NĐ-CP");
    assert_string_equal(temp_store_sql(temp, "SELECT advice_vi FROM event"), record.advice.text[LANGUAGE_VI]);
    assert_string_equal(temp_store_sql(temp, "SELECT product_en || reason || vintage FROM event"),
        "Plywoodthreshold9d5ed678fe57bcca610140957afab571e0b8f8d7f3bb9c9a8dcf1d7d2b1a7c11");
    assert_string_equal(temp_store_sql(temp, "SELECT group_concat(name) FROM figure WHERE seq = 1"),
        "g3,uv,share12,shift12,value12,duty_age,under_duty,undercut12");
}

static void record_without_titles_and_basis_is_fine(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record record = sample_feed();
    record.basis = NULL;
    record.title = record.advice = record.product_title = (struct phrase){{NULL, NULL}};
    put_event(temp->store, &record, false);
    assert_string_equal(
        temp_store_sql(temp, "SELECT '<' || basis || title_vi || advice_en || '>' FROM event"), "<>");
}

static void event_is_written_once(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade();
    put_event(temp->store, &record, false);
    record.severity = SEVERITY_CRITICAL;
    assert_int_equal(store_put_event(temp->store, &record, false), -EEXIST);
    assert_int_equal(get_alert(temp, record.id).told.severity, SEVERITY_WARNING); /* nothing of it stays */
    record.seq = 2;
    record.event = EVENT_STRENGTHENED;
    put_event(temp->store, &record, false);
    assert_int_equal(get_alert(temp, record.id).told.severity, SEVERITY_CRITICAL);
    assert_int_equal(get_alert(temp, record.id).seq, 2);
    assert_string_equal(temp_store_sql(temp, "SELECT group_concat(event) FROM event"), "1,2");
}

static void event_none_is_no_event(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade();
    record.event = EVENT_NONE;
    assert_int_equal(store_put_event(temp->store, &record, false), -EEXIST);
}

static void closed_alert_reopens_with_its_first_opening(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade();
    record.at_ms = 100;
    put_event(temp->store, &record, false);
    record.seq = 2, record.event = EVENT_CLEARED, record.state = ALERT_INACTIVE, record.at_ms = 200;
    put_event(temp->store, &record, true);
    struct alert_row row = get_alert(temp, record.id);
    assert_false(row.told.open);
    assert_int_equal(row.opened_ms, 100);
    assert_int_equal(row.closed_ms, 200);
    record.seq = 3, record.event = EVENT_RAISED, record.state = ALERT_FIRING, record.at_ms = 300;
    put_event(temp->store, &record, false);
    row = get_alert(temp, record.id);
    assert_true(row.told.open);
    assert_int_equal(row.opened_ms, 100);
    assert_int_equal(row.closed_ms, 0);
    assert_int_equal(row.seq, 3);
}

/* Raised, strengthened, cleared, and raised again. */
static void put_life(struct store *store, struct alert_record record)
{
    static const enum alert_event life[] = {EVENT_RAISED, EVENT_STRENGTHENED, EVENT_CLEARED, EVENT_RAISED};
    for (int i = 0; i < 4; i++) {
        record.seq = i + 1, record.event = life[i], record.at_ms = 100 * (i + 1);
        record.figure_count = i == 1 ? 2 : 1;
        put_event(store, &record, life[i] == EVENT_CLEARED);
    }
}

static void event_is_found_by_the_beginning_of_its_alert(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade(), other = sample_feed();
    put_life(temp->store, record);
    put_event(temp->store, &other, false);
    struct event_row row;
    assert_int_equal(store_get_event(temp->store, "5f2b", 2, &temp->arena, &row), 0);
    assert_string_equal(row.alert, record.id);
    assert_string_equal(row.scope.rule, record.scope.rule);
    assert_string_equal(row.scope.product, record.scope.product);
    assert_string_equal(row.scope.market, record.scope.market);
    assert_string_equal(row.scope.origin, record.scope.origin);
    assert_int_equal(row.seq, 2);
    assert_int_equal(row.event, EVENT_STRENGTHENED);
    assert_int_equal(row.period, record.period);
    assert_int_equal(row.raised, record.raised);
    assert_int_equal(row.severity, record.severity);
    assert_int_equal(row.state, record.state);
    assert_string_equal(row.reason, record.reason);
    assert_string_equal(row.sources, record.sources);
    assert_string_equal(row.vintage, record.vintage);
    assert_string_equal(row.ruleset, record.ruleset);
    assert_int_equal(row.at_ms, 200);
    assert_int_equal(row.figure_count, 2);
    assert_string_equal(row.figures[1].name, record.figures[1].name);
    assert_true(row.figures[1].value == record.figures[1].value);
    assert_int_equal(store_get_event(temp->store, record.id, 0, &temp->arena, &row), 0);
    assert_int_equal(row.seq, 4); /* that raised what is open now */
    assert_int_equal(row.figure_count, 1);
}

static void event_of_no_or_of_several_alerts_is_not_found(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade(), twin = sample_trade();
    struct event_row row = {.seq = -7};
    put_event(temp->store, &record, false);
    assert_int_equal(store_get_event(temp->store, "0", 0, &temp->arena, &row), -ENOENT);
    assert_int_equal(store_get_event(temp->store, "5%", 0, &temp->arena, &row), -ENOENT);
    assert_int_equal(store_get_event(temp->store, record.id, 2, &temp->arena, &row), -ENOENT);
    twin.id = "5f2b8c0d9a7e41c38b6a0d2e4f617284";
    put_event(temp->store, &twin, false);
    assert_int_equal(store_get_event(temp->store, "5f2b", 0, &temp->arena, &row), -ENOTUNIQ);
    assert_int_equal(row.seq, -7);
    assert_int_equal(store_get_event(temp->store, twin.id, 0, &temp->arena, &row), 0);
    assert_string_equal(row.alert, twin.id);
}

struct ids {
    char text[200];
};

static void join_alerts(void *userdata, const struct alert_row *row)
{
    struct ids *ids = userdata;
    size_t n = strlen(ids->text);
    snprintf(ids->text + n, sizeof ids->text - n, "%s%s ", row->id, row->told.open ? "" : "!");
}

static void alerts_come_oldest_first(void **state)
{
    struct temp_store *temp = *state;
    static const struct {
        const char *id;
        int64_t at_ms;
        bool closes;
    } cases[] = {{"c", 30, false}, {"a", 40, false}, {"b", 10, true}, {"d", 20, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct alert_record record = sample_trade();
        record.id = cases[i].id;
        record.at_ms = cases[i].at_ms;
        put_event(temp->store, &record, cases[i].closes);
    }
    struct ids open = {""}, all = {""};
    assert_int_equal(store_each_alert(temp->store, true, join_alerts, &open), 0);
    assert_string_equal(open.text, "d c a ");
    assert_int_equal(store_each_alert(temp->store, false, join_alerts, &all), 0);
    assert_string_equal(all.text, "b! d c a ");
    struct store_counts counts;
    assert_int_equal(store_count(temp->store, &counts), 0);
    assert_int_equal(counts.alerts_open, 3);
    assert_int_equal(counts.events, 4);
}

static void assert_figures(
    struct temp_store *temp, const char *id, const struct figure *figures, size_t count)
{
    struct figure *back;
    size_t n;
    assert_int_equal(store_alert_figures(temp->store, id, &temp->arena, &back, &n), 0);
    assert_int_equal(n, count);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(back[i].name, figures[i].name);
        assert_int_equal(back[i].type, figures[i].type);
        assert_int_equal(back[i].unknown, figures[i].unknown);
        double value = figures[i].unknown == KNOWN ? figures[i].value : 0;
        assert_memory_equal(&back[i].value, &value, sizeof value);
    }
}

static void figures_come_back_bit_for_bit(void **state)
{
    struct temp_store *temp = *state;
    static const struct figure figures[] = {
        {"zero", VALUE_NUMBER, KNOWN, 0.0},
        {"tenth", VALUE_RATIO, KNOWN, 0.1},
        {"third", VALUE_POINTS, KNOWN, -1.0 / 3.0},
        {"great", VALUE_MONEY, KNOWN, DBL_MAX},
        {"tiny", VALUE_WEIGHT, KNOWN, DBL_TRUE_MIN},
        {"whole", VALUE_QUANTITY, KNOWN, 9007199254740993.0},
        {"early", VALUE_BOOLEAN, UNKNOWN_EARLY, 5.0},
    };
    struct alert_record record = sample_trade();
    record.figures = figures;
    record.figure_count = sizeof figures / sizeof *figures;
    put_event(temp->store, &record, false);
    temp_store_reopen(temp);
    assert_figures(temp, record.id, figures, record.figure_count);
}

static void touch_replaces_the_present_figures_only(void **state)
{
    struct temp_store *temp = *state;
    static const struct figure later[] = {
        {"g3", VALUE_RATIO, KNOWN, 0.5}, {"uv", VALUE_RATIO, UNKNOWN_MONTH, 0}};
    struct alert_record record = sample_trade();
    put_event(temp->store, &record, false);
    assert_figures(temp, record.id, sample_figures, record.figure_count);
    assert_int_equal(
        store_touch_alert(temp->store, record.id, ALERT_CLEARING, record.period + 1, later, 2), 0);
    assert_figures(temp, record.id, later, 2);
    struct alert_row row = get_alert(temp, record.id);
    assert_int_equal(row.told.state, ALERT_CLEARING);
    assert_int_equal(row.told.period, record.period + 1);
    assert_int_equal(row.seq, 1);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM figure"), "8");
    assert_int_equal(store_touch_alert(temp->store, record.id, ALERT_FIRING, record.period + 2, NULL, 0), 0);
    assert_figures(temp, record.id, later, 0);
}

static void numbers_that_mean_nothing_are_damage(void **state)
{
    static const char *const columns[] = {"state", "severity", "audience"};
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade();
    put_event(temp->store, &record, false);
    for (size_t i = 0; i < 3; i++) {
        sqlite3 *db = NULL;
        char sql[200];
        snprintf(sql, sizeof sql,
            "PRAGMA ignore_check_constraints = ON; UPDATE alert SET state = 0, severity = 0, "
            "audience = 0; UPDATE alert SET %s = 99",
            columns[i]);
        assert_int_equal(sqlite3_open(temp->path, &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        struct alert_row row;
        struct ids ids = {""};
        assert_int_equal(store_get_alert(temp->store, record.id, &temp->arena, &row), -EUCLEAN);
        assert_non_null(strstr(store_error(temp->store), columns[i]));
        assert_int_equal(store_each_alert(temp->store, true, join_alerts, &ids), -EUCLEAN);
        assert_string_equal(ids.text, "");
    }
    temp_store_sql(temp, "UPDATE alert_figure SET type = -1");
    struct figure *figures;
    size_t n;
    assert_int_equal(store_alert_figures(temp->store, record.id, &temp->arena, &figures, &n), -EUCLEAN);
}

/* ---- outbox ---- */

static struct delivery_row sample_delivery(const char *receiver, int64_t next_ms)
{
    return (struct delivery_row){
        .alert = sample_trade().id,
        .seq = 1,
        .receiver = receiver,
        .channel = "email",
        .message_id = "<1@tdwatch>",
        .subject = "Gỗ dán",
        .text = "text",
        .html = "<p>html</p>",
        .body = "",
        .thread = "",
        .created_ms = 50,
        .next_ms = next_ms,
    };
}

static int64_t put_delivery(struct temp_store *temp, const char *receiver, int64_t next_ms)
{
    struct delivery_row row = sample_delivery(receiver, next_ms);
    int64_t id = -1;
    int r = store_put_delivery(temp->store, &row, &id);
    if (r < 0)
        fail_msg("%d %s", r, store_error(temp->store));
    return id;
}

static int outbox_setup(void **state)
{
    temp_store_setup(state);
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade();
    put_event(temp->store, &record, false);
    return 0;
}

static const char *due_but(
    struct temp_store *temp, int64_t now_ms, size_t limit, const char *taken, const char *done)
{
    struct delivery_row *rows;
    size_t n;
    const char *names = "";
    struct due_question question = {now_ms, limit, taken, done};
    assert_int_equal(store_due_deliveries(temp->store, &question, &temp->arena, &rows, &n), 0);
    for (size_t i = 0; i < n; i++)
        names = arena_printf(&temp->arena, "%s%s ", names, rows[i].receiver);
    return names;
}

static const char *due(struct temp_store *temp, int64_t now_ms, size_t limit)
{
    return due_but(temp, now_ms, limit, "[]", "[]");
}

static void delivery_comes_back_after_reopening(void **state)
{
    struct temp_store *temp = *state;
    int64_t id = put_delivery(temp, "press", 60);
    temp_store_reopen(temp);
    struct delivery_row *rows, want = sample_delivery("press", 60);
    size_t n;
    struct due_question question = {60, 10, "[]", "[]"};
    assert_int_equal(store_due_deliveries(temp->store, &question, &temp->arena, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].id, id);
    assert_string_equal(rows[0].alert, want.alert);
    assert_int_equal(rows[0].seq, 1);
    assert_string_equal(rows[0].receiver, "press");
    assert_string_equal(rows[0].channel, "email");
    assert_string_equal(rows[0].message_id, want.message_id);
    assert_string_equal(rows[0].subject, want.subject);
    assert_string_equal(rows[0].text, want.text);
    assert_string_equal(rows[0].html, want.html);
    assert_string_equal(rows[0].body, "");
    assert_string_equal(rows[0].thread, "");
    assert_int_equal(rows[0].state, DELIVERY_PENDING);
    assert_int_equal(rows[0].attempts, 0);
    assert_int_equal(rows[0].created_ms, 50);
    assert_int_equal(rows[0].next_ms, 60);
    assert_int_equal(rows[0].done_ms, 0);
    assert_string_equal(rows[0].last_text, "");
}

static void delivery_is_added_once(void **state)
{
    struct temp_store *temp = *state;
    assert_true(put_delivery(temp, "press", 60) > 0);
    assert_int_equal(put_delivery(temp, "press", 70), 0);
    assert_true(put_delivery(temp, "office", 70) > 0);
    assert_string_equal(
        temp_store_sql(temp, "SELECT group_concat(receiver || next_ms) FROM delivery"), "press60,office70");
}

static void delivery_of_no_event_is_refused(void **state)
{
    struct temp_store *temp = *state;
    struct delivery_row row = sample_delivery("press", 60);
    int64_t id = -7;
    row.seq = 2;
    assert_int_equal(store_put_delivery(temp->store, &row, &id), -EEXIST);
    assert_int_equal(id, -7);
}

static void who_was_told_is_known(void **state)
{
    struct temp_store *temp = *state;
    bool told = false;
    put_delivery(temp, "press", 60);
    assert_int_equal(store_was_told(temp->store, sample_trade().id, "none", "press", &told), 0);
    assert_true(told);
    assert_int_equal(store_was_told(temp->store, sample_trade().id, "none", "office", &told), 0);
    assert_false(told);
    assert_int_equal(store_was_told(temp->store, "none", "none", "press", &told), 0);
    assert_false(told);
}

static void due_deliveries_come_oldest_due_first(void **state)
{
    struct temp_store *temp = *state;
    put_delivery(temp, "c", 300);
    put_delivery(temp, "a", 100);
    put_delivery(temp, "b", 100);
    put_delivery(temp, "d", 400);
    assert_string_equal(due(temp, 99, 10), "");
    assert_string_equal(due(temp, 100, 10), "a b ");
    assert_string_equal(due(temp, 300, 10), "a b c ");
    assert_string_equal(due(temp, 1000, SIZE_MAX), "a b c d ");
    assert_string_equal(due(temp, 1000, 2), "a b ");
    assert_string_equal(due(temp, 1000, 0), "");
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM pragma_index_info('delivery_due')"), "2");
}

static void attempt(
    struct temp_store *temp, int64_t delivery, enum delivery_state to, int64_t at_ms, int64_t next_ms)
{
    struct attempt_row row = {.delivery = delivery,
        .at_ms = at_ms,
        .state = to,
        .next_ms = next_ms,
        .status = 451,
        .text = "try later"};
    int r = store_put_attempt(temp->store, &row);
    if (r < 0)
        fail_msg("%d %s", r, store_error(temp->store));
}

/* What the asker knows counts before it is journaled. */
static void what_is_under_way_is_not_due(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record second = sample_trade();
    second.seq = 2;
    second.event = EVENT_STRENGTHENED;
    put_event(temp->store, &second, false);
    struct delivery_row row = sample_delivery("press", 60);
    int64_t first = put_delivery(temp, "press", 50), next = -1;
    row.seq = 2;
    row.message_id = "second";
    assert_int_equal(store_put_delivery(temp->store, &row, &next), 0);
    const char *list = arena_printf(&temp->arena, "[%lld]", (long long)first);
    const char *both = arena_printf(&temp->arena, "[%lld,%lld]", (long long)first, (long long)next);
    assert_string_equal(due_but(temp, 100, 10, "[]", "[]"), "press ");
    assert_string_equal(due_but(temp, 100, 10, list, "[]"), ""); /* the second waits for the first */
    assert_string_equal(due_but(temp, 100, 10, list, list), "press ");
    assert_string_equal(due_but(temp, 100, 10, both, list), "");
}

/* A reader beside the writer sees what is committed, and waits for nobody. */
static void follower_sees_commits_only(void **state)
{
    struct temp_store *temp = *state, follower = *temp;
    put_delivery(temp, "press", 60);
    temp_store_open(&follower, STORE_FOLLOW);
    assert_int_equal(store_begin(temp->store), 0);
    put_delivery(temp, "office", 60);
    assert_string_equal(due(&follower, 100, 10), "press ");
    assert_int_equal(store_commit(temp->store), 0);
    assert_string_equal(due(&follower, 100, 10), "press office ");
    assert_int_equal(store_begin(follower.store), 0);
    assert_int_equal(
        store_put_delivery(follower.store, &(struct delivery_row){.alert = "x"}, &(int64_t){0}), -EROFS);
    store_rollback(follower.store);
    assert_int_equal(store_close(follower.store), 0);
    temp->arena = follower.arena;
}

static void attempts_move_the_delivery_and_are_journaled(void **state)
{
    struct temp_store *temp = *state;
    int64_t id = put_delivery(temp, "press", 60), next = -1;
    attempt(temp, id, DELIVERY_PENDING, 61, 900);
    assert_string_equal(due(temp, 899, 10), "");
    assert_int_equal(store_next_delivery(temp->store, &next), 0);
    assert_int_equal(next, 900);
    attempt(temp, id, DELIVERY_DELIVERED, 901, 0);
    assert_string_equal(due(temp, 9999, 10), "");
    assert_int_equal(store_next_delivery(temp->store, &next), -ENOENT);
    assert_string_equal(
        temp_store_sql(temp, "SELECT state || ' ' || attempts || ' ' || done_ms || ' ' || last_text"
                             " FROM delivery"),
        "1 2 901 try later");
    assert_string_equal(
        temp_store_sql(temp, "SELECT group_concat(number || ' ' || at_ms || ' ' || state || ' ' || next_ms ||"
                             " ' ' || status, '; ') FROM attempt"),
        "1 61 0 900 451; 2 901 1 0 451");
}

/* It is journaled, and does not use up the receiver's schedule. */
static void own_fault_is_no_attempt_of_the_receiver(void **state)
{
    struct temp_store *temp = *state;
    int64_t id = put_delivery(temp, "press", 60);
    struct attempt_row ours = {
        .delivery = id, .at_ms = 61, .next_ms = 70, .status = 535, .text = "refused", .own_fault = true};
    assert_int_equal(store_put_attempt(temp->store, &ours), 0);
    attempt(temp, id, DELIVERY_PENDING, 71, 80);
    assert_string_equal(temp_store_sql(temp, "SELECT attempts FROM delivery"), "1");
    assert_string_equal(
        temp_store_sql(temp, "SELECT group_concat(number || status) FROM attempt"), "1535,2451");
}

static void delivered_stays_delivered(void **state)
{
    struct temp_store *temp = *state;
    int64_t id = put_delivery(temp, "press", 60);
    attempt(temp, id, DELIVERY_DELIVERED, 61, 0);
    struct attempt_row again = {.delivery = id, .at_ms = 70, .next_ms = 80, .text = ""};
    assert_int_equal(store_put_attempt(temp->store, &again), -ENOENT);
    again.delivery = 4711;
    assert_int_equal(store_put_attempt(temp->store, &again), -ENOENT);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM attempt"), "1");
}

static void parked_can_be_tried_again(void **state)
{
    struct temp_store *temp = *state;
    int64_t id = put_delivery(temp, "press", 60);
    attempt(temp, id, DELIVERY_PARKED, 61, 0);
    assert_string_equal(due(temp, 9999, 10), "");
    attempt(temp, id, DELIVERY_PENDING, 70, 75);
    assert_string_equal(due(temp, 75, 10), "press ");
}

static void join_deliveries(void *userdata, const struct delivery_row *row)
{
    struct ids *ids = userdata;
    size_t n = strlen(ids->text);
    snprintf(ids->text + n, sizeof ids->text - n, "%s ", row->receiver);
}

static void deliveries_of_a_state_come_newest_first(void **state)
{
    struct temp_store *temp = *state;
    int64_t a = put_delivery(temp, "a", 1), b = put_delivery(temp, "b", 2);
    put_delivery(temp, "c", 3);
    put_delivery(temp, "d", 4);
    attempt(temp, b, DELIVERY_PARKED, 5, 0);
    attempt(temp, a, DELIVERY_PARKED, 6, 0);
    static const struct {
        enum delivery_state state;
        const char *names;
    } cases[] = {{DELIVERY_PENDING, "d c "}, {DELIVERY_DELIVERED, ""}, {DELIVERY_PARKED, "b a "}};
    for (size_t i = 0; i < 3; i++) {
        struct ids ids = {""};
        assert_int_equal(store_each_delivery(temp->store, cases[i].state, join_deliveries, &ids), 0);
        assert_string_equal(ids.text, cases[i].names);
    }
    struct store_counts counts;
    assert_int_equal(store_count(temp->store, &counts), 0);
    assert_int_equal(counts.deliveries, 4);
    assert_int_equal(counts.pending, 2);
    assert_int_equal(counts.delivered, 0);
    assert_int_equal(counts.parked, 2);
}

static void rollback_takes_event_and_deliveries_along(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade();
    record.seq = 2;
    assert_int_equal(store_begin(temp->store), 0);
    put_event(temp->store, &record, true);
    put_delivery(temp, "press", 60);
    store_rollback(temp->store);
    assert_string_equal(due(temp, 100, 10), "");
    assert_true(get_alert(temp, record.id).told.open);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM event"), "1");
}

/* A function that fails undoes what it did, and only that. */
static void failure_inside_a_transaction_keeps_the_rest(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record again = sample_trade();
    again.severity = SEVERITY_CRITICAL;
    assert_int_equal(store_begin(temp->store), 0);
    put_delivery(temp, "press", 60);
    assert_int_equal(store_put_event(temp->store, &again, true), -EEXIST);
    assert_int_equal(store_commit(temp->store), 0);
    assert_string_equal(due(temp, 100, 10), "press ");
    assert_true(get_alert(temp, again.id).told.open);
    assert_int_equal(get_alert(temp, again.id).told.severity, SEVERITY_WARNING);
}

static void what_was_told_cannot_be_deleted(void **state)
{
    static const char *const deletes[] = {"DELETE FROM alert", "DELETE FROM event", "DELETE FROM delivery"};
    struct temp_store *temp = *state;
    attempt(temp, put_delivery(temp, "press", 60), DELIVERY_PARKED, 61, 0);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(temp->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL), SQLITE_OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sqlite3_exec(db, deletes[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
    sqlite3_close(db);
}

#define TEST(name)        cmocka_unit_test_setup_teardown(name, temp_store_setup, temp_store_teardown)
#define OUTBOX_TEST(name) cmocka_unit_test_setup_teardown(name, outbox_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(alert_comes_back_after_reopening),
        TEST(unknown_alert_is_not_found),
        TEST(event_is_journaled_with_all_its_texts),
        TEST(record_without_titles_and_basis_is_fine),
        TEST(event_is_written_once),
        TEST(event_none_is_no_event),
        TEST(closed_alert_reopens_with_its_first_opening),
        TEST(event_is_found_by_the_beginning_of_its_alert),
        TEST(event_of_no_or_of_several_alerts_is_not_found),
        TEST(alerts_come_oldest_first),
        TEST(figures_come_back_bit_for_bit),
        TEST(touch_replaces_the_present_figures_only),
        TEST(numbers_that_mean_nothing_are_damage),
        OUTBOX_TEST(delivery_comes_back_after_reopening),
        OUTBOX_TEST(delivery_is_added_once),
        OUTBOX_TEST(delivery_of_no_event_is_refused),
        OUTBOX_TEST(who_was_told_is_known),
        OUTBOX_TEST(due_deliveries_come_oldest_due_first),
        OUTBOX_TEST(what_is_under_way_is_not_due),
        OUTBOX_TEST(follower_sees_commits_only),
        OUTBOX_TEST(attempts_move_the_delivery_and_are_journaled),
        OUTBOX_TEST(own_fault_is_no_attempt_of_the_receiver),
        OUTBOX_TEST(delivered_stays_delivered),
        OUTBOX_TEST(parked_can_be_tried_again),
        OUTBOX_TEST(deliveries_of_a_state_come_newest_first),
        OUTBOX_TEST(rollback_takes_event_and_deliveries_along),
        OUTBOX_TEST(failure_inside_a_transaction_keeps_the_rest),
        OUTBOX_TEST(what_was_told_cannot_be_deleted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
