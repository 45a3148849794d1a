/* link: daemon/io/store daemon/io/store_query daemon/io/store_alert daemon/io/store_action daemon/io/schema daemon/io/block daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str */
#include "tests/support/temp_store.h"

#include <errno.h>
#include <string.h>

#include "io/store_action.h"
#include "tests/support/sample_record.h"

static const char *put_alert(struct temp_store *temp)
{
    struct alert_record record = sample_trade();
    assert_int_equal(store_put_event(temp->store, &record, false), 0);
    return record.id;
}

static struct action comment_on(const char *alert, const char *text)
{
    return (struct action){.kind = ACTION_COMMENTED,
        .alert = alert,
        .who = "lan",
        .login = "root",
        .at_ms = 10,
        .severity = SEVERITY_WARNING,
        .text = text};
}

/* Lists what is found, one a line. */
struct listing {
    char text[1000];
};

static void list_action(void *userdata, const struct action *action)
{
    struct listing *listing = userdata;
    size_t len = strlen(listing->text);
    snprintf(listing->text + len, sizeof listing->text - len, "%d %s %lld %s %s %lld %lld %d %s\n",
        (int)action->kind, action->alert[0] != '\0' ? "alert" : "-", (long long)action->silence, action->who,
        action->login, (long long)action->at_ms, (long long)action->until_ms, (int)action->severity,
        action->text);
}

static void list_silence(void *userdata, const struct silence *silence)
{
    struct listing *listing = userdata;
    size_t len = strlen(listing->text);
    snprintf(listing->text + len, sizeof listing->text - len,
        "%lld %s '%s' %lld %lld-%lld expired %lld: %s %s %s %s %s\n", (long long)silence->id, silence->author,
        silence->reason, (long long)silence->made_ms, (long long)silence->from_ms,
        (long long)silence->until_ms, (long long)silence->expired_ms, silence->texts.rule,
        silence->texts.product, silence->texts.market, silence->texts.origin, silence->texts.severity);
}

static void actions_come_back_in_order(void **state)
{
    struct temp_store *temp = *state;
    const char *alert = put_alert(temp);
    struct action seen = comment_on(alert, "đã xem"), done = comment_on(alert, "");
    int64_t first, second;
    done.kind = ACTION_ACKNOWLEDGED;
    done.until_ms = 99;
    assert_int_equal(store_put_action(temp->store, &seen, &first), 0);
    assert_int_equal(store_put_action(temp->store, &done, &second), 0);
    assert_true(second > first);
    temp_store_reopen(temp);
    struct listing all = {""}, of_it = {""}, other = {""};
    assert_int_equal(store_each_action(temp->store, NULL, list_action, &all), 0);
    assert_string_equal(all.text, "3 alert 0 lan root 10 0 2 đã xem\n1 alert 0 lan root 10 99 2 \n");
    assert_int_equal(store_each_action(temp->store, alert, list_action, &of_it), 0);
    assert_string_equal(of_it.text, all.text);
    assert_int_equal(store_each_action(temp->store, "none", list_action, &other), 0);
    assert_string_equal(other.text, "");
}

static void action_is_on_one_thing_that_exists(void **state)
{
    struct temp_store *temp = *state;
    int64_t id = -7;
    struct action nothing = comment_on("", "a"), both = comment_on(put_alert(temp), "a"),
                  nowhere = comment_on("0123456789abcdef", "a");
    both.silence = 1;
    assert_int_equal(store_put_action(temp->store, &nothing, &id), -EEXIST);
    assert_int_equal(store_put_action(temp->store, &both, &id), -EEXIST);
    assert_int_equal(store_put_action(temp->store, &nowhere, &id), -EEXIST);
    assert_int_equal(id, -7);
}

static void silence_comes_back_with_its_early_end(void **state)
{
    struct temp_store *temp = *state;
    struct silence silence = {.author = "lan",
        .reason = "known: Tết",
        .made_ms = 5,
        .from_ms = 10,
        .until_ms = 100,
        .texts = {.rule = "surge", .product = "72*,steel", .severity = "watch"}};
    int64_t id, action;
    assert_int_equal(store_put_silence(temp->store, &silence, &id), 0);
    struct listing before = {""}, after = {""};
    assert_int_equal(store_each_silence(temp->store, list_silence, &before), 0);
    assert_string_equal(before.text, "1 lan 'known: Tết' 5 10-100 expired 0: surge 72*,steel   watch\n");
    struct action expired = comment_on("", "");
    expired.kind = ACTION_EXPIRED;
    expired.silence = id;
    expired.at_ms = 50;
    assert_int_equal(store_put_action(temp->store, &expired, &action), 0);
    expired.at_ms = 60; /* again: the first end counts */
    assert_int_equal(store_put_action(temp->store, &expired, &action), 0);
    temp_store_reopen(temp);
    assert_int_equal(store_each_silence(temp->store, list_silence, &after), 0);
    assert_non_null(strstr(after.text, "10-100 expired 50:"));
}

static void alert_is_found_by_the_beginning_of_its_id(void **state)
{
    struct temp_store *temp = *state;
    const char *id = put_alert(temp);
    char begin[9];
    struct alert_row row;
    snprintf(begin, sizeof begin, "%.8s", id);
    assert_int_equal(store_find_alert(temp->store, begin, &temp->arena, &row), 0);
    assert_string_equal(row.id, id);
    assert_int_equal(store_find_alert(temp->store, "", &temp->arena, &row), 0);
    assert_int_equal(store_find_alert(temp->store, "zzzz", &temp->arena, &row), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_store_setup, temp_store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(actions_come_back_in_order),
        TEST(action_is_on_one_thing_that_exists),
        TEST(silence_comes_back_with_its_early_end),
        TEST(alert_is_found_by_the_beginning_of_its_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
