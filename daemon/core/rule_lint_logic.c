/* What conditions say of each other: never, always, both at once. */
#include <math.h>
#include <stddef.h>

#include "core/indicator.h"
#include "core/rule_lint_parts.h"

/* Thresholds, and where they stand: an override, or NULL for those of the rule. */
struct threshold_set {
    const double *values;
    const struct rule_override *override;
};

static struct threshold_set threshold_set(const struct rule *rule, size_t index)
{
    if (index == 0)
        return (struct threshold_set){rule->thresholds, NULL};
    return (struct threshold_set){rule->overrides[index - 1].thresholds, &rule->overrides[index - 1]};
}

/* A fault of a condition: `reg` never or always holds, or two demands do not go together. */
struct finding {
    int reg;
    bool always;
    const struct demand *a, *b; /* may be NULL */
};

/* Findings so far: what an override says as the rule's own thresholds do is not said again. */
enum { FINDINGS_MAX = 32 };

struct findings {
    struct rule_lint *lint;
    struct finding items[FINDINGS_MAX];
    size_t len;
    bool *seen; /* registers that find_constants has been at, under the thresholds at hand */
};

static bool same_ends(const struct demand *x, const struct demand *y)
{
    return (x == NULL) == (y == NULL) && (x == NULL || (x->low == y->low && x->high == y->high));
}

static bool is_new(struct findings *findings, struct finding finding)
{
    for (size_t i = 0; i < findings->len; i++) {
        const struct finding *old = &findings->items[i];
        if (old->reg == finding.reg && old->always == finding.always && same_ends(old->a, finding.a) &&
            same_ends(old->b, finding.b))
            return false;
    }
    if (findings->len < FINDINGS_MAX)
        findings->items[findings->len++] = finding;
    return true;
}

static struct place place_of(struct rule_part part, struct threshold_set set)
{
    return set.override != NULL ? set.override->place : rule_part_place(part);
}

static const char *under(struct threshold_set set)
{
    return set.override != NULL ? " under the thresholds of this override" : "";
}

/* The part that a register is known by; without one, that which holds it. */
static struct rule_part part_of(const struct rule_lint *lint, int reg, const char *key)
{
    struct rule_part part = lint->parts[reg];
    return part.expr != NULL ? part : rule_lint_part(lint, key);
}

/* ---- W001 ---- */

static bool never_holds(const struct terms *terms, const struct demand **ret_a, const struct demand **ret_b)
{
    *ret_a = *ret_b = NULL;
    for (size_t i = terms->len; i-- > 0;) /* the first one's clash is told */
        if ((*ret_a = term_clash(&terms->items[i], ret_b)) == NULL)
            return false;
    return true;
}

/* What is wrong, as a sentence without its end, and the part to be pointed at. */
static const char *describe(
    struct rule_lint *lint, const struct finding *finding, const char *key, struct rule_part *ret_part)
{
    const char *holds = finding->always ? "always holds" : "never holds";
    *ret_part = part_of(lint, finding->reg, key);
    if (finding->always || finding->a == NULL)
        return arena_printf(&lint->arena, "`%s` %s", rule_part_text(lint, *ret_part), holds);
    *ret_part = part_of(lint, finding->b->clause, key);
    const char *text = rule_part_text(lint, *ret_part);
    if (finding->a->clause != finding->b->clause)
        return arena_printf(&lint->arena, "`%s` %s together with `%s`", text, holds,
            rule_part_text(lint, part_of(lint, finding->a->clause, key)));
    bool opposite =
        finding->a->reg == finding->a->clause; /* not between, whose ends are another register's */
    return arena_printf(
        &lint->arena, "`%s` %s%s", text, holds, opposite ? " together with its opposite" : "");
}

static void report_constant(
    struct findings *findings, struct finding finding, const char *key, struct threshold_set set)
{
    struct rule_lint *lint = findings->lint;
    struct rule_part part;
    bool endless = !finding.always && finding.reg == lint->rule->clear && str_equal(key, "clear");
    if (!is_new(findings, finding))
        return;
    const char *text = describe(lint, &finding, key, &part);
    rule_warn(&lint->warnings, endless ? WARN_CLEAR : WARN_CONSTANT, place_of(part, set), "%s%s%s", text,
        under(set), endless ? ": an alert would never end" : "");
}

static const struct demand *keep(struct rule_lint *lint, const struct demand *demand)
{
    struct demand *copy = demand != NULL ? arena_alloc(&lint->arena, sizeof *copy) : NULL;
    if (copy != NULL)
        *copy = *demand;
    return copy;
}

/* Whether the register never holds, or (finding->always) always does. */
static bool is_constant(struct rule_lint *lint, struct finding *finding, struct threshold_set set)
{
    struct arena arena = ARENA_NULL;
    struct terms terms;
    bool constant = rule_terms(lint, set.values, finding->reg, !finding->always, &arena, &terms) &&
                    never_holds(&terms, &finding->a, &finding->b);
    finding->a = constant ? keep(lint, finding->a) : NULL;
    finding->b = constant && finding->a != NULL ? keep(lint, finding->b) : NULL;
    arena_deinit(&arena);
    return constant;
}

/* The largest parts that never or always hold. */
static void find_constants(struct findings *findings, int reg, const char *key, struct threshold_set set)
{
    struct rule_lint *lint = findings->lint;
    const struct instruction *code = &lint->rule->program.code[reg];
    struct finding never = {.reg = reg}, always = {.reg = reg, .always = true};
    if (findings->seen[reg])
        return;
    findings->seen[reg] = true;
    if (is_constant(lint, &never, set)) {
        report_constant(findings, never, key, set);
        return;
    }
    if (is_constant(lint, &always, set)) {
        report_constant(findings, always, key, set);
        return;
    }
    if (code->op == PROGRAM_AND || code->op == PROGRAM_OR || code->op == PROGRAM_NOT)
        find_constants(findings, code->a, key, set);
    if (code->op == PROGRAM_AND || code->op == PROGRAM_OR)
        find_constants(findings, code->b, key, set);
}

void rule_lint_constants(struct rule_lint *lint)
{
    const struct rule *rule = lint->rule;
    struct findings findings = {.lint = lint};
    for (size_t i = 0; i <= rule->override_count; i++) {
        findings.seen = arena_array(&lint->arena, rule->program.len, sizeof *findings.seen);
        find_constants(&findings, rule->when, "when", threshold_set(rule, i));
        if (rule->clear >= 0)
            find_constants(&findings, rule->clear, "clear", threshold_set(rule, i));
    }
}

/* ---- W002 ---- */

static bool asks_more(const struct demand *demand)
{
    return demand->low > -INFINITY && demand->high == INFINITY;
}

static bool asks_less(const struct demand *demand)
{
    return demand->low == -INFINITY && demand->high < INFINITY;
}

/* What a way to begin and a way to end say of the same figures. They overlap where both hold at once and the
 * ways look in opposite directions; or where the end asks nothing that the beginning does not. A floor that
 * both ask for is none of this. */
struct overlap {
    const struct demand *begin, *end;
};

static bool overlaps(const struct term *begin, const struct term *end, struct overlap *ret_overlap)
{
    const struct demand *other;
    struct overlap opposite = {NULL, NULL}, shared = {NULL, NULL};
    size_t shared_ends = 0;
    if (term_clash(begin, &other) != NULL || term_clash(end, &other) != NULL)
        return false;
    for (size_t i = 0; i < end->len; i++) {
        bool is_shared = false;
        for (size_t k = 0; k < begin->len; k++) {
            const struct demand *a = &begin->items[k], *b = &end->items[i];
            if (a->reg != b->reg)
                continue;
            if (!demands_meet(a, b))
                return false;
            is_shared = true;
            if (shared.begin == NULL)
                shared = (struct overlap){a, b};
            if ((asks_more(a) && asks_less(b)) || (asks_less(a) && asks_more(b)))
                opposite = (struct overlap){a, b};
        }
        shared_ends += is_shared;
    }
    *ret_overlap = opposite.begin != NULL ? opposite : shared;
    return opposite.begin != NULL || (shared_ends > 0 && shared_ends == end->len);
}

static bool find_overlap(const struct terms *when, const struct terms *clear, struct overlap *ret_overlap)
{
    for (size_t i = 0; i < when->len; i++)
        for (size_t k = 0; k < clear->len; k++)
            if (overlaps(&when->items[i], &clear->items[k], ret_overlap))
                return true;
    return false;
}

static void check_clear(struct findings *findings, struct threshold_set set)
{
    struct rule_lint *lint = findings->lint;
    const struct rule *rule = lint->rule;
    struct terms when, clear;
    struct overlap overlap;
    if (!rule_terms(lint, set.values, rule->when, true, &lint->arena, &when) ||
        !rule_terms(lint, set.values, rule->clear, true, &lint->arena, &clear))
        return;
    if (!find_overlap(&when, &clear, &overlap) ||
        !is_new(findings, (struct finding){rule->clear, false, overlap.begin, overlap.end}))
        return;
    struct rule_part end = part_of(lint, overlap.end->clause, "clear");
    struct rule_part begin = part_of(lint, overlap.begin->clause, "when");
    rule_warn(&lint->warnings, WARN_CLEAR, place_of(end, set),
        "`%s` of clear and `%s` of when hold at once%s: clear is not below when", rule_part_text(lint, end),
        rule_part_text(lint, begin), under(set));
}

void rule_lint_clear(struct rule_lint *lint)
{
    struct findings findings = {.lint = lint};
    for (size_t i = 0; lint->rule->clear >= 0 && i <= lint->rule->override_count; i++)
        check_clear(&findings, threshold_set(lint->rule, i));
}

/* ---- W003, W013 ---- */

/* What a figure is made of. */
struct nature {
    bool rise, level, small_base, case_home;
};

static void note_nature(void *userdata, struct rule_part part)
{
    static const char *const rises[] = {"growth", "shift", "z", "p"};
    static const char *const levels[] = {"sum", "mean", "last", "ytd", "share", "quota_used"};
    struct nature *nature = userdata;
    if (part.expr->kind != EXPR_CALL)
        return;
    const struct expr *first = part.expr->arg_count > 0 ? part.expr->args[0] : NULL;
    bool price = first != NULL && first->kind == EXPR_SERIES && first->column == SERIES_UNIT_VALUE;
    for (size_t i = 0; i < sizeof rises / sizeof *rises; i++)
        nature->rise |= !price && rule_part_calls(part, rises[i]);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        nature->level |= !price && rule_part_calls(part, levels[i]);
    nature->small_base |= rule_part_calls(part, "flag") && slice_equal(first->name, "small_base");
    nature->case_home |= rule_part_calls(part, "case") && slice_equal(first->name, "home");
}

static struct nature nature_of(const struct rule_lint *lint, int reg)
{
    struct nature nature = {0};
    struct rule_walk walk = {lint, note_nature, &nature, 0};
    rule_walk(&walk, lint->parts[reg]);
    return nature;
}

/* p is small where growth is great. */
static bool is_rise(const struct rule_lint *lint, const struct demand *demand)
{
    struct rule_part part = lint->parts[demand->reg];
    while (part.expr != NULL && part.expr->kind == EXPR_NAME)
        part = rule_lint_let(lint, (size_t)part.expr->index);
    bool is_p = part.expr != NULL && rule_part_calls(part, "p");
    bool asks = is_p ? demand->high < INFINITY : demand->low > -INFINITY;
    return asks && nature_of(lint, demand->reg).rise;
}

/* An open case against the home country is about trade that is there. */
static bool is_guard(const struct rule_lint *lint, const struct demand *demand)
{
    struct nature nature = nature_of(lint, demand->reg);
    return ((nature.level || nature.case_home) && !nature.rise && demand->low > 0) ||
           (nature.small_base && demand->high < 1);
}

/* A rise that the term asks for; NULL where there is none. */
static const struct demand *find_rise(
    const struct rule_lint *lint, const struct term *term, bool *ret_guarded)
{
    const struct demand *rise = NULL;
    *ret_guarded = false;
    for (size_t i = 0; i < term->len; i++) {
        if (rise == NULL && is_rise(lint, &term->items[i]))
            rise = &term->items[i];
        *ret_guarded |= is_guard(lint, &term->items[i]);
    }
    return rise;
}

void rule_lint_rises(struct rule_lint *lint)
{
    const struct rule *rule = lint->rule;
    const struct demand *any = NULL, *bare = NULL;
    struct terms terms;
    if (!rule_terms(lint, rule->thresholds, rule->when, true, &lint->arena, &terms))
        return;
    for (size_t i = 0; i < terms.len; i++) {
        bool guarded;
        const struct demand *other;
        if (term_clash(&terms.items[i], &other) != NULL)
            continue;
        const struct demand *rise = find_rise(lint, &terms.items[i], &guarded);
        any = any == NULL ? rise : any;
        bare = bare == NULL && !guarded ? rise : bare;
    }
    if (bare != NULL) {
        struct rule_part part = part_of(lint, bare->clause, "when");
        rule_warn(&lint->warnings, WARN_BASE, rule_part_place(part),
            "`%s` fires on a rise from almost nothing, since nothing asks how much there is",
            rule_part_text(lint, part));
    }
    if (any == NULL || rule->clear >= 0 || rule->policy.of > 1)
        return;
    struct rule_part part = part_of(lint, any->clause, "when");
    rule_warn(&lint->warnings, WARN_FLAPPING, rule_part_place(part),
        "around `%s` the alert comes and goes: one release raises it and the next may end it, without clear",
        rule_part_text(lint, part));
}
