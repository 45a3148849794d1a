/* link: daemon/core/bulletin daemon/core/bulletin_view daemon/core/zone daemon/core/date daemon/core/markup daemon/core/message_view daemon/core/message_fill daemon/core/words daemon/core/figure daemon/core/alert daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock_text daemon/base/digest daemon/base/str */
#include "core/bulletin.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/sample_record.h"

enum { VI = 1 << LANGUAGE_VI, EN = 1 << LANGUAGE_EN };

static const struct zone_change changes[] = {{0, 7 * 3600}};
static const struct zone hanoi = {"Asia/Ho_Chi_Minh", changes, 1};

/* An alert that was raised and strengthened, one that was withdrawn, and a feed's. */
struct sample {
    struct alert_record plywood[2], steel, feed;
    struct bulletin_alert alerts[3];
    struct bulletin bulletin;
};

static void make(struct sample *sample)
{
    sample->plywood[0] = sample->plywood[1] = sample->steel = sample_trade();
    sample->plywood[1].seq = 2;
    sample->plywood[1].event = EVENT_STRENGTHENED;
    sample->plywood[1].severity = SEVERITY_CRITICAL;
    sample->plywood[1].at_ms += INT64_C(24) * 3600 * 1000;
    sample->steel.id = "0a2b8c0d9a7e41c38b6a0d2e4f617283";
    sample->steel.scope.product = "7210";
    sample->steel.scope.origin = "";
    sample->steel.product_title = (struct phrase){{"Thép", "Steel"}};
    sample->steel.event = EVENT_RETRACTED;
    sample->feed = sample_feed();
    sample->alerts[0] = (struct bulletin_alert){sample->plywood, 2, true, SEVERITY_CRITICAL, ALERT_FIRING,
        period_make(2025, 8), sample_figures, sizeof sample_figures / sizeof *sample_figures};
    sample->alerts[1] = (struct bulletin_alert){
        &sample->steel, 1, false, SEVERITY_WARNING, ALERT_INACTIVE, period_make(2025, 7), sample_figures, 1};
    sample->alerts[2] = (struct bulletin_alert){
        &sample->feed, 1, true, SEVERITY_CAUTION, ALERT_FIRING, period_make(2025, 8), NULL, 0};
    sample->bulletin = (struct bulletin){
        sample->alerts, 3, 4, 1U << HOLD_CADENCE | 1U << HOLD_LIMIT, sample->plywood[1].at_ms, &hanoi};
}

typedef int renderer(const struct bulletin *bulletin, unsigned languages, struct buf *out);

static const char *rendered(
    renderer *render, const struct bulletin *bulletin, unsigned languages, struct arena *arena)
{
    struct buf out;
    buf_init(&out, 1024 * 1024);
    assert_int_equal(render(bulletin, languages, &out), 0);
    const char *text = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is missing in:\n%s", part, text);
}

static void subject_counts_alerts_by_severity(void **state)
{
    struct sample sample;
    struct arena arena = ARENA_NULL;
    (void)state;
    make(&sample);
    assert_string_equal(rendered(bulletin_subject, &sample.bulletin, EN, &arena),
        "[Digest] 3 alerts (Critical 4/4: 1, Warning 3/4: 1, Caution 2/4: 1)");
    assert_string_equal(rendered(bulletin_subject, &sample.bulletin, VI | EN, &arena),
        "[Bản tin] 3 cảnh báo (Khẩn cấp 4/4: 1, Cảnh báo 3/4: 1, Lưu ý 2/4: 1) | "
        "[Digest] 3 alerts (Critical 4/4: 1, Warning 3/4: 1, Caution 2/4: 1)");
    arena_deinit(&arena);
}

static void text_says_what_happened_and_where_it_stands(void **state)
{
    struct sample sample;
    struct arena arena = ARENA_NULL;
    (void)state;
    make(&sample);
    const char *text = rendered(bulletin_text, &sample.bulletin, EN, &arena);
    assert_has(text,
        "Digest of alerts\n"
        "4 events; 3 alerts (Critical 4/4: 1, Warning 3/4: 1, Caution 2/4: 1).\n"
        "They come together because of: the daily or weekly time, the limit of messages per hour\n"
        "\n"
        "Critical 4/4 | Plywood, United States, China, 2025-07\n"
        "  Plywood: United States imports from Viet Nam up 231% while the price fell\n"
        "  2025-09-08 15:30  New alert (Warning 3/4)\n"
        "  2025-09-09 15:30  Alert strengthened (Critical 4/4)\n"
        "  Now: stands, Critical 4/4: g3 231%, uv -5.5%, share12 13%, shift12 6.1 pp\n"
        "  tdwatch explain us-surge-under-existing-duty plywood US 2025-08 --origin CN   "
        "(5f2b8c0d9a7e)\n");
    /* What is withdrawn asserts no figure of its title, and still carries the present one. */
    assert_has(text, "  Steel: United States imports from Viet Nam up … while the price fell\n"
                     "  2025-09-08 15:30  Correction: alert withdrawn (Warning 3/4)\n"
                     "  Now: over: g3 231%\n");
    assert_has(text, "  tdwatch feed status   (0c7e1d5a3b9f)\n");
    const char *both = rendered(bulletin_text, &sample.bulletin, VI | EN, &arena);
    assert_has(both, "Hiện nay: còn hiệu lực, Khẩn cấp 4/4: g3 231%, uv -5,5%");
    assert_has(both, "Now: stands, Critical 4/4");
    sample.bulletin.zone = NULL;
    assert_has(rendered(bulletin_text, &sample.bulletin, EN, &arena), "  2025-09-08 08:30 UTC  New alert");
    arena_deinit(&arena);
}

/* A name may hold anything: in HTML it is text, and in text it begins no line. */
static void names_are_names_only(void **state)
{
    struct sample sample;
    struct arena arena = ARENA_NULL;
    (void)state;
    make(&sample);
    sample.steel.product_title.text[LANGUAGE_EN] = "<script>\"&\n\r\n.\nBcc: x@y.vn\x7f";
    const char *text = rendered(bulletin_text, &sample.bulletin, EN, &arena);
    assert_null(strstr(text, "\nBcc"));
    assert_null(strchr(text, '\r'));
    assert_null(strstr(text, "\n.\n"));
    const char *html = rendered(bulletin_html, &sample.bulletin, EN, &arena);
    assert_null(strstr(html, "<script>"));
    assert_has(html, "&lt;script&gt;&quot;&amp;");
    arena_deinit(&arena);
}

static void too_long_leaves_the_buffer_as_it_was(void **state)
{
    struct sample sample;
    struct buf out;
    (void)state;
    make(&sample);
    buf_init(&out, 700);
    assert_int_equal(buf_puts(&out, "before"), 0);
    assert_int_equal(bulletin_text(&sample.bulletin, EN, &out), -EMSGSIZE);
    assert_string_equal(buf_text(&out), "before");
    assert_int_equal(bulletin_html(&sample.bulletin, EN, &out), -EMSGSIZE);
    assert_string_equal(buf_text(&out), "before");
    buf_deinit(&out);
}

static void name_is_a_function_of_the_events(void **state)
{
    struct sample sample;
    char id[BULLETIN_ID_SIZE], other[BULLETIN_ID_SIZE];
    (void)state;
    make(&sample);
    bulletin_id(&sample.bulletin, id);
    assert_int_equal(strlen(id), BULLETIN_ID_SIZE - 1);
    sample.bulletin.at_ms++;
    sample.alerts[1].open = true;
    bulletin_id(&sample.bulletin, other);
    assert_string_equal(id, other);
    sample.steel.seq++;
    bulletin_id(&sample.bulletin, other);
    assert_string_not_equal(id, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(subject_counts_alerts_by_severity),
        cmocka_unit_test(text_says_what_happened_and_where_it_stands),
        cmocka_unit_test(names_are_names_only),
        cmocka_unit_test(too_long_leaves_the_buffer_as_it_was),
        cmocka_unit_test(name_is_a_function_of_the_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
