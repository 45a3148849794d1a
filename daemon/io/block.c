/* Layout of a block, all of it little-endian:
 *
 *     u8      version
 *     u32     CRC-32 of what follows
 *     varint  slots: series of which anything is known
 *     numbers gaps between them (a first series 0 and no hole is a row of zeros)
 *     symbols a mask for each: bits 0–2 columns known, 3–7 flags
 *     numbers value, quantity, weight of those that the masks name
 *
 * `numbers` are `symbols`, one for each number, and then a string of bits. A symbol is len | zeros << 6: the
 * number is m * 10^zeros, m takes len bits, of which the highest is known and left out. Trade figures are
 * thousandths of mostly whole numbers and spread over many magnitudes; so zeros takes out the thousandths and
 * len is what can be compressed, while the bits below cannot. `symbols` are a varint n and n bytes: as they
 * are where n is their count, else a zstd frame. */
#include "io/block.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"

enum {
    VERSION = 1,
    ZEROS_MAX = 3, /* 10^3 = FIGURE_SCALE; more would scatter the symbols of round figures for nothing */
    ZSTD_LEVEL = 1,
    HEAD_SIZE = 5,

    /* zeros = 3 leaves at most 54 bits of an int64, so these are free. */
    SYMBOL_COPY = 0xfe, /* the figure of the column before: weight where the quantity is in kg */
    SYMBOL_RAW = 0xff,  /* 64 bits follow as they are: negative figures, which are rare */
};

static const int64_t powers[] = {1, 10, 100, 1000};

struct block_codec {
    ZSTD_CCtx *compressor;
    ZSTD_DCtx *decompressor;
    size_t slot_count;
    uint16_t slots[BLOCK_SERIES];
    uint8_t masks[BLOCK_SERIES];
    int64_t numbers[BLOCK_SERIES];
    int64_t before[BLOCK_SERIES]; /* what SYMBOL_COPY copies */
    uint8_t symbols[BLOCK_SERIES];
    uint8_t frame[BLOCK_SERIES]; /* kept only where it is shorter than its symbols */
    uint8_t bits[BLOCK_SERIES * sizeof(int64_t)];
};

struct block_codec *block_codec_new(void)
{
    struct block_codec *codec = alloc_zeroed(1, sizeof *codec);
    codec->compressor = ZSTD_createCCtx();
    codec->decompressor = ZSTD_createDCtx();
    return codec;
}

void block_codec_free(struct block_codec *codec)
{
    if (codec == NULL)
        return;
    ZSTD_freeCCtx(codec->compressor);
    ZSTD_freeDCtx(codec->decompressor);
    alloc_free(codec);
}

/* ---- symbols ---- */

static int put_varint(struct buf *out, size_t n)
{
    int r = 0;
    for (; n >= 0x80 && r == 0; n >>= 7)
        r = buf_append(out, &(uint8_t){(uint8_t)(n | 0x80)}, 1);
    return r == 0 ? buf_append(out, &(uint8_t){(uint8_t)n}, 1) : r;
}

static int get_varint(struct slice *in, size_t *ret_n)
{
    size_t n = 0;
    for (unsigned shift = 0; shift < 28; shift += 7) {
        if (in->len == 0)
            return -EUCLEAN;
        uint8_t byte = (uint8_t)in->data[0];
        *in = (struct slice){in->data + 1, in->len - 1};
        n |= (size_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_n = n;
            return 0;
        }
    }
    return -EUCLEAN;
}

static int put_symbols(struct block_codec *codec, const uint8_t *symbols, size_t count, struct buf *out)
{
    size_t n =
        ZSTD_compressCCtx(codec->compressor, codec->frame, sizeof codec->frame, symbols, count, ZSTD_LEVEL);
    bool smaller = !ZSTD_isError(n) && n < count;
    int r = put_varint(out, smaller ? n : count);
    return r == 0 ? buf_append(out, smaller ? codec->frame : symbols, smaller ? n : count) : r;
}

static int get_symbols(struct block_codec *codec, struct slice *in, uint8_t *symbols, size_t count)
{
    size_t n = 0;
    int r = get_varint(in, &n);
    if (r < 0)
        return r;
    if (n > count || n > in->len)
        return -EUCLEAN;
    if (n == count)
        memcpy(symbols, in->data, n);
    else if (ZSTD_decompressDCtx(codec->decompressor, symbols, count, in->data, n) != count)
        return -EUCLEAN;
    *in = (struct slice){in->data + n, in->len - n};
    return 0;
}

/* ---- numbers ---- */

/* A string of bits, lowest first: those not yet written, or read and not yet used, are held back. */
struct bit_writer {
    uint8_t *at;
    uint64_t hold;
    unsigned held; /* under 8 between calls */
};

struct bit_reader {
    const uint8_t *at;
    uint64_t hold;
    unsigned held;
};

static void write_bits(struct bit_writer *bits, uint64_t value, unsigned len)
{
    for (unsigned n; len > 0; len -= n, value >>= n) {
        n = len < 32 ? len : 32; /* with the 7 that may be held these fit 64 */
        bits->hold |= (value & (UINT64_MAX >> (64 - n))) << bits->held;
        for (bits->held += n; bits->held >= 8; bits->held -= 8, bits->hold >>= 8)
            *bits->at++ = (uint8_t)bits->hold;
    }
}

/* The caller has made sure that the bits are there. */
static uint64_t read_bits(struct bit_reader *bits, unsigned len)
{
    uint64_t value = 0;
    for (unsigned n, done = 0; done < len; done += n) {
        n = len - done < 32 ? len - done : 32;
        for (; bits->held < n; bits->held += 8)
            bits->hold |= (uint64_t)*bits->at++ << bits->held;
        value |= (bits->hold & (UINT64_MAX >> (64 - n))) << done;
        bits->hold >>= n;
        bits->held -= n;
    }
    return value;
}

static unsigned bit_length(uint64_t m)
{
    return m != 0 ? 64 - (unsigned)__builtin_clzll(m) : 0;
}

/* Bits that stand behind a symbol. */
static unsigned symbol_bits(uint8_t symbol)
{
    if (symbol == SYMBOL_COPY)
        return 0;
    if (symbol == SYMBOL_RAW)
        return 64;
    unsigned len = symbol & 0x3f;
    return len > 0 ? len - 1 : 0;
}

/* The symbol of a number; what stands behind it in *ret_rest. */
static uint8_t symbol_of(int64_t number, int64_t before, uint64_t *ret_rest)
{
    *ret_rest = (uint64_t)number;
    if (number == before)
        return SYMBOL_COPY;
    if (number < 0)
        return SYMBOL_RAW;
    unsigned zeros = 0;
    for (; zeros < ZEROS_MAX && number != 0 && number % 10 == 0; zeros++)
        number /= 10;
    *ret_rest = (uint64_t)number;
    return (uint8_t)(bit_length((uint64_t)number) | zeros << 6);
}

static int number_of(uint8_t symbol, int64_t before, uint64_t rest, int64_t *ret_number)
{
    if (symbol == SYMBOL_COPY) {
        *ret_number = before;
        return 0;
    }
    if (symbol == SYMBOL_RAW) {
        *ret_number = (int64_t)rest;
        return 0;
    }
    unsigned len = symbol & 0x3f;
    int64_t m = len > 0 ? (int64_t)(rest | UINT64_C(1) << (len - 1)) : 0;
    int64_t power = powers[symbol >> 6];
    if (m > INT64_MAX / power)
        return -EUCLEAN;
    *ret_number = m * power;
    return 0;
}

static int put_numbers(struct block_codec *codec, size_t count, struct buf *out)
{
    struct bit_writer bits = {.at = codec->bits};
    for (size_t i = 0; i < count; i++) {
        uint64_t rest;
        codec->symbols[i] = symbol_of(codec->numbers[i], codec->before[i], &rest);
        write_bits(&bits, rest, symbol_bits(codec->symbols[i]));
    }
    write_bits(&bits, 0, (8 - bits.held) % 8);
    int r = put_symbols(codec, codec->symbols, count, out);
    return r == 0 ? buf_append(out, codec->bits, (size_t)(bits.at - codec->bits)) : r;
}

static int get_numbers(struct block_codec *codec, struct slice *in, size_t count)
{
    int r = get_symbols(codec, in, codec->symbols, count);
    if (r < 0)
        return r;
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += symbol_bits(codec->symbols[i]);
    size_t bytes = (total + 7) / 8;
    if (bytes > in->len)
        return -EUCLEAN;
    struct bit_reader bits = {.at = (const uint8_t *)in->data};
    for (size_t i = 0; i < count && r == 0; i++) {
        uint64_t rest = read_bits(&bits, symbol_bits(codec->symbols[i]));
        r = number_of(codec->symbols[i], codec->before[i], rest, &codec->numbers[i]);
    }
    *in = (struct slice){in->data + bytes, in->len - bytes};
    return r;
}

/* ---- blocks ---- */

enum { NOTHING_BEFORE = -1 }; /* is no gap, so that SYMBOL_COPY cannot stand for one */

/* Lists the slots that hold anything, their masks, and the gaps before them as numbers. */
static int list_slots(struct block_codec *codec, const struct block *block)
{
    size_t n = 0;
    for (size_t i = 0, next = 0; i < BLOCK_SERIES; i++) {
        if (block->flags[i] > BLOCK_FLAGS_MAX)
            return -EINVAL;
        if (block->known[i] == 0 && block->flags[i] == 0)
            continue;
        codec->numbers[n] = (int64_t)(i - next);
        codec->before[n] = NOTHING_BEFORE;
        codec->masks[n] = (uint8_t)(block->known[i] | block->flags[i] << COLUMN_COUNT);
        codec->slots[n++] = (uint16_t)i;
        next = i + 1;
    }
    codec->slot_count = n;
    return 0;
}

/* The slots that hold a figure of the column, and what the column before it says there. */
static size_t list_column(
    struct block_codec *codec, const struct block *block, int column, uint16_t *ret_slots)
{
    size_t n = 0;
    for (size_t i = 0; i < codec->slot_count; i++) {
        uint16_t slot = codec->slots[i];
        if ((codec->masks[i] >> column & 1) == 0)
            continue;
        bool has = column > 0 && (codec->masks[i] >> (column - 1) & 1) != 0;
        codec->before[n] = has ? block->figures[column - 1][slot] : NOTHING_BEFORE;
        ret_slots[n++] = slot;
    }
    return n;
}

static int put_column(struct block_codec *codec, const struct block *block, int column, struct buf *out)
{
    uint16_t slots[BLOCK_SERIES];
    size_t n = list_column(codec, block, column, slots);
    for (size_t i = 0; i < n; i++)
        codec->numbers[i] = block->figures[column][slots[i]];
    return put_numbers(codec, n, out);
}

static int get_column(struct block_codec *codec, int column, struct slice *in, struct block *block)
{
    uint16_t slots[BLOCK_SERIES];
    size_t n = list_column(codec, block, column, slots);
    int r = get_numbers(codec, in, n);
    for (size_t i = 0; i < n && r == 0; i++)
        block->figures[column][slots[i]] = codec->numbers[i];
    return r;
}

static void put_head(uint8_t head[HEAD_SIZE], const char *body, size_t len)
{
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)body, (uInt)len);
    head[0] = VERSION;
    for (int i = 0; i < 4; i++)
        head[1 + i] = (uint8_t)(crc >> 8 * i);
}

int block_encode(struct block_codec *codec, const struct block *block, struct buf *out)
{
    int r = list_slots(codec, block);
    uint8_t head[HEAD_SIZE] = {0};
    size_t start = out->len;
    if (r == 0)
        r = buf_append(out, head, HEAD_SIZE);
    if (r == 0)
        r = put_varint(out, codec->slot_count);
    if (r == 0)
        r = put_numbers(codec, codec->slot_count, out);
    if (r == 0)
        r = put_symbols(codec, codec->masks, codec->slot_count, out);
    for (int column = 0; column < COLUMN_COUNT && r == 0; column++)
        r = put_column(codec, block, column, out);
    if (r < 0)
        return r;
    put_head(head, out->data + start + HEAD_SIZE, out->len - start - HEAD_SIZE);
    memcpy(out->data + start, head, HEAD_SIZE);
    return 0;
}

/* Checks version and checksum and steps over them. */
static int get_head(struct slice *in)
{
    uint8_t head[HEAD_SIZE];
    if (in->len < HEAD_SIZE || in->len > BLOCK_BYTES_MAX)
        return -EUCLEAN;
    struct slice body = {in->data + HEAD_SIZE, in->len - HEAD_SIZE};
    put_head(head, body.data, body.len);
    if (memcmp(head, in->data, HEAD_SIZE) != 0)
        return -EUCLEAN;
    *in = body;
    return 0;
}

/* Fills the codec's slots and masks, and the block's known and flags. */
static int get_slots(struct block_codec *codec, struct slice *in, struct block *block)
{
    int r = get_varint(in, &codec->slot_count);
    if (r < 0 || codec->slot_count > BLOCK_SERIES)
        return -EUCLEAN;
    for (size_t i = 0; i < codec->slot_count; i++)
        codec->before[i] = NOTHING_BEFORE;
    r = get_numbers(codec, in, codec->slot_count);
    if (r == 0)
        r = get_symbols(codec, in, codec->masks, codec->slot_count);
    int64_t next = 0;
    for (size_t i = 0; i < codec->slot_count && r == 0; i++) {
        if (codec->numbers[i] < 0 || codec->numbers[i] >= BLOCK_SERIES - next || codec->masks[i] == 0)
            return -EUCLEAN;
        next += codec->numbers[i];
        codec->slots[i] = (uint16_t)next;
        block->known[next] = codec->masks[i] & ((1 << COLUMN_COUNT) - 1);
        block->flags[next] = codec->masks[i] >> COLUMN_COUNT;
        next++;
    }
    return r;
}

int block_decode(struct block_codec *codec, struct slice bytes, struct block *ret_block)
{
    memset(ret_block, 0, sizeof *ret_block);
    int r = get_head(&bytes);
    if (r == 0)
        r = get_slots(codec, &bytes, ret_block);
    for (int column = 0; column < COLUMN_COUNT && r == 0; column++)
        r = get_column(codec, column, &bytes, ret_block);
    return r == 0 && bytes.len > 0 ? -EUCLEAN : r;
}
