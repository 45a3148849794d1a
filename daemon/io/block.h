/* The bytes of a history block: the figures of up to BLOCK_SERIES neighbouring series in one month.
 *
 * Exact for every int64. Bytes are the cost of a commit (the disk is slower than the encoder), so each figure
 * takes one symbol, which zstd squeezes to about four bits, and then only its significant bits. Layout: see
 * block.c. */
#ifndef IO_BLOCK_H
#define IO_BLOCK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "core/observation.h"

enum {
    /* Series in a block. Measured on 9.7 million sparse observations of 337,000 series, bytes per
     * observation: 256 (the panel's) 7.2, 1024 5.8, 4096 5.3, 16384 5.1: small blocks are half headers and
     * symbol tables. Against larger ones speaks that one revised figure rewrites its block. */
    BLOCK_SERIES = 4096,

    /* Bound of an encoded block: columns, gaps and masks, each a symbol and at most 64 bits, and headers. */
    BLOCK_BYTES_MAX = BLOCK_SERIES * (COLUMN_COUNT + 2) * 9 + 64,

    BLOCK_FLAGS_MAX = 31, /* flags share a byte with the three columns' presence */
};

/* What is not known is zero, so that equal blocks are equal bytes. */
struct block {
    uint8_t known[BLOCK_SERIES]; /* 1 << column */
    uint8_t flags[BLOCK_SERIES]; /* of enum observation_flag */
    int64_t figures[COLUMN_COUNT][BLOCK_SERIES];
};

struct block_codec;

/* Scratch memory of both directions. */
struct block_codec *block_codec_new(void);
void block_codec_free(struct block_codec *codec);

/* Appends the bytes. 0; -EMSGSIZE when `out` is too small; -EINVAL when flags are over BLOCK_FLAGS_MAX. */
int block_encode(struct block_codec *codec, const struct block *block, struct buf *out);

/* 0, or -EUCLEAN when the bytes are damaged; *ret_block then holds nothing of use. */
int block_decode(struct block_codec *codec, struct slice bytes, struct block *ret_block);

#endif
