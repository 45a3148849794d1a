#include "tests/support/rule_draft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool same_key(const char *a, const char *b)
{
    size_t len = strcspn(a, ":");
    return strncmp(a, b, len) == 0 && (b[len] == ':' || b[len] == '\0');
}

static int index_of(const struct rule_draft *draft, const char *key)
{
    int i = 0;
    while (draft->lines[i] != NULL && !same_key(draft->lines[i], key))
        i++;
    return i;
}

static void put_line(struct rule_draft *draft, const char *text)
{
    bool remove = text[0] == '-';
    int i = index_of(draft, text + remove);
    assert_true(i < DRAFT_LINES_MAX - 1);
    draft->lines[i] = remove ? "# none" : text;
    draft->line = i + 1;
}

static bool is_expectation(const char *line)
{
    return line[0] == '@' || (line[0] >= '0' && line[0] <= '9');
}

void rule_draft_init(struct rule_draft *draft, const char *const *good, const struct cases *cases)
{
    memset(draft, 0, sizeof *draft);
    for (size_t i = 0; good[i] != NULL; i++)
        draft->lines[i] = good[i];
    while (draft->first < cases->len && !is_expectation(cases->lines[draft->first].text))
        draft->first++;
    for (size_t i = draft->first; i-- > 0;) /* the first line is what columns without a line are about */
        put_line(draft, cases->lines[i].text);
    size_t used = 0;
    for (int i = 0; draft->lines[i] != NULL; i++) {
        used += (size_t)snprintf(draft->text + used, sizeof draft->text - used, "%s\n", draft->lines[i]);
        assert_true(used < sizeof draft->text);
    }
}

static bool is_finding(const struct rule_draft *draft, const char *expected, const struct diag *diag)
{
    char key[32], text[512];
    int line = draft->line, column = 0, end = 0;
    if (sscanf(expected, "@%31[a-z]:%d %n", key, &column, &end) == 2)
        line = index_of(draft, key) + 1;
    else if (sscanf(expected, "@%d:%d %n", &line, &column, &end) != 2 &&
             sscanf(expected, "%d %n", &column, &end) != 1)
        return false;
    snprintf(text, sizeof text, "%s %s", diag->code, diag->text);
    return diag->line == line && diag->column == column && str_equal(text, expected + end);
}

void rule_draft_check(const struct rule_draft *draft, struct cases *cases, struct diag_list *diags)
{
    if (diags->len != cases->len - draft->first)
        cases_fault(cases, 0, "%zu findings", diags->len);
    for (size_t i = 0; i < diags->len; i++) {
        bool found = false;
        for (size_t k = draft->first; k < cases->len && !found; k++)
            found = is_finding(draft, cases->lines[k].text, &diags->items[i]);
        if (!found)
            cases_fault(cases, draft->first, "it says %s", diag_line(diags, &diags->items[i]));
    }
}
