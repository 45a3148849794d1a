#include "feeds/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const number_notation_names[] = {
    [NUMBER_PLAIN] = "1234.5", [NUMBER_COMMAS] = "1,234.5", [NUMBER_POINTS] = "1.234,5", NULL};

/* A larger exponent makes no figure, and its digits would fill memory. */
enum { EXPONENT_MAX = 300 };

/* 15 digits survive decimal → binary64 → decimal, 17 tell any two binary64 numbers apart (IEEE 754). */
enum { DIGITS_SAFE = 15, DIGITS_ENOUGH = 17 };

/* The parts of "-12.5e+3". */
struct parts {
    bool negative;
    struct slice whole, fraction; /* digits */
    int exponent;
};

static struct slice take_digits(struct slice text, size_t *at)
{
    size_t from = *at;
    while (*at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9')
        ++*at;
    return (struct slice){text.data + from, *at - from};
}

static bool take_byte(struct slice text, size_t *at, const char *bytes)
{
    if (*at == text.len || text.data[*at] == '\0' || strchr(bytes, text.data[*at]) == NULL)
        return false;
    ++*at;
    return true;
}

/* Whether the text is a number with an exponent that can be written out. */
static bool take_apart(struct slice text, struct parts *ret_parts)
{
    struct parts parts = {0};
    size_t at = 0;
    parts.negative = take_byte(text, &at, "-");
    parts.whole = take_digits(text, &at);
    if (take_byte(text, &at, "."))
        parts.fraction = take_digits(text, &at);
    if (parts.whole.len == 0 || !take_byte(text, &at, "eE"))
        return false;
    bool below = at < text.len && text.data[at] == '-';
    (void)take_byte(text, &at, "+-");
    struct slice digits = take_digits(text, &at);
    if (digits.len == 0 || at < text.len)
        return false;
    for (size_t i = 0; i < digits.len && parts.exponent <= EXPONENT_MAX; i++)
        parts.exponent = parts.exponent * 10 + (digits.data[i] - '0');
    if (parts.exponent > EXPONENT_MAX)
        return false;
    parts.exponent = below ? -parts.exponent : parts.exponent;
    *ret_parts = parts;
    return true;
}

/* The digit at a power of ten, '0' where the number has none. */
static char digit_at(const struct parts *parts, int power)
{
    int i = (int)parts->whole.len - 1 - power;
    if (i < 0)
        return '0';
    if (i < (int)parts->whole.len)
        return parts->whole.data[i];
    i -= (int)parts->whole.len;
    return i < (int)parts->fraction.len ? parts->fraction.data[i] : '0';
}

struct slice number_plain(struct slice text, char buf[NUMBER_SIZE])
{
    struct parts parts;
    if (text.len > NUMBER_SIZE || !take_apart(text, &parts))
        return text;
    int top = (int)parts.whole.len - 1 + parts.exponent;
    int bottom = parts.exponent - (int)parts.fraction.len;
    size_t n = 0;
    if (top < 0)
        top = 0;
    if (bottom > 0)
        bottom = 0;
    if (top - bottom + 4 > NUMBER_SIZE)
        return text;
    if (parts.negative)
        buf[n++] = '-';
    for (int power = top; power >= bottom; power--) {
        if (power == -1)
            buf[n++] = '.';
        buf[n++] = digit_at(&parts, power - parts.exponent);
    }
    return (struct slice){buf, n};
}

static size_t count_digits(struct slice text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.len && text.data[i] != 'e' && text.data[i] != 'E'; i++)
        digits += text.data[i] >= '0' && text.data[i] <= '9' && (digits > 0 || text.data[i] != '0');
    return digits;
}

struct slice number_shortest(struct slice text, char buf[NUMBER_SIZE])
{
    char copy[64], shortest[64];
    if (count_digits(text) <= DIGITS_SAFE || text.len >= sizeof copy)
        return number_plain(text, buf);
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    char *end;
    double number = strtod(copy, &end);
    if (*end != '\0')
        return text;
    int len = 0;
    for (int digits = DIGITS_SAFE; digits <= DIGITS_ENOUGH; digits++) {
        len = snprintf(shortest, sizeof shortest, "%.*e", digits - 1, number);
        if (strtod(shortest, NULL) == number)
            break;
    }
    struct slice plain = number_plain((struct slice){shortest, (size_t)len}, buf);
    return plain.data == buf ? plain : text;
}

/* ---- notations ---- */

/* Whether the separator at `at` has three digits behind it and no fourth, and digits before it. */
static bool parts_thousands(struct slice text, size_t at, size_t before)
{
    size_t from = at + 1;
    return before > 0 && before <= 3 && take_digits(text, &from).len == 3;
}

struct slice number_ungroup(struct slice text, enum number_notation notation, char buf[NUMBER_SIZE])
{
    char thousands = notation == NUMBER_COMMAS ? ',' : '.';
    char decimal = notation == NUMBER_COMMAS ? '.' : ',';
    size_t n = 0, before = 0; /* digits of the group */
    bool fraction = false;
    const struct slice none = {"", 0};
    if (notation == NUMBER_PLAIN)
        return text;
    if (text.len >= NUMBER_SIZE)
        return none;
    for (size_t at = 0; at < text.len; at++) {
        char c = text.data[at];
        if (c == thousands) {
            if (fraction || !parts_thousands(text, at, before))
                return none;
            before = 0;
            continue;
        }
        bool digit = c >= '0' && c <= '9';
        if (c == decimal ? fraction : !digit && !(at == 0 && (c == '-' || c == '+')))
            return none;
        fraction |= c == decimal;
        before += digit;
        buf[n++] = digit || c != decimal ? c : '.';
    }
    return (struct slice){buf, n};
}
