/* link: daemon/io/store daemon/io/store_query daemon/io/store_duty daemon/io/schema daemon/io/block daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str */
#include "tests/support/temp_store.h"

#include <errno.h>

#include "io/store_duty.h"

static const struct duty escalate = {DUTY_ESCALATE, "a", 0, "boss", 100},
                         lapse = {DUTY_LAPSE, "a", 0, "", 100}, notice = {DUTY_NOTICE, "", 7, "", 50};

/* "kind@due kind@due": what is due. */
static const char *due(struct temp_store *temp, int64_t now_ms)
{
    struct duty *duties;
    size_t n;
    const char *text = "";
    assert_int_equal(store_due_duties(temp->store, now_ms, &temp->arena, &duties, &n), 0);
    for (size_t i = 0; i < n; i++)
        text = arena_printf(&temp->arena, "%s%s%d@%lld", text, i > 0 ? " " : "", (int)duties[i].kind,
            (long long)duties[i].due_ms);
    return text;
}

static void duties_are_due_in_order_of_time(void **state)
{
    struct temp_store *temp = *state;
    int64_t next = -7;
    assert_int_equal(store_next_duty(temp->store, &next), -ENOENT);
    assert_int_equal(next, -7);
    assert_int_equal(store_put_duty(temp->store, &escalate), 0);
    assert_int_equal(store_put_duty(temp->store, &lapse), 0);
    assert_int_equal(store_put_duty(temp->store, &notice), 0);
    assert_int_equal(store_next_duty(temp->store, &next), 0);
    assert_int_equal(next, 50);
    temp_store_reopen(temp);
    assert_string_equal(due(temp, 49), "");
    assert_string_equal(due(temp, 99), "3@50");
    assert_string_equal(
        due(temp, 100), "3@50 2@100 1@100"); /* the end of an acknowledgement, then who is told */
}

static void earlier_time_stays_unless_it_is_moved(void **state)
{
    struct temp_store *temp = *state;
    struct duty later = escalate, sooner = escalate;
    later.due_ms = 200;
    sooner.due_ms = 80;
    assert_int_equal(store_put_duty(temp->store, &escalate), 0);
    assert_int_equal(store_put_duty(temp->store, &later), 0);
    assert_string_equal(due(temp, 1000), "1@100");
    assert_int_equal(store_put_duty(temp->store, &sooner), 0);
    assert_string_equal(due(temp, 1000), "1@80");
    assert_int_equal(store_move_duty(temp->store, &later), 0);
    assert_string_equal(due(temp, 1000), "1@200");
}

static void only_the_duty_that_is_meant_is_dropped(void **state)
{
    struct temp_store *temp = *state;
    struct duty other = escalate;
    other.receiver = "head";
    assert_int_equal(store_put_duty(temp->store, &escalate), 0);
    assert_int_equal(store_put_duty(temp->store, &other), 0);
    assert_int_equal(store_put_duty(temp->store, &lapse), 0);
    assert_int_equal(store_drop_duty(temp->store, &escalate), 0);
    assert_string_equal(temp_store_sql(temp, "SELECT group_concat(kind || receiver) FROM duty"), "1head,2");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(duties_are_due_in_order_of_time),
        TEST(earlier_time_stays_unless_it_is_moved),
        TEST(only_the_duty_that_is_meant_is_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
