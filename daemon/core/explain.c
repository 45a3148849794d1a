#include "core/explain.h"

#include "core/message.h"
#include "core/period.h"

const char *const explained_kind_names[EXPLAINED_KIND_COUNT] = {"value", "comparison", "all", "any", "not"};
const char *const month_fault_names[MONTH_FAULT_COUNT] = {
    "no value", "no quantity", "no weight", "suppressed", "estimated", "preliminary"};

enum { TITLE_MAX = 4096 };

/* The rule's title as a message of this period would have it. */
static const char *filled_title(const struct explain_request *request, struct explanation *explanation,
    const struct basket *basket, const struct figure *figures, size_t n)
{
    const struct rule *rule = explanation->rule;
    const struct scope *scope = explanation->scope;
    struct alert_record record = {
        .id = "",
        .reason = "",
        .scope = {rule->id, scope->product, scope->market, scope->origin},
        .product_title = basket != NULL ? basket->title : (struct phrase){{scope->product, scope->product}},
        .period = request->period,
        .raised = explanation->track.raised,
        .severity = rule->severity,
        .state = explanation->track.state,
        .figures = figures,
        .figure_count = n,
        .sources = "",
        .vintage = "",
        .ruleset = "",
    };
    struct buf out;
    buf_init(&out, TITLE_MAX);
    (void)message_fill(&record, LANGUAGE_EN, rule->title.text[LANGUAGE_EN], &out); /* cut where too long */
    const char *title = arena_strdup(&explanation->arena, buf_text(&out));
    buf_deinit(&out);
    return title;
}

static bool is_in_force(const struct rule *rule, int32_t period)
{
    return (rule->valid_from == PERIOD_NONE || period >= rule->valid_from) &&
           (rule->valid_to == PERIOD_NONE || period <= rule->valid_to);
}

static int count_held(const struct alert_policy *policy, uint32_t recent)
{
    int held = 0;
    for (int i = 0; i < policy->of; i++)
        held += (int)(recent >> i & 1);
    return held;
}

static void explain_head(const struct explain_request *request, struct explanation *explanation)
{
    struct figure figures[RULE_LETS_MAX];
    const struct rule *rule = judge_rule(request->judge, request->rule);
    const struct scope *scope = judge_scope(request->judge, request->rule, request->scope);
    const struct basket *basket = baskets_find(&request->reference->baskets, scope->product);
    explanation->rule = rule;
    explanation->scope = scope;
    explanation->period = request->period;
    explanation->first = judge_first(request->judge, request->rule, request->scope);
    explanation->horizon = judge_horizon(request->judge, request->rule, request->scope);
    explanation->in_force = is_in_force(rule, request->period);
    explanation->verdict = judge_verdict(request->judge, request->rule, request->scope, request->period);
    explanation->track = judge_track_at(request->judge, request->rule, request->scope, request->period);
    explanation->held = count_held(&rule->policy, explanation->track.recent);
    size_t n = judge_figures(
        request->judge, request->panel, request->rule, request->scope, request->period, figures);
    explanation->product_title = basket != NULL ? basket->title.text[LANGUAGE_EN] : scope->product;
    explanation->title = filled_title(request, explanation, basket, figures, n);
}

int32_t explain_reach(const struct explanation *explanation)
{
    return explanation->period - explanation->rule->program.reach;
}

void explain_scope(const struct explain_request *request, struct explanation *ret_explanation)
{
    *ret_explanation = (struct explanation){0};
    explain_head(request, ret_explanation);
    explain_conditions(request, ret_explanation);
    explain_data(request, ret_explanation);
    explain_tables(request, ret_explanation);
}

void explanation_deinit(struct explanation *explanation)
{
    arena_deinit(&explanation->arena);
    *explanation = (struct explanation){0};
}
