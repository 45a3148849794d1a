/* link: daemon/io/alertmanager daemon/io/slack daemon/io/teams daemon/io/json_template daemon/io/webhook daemon/io/outcome daemon/io/cloudevent daemon/io/json_value daemon/core/message daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/core/figure daemon/core/date daemon/core/period daemon/core/alert daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str daemon/base/clock_text daemon/base/digest daemon/core/markup daemon/core/bulletin daemon/core/bulletin_view daemon/core/zone daemon/core/hold daemon/core/chart_alert daemon/base/diag daemon/io/evidence_json daemon/core/message_builtin daemon/core/message_values daemon/core/template daemon/core/figure_label daemon/core/measure daemon/core/quality_flag daemon/core/series_role daemon/core/svg daemon/core/basket daemon/core/code daemon/core/expr_parse daemon/core/expr_lex daemon/base/keys daemon/base/map daemon/base/node daemon/core/row */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <json.h>
#include <json_pointer.h>

#include "base/arena.h"
#include "base/str.h"
#include "io/json_template.h"
#include "tests/support/sample_record.h"

static const struct channel_target target = {.receiver = "room",
    .address = "https://receiver.example/hook",
    .languages = 1u << LANGUAGE_VI | 1u << LANGUAGE_EN};

static struct json_object *render(
    const struct channel *channel, const struct alert_record *record, const struct channel_target *to)
{
    struct arena arena = ARENA_NULL;
    struct delivery_row row = {0};
    assert_int_equal(channel->render(record, to, &arena, &row), 0);
    struct json_object *document = json_tokener_parse(row.body);
    assert_non_null(document);
    assert_string_equal(row.subject, "");
    arena_deinit(&arena);
    return document;
}

static const char *at(struct json_object *document, const char *path)
{
    struct json_object *value;
    if (json_pointer_get(document, path, &value) != 0)
        fail_msg("nothing at %s of %s", path, json_object_to_json_string(document));
    return json_object_get_string(value);
}

static void assert_no(struct json_object *document, const char *path)
{
    struct json_object *value;
    assert_int_not_equal(json_pointer_get(document, path, &value), 0);
}

/* ---- Alertmanager ---- */

static void alertmanager_gets_labels_that_last_and_times(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    struct json_object *raised = render(&channel_alertmanager, &record, &target);
    assert_string_equal(at(raised, "/0/labels/alertname"), "us-surge-under-existing-duty");
    assert_string_equal(at(raised, "/0/labels/severity"), "warning");
    assert_string_equal(at(raised, "/0/labels/origin"), "CN");
    assert_string_equal(at(raised, "/0/startsAt"), "2025-09-08T08:30:00Z");
    assert_string_equal(at(raised, "/0/endsAt"), "2035-09-06T08:30:00Z");
    assert_non_null(strstr(at(raised, "/0/annotations/summary"), "Plywood"));
    assert_non_null(strstr(at(raised, "/0/annotations/summary_vi"), "Gỗ dán"));
    record.seq = 3;
    record.event = EVENT_CLEARED;
    record.at_ms += INT64_C(86400000);
    struct json_object *cleared = render(&channel_alertmanager, &record, &target);
    assert_string_equal(at(cleared, "/0/labels"), at(raised, "/0/labels"));
    assert_string_equal(at(cleared, "/0/endsAt"), "2025-09-09T08:30:00Z");
    assert_no(cleared, "/1");
    json_object_put(cleared);
    json_object_put(raised);
}

static void alertmanager_ends_what_an_alert_rises_above(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    record.event = EVENT_STRENGTHENED;
    record.scope.origin = "";
    struct json_object *list = render(&channel_alertmanager, &record, &target);
    assert_int_equal(json_object_array_length(list), 3);
    assert_string_equal(at(list, "/0/labels/severity"), "watch");
    assert_string_equal(at(list, "/1/labels/severity"), "caution");
    assert_string_equal(at(list, "/0/endsAt"), at(list, "/0/startsAt"));
    assert_string_equal(at(list, "/1/endsAt"), at(list, "/1/startsAt"));
    assert_string_equal(at(list, "/2/labels/severity"), "warning");
    assert_string_not_equal(at(list, "/2/endsAt"), at(list, "/2/startsAt"));
    assert_no(list, "/0/labels/origin");
    json_object_put(list);
}

/* ---- Slack ---- */

static void slack_gets_a_header_and_a_section_for_each_language(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    struct json_object *message = render(&channel_slack, &record, &target);
    assert_string_equal(at(message, "/blocks/0/type"), "header");
    assert_string_equal(at(message, "/blocks/0/text/type"), "plain_text");
    assert_non_null(strstr(at(message, "/blocks/1/text/text"), "• g3: 231%"));
    assert_non_null(strstr(at(message, "/blocks/2/text/text"), "*Plywood: United States imports"));
    assert_no(message, "/blocks/3");
    json_object_put(message);
}

static void slack_markup_in_texts_is_inert_and_sizes_hold(void **state)
{
    (void)state;
    static char title[6001];
    for (size_t i = 0; i + 6 < sizeof title; i += 6)
        memcpy(title + i, "<ữ&>", 6); /* 3 ASCII and 3 bytes of one letter */
    struct alert_record record = sample_trade();
    record.title = (struct phrase){{"<!channel> & <https://evil.example|click>", title}};
    struct json_object *message = render(&channel_slack, &record, &target);
    assert_non_null(strstr(
        at(message, "/blocks/1/text/text"), "*&lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;*"));
    assert_true(strlen(at(message, "/blocks/2/text/text")) <= 3000);
    assert_true(strlen(at(message, "/blocks/0/text/text")) <= 150 * 3);
    json_object_put(message);
}

/* ---- Teams ---- */

static void teams_gets_one_card(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    record.title = (struct phrase){{"[x](https://evil.example)", "[x](https://evil.example)"}};
    struct json_object *message = render(&channel_teams, &record, &target);
    assert_string_equal(at(message, "/type"), "message");
    assert_string_equal(at(message, "/attachments/0/contentType"), "application/vnd.microsoft.card.adaptive");
    assert_string_equal(at(message, "/attachments/0/content/type"), "AdaptiveCard");
    assert_string_equal(at(message, "/attachments/0/content/body/0/text"), "\\[x\\](https://evil.example)");
    assert_string_equal(at(message, "/attachments/0/content/body/3/type"), "FactSet");
    assert_string_equal(at(message, "/attachments/0/content/body/4/facts/0/value"), "231%");
    json_object_put(message);
}

/* ---- a template ---- */

static void template_is_filled_inside_its_strings(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    struct channel_target own = target;
    own.languages = 1u << LANGUAGE_EN;
    own.template =
        slice_of("{\"what\": \"{{rule}} {{event}} {{severity}}\", \"n\": 7, \"list\": [\"{{product}}\", "
                 "\"{{product_code}}/{{market_code}}/{{origin_code}}\", true, null], \"seq\": \"{{seq}}\", "
                 "\"open\": \"{{\", \"figures\": \"{{figures}}\", \"id\": \"{{id}}\"}");
    record.product_title = (struct phrase){{"x", "quote \" backslash \\ line\n{{rule}}"}};
    struct json_object *message = render(&channel_template, &record, &own);
    assert_string_equal(at(message, "/what"), "us-surge-under-existing-duty raised warning");
    assert_string_equal(at(message, "/n"), "7");
    assert_string_equal(at(message, "/list/0"), "quote \" backslash \\ line\n{{rule}}");
    assert_string_equal(at(message, "/list/1"), "plywood/US/CN");
    assert_string_equal(at(message, "/seq"), "1");
    assert_string_equal(at(message, "/open"), "{{");
    assert_non_null(strstr(at(message, "/figures"), "g3 231%, "));
    assert_true(str_starts(at(message, "/id"), "5f2b8c0d9a7e41c38b6a0d2e4f617283-1-"));
    json_object_put(message);
}

static void templates_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *text, *fault;
    } cases[] = {
        {"{\"text\": \"{{subject}}\\n{{text}}\"}\n", ""},
        {"\"{{title}}\"", ""},
        {"[\"{{title}} {{tilte}}\"]", "there is no name 'tilte'; did you mean 'title'?"},
        {"{\"a\": {\"b\": [\"{{ title }}\"]}}", "there is no name ' title '; did you mean 'title'?"},
        {"{\"a\": \"{{b}}\"", "not one JSON document: continue"},
        {"{} {}", "not one JSON document: "},
        {"", "not one JSON document: continue"},
        {"{\"a\": 'x'}", "not one JSON document: unexpected character"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char fault[JSON_TEMPLATE_FAULT_SIZE] = "";
        int r = json_template_check(slice_of(cases[i].text), fault);
        assert_int_equal(r, cases[i].fault[0] != '\0' ? -EINVAL : 0);
        if (!str_starts(fault, cases[i].fault))
            fail_msg("case %zu: %s", i, fault);
    }
}

/* ---- what all have in common ---- */

static void secret_is_not_needed_and_signs_where_there_is_one(void **state)
{
    (void)state;
    static const struct channel *const channels[] = {
        &channel_alertmanager, &channel_slack, &channel_teams, &channel_template};
    const struct delivery_row row = {.message_id = "id", .body = "{}"};
    struct arena arena = ARENA_NULL;
    struct transfer_request request;
    struct channel_target keyed = target;
    keyed.secret = slice_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
        assert_int_equal(channels[i]->request(&row, &target, 0, &arena, &request), 0);
        assert_string_equal(request.headers[0], "Content-Type: application/json");
        assert_null(request.headers[1]);
        assert_int_equal(channels[i]->request(&row, &keyed, 0, &arena, &request), 0);
        assert_true(str_starts(request.headers[3], "webhook-signature: v1,"));
        assert_ptr_equal(channels[i]->delays_s, channel_webhook.delays_s);
    }
    assert_int_equal(channel_webhook.request(&row, &target, 0, &arena, &request), -EINVAL);
    arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alertmanager_gets_labels_that_last_and_times),
        cmocka_unit_test(alertmanager_ends_what_an_alert_rises_above),
        cmocka_unit_test(slack_gets_a_header_and_a_section_for_each_language),
        cmocka_unit_test(slack_markup_in_texts_is_inert_and_sizes_hold),
        cmocka_unit_test(teams_gets_one_card),
        cmocka_unit_test(template_is_filled_inside_its_strings),
        cmocka_unit_test(templates_are_checked),
        cmocka_unit_test(secret_is_not_needed_and_signs_where_there_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
