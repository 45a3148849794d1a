#include "app/explain_flags.h"

#include "core/probe.h"
#include "io/yaml.h"

enum { TEXT_MAX = 16 * 1024 };

static const char flags_rule[] = "flags";

static bool reads(const struct explanation *explanation, enum series_role role)
{
    for (size_t i = 0; i < explanation->role_count; i++)
        if (explanation->roles[i].role == &series_roles[role] && explanation->roles[i].series_count > 0)
            return true;
    return false;
}

/* The law measures imports; where the rule reads none, exports are what there is. */
static const char *series_of(const struct explanation *explanation)
{
    bool exports = !reads(explanation, ROLE_IMPORTS) && reads(explanation, ROLE_EXPORTS);
    return series_roles[exports ? ROLE_EXPORTS : ROLE_IMPORTS].name;
}

static void write_rule(const struct explanation *explanation, struct buf *out)
{
    const struct scope *scope = explanation->scope;
    const char *series = series_of(explanation);
    (void)buf_printf(out,
        "rules:\n"
        "  - id: %s\n"
        "    title: { vi: \"-\", en: \"-\" }\n"
        "    advice: { vi: \"-\", en: \"-\" }\n"
        "    severity: watch\n"
        "    scope: { product: \"%s\", market: \"%s\" }\n"
        "    let:\n",
        flags_rule, scope->product, scope->market);
    for (int flag = 0; flag < FLAG_COUNT; flag++)
        (void)buf_printf(
            out, "      %s: flag(%s, %s)\n", quality_flag_names[flag], quality_flag_names[flag], series);
    if (explanation->quota_count > 0)
        (void)buf_puts(out, "      quota_used: quota_used()\n      quota_full_in: quota_full_in()\n");
    (void)buf_printf(out, "    when: %s\n", quality_flag_names[0]);
}

static void take_flags(struct judge *judge, const struct explain_request *request, struct explanation *out)
{
    struct figure figures[RULE_LETS_MAX];
    uint32_t rule, scope;
    struct alert_scope wanted = {flags_rule, out->scope->product, out->scope->market, ""};
    judge_bind(judge, request->panel);
    if (!judge_find(judge, &wanted, &rule, &scope))
        return;
    out->flag_count = judge_figures(judge, request->panel, rule, scope, out->period, figures);
    out->flags = arena_array(&out->arena, out->flag_count, sizeof *out->flags);
    for (size_t i = 0; i < out->flag_count; i++) {
        out->flags[i] = figures[i];
        out->flags[i].name = arena_strdup(&out->arena, figures[i].name);
    }
}

void explain_flags(
    const struct explain_request *request, const struct sources *sources, struct explanation *explanation)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct ruleset *ruleset = ruleset_new();
    const struct node *document;
    struct buf text;
    buf_init(&text, TEXT_MAX);
    write_rule(explanation, &text);
    struct slice bytes = {buf_text(&text), text.len};
    int r = yaml_parse("flags", bytes, &arena, &document, &diags);
    if (r == 0) {
        ruleset_add(ruleset, document, bytes, request->reference, &diags);
        r = ruleset_seal(ruleset, &diags);
    }
    if (r == 0) {
        struct judge *judge = judge_new(ruleset, request->reference, request->home, sources);
        take_flags(judge, request, explanation);
        judge_free(judge);
    }
    ruleset_free(ruleset);
    buf_deinit(&text);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
}
