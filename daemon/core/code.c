#include "core/code.h"

#include "core/panel.h"

_Static_assert((int)CODE_SIZE == (int)PANEL_TEXT_MAX, "a code that passes here must fit the panel");

/* Not isalpha(3) and the like: those follow the locale. */
static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_code_byte(char c)
{
    return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ':' || c == '.' ||
           c == '_' || c == '-';
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

const struct shape code_country_shape = {
    .kind = SHAPE_TEXT,
    .name = "country",
    .expected = "expected two capital letters as in ISO 3166-1, or W for the world",
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
