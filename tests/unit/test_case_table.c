/* link: daemon/app/case_table feeds/notice_text daemon/core/trade_case daemon/core/notice daemon/core/reference daemon/core/deadline daemon/core/measure daemon/core/basket daemon/core/quota daemon/core/country daemon/core/row daemon/core/code daemon/core/date daemon/core/period daemon/core/expr_lex daemon/core/expr_parse daemon/io/yaml daemon/io/file daemon/base/node daemon/base/keys daemon/base/diag daemon/base/map daemon/base/digest daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str daemon/core/concordance */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/case_table.h"
#include "io/yaml.h"

static const char beside[] =
    "baskets:\n"
    "  - { id: bicycles, title: { vi: a, en: b }, codes: ['871200'], names: [bicycles], source: test }\n"
    "  - { id: e-bikes, title: { vi: a, en: b }, codes: ['871160'], names: [electric bicycles],\n"
    "      source: test }\n"
    "measures:\n"
    "  - { id: A-552-001, title: Of a file, market: US, against: [VN], codes: ['7306'],\n"
    "      type: anti-dumping, initiation: 2020-01-01, source: test }\n";

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct reference reference;
    struct notices notices;
    struct trade_cases cases;
    struct buf text;
    size_t left_out;
    struct reference read; /* what the table is read to, beside the baskets */
};

static const struct node *parse(struct fixture *f, const char *text)
{
    const struct node *document;
    if (yaml_parse("tables", slice_of(text), &f->arena, &document, &f->diags) < 0)
        fail_msg("%s\n%s", diag_line(&f->diags, &f->diags.items[0]), text);
    return document;
}

static struct notice notice_of(const char *id, const char *product, enum notice_step step, int32_t day)
{
    static const char *origins[] = {"VN"};
    return (struct notice){
        .id = id,
        .market = "US",
        .agency = "ITA",
        .title = product,
        .url = "https://a.example/n",
        .product = product,
        .origins = {origins, 1},
        .proceeding = PROCEEDING_INVESTIGATION,
        .step = step,
        .laws = LAW_ANTI_DUMPING,
        .published = day,
        .effective = DATE_NONE,
        .due = DATE_NONE,
    };
}

static void write_table(struct fixture *f)
{
    bool chosen[8];
    memset(chosen, true, sizeof chosen);
    buf_init(&f->text, 64 * 1024);
    const struct node *document = parse(f, beside);
    assert_int_equal(reference_read(&document, 1, &f->reference, &f->diags), 0);
    trade_cases_fold(&f->notices, NULL, &f->cases);
    struct case_table table = {&f->reference.baskets, &f->reference.measures};
    assert_int_equal(case_table_write(&table, &f->cases, chosen, &f->text, &f->left_out), 0);
    const struct node *documents[] = {document, parse(f, buf_text(&f->text))};
    if (reference_read(documents, 2, &f->read, &f->diags) < 0)
        fail_msg("%s\n%s", diag_line(&f->diags, &f->diags.items[0]), buf_text(&f->text));
}

static void fixture_deinit(struct fixture *f)
{
    reference_deinit(&f->read);
    reference_deinit(&f->reference);
    trade_cases_deinit(&f->cases);
    notices_deinit(&f->notices);
    buf_deinit(&f->text);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static void a_case_is_a_row_with_its_days_and_the_notice_of_its_newest_step(void **state)
{
    (void)state;
    struct fixture f = {0};
    static const char *dockets[] = {"A-552-002"}, *codes[] = {"44123106", "441233"};
    struct notice one = notice_of("1", "Say \"plywood\"\x01", STEP_INSTITUTION, 20000);
    struct notice two = notice_of("2", "Say \"plywood\"\x01", STEP_INITIATION, 20020);
    struct notice three = notice_of("3", "Say \"plywood\"\x01", STEP_POSTPONEMENT, 20040);
    one.codes = (struct texts){codes, 2};
    two.cases = (struct texts){dockets, 1};
    assert_int_equal(
        notices_push(&f.notices, &one) + notices_push(&f.notices, &two) + notices_push(&f.notices, &three),
        0);
    write_table(&f);
    assert_int_equal(f.read.measures.len, 2);
    const struct measure *row = &f.read.measures.items[1];
    assert_string_equal(row->id, "A-552-002");
    assert_string_equal(row->title, "Say \"plywood\" ");
    assert_string_equal(row->against, "VN");
    assert_int_equal(row->codes.len, 2);
    assert_int_equal(row->petition, 20000);
    assert_int_equal(row->initiation, 20020);
    assert_int_equal(row->from, DATE_NONE);
    assert_string_equal(row->source, "notice 2, https://a.example/n");
    assert_int_equal(f.read.as_of, 20020); /* the postponement is no step */
    assert_int_equal(f.left_out, 0);
    fixture_deinit(&f);
}

static void a_product_without_codes_is_the_basket_with_the_longest_name(void **state)
{
    (void)state;
    static const struct {
        const char *product, *basket;
    } products[] = {{"Certain Bicycles", "bicycles"}, {"Electric Bicycles and Parts", "e-bikes"},
        {"Motorbicycles", NULL}, {"Tricycles", NULL}};
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        struct fixture f = {0};
        struct notice one = notice_of("1", products[i].product, STEP_INITIATION, 20000);
        assert_int_equal(notices_push(&f.notices, &one), 0);
        write_table(&f);
        assert_int_equal(f.left_out, products[i].basket == NULL);
        if (products[i].basket != NULL)
            assert_string_equal(f.read.measures.items[1].basket, products[i].basket);
        fixture_deinit(&f);
    }
}

static void a_row_of_a_file_wins(void **state)
{
    (void)state;
    struct fixture f = {0};
    static const char *dockets[] = {"A-552-001"}, *codes[] = {"7306"};
    struct notice one = notice_of("1", "Tubes", STEP_ORDER, 20000);
    one.cases = (struct texts){dockets, 1};
    one.codes = (struct texts){codes, 1};
    assert_int_equal(notices_push(&f.notices, &one), 0);
    write_table(&f);
    assert_int_equal(f.left_out, 1);
    assert_string_equal(buf_text(&f.text), "measures: []\n");
    fixture_deinit(&f);
}

static void an_inquiry_into_an_order_has_an_id_of_its_own(void **state)
{
    (void)state;
    struct fixture f = {0};
    static const char *dockets[] = {"A-552-003"}, *codes[] = {"7306"};
    struct notice one = notice_of("1", "Tubes", STEP_ORDER, 20000),
                  two = notice_of("2", "Tubes", STEP_INITIATION, 20100);
    one.cases = two.cases = (struct texts){dockets, 1};
    one.codes = two.codes = (struct texts){codes, 1};
    two.proceeding = PROCEEDING_CIRCUMVENTION;
    assert_int_equal(notices_push(&f.notices, &one) + notices_push(&f.notices, &two), 0);
    write_table(&f);
    assert_string_equal(f.read.measures.items[1].id, "A-552-003");
    assert_string_equal(f.read.measures.items[2].id, "A-552-003 circumvention");
    fixture_deinit(&f);
}

static void a_day_that_has_not_come_is_not_the_day_of_the_table(void **state)
{
    (void)state;
    struct fixture f = {0};
    static const char *codes[] = {"7306"};
    struct notice one = notice_of("1", "Tubes", STEP_INITIATION, 20000),
                  two = notice_of("2", "Tubes", STEP_ORDER, 20300);
    one.codes = two.codes = (struct texts){codes, 1};
    two.effective = 20400;
    assert_int_equal(notices_push(&f.notices, &one) + notices_push(&f.notices, &two), 0);
    write_table(&f);
    assert_int_equal(f.read.measures.items[1].from, 20400);
    assert_int_equal(f.read.as_of, 20300);
    fixture_deinit(&f);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_is_a_row_with_its_days_and_the_notice_of_its_newest_step),
        cmocka_unit_test(a_product_without_codes_is_the_basket_with_the_longest_name),
        cmocka_unit_test(a_row_of_a_file_wins),
        cmocka_unit_test(an_inquiry_into_an_order_has_an_id_of_its_own),
        cmocka_unit_test(a_day_that_has_not_come_is_not_the_day_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
