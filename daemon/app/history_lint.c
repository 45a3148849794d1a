#include "app/history_lint.h"

#include "core/judge.h"
#include "core/period.h"
#include "core/rule_lint.h"

/* One rule, bound to history. */
struct bound {
    const struct history_lint_input *input;
    const struct judge *judge;
    const struct rule *rule;
    uint32_t number; /* of the rule, for the judge */
    const struct node *scope;
    struct rule_warnings warnings;
};

/* ---- W006 ---- */

/* The part of a scope that a series has to be of to count for it. */
enum part { PART_ANY, PART_PRODUCT, PART_MARKET, PART_ORIGIN };

static bool role_is_of(enum series_role role, enum part part)
{
    const struct role *known = &series_roles[role];
    switch (part) {
    case PART_ANY:
        return true;
    case PART_PRODUCT:
        return known->codes == CODES_PRODUCT;
    case PART_MARKET:
        return known->reporter == PLACE_MARKET || known->partner == PLACE_MARKET;
    case PART_ORIGIN:
        return known->partner == PLACE_ORIGIN;
    }
    return false;
}

static bool reads_part(const struct rule *rule, enum part part)
{
    for (size_t i = 0; i < rule->program.role_count; i++)
        if (role_is_of(rule->program.roles[i], part))
            return true;
    return false;
}

static bool has_series(const struct bound *bound, uint32_t scope, enum part part)
{
    for (size_t role = 0; role < bound->rule->program.role_count; role++) {
        size_t count = 0;
        (void)judge_uses(bound->judge, bound->number, scope, role, &count);
        if (count > 0 && role_is_of(bound->rule->program.roles[role], part))
            return true;
    }
    return false;
}

/* Which scopes are looked at: those of a product selector, a market or an origin. */
struct choice {
    enum part part;
    const struct selector *product;
    const char *country;
};

static bool is_chosen(const struct bound *bound, const struct scope *scope, const struct choice *choice)
{
    switch (choice->part) {
    case PART_ANY:
        return true;
    case PART_PRODUCT:
        return selector_matches(choice->product, &bound->input->reference->baskets, scope->product);
    case PART_MARKET:
        return str_equal(scope->market, choice->country);
    case PART_ORIGIN:
        return str_equal(scope->origin, choice->country);
    }
    return false;
}

static bool is_there(const struct bound *bound, const struct choice *choice)
{
    for (uint32_t i = 0; i < judge_scope_count(bound->judge, bound->number); i++)
        if (is_chosen(bound, judge_scope(bound->judge, bound->number, i), choice) &&
            has_series(bound, i, choice->part))
            return true;
    return !reads_part(bound->rule, choice->part);
}

/* The item of a list in the scope, or what stands there alone. */
static const struct node *item_of(const struct bound *bound, const char *key, size_t index)
{
    const struct node *node = node_get(bound->scope, key);
    return node->kind == NODE_SEQUENCE ? node->items[index] : node;
}

static void check_products(struct bound *bound)
{
    for (size_t i = 0; i < bound->rule->product_count; i++) {
        const struct node *item = item_of(bound, "product", i);
        if (!is_there(bound, &(struct choice){PART_PRODUCT, &bound->rule->products[i], NULL}))
            rule_warn(&bound->warnings, WARN_NOTHING, item->place,
                "history has no series of product %.64s that the rule reads", item->text.data);
    }
}

static void check_countries(struct bound *bound, const char *key, const struct texts *texts, enum part part)
{
    for (size_t i = 0; i < texts->len; i++)
        if (!is_there(bound, &(struct choice){part, NULL, texts->items[i]}))
            rule_warn(&bound->warnings, WARN_NOTHING, item_of(bound, key, i)->place,
                "history has no series of %s %s that the rule reads", key, texts->items[i]);
}

/* ---- W007 ---- */

/* A year to date may be as short as January to April; its reach is counted from December. */
enum { YTD_SLACK_MONTHS = 8 };

static int months_needed(const struct program *program)
{
    int months = program->reach + 1;
    for (size_t i = 0; i < program->len; i++)
        if (program->code[i].op == PROGRAM_WINDOW && program->code[i].months == WINDOW_YTD)
            return months - YTD_SLACK_MONTHS;
    return months;
}

/* The months of the scope that has the most. */
static int months_held(const struct bound *bound)
{
    int months = 0;
    for (uint32_t i = 0; i < judge_scope_count(bound->judge, bound->number); i++) {
        int32_t first = judge_first(bound->judge, bound->number, i);
        int32_t last = judge_horizon(bound->judge, bound->number, i);
        if (last != PERIOD_NONE && last - first + 1 > months)
            months = last - first + 1;
    }
    return months;
}

static void check_window(struct bound *bound)
{
    int needed = months_needed(&bound->rule->program), held = months_held(bound);
    if (held > 0 && needed > held)
        rule_warn(&bound->warnings, WARN_HISTORY, bound->rule->place,
            "the rule needs %d months of figures, and history has at most %d of what it reads: it stays "
            "unknown",
            needed, held);
}

/* ---- the whole ---- */

static void check_rule(struct bound *bound)
{
    if (!is_there(bound, &(struct choice){PART_ANY, NULL, NULL})) {
        rule_warn(
            &bound->warnings, WARN_NOTHING, bound->scope->place, "history has no series that the rule reads");
        return;
    }
    check_products(bound);
    check_countries(bound, "market", &bound->rule->markets, PART_MARKET);
    check_countries(bound, "origin", &bound->rule->origins, PART_ORIGIN);
    check_window(bound);
}

static const struct node *find_scope(const struct history_lint_input *input, const struct rule *rule)
{
    for (size_t i = 0; i < input->document_count; i++) {
        const struct node *map = rule_lint_map(input->documents[i], rule);
        if (map != NULL)
            return node_get(map, "scope");
    }
    return NULL;
}

void history_lint(const struct history_lint_input *input, struct diag_list *diags)
{
    if (panel_last(input->panel) == PERIOD_NONE)
        return;
    struct judge *judge = judge_new(input->ruleset, input->reference, input->home, input->sources);
    struct judge_result unused = {0};
    judge_all(judge, input->panel, &unused);
    judge_result_deinit(&unused);
    for (uint32_t i = 0; i < input->ruleset->len; i++) {
        const struct rule *rule = &input->ruleset->rules[i];
        struct bound bound = {input, judge, rule, i, find_scope(input, rule), {rule, diags, 0}};
        if (bound.scope != NULL)
            check_rule(&bound);
    }
    judge_free(judge);
}
