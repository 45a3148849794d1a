/* What the texts of one column mean. Payloads repeat few texts in many rows, so each is translated once; most
 * are codes of at most eight bytes, which are compared as numbers. */
#ifndef FEEDS_WORDS_H
#define FEEDS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "base/str.h"

/* What a text means is a number; this one is of those whose rows the feed leaves out. */
#define WORD_SKIP UINT32_MAX

/* A text of at most eight bytes and its number. */
struct short_word {
    uint64_t bytes;
    uint32_t number, size; /* size: bytes of the text + 1; 0 in a free slot */
};

struct words {
    struct short_word last; /* the one found last: often that of the next row too */
    struct short_word *slots;
    size_t len, slot_count;
    struct map longer; /* texts */
};

#define WORDS_NULL ((struct words){0})

/* Whether the text is known; its number in *ret_word. */
bool words_find(struct words *words, struct slice text, uint32_t *ret_word);

/* Adds a text that is not known. */
void words_add(struct words *words, struct slice text, uint32_t word);

void words_deinit(struct words *words);

#endif
