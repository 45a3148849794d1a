/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/basket daemon/core/row daemon/core/code daemon/core/period daemon/io/file daemon/io/yaml daemon/core/measure daemon/core/date daemon/core/expr_lex daemon/core/expr_parse daemon/core/figure daemon/core/series_role */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "core/measure.h"
#include "io/yaml.h"
#include "tests/support/fault_cases.h"

static const char baskets_text[] =
    "baskets:\n"
    "- {id: tool-chests, title: {vi: a, en: b}, codes: ['940320'], source: s}\n"
    "- {id: toys, title: {vi: a, en: b}, codes: ['9503'], source: s}\n";

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct baskets baskets;
    struct measures measures;
    int r;
};

static const struct node *parse(struct fixture *f, const char *file, const char *yaml)
{
    const struct node *document;
    assert_int_equal(yaml_parse(file, slice_of(yaml), &f->arena, &document, &f->diags), 0);
    return document;
}

static void read_text(struct fixture *f, const char *yaml)
{
    *f = (struct fixture){0};
    const struct node *list = node_get(parse(f, "baskets.yaml", baskets_text), "baskets");
    assert_int_equal(baskets_add(&f->baskets, list, &f->diags), 0);
    list = node_get(parse(f, "measures.yaml", yaml), "measures");
    f->r = measures_add(&f->measures, list, &f->baskets, &f->diags);
}

static void fixture_deinit(struct fixture *f)
{
    baskets_deinit(&f->baskets);
    measures_deinit(&f->measures);
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

static void reads_a_row_for_each_origin(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, "measures:\n"
                  "  - id: A-552-821\n"
                  "    title: Tool chests and cabinets\n"
                  "    market: US\n"
                  "    against: [VN, CN]\n"
                  "    basket: tool-chests\n"
                  "    type: anti-dumping\n"
                  "    petition: 2017-04-11\n"
                  "    initiation: 2017-05-01\n"
                  "    from: 2018-06\n"
                  "    rate: 327.17%\n"
                  "    confidence: confirmed\n"
                  "    source: 83 FR 25645\n"
                  "  - { id: S-1, title: Toys, market: EU, against: W, codes: '950300', type: safeguard, "
                  "source: s }\n");
    arena_deinit(&f.arena);     /* texts are copies */
    baskets_deinit(&f.baskets); /* and the baskets are not kept */
    assert_int_equal(f.r, 0);
    assert_int_equal(f.measures.len, 3);
    const struct measure *first = &f.measures.items[0], *last = &f.measures.items[2];
    assert_string_equal(first->id, "A-552-821");
    assert_string_equal(first->title, "Tool chests and cabinets");
    assert_string_equal(first->market, "US");
    assert_string_equal(first->against, "VN");
    assert_string_equal(f.measures.items[1].against, "CN");
    assert_string_equal(first->basket, "tool-chests");
    assert_int_equal(first->type, MEASURE_ANTI_DUMPING);
    assert_int_equal(first->petition, date_make(2017, 4, 11));
    assert_int_equal(first->initiation, date_make(2017, 5, 1));
    assert_int_equal(first->announced, DATE_NONE);
    assert_int_equal(first->from, date_make(2018, 6, 1));
    assert_int_equal(first->to, DATE_NONE);
    assert_int_equal(first->ended, DATE_NONE);
    assert_float_equal(first->rate, 3.2717, 1e-12);
    assert_int_equal(first->confidence, CONFIDENCE_CONFIRMED);
    assert_string_equal(first->source, "83 FR 25645");
    assert_string_equal(first->place.file, "measures.yaml");
    assert_int_equal(first->place.line, 2);
    assert_null(last->basket);
    assert_int_equal(last->codes.len, 1);
    assert_int_equal(last->confidence, CONFIDENCE_GENERAL);
    assert_true(isnan(last->rate));
    assert_int_equal(measure_known(last), DATE_NONE);
    fixture_deinit(&f);
}

#define ROW "- {id: M, title: t, market: US, against: VN, type: evasion, source: s, "

static const struct fault_case faults[] = {
    {"no list", "measures: {}\n", "L001", 1, NULL},
    {"no row", "measures:\n- A-552\n", "K003", 2, NULL},
    {"unknown key", "measures:\n" ROW "basket: toys, until: 2020}\n", "K001", 2, NULL},
    {"neither", "measures:\n" ROW "rate: 1%}\n", "B010", 2, "by its id"},
    {"both", "measures:\n" ROW "basket: toys, codes: ['95']}\n", "B010", 2, NULL},
    {"no codes", "measures:\n" ROW "codes: []}\n", "B005", 2, NULL},
    {"unknown basket", "measures:\n" ROW "basket: tool-chest}\n", "B011", 2, "did you mean 'tool-chests'?"},
    {"dots", "measures:\n" ROW "codes: ['9403.20', '95']}\n", "L004", 2, "write 940320"},
    {"code twice", "measures:\n" ROW "codes: ['95', '95']}\n", "L005", 2, NULL},
    {"no day", "measures:\n" ROW "basket: toys,\n  petition: 2017-02-29}\n", "M001", 3, "first day"},
    {"petition after initiation", "measures:\n" ROW "basket: toys, petition: 2018,\n  initiation: 2017}\n",
        "M002", 3, NULL},
    {"in force before initiation", "measures:\n" ROW "basket: toys, initiation: 2018,\n  from: 2017}\n",
        "M002", 3, NULL},
    {"over before in force", "measures:\n" ROW "basket: toys, from: 2018-02,\n  to: 2018-01}\n", "M002", 3,
        NULL},
    {"ended before initiation", "measures:\n" ROW "basket: toys, initiation: 2018,\n  ended: 2017}\n", "M002",
        3, NULL},
    {"to without from", "measures:\n" ROW "basket: toys, to: 2018}\n", "M003", 2, NULL},
    {"ended and in force", "measures:\n" ROW "basket: toys, from: 2018, ended: 2018}\n", "M004", 2, "'to'"},
    {"rate is a number", "measures:\n" ROW "basket: toys, rate: 5}\n", "M005", 2, "25.5%"},
    {"rate is negative", "measures:\n" ROW "basket: toys, rate: -5%}\n", "M005", 2, NULL},
    {"rate is no literal", "measures:\n" ROW "basket: toys, rate: high}\n", "E003", 2, NULL},
    {"twice", "measures:\n" ROW "basket: toys}\n" ROW "codes: '95'}\n", "M007", 3, NULL},
    {"type",
        "measures:\n- {id: M, title: t, market: US, against: VN, type: anti-dumpin, source: s, basket: "
        "toys}\n",
        "K006", 2, "did you mean 'anti-dumping'?"},
    {"market",
        "measures:\n- {id: M, title: t, market: USA, against: VN, type: tariff, source: s, basket: toys}\n",
        "L003", 2, NULL},
    {"market of all",
        "measures:\n- {id: M, title: t, market: W, against: VN, type: tariff, source: s, basket: toys}\n",
        "L003", 2, NULL},
    {"origin",
        "measures:\n- {id: M, title: t, market: US, against: [W, vn], type: tariff, source: s, basket: "
        "toys}\n",
        "L003", 2, NULL},
    {"no origin",
        "measures:\n- {id: M, title: t, market: US, against: [], type: tariff, source: s, basket: toys}\n",
        "M006", 2, NULL},
    {"source",
        "measures:\n- {id: M, title: t, market: US, against: VN, type: tariff, source: '', basket: toys}\n",
        "L002", 2, NULL},
};

static void each_fault_is_named_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct fixture f;
        read_text(&f, faults[i].yaml);
        if (f.r != -EINVAL || !fault_case_holds(&faults[i], &f.diags))
            fail_msg("%s: expected %s in line %d", faults[i].name, faults[i].code, faults[i].line);
        fixture_deinit(&f);
    }
}

static void all_faults_are_reported_at_once(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f, "measures:\n- {id: '', market: usa, basket: toi, petition: soon, rate: 3}\n" ROW
                  "basket: toys, to: 1}\n");
    assert_int_equal(f.r, -EINVAL);
    assert_true(f.diags.errors >= 10);
    fixture_deinit(&f);
}

/* What is known, live and open on a day, by a case that led to a measure, one that did not, and a tariff. */
static void questions_take_the_day(void **state)
{
    (void)state;
    static const struct {
        const char *day;
        bool live[5], open[5];
    } cases[] = {
        {"2016-12-31", {0, 0, 0, 0, 0}, {0, 0, 0, 0, 0}},
        {"2017-01-01", {0, 0, 0, 0, 0}, {1, 1, 0, 0, 0}}, /* petitions */
        {"2017-02-01", {1, 1, 0, 0, 0}, {1, 1, 0, 0, 0}}, /* initiations */
        {"2017-12-31", {1, 1, 0, 1, 0}, {1, 1, 0, 1, 0}},
        {"2018-01-01", {1, 0, 1, 1, 0}, {0, 0, 0, 1, 0}}, /* in force, ended, in force, still open */
        {"2019-12-31", {1, 0, 1, 1, 1}, {0, 0, 0, 1, 0}},
        {"2020-01-01", {0, 0, 1, 1, 1}, {0, 0, 0, 1, 0}}, /* the day after the last */
    };
    struct fixture f;
    read_text(&f,
        "measures:\n" ROW "basket: toys, petition: 2017, initiation: 2017-02, from: 2018, to: 2019-12-31}\n"
        "- {id: B, title: t, market: US, against: VN, type: evasion, source: s, basket: toys,\n"
        "  petition: 2017, initiation: 2017-02, ended: 2018}\n"
        "- {id: C, title: t, market: US, against: VN, type: tariff, source: s, basket: toys,\n"
        "  announced: 2017, from: 2018}\n"
        "- {id: D, title: t, market: US, against: VN, type: trigger, source: s, basket: toys,\n"
        "  initiation: 2017-03}\n"
        "- {id: E, title: t, market: US, against: VN, type: tariff, source: s, basket: toys,\n"
        "  announced: 2019-06, from: 2018}\n"); /* taken from before its announcement on, and not known before
                                                 */
    assert_int_equal(f.r, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t day;
        assert_int_equal(date_parse(slice_of(cases[i].day), &day), 0);
        for (size_t k = 0; k < 5; k++)
            if (measure_is_live(&f.measures.items[k], day) != cases[i].live[k] ||
                measure_is_open_case(&f.measures.items[k], day) != cases[i].open[k])
                fail_msg("%s, row %zu", cases[i].day, k);
    }
    assert_int_equal(measure_known(&f.measures.items[0]), date_make(2017, 1, 1));
    assert_int_equal(measure_known(&f.measures.items[2]), date_make(2017, 1, 1));
    assert_int_equal(measure_known(&f.measures.items[3]), date_make(2017, 3, 1));
    fixture_deinit(&f);
}

static void rows_are_found_by_product_and_origin(void **state)
{
    (void)state;
    struct fixture f;
    read_text(&f,
        "measures:\n" ROW "basket: tool-chests}\n"
        "- {id: B, title: t, market: US, against: W, type: tariff, source: s, codes: ['9503', '94']}\n");
    assert_int_equal(f.r, 0);
    const struct measure *one = &f.measures.items[0], *all = &f.measures.items[1];
    assert_true(measure_covers(one, &f.baskets, "tool-chests"));
    assert_true(measure_covers(one, &f.baskets, "94032000"));
    assert_true(measure_covers(one, &f.baskets, "94"));
    assert_false(measure_covers(one, &f.baskets, "toys"));
    assert_true(measure_covers(all, &f.baskets, "toys"));
    assert_true(measure_covers(all, &f.baskets, "tool-chests"));
    assert_false(measure_covers(all, &f.baskets, "4412"));
    assert_true(measure_is_against(one, "VN"));
    assert_false(measure_is_against(one, "CN"));
    assert_true(measure_is_against(all, "CN"));
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_row_for_each_origin),
        cmocka_unit_test(each_fault_is_named_with_its_line),
        cmocka_unit_test(all_faults_are_reported_at_once),
        cmocka_unit_test(questions_take_the_day),
        cmocka_unit_test(rows_are_found_by_product_and_origin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
