/* link: tests/support/cases daemon/io/yaml daemon/io/file daemon/core/rule daemon/core/rule_condition daemon/core/selector daemon/core/basket daemon/core/code daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/period daemon/core/alert daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"
#include "core/rule.h"
#include "io/yaml.h"
#include "tests/support/cases.h"

static const char baskets_text[] = "baskets:\n"
                                   "  - id: plywood\n"
                                   "    title: { vi: Ván, en: Plywood }\n"
                                   "    codes: ['4412']\n"
                                   "    source: test\n"
                                   "  - id: steel\n"
                                   "    title: { vi: Thép, en: Steel }\n"
                                   "    codes: ['7210', '7212']\n"
                                   "    source: test\n";

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct baskets baskets;
    struct rule rule;
    int r;
};

/* Reads one rule from its YAML. */
static void read_rule(struct fixture *f, const char *yaml)
{
    const struct node *baskets, *map;
    memset(f, 0, sizeof *f);
    assert_int_equal(yaml_parse("baskets.yaml", slice_of(baskets_text), &f->arena, &baskets, &f->diags), 0);
    assert_int_equal(baskets_read(baskets, &f->baskets, &f->diags), 0);
    if (yaml_parse("rule.yaml", slice_of(yaml), &f->arena, &map, &f->diags) < 0)
        fail_msg("%s: %s", yaml, diag_line(&f->diags, &f->diags.items[0]));
    struct rule_reader reader = {&f->baskets, &f->arena, &f->diags};
    f->r = rule_read(&reader, map, &f->rule);
}

static void fixture_deinit(struct fixture *f)
{
    baskets_deinit(&f->baskets);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static void assert_good(struct fixture *f)
{
    if (f->r < 0)
        fail_msg("%s", diag_line(&f->diags, &f->diags.items[0]));
}

/* ---- the table of faults ---- */

static const char *const good_rule[] = {
    "id: surge",
    "title: { en: \"{{product}} up {{g3}}\", vi: \"{{product}} tăng {{g3}}\" }",
    "advice: { en: Keep records., vi: Lưu chứng từ. }",
    "severity: warning",
    "scope: { product: baskets, market: [US, EU] }",
    "let: { g3: \"growth(imports.quantity, 3m)\" }",
    "when: g3 >= $growth",
    "thresholds: { growth: 30%, floor: 5 MUSD }",
};

enum { GOOD_LINES = sizeof good_rule / sizeof *good_rule, LINES_MAX = GOOD_LINES + 4 };

/* The rule's lines, some replaced. */
struct draft {
    const char *lines[LINES_MAX];
    int line; /* number of the line that the case is about, from 1 */
};

static bool same_key(const char *a, const char *b)
{
    size_t len = strcspn(a, ":");
    return strncmp(a, b, len) == 0 && (b[len] == ':' || b[len] == '\0');
}

/* Puts the line in the place of the key's, or behind all; "-key" takes it away. */
static void put_line(struct draft *draft, const char *text)
{
    bool remove = text[0] == '-';
    int i = 0;
    while (draft->lines[i] != NULL && !same_key(draft->lines[i], text + remove))
        i++;
    draft->lines[i] = remove ? "# none" : text;
    draft->line = i + 1;
}

static int line_of(const struct draft *draft, const char *key)
{
    int i = 0;
    while (draft->lines[i] != NULL && !same_key(draft->lines[i], key))
        i++;
    return i + 1;
}

/* "7 R024 …", "@when:13 T010 …" or "@1:1 K002 …": as the finding says it, or not. */
static bool is_finding(const struct draft *draft, const char *expected, const struct diag *diag)
{
    char key[32], text[512];
    int line = draft->line, column = 0, end = 0;
    if (sscanf(expected, "@%31[a-z]:%d %n", key, &column, &end) == 2)
        line = line_of(draft, key);
    else if (sscanf(expected, "@%d:%d %n", &line, &column, &end) != 2 && sscanf(expected, "%d %n", &column, &end) != 1)
        return false;
    snprintf(text, sizeof text, "%s %s", diag->code, diag->text);
    return diag->line == line && diag->column == column && str_equal(text, expected + end);
}

static bool is_expectation(const char *line)
{
    return line[0] == '@' || (line[0] >= '0' && line[0] <= '9');
}

static void check_bad(struct cases *cases)
{
    struct draft draft = {0};
    memcpy(draft.lines, good_rule, sizeof good_rule);
    size_t first = 0;
    while (first < cases->len && !is_expectation(cases->lines[first].text))
        first++;
    for (size_t i = first; i-- > 0;) /* the first line is what columns without a line are about */
        put_line(&draft, cases->lines[i].text);
    char yaml[4096];
    size_t used = 0;
    for (int i = 0; draft.lines[i] != NULL; i++)
        used += (size_t)snprintf(yaml + used, sizeof yaml - used, "%s\n", draft.lines[i]);
    struct fixture f;
    read_rule(&f, yaml);
    if (f.r != -EINVAL || f.diags.len != cases->len - first)
        cases_fault(cases, 0, "returned %d with %zu faults", f.r, f.diags.len);
    for (size_t i = 0; i < f.diags.len; i++) {
        bool found = false;
        for (size_t k = first; k < cases->len && !found; k++)
            found = is_finding(&draft, cases->lines[k].text, &f.diags.items[i]) ||
                    (first > 1 && (draft.line = line_of(&draft, cases->lines[1].text),
                                      is_finding(&draft, cases->lines[k].text, &f.diags.items[i])));
        if (!found)
            cases_fault(cases, first, "it says %s", diag_line(&f.diags, &f.diags.items[i]));
    }
    fixture_deinit(&f);
}

static void wrong_rules_are_refused_with_every_fault(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/rule/bad.txt");
    while (cases_next(&cases))
        check_bad(&cases);
    cases_close(&cases);
}
