/* Which series a role reads in a scope. A code stands for all that is below it: of each source the coarsest
 * series are taken, so that nothing is counted twice, and of several sources the first that has any. */
#include <string.h>

#include "core/judge_bind.h"

/* What is being bound. */
struct role_binding {
    struct bound_rule *bound;
    const struct bind_context *context;
    const struct role *role;
    const struct basket *basket; /* NULL: the product is a code */
    struct panel_pair *partners; /* the reporter's first one where the role is of the world, else NULL */
    uint32_t number;             /* of the binding, from 1 */
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

static void push_use(const struct role_binding *binding, uint32_t id, const struct basket_code *code)
{
    if (binding->context->bound_in[id] == binding->number)
        return; /* it lies below two codes of the basket */
    binding->context->bound_in[id] = binding->number;
    bound_rule_push_use(
        binding->bound, (struct series_use){.id = id, .from = code->from, .until = code->until});
}

static const char *product_at(const struct panel_index *index, size_t at)
{
    return index->product_texts.items[index->products[at]];
}

/* Whether the range has a finer series of the same source behind place `at`. */
static bool has_finer(const struct panel_index *index, struct panel_range range, size_t at)
{
    for (size_t i = at + 1; i < range.end; i++) {
        if (!str_starts(product_at(index, i), product_at(index, at)))
            return false;
        if (index->products[i] != index->products[at] && index->sources[i] == index->sources[at])
            return true;
    }
    return false;
}

/* The coarsest series of one source in a range. Returns how many. */
static size_t push_source(const struct role_binding *binding, struct panel_range range, uint32_t source,
    const struct basket_code *code)
{
    const struct panel_index *index = binding->context->index;
    const char *kept = NULL;
    size_t n = 0;
    for (size_t i = range.first; i < range.end; i++) {
        const char *product = product_at(index, i);
        if (index->sources[i] != source || !is_below(product, code->code) ||
            (kept != NULL && str_starts(product, kept)) || is_excepted(binding, product) ||
            (holds_exception(binding, product) && has_finer(index, range, i)))
            continue;
        push_use(binding, index->ids[i], code);
        kept = is_hs(product) ? product : NULL;
        n++;
    }
    return n;
}

/* The products that begin with the code; one product is asked for in many markets, one after the other. */
static struct panel_range products_of(const struct bind_context *context, const char *code)
{
    if (context->newest->code != code)
        *context->newest = (struct bind_code){code, panel_index_products(context->index, code)};
    return context->newest->products;
}

static size_t push_of_pair(const struct role_binding *binding, struct panel_pair *pair, uint32_t source,
    const struct basket_code *code)
{
    const struct bind_context *context = binding->context;
    if (pair == NULL)
        return 0;
    struct panel_range range = panel_index_find(context->index, pair, products_of(context, code->code));
    return push_source(binding, range, source, code);
}

/* All partners of a source that has every one of them. */
static size_t push_partners(
    const struct role_binding *binding, uint32_t source, const struct basket_code *code)
{
    size_t n = 0;
    for (struct panel_pair *pair = binding->partners; pair != NULL;
         pair = panel_index_next(binding->context->index, pair))
        n += push_of_pair(binding, pair, source, code);
    return n;
}

static void push_code(
    const struct role_binding *binding, struct panel_pair *pair, const struct basket_code *code)
{
    const struct bind_context *context = binding->context;
    for (size_t i = 0; i < context->sources->len; i++) {
        uint32_t source = context->source_numbers[i];
        size_t n = push_of_pair(binding, pair, source, code);
        if (n == 0 && context->sources->items[i].world_is_sum)
            n = push_partners(binding, source, code);
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
    const struct role_binding *binding, struct panel_pair *pair, const struct basket_codes *codes)
{
    for (size_t i = 0; i < codes->len; i++)
        if (!is_covered(codes, i))
            push_code(binding, pair, &codes->items[i]);
}

static void push_whole(const struct role_binding *binding, struct panel_pair *pair)
{
    for (size_t i = 0; binding->basket != NULL && i < binding->basket->part_of.len; i++) {
        struct basket_code code = {.code = binding->basket->part_of.items[i]};
        push_code(binding, pair, &code);
    }
}

static void push_pair(const struct role_binding *binding, struct panel_pair *pair, const struct scope *scope)
{
    struct basket_code own = {.code = scope->product};
    const struct basket_codes *history =
        concordance_history(&binding->context->reference->concordance, scope->product);
    switch (binding->role->codes) {
    case CODES_PRODUCT:
        if (binding->basket != NULL)
            push_codes(binding, pair, &binding->basket->codes);
        else if (history != NULL)
            push_codes(binding, pair, history);
        else
            push_code(binding, pair, &own);
        break;
    case CODES_INPUTS:
        if (binding->basket != NULL)
            push_codes(binding, pair, &binding->basket->inputs);
        break;
    case CODES_WHOLE:
        push_whole(binding, pair);
        break;
    }
}

/* The partner that a role reads; "" for every one. */
static const char *role_partner(
    enum series_role name, const struct scope *scope, const struct bind_context *context)
{
    enum role_place place = series_roles[name].partner;
    return place != PLACE_EACH ? series_role_country(place, scope, context->home) : "";
}

static struct panel_pair *find_pair(
    enum series_role name, const struct scope *scope, const char *partner, const struct bind_context *context)
{
    const struct role *role = &series_roles[name];
    return panel_index_pair(
        context->index, role->flow, series_role_country(role->reporter, scope, context->home), partner);
}

struct panel_pair *bind_pair(
    enum series_role name, const struct scope *scope, const struct bind_context *context)
{
    return find_pair(name, scope, role_partner(name, scope, context), context);
}

void bind_role(struct bound_rule *bound, enum series_role name, const struct bind_place *place,
    const struct bind_context *context)
{
    const struct role *role = &series_roles[name];
    struct role_binding binding = {
        .bound = bound,
        .context = context,
        .role = role,
        .basket = place->basket,
        .number = ++*context->bindings,
    };
    if (str_equal(role_partner(name, &place->scope, context), "W"))
        binding.partners = find_pair(name, &place->scope, "", context);
    if (role->partner != PLACE_EACH) {
        push_pair(&binding, place->pair, &place->scope);
        return;
    }
    for (struct panel_pair *pair = place->pair; pair != NULL; pair = panel_index_next(context->index, pair))
        if (!str_equal(pair->partner, "W"))
            push_pair(&binding, pair, &place->scope);
}
