#include "base/str.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

struct slice slice_of(const char *s)
{
    return (struct slice){s, strlen(s)};
}

bool slice_equal(struct slice slice, const char *s)
{
    return slice.len == strlen(s) && memcmp(slice.data, s, slice.len) == 0;
}

bool str_equal(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int str_to_int64(struct slice text, int64_t *ret_value)
{
    if (text.len > 0 && memchr(text.data, '.', text.len) != NULL)
        return -EINVAL;
    return str_to_fixed(text, 1, ret_value);
}

/* ---- numbers of at most eight bytes, all bytes at once ---- */

enum { SHORT_MAX = sizeof(uint64_t) };

/* The first byte lowest. The two loads may overlap; nothing outside of the text is read. */
static uint64_t load_short(struct slice text)
{
    const unsigned char *p = (const unsigned char *)text.data;
    size_t middle = text.len / 2, last = text.len - 1;
    if (text.len >= 4) {
        uint32_t low, high;
        memcpy(&low, p, sizeof low);
        memcpy(&high, p + text.len - sizeof high, sizeof high);
        return le32toh(low) | (uint64_t)le32toh(high) << 8 * (text.len - sizeof high);
    }
    return p[0] | (uint64_t)p[middle] << 8 * middle | (uint64_t)p[last] << 8 * last;
}

/* Where the first point stands in what was loaded, or SHORT_MAX: the lowest byte that is zero once points are
 * taken away. */
static size_t find_point(uint64_t bytes)
{
    uint64_t others = bytes ^ UINT64_C(0x2e2e2e2e2e2e2e2e);
    uint64_t zeros = (others - UINT64_C(0x0101010101010101)) & ~others & UINT64_C(0x8080808080808080);
    return zeros != 0 ? (size_t)__builtin_ctzll(zeros) / 8 : SHORT_MAX;
}

/* Digits are 0x30 to 0x39: six more leave the upper half of a digit as it is. */
static bool are_digits(uint64_t bytes)
{
    const uint64_t upper = UINT64_C(0xf0f0f0f0f0f0f0f0);
    uint64_t more = (bytes + UINT64_C(0x0606060606060606)) & upper;
    return ((bytes & upper) | more >> 4) == UINT64_C(0x3333333333333333);
}

/* Eight digits: pairs of them, then fours, then all. */
static int64_t number_of(uint64_t digits)
{
    digits &= UINT64_C(0x0f0f0f0f0f0f0f0f);
    digits = (digits * 10 + (digits >> 8)) & UINT64_C(0x00ff00ff00ff00ff);
    digits = (digits * 100 + (digits >> 16)) & UINT64_C(0x0000ffff0000ffff);
    return (int64_t)((digits * 10000 + (digits >> 32)) & UINT64_C(0xffffffff));
}

/* Most figures are so: digits, and a point with no more behind it than the scale has. False of all others,
 * which is no verdict. */
static bool read_short(struct slice text, int64_t scale, int64_t *ret_value)
{
    if (text.len == 0 || text.len > SHORT_MAX)
        return false;
    uint64_t bytes = load_short(text);
    size_t point = find_point(bytes), digits = text.len;
    if (point != SHORT_MAX) {
        uint64_t before = (UINT64_C(1) << 8 * point) - 1;
        if (point == 0 || point + 1 == text.len)
            return false;
        for (size_t decimal = point + 1; decimal < text.len; decimal++, scale /= 10)
            if (scale < 10)
                return false;
        bytes = (bytes & before) | (bytes >> 8 & ~before);
        digits--;
    }
    if (digits < SHORT_MAX) /* zeros in front */
        bytes = bytes << 8 * (SHORT_MAX - digits) | UINT64_C(0x3030303030303030) >> 8 * digits;
    int64_t value;
    if (!are_digits(bytes) || __builtin_mul_overflow(number_of(bytes), scale, &value))
        return false;
    *ret_value = value;
    return true;
}

/* ---- all other numbers ---- */

/* Appends one decimal digit to a magnitude. */
static int push_digit(uint64_t *magnitude, char digit)
{
    uint64_t value = (uint64_t)(digit - '0');
    bool far_below = *magnitude < (uint64_t)INT64_MAX / 10; /* whatever the digit */
    if (!far_below && *magnitude > ((uint64_t)INT64_MAX - value) / 10)
        return -ERANGE;
    *magnitude = *magnitude * 10 + value;
    return 0;
}

/* Reads the fraction's digits down to `scale`, pads with zeros, rounds on the first digit left over. */
static int read_fraction(const char *p, const char *end, int64_t scale, uint64_t *magnitude)
{
    for (; scale > 1; scale /= 10) {
        int r = push_digit(magnitude, p < end && is_digit(*p) ? *p++ : '0');
        if (r < 0)
            return r;
    }
    if (p < end && is_digit(*p) && *p >= '5') {
        if (*magnitude >= (uint64_t)INT64_MAX)
            return -ERANGE;
        *magnitude += 1;
    }
    while (p < end && is_digit(*p))
        p++;
    return p == end ? 0 : -EINVAL;
}

int str_to_fixed(struct slice text, int64_t scale, int64_t *ret_value)
{
    if (read_short(text, scale, ret_value))
        return 0;
    const char *p = text.data, *end = text.data + text.len;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || !is_digit(*p))
        return -EINVAL;
    uint64_t magnitude = 0;
    int overflow = 0;
    for (; p < end && is_digit(*p); p++)
        if (push_digit(&magnitude, *p) < 0)
            overflow = -ERANGE;
    if (p < end && *p == '.') {
        p++;
        if (p == end)
            return -EINVAL;
    }
    int r = read_fraction(p, end, scale, &magnitude);
    if (r == -EINVAL || overflow == 0)
        overflow = r;
    if (overflow < 0)
        return overflow;
    *ret_value = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    return 0;
}

/* Length of the well-formed sequence at p, or 0. The second byte's range closes overlong forms,
 * surrogates and values past U+10FFFF (RFC 3629 section 4). */
static size_t utf8_sequence(const unsigned char *p, size_t left)
{
    static const struct {
        unsigned char first, last, low, high;
        size_t len;
    } forms[] = {
        {0x00, 0x7f, 0, 0, 1},
        {0xc2, 0xdf, 0x80, 0xbf, 2},
        {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3},
        {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4},
        {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (p[0] < forms[i].first || p[0] > forms[i].last)
            continue;
        size_t len = forms[i].len;
        if (len > left || (len > 1 && (p[1] < forms[i].low || p[1] > forms[i].high)))
            return 0;
        for (size_t k = 2; k < len; k++)
            if ((p[k] & 0xc0) != 0x80)
                return 0;
        return len;
    }
    return 0;
}

bool str_is_utf8(struct slice text)
{
    const unsigned char *p = (const unsigned char *)text.data;
    for (size_t i = 0; i < text.len;) {
        size_t n = utf8_sequence(p + i, text.len - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

/* The bytes that no line has, as the beginning of their UTF-8 sequence and the range of its last byte. */
static bool is_control(const unsigned char *p, size_t len)
{
    if (len == 1)
        return p[0] < 0x20 || p[0] == 0x7f;
    if (len == 2)
        return p[0] == 0xc2 && p[1] < 0xa0; /* C1 */
    if (len != 3 || p[0] != 0xe2)
        return false;
    return (p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9);
}

bool str_is_line(struct slice text)
{
    const unsigned char *p = (const unsigned char *)text.data;
    for (size_t i = 0; i < text.len;) {
        size_t n = utf8_sequence(p + i, text.len - i);
        if (n == 0 || is_control(p + i, n))
            return false;
        i += n;
    }
    return true;
}

enum { WORD_MAX = 40 };

/* Levenshtein distance; words longer than WORD_MAX are near nothing. */
static size_t distance(struct slice a, const char *b)
{
    size_t row[WORD_MAX + 1], n = strlen(b);
    if (n > WORD_MAX || a.len > WORD_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diagonal + (a.data[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

const char *str_did_you_mean(struct slice word, const char *const *names, size_t n)
{
    size_t best = word.len / 3 + 2; /* less than this: a slip for every three letters, and one more */
    const char *found = NULL;
    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, names[i]);
        if (d < best) {
            best = d;
            found = names[i];
        }
    }
    return found;
}
