/* link: daemon/core/message daemon/core/message_fill daemon/core/markup daemon/core/message_view daemon/core/words daemon/core/figure daemon/core/period daemon/core/alert daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str daemon/base/clock_text daemon/base/digest daemon/core/message_values daemon/core/message_sample daemon/core/message_builtin daemon/core/template daemon/core/chart_alert daemon/core/svg daemon/core/figure_label daemon/core/series_role daemon/core/date daemon/base/diag */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/str.h"
#include "core/message_sample.h"
#include "core/message_template.h"
#include "core/message_values.h"
#include "tests/support/sample_record.h"

enum { MAX = 256 * 1024, VI = 1u << LANGUAGE_VI, EN = 1u << LANGUAGE_EN };

typedef int renderer(const struct alert_record *record, unsigned languages, struct buf *out);

static char *render(renderer *fn, const struct alert_record *record, unsigned languages)
{
    struct buf out;
    buf_init(&out, MAX);
    assert_int_equal(fn(record, languages, &out), 0);
    assert_true(str_is_utf8((struct slice){buf_text(&out), out.len}));
    return buf_take(&out);
}

static char *fill(const struct alert_record *record, enum language language, const char *template)
{
    struct buf out;
    buf_init(&out, MAX);
    assert_int_equal(message_fill(record, language, template, &out), 0);
    return buf_take(&out);
}

static char *read_file(const char *path)
{
    struct buf out;
    buf_init(&out, MAX);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s is missing; UPDATE_OK=1 writes it", path);
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
        assert_int_equal(buf_append(&out, block, n), 0);
    fclose(file);
    return buf_take(&out);
}

/* Compares with tests/cases/message/NAME, or with UPDATE_OK=1 writes it for review. */
static void check_golden(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "tests/cases/message/%s", name);
    if (getenv("UPDATE_OK") != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fputs(text, file) >= 0, 1);
        assert_int_equal(fclose(file), 0);
        return;
    }
    char *expected = read_file(path);
    assert_string_equal(text, expected);
    alloc_free(expected);
}

static void check_record(const char *name, const struct alert_record *record)
{
    char file[64], whole[MAX];
    char *subject = render(message_subject, record, VI | EN);
    char *text = render(message_text, record, VI | EN), *html = render(message_html, record, VI | EN);
    snprintf(whole, sizeof whole, "Subject: %s\n\n%s", subject, text);
    snprintf(file, sizeof file, "%s.txt", name);
    check_golden(file, whole);
    snprintf(file, sizeof file, "%s.html", name);
    check_golden(file, html);
    alloc_free(subject);
    alloc_free(text);
    alloc_free(html);
}

static void raised_reads_as_approved(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    check_record("raised", &record);
}

/* What the figures say once the condition no longer holds. */
static const struct figure calm_figures[] = {
    {.name = "g3", .type = VALUE_RATIO, .value = 0.032},
    {.name = "uv", .type = VALUE_RATIO, .value = 0.011},
};

static struct alert_record ended(enum alert_event event)
{
    struct alert_record record = sample_trade();
    record.seq = 2;
    record.event = event;
    record.state = ALERT_INACTIVE;
    record.figures = calm_figures;
    record.figure_count = sizeof calm_figures / sizeof *calm_figures;
    return record;
}

static void cleared_reads_as_approved(void **state)
{
    (void)state;
    struct alert_record record = ended(EVENT_CLEARED);
    record.period = period_make(2025, 11);
    check_record("cleared", &record);
}

static void retracted_reads_as_approved(void **state)
{
    (void)state;
    struct alert_record record = ended(EVENT_RETRACTED);
    record.reason = "revision";
    check_record("retracted", &record);
}

static void feed_alert_reads_as_approved(void **state)
{
    (void)state;
    struct alert_record record = sample_feed();
    check_record("feed", &record);
}

/* Every part that a message can have. */
static void whole_alert_reads_as_approved(void **state)
{
    (void)state;
    struct message_sample sample;
    message_sample_make(SAMPLE_WHOLE, EVENT_STRENGTHENED, ALERT_FIRING, &sample);
    check_record("whole", &sample.record);
}

static void chart_is_drawn_as_approved(void **state)
{
    (void)state;
    struct message_sample sample;
    struct buf svg;
    message_sample_make(SAMPLE_WHOLE, EVENT_RAISED, ALERT_FIRING, &sample);
    buf_init(&svg, MAX);
    assert_int_equal(message_chart(&sample.record, LANGUAGE_VI, &svg), 0);
    check_golden("chart.svg", buf_text(&svg));
    buf_clear(&svg);
    message_sample_make(SAMPLE_FEED, EVENT_RAISED, ALERT_FIRING, &sample);
    assert_int_equal(message_chart(&sample.record, LANGUAGE_VI, &svg), 0);
    assert_string_equal(buf_text(&svg), "");
    buf_deinit(&svg);
}

static void chart_shows_what_there_is(void **state)
{
    (void)state;
    for (int panels = 0; panels < 4; panels++) {
        bool trade = (panels & 1) != 0, curve = (panels & 2) != 0;
        struct message_sample sample;
        struct buf svg;
        message_sample_make(SAMPLE_WHOLE, EVENT_RAISED, ALERT_FIRING, &sample);
        for (int i = 0; i < EVIDENCE_MONTHS; i++) {
            sample.evidence.trade.values[i].unknown = trade ? KNOWN : UNKNOWN_MONTH;
            sample.evidence.curve.values[i].unknown = curve ? KNOWN : UNKNOWN_MONTH;
        }
        buf_init(&svg, MAX);
        assert_int_equal(message_chart(&sample.record, LANGUAGE_EN, &svg), 0);
        assert_int_equal(strstr(buf_text(&svg), "class=\"bar\"") != NULL, trade);
        assert_int_equal(strstr(buf_text(&svg), "<polyline") != NULL, curve);
        assert_int_equal(strstr(buf_text(&svg), "2025-07") != NULL, trade || curve);
        char *html = render(message_html, &sample.record, EN);
        assert_int_equal(strstr(html, "<img ") != NULL, trade || curve);
        alloc_free(html);
        buf_deinit(&svg);
    }
}

static void built_in_templates_pass_the_check_of_others(void **state)
{
    (void)state;
    for (enum message_part part = 0; part < MESSAGE_PART_COUNT; part++) {
        struct arena arena = ARENA_NULL;
        struct diag_list diags = DIAG_LIST_NULL;
        struct template template;
        struct message_sample sample;
        struct message_view views[LANGUAGE_COUNT];
        size_t n;
        message_sample_make(SAMPLE_WHOLE, EVENT_STRENGTHENED, ALERT_FIRING, &sample);
        assert_int_equal(message_views_make(&sample.record, VI | EN, &arena, views, &n), 0);
        struct template_value model = message_values(&sample.record, views, &arena);
        enum template_escape escape = part == MESSAGE_HTML ? TEMPLATE_HTML : TEMPLATE_PLAIN;
        assert_int_equal(template_compile("built-in", message_builtin(part), &arena, &template, &diags), 0);
        if (template_check(&template, &model, escape, &diags) < 0)
            fail_msg("%s", diag_line(&diags, diags.items));
        diag_list_deinit(&diags);
        arena_deinit(&arena);
    }
}

static void every_event_and_state_has_a_message(void **state)
{
    (void)state;
    static renderer *const renderers[] = {message_subject, message_text, message_html};
    for (enum message_sample_kind kind = SAMPLE_TRADE; kind <= SAMPLE_WHOLE; kind++)
        for (enum alert_event event = EVENT_RAISED; event < EVENT_COUNT; event++)
            for (enum alert_state stands = 0; stands < ALERT_STATE_COUNT; stands++)
                for (size_t i = 0; i < sizeof renderers / sizeof *renderers; i++) {
                    struct message_sample sample;
                    message_sample_make(kind, event, stands, &sample);
                    char *text = render(renderers[i], &sample.record, VI | EN);
                    assert_true(strlen(text) > 20);
                    assert_null(strstr(text, "{{"));
                    alloc_free(text);
                }
}

static void check_documented(const struct template_value *value, const char *manual)
{
    for (size_t i = 0; i < value->len; i++) {
        const struct template_value *inner =
            value->kind == TEMPLATE_MAP ? &value->fields[i].value : &value->items[i];
        char line[128];
        if (value->kind == TEMPLATE_MAP) {
            snprintf(line, sizeof line, "\n.It Ic %s\n", value->fields[i].name);
            if (strstr(manual, line) == NULL)
                fail_msg("tdwatch.yaml(5) does not list %s", value->fields[i].name);
        }
        check_documented(inner, manual);
    }
}

static void manual_lists_every_name(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct message_sample sample;
    struct message_view views[LANGUAGE_COUNT];
    size_t n;
    char *manual = read_file("docs/tdwatch.yaml.5.in");
    message_sample_make(SAMPLE_WHOLE, EVENT_STRENGTHENED, ALERT_FIRING, &sample);
    assert_int_equal(message_views_make(&sample.record, VI, &arena, views, &n), 0);
    struct template_value model = message_values(&sample.record, views, &arena);
    check_documented(&model, manual);
    alloc_free(manual);
    arena_deinit(&arena);
}

/* What feeds, rules and tables might hold to do harm. */
static void hostile_text_is_only_text(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a\r\nBcc: evil@example.org",
        "<script>alert(1)</script>",
        "\"onload=\"x",
        "=?UTF-8?B?QUE=?=",
        "\xe2\x80\xaegnp.exe\xe2\x80\xac\xe2\x81\xa6x\xe2\x81\xa9\xd8\x9c",
        "{{headline}}",
        "\x1b[31m\x07\x7f",
        "\xc2\x85\xe2\x80\xa8\xef\xbb\xbfy",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct message_sample sample;
        message_sample_make(SAMPLE_WHOLE, EVENT_STRENGTHENED, ALERT_FIRING, &sample);
        const char *const basis[] = {texts[i], NULL};
        sample.record.title = sample.record.advice = sample.record.product_title =
            (struct phrase){{texts[i], texts[i]}};
        sample.record.basis = basis;
        sample.record.sources = sample.record.reason = texts[i];
        char *subject = render(message_subject, &sample.record, VI | EN);
        char *text = render(message_text, &sample.record, VI | EN);
        char *html = render(message_html, &sample.record, VI | EN);
        for (const char *p = subject; *p != '\0'; p++)
            assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
        for (const char *p = text; *p != '\0'; p++)
            assert_true((unsigned char)*p >= 0x20 || *p == '\n');
        assert_null(strstr(text, "\nBcc:"));
        assert_null(strstr(html, "<script"));
        assert_null(strstr(html, "\"onload"));
        static const char *const hidden[] = {"\xe2\x80\xae", "\xe2\x80\xac", "\xe2\x81\xa6", "\xe2\x81\xa9",
            "\xd8\x9c", "\xe2\x80\xa8", "\xc2\x85", "\xef\xbb\xbf"};
        for (size_t k = 0; k < sizeof hidden / sizeof *hidden; k++) {
            assert_null(strstr(subject, hidden[k]));
            assert_null(strstr(text, hidden[k]));
            assert_null(strstr(html, hidden[k]));
        }
        alloc_free(subject);
        alloc_free(text);
        alloc_free(html);
    }
}

static void one_language_is_complete_and_alone(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    char *vi = render(message_text, &record, VI), *en = render(message_text, &record, EN);
    assert_non_null(strstr(vi, "Gỗ dán: nhập khẩu của Hoa Kỳ từ Việt Nam tăng 231%"));
    assert_null(strstr(vi, "Plywood"));
    assert_non_null(strstr(en, "Plywood: United States imports from Viet Nam up 231%"));
    assert_null(strstr(en, "Gỗ"));
    assert_null(strstr(en, "version below"));
    alloc_free(vi);
    alloc_free(en);
}

static void templates_are_filled(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    static const struct {
        const char *template, *vi, *en;
    } cases[] = {
        {"{{product}} / {{market}} / {{origin}}", "Gỗ dán / Hoa Kỳ / Trung Quốc",
            "Plywood / United States / China"},
        {"{{period}} {{raised}} {{severity}}", "07/2025 07/2025 Cảnh báo", "2025-07 2025-07 Warning"},
        {"{{rule}}", "us-surge-under-existing-duty", "us-surge-under-existing-duty"},
        {"{{g3}} {{uv}} {{value12}}", "231% -5,5% 705 triệu USD", "231% -5.5% 705 m USD"},
        {"{{ g3 }}", "231%", "231%"},
        {"{{undercut12}}", "chưa rõ", "unknown"}, /* UNKNOWN is never a number */
        {"{{nosuch}} {{g3", "{{nosuch}} {{g3", "{{nosuch}} {{g3"},
        {"{{a {{market}}", "{{a Hoa Kỳ", "{{a United States"},
        {"{{}} }} {", "{{}} }} {", "{{}} }} {"},
        {"", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *vi = fill(&record, LANGUAGE_VI, cases[i].template),
             *en = fill(&record, LANGUAGE_EN, cases[i].template);
        assert_string_equal(vi, cases[i].vi);
        assert_string_equal(en, cases[i].en);
        alloc_free(vi);
        alloc_free(en);
    }
}

static void every_template_name_is_filled(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    for (const char *const *name = message_names; *name != NULL; name++) {
        char template[64];
        snprintf(template, sizeof template, "{{%s}}", *name);
        char *text = fill(&record, LANGUAGE_EN, template);
        assert_null(strstr(text, "{{"));
        alloc_free(text);
    }
}

static void unlisted_market_shows_its_code(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    record.scope.market = "XK";
    char *text = fill(&record, LANGUAGE_VI, "{{market}}");
    assert_string_equal(text, "XK");
    alloc_free(text);
}

static void missing_translation_falls_back_to_the_other(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    record.product_title.text[LANGUAGE_EN] = NULL;
    char *other = fill(&record, LANGUAGE_EN, "{{product}}");
    assert_string_equal(other, "Gỗ dán");
    record.product_title.text[LANGUAGE_VI] = NULL;
    char *code = fill(&record, LANGUAGE_EN, "{{product}}");
    assert_string_equal(code, "plywood");
    alloc_free(other);
    alloc_free(code);
}

static void old_figures_are_not_repeated_once_an_alert_ends(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    record.event = EVENT_RETRACTED;
    char *subject = render(message_subject, &record, EN);
    assert_string_equal(
        subject, "[Correction] Plywood: United States imports from Viet Nam up … while the price fell");
    alloc_free(subject);
}

static void nothing_in_a_name_becomes_markup_or_a_header(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    record.product_title.text[LANGUAGE_EN] = "<script>alert('x')</script> & \"y\"\r\nBcc: a@b";
    record.sources = "<img src=x>";
    char *html = render(message_html, &record, EN), *subject = render(message_subject, &record, EN);
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "<img"));
    assert_non_null(strstr(html, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;"));
    assert_null(strpbrk(subject, "\r\n"));
    alloc_free(html);
    alloc_free(subject);
}

static void long_title_is_cut_at_a_character(void **state)
{
    (void)state;
    char title[2001] = "";
    for (int i = 0; i < 500; i++)
        strcat(title, "ữ");
    struct alert_record record = sample_trade();
    record.title.text[LANGUAGE_VI] = title;
    char *subject = render(message_subject, &record, VI);
    assert_true(strlen(subject) < 250);
    assert_string_equal(subject + strlen(subject) - strlen("…"), "…");
    alloc_free(subject);
}

static void text_lines_are_short(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    char *text = render(message_text, &record, VI | EN), *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        size_t columns = 0;
        for (const char *p = line; *p != '\0'; p++)
            columns += ((unsigned char)*p & 0xc0) != 0x80;
        assert_in_range(columns, 0, 100);
    }
    alloc_free(text);
}

static void full_buffer_is_left_as_it_was(void **state)
{
    (void)state;
    struct alert_record record = sample_trade();
    static renderer *const renderers[] = {message_subject, message_text, message_html};
    for (size_t i = 0; i < sizeof renderers / sizeof *renderers; i++) {
        struct buf out;
        buf_init(&out, 50);
        assert_int_equal(buf_puts(&out, "before"), 0);
        assert_int_equal(renderers[i](&record, VI | EN, &out), -EMSGSIZE);
        assert_string_equal(buf_text(&out), "before");
        buf_deinit(&out);
    }
}

/* Petitioners read warnings too: docs and rules may say more, the fixed words may not. */
static void wording_judges_nobody(void **state)
{
    (void)state;
    static const char *const banned[] = {"fraud", " safe", "gian lận", "an toàn", "illegal", "guilty"};
    for (enum alert_event event = EVENT_RAISED; event < EVENT_COUNT; event++) {
        struct alert_record record = sample_trade();
        record.event = event;
        char *text = render(message_text, &record, VI | EN);
        for (size_t i = 0; i < sizeof banned / sizeof *banned; i++)
            assert_null(strcasestr(text, banned[i]));
        alloc_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raised_reads_as_approved),
        cmocka_unit_test(cleared_reads_as_approved),
        cmocka_unit_test(retracted_reads_as_approved),
        cmocka_unit_test(feed_alert_reads_as_approved),
        cmocka_unit_test(one_language_is_complete_and_alone),
        cmocka_unit_test(templates_are_filled),
        cmocka_unit_test(every_template_name_is_filled),
        cmocka_unit_test(unlisted_market_shows_its_code),
        cmocka_unit_test(missing_translation_falls_back_to_the_other),
        cmocka_unit_test(old_figures_are_not_repeated_once_an_alert_ends),
        cmocka_unit_test(nothing_in_a_name_becomes_markup_or_a_header),
        cmocka_unit_test(long_title_is_cut_at_a_character),
        cmocka_unit_test(whole_alert_reads_as_approved),
        cmocka_unit_test(chart_is_drawn_as_approved),
        cmocka_unit_test(chart_shows_what_there_is),
        cmocka_unit_test(built_in_templates_pass_the_check_of_others),
        cmocka_unit_test(every_event_and_state_has_a_message),
        cmocka_unit_test(manual_lists_every_name),
        cmocka_unit_test(hostile_text_is_only_text),
        cmocka_unit_test(text_lines_are_short),
        cmocka_unit_test(full_buffer_is_left_as_it_was),
        cmocka_unit_test(wording_judges_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
