/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str feeds/pick feeds/scan_csv */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/pick.h"

/* The values with bars between, or "-" where the body cannot be read. */
static const char *pick(const char *body, const char *path, char *buf, size_t size)
{
    struct arena arena = ARENA_NULL;
    struct picked picked;
    int r = pick_values(slice_of(body), path, &arena, &picked);
    buf[0] = '\0';
    for (size_t i = 0; i < picked.len; i++)
        snprintf(buf + strlen(buf), size - strlen(buf), "%s%s", i > 0 ? "|" : "", picked.items[i]);
    if (r < 0)
        snprintf(buf, size, "-");
    picked_deinit(&picked);
    arena_deinit(&arena);
    return buf;
}

static const struct {
    const char *body, *path, *values;
} cases[] = {
    {"{\"count\": 5}", "count", "5"},
    {"\xEF\xBB\xBF {\"Count\": \"5\"}", "cOUNT", "5"},
    {"{\"a\":{\"count\":1},\"count\":2}", "count", "2"},
    {"{\"a\":{\"count\":1},\"count\":2}", "a.count", "1"},
    {"{\"data\":[{\"x\":1},{\"y\":0},{\"x\":null},{\"x\":-2.5e3},{\"x\":[true,\"\\u00e9\"]}]}", "data.x",
        "1|-2.5e3|true|é"},
    {"[[{\"x\":1}],{\"x\":2}]", "x", "1|2"},
    {"{\"x\":{\"y\":1}}", "x", ""},
    {"{\"x\":1}", "y", ""},
    {"{\"x\":{\"x\":1}}", "x.x", "1"},
    {"{\"x\":1", "x", "-"},
    {"{\"x\":1}}", "x", "-"},
    {"<r><b><n> 7 </n></b></r>", "r.b.n", "7"},
    {"<?xml version=\"1.0\"?><s:R xmlns:s=\"u\"><s:B><N>1</N><N/><N>2</N><M>3</M></s:B></s:R>", "r.b.n",
        "1|2"},
    {"<r><c><n>1</n></c><n>2</n></r>", "r.b.n", ""},
    {"<r><n>1<i>2</i></n></r>", "r.n", ""},
    {"<!DOCTYPE r [<!ENTITY a \"b\">]><r><n>&a;</n></r>", "r.n", "-"},
    {"<r><n>1</n>", "r.n", "-"},
    {"period,sum\n2025-01,\"1,5\"\n2025-02,\n2025-03,2\n", "Sum", "1,5|2"},
    {"period,sum\n2025-01,4\n2025-02,5\n", "sum", "4|5"},
    {"period,sum\n2025-01,1\n", "total", ""},
    {"period,sum\n2025-01,\"1\n", "sum", "-"},
    {"", "sum", "-"},
    {"  ", "sum", "-"},
};

static void values_are_found_by_their_path(void **state)
{
    char buf[200];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(pick(cases[i].body, cases[i].path, buf, sizeof buf), cases[i].values);
}

/* Cut anywhere and with any byte changed, it ends and says so or finds something. */
static void damaged_answers_end(void **state)
{
    char buf[400], body[400];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t len = strlen(cases[i].body);
        for (size_t n = 0; n < len; n++) {
            snprintf(body, sizeof body, "%.*s", (int)n, cases[i].body);
            (void)pick(body, cases[i].path, buf, sizeof buf);
            snprintf(body, sizeof body, "%s", cases[i].body);
            body[n] ^= 0x15;
            (void)pick(body, cases[i].path, buf, sizeof buf);
        }
    }
}

static void a_deep_answer_is_refused(void **state)
{
    char body[300], buf[10];
    (void)state;
    memset(body, '[', 200);
    body[200] = '\0';
    assert_string_equal(pick(body, "x", buf, sizeof buf), "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_found_by_their_path),
        cmocka_unit_test(damaged_answers_end),
        cmocka_unit_test(a_deep_answer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
