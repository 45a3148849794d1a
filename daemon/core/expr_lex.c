#include "core/expr_lex.h"

#include <stdint.h>

#include "base/shape.h"
#include "core/expr.h"
#include "core/period.h"

/* Units of literals and what one of them is in USD, kg, months or as a plain ratio. Per cent divide: 57 *
 * 0.01 is not the double nearest to 0.57, and 57 / 100 is, so that a figure of just 57 % meets a threshold of
 * 57 %. */
static const char *const unit_names[] = {
    "%", "pp", "USD", "kUSD", "MUSD", "BUSD", "kg", "t", "kt", "Mt", "m", "y", NULL};

static const struct {
    enum value_type type;
    double times, per;
} units[] = {
    /* %    */ {VALUE_RATIO, 1, 100},
    /* pp   */ {VALUE_POINTS, 1, 100},
    /* USD  */ {VALUE_MONEY, 1, 1},
    /* kUSD */ {VALUE_MONEY, 1e3, 1},
    /* MUSD */ {VALUE_MONEY, 1e6, 1},
    /* BUSD */ {VALUE_MONEY, 1e9, 1},
    /* kg   */ {VALUE_WEIGHT, 1, 1},
    /* t    */ {VALUE_WEIGHT, 1e3, 1},
    /* kt   */ {VALUE_WEIGHT, 1e6, 1},
    /* Mt   */ {VALUE_WEIGHT, 1e9, 1},
    /* m    */ {VALUE_MONTHS, 1, 1},
    /* y    */ {VALUE_MONTHS, 12, 1},
};

_Static_assert(sizeof unit_names / sizeof *unit_names == sizeof units / sizeof *units + 1,
    "each unit has a name, in the same order");

enum { NUMBER_SCALE = 1000000000 };

#define BLANKS "[ \\t\\n]*"
#define NUMBER "0*[0-9]{1,10}([.][0-9]+)?"

const struct shape expr_literal_shape = {
    .kind = SHAPE_TEXT,
    .name = "literal",
    .expected = "expected a number with its unit, for example 30%, 5pp, 5 MUSD, 10 kt or 3m",
    .pattern = "^" BLANKS "-?" BLANKS "(" NUMBER "(" BLANKS "(@))?"
               "|(19|2[01])[0-9]{2}-(0[1-9]|1[0-2]))" BLANKS "$",
    .words = unit_names,
    .also = ALSO_NUMBER,
    .min = -INT64_MAX / NUMBER_SCALE,
    .max = INT64_MAX / NUMBER_SCALE,
};

const struct shape expr_percentage_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected a percentage, for example 25.5%",
    .pattern = "^" BLANKS NUMBER BLANKS "%" BLANKS "$",
};

static const char *const amount_units[] = {"USD", "kUSD", "MUSD", "BUSD", "kg", "t", "kt", "Mt", NULL};

const struct shape expr_amount_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected a weight, an amount of money or a number above 0, for example 1234 t or 5 MUSD",
    .pattern = "^(?=.*[1-9])" BLANKS NUMBER "(" BLANKS "(@))?" BLANKS "$",
    .words = amount_units,
    .also = ALSO_NUMBER,
    .max = INT64_MAX / NUMBER_SCALE,
};

/* Of the grammar only which characters mean anything: the program says more, and better. */
#define EXPRESSION "^(?=\\s*\\S)([A-Za-z0-9_ \\t\\n%(),.+*/<>-]|=(?!=)|!=|[$][A-Za-z_])+$"

const struct shape expr_shape = {
    .kind = SHAPE_TEXT,
    .name = "expression",
    .expected = "expected an expression, for example growth(imports, 3m)",
    .pattern = EXPRESSION,
    .also = ALSO_NUMBER,
    .min = -INT64_MAX / NUMBER_SCALE,
    .max = INT64_MAX / NUMBER_SCALE,
};

const struct shape expr_condition_shape = {
    .kind = SHAPE_TEXT,
    .name = "condition",
    .expected = "expected a condition, for example growth(imports, 3m) >= 30%",
    .pattern = EXPRESSION,
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t skip_space(struct slice text, size_t i)
{
    while (i < text.len && (text.data[i] == ' ' || text.data[i] == '\n' || text.data[i] == '\t'))
        i++;
    return i;
}

/* End of the word that begins at i; i itself where none does. */
static size_t word_end(struct slice text, size_t i)
{
    if (i >= text.len || !is_letter(text.data[i]))
        return i;
    while (i < text.len && (is_letter(text.data[i]) || is_digit(text.data[i])))
        i++;
    return i;
}

static struct token bad(size_t at, size_t end, struct slice text, const char *problem, const char *hint)
{
    return (struct token){
        .kind = TOKEN_BAD,
        .at = at,
        .text = {text.data + at, end - at},
        .problem = problem,
        .hint = hint,
    };
}

/* "2024-05": four digits, a dash, two digits, and no digit or letter behind. */
static bool read_period(struct slice text, size_t at, struct token *ret_token)
{
    int32_t period;
    struct slice part = {text.data + at, 7};
    if (text.len - at < 7 || part.data[4] != '-' || period_parse(part, &period) < 0)
        return false;
    if (at + 7 < text.len && (is_digit(part.data[7]) || is_letter(part.data[7])))
        return false;
    *ret_token =
        (struct token){.kind = TOKEN_LITERAL, .at = at, .text = part, .type = VALUE_PERIOD, .number = period};
    return true;
}

/* Nine decimals are exact in the integer, and so is its product with a unit up to 2^53; one division rounds
 * once. */
static double scaled(int64_t fixed, double times, double per)
{
    return (double)fixed * times / (NUMBER_SCALE * per);
}

/* A unit right behind the number, or after blanks ("5 MUSD"). Its end, or `end` where no unit follows. A word
 * that is no unit may only follow after a blank ("5 and …"). */
static size_t read_unit(struct slice text, size_t end, int64_t fixed, struct token *token)
{
    size_t i = skip_space(text, end);
    size_t stop = i < text.len && text.data[i] == '%' ? i + 1 : word_end(text, i);
    struct slice word = {text.data + i, stop - i};
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        if (word.len > 0 && slice_equal(word, unit_names[u])) {
            token->type = units[u].type;
            token->number = scaled(fixed, units[u].times, units[u].per);
            return stop;
        }
    }
    if (stop > i && i == end)
        *token = bad(token->at, stop, text, "this is no unit",
            "write 30%, 5pp, 5 MUSD, 200 kUSD, 10 kt, 500 t, 2 kg, 3m or 1y");
    return end;
}

static struct token read_number(struct slice text, size_t *offset)
{
    struct token token = {.kind = TOKEN_LITERAL, .at = *offset, .type = VALUE_NUMBER};
    if (read_period(text, *offset, &token)) {
        *offset += token.text.len;
        return token;
    }
    size_t end = *offset;
    while (end < text.len && is_digit(text.data[end]))
        end++;
    if (end + 1 < text.len && text.data[end] == '.' && is_digit(text.data[end + 1]))
        for (end++; end < text.len && is_digit(text.data[end]);)
            end++;
    int64_t fixed;
    if (str_to_fixed((struct slice){text.data + token.at, end - token.at}, NUMBER_SCALE, &fixed) < 0) {
        *offset = end;
        return bad(token.at, end, text, "this number is too large", "use a larger unit, such as BUSD");
    }
    token.number = scaled(fixed, 1, 1);
    *offset = read_unit(text, end, fixed, &token);
    if (token.kind == TOKEN_BAD)
        *offset = token.at + token.text.len;
    else
        token.text = (struct slice){text.data + token.at, *offset - token.at};
    return token;
}

/* End of the character that begins at i: more than one byte where it is not ASCII. */
static size_t character_end(struct slice text, size_t i)
{
    for (i++; i < text.len && ((unsigned char)text.data[i] & 0xc0) == 0x80;)
        i++;
    return i;
}

/* What keyboards and word processors put in the place of an operator. */
static const char *hint_for(struct slice character)
{
    static const struct {
        const char *character, *hint;
    } table[] = {
        {"≥", "write >="},
        {"≤", "write <="},
        {"≠", "write !="},
        {"−", "write -"},
        {"–", "write -"},
        {"×", "write *"},
        {"÷", "write /"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (slice_equal(character, table[i].character))
            return table[i].hint;
    return NULL;
}

static struct token read_symbol(struct slice text, size_t *offset)
{
    size_t at = *offset;
    char c = text.data[at], next = at + 1 < text.len ? text.data[at + 1] : '\0';
    size_t len = ((c == '<' || c == '>' || c == '!') && next == '=') ? 2 : 1;
    *offset = at + len;
    if (c == '=' && next == '=') {
        *offset = at + 2;
        return bad(at, at + 2, text, "there is no '=='", "write '='");
    }
    if (c == '&' || c == '|')
        return bad(at, at + 1, text, "there is no such operator", "write 'and' or 'or'");
    for (const char *p = "(),.+-*/<>="; *p != '\0'; p++)
        if (*p == c)
            return (struct token){.kind = TOKEN_SYMBOL, .at = at, .text = {text.data + at, len}};
    if (len == 2)
        return (struct token){.kind = TOKEN_SYMBOL, .at = at, .text = {text.data + at, len}};
    *offset = character_end(text, at);
    const char *hint = hint_for((struct slice){text.data + at, *offset - at});
    return bad(at, *offset, text, "this character means nothing in an expression", hint);
}

struct token expr_next_token(struct slice text, size_t *offset)
{
    *offset = skip_space(text, *offset);
    size_t at = *offset;
    if (at >= text.len)
        return (struct token){.kind = TOKEN_END, .at = text.len, .text = {text.data + text.len, 0}};
    if (is_digit(text.data[at]))
        return read_number(text, offset);
    size_t name = at + (text.data[at] == '$');
    size_t end = word_end(text, name);
    if (end > name) {
        *offset = end;
        return (struct token){
            .kind = name > at ? TOKEN_THRESHOLD : TOKEN_WORD,
            .at = at,
            .text = {text.data + name, end - name},
        };
    }
    if (name > at) {
        *offset = name;
        return bad(at, name, text, "a threshold's name must follow '$'", "for example $growth");
    }
    return read_symbol(text, offset);
}
