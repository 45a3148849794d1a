#include "base/str.h"

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
