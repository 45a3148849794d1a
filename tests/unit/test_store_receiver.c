/* link: daemon/app/outbox_order daemon/io/store daemon/io/store_query daemon/io/store_alert daemon/io/store_outbox daemon/io/store_receiver daemon/io/schema daemon/io/block daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str */
#include "tests/support/temp_store.h"

#include <errno.h>
#include <string.h>

#include "app/outbox_order.h"
#include "io/store_event.h"
#include "tests/support/sample_record.h"

static const struct outbox_change by_lan = {"lan", "a test", 5000};

static int setup(void **state)
{
    temp_store_setup(state);
    struct temp_store *temp = *state;
    struct alert_record record = sample_trade();
    bool enabled;
    assert_int_equal(store_put_event(temp->store, &record, false), 0);
    assert_int_equal(store_meet_receiver(temp->store, "press", "one", 1, &enabled), 0);
    return 0;
}

static int64_t decide(struct temp_store *temp, const char *receiver, int seq)
{
    struct alert_record record = sample_trade();
    record.seq = seq;
    record.event = EVENT_CONFIRMED;
    if (seq > 1)
        (void)store_put_event(temp->store, &record, false); /* it may be there */
    struct delivery_row row = {.alert = record.id,
        .seq = seq,
        .receiver = receiver,
        .channel = "webhook",
        .message_id = "m",
        .created_ms = 100,
        .next_ms = 100};
    int64_t id = 0;
    assert_int_equal(store_put_delivery(temp->store, &row, &id), 0);
    return id;
}

static const char *due(struct temp_store *temp, int64_t now_ms)
{
    struct due_question question = {now_ms, 10, "[]", "[]"};
    struct delivery_row *rows;
    size_t n;
    const char *names = "";
    assert_int_equal(store_due_deliveries(temp->store, &question, &temp->arena, &rows, &n), 0);
    for (size_t i = 0; i < n; i++)
        names = arena_printf(&temp->arena, "%s%s ", names, rows[i].receiver);
    return names;
}

static void end(struct temp_store *temp, struct attempt_row row)
{
    row.receiver = "press";
    row.text = "HTTP";
    assert_int_equal(store_put_attempt(temp->store, &row), 0);
}

static const char *states(struct temp_store *temp)
{
    return temp_store_sql(temp, "SELECT group_concat(state + dropped, ' ') FROM delivery");
}

/* ---- rest ---- */

static void receiver_rests_with_all_that_waits_for_it(void **state)
{
    struct temp_store *temp = *state;
    int64_t first = decide(temp, "press", 1), next_ms = 0;
    decide(temp, "press", 2);
    decide(temp, "office", 2);
    end(temp, (struct attempt_row){.delivery = first, .at_ms = 200, .next_ms = 300, .rest_ms = 9000});
    assert_string_equal(due(temp, 8999), "office ");
    assert_string_equal(due(temp, 9000), "office press ");
    temp_store_sql(temp, "UPDATE delivery SET state = 1 WHERE receiver = 'office'");
    assert_int_equal(store_next_delivery(temp->store, &next_ms), 0);
    assert_int_equal(next_ms, 9000);
}

/* ---- disabled ---- */

static void disable(struct temp_store *temp, int64_t delivery)
{
    end(temp,
        (struct attempt_row){.delivery = delivery, .at_ms = 200, .state = DELIVERY_PARKED, .gone = "one"});
}

static void gone_receiver_has_everything_parked_until_it_is_enabled(void **state)
{
    struct temp_store *temp = *state;
    int64_t first = decide(temp, "press", 1);
    decide(temp, "press", 2);
    disable(temp, first);
    int64_t third = decide(temp, "press", 3);
    assert_string_equal(states(temp), "2 2 2");
    temp_store_reopen(temp);
    assert_int_equal(store_retry_delivery(temp->store, third, &by_lan), -EHOSTDOWN);
    assert_int_equal(store_enable_receiver(temp->store, "press", &by_lan), 0);
    assert_int_equal(store_enable_receiver(temp->store, "press", &by_lan), -EALREADY);
    decide(temp, "press", 4);
    assert_string_equal(states(temp), "2 2 2 0");
    int64_t count = 0;
    assert_int_equal(store_retry_parked(temp->store, "press", &by_lan, &count), 0);
    assert_int_equal(count, 3);
    assert_string_equal(states(temp), "0 0 0 0");
    assert_string_equal(
        temp_store_sql(temp, "SELECT group_concat(change || ' ' || who, ', ') FROM outbox_change"),
        "disable receiver, enable lan, retry lan");
}

static void other_address_is_another_receiver(void **state)
{
    struct temp_store *temp = *state;
    bool enabled = true;
    int64_t first = decide(temp, "press", 1);
    assert_int_equal(store_meet_receiver(temp->store, "press", "two", 150, &enabled), 0);
    assert_false(enabled);
    disable(temp, first); /* what was under way to the old one has come back */
    assert_string_equal(temp_store_sql(temp, "SELECT disabled_ms FROM receiver"), "0");
    assert_int_equal(store_meet_receiver(temp->store, "press", "one", 160, &enabled), 0);
    disable(temp, decide(temp, "press", 2));
    assert_int_equal(store_meet_receiver(temp->store, "press", "one", 170, &enabled), 0);
    assert_false(enabled);
    assert_int_equal(store_meet_receiver(temp->store, "press", "two", 180, &enabled), 0);
    assert_true(enabled);
}

/* ---- trouble ---- */

static void assert_trouble(struct temp_store *temp, int64_t now_ms, bool delayed, bool parked, bool disabled)
{
    struct receiver_trouble trouble;
    assert_int_equal(store_receiver_trouble(temp->store, "press", now_ms, &trouble), 0);
    assert_int_equal(trouble.delayed, delayed);
    assert_int_equal(trouble.parked, parked);
    assert_int_equal(trouble.disabled, disabled);
}

static void late_is_an_hour_of_what_is_critical_and_four_of_the_rest(void **state)
{
    struct temp_store *temp = *state;
    decide(temp, "press", 1);
    assert_trouble(temp, 100 + DELAY_MS - 1, false, false, false);
    assert_trouble(temp, 100 + DELAY_MS, true, false, false);
    temp_store_sql(temp, "UPDATE event SET severity = 3");
    assert_trouble(temp, 100 + DELAY_CRITICAL_MS - 1, false, false, false);
    assert_trouble(temp, 100 + DELAY_CRITICAL_MS, true, false, false);
    temp_store_sql(temp, "UPDATE alert SET rule = 'delivery-parked'"); /* a notice itself */
    assert_trouble(temp, 100 + DELAY_MS, false, false, false);
}

static void parked_and_disabled_are_troubles_until_people_decide(void **state)
{
    struct temp_store *temp = *state;
    int64_t id = decide(temp, "press", 1);
    disable(temp, id);
    assert_trouble(temp, 300, false, true, true);
    assert_int_equal(store_drop_delivery(temp->store, id, &by_lan), 0);
    assert_trouble(temp, 300, false, false, true);
    assert_int_equal(store_enable_receiver(temp->store, "press", &by_lan), 0);
    assert_trouble(temp, 300, false, false, false);
}

/* ---- orders ---- */

static void assert_order(
    struct temp_store *temp, const struct outbox_order *order, int expected, const char *expected_text)
{
    const char *text;
    assert_int_equal(outbox_order_run(temp->store, order, 5000, &temp->arena, &text), expected);
    assert_string_equal(text, expected_text);
}

static void orders_are_carried_out_and_journaled(void **state)
{
    struct temp_store *temp = *state;
    int64_t id = decide(temp, "press", 1);
    assert_int_equal(id, 1);
    end(temp, (struct attempt_row){.delivery = id, .at_ms = 200, .state = DELIVERY_PARKED});
    struct outbox_order retry = {OUTBOX_RETRY, id, NULL, "lan", "mended"};
    struct outbox_order drop = {OUTBOX_DROP, id, NULL, "minh", "told by telephone"};
    struct outbox_order enable = {OUTBOX_ENABLE, 0, "press", "lan", ""};
    struct outbox_order all = {OUTBOX_RETRY, 0, "press", "lan", ""};
    struct outbox_order other = {OUTBOX_RETRY, 4711, NULL, "lan", ""};
    assert_order(temp, &retry, 0, "delivery 1 is sent again");
    assert_string_equal(
        temp_store_sql(temp, "SELECT state || attempts || next_ms || since_ms FROM delivery"), "0050005000");
    assert_order(temp, &drop, 0, "delivery 1 is given up");
    assert_order(temp, &drop, -EALREADY, "delivery 1 is over already");
    assert_order(temp, &all, 0, "deliveries to press that are sent again: 0");
    assert_order(temp, &retry, 0, "delivery 1 is sent again"); /* a change of mind */
    assert_order(temp, &enable, -EALREADY, "receiver press is not disabled");
    assert_order(temp, &other, -ENOENT, "there is no delivery 4711");
    end(temp, (struct attempt_row){.delivery = id, .at_ms = 6000, .state = DELIVERY_DELIVERED});
    assert_order(temp, &retry, -EALREADY, "delivery 1 is over already");
    assert_order(temp, &drop, -EALREADY, "delivery 1 is over already");
    assert_string_equal(
        temp_store_sql(temp, "SELECT group_concat(change || ':' || who || ':' || reason) FROM outbox_change"),
        "retry:lan:mended,drop:minh:told by telephone,retry:lan:mended");
}

static void order_that_cannot_be_written_changes_nothing(void **state)
{
    struct temp_store *temp = *state;
    int64_t id = decide(temp, "press", 1);
    temp_store_sql(temp, "CREATE UNIQUE INDEX once ON outbox_change (who)");
    temp_store_reopen(temp);
    struct outbox_order retry = {OUTBOX_RETRY, id, NULL, "lan", ""};
    assert_order(temp, &retry, 0, "delivery 1 is sent again");
    struct outbox_order drop = {OUTBOX_DROP, id, NULL, "lan", "x"};
    const char *text;
    assert_true(outbox_order_run(temp->store, &drop, 5000, &temp->arena, &text) < 0);
    assert_string_equal(states(temp), "0");
}

/* ---- the heartbeat ---- */

static void heartbeat_is_counted(void **state)
{
    struct temp_store *temp = *state;
    struct heartbeat_row row;
    struct attempt_row good = {.at_ms = 700, .state = DELIVERY_DELIVERED, .text = "HTTP 200"};
    struct attempt_row bad = {.at_ms = 800, .state = DELIVERY_PARKED, .text = "HTTP 500"};
    assert_int_equal(store_beat(temp->store), 0);
    assert_int_equal(store_put_beat(temp->store, &good), 0);
    assert_int_equal(store_beat(temp->store), 0);
    assert_int_equal(store_put_beat(temp->store, &bad), 0);
    assert_int_equal(store_put_beat(temp->store, &bad), 0);
    assert_int_equal(store_get_heartbeat(temp->store, &temp->arena, &row), 0);
    assert_int_equal(row.beats, 2);
    assert_int_equal(row.failures, 2);
    assert_int_equal(row.answered_ms, 700);
    assert_string_equal(row.text, "HTTP 500");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(receiver_rests_with_all_that_waits_for_it),
        TEST(gone_receiver_has_everything_parked_until_it_is_enabled),
        TEST(other_address_is_another_receiver),
        TEST(late_is_an_hour_of_what_is_critical_and_four_of_the_rest),
        TEST(parked_and_disabled_are_troubles_until_people_decide),
        TEST(orders_are_carried_out_and_journaled),
        TEST(order_that_cannot_be_written_changes_nothing),
        TEST(heartbeat_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
