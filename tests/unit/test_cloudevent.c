/* link: daemon/io/cloudevent daemon/io/json_value daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/core/figure daemon/core/date daemon/core/period daemon/core/alert daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str daemon/base/clock_text daemon/base/digest daemon/core/hold daemon/io/evidence_json daemon/core/measure daemon/core/basket daemon/core/row daemon/core/code daemon/base/keys daemon/base/node daemon/base/map daemon/base/diag daemon/core/expr_lex daemon/core/expr_parse daemon/core/series_role daemon/core/message_sample daemon/core/quality_flag */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json.h>

#include "base/alloc.h"
#include "core/message_sample.h"
#include "io/cloudevent.h"
#include "tests/support/sample_record.h"

static char *write_event(const struct alert_record *record)
{
    struct buf out;
    buf_init(&out, 64 * 1024);
    assert_int_equal(cloudevent_write(record, "id-1", &out), 0);
    return buf_take(&out);
}

static struct json_object *parsed(const struct alert_record *record)
{
    char *text = write_event(record);
    struct json_object *event = json_tokener_parse(text);
    assert_non_null(event);
    alloc_free(text);
    return event;
}

static struct json_object *member(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    if (!json_object_object_get_ex(object, key, &value))
        fail_msg("no member %s", key);
    return value;
}

static void assert_text(struct json_object *object, const char *key, const char *expected)
{
    assert_string_equal(json_object_get_string(member(object, key)), expected);
}

static struct json_object *figure_named(struct json_object *data, const char *name)
{
    struct json_object *figures = member(data, "figures");
    for (size_t i = 0; i < json_object_array_length(figures); i++) {
        struct json_object *figure = json_object_array_get_idx(figures, i);
        if (strcmp(json_object_get_string(member(figure, "name")), name) == 0)
            return figure;
    }
    fail_msg("no figure %s", name);
    return NULL;
}

static void envelope_has_the_attributes_of_cloudevents_1_0(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    struct json_object *event = parsed(&record);
    assert_text(event, "specversion", "1.0");
    assert_text(event, "id", "id-1");
    assert_text(event, "source", "urn:tdwatch:rule:us-surge-under-existing-duty");
    assert_text(event, "type", "vn.tdwatch.alert.raised");
    assert_text(event, "subject", "plywood/US/CN");
    assert_text(event, "time", "2025-09-08T08:30:00Z");
    assert_text(event, "datacontenttype", "application/json");
    json_object_put(event);
}

static void data_says_what_the_record_says(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    struct json_object *event = parsed(&record), *data = member(event, "data");
    assert_text(data, "alert", record.id);
    assert_text(data, "rule", record.scope.rule);
    assert_text(data, "event", "raised");
    assert_text(data, "reason", "threshold");
    assert_text(data, "severity", "warning");
    assert_text(data, "state", "firing");
    assert_text(data, "market", "US");
    assert_text(data, "origin", "CN");
    assert_text(data, "period", "2025-07");
    assert_text(data, "raised", "2025-07");
    assert_text(data, "sources", record.sources);
    assert_text(data, "vintage", record.vintage);
    assert_text(data, "ruleset", record.ruleset);
    assert_text(member(data, "product"), "code", "plywood");
    assert_text(member(member(data, "product"), "title"), "vi", "Gỗ dán");
    assert_text(member(data, "title"), "en",
        "Plywood: United States imports from Viet Nam up 231% while the price fell");
    assert_int_equal(json_object_array_length(member(data, "basis")), 3);
    json_object_put(event);
}

static void evidence_goes_with_the_figures(void **state)
{
    (void)state;
    struct message_sample sample;
    message_sample_make(SAMPLE_WHOLE, EVENT_STRENGTHENED, ALERT_FIRING, &sample);
    struct json_object *event = parsed(&sample.record), *data = member(event, "data");
    struct json_object *evidence = member(data, "evidence"), *last = member(data, "last");
    struct json_object *limit = json_object_array_get_idx(member(evidence, "limits"), 0);
    assert_text(limit, "figure", "growth_3m");
    assert_text(limit, "symbol", ">=");
    assert_string_equal(json_object_to_json_string(member(limit, "limit")), "0.3");
    assert_string_equal(json_object_to_json_string(member(limit, "margin")), "0.32");
    struct json_object *deadline = json_object_array_get_idx(member(evidence, "deadlines"), 0);
    assert_text(deadline, "day", "2025-09-22");
    assert_text(json_object_array_get_idx(member(evidence, "measures"), 0), "standing", "case open");
    assert_int_equal(json_object_array_length(member(evidence, "flags")), 5);
    assert_text(last, "severity", "caution");
    assert_string_equal(json_object_to_json_string(member(member(last, "figures"), "growth_3m")), "0.41");
    json_object_put(event);
}

static void figures_keep_their_types(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    struct json_object *event = parsed(&record), *data = member(event, "data");
    struct json_object *ratio = figure_named(data, "g3"), *flag = figure_named(data, "under_duty");
    assert_text(ratio, "type", "ratio");
    assert_true(json_object_get_double(member(ratio, "value")) == 2.31);
    assert_text(member(ratio, "text"), "vi", "231%");
    assert_true(json_object_is_type(member(flag, "value"), json_type_boolean));
    json_object_put(event);
}

static void unknown_is_null_with_its_reason(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    struct json_object *event = parsed(&record);
    struct json_object *figure = figure_named(member(event, "data"), "undercut12");
    assert_null(member(figure, "value"));
    assert_text(figure, "unknown", "a figure is confidential");
    json_object_put(event);
}

static void numbers_are_shortest_and_exact(void **state)
{
    (void)state;
    static const struct {
        enum value_type type;
        double value;
        const char *json;
    } cases[] = {
        {VALUE_RATIO, 0.1, "\"value\":0.1,"},
        {VALUE_RATIO, 0.1 + 0.2, "\"value\":0.30000000000000004,"},
        {VALUE_MONEY, 705.25e6, "\"value\":705250000,"},
        {VALUE_RATIO, -0.055, "\"value\":-0.055,"},
        {VALUE_NUMBER, INFINITY, "\"value\":null,"},
        {VALUE_NUMBER, NAN, "\"value\":null,"},
        {VALUE_PERIOD, 2025 * 12 + 6, "\"value\":\"2025-07\","},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct figure figure = {.name = "x", .type = cases[i].type, .value = cases[i].value};
        struct alert_record record = sample_trade();
        record.figures = &figure;
        record.figure_count = 1;
        char *text = write_event(&record);
        assert_non_null(strstr(text, cases[i].json));
        alloc_free(text);
    }
}

static void feed_alert_has_no_market(void **state)
{
    (void)state;
    struct alert_record record = sample_feed();
    struct json_object *event = parsed(&record), *data = member(event, "data");
    assert_text(event, "subject", "vn-nso-monthly");
    assert_null(member(data, "market"));
    assert_null(member(data, "origin"));
    assert_null(member(data, "vintage"));
    assert_int_equal(json_object_array_length(member(data, "basis")), 0);
    json_object_put(event);
}

static void same_record_gives_the_same_bytes(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    char *one = write_event(&record), *two = write_event(&record);
    assert_string_equal(one, two);
    alloc_free(one);
    alloc_free(two);
}

static void full_buffer_is_left_as_it_was(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    struct buf out;
    buf_init(&out, 100);
    assert_int_equal(cloudevent_write(&record, "id-1", &out), -EMSGSIZE);
    assert_int_equal(out.len, 0);
    buf_deinit(&out);
}

/* One event with the alerts in it: what happened to each, and where it stands. */
static void bulletin_is_one_event_with_its_alerts(void **state)
{
    struct alert_record events[2] = {sample_trade(), sample_trade()};
    events[1].seq = 2;
    events[1].event = EVENT_STRENGTHENED;
    struct bulletin_alert alert = {
        events, 2, true, SEVERITY_CRITICAL, ALERT_FIRING, period_make(2025, 8), sample_figures, 1};
    struct bulletin bulletin = {&alert, 1, 2, 1U << HOLD_LIMIT, events[0].at_ms, NULL};
    struct buf out;
    (void)state;
    buf_init(&out, 64 * 1024);
    assert_int_equal(cloudevent_write_bulletin(&bulletin, "id-1", &out), 0);
    struct json_object *event = json_tokener_parse(buf_text(&out)), *data = member(event, "data");
    assert_text(event, "type", "vn.tdwatch.bulletin");
    assert_text(event, "id", "id-1");
    assert_text(event, "time", "2025-09-08T08:30:00Z");
    assert_int_equal(json_object_get_int(member(data, "events")), 2);
    assert_string_equal(json_object_get_string(json_object_array_get_idx(member(data, "held"), 0)), "limit");
    struct json_object *first = json_object_array_get_idx(member(data, "alerts"), 0),
                       *now = member(first, "now");
    assert_text(first, "alert", events[0].id);
    assert_text(first, "market", "US");
    assert_text(member(first, "product"), "code", "plywood");
    struct json_object *second = json_object_array_get_idx(member(first, "events"), 1);
    assert_text(second, "event", "strengthened");
    assert_int_equal(json_object_get_int(member(second, "seq")), 2);
    assert_true(json_object_get_boolean(member(now, "open")));
    assert_text(now, "severity", "critical");
    assert_int_equal(json_object_array_length(member(now, "figures")), 1);
    json_object_put(event);
    buf_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(envelope_has_the_attributes_of_cloudevents_1_0),
        cmocka_unit_test(data_says_what_the_record_says),
        cmocka_unit_test(evidence_goes_with_the_figures),
        cmocka_unit_test(figures_keep_their_types),
        cmocka_unit_test(unknown_is_null_with_its_reason),
        cmocka_unit_test(numbers_are_shortest_and_exact),
        cmocka_unit_test(feed_alert_has_no_market),
        cmocka_unit_test(same_record_gives_the_same_bytes),
        cmocka_unit_test(full_buffer_is_left_as_it_was),
        cmocka_unit_test(bulletin_is_one_event_with_its_alerts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
