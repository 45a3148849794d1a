/* One month of PANEL_BLOCK neighbouring series: unpacked to be worked on, and packed as the panel keeps it.
 *
 * A packed block holds what is known and nothing else: bits that say which rows and figures are there, and of
 * each column its figures one behind the other, each as few bytes as the greatest of them needs. Exact for
 * every int64. */
#ifndef CORE_PANEL_BLOCK_H
#define CORE_PANEL_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/observation.h"

enum {
    PANEL_BLOCK = 256,
    PANEL_ROW = 1 << COLUMN_COUNT, /* beside the bits of columns: a row is there, be it without a figure */
};

/* What is not known is zero, so that equal months are equal bytes. */
struct panel_month {
    uint8_t known[PANEL_BLOCK]; /* 1 << column, and PANEL_ROW in every row */
    uint8_t flags[PANEL_BLOCK]; /* of enum observation_flag */
    int64_t figures[COLUMN_COUNT][PANEL_BLOCK];
};

struct panel_block;

/* NULL where nothing is known. The caller frees it, with panel_block_free. */
struct panel_block *panel_block_pack(const struct panel_month *month);
void panel_block_free(struct panel_block *block);
size_t panel_block_size(const struct panel_block *block); /* in bytes */

/* A NULL block is empty. */
void panel_block_unpack(const struct panel_block *block, struct panel_month *ret_month);

/* Which rows the block has, a bit each, without its figures. */
enum { PANEL_WORDS = PANEL_BLOCK / 64 };

struct panel_rows {
    uint64_t rows[PANEL_WORDS];    /* there */
    uint64_t figured[PANEL_WORDS]; /* with any figure */
    uint64_t flagged[PANEL_WORDS]; /* with any flag */
    size_t figures;                /* of all columns */
};

void panel_block_rows(const struct panel_block *block, struct panel_rows *ret_rows);

/* One figure of the series `at` (0 … PANEL_BLOCK − 1): whether it is known. */
bool panel_block_get(const struct panel_block *block, unsigned at, enum column column, int64_t *ret_figure);
unsigned panel_block_flags(const struct panel_block *block, unsigned at);

#endif
