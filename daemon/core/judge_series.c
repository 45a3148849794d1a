/* Which series a role reads in a scope. A code stands for all that is below it: of each source the coarsest
 * series are taken, so that nothing is counted twice, and of several sources the first that has any. */
#include <string.h>

#include "base/alloc.h"
#include "core/judge_bind.h"

/* What is being bound. */
struct role_binding {
    struct bound_rule *bound;
    const struct bind_context *context;
    const struct role *role;
    const char *reporter;
    const struct basket *basket; /* NULL: the product is a code */
    uint32_t first;              /* of the role, in bound->uses */
};

static bool is_hs(const char *code)
{
    return code[strspn(code, "0123456789")] == '\0';
}

/* Whether a series' product lies at or below the code. Codes of other classifications have nothing below
 * them. */
static bool is_below(const char *product, const char *code)
{
    return is_hs(code) ? str_starts(product, code) : str_equal(product, code);
}

static bool is_excepted(const struct role_binding *binding, const char *product)
{
    if (binding->basket == NULL || binding->role->codes != CODES_PRODUCT)
        return false;
    for (size_t i = 0; i < binding->basket->except.len; i++)
        if (is_below(product, binding->basket->except.items[i]))
            return true;
    return false;
}

/* Whether an exception lies below the product, so that its finer series are wanted. */
static bool holds_exception(const struct role_binding *binding, const char *product)
{
    if (binding->basket == NULL || binding->role->codes != CODES_PRODUCT)
        return false;
    for (size_t i = 0; i < binding->basket->except.len; i++)
        if (str_starts(binding->basket->except.items[i], product))
            return true;
    return false;
}

static bool is_bound(const struct role_binding *binding, uint32_t id)
{
    for (size_t i = binding->first; i < binding->bound->use_count; i++)
        if (binding->bound->uses[i].id == id)
            return true;
    return false;
}

static void push_use(const struct role_binding *binding, uint32_t id, const struct basket_code *code)
{
    struct bound_rule *bound = binding->bound;
    if (is_bound(binding, id))
        return;
    bound->uses = alloc_grow(bound->uses, bound->use_count, &bound->use_cap, sizeof *bound->uses);
    bound->uses[bound->use_count++] = (struct series_use){.id = id, .from = code->from, .until = code->until};
}

/* Whether the range has a finer series of the same source behind place `at`. */
static bool has_finer(
    const struct panel_index *index, struct panel_range range, size_t at, const struct series_key *key)
{
    for (size_t i = at + 1; i < range.end; i++) {
        const struct series_key *next = &panel_series(index->panel, index->ids[i])->key;
        if (!str_starts(next->product, key->product))
            return false;
        if (!str_equal(next->product, key->product) && str_equal(next->source, key->source))
            return true;
    }
    return false;
}

/* The coarsest series of one source in a range. Returns how many. */
static size_t push_source(const struct role_binding *binding, struct panel_range range, const char *source,
    const struct basket_code *code)
{
    const struct panel_index *index = binding->context->index;
    const char *kept = NULL;
    size_t n = 0;
    for (size_t i = range.first; i < range.end; i++) {
        const struct series_key *key = &panel_series(index->panel, index->ids[i])->key;
        if (!str_equal(key->source, source) || !is_below(key->product, code->code) ||
            (kept != NULL && str_starts(key->product, kept)) || is_excepted(binding, key->product) ||
            (holds_exception(binding, key->product) && has_finer(index, range, i, key)))
            continue;
        push_use(binding, index->ids[i], code);
        kept = is_hs(key->product) ? key->product : NULL;
        n++;
    }
    return n;
}

static struct panel_range find_range(
    const struct role_binding *binding, const char *partner, const struct basket_code *code)
{
    return panel_index_find(
        binding->context->index, binding->role->flow, binding->reporter, partner, code->code);
}

/* All partners of a source that has every one of them. */
static size_t push_partners(
    const struct role_binding *binding, const char *source, const struct basket_code *code)
{
    const struct panel_index *index = binding->context->index;
    const char *partner = "";
    size_t n = 0;
    while ((partner = panel_index_next_partner(index, binding->role->flow, binding->reporter, partner)) !=
           NULL)
        n += push_source(binding, find_range(binding, partner, code), source, code);
    return n;
}

static void push_code(const struct role_binding *binding, const char *partner, const struct basket_code *code)
{
    const struct sources *sources = binding->context->sources;
    struct panel_range range = find_range(binding, partner, code);
    for (size_t i = 0; i < sources->len; i++) {
        const struct source *source = &sources->items[i];
        size_t n = push_source(binding, range, source->name, code);
        if (n == 0 && source->world_is_sum && str_equal(partner, "W"))
            n = push_partners(binding, source->name, code);
        if (n > 0)
            return; /* sources stand in order of preference */
    }
}

/* A code below another one of the list adds nothing to it. */
static bool is_covered(const struct basket_codes *codes, size_t at)
{
    const char *code = codes->items[at].code;
    for (size_t i = 0; i < codes->len; i++)
        if (i != at && is_below(code, codes->items[i].code) && !str_equal(code, codes->items[i].code))
            return true;
    return false;
}

static void push_codes(
    const struct role_binding *binding, const char *partner, const struct basket_codes *codes)
{
    for (size_t i = 0; i < codes->len; i++)
        if (!is_covered(codes, i))
            push_code(binding, partner, &codes->items[i]);
}

static void push_whole(const struct role_binding *binding, const char *partner)
{
    for (size_t i = 0; binding->basket != NULL && i < binding->basket->part_of.len; i++) {
        struct basket_code code = {.code = binding->basket->part_of.items[i]};
        push_code(binding, partner, &code);
    }
}

static void push_partner(const struct role_binding *binding, const char *partner, const struct scope *scope)
{
    struct basket_code own = {.code = scope->product};
    switch (binding->role->codes) {
    case CODES_PRODUCT:
        if (binding->basket != NULL)
            push_codes(binding, partner, &binding->basket->codes);
        else
            push_code(binding, partner, &own);
        break;
    case CODES_INPUTS:
        if (binding->basket != NULL)
            push_codes(binding, partner, &binding->basket->inputs);
        break;
    case CODES_WHOLE:
        push_whole(binding, partner);
        break;
    }
}

void bind_role(struct bound_rule *bound, enum series_role name, const struct scope *scope,
    const struct bind_context *context)
{
    const struct role *role = &series_roles[name];
    struct role_binding binding = {
        .bound = bound,
        .context = context,
        .role = role,
        .reporter = series_role_country(role->reporter, scope, context->home),
        .basket = baskets_find(&context->reference->baskets, scope->product),
        .first = (uint32_t)bound->use_count,
    };
    if (role->partner != PLACE_EACH) {
        push_partner(&binding, series_role_country(role->partner, scope, context->home), scope);
        return;
    }
    const char *partner = "";
    while (
        (partner = panel_index_next_partner(context->index, role->flow, binding.reporter, partner)) != NULL)
        if (!str_equal(partner, "W"))
            push_partner(&binding, partner, scope);
}
