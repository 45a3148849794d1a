/* link: feeds/cases_csv feeds/decode_csv feeds/record feeds/scan_csv feeds/payload daemon/core/code daemon/core/date daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/map daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "feeds/cases_csv.h"

#define LEN(array) (sizeof(array) / sizeof *(array))
#define NAMES      "id,market,product,hs6,type,third_country_measure,petition,initiation,outcome,conf\n"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct score_cases cases;
    int r;
};

static void read_bytes(struct fixture *f, struct slice text)
{
    *f = (struct fixture){0};
    f->r = cases_csv_read(text, "cases.csv", &f->arena, &f->cases, &f->diags);
}

static void fixture_deinit(struct fixture *f)
{
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

static void reads_cases(void **state)
{
    (void)state;
    struct fixture f;
    char day[DATE_TEXT_SIZE];
    read_bytes(&f, slice_of("\xef\xbb\xbf" NAMES
                            "US-1,US,\"Wind towers, steel\",730820;850231,AD,,2011-12-29,2012-01-18,order,G\n"
                            "EA-1,EAEU,Quần áo lót,6107,FTA Trigger safeguard,x,,2018,,S"));
    assert_int_equal(f.r, 0);
    assert_int_equal(f.cases.len, 2);
    const struct score_case *a = &f.cases.items[0], *b = &f.cases.items[1];
    assert_string_equal(a->id, "US-1");
    assert_string_equal(a->market, "US");
    assert_string_equal(a->product, "Wind towers, steel");
    assert_int_equal(a->codes.len, 2);
    assert_string_equal(a->codes.items[0], "730820");
    assert_string_equal(a->codes.items[1], "850231");
    assert_string_equal(a->type, "AD");
    assert_string_equal(a->third_country, "");
    assert_string_equal(date_format(a->petition, day), "2011-12-29");
    assert_string_equal(date_format(a->initiation, day), "2012-01-18");
    assert_false(a->estimated);
    assert_int_equal(a->confidence, CASE_GENERAL);
    assert_int_equal(a->stratum, STRATUM_SURGE);
    assert_int_equal(a->data_from, DATE_NONE);
    assert_int_equal(a->data_to, DATE_NONE);
    assert_string_equal(b->market, "XE");
    assert_string_equal(b->product, "Quần áo lót");
    assert_string_equal(date_format(b->petition, day), "2017-11-17"); /* 45 days before 2018-01-01 */
    assert_true(b->estimated);
    assert_int_equal(b->confidence, CASE_CONFIRMED);
    assert_int_equal(b->stratum, STRATUM_TRIGGER);
    fixture_deinit(&f);
}

static void petition_and_stratum_are_derived(void **state)
{
    (void)state;
    static const struct {
        const char *row, *petition;
        bool estimated;
        enum stratum stratum;
    } cases[] = {
        {"A,US,p,44,AD,CN,,2012-01-21,S,", "2012-01-01", true, STRATUM_MEASURE},
        {"A,EU,p,44,AD,,,2012-02-15,S,", "2012-01-01", true, STRATUM_SURGE},
        {"A,IN,p,44,AD,,,2012-02-15,S,", "2012-01-01", true, STRATUM_SURGE},
        {"A,CA,p,44,AD,,,2012-02-15,S,", "2012-01-01", true, STRATUM_SURGE},
        {"A,CA,p,44,AD,,2012-02,2012-02-15,S,", "2012-02-01", false, STRATUM_SURGE},
        {"A,CA,p,44,AD,,2012-02-03,,S,c", "2012-02-03", false, STRATUM_CUMULATION},
        {"A,CA,p,44,FTA trigger,CN,2012-02-03,,S,", "2012-02-03", false, STRATUM_TRIGGER},
        {"A,CA,p,44,FTA trigger,CN,2012-02-03,,S,a", "2012-02-03", false, STRATUM_MEASURE},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct fixture f;
        char text[512], day[DATE_TEXT_SIZE];
        snprintf(text, sizeof text,
            "id,market,product,hs6,type,third_country_measure,petition,initiation,conf,stratum\n%s\n",
            cases[i].row);
        read_bytes(&f, slice_of(text));
        assert_int_equal(f.r, 0);
        const struct score_case *item = &f.cases.items[0];
        if (strcmp(date_format(item->petition, day), cases[i].petition) != 0 ||
            item->estimated != cases[i].estimated || item->stratum != cases[i].stratum)
            fail_msg(
                "%s: %s, estimated %d, stratum %d", cases[i].row, day, item->estimated, (int)item->stratum);
        fixture_deinit(&f);
    }
}

static void faults_have_places(void **state)
{
    (void)state;
    static const struct {
        const char *text, *faults;
    } cases[] = {
        {"", "H000 0:0"},
        {"\xff\n", "H000 0:0"},
        {"id,market,product,hs6,type,third_country_measure,petition,conf\nA\n", "H001 1:1"},
        {NAMES "A,US,p\n", "H002 2:1"},
        {NAMES ",US,p,44,AD,,2012,,,S\n", "H003 2:1"},
        {NAMES "A,US,p,44,AD,,2012,,,S\nA,US,p,44,AD,,2012,,,S\n", "H004 3:1"},
        {NAMES "A,USA,p,44,AD,,2012,,,S\nB,W,p,44,AD,,2012,,,S\n", "H005 2:3, H005 3:3"},
        {NAMES "A,US,p,44;,AD,,2012,,,S\nB,US,p,,AD,,2012,,,S\nC,US,p,4x,AD,,2012,,,S\n",
            "H006 2:8, H006 3:8, H006 4:8"},
        {NAMES "A,US,p,44,AD,,2012-13,2012-02-30,,S\n", "H007 2:15, H007 2:23"},
        {NAMES "A,US,p,44,AD,,,,,S\n", "H008 2:15"},
        {NAMES "A,US,p,44,AD,,2012-02-02,2012-02-01,,S\n", "H009 2:15"},
        {NAMES "A,US,p,44,AD,,2012,,,X\nB,US,p,44,AD,,2012,,,\n", "H010 2:22, H010 3:22"},
        {"stratum," NAMES "e,A,US,p,44,AD,,2012,,,S\n", "H011 2:1"},
        {NAMES "A,US,\"p,44,AD,,2012,,,S\n", "D008 2:6"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct fixture f;
        struct buf found;
        buf_init(&found, 4096);
        read_bytes(&f, slice_of(cases[i].text));
        for (size_t j = 0; j < f.diags.len; j++)
            buf_printf(&found, "%s%s %d:%d", j > 0 ? ", " : "", f.diags.items[j].code, f.diags.items[j].line,
                f.diags.items[j].column);
        if (strcmp(buf_text(&found), cases[i].faults) != 0)
            fail_msg("%s: expected %s, found %s", cases[i].text, cases[i].faults, buf_text(&found));
        assert_int_equal(f.r, -EBADMSG);
        assert_int_equal(f.cases.len, 0);
        buf_deinit(&found);
        fixture_deinit(&f);
    }
}

static void nul_bytes_are_refused(void **state)
{
    (void)state;
    static const char text[] = NAMES "A,US,p\0,44,AD,,2012,,,S\n";
    struct fixture f;
    read_bytes(&f, (struct slice){text, sizeof text - 1});
    assert_int_equal(f.r, -EBADMSG);
    assert_int_equal(f.diags.errors, 1);
    fixture_deinit(&f);
}

static void lone_carriage_returns_are_refused(void **state)
{
    (void)state;
    static const char text[] = NAMES "A,US,plywood\r,44,AD,,2012-01-02,,,S\n";
    struct fixture f = {0};
    read_bytes(&f, (struct slice){text, sizeof text - 1});
    assert_int_not_equal(f.r, 0);
    assert_true(f.diags.len > 0);
    assert_string_equal(f.diags.items[f.diags.len - 1].code, "H000");
    fixture_deinit(&f);
}

static void too_many_codes_are_refused(void **state)
{
    (void)state;
    struct fixture f;
    struct buf text;
    for (int n = CASE_CODES_MAX; n <= CASE_CODES_MAX + 1; n++) {
        buf_init(&text, 4096);
        buf_puts(&text, NAMES "A,US,p,01");
        for (int i = 1; i < n; i++)
            buf_puts(&text, ";01");
        buf_puts(&text, ",AD,,2012,,,S\n");
        read_bytes(&f, slice_of(buf_text(&text)));
        assert_int_equal(f.r, n > CASE_CODES_MAX ? -EBADMSG : 0);
        fixture_deinit(&f);
        buf_deinit(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cases),
        cmocka_unit_test(petition_and_stratum_are_derived),
        cmocka_unit_test(faults_have_places),
        cmocka_unit_test(nul_bytes_are_refused),
        cmocka_unit_test(lone_carriage_returns_are_refused),
        cmocka_unit_test(too_many_codes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
