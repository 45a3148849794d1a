/* link: daemon/io/store daemon/io/store_query daemon/io/store_alert daemon/io/store_outbox daemon/io/store_receiver daemon/io/store_held daemon/io/schema daemon/io/block daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str */
#include "io/store_held.h"

#include <errno.h>
#include <string.h>

#include "io/store_event.h"
#include "tests/support/sample_record.h"
#include "tests/support/temp_store.h"

/* Another alert of the same rule. */
static struct alert_record alert(const char *id, enum severity severity, int seq, int64_t at_ms)
{
    struct alert_record record = sample_trade();
    record.id = id;
    record.severity = severity;
    record.seq = seq;
    record.event = seq == 1 ? EVENT_RAISED : EVENT_STRENGTHENED;
    record.at_ms = at_ms;
    return record;
}

static void journal(struct temp_store *temp, struct alert_record record)
{
    assert_int_equal(store_put_event(temp->store, &record, false), 0);
}

static void hold(struct temp_store *temp, const char *receiver, const char *alert, int seq, int64_t until_ms)
{
    struct held_row row = {receiver, alert, seq, {HOLD_CADENCE, until_ms}, SEVERITY_WATCH, EVENT_RAISED};
    assert_int_equal(store_put_held(temp->store, &row), 0);
}

/* "alert.seq alert.seq": what is to be released for the receiver. */
static const char *due(struct temp_store *temp, const char *receiver, int64_t now_ms, size_t limit)
{
    struct held_rows rows;
    const char *text = "";
    assert_int_equal(store_due_held(temp->store, receiver, now_ms, limit, &temp->arena, &rows), 0);
    for (size_t i = 0; i < rows.len; i++)
        text = arena_printf(
            &temp->arena, "%s%s%s.%d", text, i > 0 ? " " : "", rows.items[i].alert, rows.items[i].seq);
    return text;
}

static int64_t deliver(struct temp_store *temp, const char *receiver, const char *alert, int seq)
{
    int64_t id = 0;
    struct delivery_row row = {
        .alert = alert, .seq = seq, .receiver = receiver, .channel = "email", .message_id = alert};
    assert_int_equal(store_put_delivery(temp->store, &row, &id), 0);
    return id;
}

static void earliest_time_is_next(void **state)
{
    struct temp_store *temp = *state;
    int64_t next_ms = -1;
    assert_int_equal(store_next_held(temp->store, &next_ms), -ENOENT);
    assert_int_equal(next_ms, -1);
    journal(temp, alert("a", SEVERITY_WATCH, 1, 1));
    hold(temp, "firm", "a", 1, 500);
    hold(temp, "desk", "a", 1, 300);
    temp_store_reopen(temp);
    assert_int_equal(store_next_held(temp->store, &next_ms), 0);
    assert_int_equal(next_ms, 300);
    struct texts names;
    assert_int_equal(store_due_receivers(temp->store, 300, &temp->arena, &names), 0);
    assert_int_equal(names.len, 1);
    assert_string_equal(names.items[0], "desk");
}

static void gravest_alert_comes_first_and_its_events_in_order(void **state)
{
    struct temp_store *temp = *state;
    journal(temp, alert("a", SEVERITY_CAUTION, 1, 10));
    journal(temp, alert("b", SEVERITY_WATCH, 1, 20));
    journal(temp, alert("b", SEVERITY_CRITICAL, 2, 30));
    journal(temp, alert("c", SEVERITY_CAUTION, 1, 5));
    hold(temp, "firm", "a", 1, 100);
    hold(temp, "firm", "b", 1, 100);
    hold(temp, "firm", "b", 2, 100);
    hold(temp, "firm", "c", 1, 100);
    assert_string_equal(due(temp, "firm", 99, 9), "");
    assert_string_equal(due(temp, "firm", 100, 9), "b.1 b.2 c.1 a.1");
    assert_string_equal(due(temp, "firm", 100, 3), "b.1 b.2 c.1");
    assert_string_equal(due(temp, "desk", 100, 9), "");
}

static void an_event_takes_the_earlier_ones_of_its_alert_along(void **state)
{
    struct temp_store *temp = *state;
    journal(temp, alert("a", SEVERITY_WATCH, 1, 10));
    journal(temp, alert("a", SEVERITY_WARNING, 2, 20));
    journal(temp, alert("a", SEVERITY_CRITICAL, 3, 30));
    hold(temp, "firm", "a", 1, 900);
    hold(temp, "firm", "a", 2, 100);
    hold(temp, "firm", "a", 3, 800);
    assert_string_equal(due(temp, "firm", 100, 9), "a.1 a.2");
    struct held_rows rows;
    struct held_row row = {.receiver = "firm", .alert = "a", .seq = 3};
    assert_int_equal(store_held_before(temp->store, &row, &temp->arena, &rows), 0);
    assert_int_equal(rows.len, 2);
    assert_int_equal(rows.items[0].seq, 1);
    assert_int_equal(rows.items[1].holding.until_ms, 100);
}

static void what_is_put_off_is_due_later_and_says_why(void **state)
{
    struct temp_store *temp = *state;
    journal(temp, alert("a", SEVERITY_WATCH, 1, 10));
    journal(temp, alert("b", SEVERITY_WATCH, 1, 10));
    hold(temp, "firm", "a", 1, 100);
    hold(temp, "firm", "b", 1, 400);
    struct holding holding = {HOLD_LIMIT, 300};
    assert_int_equal(store_delay_held(temp->store, "firm", 100, &holding), 0);
    assert_string_equal(due(temp, "firm", 299, 9), "");
    assert_string_equal(due(temp, "firm", 300, 9), "a.1");
    assert_string_equal(
        temp_store_sql(
            temp, "SELECT group_concat(alert || why) FROM (SELECT alert, why FROM held ORDER BY alert)"),
        "a3,b2");
}

static void what_a_wrong_clock_held_is_recalled(void **state)
{
    struct temp_store *temp = *state;
    journal(temp, alert("a", SEVERITY_WATCH, 1, 10));
    journal(temp, alert("b", SEVERITY_WATCH, 1, 10));
    hold(temp, "firm", "a", 1, 99000);
    hold(temp, "desk", "a", 1, 900);
    struct held_row silenced = {"firm", "b", 1, {HOLD_SILENCED, 99000}, SEVERITY_WATCH, EVENT_RAISED};
    assert_int_equal(store_put_held(temp->store, &silenced), 0);
    assert_int_equal(store_recall_held(temp->store, 500, 1000), 0);
    assert_string_equal(due(temp, "firm", 500, 9), "a.1");
    assert_string_equal(due(temp, "desk", 899, 9), "");
}

static void what_is_released_is_part_of_one_delivery_and_held_no_longer(void **state)
{
    struct temp_store *temp = *state;
    journal(temp, alert("a", SEVERITY_WATCH, 1, 10));
    journal(temp, alert("b", SEVERITY_WATCH, 1, 10));
    hold(temp, "firm", "a", 1, 100);
    hold(temp, "firm", "b", 1, 100);
    int64_t delivery = deliver(temp, "firm", "a", 1);
    struct held_row a = {"firm", "a", 1, {HOLD_CADENCE, 100}, SEVERITY_WATCH, EVENT_RAISED},
                    b = {"firm", "b", 1, {HOLD_LIMIT, 100}, SEVERITY_WATCH, EVENT_RAISED};
    assert_int_equal(store_release_held(temp->store, &a, delivery), 0);
    assert_int_equal(store_release_held(temp->store, &b, delivery), 0);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM held"), "0");
    assert_string_equal(
        temp_store_sql(temp, "SELECT group_concat(alert || delivery || why) FROM delivery_event"), "a12,b13");
    /* Decided again, as after a crash that was none: no change. */
    hold(temp, "firm", "b", 1, 100);
    assert_string_equal(temp_store_sql(temp, "SELECT count(*) FROM held"), "0");
    bool told = false;
    assert_int_equal(store_was_told(temp->store, "b", "none", "firm", &told), 0);
    assert_true(told);
}

static void who_waits_for_it_counts_as_told(void **state)
{
    struct temp_store *temp = *state;
    bool told = true;
    journal(temp, alert("a", SEVERITY_WATCH, 1, 10));
    hold(temp, "firm", "a", 1, 100);
    assert_int_equal(store_was_told(temp->store, "a", "none", "desk", &told), 0);
    assert_false(told);
    assert_int_equal(store_was_told(temp->store, "a", "none", "firm", &told), 0);
    assert_true(told);
    struct store_counts counts;
    assert_int_equal(store_count(temp->store, &counts), 0);
    assert_int_equal(counts.held, 1);
}

/* A delivery of several events keeps back later events of each of them. */
static void later_event_waits_for_a_delivery_of_several(void **state)
{
    struct temp_store *temp = *state;
    journal(temp, alert("a", SEVERITY_WATCH, 1, 10));
    journal(temp, alert("b", SEVERITY_WATCH, 1, 10));
    journal(temp, alert("b", SEVERITY_WARNING, 2, 20));
    hold(temp, "firm", "b", 1, 100);
    int64_t several = deliver(temp, "firm", "a", 1);
    struct held_row b = {"firm", "b", 1, {HOLD_CADENCE, 100}, SEVERITY_WATCH, EVENT_RAISED};
    assert_int_equal(store_release_held(temp->store, &b, several), 0);
    struct attempt_row failed = {.delivery = several, .at_ms = 30, .next_ms = 1000, .text = "down"};
    assert_int_equal(store_put_attempt(temp->store, &failed), 0);
    int64_t later = deliver(temp, "firm", "b", 2);
    struct delivery_row *rows;
    size_t n;
    struct due_question question = {500, 9, "[]", "[]"};
    assert_int_equal(store_due_deliveries(temp->store, &question, &temp->arena, &rows, &n), 0);
    assert_int_equal(n, 0);
    struct attempt_row done = {.delivery = several, .at_ms = 600, .state = DELIVERY_DELIVERED, .text = "ok"};
    assert_int_equal(store_put_attempt(temp->store, &done), 0);
    question.now_ms = 600;
    assert_int_equal(store_due_deliveries(temp->store, &question, &temp->arena, &rows, &n), 0);
    assert_int_equal(n, 1);
    assert_int_equal(rows[0].id, later);
}

static void record_comes_back_as_it_was_told(void **state)
{
    struct temp_store *temp = *state;
    struct alert_record told = sample_trade(), read = {0};
    journal(temp, told);
    assert_int_equal(store_get_record(temp->store, told.id, 1, &temp->arena, &read), 0);
    assert_string_equal(read.scope.origin, told.scope.origin);
    assert_string_equal(read.product_title.text[LANGUAGE_VI], told.product_title.text[LANGUAGE_VI]);
    assert_string_equal(read.title.text[LANGUAGE_EN], told.title.text[LANGUAGE_EN]);
    assert_string_equal(read.advice.text[LANGUAGE_VI], told.advice.text[LANGUAGE_VI]);
    assert_string_equal(read.vintage, told.vintage);
    assert_int_equal(read.at_ms, told.at_ms);
    assert_int_equal(read.severity, told.severity);
    assert_int_equal(read.figure_count, told.figure_count);
    assert_int_equal(read.figures[7].unknown, told.figures[7].unknown);
    for (size_t i = 0; told.basis[i] != NULL; i++)
        assert_string_equal(read.basis[i], told.basis[i]);
    assert_null(read.basis[3]);
    assert_int_equal(store_get_record(temp->store, told.id, 2, &temp->arena, &read), -ENOENT);
    struct alert_record bare = sample_feed();
    bare.basis = NULL;
    bare.advice = (struct phrase){{NULL, NULL}};
    journal(temp, bare);
    assert_int_equal(store_get_record(temp->store, bare.id, 1, &temp->arena, &read), 0);
    assert_null(read.advice.text[LANGUAGE_EN]);
    assert_null(read.basis[0]);
}

int main(void)
{
#define HELD_TEST(test) cmocka_unit_test_setup_teardown(test, temp_store_setup, temp_store_teardown)
    const struct CMUnitTest tests[] = {
        HELD_TEST(earliest_time_is_next),
        HELD_TEST(gravest_alert_comes_first_and_its_events_in_order),
        HELD_TEST(an_event_takes_the_earlier_ones_of_its_alert_along),
        HELD_TEST(what_is_put_off_is_due_later_and_says_why),
        HELD_TEST(what_a_wrong_clock_held_is_recalled),
        HELD_TEST(what_is_released_is_part_of_one_delivery_and_held_no_longer),
        HELD_TEST(who_waits_for_it_counts_as_told),
        HELD_TEST(later_event_waits_for_a_delivery_of_several),
        HELD_TEST(record_comes_back_as_it_was_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
