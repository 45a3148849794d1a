#include "core/rule_lint.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"
#include "core/indicator.h"
#include "core/rule_lint_parts.h"

enum { TEXT_MAX = 512, PART_TEXT_MAX = 120 };

static const struct {
    const char *code, *hint;
} warnings_table[RULE_WARNING_COUNT] = {
    [WARN_CONSTANT] = {"W001", "compare the bounds: what is asked as at least must not lie above what is "
                               "asked as at most"},
    [WARN_CLEAR] = {"W002", "let clear ask for less than when, for example clear: g < $growth / 2"},
    [WARN_BASE] = {"W003", "ask for a level too, for example `and sum(imports, 12m) >= $floor`, or `and not "
                           "flag(small_base)`"},
    [WARN_VALUE_ALONE] = {"W004",
        "value may rise while volume falls, and fall while it rises: ask for .quantity "
        "or .unit_value too; where the source has none, write accept: [W004] and say "
        "so in note"},
    [WARN_UNITS] = {"W005", "use .weight throughout, or .quantity throughout"},
    [WARN_NOTHING] = {"W006", "check the spelling, and which tables and feeds the configuration names"},
    [WARN_HISTORY] = {"W007", "shorten the window, or bring older months in with tdwatch import"},
    [WARN_HIDDEN] = {"W008", "the first override that matches wins: put the narrower one first, or take it "
                             "away"},
    [WARN_PERIOD] = {"W009",
        "write at least 3m: 19 CFR 351.206(i) compares periods of at least three months"},
    [WARN_UNUSED_THRESHOLD] = {"W010", "write $name in a condition, or take it away"},
    [WARN_UNUSED_LET] = {"W011", "look for a mistyped window or series, or take it away"},
    [WARN_BASIS] = {"W012",
        "cite the law that the rule follows, for example basis: [\"19 USC 1677(24)\"]; it "
        "is printed in every alert"},
    [WARN_FLAPPING] = {"W013", "add for example clear: g < $growth / 2, or for: 2 of 3 releases"},
    [WARN_WORDING] = {"W014",
        "petitioners read warnings too, and figures prove no act: say what they show, for "
        "example \"a pattern that investigators have relied on\""},
    [WARN_AUDIENCE] = {"W015",
        "such figures are an upper bound from aggregate data: write audience: internal"},
    [WARN_SEVERITY] = {"W016", "ask in when for a case, a measure or a used quota, or lower the severity to "
                               "warning"},
    [WARN_ACCEPTED] = {"W017", "take it out of accept, so that the warning is seen when it comes"},
};

void rule_warn(
    struct rule_warnings *warnings, enum rule_warning warning, struct place place, const char *format, ...)
{
    uint32_t bit = UINT32_C(1) << warning;
    warnings->seen |= bit;
    if (warnings->rule->accepted & bit)
        return;
    char text[TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    diag_warning(warnings->diags, place, warnings_table[warning].code, "%s", text);
    diag_hint(warnings->diags, "%s", warnings_table[warning].hint);
}

/* ---- parts ---- */

struct rule_part rule_lint_part(const struct rule_lint *lint, const char *key)
{
    const struct rule *rule = lint->rule;
    const struct {
        const char *key;
        const struct expr *expr;
    } parts[] = {{"when", rule->when_expr}, {"clear", rule->clear_expr}, {"rank", rule->rank_expr}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (str_equal(parts[i].key, key))
            return (struct rule_part){parts[i].expr, node_get(lint->map, key)};
    return (struct rule_part){NULL, NULL};
}

struct rule_part rule_lint_let(const struct rule_lint *lint, size_t index)
{
    const struct rule_let *let = &lint->rule->lets[index];
    return (struct rule_part){let->expr, node_get(node_get(lint->map, "let"), let->name)};
}

struct place rule_part_place(struct rule_part part)
{
    return node_place_at(part.scalar, part.expr->at);
}

bool rule_part_calls(struct rule_part part, const char *function)
{
    return part.expr->kind == EXPR_CALL && slice_equal(part.expr->name, function);
}

const char *rule_part_text(struct rule_lint *lint, struct rule_part part)
{
    struct buf out;
    buf_init(&out, PART_TEXT_MAX);
    int r = expr_print(part.expr, &out);
    const char *text = arena_printf(&lint->arena, "%s%s", buf_text(&out), r < 0 ? " …" : "");
    buf_deinit(&out);
    return text;
}

static bool is_part(const struct expr *call, size_t index)
{
    switch (indicators[call->index].parameters[index]) {
    case PARAMETER_SERIES:
    case PARAMETER_PLAIN_SERIES:
    case PARAMETER_VALUE:
    case PARAMETER_RATIO:
        return true;
    case PARAMETER_WINDOW:
    case PARAMETER_MONTHS:
    case PARAMETER_EARLY:
    case PARAMETER_BASIS:
    case PARAMETER_PLACE:
    case PARAMETER_COLUMN:
    case PARAMETER_OVER:
    case PARAMETER_FLAG:
    case PARAMETER_COUNT:
        break;
    }
    return false;
}

void rule_walk(struct rule_walk *walk, struct rule_part part)
{
    const struct expr *expr = part.expr;
    if (expr == NULL)
        return;
    walk->fn(walk->userdata, part);
    for (size_t i = 0; i < expr->arg_count; i++)
        if (expr->kind != EXPR_CALL || is_part(expr, i))
            rule_walk(walk, (struct rule_part){expr->args[i], part.scalar});
    if (expr->kind != EXPR_NAME || walk->lets >> expr->index & 1)
        return;
    walk->lets |= UINT32_C(1) << expr->index;
    rule_walk(walk, rule_lint_let(walk->lint, (size_t)expr->index));
}

static void note_part(void *userdata, struct rule_part part)
{
    struct rule_lint *lint = userdata;
    if (part.expr->kind != EXPR_SERIES && lint->parts[part.expr->reg].expr == NULL)
        lint->parts[part.expr->reg] = part;
}

static void note_parts(struct rule_lint *lint)
{
    struct rule_walk walk = {lint, note_part, lint, 0};
    lint->parts = arena_array(&lint->arena, lint->rule->program.len, sizeof *lint->parts);
    rule_walk(&walk, rule_lint_part(lint, "when"));
    rule_walk(&walk, rule_lint_part(lint, "clear"));
}

/* ---- the whole ---- */

/* What only history shows is not missed where there is none. */
static bool needs_history(enum rule_warning warning)
{
    return warning == WARN_NOTHING || warning == WARN_HISTORY;
}

static void check_accepted(struct rule_lint *lint)
{
    for (int i = 0; i < WARN_ACCEPTED; i++) {
        uint32_t bit = UINT32_C(1) << i;
        if ((lint->rule->accepted & bit) == 0 || (lint->warnings.seen & bit) != 0 ||
            needs_history((enum rule_warning)i))
            continue;
        rule_warn(&lint->warnings, WARN_ACCEPTED, node_get(lint->map, "accept")->place,
            "the rule accepts %s, which it gives no reason for", warnings_table[i].code);
    }
}

void rule_lint(const struct rule_lint_input *input, struct diag_list *diags)
{
    struct rule_lint lint = {
        .rule = input->rule,
        .map = input->map,
        .baskets = input->baskets,
        .warnings = {.rule = input->rule, .diags = diags},
    };
    note_parts(&lint);
    rule_lint_constants(&lint);
    rule_lint_clear(&lint);
    rule_lint_rises(&lint);
    rule_lint_figures(&lint);
    rule_lint_scope(&lint);
    rule_lint_names(&lint);
    rule_lint_wording(&lint);
    if (input->rule->basis[0] == NULL)
        rule_warn(&lint.warnings, WARN_BASIS, input->rule->place, "the rule cites no law");
    check_accepted(&lint);
    arena_deinit(&lint.arena);
}

const struct node *rule_lint_map(const struct node *document, const struct rule *rule)
{
    const struct node *list = node_get(document, "rules");
    for (size_t i = 0; list != NULL && list->kind == NODE_SEQUENCE && i < list->len; i++) {
        struct place place = list->items[i]->place;
        if (place.line == rule->place.line && place.column == rule->place.column &&
            str_equal(place.file, rule->place.file))
            return list->items[i];
    }
    return NULL;
}

void rule_lint_document(const struct ruleset *ruleset, const struct node *document,
    const struct baskets *baskets, struct diag_list *diags)
{
    for (size_t i = 0; i < ruleset->len; i++) {
        const struct node *map = rule_lint_map(document, &ruleset->rules[i]);
        if (map != NULL)
            rule_lint(&(struct rule_lint_input){&ruleset->rules[i], map, baskets}, diags);
    }
}
