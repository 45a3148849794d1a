/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/country daemon/core/row daemon/core/code daemon/core/period daemon/io/file daemon/io/yaml */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/country.h"
#include "io/yaml.h"
#include "tests/support/fault_cases.h"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct countries countries;
    int r;
};

static void read_text(struct fixture *f, const char *yaml)
{
    const struct node *document;
    *f = (struct fixture){0};
    assert_int_equal(yaml_parse("countries.yaml", slice_of(yaml), &f->arena, &document, &f->diags), 0);
    f->r = countries_add(&f->countries, node_get(document, "countries"), &f->diags);
}

static void fixture_deinit(struct fixture *f)
{
    countries_deinit(&f->countries);
    arena_deinit(&f->arena);
    diag_list_deinit(&f->diags);
}

#define VIET_NAM                                                                                             \
    "- { iso2: VN, iso3: VNM, m49: \"704\", comtrade: \"704\", census: \"5520\", comext: VN, name: Viet "    \
    "Nam }\n"

static void a_country_is_found_by_each_of_its_codes(void **state)
{
    (void)state;
    static const char *const codes[COUNTRY_SCHEME_COUNT] = {"VN", "VNM", "704", "704", "5520", "VN"};
    struct fixture f;
    read_text(&f, "countries:\n" VIET_NAM "- { iso2: EU, comext: EU27_2020, name: European Union }\n"
                  "- { iso2: W, comtrade: \"0\", census: \"-\", comext: WORLD, name: World }\n");
    arena_deinit(&f.arena); /* texts are copies */
    assert_int_equal(f.r, 0);
    assert_int_equal(f.countries.len, 3);
    for (int scheme = 0; scheme < COUNTRY_SCHEME_COUNT; scheme++) {
        const struct country *country =
            countries_find(&f.countries, (enum country_scheme)scheme, slice_of(codes[scheme]));
        assert_ptr_equal(country, &f.countries.items[0]);
        assert_string_equal(country->codes[scheme], codes[scheme]);
        assert_null(countries_find(&f.countries, (enum country_scheme)scheme, slice_of("XX")));
    }
    const struct country *union_ = countries_find(&f.countries, COUNTRY_COMEXT, slice_of("EU27_2020"));
    assert_non_null(union_);
    assert_string_equal(union_->codes[COUNTRY_ISO2], "EU");
    assert_null(union_->codes[COUNTRY_CENSUS]);
    assert_string_equal(union_->name, "European Union");
    assert_non_null(countries_find(&f.countries, COUNTRY_CENSUS, slice_of("-")));
    assert_int_equal(union_->place.line, 3);
    fixture_deinit(&f);
}

static const struct fault_case faults[] = {
    {"no list", "countries: VN\n", "L001", 1, NULL},
    {"no iso2", "countries:\n- {iso3: VNM, name: Viet Nam}\n", "K002", 2, NULL},
    {"no name", "countries:\n- {iso2: VN}\n", "K002", 2, NULL},
    {"empty name", "countries:\n- {iso2: VN, name: ''}\n", "L002", 2, NULL},
    {"unknown key", "countries:\n- {iso2: VN, name: a, iso4: x}\n", "K001", 2, NULL},
    {"iso2", "countries:\n- {iso2: vn, name: a}\n", "N001", 2, NULL},
    {"iso3", "countries:\n- {iso2: VN, iso3: VN, name: a}\n", "N001", 2, NULL},
    {"m49", "countries:\n- {iso2: VN, m49: '4', name: a}\n", "N001", 2, NULL},
    {"comtrade", "countries:\n- {iso2: VN, comtrade: VNM, name: a}\n", "N001", 2, NULL},
    {"census", "countries:\n- {iso2: VN, census: '552', name: a}\n", "N001", 2, NULL},
    {"comext", "countries:\n- {iso2: VN, comext: v, name: a}\n", "N001", 2, NULL},
    {"twice", "countries:\n" VIET_NAM "- {iso2: LA, census: '5520', name: a}\n", "N002", 3, NULL},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_country_is_found_by_each_of_its_codes),
        cmocka_unit_test(each_fault_is_named_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
