#include "feeds/caption.h"

#include <string.h>

#include "core/period.h"

/* ---- folding ---- */

/* Letters of Vietnamese that are neither in Latin-1 nor in its own block of Unicode; two bytes each. */
static const char *const pairs[][2] = {
    {"Ă", "ă"}, {"Đ", "đ"}, {"Ĩ", "ĩ"}, {"Ũ", "ũ"}, {"Ơ", "ơ"}, {"Ư", "ư"}};

static bool is_blank(const char *p)
{
    return *p == ' ' || *p == '\t' || *p == '\r' || *p == '\n' || memcmp(p, "\xC2\xA0", 2) == 0;
}

/* Bytes of the letter at `p`, which is UTF-8. */
static size_t letter_len(const char *p)
{
    unsigned char c = (unsigned char)*p;
    return c < 0xC0 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/* Makes a capital letter small, in place. */
static void fold_letter(unsigned char *p)
{
    if (p[0] >= 'A' && p[0] <= 'Z')
        p[0] += 'a' - 'A';
    else if (p[0] == 0xC3 && p[1] >= 0x80 && p[1] <= 0x9E && p[1] != 0x97)
        p[1] += 0x20; /* U+00C0 to U+00DE but for the sign of multiplication */
    else if (p[0] == 0xE1 && ((p[1] == 0xBA && p[2] >= 0xA0) || (p[1] == 0xBB && p[2] <= 0xB9)))
        p[2] |= 1; /* U+1EA0 to U+1EF9: a capital letter and its small one side by side */
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (memcmp(p, pairs[i][0], 2) == 0)
            memcpy(p, pairs[i][1], 2);
}

const char *caption_fold(struct slice text, struct arena *arena)
{
    char *folded = arena_strndup(arena, text.data, text.len);
    size_t n = 0;
    for (char *p = folded; *p != '\0';) {
        size_t len = strnlen(p, letter_len(p));
        if (is_blank(p)) {
            if (n > 0 && folded[n - 1] != ' ')
                folded[n++] = ' ';
        } else {
            fold_letter((unsigned char *)p);
            memmove(folded + n, p, len);
            n += len;
        }
        p += len;
    }
    n -= n > 0 && folded[n - 1] == ' ';
    folded[n] = '\0';
    return folded;
}

/* ---- finding ---- */

bool caption_has(const char *caption, const char *text)
{
    return strstr(caption, text) != NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits at `*at`, as many as there are up to `most`. */
static int take_number(const char **at, int most)
{
    int number = 0;
    for (int i = 0; i < most && is_digit(**at); i++)
        number = number * 10 + (*(*at)++ - '0');
    return number;
}

/* Whether the pattern fits here. */
static bool fits(const char *at, const char *pattern, int *ret_year, int *ret_month)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '%') {
            if (*at++ != *pattern)
                return false;
            continue;
        }
        if (*++pattern == 'm')
            *ret_month = take_number(&at, 2);
        else
            *ret_year = take_number(&at, 4);
        if (is_digit(*at))
            return false;
    }
    return *ret_month >= 1 && *ret_month <= 12 && *ret_year >= PERIOD_YEAR_MIN &&
           *ret_year <= PERIOD_YEAR_MAX;
}

bool caption_month(const char *caption, const char *pattern, int32_t *ret_period)
{
    char before = ' ';
    for (; *caption != '\0'; before = *caption++) {
        int year = 0, month = 0;
        if ((is_digit(before) && is_digit(*caption)) || !fits(caption, pattern, &year, &month))
            continue;
        *ret_period = period_make(year, month);
        return true;
    }
    return false;
}
