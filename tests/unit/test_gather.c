/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/period daemon/io/file daemon/io/yaml feeds/ask feeds/url feeds/answer feeds/named_text feeds/gather daemon/core/date */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/date.h"
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
        node_get(document, "key"), node_get(document, "form"), node_get(document, "pages"),
        node_get(document, "answers"), node_get(document, "limits"), node_get(document, "queue")};
    ask_read(&sections, url, document->place, &f->ask, &f->arena, &f->diags);
}

static void start(struct fixture *f, const char *yaml, int32_t newest, int32_t last)
{
    struct gather_span span = {newest, last, 0};
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

/* ---- days, pages, forms ---- */

#define SEARCH "https://a.example/find?from={first:%Y-%m-%d}&to={last:%Y-%m-%d}"

static const char *const search_words = "periods: { from: 2025-01, window: 2, revise: 1 }\n"
                                        "form: { q: \"{ ?a {first:%Y} }\", \"f-1\": \"a b\" }\n"
                                        "pages: { next: next_url }\n";

static void start_search(struct fixture *f, int32_t newest)
{
    struct gather_span span = {newest, period_make(2026, 1), date_make(2026, 2, 9)};
    read_words(f, SEARCH, search_words);
    assert_int_equal(f->diags.errors, 0);
    f->ask.current = true;
    f->gather = gather_new(SEARCH, &f->ask, &span, 1000);
}

static void the_month_that_is_going_on_is_asked_for_up_to_the_day(void **state)
{
    (void)state;
    struct fixture f;
    start_search(&f, PERIOD_NONE);
    assert_string_equal(gather_url(f.gather), "https://a.example/find?from=2026-01-01&to=2026-01-31");
    assert_true(take(&f, 200, "{}"));
    assert_string_equal(gather_url(f.gather), "https://a.example/find?from=2026-02-01&to=2026-02-09");
    assert_false(take(&f, 200, "{}"));
    end(&f);
    start_search(&f, period_make(2026, 2));
    assert_string_equal(gather_url(f.gather), "https://a.example/find?from=2026-02-01&to=2026-02-09");
    assert_true(take(&f, 200, "{}"));
    assert_string_equal(gather_url(f.gather), "https://a.example/find?from=2026-01-01&to=2026-01-31");
    end(&f);
}

static void a_form_is_posted_with_its_braces(void **state)
{
    (void)state;
    struct fixture f;
    start_search(&f, PERIOD_NONE);
    assert_string_equal(gather_form(f.gather), "q=%7B%20%3Fa%202026%20%7D&f-1=a%20b");
    end(&f);
    start(&f, words, PERIOD_NONE, period_make(2026, 1));
    assert_null(gather_form(f.gather));
    end(&f);
}

static void pages_come_before_what_else_is_asked_for(void **state)
{
    (void)state;
    struct fixture f;
    start_search(&f, PERIOD_NONE);
    assert_true(
        take(&f, 200, "{\"a\":[\"next_url\"],\"next_url\" : \"https:\\/\\/a.example\\/p?x=1\\u0026y=2\"}"));
    assert_string_equal(gather_url(f.gather), "https://a.example/p?x=1&y=2");
    assert_true(take(&f, 200, "{\"next_url\":null}"));
    assert_string_equal(gather_url(f.gather), "https://a.example/find?from=2026-02-01&to=2026-02-09");
    end(&f);
}

static void pages_that_lead_astray_are_not_followed(void **state)
{
    (void)state;
    static const char *const pages[] = {"https://b.example/", "http://a.example/", "https://a.example.evil/",
        "https://a.example@b.example/", "/next"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct fixture f;
        char body[200];
        start_search(&f, PERIOD_NONE);
        snprintf(body, sizeof body, "{\"next_url\":\"%s\"}", pages[i]);
        assert_false(take(&f, 200, body));
        assert_int_equal(gather_meaning(f.gather), ASK_CHANGED);
        end(&f);
    }
}

static void pages_come_to_an_end(void **state)
{
    (void)state;
    struct fixture f;
    char body[200];
    int n = 0;
    start_search(&f, PERIOD_NONE);
    assert_true(take(&f, 200, "{\"next_url\":\"https://a.example/p\"}"));
    assert_false(take(&f, 200, "{\"next_url\":\"https://a.example/p\"}")); /* it names itself */
    assert_int_equal(gather_meaning(f.gather), ASK_CHANGED);
    end(&f);
    start_search(&f, PERIOD_NONE);
    f.gather = (gather_free(f.gather),
        gather_new(SEARCH, &f.ask, &(struct gather_span){0, period_make(2026, 1), 0}, 100000));
    do
        snprintf(body, sizeof body, "{\"next_url\":\"https://a.example/%d\"}", n);
    while (take(&f, 200, body) && ++n < 1000);
    assert_int_equal(n, GATHER_REQUESTS_MAX - 1);
    assert_int_equal(gather_meaning(f.gather), ASK_TOO_MUCH);
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

#define QUEUED                                                                                               \
    "<e:Envelope xmlns:e='urn:e'><e:Body><queued><id> 98de/05 "                                              \
    "</id><status>SUBMITTED</status></queued></e:Body>"                                                      \
    "</e:Envelope>"
#define STATUS(text)                                                                                         \
    "<r xmlns:s=\"urn:s\"><s:status><s:key>98de/05</s:key><s:status>" text "</s:status></s:status></r>"

static const char *const queue_words = "parameters: { p: { values: [1, 2], join: \"+\" } }\n"
                                       "queue: { id: id, status: \"https://a.example/status/{id}?x\", data: "
                                       "\"https://a.example/data/{id}\", pause: 10s, "
                                       "patience: 20s }\n"
                                       "answers:\n"
                                       "  - { says: { status: submitted }, means: queued }\n"
                                       "  - { says: { status: PROCESSING }, means: queued }\n"
                                       "  - { says: { status: AVAILABLE }, means: ready }\n"
                                       "  - { says: { Status: EXPIRED }, means: failed }\n"
                                       "  - { status: 404, says: { faultcode: \"100\" }, means: not-yet }\n";

static void start_queue(struct fixture *f)
{
    struct gather_span span = {PERIOD_NONE, PERIOD_NONE, 0};
    read_words(f, "https://a.example/get?{p}", queue_words);
    assert_int_equal(f->diags.errors, 0);
    f->gather = gather_new("https://a.example/get?{p}", &f->ask, &span, 1000);
    assert_string_equal(gather_url(f->gather), "https://a.example/get?1+2");
    assert_true(take(f, 200, QUEUED));
    assert_int_equal(gather_wait_s(f->gather), 10);
    assert_string_equal(gather_url(f->gather), "https://a.example/status/98de%2F05?x");
}

static void what_is_queued_is_waited_for_and_fetched(void **state)
{
    (void)state;
    struct fixture f;
    start_queue(&f);
    assert_true(take(&f, 200, STATUS("PROCESSING")));
    assert_int_equal(gather_wait_s(f.gather), 10);
    assert_true(take(&f, 200, STATUS("AVAILABLE")));
    assert_int_equal(gather_wait_s(f.gather), 0);
    assert_string_equal(gather_url(f.gather), "https://a.example/data/98de%2F05");
    assert_false(take(&f, 200, "a,b\n"));
    assert_int_equal(gather_meaning(f.gather), ASK_DATA);
    assert_string_equal(gather_text(f.gather), "HTTP 200");
    assert_int_equal(gather_bytes(f.gather).len, 4);
    end(&f);
}

/* Each part of what was split is a request of its own. */
static void what_is_queued_may_be_too_much(void **state)
{
    (void)state;
    struct fixture f;
    start_queue(&f);
    assert_true(take(&f, 413, ""));
    assert_string_equal(gather_url(f.gather), "https://a.example/get?1");
    assert_true(take(&f, 200, "{\"queued\":{\"id\":\"x\",\"status\":\"SUBMITTED\"}}"));
    assert_string_equal(gather_url(f.gather), "https://a.example/status/x?x");
    assert_true(take(&f, 200, "{\"status\":\"available\"}"));
    assert_string_equal(gather_url(f.gather), "https://a.example/data/x");
    assert_true(take(&f, 200, "a,b\n"));
    assert_string_equal(gather_url(f.gather), "https://a.example/get?2");
    assert_false(take(&f, 404, "<S:Fault xmlns:S='u'><faultcode>100</faultcode></S:Fault>"));
    assert_int_equal(gather_meaning(f.gather), ASK_DATA);
    end(&f);
}

static void a_queue_that_leads_nowhere_is_a_failure(void **state)
{
    (void)state;
    static const struct {
        const char *answers[4], *text;
        enum ask_meaning meaning;
    } cases[] = {
        {{STATUS("EXPIRED")}, "HTTP 200: 98de/05 EXPIRED", ASK_FAILED},
        {{STATUS("AVAILABLE"), STATUS("AVAILABLE")}, "HTTP 200: 98de/05 AVAILABLE", ASK_FAILED},
        {{STATUS("PROCESSING"), STATUS("PROCESSING")},
            "the source has queued a request and not answered it in 20 s", ASK_FAILED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        bool goes_on = true;
        start_queue(&f);
        for (size_t k = 0; cases[i].answers[k] != NULL; k++)
            goes_on = take(&f, 200, cases[i].answers[k]);
        assert_false(goes_on);
        assert_int_equal(gather_meaning(f.gather), cases[i].meaning);
        assert_string_equal(gather_text(f.gather), cases[i].text);
        end(&f);
    }
}

static void a_queued_request_without_an_id_is_a_changed_source(void **state)
{
    (void)state;
    struct fixture f;
    struct gather_span span = {PERIOD_NONE, PERIOD_NONE, 0};
    read_words(&f, "https://a.example/get?{p}", queue_words);
    f.gather = gather_new("https://a.example/get?{p}", &f.ask, &span, 1000);
    assert_false(take(&f, 200, "{\"status\": \"SUBMITTED\"}"));
    assert_int_equal(gather_meaning(f.gather), ASK_CHANGED);
    end(&f);
}

static void answers_are_told_by_numbers_and_tags(void **state)
{
    (void)state;
    static const char yaml[] = "answers:\n"
                               "  - { count: A.STATUS, at_least: 100, means: key }\n"
                               "  - { count: A.B.next, at_least: 1, means: too-much }\n"
                               "  - { count: \"<item>\", at_least: 2, means: quota }\n";
    static const struct {
        const char *body;
        enum ask_meaning meaning;
    } answers[] = {
        {"{\"A\":{\"STATUS\":100}}", ASK_KEY},
        {"{ \"x\" : {\"STATUS\":1}, \"a\" : { \"B\":{}, \"Status\" : \"0101\" } }", ASK_KEY},
        {"{\"A\":{\"STATUS\":99}}", ASK_DATA},
        {"{\"A\":{\"x\":{\"STATUS\":100}}}", ASK_DATA},
        {"{\"A\":[{\"STATUS\":100}]}", ASK_DATA},
        {"{\"STATUS\":100,\"A\":\"STATUS\"}", ASK_DATA},
        {"{\"A\":{\"B\":{\"NEXT\":7},\"STATUS\":0}}", ASK_TOO_MUCH},
        {"{\"A\":{\"B\":[],\"STATUS\":0,\"NEXT\":7}}", ASK_DATA},
        {"{\"A\":{\"text\":\"{ \\\"STATUS\\\":100\",\"STATUS\":0}}", ASK_DATA},
        {"{\"A\":{\"STATUS\"", ASK_DATA},
        {"<r><item></item><item>", ASK_QUOTA},
        {"<r><item></item><items></items>", ASK_DATA},
    };
    struct fixture f;
    read_words(&f, "https://a/", yaml);
    assert_int_equal(f.diags.errors, 0);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (answer_meaning(&f.ask, 200, slice_of(answers[i].body)) != answers[i].meaning)
            fail_msg("%s", answers[i].body);
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
        {"https://a/", "answers: [ { says: status, means: key } ]", "F023"},
        {"https://a/", "answers: [ { says: { a: b, c: d }, means: key } ]", "F023"},
        {"https://a/", "answers: [ { starts: a, means: queued } ]", "F026"},
        {"https://a/", "queue: { id: id, status: \"https://b/{id}\", data: \"https://a/{id}\" }", "F026"},
        {"https://a/", "queue: { id: id, status: \"http://a/{id}\", data: \"https://a/{id}\" }", "F026"},
        {"https://a/", "queue: { id: id, status: \"https://a/\", data: \"https://a/{id}\" }", "F026"},
        {"https://a/", "queue: { id: id, status: \"https://a/{id}\", data: \"https://a/{id}{id}\" }", "F026"},
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
        cmocka_unit_test(the_month_that_is_going_on_is_asked_for_up_to_the_day),
        cmocka_unit_test(a_form_is_posted_with_its_braces),
        cmocka_unit_test(pages_come_before_what_else_is_asked_for),
        cmocka_unit_test(pages_that_lead_astray_are_not_followed),
        cmocka_unit_test(pages_come_to_an_end),
        cmocka_unit_test(too_many_bytes_are_refused),
        cmocka_unit_test(what_is_queued_is_waited_for_and_fetched),
        cmocka_unit_test(what_is_queued_may_be_too_much),
        cmocka_unit_test(a_queue_that_leads_nowhere_is_a_failure),
        cmocka_unit_test(a_queued_request_without_an_id_is_a_changed_source),
        cmocka_unit_test(answers_are_told_by_numbers_and_tags),
        cmocka_unit_test(words_that_do_nothing_are_faults),
        cmocka_unit_test(the_key_goes_where_it_belongs),
    };
    return cmocka_run_group_tests_name("gather", tests, NULL, NULL);
}
