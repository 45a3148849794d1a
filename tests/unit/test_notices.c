/* link: feeds/notices feeds/notice_us feeds/notice_eu feeds/notice_title_us feeds/notice_title_eu feeds/notice_text feeds/payload daemon/core/notice daemon/core/trade_case daemon/core/country daemon/core/row daemon/core/code daemon/core/date daemon/core/period daemon/core/measure daemon/core/basket daemon/core/expr_lex daemon/core/expr_parse daemon/base/node daemon/base/keys daemon/base/alloc daemon/base/digest daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/map daemon/base/str daemon/io/yaml daemon/io/file feeds/notices_form */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/trade_case.h"
#include "feeds/notice_title.h"
#include "feeds/notices.h"
#include "io/yaml.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct countries countries;
    struct notices notices;
    struct notices_page page;
    struct trade_cases cases;
};

static void fixture_init(struct fixture *f)
{
    const struct node *document;
    struct slice text;
    *f = (struct fixture){0};
    assert_int_equal(yaml_load("feeds/countries.yaml", &f->arena, &document, &text, &f->diags), 0);
    assert_int_equal(countries_add(&f->countries, node_get(document, "countries"), &f->diags), 0);
}

static void fixture_deinit(struct fixture *f)
{
    trade_cases_deinit(&f->cases);
    notices_deinit(&f->notices);
    countries_deinit(&f->countries);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static int read_slice(struct fixture *f, struct slice text)
{
    int32_t day = date_make(2026, 8, 1);
    struct notices_input input = {text, "notices.json", &f->countries, day, NOTICES_NONE};
    return notices_read(&input, &f->notices, &f->page, &f->diags);
}

static int read_text(struct fixture *f, const char *text)
{
    return read_slice(f, slice_of(text));
}

static const char *joined(const struct texts *texts, char *buf, size_t size)
{
    buf[0] = '\0';
    for (size_t i = 0; i < texts->len; i++)
        snprintf(buf + strlen(buf), size - strlen(buf), "%s%s", i > 0 ? " " : "", texts->items[i]);
    return buf;
}

/* ---- titles ---- */

#define CASE(title, proceeding, step, outcome, laws, product, origins)                                       \
    {                                                                                                        \
        title, proceeding, step, outcome, laws, product, origins                                             \
    }

struct title_case {
    const char *title;
    enum notice_proceeding proceeding;
    enum notice_step step;
    enum notice_outcome outcome;
    unsigned laws;
    const char *product, *origins;
};

enum { AD = LAW_ANTI_DUMPING, CVD = LAW_COUNTERVAILING, BOTH = AD | CVD };

/* As they were published; the last few follow the grammar. */
static const struct title_case us_titles[] = {
    {"Organic Soybean Meal From India: Initiation of Countervailing Duty Investigation",
        PROCEEDING_INVESTIGATION, STEP_INITIATION, OUTCOME_NONE, CVD, "Organic Soybean Meal", "IN"},
    {"Brass Rod From India: Preliminary Affirmative Countervailing Duty Determination",
        PROCEEDING_INVESTIGATION, STEP_PRELIMINARY, OUTCOME_AFFIRMATIVE, CVD, "Brass Rod", "IN"},
    {"Mattresses From Indonesia: Preliminary Negative Countervailing Duty Determination and Alignment of "
     "Final Determination With the Final Antidumping Duty Determination",
        PROCEEDING_INVESTIGATION, STEP_PRELIMINARY, OUTCOME_NEGATIVE, BOTH, "Mattresses", "ID"},
    {"Certain Steel Nails From India: Final Affirmative Countervailing Duty Determination",
        PROCEEDING_INVESTIGATION, STEP_FINAL, OUTCOME_AFFIRMATIVE, CVD, "Certain Steel Nails", "IN"},
    {"Sodium Nitrite From the Russian Federation: Countervailing Duty Order", PROCEEDING_INVESTIGATION,
        STEP_ORDER, OUTCOME_NONE, CVD, "Sodium Nitrite", "RU"},
    {"Slag Pots From the People's Republic of China: Antidumping Duty Order and Countervailing Duty Order",
        PROCEEDING_INVESTIGATION, STEP_ORDER, OUTCOME_NONE, BOTH, "Slag Pots", "CN"},
    {"Polyester Textured Yarn from India: Rescission of Antidumping Duty and Countervailing Duty "
     "Administrative Reviews; 2019-2020",
        PROCEEDING_REVIEW, STEP_RESCISSION, OUTCOME_NONE, BOTH, "Polyester Textured Yarn", "IN"},
    {"Ripe Olives From Spain: Preliminary Results of Countervailing Duty Administrative Review, and Partial "
     "Rescission of Review; 2021",
        PROCEEDING_REVIEW, STEP_PRELIMINARY, OUTCOME_NONE, CVD, "Ripe Olives", "ES"},
    {"Stainless Steel Bar From India: Continuation of Antidumping Duty Order", PROCEEDING_SUNSET,
        STEP_CONTINUATION, OUTCOME_NONE, AD, "Stainless Steel Bar", "IN"},
    {"Silicomanganese From India: Final Results of Antidumping Duty Changed Circumstances Review",
        PROCEEDING_CHANGED_CIRCUMSTANCES, STEP_FINAL, OUTCOME_NONE, AD, "Silicomanganese", "IN"},
    {"Antidumping and Countervailing Duty Orders on Crystalline Silicon Photovoltaic Cells, Whether or Not "
     "Assembled Into Modules, From the People's Republic of China: Final Scope Determination and Final "
     "Affirmative Determinations of Circumvention With Respect to Cambodia, Malaysia, Thailand, and Vietnam",
        PROCEEDING_CIRCUMVENTION, STEP_FINAL, OUTCOME_AFFIRMATIVE, BOTH,
        "Crystalline Silicon Photovoltaic Cells, Whether or Not Assembled Into Modules", "KH MY TH VN"},
    {"Antidumping Duty Order on Prestressed Concrete Steel Wire Strand From Mexico: Preliminary Affirmative "
     "Determination of Circumvention",
        PROCEEDING_CIRCUMVENTION, STEP_PRELIMINARY, OUTCOME_AFFIRMATIVE, AD,
        "Prestressed Concrete Steel Wire Strand", "MX"},
    {"Antidumping Duty Orders on Sulfanilic Acid From India and the People's Republic of China and "
     "Countervailing Duty Order on Sulfanilic Acid From India: Final Results of Sunset Reviews and "
     "Revocation of Orders",
        PROCEEDING_SUNSET, STEP_REVOCATION, OUTCOME_NONE, 0, "Sulfanilic Acid", "IN CN"},
    {"Agreement Suspending the Antidumping Duty Investigation on Sugar From Mexico: Final Results of the "
     "2019-2020 Administrative Review; Correction",
        PROCEEDING_SUSPENSION, STEP_FINAL, OUTCOME_NONE, AD, "Sugar", "MX"},
    {"Countervailing Duty Investigation of Tin Mill Products From the People's Republic of China: "
     "Preliminary Determination of Critical Circumstances, in Part",
        PROCEEDING_INVESTIGATION, STEP_OTHER, OUTCOME_NONE, CVD, "Tin Mill Products", "CN"},
    {"Barium Chloride From India; Institution of Countervailing Duty and Antidumping Duty Investigations "
     "and Scheduling of Preliminary Phase Investigations",
        PROCEEDING_INVESTIGATION, STEP_INSTITUTION, OUTCOME_NONE, BOTH, "Barium Chloride", "IN"},
    {"Antidumping or Countervailing Duty Order, Finding, or Suspended Investigation; Advance Notification "
     "of Sunset Review",
        PROCEEDING_SUNSET, STEP_OTHER, OUTCOME_NONE, BOTH, "", ""},
    {"Notice of Scope Ruling Applications Filed in Antidumping and Countervailing Duty Proceedings",
        PROCEEDING_SCOPE, STEP_OTHER, OUTCOME_NONE, BOTH, "", ""},
    {"Ocean Dumping: Modification of an Ocean Dredged Material Disposal Site Offshore of Port Everglades, "
     "Florida",
        PROCEEDING_OTHER, STEP_OTHER, OUTCOME_NONE, 0, "", ""},
    {"Hardwood Plywood From Indonesia and the Socialist Republic of Vietnam: Amended Final Affirmative "
     "Antidumping Duty Determination and Antidumping Duty Orders",
        PROCEEDING_INVESTIGATION, STEP_ORDER, OUTCOME_AFFIRMATIVE, AD, "Hardwood Plywood", "ID VN"},
    {"Oil Country Tubular Goods From the Republic of Korea: Postponement of Preliminary Determination in "
     "the Less-Than-Fair-Value Investigation",
        PROCEEDING_INVESTIGATION, STEP_POSTPONEMENT, OUTCOME_NONE, AD, "Oil Country Tubular Goods", "KR"},
    {"Frozen Warmwater Shrimp From Papua New Guinea and Niger: Termination of Antidumping Duty "
     "Investigations",
        PROCEEDING_INVESTIGATION, STEP_TERMINATION, OUTCOME_NONE, AD, "Frozen Warmwater Shrimp", "PG NE"},
};

static const struct title_case eu_titles[] = {
    {"Commission Implementing Regulation (EU) 2025/1 of 6 January 2025 imposing a provisional anti-dumping "
     "duty on imports of example tubes originating in the People's Republic of China and Viet Nam",
        PROCEEDING_INVESTIGATION, STEP_PRELIMINARY, OUTCOME_NONE, AD, "example tubes", "CN VN"},
    {"Commission Implementing Regulation (EU) 2025/2 imposing a definitive countervailing duty on imports "
     "of example tubes originating in Türkiye",
        PROCEEDING_INVESTIGATION, STEP_ORDER, OUTCOME_NONE, CVD, "example tubes", "TR"},
    {"Notice of initiation of an anti-dumping proceeding concerning imports of example tubes originating "
     "in the Socialist Republic of Vietnam",
        PROCEEDING_INVESTIGATION, STEP_INITIATION, OUTCOME_NONE, AD, "example tubes", "VN"},
    {"Commission Implementing Regulation (EU) 2025/3 imposing a definitive anti-dumping duty on imports of "
     "example tubes originating in Russia following an expiry review pursuant to Article 11(2)",
        PROCEEDING_SUNSET, STEP_CONTINUATION, OUTCOME_NONE, AD, "example tubes", "RU"},
    {"Commission Implementing Regulation (EU) 2025/4 extending the definitive anti-dumping duty imposed on "
     "imports of example tubes originating in China to imports of example tubes consigned from Vietnam, "
     "whether declared as originating in Vietnam or not",
        PROCEEDING_CIRCUMVENTION, STEP_ORDER, OUTCOME_NONE, AD, "example tubes", "VN"},
    {"Commission Implementing Decision (EU) 2025/5 terminating the anti-dumping proceeding concerning "
     "imports of example tubes originating in India",
        PROCEEDING_INVESTIGATION, STEP_TERMINATION, OUTCOME_NONE, AD, "example tubes", "IN"},
    {"Regulation (EU) 2023/956 establishing a carbon border adjustment mechanism", PROCEEDING_OTHER,
        STEP_OTHER, OUTCOME_NONE, 0, "", ""},
};

static void check_title(
    const struct title_case *expected, const struct notice_title *title, struct arena *arena)
{
    char origins[200];
    struct texts list = text_set_copy(&title->origins, arena);
    print_message("%.70s\n", expected->title);
    assert_string_equal(
        notice_proceeding_names[title->proceeding], notice_proceeding_names[expected->proceeding]);
    assert_string_equal(notice_step_names[title->step], notice_step_names[expected->step]);
    assert_int_equal(title->outcome, expected->outcome);
    assert_int_equal(title->laws, expected->laws);
    assert_string_equal(title->product, expected->product);
    assert_string_equal(joined(&list, origins, sizeof origins), expected->origins);
}

static void titles_are_understood(void **state)
{
    (void)state;
    struct fixture f;
    struct notice_title title;
    fixture_init(&f);
    for (size_t i = 0; i < LEN(us_titles); i++) {
        notice_title_us(us_titles[i].title, &f.countries, &f.arena, &title);
        check_title(&us_titles[i], &title, &f.arena);
    }
    for (size_t i = 0; i < LEN(eu_titles); i++) {
        notice_title_eu(eu_titles[i].title, &f.countries, &f.arena, &title);
        check_title(&eu_titles[i], &title, &f.arena);
    }
    fixture_deinit(&f);
}

/* ---- text ---- */

static void days_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text, *day;
    } days[] = {{"Applicable April 7, 2025.", "2025-04-07"}, {"09 April 2026", "2026-04-09"},
        {"on 2025-02-28 or", "2025-02-28"}, {"February 30, 2025", ""}, {"April 7", ""}, {"Mayor 7, 2025", ""},
        {"April 2025", ""}, {"12 March 20261", ""}, {"Not applicable", ""}, {"", ""}};
    for (size_t i = 0; i < LEN(days); i++) {
        char text[DATE_TEXT_SIZE];
        assert_string_equal(date_format(notice_text_date(days[i].text), text), days[i].day);
    }
}

static void numbers_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *text, *codes, *cases;
    } texts[] = {
        {"subheadings 3504.00.10, 7210.49.0030, and 7210.49.00.90 of the Harmonized Tariff Schedule, heading "
         "4412 and heading 7306.30",
            "35040010 7210490030 7210490090 4412 730630", ""},
        {"9903.88.01 without the word", "", ""},
        {"Tariff 2019.2020 1.2903.39 2903.399 v2903.39", "", ""},
        {"A-552-821, C-570-140; A-55-821 XA-552-822 A-552-8210", "", "A-552-821 C-570-140"},
        {"Investigation Nos. 701-TA-741-743 and 731-TA-1718 (Preliminary)", "",
            "701-TA-741 701-TA-742 701-TA-743 731-TA-1718"},
    };
    struct arena arena = ARENA_NULL;
    for (size_t i = 0; i < LEN(texts); i++) {
        char text[400];
        struct text_set codes = {.len = 0}, cases = {.len = 0};
        notice_text_codes(texts[i].text, &codes, &arena);
        notice_text_cases(texts[i].text, &cases, &arena);
        struct texts list = text_set_copy(&codes, &arena);
        assert_string_equal(joined(&list, text, sizeof text), texts[i].codes);
        list = text_set_copy(&cases, &arena);
        assert_string_equal(joined(&list, text, sizeof text), texts[i].cases);
    }
    arena_deinit(&arena);
}

/* ---- payloads ---- */

#define AGENCY_ITA "\"agencies\":[{\"slug\":\"international-trade-administration\"}]"
#define DOCUMENT(number, day, title, more)                                                                   \
    "{\"document_number\":\"" number "\",\"publication_date\":\"" day "\",\"title\":\"" title "\"" more "}"
#define INITIATION                                                                                           \
    DOCUMENT("2025-00001", "2025-04-07",                                                                     \
        "Tubes From the Socialist Republic of Vietnam: Initiation of Antidumping Duty Investigation",        \
        ",\"docket_ids\":[\"A-552-850\"],\"dates\":\"Applicable April 2, 2025.\"," AGENCY_ITA)
#define INSTITUTION                                                                                          \
    DOCUMENT("2025-00000", "2025-03-20",                                                                     \
        "Certain Tubes From Vietnam; Institution of Antidumping Duty Investigation and Scheduling of "       \
        "Preliminary Phase Investigation",                                                                   \
        ",\"docket_ids\":[\"Investigation No. 731-TA-1800 (Preliminary)\"],\"dates\":\"March 13, 2025.\","   \
        "\"agency_names\":[\"International Trade Commission\"],\"abstract\":\"provided for in subheading "   \
        "7306.30.50 of the Harmonized Tariff Schedule, or in this case by April 28, 2025.\"")
#define ORDER                                                                                                \
    DOCUMENT("2025-00009", "2025-12-01",                                                                     \
        "Tubes From the Socialist Republic of Vietnam: Antidumping Duty Order",                              \
        ",\"docket_ids\":[\"A-552-850\"]," AGENCY_ITA)
#define CORRECTED                                                                                            \
    DOCUMENT("C1-2025-00009", "2025-11-30",                                                                  \
        "Tubes From the Socialist Republic of Vietnam: Antidumping Duty Order",                              \
        ",\"docket_ids\":[\"A-552-850\"]," AGENCY_ITA)
#define PAGE(documents) "{\"count\":4,\"total_pages\":1,\"results\":[" documents "]}"

static void a_case_is_folded_from_its_notices(void **state)
{
    (void)state;
    static const char *const orders[] = {PAGE(INITIATION "," INSTITUTION "," ORDER "," CORRECTED),
        PAGE(CORRECTED "," ORDER "," INSTITUTION "," INITIATION),
        INSTITUTION "\n" CORRECTED "\n" INITIATION "\n" ORDER "\n"};
    for (size_t i = 0; i < LEN(orders); i++) {
        struct fixture f;
        fixture_init(&f);
        assert_int_equal(read_text(&f, orders[i]), 0);
        assert_int_equal(f.page.added, 4);
        trade_cases_fold(&f.notices, &f.countries, &f.cases);
        assert_int_equal(f.cases.len, 1);
        const struct trade_case *one = &f.cases.items[0];
        assert_string_equal(one->id, "A-552-850");
        assert_string_equal(one->against, "VN");
        assert_int_equal(one->petition, date_make(2025, 3, 13));
        assert_int_equal(one->initiation, date_make(2025, 4, 2));
        assert_int_equal(one->from, date_make(2025, 12, 1));
        assert_int_equal(one->notices, 4);
        assert_int_equal(trade_case_state(one), CASE_IN_FORCE);
        assert_true(trade_case_concerns(one, "7306"));
        assert_true(trade_case_concerns(one, "7306305010"));
        assert_false(trade_case_concerns(one, "7307"));
        fixture_deinit(&f);
    }
}

static void a_correction_moves_only_the_day_that_it_names(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        int day;
    } corrections[] = {{"", 1}, {",\"effective_on\":\"2025-12-05\"", 5},
        {",\"dates\":\"Applicable November 28, 2025.\"", -2}};
    for (size_t i = 0; i < LEN(corrections); i++) {
        struct fixture f;
        char text[2000];
        fixture_init(&f);
        snprintf(text, sizeof text,
            "{\"document_number\":\"2025-00010\",\"publication_date\":\"2025-12-20\",\"title\":\"Tubes From "
            "the "
            "Socialist Republic of Vietnam: Antidumping Duty Order; "
            "Correction\",\"docket_ids\":[\"A-552-850\"]%s} %s",
            corrections[i].more, ORDER);
        assert_int_equal(read_text(&f, text), 0);
        trade_cases_fold(&f.notices, &f.countries, &f.cases);
        assert_int_equal(f.cases.len, 1);
        assert_int_equal(f.cases.items[0].from, date_make(2025, 12, 1) + corrections[i].day - 1);
        assert_string_equal(f.cases.items[0].newest_notice, "2025-00010");
        assert_string_equal(f.cases.items[0].url, "https://www.federalregister.gov/d/2025-00010");
        fixture_deinit(&f);
    }
}

static void the_subject_of_the_register_beats_the_title(void **state)
{
    (void)state;
    static const struct {
        const char *more;
        size_t cases;
    } subjects[] = {
        {",\"toc_subject\":\"Antidumping or Countervailing Duty Investigations, Orders, or Reviews\"", 1},
        {",\"toc_subject\":\"Meetings\"", 0},
        {",\"toc_subject\":\"Meetings\",\"docket_ids\":[\"A-552-850\"]", 1}, {",\"toc_subject\":null", 1},
        {"", 1}};
    for (size_t i = 0; i < LEN(subjects); i++) {
        struct fixture f;
        char text[1000];
        fixture_init(&f);
        snprintf(text, sizeof text,
            "{\"document_number\":\"1\",\"publication_date\":\"2025-12-20\",\"title\":\"Tubes From Vietnam: "
            "Antidumping Duty Order\"%s}",
            subjects[i].more);
        assert_int_equal(read_text(&f, text), 0);
        trade_cases_fold(&f.notices, &f.countries, &f.cases);
        assert_int_equal(f.cases.len, subjects[i].cases);
        fixture_deinit(&f);
    }
}

static void another_form_than_expected_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    struct notices_input input = {slice_of("[]"), "notices.json", &f.countries, 0, NOTICES_FEDERAL_REGISTER};
    assert_int_equal(notices_read(&input, &f.notices, &f.page, &f.diags), -EBADMSG);
    assert_string_equal(f.diags.items[0].code, "P008");
    input.form = NOTICES_TRON;
    assert_int_equal(notices_read(&input, &f.notices, &f.page, &f.diags), 0);
    fixture_deinit(&f);
}

static void a_list_dates_a_case_by_the_day_it_first_stood_there(void **state)
{
    (void)state;
    static const int32_t days[][2] = {{20000, 20010}, {20010, 20000}};
    for (size_t i = 0; i < LEN(days); i++) {
        struct fixture f;
        fixture_init(&f);
        for (size_t k = 0; k < 2; k++) {
            struct notices_input input = {
                slice_of("[{\"id\":7,\"caseNumber\":\"AD725\",\"shortName\":\"Example (China)\"}]"),
                "list.json", &f.countries, days[i][k], NOTICES_TRON};
            assert_int_equal(notices_read(&input, &f.notices, &f.page, &f.diags), 0);
        }
        trade_cases_fold(&f.notices, &f.countries, &f.cases);
        assert_int_equal(f.cases.items[0].initiation, 20000);
        assert_string_equal(
            f.cases.items[0].url, "https://tron.trade.ec.europa.eu/investigations/case-view?caseId=7");
        fixture_deinit(&f);
    }
}

static void lists_of_both_sides_are_read(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    assert_int_equal(
        read_text(&f, "[{\"id\":1,\"caseNumber\":\"AD725\",\"shortName\":\"Example product (China)\","
                      "\"articleOfToc\":\"New complaint\",\"caseCountries\":[{\"countryName\":\"China\"}]}]"),
        0);
    assert_int_equal(
        read_text(&f, "{\"caseNumber\":\"AD725\",\"shortName\":\"Example product (China)\",\"ongoing\":true,"
                      "\"provMeasures\":\"09 April 2026\",\"defMeasures\":\"Not applicable\"}"),
        0);
    assert_int_equal(
        read_text(&f, "{\"total\":1,\"sources_used\":[{\"source_last_updated\":\"2019-10-23T13:38:41\"}],"
                      "\"results\":[{\"product\":\"Lined Paper\",\"country\":\"India\",\"case_number\":"
                      "\"A-533-843\",\"hts_numbers\":[\"4810.22.50.44\",\"4820.10\"]}]}"),
        0);
    trade_cases_fold(&f.notices, &f.countries, &f.cases);
    assert_int_equal(f.cases.len, 2);
    const struct trade_case *eu = &f.cases.items[0], *us = &f.cases.items[1];
    assert_string_equal(eu->id, "AD725");
    assert_string_equal(eu->product, "Example product");
    assert_int_equal(eu->preliminary, date_make(2026, 4, 9));
    assert_true(eu->listed_only);
    assert_int_equal(trade_case_state(eu), CASE_PRELIMINARY);
    assert_int_equal(trade_case_state(us), CASE_IN_FORCE);
    assert_int_equal(us->first, date_make(2019, 10, 23));
    assert_string_equal(us->codes.items[0], "4810225044");
    fixture_deinit(&f);
}

static void no_results_are_no_fault(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    assert_int_equal(read_text(&f, "{\"count\":0,\"description\":\"Documents\",\"total_pages\":0}"), 0);
    assert_int_equal(f.page.count, 0);
    assert_int_equal(read_text(&f, "{\"head\":{\"vars\":[]},\"results\":{\"bindings\":[]}}"), 0);
    assert_int_equal(read_text(&f, "[]"), 0);
    assert_int_equal(f.notices.len, 0);
    assert_int_equal(
        read_text(&f, "{\"count\":3,\"next_page_url\":\"https://example/2\",\"results\":[]}"), 0);
    assert_string_equal(f.page.next, "https://example/2");
    fixture_deinit(&f);
}

static void other_agencies_and_known_documents_are_passed_over(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    assert_int_equal(read_text(&f, DOCUMENT("1", "2025-01-01", "Tubes From China: Antidumping Duty Order",
                                       ",\"agencies\":[{\"slug\":\"environmental-protection-agency\"}]")),
        0);
    assert_int_equal(f.notices.len, 0);
    assert_int_equal(read_text(&f, ORDER), 0);
    assert_int_equal(read_text(&f, ORDER), 0);
    assert_int_equal(f.notices.len, 1);
    assert_int_equal(f.page.added, 0);
    fixture_deinit(&f);
}

static void faults_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *code, *part;
    } faults[] = {
        {"", "P001", "empty"},
        {"Virtuoso 37000 Error SP030: SPARQL compiler, line 3", "P003", "Virtuoso"},
        {"<html>", "P003", "did not answer with JSON"},
        {"{\"errors\":{\"publication_date\":\"is not a valid date\"}}", "P003", "publication_date"},
        {"{\"status\":404,\"message\":\"Record Not Found\"}", "P003", "Record Not Found"},
        {"{\"foo\":1}", "P002", "no form"},
        {"{\"count\":3}", "P004", "counts 3 documents"},
        {"{\"count\":\"3\"}", "P004", "no number"},
        {"{\"count\":12000,\"results\":[]}", "P006", "at most 10000"},
        {"{\"count\":'0'}", "P001", "not JSON"},
        {"\xff{}", "P001", "UTF-8"},
        {PAGE("{\"title\":\"x\"}"), "P004", "document_number"},
        {DOCUMENT("1", "2025-02-30", "x", ""), "P005", "2025-02-30"},
        {DOCUMENT("1", "2025", "x", ""), "P005", "publication_date"},
        {"[{\"shortName\":\"x\"}]", "P004", "caseNumber"},
        {"{\"caseNumber\":\"AD1\",\"shortName\":\"x\",\"provMeasures\":\"soon\"}", "P005", "soon"},
        {"{\"head\":{},\"results\":{\"bindings\":[{\"celex\":{\"value\":\"1\"}}]}}", "P004", "date"},
        {"{\"sources_used\":[],\"results\":[{\"case_number\":\"A-1\",\"product\":\"x\"}]}", "P005", "A-1"},
    };
    for (size_t i = 0; i < LEN(faults); i++) {
        struct fixture f;
        fixture_init(&f);
        if (read_text(&f, faults[i].text) != -EBADMSG)
            fail_msg("taken: %s", faults[i].text);
        assert_true(f.diags.len > 0);
        assert_string_equal(f.diags.items[0].code, faults[i].code);
        if (strstr(f.diags.items[0].text, faults[i].part) == NULL)
            fail_msg("%s: %s", faults[i].text, f.diags.items[0].text);
        assert_int_equal(f.notices.len, 0);
        fixture_deinit(&f);
    }
}

static void a_fault_has_its_line(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    assert_int_equal(
        read_text(&f, INITIATION "\n" INSTITUTION "\n" DOCUMENT("7", "soon", "x", "")), -EBADMSG);
    assert_int_equal(f.diags.items[0].line, 3);
    fixture_deinit(&f);
}

/* A payload that is cut off anywhere is refused as a whole, and any changed byte ends without a crash. */
static void cut_and_changed_payloads(void **state)
{
    (void)state;
    static const char text[] = PAGE(INITIATION "," INSTITUTION);
    struct fixture f;
    fixture_init(&f);
    for (size_t n = 0; n + 1 < sizeof text; n++) {
        char *part = malloc(n > 0 ? n : 1); /* of exact size, so that reading past it is seen */
        memcpy(part, text, n);
        if (read_slice(&f, (struct slice){part, n}) != -EBADMSG)
            fail_msg("taken: %zu of %zu bytes", n, sizeof text - 1);
        free(part);
    }
    assert_int_equal(f.notices.len, 0);
    for (size_t n = 0; n + 1 < sizeof text; n++)
        for (int bit = 0; bit < 8; bit++) {
            char *part = malloc(sizeof text - 1);
            memcpy(part, text, sizeof text - 1);
            part[n] = (char)(part[n] ^ 1 << bit);
            int r = read_slice(&f, (struct slice){part, sizeof text - 1});
            assert_true(r == 0 || r == -EBADMSG);
            free(part);
        }
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(titles_are_understood),
        cmocka_unit_test(days_are_read),
        cmocka_unit_test(numbers_are_found),
        cmocka_unit_test(a_case_is_folded_from_its_notices),
        cmocka_unit_test(a_correction_moves_only_the_day_that_it_names),
        cmocka_unit_test(the_subject_of_the_register_beats_the_title),
        cmocka_unit_test(another_form_than_expected_is_refused),
        cmocka_unit_test(a_list_dates_a_case_by_the_day_it_first_stood_there),
        cmocka_unit_test(lists_of_both_sides_are_read),
        cmocka_unit_test(no_results_are_no_fault),
        cmocka_unit_test(other_agencies_and_known_documents_are_passed_over),
        cmocka_unit_test(faults_are_refused),
        cmocka_unit_test(a_fault_has_its_line),
        cmocka_unit_test(cut_and_changed_payloads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
