/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/period daemon/io/file daemon/io/yaml feeds/ask feeds/url feeds/answer feeds/named_text feeds/gather daemon/core/date daemon/base/digest feeds/detector feeds/pages feeds/pick feeds/scan_csv */
#include "tests/support/asking.h"

static const char *const words = "parameters:\n"
                                 "  reporter: { values: [392, \"a b&c\"] }\n"
                                 "  product: { values: [7210, 7306, 9403], join: \",\" }\n"
                                 "periods: { from: 2025-01, window: 2, revise: 1, per_request: 2 }\n"
                                 "answers:\n"
                                 "  - { count: count, at_most: 0, means: not-yet }\n"
                                 "  - { count: count, at_least: 9, means: too-much }\n"
                                 "  - { starts: \"<\", means: key }\n";

static const struct gather_span whole;

/* ---- probes ---- */

static void a_request_that_can_be_split_is_probed(void **state)
{
    (void)state;
    struct fixture f;
    char yaml[600];
    snprintf(yaml, sizeof yaml, "%sprobe: countOnly=true\n", words);
    start(&f, yaml, PERIOD_NONE, period_make(2026, 1));
    assert_next(&f, "r=392&p=7210,7306,9403&time=202512,202601&countOnly=true");
    assert_true(take(&f, 200, "{\"count\":20}")); /* too much: it is never made */
    assert_next(&f, "r=392&p=7210,7306,9403&time=202512&countOnly=true");
    assert_true(take(&f, 200, "{\"count\":8}"));
    assert_next(&f, "r=392&p=7210,7306,9403&time=202512");
    assert_true(take(&f, 200, "{\"count\":8}"));
    assert_next(&f, "r=392&p=7210,7306,9403&time=202601&countOnly=true");
    assert_true(take(&f, 200, "{\"count\":0}")); /* nothing yet: nor is this */
    assert_next(&f, "r=a%20b%26c&p=7210,7306,9403&time=202512,202601&countOnly=true");
    const size_t *ends;
    assert_int_equal(gather_ends(f.gather, &ends), 1);
    end(&f);
}

static void one_that_cannot_be_split_is_not(void **state)
{
    (void)state;
    struct fixture f;
    start_at(
        &f, "https://a.example/get?p={p}", "parameters: { p: { values: [1, 2] } }\nprobe: n=1\n", &whole);
    assert_next(&f, "p=1");
    end(&f);
}

/* ---- the change detector ---- */

static const char *const detected =
    "parameters: { reporter: { values: [392, 410] } }\n"
    "periods: { from: 2025-01, window: 2, revise: 1 }\n"
    "detector: { url: \"https://a.example/get?da={reporter}\", value: data.sum,"
    " month: data.period }\n";
static const char *const seen = "{\"data\":[{\"period\":202511,\"sum\":1},{\"period\":202512,\"sum\":-2},"
                                "{\"period\":202511,\"sum\":3}]}";

/* What the detector has seen with this answer, in the arena of `f`. */
static const char *first_sight(struct fixture *f, const char *answer)
{
    struct gather_span span = {.newest = PERIOD_NONE, .last = period_make(2026, 1), .detected = ""};
    start_at(f, "https://a.example/get?r={reporter}&t={period:%Y%m}", detected, &span);
    assert_next(f, "da=392,410");
    assert_true(take(f, 200, answer));
    return gather_detected(f->gather);
}

static void look_again(struct fixture *f, const char *before, const char *answer, bool goes_on)
{
    struct gather_span span = {
        .newest = period_make(2025, 12), .last = period_make(2026, 1), .detected = before};
    start_at(f, "https://a.example/get?r={reporter}&t={period:%Y%m}", detected, &span);
    assert_int_equal(take(f, 200, answer), goes_on);
}

static void at_first_sight_all_is_asked_for(void **state)
{
    (void)state;
    struct fixture f;
    assert_non_null(first_sight(&f, seen));
    assert_next(&f, "r=392&t=202512");
    end(&f);
}

static void what_was_seen_before_is_nothing_new(void **state)
{
    (void)state;
    struct fixture f, again;
    const char *before = first_sight(&f, seen);
    look_again(&again, before,
        "{\"data\":[{\"period\":\"202511\",\"sum\":3},{\"period\":\"2025-12\",\"sum\":-2},"
        "{\"sum\":1,\"period\":202511}]}",
        false); /* in another order */
    assert_int_equal(gather_meaning(again.gather), ASK_NOT_YET);
    assert_string_equal(gather_text(again.gather), "the change detector says what it said before");
    end(&again);
    end(&f);
}

static void months_that_differ_are_asked_for_however_old(void **state)
{
    (void)state;
    struct fixture f, again;
    const char *before = first_sight(&f, seen);
    look_again(&again, before,
        "{\"data\":[{\"period\":202503,\"sum\":9},{\"period\":202511,\"sum\":1},{\"period\":202511,\"sum\":3}"
        ","
        "{\"period\":202512,\"sum\":7},{\"period\":202601,\"sum\":7}]}",
        true);
    static const char *const urls[] = {"r=392&t=202503", "r=410&t=202503", "r=392&t=202512", "r=410&t=202512",
        "r=392&t=202601", "r=410&t=202601"};
    for (size_t i = 0; i < 6; i++) {
        assert_next(&again, urls[i]);
        assert_int_equal(take(&again, 200, "1"), i < 5);
    }
    assert_int_equal(gather_meaning(again.gather), ASK_DATA);
    end(&again);
    end(&f);
}

static void without_months_the_newest_are_asked_for_again(void **state)
{
    (void)state;
    struct fixture f;
    struct gather_answer answer = {200, {"", 0}, NULL, 0, NULL, "\"v2\"", NULL};
    struct gather_span span = {
        .newest = period_make(2025, 12), .last = period_make(2026, 1), .detected = "\"v1\""};
    start_at(&f, "https://a.example/get?t={period:%Y%m}",
        "periods: { from: 2025-01, revise: 2 }\n"
        "detector: { url: \"https://a.example/get?head\", header: etag }\n",
        &span);
    assert_next(&f, "head");
    assert_true(gather_take(f.gather, &answer));
    assert_string_equal(gather_detected(f.gather), "\"v2\"");
    assert_next(&f, "t=202601");
    assert_true(take(&f, 204, ""));
    assert_next(&f, "t=202511");
    end(&f);
}

static void a_detector_that_is_not_understood_ends_all(void **state)
{
    (void)state;
    static const struct {
        long status;
        const char *body;
        enum ask_meaning meaning;
    } cases[] = {
        {200, "{\"data\":[{\"checksum\":1}]}", ASK_CHANGED},
        {200, "{\"data\":[{\"sum\":1,\"period\":\"soon\"}]}", ASK_CHANGED},
        {200, "{\"data\":[{\"sum\":1}]}", ASK_CHANGED},
        {200, "{\"data\":[{\"sum\":1,", ASK_CHANGED},
        {204, "", ASK_NOT_YET},
        {401, "", ASK_KEY},
        {413, "", ASK_CHANGED},
        {503, "", ASK_FAILED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        struct gather_span span = {.newest = PERIOD_NONE, .last = period_make(2026, 1), .detected = ""};
        start_at(&f, "https://a.example/get?r={reporter}&t={period:%Y%m}", detected, &span);
        assert_false(take(&f, cases[i].status, cases[i].body));
        assert_int_equal(gather_meaning(f.gather), cases[i].meaning);
        assert_null(gather_url(f.gather));
        end(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_that_can_be_split_is_probed),
        cmocka_unit_test(one_that_cannot_be_split_is_not),
        cmocka_unit_test(at_first_sight_all_is_asked_for),
        cmocka_unit_test(what_was_seen_before_is_nothing_new),
        cmocka_unit_test(months_that_differ_are_asked_for_however_old),
        cmocka_unit_test(without_months_the_newest_are_asked_for_again),
        cmocka_unit_test(a_detector_that_is_not_understood_ends_all),
    };
    return cmocka_run_group_tests_name("gather: probes and detectors", tests, NULL, NULL);
}
