#include "feeds/words.h"

#include <string.h>

#include "base/alloc.h"

enum { SHORT_MAX = 8 };

static uint64_t four_bytes(const char *p)
{
    uint32_t bytes;
    memcpy(&bytes, p, sizeof bytes);
    return bytes;
}

/* A number that no other text of that length has: of longer ones the first and the last four bytes, which may
 * overlap. Nothing outside of the text is read. */
static uint64_t short_bytes(struct slice text)
{
    const unsigned char *p = (const unsigned char *)text.data;
    if (text.len >= 4)
        return four_bytes(text.data) | four_bytes(text.data + text.len - 4) << 32;
    if (text.len > 0)
        return (uint64_t)p[0] | (uint64_t)p[text.len / 2] << 8 | (uint64_t)p[text.len - 1] << 16;
    return 0;
}

/* The slot of the text, or the free slot where it would go. */
static struct short_word *find_slot(const struct words *words, uint64_t bytes, uint32_t size)
{
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio: spreads near numbers */
    uint64_t hash = (bytes + size) * golden;
    for (size_t i = hash >> 32;; i++) {
        struct short_word *slot = &words->slots[i & (words->slot_count - 1)];
        if (slot->size == 0 || (slot->bytes == bytes && slot->size == size))
            return slot;
    }
}

static bool find_short(struct words *words, struct slice text, uint32_t *ret_word)
{
    uint64_t bytes = short_bytes(text);
    uint32_t size = (uint32_t)text.len + 1;
    if (words->last.bytes != bytes || words->last.size != size) {
        const struct short_word *slot = words->slot_count > 0 ? find_slot(words, bytes, size) : NULL;
        if (slot == NULL || slot->size == 0)
            return false;
        words->last = *slot;
    }
    *ret_word = words->last.number;
    return true;
}

bool words_find(struct words *words, struct slice text, uint32_t *ret_word)
{
    if (text.len <= SHORT_MAX)
        return find_short(words, text, ret_word);
    return map_get(&words->longer, text.data, text.len, ret_word);
}

/* At most three of four slots are taken. */
static void grow_slots(struct words *words)
{
    struct short_word *old = words->slots;
    size_t count = words->slot_count;
    words->slot_count = count > 0 ? count * 2 : 16;
    words->slots = alloc_zeroed(words->slot_count, sizeof *words->slots);
    for (size_t i = 0; i < count; i++)
        if (old[i].size != 0)
            *find_slot(words, old[i].bytes, old[i].size) = old[i];
    alloc_free(old);
}

void words_add(struct words *words, struct slice text, uint32_t word)
{
    if (text.len > SHORT_MAX) {
        map_put(&words->longer, text.data, text.len, word);
        return;
    }
    if ((words->len + 1) * 4 > words->slot_count * 3)
        grow_slots(words);
    uint64_t bytes = short_bytes(text);
    uint32_t size = (uint32_t)text.len + 1;
    *find_slot(words, bytes, size) = (struct short_word){bytes, word, size};
    words->len++;
}

void words_deinit(struct words *words)
{
    alloc_free(words->slots);
    map_deinit(&words->longer);
    *words = WORDS_NULL;
}
