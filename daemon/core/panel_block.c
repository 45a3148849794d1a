/* Layout of a packed block: its head, then
 *
 *     bitmaps  PANEL_BLOCK bits each: the rows, and of a column that some rows lack its own
 *     flags    a byte for each row; only where any row has some
 *     figures  of value, quantity, weight: one behind the other, each `width` bytes of a signed number of
 * units slack    so that a load of eight bytes stays inside
 *
 * A figure is found by its rank: the number of bits before its own. */
#include "core/panel_block.h"

#include <endian.h>
#include <string.h>

#include "base/alloc.h"

enum {
    WORDS = PANEL_WORDS, /* of a bitmap */
    UNITS = 4,
    SLACK = sizeof(uint64_t) - 1,
    ROWS = 0, /* number of the bitmap */
};

/* Trade figures are thousandths of mostly whole numbers. */
static const int64_t units[UNITS] = {1, 10, 100, 1000};

/* A division by a constant is a multiplication. */
static int64_t in_units(int64_t figure, unsigned unit)
{
    switch (unit) {
    case 3:
        return figure / 1000;
    case 2:
        return figure / 100;
    case 1:
        return figure / 10;
    default:
        return figure;
    }
}

struct packed_column {
    uint16_t at;               /* of the first figure, counted from the bitmaps */
    uint8_t bitmap;            /* which one says where it has figures */
    uint8_t width;             /* bytes of a figure: 1 … 8; 0: it has none */
    uint8_t unit;              /* in `units` */
    uint8_t before[WORDS - 1]; /* figures before each word of its bitmap but the first */
};

struct panel_block {
    struct packed_column columns[COLUMN_COUNT];
    uint16_t flags_at; /* counted from the bitmaps; 0: no row has any */
    uint16_t size;     /* of all that follows */
    uint64_t bits[];
};

struct bitmap {
    uint64_t words[WORDS];
};

static unsigned count_bits(uint64_t word)
{
    return (unsigned)__builtin_popcountll(word);
}

static unsigned bitmap_count(const struct bitmap *bitmap)
{
    unsigned n = 0;
    for (int i = 0; i < WORDS; i++)
        n += count_bits(bitmap->words[i]);
    return n;
}

/* The rows whose `known` has any of these bits. */
static struct bitmap bitmap_of(const struct panel_month *month, unsigned bits)
{
    struct bitmap bitmap = {{0}};
    for (unsigned i = 0; i < PANEL_BLOCK; i++)
        bitmap.words[i / 64] |= (uint64_t)((month->known[i] & bits) != 0) << i % 64;
    return bitmap;
}

static const uint8_t *bytes_of(const struct panel_block *block)
{
    return (const uint8_t *)block->bits;
}

/* ---- packing ---- */

/* What a column is packed by before it is packed. */
struct plan {
    struct bitmap bitmap;
    unsigned count, unit, width;
};

/* Bytes that hold the number with its sign. */
static unsigned bytes_for(int64_t number)
{
    uint64_t significant = (uint64_t)(number < 0 ? ~number : number);
    return significant == 0 ? 1 : (unsigned)(64 - __builtin_clzll(significant)) / 8 + 1;
}

static struct plan plan_column(const struct panel_month *month, int column)
{
    struct plan plan = {.bitmap = bitmap_of(month, 1U << column), .unit = UNITS - 1};
    int64_t least = 0, greatest = 0;
    for (unsigned word = 0; word < WORDS; word++)
        for (uint64_t left = plan.bitmap.words[word]; left != 0; left &= left - 1) {
            int64_t figure = month->figures[column][word * 64 + (unsigned)__builtin_ctzll(left)];
            while (in_units(figure, plan.unit) * units[plan.unit] != figure)
                plan.unit--;
            least = figure < least ? figure : least;
            greatest = figure > greatest ? figure : greatest;
            plan.count++;
        }
    unsigned below = bytes_for(least / units[plan.unit]), above = bytes_for(greatest / units[plan.unit]);
    plan.width = plan.count == 0 ? 0 : below > above ? below : above;
    return plan;
}

/* Each store spills over the next figure, which comes after it. */
static void pack_figures(const struct plan *plan, const int64_t figures[PANEL_BLOCK], uint8_t *out)
{
    for (unsigned word = 0; word < WORDS; word++)
        for (uint64_t left = plan->bitmap.words[word]; left != 0; left &= left - 1) {
            int64_t figure = figures[word * 64 + (unsigned)__builtin_ctzll(left)];
            uint64_t bytes = htole64((uint64_t)in_units(figure, plan->unit));
            memcpy(out, &bytes, sizeof bytes);
            out += plan->width;
        }
}

static void pack_flags(const struct panel_month *month, const struct bitmap *rows, uint8_t *out)
{
    for (unsigned i = 0; i < PANEL_BLOCK; i++)
        if ((rows->words[i / 64] >> i % 64 & 1) != 0)
            *out++ = month->flags[i];
}

static bool has_flags(const struct panel_month *month)
{
    uint8_t all = 0;
    for (unsigned i = 0; i < PANEL_BLOCK; i++)
        all |= month->flags[i];
    return all != 0;
}

/* The head of a block and the bitmaps, each once; where figures stand follows from them. */
struct draft {
    struct bitmap bitmaps[1 + COLUMN_COUNT];
    unsigned bitmap_count;
    struct panel_block head;
};

static void draft_column(struct draft *draft, int column, const struct plan *plan)
{
    struct packed_column *packed = &draft->head.columns[column];
    packed->width = (uint8_t)plan->width;
    packed->unit = (uint8_t)plan->unit;
    if (plan->count > 0 && memcmp(&plan->bitmap, &draft->bitmaps[ROWS], sizeof plan->bitmap) != 0) {
        packed->bitmap = (uint8_t)draft->bitmap_count;
        draft->bitmaps[draft->bitmap_count++] = plan->bitmap;
    }
    unsigned before = 0;
    for (int word = 0; word < WORDS - 1; word++) {
        before += count_bits(plan->bitmap.words[word]);
        packed->before[word] = (uint8_t)before;
    }
}

struct panel_block *panel_block_pack(const struct panel_month *month)
{
    struct draft draft = {.bitmaps = {bitmap_of(month, PANEL_ROW)}, .bitmap_count = 1};
    unsigned rows = bitmap_count(&draft.bitmaps[ROWS]);
    if (rows == 0)
        return NULL;
    struct plan plans[COLUMN_COUNT];
    for (int column = 0; column < COLUMN_COUNT; column++) {
        plans[column] = plan_column(month, column);
        draft_column(&draft, column, &plans[column]);
    }
    size_t size = draft.bitmap_count * sizeof(struct bitmap);
    if (has_flags(month)) {
        draft.head.flags_at = (uint16_t)size;
        size += rows;
    }
    for (int column = 0; column < COLUMN_COUNT; column++) {
        draft.head.columns[column].at = (uint16_t)size;
        size += (size_t)plans[column].count * plans[column].width;
    }
    draft.head.size = (uint16_t)(size + SLACK);
    struct panel_block *block = alloc_zeroed(1, sizeof *block + size + SLACK);
    *block = draft.head;
    uint8_t *bytes = (uint8_t *)block->bits;
    memcpy(bytes, draft.bitmaps, draft.bitmap_count * sizeof(struct bitmap));
    if (draft.head.flags_at != 0)
        pack_flags(month, &draft.bitmaps[ROWS], bytes + draft.head.flags_at);
    for (int column = 0; column < COLUMN_COUNT; column++)
        pack_figures(&plans[column], month->figures[column], bytes + draft.head.columns[column].at);
    return block;
}

void panel_block_free(struct panel_block *block)
{
    alloc_free(block);
}

size_t panel_block_size(const struct panel_block *block)
{
    return block == NULL ? 0 : sizeof *block + block->size;
}

/* ---- unpacking ---- */

static int64_t load_figure(const uint8_t *at, unsigned width)
{
    uint64_t bytes;
    memcpy(&bytes, at, sizeof bytes);
    unsigned shift = 64 - 8 * width;
    return (int64_t)(le64toh(bytes) << shift) >> shift; /* the sign comes down */
}

static const uint64_t *bitmap_at(const struct panel_block *block, unsigned bitmap)
{
    return block->bits + (size_t)bitmap * WORDS;
}

static void unpack_column(const struct panel_block *block, int column, struct panel_month *month)
{
    struct packed_column packed = block->columns[column];
    if (packed.width == 0)
        return;
    const uint64_t *words = bitmap_at(block, packed.bitmap);
    const uint8_t *at = bytes_of(block) + packed.at;
    int64_t unit = units[packed.unit];
    for (unsigned word = 0; word < WORDS; word++)
        for (uint64_t left = words[word]; left != 0; left &= left - 1) {
            unsigned i = word * 64 + (unsigned)__builtin_ctzll(left);
            month->figures[column][i] = load_figure(at, packed.width) * unit;
            month->known[i] |= (uint8_t)(1U << column);
            at += packed.width;
        }
}

void panel_block_unpack(const struct panel_block *block, struct panel_month *ret_month)
{
    memset(ret_month, 0, sizeof *ret_month);
    if (block == NULL)
        return;
    const uint64_t *rows = bitmap_at(block, ROWS);
    const uint8_t *flags = block->flags_at != 0 ? bytes_of(block) + block->flags_at : NULL;
    for (unsigned word = 0; word < WORDS; word++)
        for (uint64_t left = rows[word]; left != 0; left &= left - 1) {
            unsigned i = word * 64 + (unsigned)__builtin_ctzll(left);
            ret_month->known[i] = PANEL_ROW;
            if (flags != NULL)
                ret_month->flags[i] = *flags++;
        }
    for (int column = 0; column < COLUMN_COUNT; column++)
        unpack_column(block, column, ret_month);
}

/* ---- rows ---- */

static void find_flagged(const struct panel_block *block, const uint64_t *rows, uint64_t *flagged)
{
    const uint8_t *flags = bytes_of(block) + block->flags_at;
    for (unsigned word = 0; word < WORDS; word++)
        for (uint64_t left = rows[word]; left != 0; left &= left - 1)
            flagged[word] |= *flags++ != 0 ? left & -left : 0;
}

void panel_block_rows(const struct panel_block *block, struct panel_rows *ret_rows)
{
    *ret_rows = (struct panel_rows){0};
    if (block == NULL)
        return;
    const uint64_t *rows = bitmap_at(block, ROWS);
    memcpy(ret_rows->rows, rows, sizeof ret_rows->rows);
    if (block->flags_at != 0)
        find_flagged(block, rows, ret_rows->flagged);
    for (int column = 0; column < COLUMN_COUNT; column++) {
        if (block->columns[column].width == 0)
            continue;
        const uint64_t *words = bitmap_at(block, block->columns[column].bitmap);
        for (unsigned word = 0; word < WORDS; word++) {
            ret_rows->figured[word] |= words[word];
            ret_rows->figures += count_bits(words[word]);
        }
    }
}

/* ---- one figure ---- */

/* Bits below the one of `at` in its word. */
static uint64_t bits_before(uint64_t word, unsigned at)
{
    return word & ((UINT64_C(1) << at % 64) - 1);
}

bool panel_block_get(const struct panel_block *block, unsigned at, enum column column, int64_t *ret_figure)
{
    if (block == NULL)
        return false;
    const struct packed_column *packed = &block->columns[column];
    uint64_t word = bitmap_at(block, packed->bitmap)[at / 64];
    if (packed->width == 0 || (word >> at % 64 & 1) == 0)
        return false;
    unsigned rank = count_bits(bits_before(word, at)) + (at < 64 ? 0U : packed->before[at / 64 - 1]);
    const uint8_t *figure = bytes_of(block) + packed->at + (size_t)rank * packed->width;
    *ret_figure = load_figure(figure, packed->width) * units[packed->unit];
    return true;
}

unsigned panel_block_flags(const struct panel_block *block, unsigned at)
{
    if (block == NULL || block->flags_at == 0)
        return 0;
    const uint64_t *rows = bitmap_at(block, ROWS);
    if ((rows[at / 64] >> at % 64 & 1) == 0)
        return 0;
    unsigned rank = count_bits(bits_before(rows[at / 64], at));
    for (unsigned word = 0; word < at / 64; word++)
        rank += count_bits(rows[word]);
    return bytes_of(block)[block->flags_at + rank];
}
