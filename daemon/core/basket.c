#include "core/basket.h"

#include <errno.h>

#include "base/map.h"
#include "base/shape.h"
#include "core/code.h"

/* Far above any list that people keep; they bound what a mistaken file can cost. */
enum { BASKETS_MAX = 10000, BASKET_CODES_MAX = 10000 };

/* ---- phrases ---- */

/* Neither is `required`, so that an empty text and a missing one get the same sentence. */
const struct key phrase_keys[LANGUAGE_COUNT] = {
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
    .keys = phrase_keys,
    .key_count = LANGUAGE_COUNT,
    .all_required = true,
    .items = &shape_some_text,
};

int phrase_read(const struct node *node, const char *what, struct phrase *ret_phrase, struct arena *arena,
    struct diag_list *diags)
{
    struct phrase phrase = {0};
    int r = keys_read(node, phrase_keys, LANGUAGE_COUNT, what, &phrase, arena, diags);
    if (r < 0)
        return r;
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        if (phrase.text[i] != NULL && phrase.text[i][0] != '\0')
            continue;
        diag_error(diags, node->place, "B001", "%s has no text under \"%s\"", what, phrase_keys[i].name);
        diag_hint(diags, "people read it in both languages: write { vi: \"…\", en: \"…\" }");
        r = -EINVAL;
    }
    if (r < 0)
        return r;
    *ret_phrase = phrase;
    return 0;
}

/* ---- baskets ---- */

struct basket_keys {
    struct basket basket;
    const struct node *title;
};

/* Codes, or one. */
static const struct shape code_list = {
    .kind = SHAPE_LIST,
    .items = &code_product_shape,
    .max_items = BASKET_CODES_MAX,
    .unique = true,
};
static const struct shape some_codes = {
    .kind = SHAPE_LIST,
    .items = &code_product_shape,
    .min_items = 1,
    .max_items = BASKET_CODES_MAX,
    .unique = true,
};
static const struct shape *const inputs_choices[] = {&code_product_shape, &code_list, NULL};
static const struct shape *const codes_choices[] = {&code_product_shape, &some_codes, NULL};
static const struct shape inputs_shape = {.kind = SHAPE_ANY, .choices = inputs_choices};
static const struct shape codes_shape = {.kind = SHAPE_ANY, .choices = codes_choices};

static const struct key basket_keys[] = {
    {.name = "id",
        .kind = KEY_NAME,
        .offset = offsetof(struct basket_keys, basket.id),
        .required = true,
        .help = "The basket's name in rules and alerts."},
    {.name = "title",
        .kind = KEY_NODE,
        .offset = offsetof(struct basket_keys, title),
        .required = true,
        .help = "What people call the product, in Vietnamese and English.",
        .shape = &phrase_shape},
    {.name = "codes",
        .kind = KEY_TEXTS,
        .offset = offsetof(struct basket_keys, basket.codes),
        .required = true,
        .help = "Product codes that together are the product.",
        .shape = &codes_shape},
    {.name = "inputs",
        .kind = KEY_TEXTS,
        .offset = offsetof(struct basket_keys, basket.inputs),
        .help = "Product codes of what it is made of.",
        .shape = &inputs_shape},
    {.name = "source",
        .kind = KEY_TEXT,
        .offset = offsetof(struct basket_keys, basket.source),
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

static const struct shape basket_list = {
    .kind = SHAPE_LIST, .items = &basket_shape, .max_items = BASKETS_MAX};

/* Where the i-th text of a list, or the one text that stands for a list, was written. */
static struct place text_place(const struct node *list, size_t i)
{
    return list->kind == NODE_SEQUENCE && i < list->len ? list->items[i]->place : list->place;
}

/* A code twice would be counted twice. */
static void check_codes(
    const struct texts *codes, const struct node *list, const char *what, struct diag_list *diags)
{
    struct map seen = MAP_NULL;
    uint32_t first;
    if (codes->len > BASKET_CODES_MAX)
        diag_error(diags, list->place, "B002", "more than %d %s", BASKET_CODES_MAX, what);
    for (size_t i = 0; i < codes->len && i < BASKET_CODES_MAX; i++) {
        struct slice code = slice_of(codes->items[i]);
        struct place place = text_place(list, i);
        if (!code_is_product(code)) {
            diag_error(diags, place, "B003", "\"%.64s\" is no product code", codes->items[i]);
            diag_hint(diags, "1 to %d letters, digits and : . _ -", CODE_SIZE - 1);
        } else if (map_get(&seen, code.data, code.len, &first)) {
            diag_error(diags, place, "B004", "\"%s\" stands twice among the %s", codes->items[i], what);
        }
        map_put(&seen, code.data, code.len, (uint32_t)i);
    }
    map_deinit(&seen);
}

/* A basket with faults is read as far as it goes, so that all its faults are reported. */
static void read_basket(
    const struct node *node, struct basket *ret_basket, struct arena *arena, struct diag_list *diags)
{
    struct basket_keys keys = {.basket = {.place = node->place}};
    keys.basket.place.file = arena_strdup(arena, node->place.file);
    int r = keys_read(
        node, basket_keys, sizeof basket_keys / sizeof *basket_keys, "a basket", &keys, arena, diags);
    if (keys.title != NULL)
        phrase_read(keys.title, "the title of a basket", &keys.basket.title, arena, diags);
    const struct node *codes = node_get(node, "codes"), *inputs = node_get(node, "inputs");
    if (codes != NULL)
        check_codes(&keys.basket.codes, codes, "codes", diags);
    if (inputs != NULL)
        check_codes(&keys.basket.inputs, inputs, "inputs", diags);
    if (r == 0 && keys.basket.codes.len == 0)
        diag_error(diags, codes->place, "B005", "basket \"%s\" has no codes", keys.basket.id);
    if (keys.basket.source != NULL && keys.basket.source[0] == '\0')
        diag_error(diags, node_get(node, "source")->place, "B006", "the source of a basket is empty");
    *ret_basket = keys.basket;
}

/* Rules name baskets by id. A basket whose id could not be read is reported already. */
static void check_ids(const struct baskets *baskets, struct diag_list *diags)
{
    struct map seen = MAP_NULL;
    for (size_t i = 0; i < baskets->len; i++) {
        const struct basket *basket = &baskets->items[i];
        uint32_t first;
        if (basket->id == NULL)
            continue;
        size_t len = slice_of(basket->id).len;
        if (map_get(&seen, basket->id, len, &first))
            diag_error(diags, basket->place, "B007", "basket \"%s\" stands already in line %d", basket->id,
                baskets->items[first].place.line);
        else
            map_put(&seen, basket->id, len, (uint32_t)i);
    }
    map_deinit(&seen);
}

struct document_keys {
    const struct node *baskets;
};

static const struct key document_keys[] = {
    {.name = "baskets",
        .kind = KEY_NODE,
        .offset = offsetof(struct document_keys, baskets),
        .required = true,
        .help = "The list of baskets.",
        .shape = &basket_list},
};

const struct shape baskets_shape = {.kind = SHAPE_MAP, .keys = document_keys, .key_count = 1};

int baskets_read(const struct node *document, struct baskets *ret_baskets, struct diag_list *diags)
{
    struct baskets baskets = BASKETS_NULL;
    struct document_keys keys = {0};
    size_t errors = diags->errors;
    keys_read(document, document_keys, 1, "a file of baskets", &keys, &baskets.arena, diags);
    if (keys.baskets != NULL && (keys.baskets->kind != NODE_SEQUENCE || keys.baskets->len > BASKETS_MAX)) {
        diag_error(diags, keys.baskets->place, "B008", "baskets is %s; expected a list of at most %d baskets",
            node_kind_name(keys.baskets), BASKETS_MAX);
    } else if (keys.baskets != NULL) {
        baskets.len = keys.baskets->len;
        baskets.items = arena_array(&baskets.arena, baskets.len, sizeof *baskets.items);
        for (size_t i = 0; i < baskets.len; i++)
            read_basket(keys.baskets->items[i], &baskets.items[i], &baskets.arena, diags);
        check_ids(&baskets, diags);
    }
    if (diags->errors > errors) {
        baskets_deinit(&baskets);
        return -EINVAL;
    }
    *ret_baskets = baskets;
    return 0;
}

void baskets_deinit(struct baskets *baskets)
{
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
