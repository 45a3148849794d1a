#include "feeds/scan_csv.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "base/alloc.h"

/* ---- masks: what the 64 bytes of a block are, one bit for each, the first byte's lowest ---- */

struct masks {
    uint64_t stop; /* delimiter, LF, CR */
    uint64_t last; /* LF, CR: what ends a record */
    uint64_t quote;
    uint64_t cr;
    uint64_t odd; /* NUL, or not ASCII */
};

typedef struct masks masks_fn(const char *block, char delimiter);

/* The highest bit of each byte of the word that is `c`. Exact: no byte borrows from its neighbour. */
static inline uint64_t bytes_equal(uint64_t word, char c)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    uint64_t differ = word ^ (ones * (unsigned char)c);
    return ~(((differ & low) + low) | differ | low);
}

/* The highest bits of the eight bytes, side by side. */
static inline uint64_t high_bits(uint64_t word)
{
    return ((word & UINT64_C(0x8080808080808080)) >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline struct masks masks_portable(const char *block, char delimiter)
{
    struct masks masks = {0};
    for (unsigned i = 0; i < SCAN_BLOCK; i += 8) {
        uint64_t word;
        memcpy(&word, block + i, sizeof word);
        word = le64toh(word);
        uint64_t cr = bytes_equal(word, '\r'), last = bytes_equal(word, '\n') | cr;
        masks.stop |= high_bits(bytes_equal(word, delimiter) | last) << i;
        masks.last |= high_bits(last) << i;
        masks.quote |= high_bits(bytes_equal(word, '"')) << i;
        masks.cr |= high_bits(cr) << i;
        masks.odd |= high_bits(bytes_equal(word, '\0') | word) << i;
    }
    return masks;
}

#ifdef __x86_64__

#include <immintrin.h>

#define TARGET_AVX2 __attribute__((target("avx2,bmi,popcnt")))

static inline struct masks masks_sse2(const char *block, char delimiter)
{
    const __m128i lf = _mm_set1_epi8('\n'), cr = _mm_set1_epi8('\r'), quote = _mm_set1_epi8('"');
    const __m128i end = _mm_set1_epi8(delimiter), one = _mm_set1_epi8(1);
    struct masks masks = {0};
    for (unsigned i = 0; i < SCAN_BLOCK; i += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(block + i));
        __m128i returns = _mm_cmpeq_epi8(bytes, cr);
        __m128i lasts = _mm_or_si128(_mm_cmpeq_epi8(bytes, lf), returns);
        __m128i stops = _mm_or_si128(_mm_cmpeq_epi8(bytes, end), lasts);
        masks.stop |= (uint64_t)(unsigned)_mm_movemask_epi8(stops) << i;
        masks.last |= (uint64_t)(unsigned)_mm_movemask_epi8(lasts) << i;
        masks.quote |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, quote)) << i;
        masks.cr |= (uint64_t)(unsigned)_mm_movemask_epi8(returns) << i;
        masks.odd |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(one, bytes)) << i;
    }
    return masks;
}

TARGET_AVX2 static inline struct masks masks_avx2(const char *block, char delimiter)
{
    const __m256i lf = _mm256_set1_epi8('\n'), cr = _mm256_set1_epi8('\r'), quote = _mm256_set1_epi8('"');
    const __m256i end = _mm256_set1_epi8(delimiter), one = _mm256_set1_epi8(1);
    struct masks masks = {0};
    for (unsigned i = 0; i < SCAN_BLOCK; i += 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)(const void *)(block + i));
        __m256i returns = _mm256_cmpeq_epi8(bytes, cr);
        __m256i lasts = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, lf), returns);
        __m256i stops = _mm256_or_si256(_mm256_cmpeq_epi8(bytes, end), lasts);
        masks.stop |= (uint64_t)(unsigned)_mm256_movemask_epi8(stops) << i;
        masks.last |= (uint64_t)(unsigned)_mm256_movemask_epi8(lasts) << i;
        masks.quote |= (uint64_t)(unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, quote)) << i;
        masks.cr |= (uint64_t)(unsigned)_mm256_movemask_epi8(returns) << i;
        masks.odd |= (uint64_t)(unsigned)_mm256_movemask_epi8(_mm256_cmpgt_epi8(one, bytes)) << i;
    }
    return masks;
}

#endif

/* ---- what the masks say ---- */

/* Bit i: whether an odd number of bits up to i is set, which is whether byte i is inside quotes; a doubled
 * quote leaves and comes in again. */
static uint64_t prefix_xor(uint64_t bits)
{
    for (unsigned shift = 1; shift < SCAN_BLOCK; shift *= 2)
        bits ^= bits << shift;
    return bits;
}

static bool is_stop(const struct scan *scan, char c)
{
    return c == scan->delimiter || c == '\n' || c == '\r';
}

/* The stops of a block at or behind quotes: those outside of them. A quote opens at the start of a field, or
 * doubled; behind one that closes comes another or a stop. The first that breaks this ends the text. */
static uint64_t stops_outside(struct scan *scan, const struct masks *masks, size_t at)
{
    bool begins = at == 0 || (scan->inside == 0 && is_stop(scan, scan->text.data[at - 1]));
    uint64_t inside = prefix_xor(masks->quote) ^ scan->inside;
    uint64_t stops = masks->stop & ~inside;
    uint64_t opening = masks->quote & inside, closing = masks->quote & ~inside;
    uint64_t begin = stops << 1 | (begins ? 1 : 0), behind = closing << 1 | scan->behind;
    uint64_t wrong = (opening & ~begin & ~behind) | (behind & ~stops & ~masks->quote);
    scan->inside = inside >> 63 != 0 ? UINT64_MAX : 0;
    scan->behind = closing >> 63;
    scan->has_quotes = true;
    scan->has_doubled |= (opening & behind) != 0;
    scan->has_inner |= (masks->stop & inside) != 0;
    if (wrong == 0)
        return stops;
    size_t first = (size_t)__builtin_ctzll(wrong);
    if (at + first < scan->end) /* else it is the padding of the last block */
        scan->end = at + first;
    return stops & ((UINT64_C(1) << first) - 1);
}

/* A run of bytes that are not ASCII is UTF-8 by itself or not at all. Returns its end. */
static size_t check_run(struct scan *scan, size_t start)
{
    size_t end = start;
    while (end < scan->text.len && (unsigned char)scan->text.data[end] >= 0x80)
        end++;
    if (!str_is_utf8((struct slice){scan->text.data + start, end - start}))
        scan->bad_bytes = true;
    return end;
}

static void check_bytes(struct scan *scan, const struct masks *masks, size_t at)
{
    const char *text = scan->text.data;
    for (uint64_t bits = masks->cr; bits != 0; bits &= bits - 1) {
        size_t next = at + (size_t)__builtin_ctzll(bits) + 1;
        if (next == scan->text.len || text[next] != '\n')
            scan->bad_bytes = true;
    }
    for (uint64_t bits = masks->odd; bits != 0; bits &= bits - 1) {
        size_t i = at + (size_t)__builtin_ctzll(bits);
        if (text[i] == '\0')
            scan->bad_bytes = true;
        else if (i >= scan->checked)
            scan->checked = check_run(scan, i);
    }
}

/* ---- the index ---- */

/* Writes the positions eight at a time, which is one jump for most blocks; up to seven more than there are.
 */
static inline size_t put_stops(size_t *stops, size_t at, uint64_t bits)
{
    const uint64_t last = UINT64_C(1) << 63; /* there is no lowest bit in 0 */
    size_t n = (size_t)__builtin_popcountll(bits);
    for (; bits != 0; stops += 8) {
        for (int i = 0; i < 8; i++) {
            stops[i] = at + (size_t)__builtin_ctzll(bits | last);
            bits &= bits - 1;
        }
    }
    return n;
}

/* Writes which of the stops, counted from `first`, end a record. */
static inline size_t put_lasts(uint16_t *lasts, size_t first, uint64_t stops, uint64_t last)
{
    size_t n = 0;
    for (uint64_t bits = stops & last; bits != 0; bits &= bits - 1) {
        uint64_t before = stops & ((bits & -bits) - 1);
        lasts[n++] = (uint16_t)(first + (size_t)__builtin_popcountll(before));
    }
    return n;
}

static inline uint64_t take_masks(struct scan *scan, const struct masks *masks, size_t at)
{
    if ((masks->cr | masks->odd) != 0)
        check_bytes(scan, masks, at);
    return (masks->quote | scan->inside | scan->behind) != 0 ? stops_outside(scan, masks, at) : masks->stop;
}

/* What is left of the text is less than a block: behind it stand bytes that mean nothing. */
static inline struct masks last_masks(const struct scan *scan, size_t at, masks_fn *masks_of)
{
    char block[SCAN_BLOCK];
    size_t n = scan->text.len - at;
    memset(block, scan->delimiter == ' ' ? '.' : ' ', sizeof block);
    memcpy(block, scan->text.data + at, n);
    return masks_of(block, scan->delimiter);
}

/* A record that the index has begun, but not to its end, goes to the front of it. Of one with more fields
 * than are read only their number is kept. Returns its stops. */
static size_t keep_begun(struct scan *scan)
{
    const size_t *stops = scan->stops + scan->stop_next;
    size_t n = scan->stop_len - scan->stop_next;
    if (n > RECORD_FIELDS_MAX || (scan->passed > 0 && n > 0)) {
        scan->passed += n;
        scan->start = stops[n - 1] + 1;
        n = 0;
    }
    memmove(scan->stops, stops, n * sizeof *stops);
    return n;
}

/* Fills the index from the text's next blocks. */
static inline __attribute__((always_inline)) void index_blocks(struct scan *scan, masks_fn *masks_of)
{
    size_t n = keep_begun(scan), at = scan->at, lasts = 0;
    for (; n <= SCAN_STOPS_MAX - SCAN_BLOCK && at < scan->end; at += SCAN_BLOCK) {
        struct masks masks = scan->text.len - at >= SCAN_BLOCK
                                 ? masks_of(scan->text.data + at, scan->delimiter)
                                 : last_masks(scan, at, masks_of);
        uint64_t stops = take_masks(scan, &masks, at);
        lasts += put_lasts(scan->lasts + lasts, n, stops, masks.last);
        n += put_stops(scan->stops + n, at, stops);
    }
    scan->at = at;
    scan->stop_next = 0;
    scan->stop_len = n;
    scan->last_next = 0;
    scan->last_len = lasts;
}

static void index_portable(struct scan *scan)
{
    index_blocks(scan, masks_portable);
}

#ifdef __x86_64__

static void index_sse2(struct scan *scan)
{
    index_blocks(scan, masks_sse2);
}

TARGET_AVX2 static void index_avx2(struct scan *scan)
{
    index_blocks(scan, masks_avx2);
}

static void (*const ways[SCAN_WAY_COUNT])(struct scan *scan) = {index_portable, index_sse2, index_avx2};

bool scan_has_way(enum scan_way way)
{
    return way != SCAN_AVX2 || (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                                   __builtin_cpu_supports("popcnt"));
}

#else

static void (*const ways[SCAN_WAY_COUNT])(struct scan *scan) = {index_portable};

bool scan_has_way(enum scan_way way)
{
    return way == SCAN_PORTABLE;
}

#endif

enum scan_way scan_best_way(void)
{
    enum scan_way way = SCAN_AVX2;
    while (!scan_has_way(way))
        way--;
    return way;
}

/* ---- records ---- */

/* What stands between the quotes. */
static struct slice quoted_field(struct scan *scan, struct slice raw)
{
    struct slice field = {raw.data + 1, raw.len - 2};
    const char *p = field.data, *end = field.data + field.len;
    for (; scan->has_inner && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        scan->lines++;
    if (scan->has_doubled && memchr(field.data, '"', field.len) != NULL)
        scan->doubled = true;
    return field;
}

/* Fields of a record with `n` stops, where there are quotes. */
static void cut_fields(struct scan *scan, const size_t *stops, size_t n)
{
    const char *text = scan->text.data;
    size_t start = scan->offset;
    for (size_t i = 0; i < n; i++) {
        struct slice field = {text + start, stops[i] - start};
        scan->fields[i] = text[start] == '"' ? quoted_field(scan, field) : field;
        start = stops[i] + 1;
    }
}

static void skip_empty_lines(struct scan *scan)
{
    const char *text = scan->text.data;
    size_t i = scan->stop_next, start = scan->start;
    for (; i < scan->stop_len && scan->stops[i] == start && text[start] != scan->delimiter; i++, start++) {
        scan->line += text[start] == '\n';
        scan->last_next++;
    }
    scan->stop_next = i;
    scan->start = scan->offset = start;
}

/* Of each two quotes in a field there, one. */
static void unescape_fields(struct scan *scan, size_t len, size_t size)
{
    size_t n = 0;
    if (size > scan->unescaped_cap) {
        scan->unescaped = alloc_resize(scan->unescaped, size * 2, 1);
        scan->unescaped_cap = size * 2;
    }
    for (size_t i = 0; i < len; i++) {
        struct slice *field = &scan->fields[i];
        if (field->len == 0 || memchr(field->data, '"', field->len) == NULL)
            continue;
        char *copy = scan->unescaped + n;
        for (size_t k = 0; k < field->len; k += field->data[k] == '"' ? 2 : 1)
            scan->unescaped[n++] = field->data[k];
        *field = (struct slice){copy, (size_t)(scan->unescaped + n - copy)};
    }
}

/* The record whose last stop is the next of the index. */
static void end_record(struct scan *scan, struct record *ret_record)
{
    size_t first = scan->stop_next, n = scan->lasts[scan->last_next] - first + 1;
    size_t last = scan->stops[first + n - 1], len = scan->passed + n;
    bool cut = scan->has_quotes && len <= RECORD_FIELDS_MAX;
    if (cut)
        cut_fields(scan, scan->stops + first, n);
    if (cut && scan->doubled)
        unescape_fields(scan, n, last - scan->offset);
    *ret_record = (struct record){.fields = cut ? scan->fields : NULL,
        .stops = scan->stops + first,
        .len = len,
        .line = scan->line,
        .text = scan->text,
        .offset = scan->offset,
        .delimiter = scan->delimiter};
    scan->line += scan->lines + (scan->text.data[last] == '\n');
    scan->lines = 0;
    scan->doubled = false;
    scan->passed = 0;
    scan->start = scan->offset = last + 1;
    scan->stop_next = first + n;
    scan->last_next++;
}

/* All records have been taken: that is the end, or a fault. */
static int end_text(struct scan *scan)
{
    bool any = scan->stop_next < scan->stop_len;
    size_t start =
        any ? scan->stops[scan->stop_len - 1] + 1 : scan->start; /* of the field that does not end */
    bool wrong = scan->end < scan->text.len, open = any || scan->passed > 0 || start < scan->text.len;
    if (!wrong && !open)
        return 0;
    scan->unended = !wrong;
    scan->fault = wrong ? scan->end : start;
    return -EBADMSG;
}

void scan_init(struct scan *scan, struct slice text, char delimiter, enum scan_way way)
{
    *scan = (struct scan){.text = text, .delimiter = delimiter, .way = way, .end = text.len, .line = 1};
}

void scan_deinit(struct scan *scan)
{
    alloc_free(scan->unescaped);
}

int scan_next(struct scan *scan, struct record *ret_record)
{
    for (;;) {
        if (scan->passed == 0)
            skip_empty_lines(scan);
        if (scan->last_next < scan->last_len) {
            end_record(scan, ret_record);
            return 1;
        }
        if (scan->at >= scan->end)
            return end_text(scan);
        ways[scan->way](scan);
    }
}
