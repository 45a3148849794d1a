#include <errno.h>

#include "base/alloc.h"
#include "feeds/decode.h"

/* Takes the datasets of one document over. */
static void join(struct datasets *to, struct datasets *from, size_t *cap)
{
    for (size_t i = 0; i < from->len; i++) {
        to->items = alloc_grow(to->items, to->len, cap, sizeof *to->items);
        to->items[to->len++] = from->items[i];
    }
    alloc_free(from->items);
    *from = (struct datasets){0};
}

static int decode_one(
    const struct decode_set *set, size_t i, struct datasets *ret_payload, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct decode_input one = set->input;
    size_t from = i > 0 ? set->ends[i - 1] : 0;
    one.payload = (struct slice){set->input.payload.data + from, set->ends[i] - from};
    one.file = arena_printf(&arena, "%s[%zu]", set->input.file, i + 1);
    one.parts = 1;
    int r = decode_document(&one, ret_payload, diags);
    arena_deinit(&arena);
    return r;
}

int decode_set(const struct decode_set *set, struct datasets *ret_payload, struct diag_list *diags)
{
    struct datasets all = {0};
    size_t cap = 0;
    int r = 0;
    if (set->len <= 1)
        return decode_payload(&set->input, ret_payload, diags);
    for (size_t i = 0; i < set->len; i++) {
        struct datasets one;
        int failed = i < DATASET_PARTS_MAX ? decode_one(set, i, &one, diags) : -E2BIG;
        if (failed == 0)
            join(&all, &one, &cap);
        else
            r = failed;
    }
    if (r < 0)
        datasets_deinit(&all);
    else if (set->input.descriptor->unpublished_is_zero)
        datasets_drop_empty_months(&all);
    *ret_payload = all;
    return r;
}
