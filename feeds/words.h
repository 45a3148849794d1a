/* What the texts of one column mean. Payloads repeat few texts in many rows, so each is translated once; most
 * are codes of at most eight bytes, which are compared as numbers. */
#ifndef FEEDS_WORDS_H
#define FEEDS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/str.h"

/* A text, translated: as the observation holds it, and the number it stands for. */
struct word {
    const char *text;
    uint32_t number;
};

/* A text of at most eight bytes and its word. */
struct short_word {
    uint64_t bytes;
    const char *text; /* the word's; NULL in a free slot */
    uint32_t number, len;
};

struct words {
    struct short_word last; /* the one found last: often that of the next row too */
    struct short_word *slots;
    size_t len, slot_count;
    struct map indexes; /* of longer texts */
    struct word *items;
    size_t item_len, item_cap;
};

#define WORDS_NULL ((struct words){0})

/* Whether the text is known; its word in *ret_word. */
bool words_find(struct words *words, struct slice text, struct word *ret_word);

/* Adds a text that is not known; its word's text, not NULL, is borrowed. */
void words_add(struct words *words, struct slice text, struct word word);

void words_deinit(struct words *words);

#endif
