/* link: daemon/io/email daemon/io/mail_address daemon/io/rfc2047 daemon/core/message daemon/core/message_fill daemon/core/markup daemon/core/message_view daemon/core/words daemon/core/figure daemon/core/period daemon/core/alert daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str daemon/base/clock_text daemon/base/digest daemon/core/bulletin daemon/core/bulletin_view daemon/core/zone daemon/core/date daemon/io/outcome daemon/core/message_values daemon/core/message_sample daemon/core/message_builtin daemon/core/template daemon/core/chart_alert daemon/core/svg daemon/core/figure_label daemon/core/series_role daemon/base/diag */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"
#include "core/message_sample.h"
#include "io/channel.h"
#include "tests/support/sample_record.h"

static const struct channel_target target = {
    .receiver = "vasep",
    .address = "canhbao@vasep.example",
    .languages = 1u << LANGUAGE_VI | 1u << LANGUAGE_EN,
    .smtp_url = "smtps://mail.example.vn",
    .smtp_from = "tdwatch@moit.example",
    .smtp_user = "tdwatch",
    .smtp_password = "secret",
};

static struct delivery_row render(
    const struct alert_record *record, const struct channel_target *to, struct arena *arena)
{
    struct delivery_row row = {.created_ms = INT64_C(1757320200000)}; /* Monday 2025-09-08 08:30 */
    assert_int_equal(channel_email.render(record, to, arena, &row), 0);
    return row;
}

static const char *find_header(const struct transfer_request *request, const char *name)
{
    for (const char *const *line = request->mail->headers; *line != NULL; line++)
        if (str_starts(*line, name))
            return *line + strlen(name);
    return NULL;
}

/* A template that is good for the alerts that it was tried on, and fails on one with many figures. */
static void failing_template_gives_way_to_the_built_in_message(void **state)
{
    (void)state;
    static char text[32 * 1024] = "{{#figures}}{{#rows}}";
    memset(text + strlen(text), 'x', 24 * 1024);
    strcat(text, "{{/rows}}{{/figures}}");
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct message_templates templates = {0};
    struct channel_target to = target;
    struct alert_record record = sample_trade();
    struct delivery_row row = {0}, plain = {0};
    assert_int_equal(template_compile("text.vi.mustache", slice_of(text), &arena,
                         &templates.items[MESSAGE_TEXT][LANGUAGE_VI], &diags),
        0);
    assert_int_equal(template_compile("subject.en.mustache", slice_of("{{product}}\n"), &arena,
                         &templates.items[MESSAGE_SUBJECT][LANGUAGE_EN], &diags),
        0);
    to.templates = &templates;
    assert_int_equal(channel_email.render(&record, &to, &arena, &row), CHANNEL_FELL_BACK);
    assert_int_equal(channel_email.render(&record, &target, &arena, &plain), 0);
    assert_string_equal(row.text, plain.text);
    assert_string_equal(row.html, plain.html);
    assert_non_null(strstr(row.subject, " | Plywood"));
    record.figure_count = 1;
    assert_int_equal(channel_email.render(&record, &to, &arena, &row), 0);
    assert_non_null(strstr(row.text, "xxxx"));
    diag_list_deinit(&diags);
    arena_deinit(&arena);
}

static void lists_and_charts_are_named(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct message_sample sample;
    message_sample_make(SAMPLE_WHOLE, EVENT_STRENGTHENED, ALERT_FIRING, &sample);
    struct delivery_row row = render(&sample.record, &target, &arena);
    struct transfer_request request;
    row.alert = sample.record.id;
    row.seq = sample.record.seq;
    assert_int_equal(channel_email.request(&row, &target, 0, &arena, &request), 0);
    assert_string_equal(find_header(&request, "List-Id: "), "tdwatch alerts <alerts.tdwatch.moit.example>");
    assert_string_equal(find_header(&request, "List-Unsubscribe: "),
        "<mailto:tdwatch@moit.example?subject=unsubscribe%20vasep>");
    assert_int_equal(request.mail->picture_count, 2);
    for (size_t i = 0; i < request.mail->picture_count; i++) {
        assert_true(str_starts(request.mail->pictures[i].svg, "<svg xmlns="));
        assert_non_null(
            strstr(row.html, arena_printf(&arena, "src=\"cid:%s\"", request.mail->pictures[i].id)));
    }
    arena_deinit(&arena);
}

static void headers_are_complete_and_clean(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct alert_record record = sample_trade();
    struct delivery_row row = render(&record, &target, &arena);
    struct transfer_request request;
    assert_int_equal(channel_email.request(&row, &target, 0, &arena, &request), 0);
    assert_string_equal(find_header(&request, "From: "), "tdwatch <tdwatch@moit.example>");
    assert_string_equal(find_header(&request, "To: "), "<canhbao@vasep.example>");
    assert_true(str_starts(find_header(&request, "Subject: "), "=?UTF-8?B?"));
    assert_string_equal(find_header(&request, "Date: "), "Mon, 8 Sep 2025 08:30:00 +0000");
    assert_string_equal(find_header(&request, "Message-ID: "), row.message_id);
    assert_string_equal(find_header(&request, "Auto-Submitted: "), "auto-generated");
    assert_string_equal(find_header(&request, "X-Auto-Response-Suppress: "), "All");
    assert_null(find_header(&request, "References: "));
    for (const char *const *line = request.mail->headers; *line != NULL; line++) {
        assert_true(strlen(*line) <= 998);
        for (const char *p = *line; *p != '\0'; p++)
            assert_in_range((unsigned char)*p, 0x20, 0x7e);
    }
    arena_deinit(&arena);
}

static void envelope_and_relay_are_those_of_the_target(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct alert_record record = sample_trade();
    struct delivery_row row = render(&record, &target, &arena);
    struct transfer_request request;
    assert_int_equal(channel_email.request(&row, &target, 0, &arena, &request), 0);
    assert_string_equal(request.url, target.smtp_url);
    assert_string_equal(request.mail->from, target.smtp_from);
    assert_string_equal(request.mail->to, target.address);
    assert_string_equal(request.mail->user, target.smtp_user);
    assert_string_equal(request.mail->text, row.text);
    assert_string_equal(request.mail->html, row.html);
    assert_null(request.headers);
    arena_deinit(&arena);
}

static void attempts_are_the_same_bytes_at_any_time(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct alert_record record = sample_trade();
    struct delivery_row row = render(&record, &target, &arena);
    struct transfer_request early, late;
    assert_int_equal(channel_email.request(&row, &target, 0, &arena, &early), 0);
    assert_int_equal(channel_email.request(&row, &target, INT64_C(4102444800000), &arena, &late), 0);
    for (size_t i = 0; early.mail->headers[i] != NULL; i++)
        assert_string_equal(early.mail->headers[i], late.mail->headers[i]);
    arena_deinit(&arena);
}

static void message_id_is_one_for_alert_event_and_receiver(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct alert_record record = sample_trade();
    struct channel_target other = target;
    other.receiver = "moit";
    struct delivery_row one = render(&record, &target, &arena), again = render(&record, &target, &arena);
    struct delivery_row elsewhere = render(&record, &other, &arena);
    assert_string_equal(one.message_id, again.message_id);
    assert_string_not_equal(one.message_id, elsewhere.message_id);
    assert_true(str_starts(one.message_id, "<5f2b8c0d9a7e41c38b6a0d2e4f617283.1."));
    assert_non_null(strstr(one.message_id, "@moit.example>"));
    assert_null(strstr(one.message_id, "vasep")); /* receivers see each other's mail now and then */
    arena_deinit(&arena);
}

static void later_events_join_the_thread_of_the_first(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct alert_record record = sample_trade();
    struct delivery_row first = render(&record, &target, &arena);
    assert_string_equal(first.thread, "");
    record.seq = 2;
    record.event = EVENT_CLEARED;
    struct delivery_row second = render(&record, &target, &arena);
    struct transfer_request request;
    assert_int_equal(channel_email.request(&second, &target, 0, &arena, &request), 0);
    assert_string_equal(find_header(&request, "In-Reply-To: "), first.message_id);
    assert_string_equal(find_header(&request, "References: "), first.message_id);
    assert_string_not_equal(find_header(&request, "Message-ID: "), first.message_id);
    arena_deinit(&arena);
}

static void longest_subject_fits_a_header_line(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    char title[3001] = "";
    for (int i = 0; i < 1000; i++)
        strcat(title, "ữ");
    struct alert_record record = sample_trade();
    record.event = EVENT_STRENGTHENED;
    record.title = (struct phrase){{title, title}};
    struct delivery_row row = render(&record, &target, &arena);
    struct transfer_request request;
    assert_int_equal(channel_email.request(&row, &target, 0, &arena, &request), 0);
    assert_true(strlen("Subject: ") + strlen(find_header(&request, "Subject: ")) <= 998);
    arena_deinit(&arena);
}

static void unusable_targets_are_refused(void **state)
{
    (void)state;
    struct channel_target cases[] = {target, target, target, target};
    cases[0].address = "a@b.example\r\nRCPT TO:<c@d.example>";
    cases[1].smtp_from = "nobody";
    cases[2].smtp_url = "";
    cases[3].address = "";
    struct arena arena = ARENA_NULL;
    struct alert_record record = sample_trade();
    struct delivery_row row = render(&record, &target, &arena);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct transfer_request request;
        assert_int_equal(channel_email.request(&row, &cases[i], 0, &arena, &request), -EINVAL);
    }
    arena_deinit(&arena);
}

static void schedule_is_that_of_rfc_5321(void **state)
{
    (void)state;
    enum { HALF_HOUR = 30 * 60, DAY = 86400 };
    int64_t total = 0;
    for (const int64_t *delay = channel_email.delays_s; *delay != 0; delay++) {
        assert_true(*delay * 9 / 10 >= HALF_HOUR); /* with the jitter too */
        total += *delay;
    }
    assert_in_range(total * 9 / 10, 4 * DAY, 5 * DAY);
    assert_in_range(total * 11 / 10, 4 * DAY, 6 * DAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_complete_and_clean),
        cmocka_unit_test(failing_template_gives_way_to_the_built_in_message),
        cmocka_unit_test(lists_and_charts_are_named),
        cmocka_unit_test(envelope_and_relay_are_those_of_the_target),
        cmocka_unit_test(attempts_are_the_same_bytes_at_any_time),
        cmocka_unit_test(message_id_is_one_for_alert_event_and_receiver),
        cmocka_unit_test(later_events_join_the_thread_of_the_first),
        cmocka_unit_test(longest_subject_fits_a_header_line),
        cmocka_unit_test(unusable_targets_are_refused),
        cmocka_unit_test(schedule_is_that_of_rfc_5321),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
