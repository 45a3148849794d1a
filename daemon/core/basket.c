#include "core/basket.h"

#include <errno.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/shape.h"
#include "core/code.h"
#include "core/period.h"
#include "core/row.h"

/* Far above any list that people keep; it bounds what a mistaken file can cost. */
enum { BASKETS_MAX = 10000 };

/* ---- phrases ---- */

/* Neither is `required`, so that an empty text and a missing one get the same sentence. */
const struct key phrase_language_keys[LANGUAGE_COUNT] = {
    [LANGUAGE_VI] = {.name = "vi",
        .kind = KEY_TEXT,
        .offset = offsetof(struct phrase, text[LANGUAGE_VI]),
        .help = "The text in Vietnamese."},
    [LANGUAGE_EN] = {.name = "en",
        .kind = KEY_TEXT,
        .offset = offsetof(struct phrase, text[LANGUAGE_EN]),
        .help = "The text in English."},
};

const struct shape phrase_shape = {
    .kind = SHAPE_MAP,
    .name = "phrase",
    .expected = "expected { vi: \"…\", en: \"…\" }",
    .keys = phrase_language_keys,
    .key_count = LANGUAGE_COUNT,
    .all_required = true,
    .items = &shape_some_text,
};

int phrase_read(const struct node *node, const char *what, struct phrase *ret_phrase, struct arena *arena,
    struct diag_list *diags)
{
    struct phrase phrase = {0};
    int r = keys_read(node, phrase_language_keys, LANGUAGE_COUNT, what, &phrase, arena, diags);
    if (node->kind != NODE_MAP)
        return r;
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        const struct node *text = node_get(node, phrase_language_keys[i].name);
        bool refused = phrase.text[i] == NULL && text != NULL;
        if (refused || (phrase.text[i] != NULL && phrase.text[i][0] != '\0'))
            continue;
        diag_error(diags, text != NULL ? text->place : node->place, "B001", "%s has no text under \"%s\"",
            what, phrase_language_keys[i].name);
        diag_hint(diags, "people read it in both languages: write { vi: \"…\", en: \"…\" }");
        r = -EINVAL;
    }
    if (r < 0)
        return r;
    *ret_phrase = phrase;
    return 0;
}

/* ---- codes ---- */

/* What one code is read into. */
struct code_draft {
    struct basket_code code;
    const char *from, *until;
};

#define CODE_AT(field) offsetof(struct code_draft, field)

static const struct key code_keys[] = {
    {.name = "code",
        .kind = KEY_TEXT,
        .offset = CODE_AT(code.code),
        .required = true,
        .help = "The product code.",
        .shape = &row_code_shape},
    {.name = "from",
        .kind = KEY_TEXT,
        .offset = CODE_AT(from),
        .help = "First month that the code is in use.",
        .shape = &period_shape},
    {.name = "until",
        .kind = KEY_TEXT,
        .offset = CODE_AT(until),
        .help = "Last month that the code is in use.",
        .shape = &period_shape},
    {.name = "ex",
        .kind = KEY_TEXT,
        .offset = CODE_AT(code.ex),
        .help = "What of the code is meant.",
        .shape = &shape_some_text},
};

static const struct shape code_map = {
    .kind = SHAPE_MAP, .keys = code_keys, .key_count = sizeof code_keys / sizeof *code_keys};
static const struct shape *const code_choices[] = {&row_code_shape, &code_map, NULL};
static const struct shape code_shape = {.kind = SHAPE_ANY, .name = "dated-code", .choices = code_choices};

/* Codes, or one. */
static const struct shape code_list = {
    .kind = SHAPE_LIST, .items = &code_shape, .max_items = ROW_CODES_MAX, .unique = true};
static const struct shape some_codes = {
    .kind = SHAPE_LIST, .items = &code_shape, .min_items = 1, .max_items = ROW_CODES_MAX, .unique = true};
static const struct shape *const inputs_choices[] = {&code_shape, &code_list, NULL};
static const struct shape *const codes_choices[] = {&code_shape, &some_codes, NULL};
static const struct shape inputs_shape = {.kind = SHAPE_ANY, .choices = inputs_choices};
static const struct shape codes_shape = {.kind = SHAPE_ANY, .choices = codes_choices};

/* A text, or a map with the months of the code. */
static struct basket_code read_code(const struct row_reader *list, const struct node *item)
{
    struct code_draft draft = {0};
    const struct row_reader row = {item, "a code", list->arena, list->diags};
    if (item->kind == NODE_SCALAR) {
        draft.code.code = arena_strndup(row.arena, item->text.data, item->text.len);
        return draft.code;
    }
    if (keys_read(item, code_keys, sizeof code_keys / sizeof *code_keys, row.what, &draft, row.arena,
            row.diags) < 0)
        return draft.code;
    row_check_text(&row, "ex", draft.code.ex);
    row_read_months(&row, (struct row_month){"from", draft.from}, (struct row_month){"until", draft.until},
        &draft.code.from, &draft.code.until);
    return draft.code;
}

/* One code stands for a list of one. */
static struct basket_codes read_codes(const struct row_reader *row, const char *key, const struct node *node)
{
    if (node == NULL)
        return (struct basket_codes){0};
    bool list = node->kind == NODE_SEQUENCE;
    struct basket_codes codes = {.len = list ? node->len : 1};
    codes.items = arena_array(row->arena, codes.len, sizeof *codes.items);
    const char **texts = arena_array(row->arena, codes.len, sizeof *texts);
    for (size_t i = 0; i < codes.len; i++) {
        codes.items[i] = read_code(row, list ? node->items[i] : node);
        texts[i] = codes.items[i].code;
    }
    row_check_codes(row, key, &(struct texts){texts, codes.len});
    return codes;
}

/* ---- baskets ---- */

/* What one basket is read into. */
struct basket_draft {
    struct basket basket;
    const struct node *title, *codes, *inputs;
};

#define AT(field) offsetof(struct basket_draft, field)

static const struct shape names_shape = {
    .kind = SHAPE_LIST, .items = &shape_some_text, .min_items = 1, .unique = true};

static const struct key basket_keys[] = {
    {.name = "id",
        .kind = KEY_NAME,
        .offset = AT(basket.id),
        .required = true,
        .help = "The basket's name in rules and alerts."},
    {.name = "group",
        .kind = KEY_NAME,
        .offset = AT(basket.group),
        .help = "The selection that it belongs to."},
    {.name = "title",
        .kind = KEY_NODE,
        .offset = AT(title),
        .required = true,
        .help = "What people call the product, in Vietnamese and English.",
        .shape = &phrase_shape},
    {.name = "codes",
        .kind = KEY_NODE,
        .offset = AT(codes),
        .required = true,
        .help = "Product codes that together are the product.",
        .shape = &codes_shape},
    {.name = "inputs",
        .kind = KEY_NODE,
        .offset = AT(inputs),
        .help = "Product codes of what it is made of.",
        .shape = &inputs_shape},
    {.name = "except",
        .kind = KEY_TEXTS,
        .offset = AT(basket.except),
        .help = "Codes below those of the product that do not belong to it.",
        .shape = &row_codes_shape},
    {.name = "part_of",
        .kind = KEY_TEXTS,
        .offset = AT(basket.part_of),
        .help = "Product codes of the whole that it is a part of.",
        .shape = &row_codes_shape},
    {.name = "names",
        .kind = KEY_TEXTS,
        .offset = AT(basket.names),
        .help = "What notices of cases call it, in English.",
        .shape = &names_shape},
    {.name = "source",
        .kind = KEY_TEXT,
        .offset = AT(basket.source),
        .required = true,
        .help = "Who says so.",
        .shape = &shape_some_text},
};

static const struct shape basket_shape = {
    .kind = SHAPE_MAP,
    .name = "basket",
    .keys = basket_keys,
    .key_count = sizeof basket_keys / sizeof *basket_keys,
};

const struct shape baskets_shape = {.kind = SHAPE_LIST, .items = &basket_shape, .max_items = BASKETS_MAX};

/* Whether a code lies strictly below one of the basket's codes. */
static bool is_below(const struct basket *basket, const char *code)
{
    for (size_t i = 0; i < basket->codes.len; i++) {
        const char *whole = basket->codes.items[i].code;
        if (whole != NULL && code_is_within(code, whole) && !str_equal(code, whole))
            return true;
    }
    return false;
}

static void check_exceptions(const struct row_reader *row, const struct basket *basket)
{
    row_check_codes(row, "except", &basket->except);
    for (size_t i = 0; i < basket->except.len; i++) {
        const char *code = basket->except.items[i];
        if (!code_is_hs(slice_of(code)) || is_below(basket, code))
            continue;
        diag_error(row->diags, row_place_of_item(row, "except", i), "B009",
            "the exception %s does not lie below one of the basket's codes", code);
        diag_hint(row->diags, "an exception is longer than the code that it is taken from");
    }
}

/* A basket with faults is read as far as it goes, so that all its faults are reported. */
static struct basket read_basket(const struct row_reader *row)
{
    struct basket_draft draft = {.basket = {.place = row_place(row)}};
    struct basket *basket = &draft.basket;
    int r = keys_read(row->node, basket_keys, sizeof basket_keys / sizeof *basket_keys, row->what, &draft,
        row->arena, row->diags);
    if (draft.title != NULL)
        phrase_read(draft.title, "the title of a basket", &basket->title, row->arena, row->diags);
    basket->codes = read_codes(row, "codes", draft.codes);
    basket->inputs = read_codes(row, "inputs", draft.inputs);
    if (r == 0 && basket->codes.len == 0)
        diag_error(row->diags, draft.codes->place, "B005", "basket \"%s\" has no codes", basket->id);
    check_exceptions(row, basket);
    row_check_codes(row, "part_of", &basket->part_of);
    for (size_t i = 0; i < basket->names.len; i++)
        row_check_text(row, "names", basket->names.items[i]);
    row_check_text(row, "source", basket->source);
    return *basket;
}

/* Rules name baskets by id. */
static void check_id(
    const struct baskets *baskets, const struct basket *basket, struct map *seen, struct diag_list *diags)
{
    uint32_t first;
    size_t len = slice_of(basket->id).len;
    if (map_get(seen, basket->id, len, &first)) {
        const struct place *place = &baskets->items[first].place;
        diag_error(diags, basket->place, "B007", "basket \"%s\" stands already in line %d of %s", basket->id,
            place->line, place->file);
        diag_hint(diags, "give each basket an id of its own");
    } else {
        map_put(seen, basket->id, len, (uint32_t)baskets->len);
    }
}

static void push(struct baskets *baskets, struct basket basket)
{
    baskets->items = alloc_grow(baskets->items, baskets->len, &baskets->cap, sizeof *baskets->items);
    baskets->items[baskets->len++] = basket;
}

int baskets_add(struct baskets *baskets, const struct node *list, struct diag_list *diags)
{
    struct map seen = MAP_NULL;
    size_t errors = diags->errors;
    if (!row_check_list(list, "baskets", BASKETS_MAX - baskets->len, diags))
        return -EINVAL;
    for (size_t i = 0; i < baskets->len; i++)
        map_put(&seen, baskets->items[i].id, slice_of(baskets->items[i].id).len, (uint32_t)i);
    for (size_t i = 0; i < list->len; i++) {
        const struct row_reader row = {list->items[i], "a basket", &baskets->arena, diags};
        struct basket basket = read_basket(&row);
        if (basket.id == NULL)
            continue;
        check_id(baskets, &basket, &seen, diags);
        push(baskets, basket);
    }
    map_deinit(&seen);
    return diags->errors > errors ? -EINVAL : 0;
}

void baskets_deinit(struct baskets *baskets)
{
    alloc_free(baskets->items);
    arena_deinit(&baskets->arena);
    *baskets = BASKETS_NULL;
}

const struct basket *baskets_find(const struct baskets *baskets, const char *id)
{
    for (size_t i = 0; i < baskets->len; i++)
        if (str_equal(baskets->items[i].id, id))
            return &baskets->items[i];
    return NULL;
}

const char *baskets_did_you_mean(const struct baskets *baskets, const char *id, struct arena *arena)
{
    const char **ids = arena_array(arena, baskets->len, sizeof *ids);
    for (size_t i = 0; i < baskets->len; i++)
        ids[i] = baskets->items[i].id;
    return str_did_you_mean(slice_of(id), ids, baskets->len);
}

bool basket_holds(const struct basket *basket, const char *code)
{
    for (size_t i = 0; i < basket->except.len; i++)
        if (code_is_within(code, basket->except.items[i]))
            return false;
    for (size_t i = 0; i < basket->codes.len; i++)
        if (code_is_within(code, basket->codes.items[i].code))
            return true;
    return false;
}

/* ---- targets ---- */

const char *const basket_target_keys[] = {"basket", "codes", NULL};

static void report_unknown(const struct baskets *baskets, const struct row_reader *row, const char *id)
{
    const char *near = baskets_did_you_mean(baskets, id, &row->diags->arena);
    diag_error(row->diags, row_place_of(row, "basket"), "B011", "there is no basket '%.60s'", id);
    if (near != NULL)
        diag_hint(row->diags, "did you mean '%s'?", near);
}

void baskets_check_target(
    const struct baskets *baskets, const struct row_reader *row, const struct basket_target *target)
{
    const struct node *codes = node_get(row->node, "codes");
    row_check_codes(row, "codes", &target->codes);
    if ((node_get(row->node, "basket") != NULL) == (codes != NULL)) {
        diag_error(
            row->diags, row->node->place, "B010", "%s must have either 'basket' or 'codes'", row->what);
        diag_hint(row->diags, "name a basket by its id, or write HS codes: codes: [\"4412\"]");
    } else if (target->basket != NULL && baskets_find(baskets, target->basket) == NULL) {
        report_unknown(baskets, row, target->basket);
    } else if (codes != NULL && codes->kind == NODE_SEQUENCE && codes->len == 0) {
        diag_error(row->diags, codes->place, "B005", "'codes' of %s is empty", row->what);
    }
}

/* A product by its codes, be it a basket, a target's codes or one code. */
struct product {
    const struct basket *basket; /* or NULL */
    struct texts codes;
};

static struct product product_of(const struct baskets *baskets, const char *id, const struct texts *codes)
{
    const struct basket *basket = id != NULL ? baskets_find(baskets, id) : NULL;
    return (struct product){basket, *codes};
}

static size_t product_len(const struct product *product)
{
    return product->basket != NULL ? product->basket->codes.len : product->codes.len;
}

static const char *product_code(const struct product *product, size_t i)
{
    return product->basket != NULL ? product->basket->codes.items[i].code : product->codes.items[i];
}

static bool product_holds(const struct product *product, const char *code)
{
    if (product->basket != NULL)
        return basket_holds(product->basket, code);
    for (size_t i = 0; i < product->codes.len; i++)
        if (code_is_within(code, product->codes.items[i]))
            return true;
    return false;
}

static bool holds_some(const struct product *whole, const struct product *part)
{
    for (size_t i = 0; i < product_len(part); i++)
        if (product_holds(whole, product_code(part, i)))
            return true;
    return false;
}

bool baskets_meet(const struct baskets *baskets, const struct basket_target *target, const char *product)
{
    if (target->basket != NULL && str_equal(target->basket, product))
        return true;
    struct product a = product_of(baskets, target->basket, &target->codes);
    struct product b = product_of(baskets, product, &(struct texts){&product, 1});
    return holds_some(&a, &b) || holds_some(&b, &a);
}
