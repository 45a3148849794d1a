#include "core/code.h"

#include "core/panel.h"

_Static_assert((int)CODE_SIZE == (int)PANEL_TEXT_MAX, "a code that passes here must fit the panel");

/* Not isalpha(3) and the like: those follow the locale. */
static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_code_byte(char c)
{
    return is_upper(c) || (c >= 'a' && c <= 'z') || is_digit(c) || c == ':' || c == '.' || c == '_' ||
           c == '-';
}

bool code_is_country(struct slice text)
{
    if (text.len == 1)
        return text.data[0] == 'W';
    return text.len == 2 && is_upper(text.data[0]) && is_upper(text.data[1]);
}

bool code_is_product(struct slice text)
{
    if (text.len == 0 || text.len >= CODE_SIZE)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_code_byte(text.data[i]))
            return false;
    return true;
}

bool code_is_hs(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.data[i]))
            return false;
    return text.len == 2 || text.len == 4 || text.len == 6 || (text.len >= 8 && text.len <= 10);
}

bool code_is_within(const char *code, const char *whole)
{
    if (!code_is_hs(slice_of(code)) || !code_is_hs(slice_of(whole)))
        return str_equal(code, whole);
    return str_starts(code, whole);
}
const struct shape code_country_shape = {
    .kind = SHAPE_TEXT,
    .name = "country",
    .expected = "expected two capital letters as in ISO 3166-1: US, CN, EU",
    .pattern = "^[A-Z]{2}$",
};

const struct shape code_country_or_world_shape = {
    .kind = SHAPE_TEXT,
    .name = "country-or-world",
    .expected = "expected two capital letters as in ISO 3166-1, or W for all countries",
    .pattern = "^([A-Z]{2}|W)$",
};

const struct shape code_product_shape = {
    .kind = SHAPE_TEXT,
    .name = "code",
    .expected = "expected a product code: letters, digits and : . _ -",
    .pattern = "^[A-Za-z0-9:._-]+$",
    .max_length = CODE_SIZE - 1,
    .also = ALSO_NUMBER | ALSO_BOOL,
};
