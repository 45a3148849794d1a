/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/period daemon/io/file daemon/io/yaml feeds/ask feeds/url feeds/answer feeds/named_text feeds/gather daemon/core/date daemon/base/digest feeds/detector feeds/pages feeds/pick feeds/scan_csv */
#include "tests/support/asking.h"

#include "core/date.h"
#include "feeds/named_text.h"
#include "io/file.h"

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
    struct gather_span span = {
        .newest = newest, .last = period_make(2026, 1), .today = date_make(2026, 2, 9)};
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
        "https://a.example@b.example/", "/next", "https://a.example/x\\r\\ny"};
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
        gather_new(SEARCH, &f.ask, &(struct gather_span){.last = period_make(2026, 1)}, 100000));
    do
        snprintf(body, sizeof body, "{\"next_url\":\"https://a.example/%d\"}", n);
    while (take(&f, 200, body) && ++n < 1000);
    assert_int_equal(n, GATHER_REQUESTS_MAX - 1);
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
    struct gather_answer busy = {429, {"", 0}, NULL, 7, NULL, NULL, NULL};
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
    struct gather_span span = {.newest = PERIOD_NONE, .last = PERIOD_NONE, .today = 0};
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
    struct gather_span span = {.newest = PERIOD_NONE, .last = PERIOD_NONE, .today = 0};
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

/* What Eurostat was seen to answer, by the shipped descriptor. */
static void recorded_answers_of_comext_mean_what_they_are(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        enum ask_meaning meaning;
    } cases[] = {
        {"async-queued.shape.xml", ASK_QUEUED},
        {"async-status.shape.xml", ASK_QUEUED},
        {"ds-045409-extraction-too-big.json", ASK_TOO_MUCH},
        {"ds-045409-m-7204-2023-09.sdmx-csv.excerpt.csv", ASK_DATA},
        {"legacy-footer-413.xml", ASK_FAILED},
    };
    struct fixture f = {0};
    const struct node *document;
    char id[NAMED_TEXT_SIZE];
    assert_int_equal(yaml_load("feeds/eurostat-comext.feed.yaml", &f.arena, &document, NULL, &f.diags), 0);
    struct ask_sections sections = {
        .answers = node_get(document, "answers"), .queue = node_get(document, "queue")};
    ask_read(&sections, "https://ec.europa.eu/", document->place, &f.ask, &f.arena, &f.diags);
    assert_int_equal(f.diags.errors, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice body;
        const char *path = arena_printf(&f.arena, "../shared/samples/comext/%s", cases[i].file);
        if (file_read(path, 1 << 20, &f.arena, &body) < 0) {
            print_message("%s is not there\n", path);
            end(&f);
            skip();
        }
        if (answer_meaning(&f.ask, 200, body) != cases[i].meaning)
            fail_msg("%s: %s", path, ask_meaning_names[answer_meaning(&f.ask, 200, body)]);
        if (i == 0) {
            assert_true(named_text_find(body, f.ask.queue.id, NULL, id));
            assert_string_equal(id, "98de05ea-540a-43d3-903b-7c9e14faf808");
        }
    }
    assert_int_equal(answer_meaning(&f.ask, 200, slice_of("DATAFLOW,freq\r\n")), ASK_NOT_YET);
    assert_int_equal(answer_meaning(&f.ask, 413, slice_of("")), ASK_TOO_MUCH);
    assert_int_equal(
        answer_meaning(&f.ask, 404, slice_of("<S:Fault xmlns:S='u'><faultcode>100</faultcode></S:Fault>")),
        ASK_NOT_YET);
    assert_int_equal(
        answer_meaning(&f.ask, 404, slice_of("<S:Fault xmlns:S='u'><faultcode>150</faultcode></S:Fault>")),
        ASK_CHANGED);
    end(&f);
}

/* ---- exactly these months ---- */

static void months_that_are_asked_for_are_asked_for_whatever_history_has(void **state)
{
    (void)state;
    struct fixture f;
    struct gather_span span = {
        .newest = period_make(2026, 1), .last = period_make(2025, 3), .first = period_make(2024, 12)};
    start_at(&f, URL, words, &span); /* from: 2025-01 */
    assert_next(&f, "r=392&p=7210,7306,9403&time=202501,202502");
    assert_true(take(&f, 204, ""));
    assert_true(take(&f, 204, ""));
    assert_next(&f, "r=392&p=7210,7306,9403&time=202503");
    assert_true(take(&f, 200, "{\"count\":1}"));
    assert_false(take(&f, 204, ""));
    assert_int_equal(gather_meaning(f.gather), ASK_DATA);
    end(&f);
}

/* ---- pages ---- */

#define PAGED "https://a.example/get?page={page}"

static const struct gather_span whole;

static void assert_page(struct fixture *f, const char *page)
{
    char rest[100];
    snprintf(rest, sizeof rest, "page=%s", page);
    assert_next(f, rest);
}

static void pages_are_counted_by_records(void **state)
{
    (void)state;
    struct fixture f;
    start_at(&f, PAGED, "pages: { total: response.body.totalCount, size: 100 }", &whole);
    const char *body = "<response><header/><body><items/><totalCount> 201 </totalCount></body></response>";
    assert_page(&f, "1");
    assert_true(take(&f, 200, body));
    assert_page(&f, "2");
    assert_true(take(&f, 200, body));
    assert_page(&f, "3");
    assert_false(take(&f, 200, body));
    assert_int_equal(gather_meaning(f.gather), ASK_DATA);
    assert_string_equal(gather_text(f.gather), "HTTP 200, 3 requests");
    end(&f);
}

static void pages_are_counted_by_the_source_and_by_offsets(void **state)
{
    (void)state;
    struct fixture f;
    start_at(&f, PAGED, "pages: { pages: total_pages, first: 0, step: 20 }", &whole);
    assert_page(&f, "0");
    assert_true(take(&f, 200, "{\"Total_Pages\": 2, \"results\": [{\"total_pages\": 7}]}"));
    assert_page(&f, "20");
    assert_false(take(&f, 200, "{\"total_pages\": \"2\"}"));
    assert_int_equal(gather_meaning(f.gather), ASK_DATA);
    end(&f);
}

static void behind_a_full_page_there_may_be_another(void **state)
{
    (void)state;
    struct fixture f;
    start_at(&f, PAGED, "pages: { records: r.item.year, size: 2 }", &whole);
    assert_true(take(&f, 200, "<r><item><year>1</year></item><item><year>1</year></item></r>"));
    assert_page(&f, "2");
    assert_true(take(&f, 200, "<r><item><year>1</year></item><item><year>1</year></item></r>"));
    assert_page(&f, "3");
    assert_false(take(&f, 200, "<r/>"));
    assert_int_equal(gather_meaning(f.gather), ASK_DATA);
    const size_t *ends;
    assert_int_equal(gather_ends(f.gather, &ends), 2); /* the empty one is no part of it */
    end(&f);
}

static void an_answer_names_the_next_page(void **state)
{
    (void)state;
    struct fixture f;
    start_at(&f, PAGED, "pages: { next: A.RESULT_INF.NEXT_KEY }", &whole);
    assert_true(take(&f, 200, "{\"A\":{\"RESULT_INF\":{\"NEXT_KEY\":100001}}}"));
    assert_page(&f, "100001");
    assert_false(take(&f, 200, "{\"A\":{\"RESULT_INF\":{\"TO_NUMBER\":5}}}"));
    assert_int_equal(gather_meaning(f.gather), ASK_DATA);
    end(&f);
}

static void the_next_page_may_be_a_url_of_the_same_host(void **state)
{
    (void)state;
    struct fixture f;
    start_at(&f, PAGED, "pages: { next: next_page_url }", &whole);
    assert_true(take(&f, 200, "{\"next_page_url\":\"https://a.example/get?page=2&cursor=x%2F\"}"));
    assert_next(&f, "page=2&cursor=x%2F");
    assert_false(take(&f, 200, "{\"next_page_url\":null}"));
    assert_int_equal(gather_meaning(f.gather), ASK_DATA);
    end(&f);
}

/* Each of these answers comes to the second page. */
static void what_cannot_be_whole_is_no_payload(void **state)
{
    (void)state;
    static const struct {
        const char *pages, *first, *second, *text;
        enum ask_meaning meaning;
    } cases[] = {
        {"total: n, size: 1", "{\"n\":3}", "{\"n\":4}", "n has changed from one page to the next",
            ASK_FAILED},
        {"total: n, size: 1", "{\"n\":3}", "{}", "the answer has no number n", ASK_CHANGED},
        {"pages: n", "{\"n\":3}", "{\"n\":\"three\"}", "the answer has no number n", ASK_CHANGED},
        {"pages: n", "{\"n\":3}", "{\"n\":3", "the answer has no number n", ASK_CHANGED},
        {"pages: n", "{\"n\":1000}", NULL, "more pages than requests for one payload", ASK_CHANGED},
        {"records: n, size: 1", "{\"n\":3}", "{\"n\":3", "the answer cannot be read for n", ASK_CHANGED},
        {"next: k", "{\"k\":\"b\"}", "{\"k\":\"b\"}", "the answer names itself as the next page, b",
            ASK_CHANGED},
        {"next: k", "{\"k\":\"https://b.example/\"}", NULL,
            "the next page is on another host: https://b.example/", ASK_CHANGED},
        {"next: k", "{\"k\":\"http://a.example/\"}", NULL,
            "the next page is on another host: http://a.example/", ASK_CHANGED},
        {"next: k", "{\"k\":\"https://a.example@b.example/\"}", NULL,
            "the next page is on another host: https://a.example@b.example/", ASK_CHANGED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        char yaml[100];
        snprintf(yaml, sizeof yaml, "pages: { %s }", cases[i].pages);
        start_at(&f, PAGED, yaml, &whole);
        bool more = take(&f, 200, cases[i].first);
        for (int n = 1; more && n < 300; n++)
            more = take(&f, 200, cases[i].second != NULL ? cases[i].second : cases[i].first);
        assert_int_equal(gather_meaning(f.gather), cases[i].meaning);
        assert_string_equal(gather_text(f.gather), cases[i].text);
        end(&f);
    }
}

static void without_a_record_there_is_nothing_yet(void **state)
{
    (void)state;
    struct fixture f;
    start_at(&f, PAGED, "pages: { total: count, size: 10 }", &whole);
    assert_false(take(&f, 200, "{\"count\":0}"));
    assert_int_equal(gather_meaning(f.gather), ASK_NOT_YET);
    end(&f);
}

/* ---- faults ---- */

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
        {"https://a/{page}", "limits: { pause: 1s }", "F024"},
        {"https://a/{page}", "pages: { first: 1 }", "F027"},
        {"https://a/{page}", "pages: { next: a, pages: b }", "F027"},
        {"https://a/{page}", "pages: { total: a }", "F027"},
        {"https://a/{page}", "pages: { records: a }", "F027"},
        {"https://a/{page}", "pages: { records: a, total: b, size: 2 }", "F027"},
        {"https://a/{page}", "pages: { next: a, size: 2 }", "F027"},
        {"https://a/{page}", "pages: { pages: a, first: x }", "F027"},
        {"https://a/", "pages: { pages: a }", "F027"},
        {"https://a/", "detector: { url: \"https://a/\" }", "F028"},
        {"https://a/", "detector: { url: \"https://a/\", value: a, header: etag }", "F028"},
        {"https://a/", "detector: { url: \"https://a/\", value: a, month: b }", "F028"},
        {"https://a/", "detector: { url: \"https://b/\", value: a }", "F028"},
        {"https://a/", "detector: { url: \"http://a/\", value: a }", "F028"},
        {"https://a/", "detector: { url: \"https://a/{x}\", value: a }", "F024"},
        {"https://a/", "probe: \"a b\"", "F029"},
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
        cmocka_unit_test(recorded_answers_of_comext_mean_what_they_are),
        cmocka_unit_test(months_that_are_asked_for_are_asked_for_whatever_history_has),
        cmocka_unit_test(pages_are_counted_by_records),
        cmocka_unit_test(pages_are_counted_by_the_source_and_by_offsets),
        cmocka_unit_test(behind_a_full_page_there_may_be_another),
        cmocka_unit_test(an_answer_names_the_next_page),
        cmocka_unit_test(the_next_page_may_be_a_url_of_the_same_host),
        cmocka_unit_test(what_cannot_be_whole_is_no_payload),
        cmocka_unit_test(without_a_record_there_is_nothing_yet),
        cmocka_unit_test(words_that_do_nothing_are_faults),
        cmocka_unit_test(the_key_goes_where_it_belongs),
    };
    return cmocka_run_group_tests_name("gather", tests, NULL, NULL);
}
