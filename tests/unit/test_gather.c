/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/period daemon/io/file daemon/io/yaml feeds/ask feeds/url feeds/answer feeds/gather */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"
#include "feeds/gather.h"
#include "io/yaml.h"

#define URL "https://a.example/get?r={reporter}&p={product}&time={period:%Y%m}"

/* How a feed is asked, and its gather. */
struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct ask ask;
    struct gather *gather;
};

static void read_words(struct fixture *f, const char *url, const char *yaml)
{
    const struct node *document;
    *f = (struct fixture){0};
    assert_int_equal(yaml_parse("ask.yaml", slice_of(yaml), &f->arena, &document, &f->diags), 0);
    struct ask_sections sections = {node_get(document, "parameters"), node_get(document, "periods"),
        node_get(document, "key"), node_get(document, "answers"), node_get(document, "limits")};
    ask_read(&sections, url, document->place, &f->ask, &f->arena, &f->diags);
}

static void start(struct fixture *f, const char *yaml, int32_t newest, int32_t last)
{
    struct gather_span span = {newest, last, PERIOD_NONE};
    read_words(f, URL, yaml);
    assert_int_equal(f->diags.errors, 0);
    f->gather = gather_new(URL, &f->ask, &span, 1000);
}

static void end(struct fixture *f)
{
    gather_free(f->gather);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static bool take(struct fixture *f, long status, const char *body)
{
    struct gather_answer answer = {status, slice_of(body), NULL, 0, "s3cret"};
    return gather_take(f->gather, &answer);
}

static void assert_next(struct fixture *f, const char *rest)
{
    const char *url = gather_url(f->gather);
    assert_non_null(url);
    assert_string_equal(url + strlen("https://a.example/get?"), rest);
}

static const char *const words = "parameters:\n"
                                 "  reporter: { values: [392, \"a b&c\"] }\n"
                                 "  product: { values: [7210, 7306, 9403], join: \",\" }\n"
                                 "periods: { from: 2025-01, window: 2, revise: 1, per_request: 2 }\n"
                                 "answers:\n"
                                 "  - { count: count, at_most: 0, means: not-yet }\n"
                                 "  - { count: count, at_least: 9, means: too-much }\n"
                                 "  - { starts: \"<\", means: key }\n";

static void months_and_lists_make_requests(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, words, PERIOD_NONE, period_make(2026, 1));
    assert_next(&f, "r=392&p=7210,7306,9403&time=202512,202601");
    assert_true(take(&f, 200, "{\"count\":3}"));
    assert_next(&f, "r=a%20b%26c&p=7210,7306,9403&time=202512,202601");
    assert_false(take(&f, 200, "{\"count\":4}"));
    const size_t *ends;
    assert_int_equal(gather_meaning(f.gather), ASK_DATA);
    assert_int_equal(gather_ends(f.gather, &ends), 2);
    assert_int_equal(ends[0], 11);
    assert_int_equal(ends[1], 22);
    end(&f);
}

static void too_much_is_split_by_months_and_then_by_lists(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, words, PERIOD_NONE, period_make(2026, 1));
    assert_true(take(&f, 413, ""));
    assert_next(&f, "r=392&p=7210,7306,9403&time=202512");
    assert_true(take(&f, 200, "{\"data\":[{\"count\":1}],\"count\":9}"));
    assert_next(&f, "r=392&p=7210&time=202512");
    assert_true(take(&f, 200, "{\"count\":1}"));
    assert_next(&f, "r=392&p=7306,9403&time=202512");
    assert_true(take(&f, 413, ""));
    assert_next(&f, "r=392&p=7306&time=202512");
    assert_false(take(&f, 413, ""));
    assert_int_equal(gather_meaning(f.gather), ASK_CHANGED);
    end(&f);
}

static void without_a_new_month_nothing_is_asked_again(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, words, period_make(2025, 12), period_make(2026, 1));
    assert_true(take(&f, 200, "{\"count\": 0}"));
    assert_false(take(&f, 204, ""));
    assert_int_equal(gather_meaning(f.gather), ASK_NOT_YET);
    end(&f);
}

static void a_new_month_brings_the_newest_again(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, words, period_make(2025, 12), period_make(2026, 1));
    assert_true(take(&f, 200, "{\"count\": 1}"));
    assert_true(take(&f, 204, ""));
    assert_next(&f, "r=392&p=7210,7306,9403&time=202512");
    end(&f);
}

static void one_failure_ends_all(void **state)
{
    (void)state;
    static const struct {
        long status;
        const char *body;
        enum ask_meaning meaning;
        const char *text;
    } cases[] = {
        {401, "{\"message\":\"no s3cret\"}", ASK_KEY, "HTTP 401: {\"message\":\"no ******\"}"},
        {200, " <html><p>Invalid\n Key</p>", ASK_KEY, "HTTP 200: Invalid Key"},
        {404, "", ASK_CHANGED, "HTTP 404"},
        {302, "", ASK_CHANGED, "HTTP 302"},
        {429, "", ASK_QUOTA, "HTTP 429"},
        {503, "", ASK_FAILED, "HTTP 503"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        start(&f, words, PERIOD_NONE, period_make(2026, 1));
        assert_true(take(&f, 200, "{\"count\":3}"));
        assert_false(take(&f, cases[i].status, cases[i].body));
        assert_int_equal(gather_meaning(f.gather), cases[i].meaning);
        assert_string_equal(gather_text(f.gather), cases[i].text);
        end(&f);
    }
}

static void a_short_patience_is_kept(void **state)
{
    (void)state;
    struct fixture f;
    struct gather_answer busy = {429, {"", 0}, NULL, 7, NULL};
    start(&f, words, PERIOD_NONE, period_make(2026, 1));
    assert_true(gather_take(f.gather, &busy));
    assert_int_equal(gather_wait_s(f.gather), 7);
    assert_next(&f, "r=392&p=7210,7306,9403&time=202512,202601");
    busy.retry_after_s = 3600;
    assert_false(gather_take(f.gather, &busy));
    assert_int_equal(gather_meaning(f.gather), ASK_QUOTA);
    end(&f);
}

static void too_many_bytes_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    char body[1001];
    memset(body, 'x', 1000);
    body[1000] = '\0';
    start(&f, words, PERIOD_NONE, period_make(2026, 1));
    assert_true(take(&f, 200, "1"));
    assert_false(take(&f, 200, body));
    assert_int_equal(gather_meaning(f.gather), ASK_FAILED);
    end(&f);
}

static void words_that_do_nothing_are_faults(void **state)
{
    (void)state;
    static const struct {
        const char *url, *yaml, *code;
    } cases[] = {
        {"https://a/", "parameters: { x: { values: [1] } }", "F020"},
        {"https://a/{x}", "parameters: { x: { values: [] } }", "F020"},
        {"https://a/", "periods: { from: 2025-01 }", "F021"},
        {"https://a/{period:%Y}", "periods: { from: Januar }", "F021"},
        {"https://a/", "key: { credential: k }", "F022"},
        {"https://a/", "key: { credential: k, header: h, parameter: p }", "F022"},
        {"https://a/", "answers: [ { count: lines, means: key } ]", "F023"},
        {"https://a/{x}", "limits: { pause: 1s }", "F024"},
        {"https://a/{period:%Y", "limits: { pause: 1s }", "F024"},
        {"https://a/{period}", "periods: { from: 2025-01 }", "F024"},
        {"https://a/{period:%d}", "periods: { from: 2025-01 }", "F024"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        read_words(&f, cases[i].url, cases[i].yaml);
        assert_int_equal(f.diags.errors, 1);
        assert_string_equal(f.diags.items[0].code, cases[i].code);
        end(&f);
    }
}

static void the_key_goes_where_it_belongs(void **state)
{
    (void)state;
    struct fixture f;
    read_words(&f, "https://a/", "key: { credential: k, parameter: key }");
    assert_string_equal(url_with_key("https://a/", &f.ask, "a/b=", &f.arena), "https://a/?key=a%2Fb%3D");
    assert_string_equal(url_with_key("https://a/?x=1", &f.ask, "k", &f.arena), "https://a/?x=1&key=k");
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(months_and_lists_make_requests),
        cmocka_unit_test(too_much_is_split_by_months_and_then_by_lists),
        cmocka_unit_test(without_a_new_month_nothing_is_asked_again),
        cmocka_unit_test(a_new_month_brings_the_newest_again),
        cmocka_unit_test(one_failure_ends_all),
        cmocka_unit_test(a_short_patience_is_kept),
        cmocka_unit_test(too_many_bytes_are_refused),
        cmocka_unit_test(words_that_do_nothing_are_faults),
        cmocka_unit_test(the_key_goes_where_it_belongs),
    };
    return cmocka_run_group_tests_name("gather", tests, NULL, NULL);
}
