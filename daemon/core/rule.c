#include "core/rule.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/shape.h"
#include "core/code.h"
#include "core/period.h"
#include "core/rule_lint.h"
#include "core/rule_read.h"

static const char *const audiences[] = {"public", "internal", NULL};
static const char *const severities[] = {"watch", "caution", "warning", "critical", NULL};
static const char *const missing_policies[] = {"keep", "clear", "alert", NULL};
static const char *const modes[] = {"live", "shadow", NULL};

/* ---- shapes, for the schema ---- */

static const struct shape id_shape = {
    .kind = SHAPE_TEXT,
    .expected =
        "expected a name of at most 63 lower-case letters, digits and - _ . :, not beginning with feed-, "
        "delivery- or silence-",
    .pattern = "^(?!feed-|delivery-|silence-)[a-z0-9_.:-]+$",
    .max_length = RULE_NAME_MAX - 1,
    .also = ALSO_NUMBER | ALSO_BOOL,
};

static const struct shape title_shape = {
    .kind = SHAPE_MAP,
    .name = "message",
    .expected = "expected { vi: \"…\", en: \"…\" }",
    .keys = phrase_language_keys,
    .key_count = LANGUAGE_COUNT,
    .all_required = true,
    .items = &rule_template_shape,
};

/* Numbers up to 32: N, or N of an M that is not smaller. \2 is the tens of both. */
static const struct shape for_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected `2 releases` or `2 of 3 releases`; at most 32",
    .pattern = "^ *0?(?!0)([1-9]|[12][0-9]|3[0-2]"
               "|([12]?)(0 *of *0?\\2[0-9]|1 *of *0?\\2[1-9]|2 *of *0?\\2[2-9]|3 *of *0?\\2[3-9]"
               "|4 *of *0?\\2[4-9]|5 *of *0?\\2[5-9]|6 *of *0?\\2[6-9]|7 *of *0?\\2[7-9]"
               "|8 *of *0?\\2[89]|9 *of *0?\\2[9])"
               "|[1-9] *of *0?([12][0-9]|3[0-2])|1[0-9] *of *0?(2[0-9]|3[0-2])|2[0-9] *of *0?3[0-2]"
               "|30 *of *0?3[0-2]|31 *of *0?3[12]|32 *of *0?32) *releases?$",
};

static const struct key valid_keys[] = {
    {"from", KEY_NODE, 0, .help = "the first month", .shape = &period_shape},
    {"to", KEY_NODE, 0, .help = "the last month", .shape = &period_shape},
};

static const struct shape valid_shape = {.kind = SHAPE_MAP, .keys = valid_keys, .key_count = 2};

/* One, or a list of them. A market may also be the word `all`, alone. */
static const char *const all_words[] = {"all", NULL};
static const struct shape all_shape = {.kind = SHAPE_TEXT, .words = all_words};
static const struct shape all_list = {
    .kind = SHAPE_LIST, .items = &all_shape, .min_items = 1, .max_items = 1};
static const struct shape country_list = {
    .kind = SHAPE_LIST, .items = &code_country_shape, .min_items = 1, .unique = true};
static const struct shape selector_list = {
    .kind = SHAPE_LIST, .items = &selector_shape, .min_items = 1, .unique = true};
static const struct shape *const country_choices[] = {&code_country_shape, &country_list, NULL};
static const struct shape *const market_choices[] = {
    &all_shape, &code_country_shape, &country_list, &all_list, NULL};
static const struct shape *const selector_choices[] = {&selector_shape, &selector_list, NULL};
static const struct shape market_shape = {
    .kind = SHAPE_ANY, .expected = "expected countries such as [US, EU], or all", .choices = market_choices};
static const struct shape places_shape = {.kind = SHAPE_ANY, .name = "countries", .choices = country_choices};
static const struct shape selectors_shape = {.kind = SHAPE_ANY,
    .name = "selectors",
    .expected = "expected baskets, their ids, or codes",
    .choices = selector_choices};

struct scope_text {
    struct texts product, market, origin;
};

#define SCOPE_FIELD(name) offsetof(struct scope_text, name)

static const struct key scope_keys[] = {
    {"product", KEY_TEXTS, SCOPE_FIELD(product), .required = true, .help = "baskets, their ids, or codes",
        .shape = &selectors_shape},
    {"market", KEY_TEXTS, SCOPE_FIELD(market), .required = true, .help = "countries that import, or all",
        .shape = &market_shape},
    {"origin", KEY_TEXTS, SCOPE_FIELD(origin), .help = "countries whose goods or inputs matter",
        .shape = &places_shape},
};

static const struct key where_keys[] = {
    {"product", KEY_TEXTS, SCOPE_FIELD(product), .help = "some of the scope's products",
        .shape = &selectors_shape},
    {"market", KEY_TEXTS, SCOPE_FIELD(market), .help = "some of the scope's markets", .shape = &places_shape},
    {"origin", KEY_TEXTS, SCOPE_FIELD(origin), .help = "some of the scope's origins", .shape = &places_shape},
};

enum { SCOPE_KEYS = sizeof scope_keys / sizeof *scope_keys };

static const struct shape scope_shape = {.kind = SHAPE_MAP,
    .expected = "expected { product: baskets, market: US }",
    .keys = scope_keys,
    .key_count = SCOPE_KEYS};
static const struct shape where_shape = {.kind = SHAPE_MAP, .keys = where_keys, .key_count = SCOPE_KEYS};

static const struct shape thresholds_shape = {
    .kind = SHAPE_MAP,
    .names = &rule_name_shape,
    .items = &expr_literal_shape,
    .max_items = RULE_THRESHOLDS_MAX,
};

static const struct shape warning_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected the code of a warning, W001 to W016",
    .pattern = "^W0(0[1-9]|1[0-6])$",
};

_Static_assert(WARN_ACCEPTED == 16, "the pattern ends with the last warning that can be accepted");

static const struct shape warning_list = {
    .kind = SHAPE_LIST, .items = &warning_shape, .min_items = 1, .unique = true};
static const struct shape *const accept_choices[] = {&warning_shape, &warning_list, NULL};
static const struct shape accept_shape = {.kind = SHAPE_ANY, .choices = accept_choices};

/* For the schema only: read_override takes `where` apart from the names of thresholds. */
static const struct key override_keys[] = {
    {"where", KEY_NODE, 0, .required = true, .help = "the scopes in which these thresholds hold",
        .shape = &where_shape},
};

static const struct shape override_shape = {
    .kind = SHAPE_MAP,
    .keys = override_keys,
    .key_count = 1,
    .names = &rule_name_shape,
    .items = &expr_literal_shape,
};

static const struct shape override_list = {.kind = SHAPE_LIST, .items = &override_shape};

/* ---- the table of keys ---- */

#define FIELD(name) offsetof(struct rule_text, name)

static const struct key rule_keys[] = {
    {"id", KEY_NAME, FIELD(id), .required = true, .help = "name of the rule; part of every alert's id",
        .shape = &id_shape},
    {"title", KEY_NODE, FIELD(title), .required = true, .help = "one sentence in vi and en, with {{figures}}",
        .shape = &title_shape},
    {"advice", KEY_NODE, FIELD(advice), .required = true, .help = "what to do, in vi and en",
        .shape = &title_shape},
    {"basis", KEY_TEXTS, FIELD(basis), .help = "the law, printed in every alert"},
    {"valid", KEY_NODE, FIELD(valid), .help = "from and to: the periods in which the law is in force",
        .shape = &valid_shape},
    {"audience", KEY_CHOICE, FIELD(audience), .fallback = "public", .choices = audiences,
        .help = "internal alerts are never sent to public receivers"},
    {"severity", KEY_CHOICE, FIELD(severity), .required = true, .choices = severities,
        .help = "how much it matters"},
    {"scope", KEY_NODE, FIELD(scope), .required = true, .help = "product, market and origin it ranges over",
        .shape = &scope_shape},
    {"let", KEY_NODE, FIELD(let), .help = "named expressions; the figures that messages print",
        .shape = &rule_let_shape},
    {"when", KEY_NODE, FIELD(when), .required = true, .help = "the condition",
        .shape = &expr_condition_shape},
    {"clear", KEY_NODE, FIELD(clear), .help = "the condition to stop; left out: not when",
        .shape = &expr_condition_shape},
    {"for", KEY_NODE, FIELD(for_), .help = "N releases, or N of M releases, before it fires",
        .shape = &for_shape},
    {"missing", KEY_CHOICE, FIELD(missing), .fallback = "keep", .choices = missing_policies,
        .help = "what an unknown period does to a firing alert"},
    {"thresholds", KEY_NODE, FIELD(thresholds), .help = "values written $name in expressions",
        .shape = &thresholds_shape},
    {"overrides", KEY_NODE, FIELD(overrides),
        .help = "other thresholds for some scopes; the first match wins", .shape = &override_list},
    {"top", KEY_INTEGER, FIELD(top), .min = 1, .max = 10000,
        .help = "at most so many of its alerts are told one by one in a release; the rest in one summary"},
    {"rank", KEY_NODE, FIELD(rank),
        .help = "what top ranks by, the greatest first; left out: imports of twelve months, else exports",
        .shape = &expr_shape},
    {"mode", KEY_CHOICE, FIELD(mode), .fallback = "live", .choices = modes,
        .help = "shadow: judged and journaled, never sent"},
    {"owner", KEY_TEXT, FIELD(owner), .help = "who answers for it"},
    {"decision", KEY_TEXT, FIELD(decision), .help = "number of the approving decision"},
    {"note", KEY_TEXT, FIELD(note), .help = "free text for the next reader"},
    {"accept", KEY_TEXTS, FIELD(accept),
        .help = "codes of warnings that are known and right to leave; note says why", .shape = &accept_shape},
};

const struct shape rule_shape = {
    .kind = SHAPE_MAP,
    .name = "rule",
    .keys = rule_keys,
    .key_count = sizeof rule_keys / sizeof *rule_keys,
    .needs = {{"rank", "top"}},
};

/* ---- reading ---- */

int rule_read_for(const struct rule_reader *reader, const struct node *node, struct alert_policy *policy)
{
    policy->need = policy->of = 1;
    if (node == NULL)
        return 0;
    int need = 0, of = 0, end = 0;
    if (node->kind == NODE_SCALAR) {
        if (sscanf(node->text.data, "%2d of %2d release%n", &need, &of, &end) != 2 || end == 0) {
            end = 0;
            of = sscanf(node->text.data, "%2d release%n", &need, &end) == 1 ? need : 0;
        }
        const char *rest = node->text.data + end;
        if (end > 0 && (str_equal(rest, "") || str_equal(rest, "s")) && need >= 1 && of >= need && of <= 32) {
            *policy = (struct alert_policy){.need = need, .of = of, .missing = policy->missing};
            return 0;
        }
    }
    diag_error(reader->diags, node->place, "R001", "expected a number of releases");
    diag_hint(reader->diags, "write `2 releases` or `2 of 3 releases`; at most 32");
    return -EINVAL;
}

static int read_period(
    const struct rule_reader *reader, const struct node *map, const char *key, int32_t *ret_period)
{
    const struct node *node = node_get(map, key);
    if (node == NULL)
        return 0;
    if (node->kind == NODE_SCALAR && period_parse(node->text, ret_period) == 0)
        return 0;
    diag_error(reader->diags, node->place, "R002", "expected a month");
    diag_hint(reader->diags, "for example 2016-01");
    return -EINVAL;
}

int rule_read_valid(const struct rule_reader *reader, const struct node *node, struct rule *rule)
{
    if (node == NULL)
        return 0;
    const struct node *unused;
    int r = keys_read(node, valid_keys, 2, "valid", &unused, reader->arena, reader->diags);
    r = read_period(reader, node, "from", &rule->valid_from) < 0 ? -EINVAL : r;
    r = read_period(reader, node, "to", &rule->valid_to) < 0 ? -EINVAL : r;
    if (rule->valid_to != PERIOD_NONE && rule->valid_from > rule->valid_to) {
        diag_error(reader->diags, node->place, "R011", "the rule is never in force: `from` is after `to`");
        return -EINVAL;
    }
    return r;
}

/* ---- thresholds ---- */

static int find_threshold(const struct rule *rule, struct slice name)
{
    for (size_t i = 0; i < rule->threshold_count; i++)
        if (slice_equal(name, rule->threshold_names[i]))
            return (int)i;
    return -1;
}

int rule_read_thresholds(const struct rule_reader *reader, const struct node *node, struct rule *rule)
{
    if (node == NULL)
        return 0;
    if (node->kind != NODE_MAP || node->len > RULE_THRESHOLDS_MAX) {
        diag_error(reader->diags, node->place, "R003", "expected a map of at most %d thresholds",
            RULE_THRESHOLDS_MAX);
        return -EINVAL;
    }
    int r = 0;
    double *values = arena_array(reader->arena, node->len, sizeof *values);
    rule->threshold_names = arena_array(reader->arena, node->len, sizeof *rule->threshold_names);
    rule->threshold_types = arena_array(reader->arena, node->len, sizeof *rule->threshold_types);
    for (size_t i = 0; i < node->len; i++) {
        struct expr *literal;
        rule->threshold_names[i] =
            arena_strndup(reader->arena, node->keys[i]->text.data, node->keys[i]->text.len);
        rule->threshold_types[i] = VALUE_TYPE_COUNT; /* faulty: what uses it is not reported as well */
        if (rule_check_name(reader, node->keys[i], "a threshold") < 0)
            r = -EINVAL;
        if (expr_parse_literal(node->items[i], reader->arena, &literal, reader->diags) < 0) {
            r = -EINVAL;
            continue;
        }
        rule->threshold_types[i] = literal->type;
        values[i] = literal->number;
    }
    rule->thresholds = values;
    rule->threshold_count = node->len;
    return r;
}

/* ---- overrides ---- */

/* An override's thresholds, and which of them it sets itself. */
struct own_thresholds {
    double *values;
    uint32_t set;
};

_Static_assert(RULE_THRESHOLDS_MAX <= 32, "a bit each");

static int read_override_value(const struct rule_reader *reader, const struct node *key,
    const struct node *node, const struct rule *rule, struct own_thresholds *own)
{
    int index = find_threshold(rule, key->text);
    if (index < 0) {
        diag_error(
            reader->diags, key->place, "R004", "there is no threshold '%s' to override", key->text.data);
        const char *near = str_did_you_mean(key->text, rule->threshold_names, rule->threshold_count);
        if (near != NULL)
            diag_hint(reader->diags, "did you mean '%s'?", near);
        return -EINVAL;
    }
    struct expr *literal;
    if (expr_parse_literal(node, reader->arena, &literal, reader->diags) < 0)
        return -EINVAL;
    enum value_type type = rule->threshold_types[index];
    if (type != literal->type && type != VALUE_TYPE_COUNT) {
        diag_error(reader->diags, node->place, "R005",
            "the threshold '%s' is of type %s, and this is of type %s", key->text.data, value_type_name(type),
            value_type_name(literal->type));
        return -EINVAL;
    }
    own->values[index] = literal->number;
    own->set |= UINT32_C(1) << index;
    return 0;
}

static bool texts_hold(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->len; i++)
        if (str_equal(texts->items[i], text))
            return true;
    return false;
}

/* Where the i-th text of a list, or the one text that stands for a list, was written. */
static struct place text_place(const struct node *node, size_t i)
{
    return node->kind == NODE_SEQUENCE ? node->items[i]->place : node->place;
}

/* A market or origin that the rule's scope does not hold would never match. */
static int check_within(const struct rule_reader *reader, const struct node *where, const char *key,
    const struct texts *chosen, const struct texts *scope)
{
    int r = 0;
    for (size_t i = 0; i < chosen->len; i++) {
        if (texts_hold(scope, chosen->items[i]))
            continue;
        diag_error(reader->diags, text_place(node_get(where, key), i), "R006",
            "this override never matches: %s %s is not in the rule's scope", key, chosen->items[i]);
        r = -EINVAL;
    }
    return r;
}

static void report_selector(const struct rule_reader *reader, struct place place, const char *text)
{
    const char *near = baskets_did_you_mean(&reader->reference->baskets, text, &reader->diags->arena);
    diag_error(reader->diags, place, "R007", "'%s' is neither a basket nor a product code", text);
    if (near != NULL)
        diag_hint(reader->diags, "did you mean '%s'?", near);
    else
        diag_hint(reader->diags,
            "write baskets, baskets of cbam, a basket's id, a code such as 7210 or nso:seafood, "
            "\"72*\", \"0301-0307\", or hs6 in \"72-73\"");
}

static int read_selectors(const struct rule_reader *reader, const struct node *node,
    const struct texts *texts, struct selector **ret_selectors)
{
    struct selector *selectors = arena_array(reader->arena, texts->len, sizeof *selectors);
    int r = 0;
    for (size_t i = 0; i < texts->len; i++) {
        if (selector_read(texts->items[i], &reader->reference->baskets, reader->arena, &selectors[i]))
            continue;
        report_selector(reader, text_place(node, i), texts->items[i]);
        r = -EINVAL;
    }
    *ret_selectors = selectors;
    return r;
}

/* An empty list would mean nothing in a scope and everything in an override; a text named twice, every alert
 * twice. */
static int check_list(
    const struct rule_reader *reader, const struct node *map, const char *key, struct texts texts)
{
    const struct node *node = node_get(map, key);
    int r = 0;
    if (node != NULL && node->kind == NODE_SEQUENCE && node->len == 0) {
        diag_error(reader->diags, node->place, "R012", "the list of `%s` is empty", key);
        r = -EINVAL;
    }
    for (size_t i = 0; i < texts.len; i++) {
        if (!texts_hold(&(struct texts){texts.items, i}, texts.items[i]))
            continue;
        diag_error(reader->diags, node->items[i]->place, "R013", "'%s' is named twice", texts.items[i]);
        r = -EINVAL;
    }
    return r;
}

static int check_lists(
    const struct rule_reader *reader, const struct node *map, const struct scope_text *text)
{
    int r = check_list(reader, map, "product", text->product);
    r = check_list(reader, map, "market", text->market) < 0 ? -EINVAL : r;
    return check_list(reader, map, "origin", text->origin) < 0 ? -EINVAL : r;
}

/* A selector of an override that selects no product of the rule's scope would never match. */
static int check_products(const struct rule_reader *reader, const struct node *node,
    const struct texts *texts, const struct rule_override *override, const struct rule *rule)
{
    int r = 0;
    for (size_t i = 0; i < override->product_count; i++) {
        bool within = rule->product_count == 0; /* the scope's own fault has been reported */
        for (size_t k = 0; k < rule->product_count && !within; k++)
            within =
                selector_overlaps(&override->products[i], &rule->products[k], &reader->reference->baskets);
        if (within)
            continue;
        diag_error(reader->diags, text_place(node, i), "R006",
            "this override never matches: product %s is not in the rule's scope", texts->items[i]);
        r = -EINVAL;
    }
    return r;
}

static int check_countries(
    const struct rule_reader *reader, const struct node *map, const char *key, const struct texts *texts)
{
    int r = 0;
    for (size_t i = 0; i < texts->len; i++) {
        struct slice code = slice_of(texts->items[i]);
        if (code.len == 2 && code_is_country(code))
            continue;
        diag_error(
            reader->diags, text_place(node_get(map, key), i), "R010", "'%s' is no country code", code.data);
        diag_hint(reader->diags, "write two capital letters as in ISO 3166-1: US, CN, EU; or market: all");
        r = -EINVAL;
    }
    return r;
}

/* Against the countries of the rule's scope where they were read. What is wrong with the scope has been said.
 */
static int check_places(const struct rule_reader *reader, const struct node *where,
    const struct scope_text *text, const struct rule *rule)
{
    int r = 0;
    if (rule->all_markets)
        r = check_countries(reader, where, "market", &text->market);
    else if (rule->markets.len > 0)
        r = check_within(reader, where, "market", &text->market, &rule->markets);
    if (rule->origins.len > 0 || rule->no_origins)
        r = check_within(reader, where, "origin", &text->origin, &rule->origins) < 0 ? -EINVAL : r;
    return r;
}

static int read_where(const struct rule_reader *reader, const struct node *node, const struct rule *rule,
    struct rule_override *override)
{
    struct scope_text text = {0};
    int r =
        keys_read(node, where_keys, SCOPE_KEYS, "an override's where", &text, reader->arena, reader->diags);
    const struct node *product = node_get(node, "product");
    override->product_count = text.product.len;
    override->markets = text.market;
    override->origins = text.origin;
    r = check_lists(reader, node, &text) < 0 ? -EINVAL : r;
    r = check_places(reader, node, &text, rule) < 0 ? -EINVAL : r;
    if (product != NULL && (read_selectors(reader, product, &text.product, &override->products) < 0 ||
                               check_products(reader, product, &text.product, override, rule) < 0))
        r = -EINVAL;
    return r;
}

static int report_no_where(const struct rule_reader *reader, const struct node *override)
{
    diag_error(reader->diags, override->place, "R008", "an override needs `where:` and thresholds");
    diag_hint(reader->diags, "for example { where: { market: US }, growth: 15%% }");
    return -EINVAL;
}

static double *copy_thresholds(const struct rule *rule, const double *thresholds, struct arena *arena)
{
    double *copy = arena_array(arena, rule->threshold_count, sizeof *copy);
    if (rule->threshold_count > 0)
        memcpy(copy, thresholds, rule->threshold_count * sizeof *copy);
    return copy;
}

static int read_override(const struct rule_reader *reader, const struct node *node, const struct rule *rule,
    struct rule_override *override)
{
    const struct node *where = node_get(node, "where");
    struct own_thresholds own = {.values = copy_thresholds(rule, rule->thresholds, reader->arena)};
    override->place = node->place;
    int r = where != NULL ? read_where(reader, where, rule, override) : report_no_where(reader, node);
    for (size_t i = 0; node->kind == NODE_MAP && i < node->len; i++)
        if (node->items[i] != where &&
            read_override_value(reader, node->keys[i], node->items[i], rule, &own) < 0)
            r = -EINVAL;
    override->thresholds = own.values;
    override->own = own.set;
    return r;
}

int rule_read_overrides(const struct rule_reader *reader, const struct node *node, struct rule *rule)
{
    if (node == NULL)
        return 0;
    if (node->kind != NODE_SEQUENCE) {
        diag_error(reader->diags, node->place, "R009", "expected a list of overrides");
        return -EINVAL;
    }
    int r = 0;
    rule->overrides = arena_array(reader->arena, node->len, sizeof *rule->overrides);
    for (size_t i = 0; i < node->len; i++)
        if (read_override(reader, node->items[i], rule, &rule->overrides[i]) < 0)
            r = -EINVAL;
    rule->override_count = node->len;
    return r;
}

static bool override_matches(const struct rule_override *override, const struct baskets *baskets,
    const char *product, const char *market, const char *origin)
{
    bool selected = override->product_count == 0;
    for (size_t i = 0; i < override->product_count && !selected; i++)
        selected = selector_matches(&override->products[i], baskets, product);
    return selected && (override->markets.len == 0 || texts_hold(&override->markets, market)) &&
           (override->origins.len == 0 || texts_hold(&override->origins, origin));
}

const double *rule_thresholds(const struct rule *rule, const struct baskets *baskets, const char *product,
    const char *market, const char *origin)
{
    for (size_t i = 0; i < rule->override_count; i++)
        if (override_matches(&rule->overrides[i], baskets, product, market, origin))
            return rule->overrides[i].thresholds;
    return rule->thresholds;
}

static const double *with_threshold(
    const struct rule *rule, const double *thresholds, size_t threshold, double value, struct arena *arena)
{
    double *copy = copy_thresholds(rule, thresholds, arena);
    copy[threshold] = value;
    return copy;
}

struct rule rule_with_threshold(const struct rule *rule, size_t threshold, double value, struct arena *arena)
{
    struct rule changed = *rule;
    changed.thresholds = with_threshold(rule, rule->thresholds, threshold, value, arena);
    changed.overrides = arena_array(arena, rule->override_count, sizeof *changed.overrides);
    for (size_t i = 0; i < rule->override_count; i++) {
        struct rule_override *override = &changed.overrides[i];
        *override = rule->overrides[i];
        if ((override->own >> threshold & 1) == 0)
            override->thresholds = with_threshold(rule, override->thresholds, threshold, value, arena);
    }
    return changed;
}

/* ---- scope ---- */

int rule_read_scope(const struct rule_reader *reader, const struct node *node, struct rule *rule)
{
    struct scope_text text = {0};
    int r = keys_read(node, scope_keys, SCOPE_KEYS, "a scope", &text, reader->arena, reader->diags);
    const struct node *product = node_get(node, "product");
    rule->all_markets = text.market.len == 1 && str_equal(text.market.items[0], "all");
    rule->markets = rule->all_markets ? (struct texts){0} : text.market;
    rule->origins = text.origin;
    rule->no_origins = node->kind == NODE_MAP && node_get(node, "origin") == NULL;
    r = check_lists(reader, node, &text) < 0 ? -EINVAL : r;
    r = check_countries(reader, node, "market", &rule->markets) < 0 ? -EINVAL : r;
    r = check_countries(reader, node, "origin", &text.origin) < 0 ? -EINVAL : r;
    if (product == NULL || read_selectors(reader, product, &text.product, &rule->products) < 0)
        return -EINVAL;
    rule->product_count = text.product.len;
    return r;
}

/* ---- the whole ---- */

static int read_phrases(const struct rule_reader *reader, const struct rule_text *text, struct rule *rule)
{
    int r = 0;
    if (text->title != NULL)
        r = phrase_read(text->title, "title", &rule->title, reader->arena, reader->diags);
    if (text->advice != NULL &&
        phrase_read(text->advice, "advice", &rule->advice, reader->arena, reader->diags) < 0)
        r = -EINVAL;
    return r;
}

static const char *const *null_terminated(struct arena *arena, const struct texts *texts)
{
    const char **items = arena_array(arena, texts->len + 1, sizeof *items);
    for (size_t i = 0; i < texts->len; i++)
        items[i] = texts->items[i];
    return items;
}

/* Alerts about tdwatch itself have ids of rules too. */
static const struct {
    const char *beginning, *about;
} reserved_ids[] = {{"feed-", "feeds"}, {"delivery-", "deliveries"}, {"silence-", "silences"}};

/* The id is a part of every alert's name and of texts of fixed size. */
static int check_id(const struct rule_reader *reader, const struct node *map, const char *id)
{
    if (id == NULL)
        return 0;
    struct place place = node_get(map, "id")->place;
    bool bad = strlen(id) >= RULE_NAME_MAX;
    if (bad)
        diag_error(reader->diags, place, "R015", "the id is longer than %d bytes", RULE_NAME_MAX - 1);
    for (size_t i = 0; i < sizeof reserved_ids / sizeof *reserved_ids; i++) {
        if (!str_starts(id, reserved_ids[i].beginning))
            continue;
        bad = true;
        diag_error(reader->diags, place, "R016", "ids that begin with %s are those of alerts about %s",
            reserved_ids[i].beginning, reserved_ids[i].about);
    }
    return bad ? -EINVAL : 0;
}

/* enum rule_warning by its code, or WARN_ACCEPTED, which is none to accept. */
static int warning_of(const char *code)
{
    char text[16];
    for (int i = 0; i < WARN_ACCEPTED; i++) {
        snprintf(text, sizeof text, "W%03d", i + 1);
        if (str_equal(code, text))
            return i;
    }
    return WARN_ACCEPTED;
}

static int read_accept(
    const struct rule_reader *reader, const struct node *map, const struct texts *codes, struct rule *rule)
{
    int r = check_list(reader, map, "accept", *codes);
    for (size_t i = 0; i < codes->len; i++) {
        int warning = warning_of(codes->items[i]);
        rule->accepted |= UINT32_C(1) << warning;
        if (warning != WARN_ACCEPTED)
            continue;
        diag_error(reader->diags, text_place(node_get(map, "accept"), i), "R035",
            "there is no warning '%s' to accept", codes->items[i]);
        diag_hint(reader->diags, "codes are written W001 to W%03d", WARN_ACCEPTED);
        r = -EINVAL;
    }
    return r;
}

int rule_read(const struct rule_reader *reader, const struct node *map, struct rule *ret_rule)
{
    struct rule_text text = {0};
    int r = keys_read(
        map, rule_keys, sizeof rule_keys / sizeof *rule_keys, "a rule", &text, reader->arena, reader->diags);
    text.has_top = node_get(map, "top") != NULL;
    struct rule rule = {
        .id = text.id,
        .place = map->place,
        .audience = (enum audience)text.audience,
        .severity = (enum severity)text.severity,
        .shadow = text.mode == 1,
        .top = (int)text.top,
        .rank = -1,
        .policy = {.missing = (enum missing_policy)text.missing},
        .basis = null_terminated(reader->arena, &text.basis),
    };
    /* Every part that is there is read even after a fault in another, so that one run shows them all. */
    r = check_id(reader, map, text.id) < 0 ? -EINVAL : r;
    r = read_phrases(reader, &text, &rule) < 0 ? -EINVAL : r;
    r = rule_read_for(reader, text.for_, &rule.policy) < 0 ? -EINVAL : r;
    r = rule_read_valid(reader, text.valid, &rule) < 0 ? -EINVAL : r;
    if (text.scope != NULL)
        r = rule_read_scope(reader, text.scope, &rule) < 0 ? -EINVAL : r;
    r = rule_read_thresholds(reader, text.thresholds, &rule) < 0 ? -EINVAL : r;
    r = rule_read_overrides(reader, text.overrides, &rule) < 0 ? -EINVAL : r;
    r = rule_read_conditions(reader, &text, &rule) < 0 ? -EINVAL : r;
    r = rule_check_templates(reader, &text) < 0 ? -EINVAL : r;
    r = read_accept(reader, map, &text.accept, &rule) < 0 ? -EINVAL : r;
    if (r == 0)
        *ret_rule = rule;
    return r;
}
