#include <errno.h>
#include <string.h>

#include "core/expr.h"
#include "core/expr_lex.h"

const char *const expr_operator_texts[] = {
    [OP_NEGATE] = "-",
    [OP_MULTIPLY] = "*",
    [OP_DIVIDE] = "/",
    [OP_ADD] = "+",
    [OP_SUBTRACT] = "-",
    [OP_LESS] = "<",
    [OP_LESS_EQUAL] = "<=",
    [OP_GREATER] = ">",
    [OP_GREATER_EQUAL] = ">=",
    [OP_EQUAL] = "=",
    [OP_NOT_EQUAL] = "!=",
    [OP_BETWEEN] = "between",
    [OP_IN] = "in",
    [OP_NOT] = "not",
    [OP_AND] = "and",
    [OP_OR] = "or",
};

struct parser {
    const struct node *scalar;
    struct arena *arena;
    struct diag_list *diags;
    struct token token; /* the one not yet used */
    size_t offset;      /* behind it */
    int nodes, depth;
    bool failed;
};

static struct expr *parse_or(struct parser *parser);

/* ---- faults ---- */

static struct expr *fail(
    struct parser *parser, size_t at, const char *code, const char *text, const char *hint)
{
    if (!parser->failed) {
        diag_error(parser->diags, node_place_at(parser->scalar, at), code, "%s", text);
        if (hint != NULL)
            diag_hint(parser->diags, "%s", hint);
    }
    parser->failed = true;
    return NULL;
}

static struct expr *fail_at_token(struct parser *parser, const char *expected, const char *hint)
{
    const struct token *token = &parser->token;
    if (token->kind == TOKEN_BAD)
        return fail(parser, token->at, "E001",
            arena_printf(parser->arena, "'%.*s': %s", (int)token->text.len, token->text.data, token->problem),
            token->hint);
    if (token->kind == TOKEN_END)
        return fail(parser, token->at, "E002",
            arena_printf(parser->arena, "the expression ends where %s was expected", expected), hint);
    return fail(parser, token->at, "E003",
        arena_printf(parser->arena, "'%.*s' stands where %s was expected", (int)token->text.len,
            token->text.data, expected),
        hint);
}

/* ---- tokens ---- */

static void advance(struct parser *parser)
{
    parser->token = expr_next_token(parser->scalar->text, &parser->offset);
}

static bool is_symbol(const struct parser *parser, const char *symbol)
{
    return parser->token.kind == TOKEN_SYMBOL && slice_equal(parser->token.text, symbol);
}

static bool is_word(const struct parser *parser, const char *word)
{
    return parser->token.kind == TOKEN_WORD && slice_equal(parser->token.text, word);
}

static bool accept_symbol(struct parser *parser, const char *symbol)
{
    if (!is_symbol(parser, symbol))
        return false;
    advance(parser);
    return true;
}

static bool accept_word(struct parser *parser, const char *word)
{
    if (!is_word(parser, word))
        return false;
    advance(parser);
    return true;
}

/* ---- tree ---- */

static struct expr *new_expr(struct parser *parser, enum expr_kind kind, size_t at)
{
    if (++parser->nodes > EXPR_NODES_MAX)
        return fail(parser, at, "E004", "the expression is too long", "name its parts with `let`");
    struct expr *expr = arena_alloc(parser->arena, sizeof *expr);
    expr->kind = kind;
    expr->at = at;
    return expr;
}

static struct expr *new_operator(
    struct parser *parser, enum expr_operator op, size_t at, struct expr *left, struct expr *right)
{
    struct expr *expr = parser->failed ? NULL : new_expr(parser, EXPR_OPERATOR, at);
    if (expr == NULL)
        return NULL;
    expr->op = op;
    expr->arg_count = right != NULL ? 2 : 1;
    expr->args = arena_array(parser->arena, 2, sizeof(struct expr *));
    expr->args[0] = left;
    expr->args[1] = right;
    return expr;
}

enum { LIST_MAX = 32 };

/* Comma-separated expressions up to ")" into expr->args, behind `first` where it is given. */
static struct expr *parse_list(struct parser *parser, struct expr *expr, struct expr *first)
{
    struct expr *items[LIST_MAX];
    size_t n = 0;
    if (first != NULL)
        items[n++] = first;
    for (bool more = !is_symbol(parser, ")"); more; more = accept_symbol(parser, ",")) {
        if (n == LIST_MAX)
            return fail(parser, parser->token.at, "E005", "too many values in one list", NULL);
        items[n++] = parse_or(parser);
        if (parser->failed)
            return NULL;
    }
    if (!accept_symbol(parser, ")"))
        return fail_at_token(parser, "',' or ')'", NULL);
    expr->args = arena_array(parser->arena, n, sizeof(struct expr *));
    memcpy(expr->args, items, n * sizeof(struct expr *));
    expr->arg_count = n;
    return expr;
}

/* What follows a name: an argument list, a column, or nothing. */
static struct expr *parse_name(struct parser *parser)
{
    struct token token = parser->token;
    advance(parser);
    if (is_symbol(parser, "(")) {
        struct expr *call = new_expr(parser, EXPR_CALL, token.at);
        if (call == NULL)
            return NULL;
        call->name = token.text;
        advance(parser);
        return parse_list(parser, call, NULL);
    }
    struct expr *name = new_expr(parser, EXPR_NAME, token.at);
    if (name == NULL)
        return NULL;
    name->name = token.text;
    if (!accept_symbol(parser, "."))
        return name;
    if (parser->token.kind != TOKEN_WORD)
        return fail_at_token(
            parser, "a column of the series", "the columns are value, quantity, weight and unit_value");
    /* "exports . quantity" is one name; blanks inside it are dropped. */
    char *joined = arena_printf(parser->arena, "%.*s.%.*s", (int)token.text.len, token.text.data,
        (int)parser->token.text.len, parser->token.text.data);
    name->name = slice_of(joined);
    advance(parser);
    return name;
}

static bool is_reserved(struct slice word)
{
    static const char *const words[] = {"and", "or", "not", "between", "in"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal(word, words[i]))
            return true;
    return false;
}

static struct expr *parse_primary(struct parser *parser)
{
    struct token token = parser->token;
    if (token.kind == TOKEN_LITERAL || token.kind == TOKEN_THRESHOLD) {
        struct expr *expr =
            new_expr(parser, token.kind == TOKEN_LITERAL ? EXPR_LITERAL : EXPR_THRESHOLD, token.at);
        if (expr == NULL)
            return NULL;
        expr->name = token.text;
        expr->number = token.number;
        expr->type = token.type;
        advance(parser);
        return expr;
    }
    if (token.kind == TOKEN_WORD && !is_reserved(token.text))
        return parse_name(parser);
    if (!accept_symbol(parser, "("))
        return fail_at_token(
            parser, "a value", "a number with its unit, a $threshold, or a function of a series");
    struct expr *inner = parse_or(parser);
    if (!parser->failed && !accept_symbol(parser, ")"))
        return fail_at_token(parser, "')'", NULL);
    return inner;
}

static struct expr *parse_unary(struct parser *parser)
{
    size_t at = parser->token.at;
    if (++parser->depth > EXPR_DEPTH_MAX)
        return fail(parser, at, "E006", "the expression is nested too deeply", "name its parts with `let`");
    struct expr *expr = accept_symbol(parser, "-")
                            ? new_operator(parser, OP_NEGATE, at, parse_unary(parser), NULL)
                            : parse_primary(parser);
    parser->depth--;
    return expr;
}

/* One left-associative level of two operators. */
static struct expr *parse_level(struct parser *parser, struct expr *(*next)(struct parser *),
    const char *const symbols[2], const enum expr_operator operators[2])
{
    struct expr *left = next(parser);
    while (!parser->failed) {
        size_t at = parser->token.at;
        int which = is_symbol(parser, symbols[0]) ? 0 : is_symbol(parser, symbols[1]) ? 1 : -1;
        if (which < 0)
            break;
        advance(parser);
        left = new_operator(parser, operators[which], at, left, next(parser));
    }
    return left;
}

static struct expr *parse_product(struct parser *parser)
{
    static const char *const symbols[2] = {"*", "/"};
    static const enum expr_operator operators[2] = {OP_MULTIPLY, OP_DIVIDE};
    return parse_level(parser, parse_unary, symbols, operators);
}

static struct expr *parse_sum(struct parser *parser)
{
    static const char *const symbols[2] = {"+", "-"};
    static const enum expr_operator operators[2] = {OP_ADD, OP_SUBTRACT};
    return parse_level(parser, parse_product, symbols, operators);
}

static struct expr *parse_between(struct parser *parser, size_t at, struct expr *left)
{
    struct expr *low = parse_sum(parser);
    if (!parser->failed && !accept_word(parser, "and"))
        return fail_at_token(parser, "'and'", "write: x between 10% and 20%");
    struct expr *high = parser->failed ? NULL : parse_sum(parser);
    struct expr *expr = parser->failed ? NULL : new_expr(parser, EXPR_OPERATOR, at);
    if (expr == NULL)
        return NULL;
    expr->op = OP_BETWEEN;
    expr->args = arena_array(parser->arena, 3, sizeof(struct expr *));
    expr->args[0] = left;
    expr->args[1] = low;
    expr->args[2] = high;
    expr->arg_count = 3;
    return expr;
}

static struct expr *parse_in(struct parser *parser, size_t at, struct expr *left)
{
    if (!accept_symbol(parser, "("))
        return fail_at_token(parser, "'('", "write: x in (1, 2, 3)");
    struct expr *expr = new_expr(parser, EXPR_OPERATOR, at);
    if (expr == NULL)
        return NULL;
    expr->op = OP_IN;
    expr = parse_list(parser, expr, left);
    if (expr != NULL && expr->arg_count < 2)
        return fail(parser, at, "E007", "the list behind 'in' is empty", "write: x in (1, 2, 3)");
    return expr;
}

static const struct {
    const char *symbol;
    enum expr_operator op;
} comparisons[] = {
    {"<", OP_LESS},
    {"<=", OP_LESS_EQUAL},
    {">", OP_GREATER},
    {">=", OP_GREATER_EQUAL},
    {"=", OP_EQUAL},
    {"!=", OP_NOT_EQUAL},
};

/* The comparison at the token, or -1. */
static int comparison_at(const struct parser *parser)
{
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        if (is_symbol(parser, comparisons[i].symbol))
            return (int)i;
    return -1;
}

static bool at_comparison(const struct parser *parser)
{
    return comparison_at(parser) >= 0 || is_word(parser, "between") || is_word(parser, "in");
}

static struct expr *parse_comparison(struct parser *parser)
{
    struct expr *left = parse_sum(parser);
    if (parser->failed)
        return NULL;
    size_t at = parser->token.at;
    if (accept_word(parser, "between"))
        return parse_between(parser, at, left);
    if (accept_word(parser, "in"))
        return parse_in(parser, at, left);
    int which = comparison_at(parser);
    if (which < 0)
        return left;
    advance(parser);
    struct expr *expr = new_operator(parser, comparisons[which].op, at, left, parse_sum(parser));
    if (!parser->failed && at_comparison(parser))
        return fail(parser, parser->token.at, "E008", "comparisons cannot be chained",
            "write: a < b and b < c, or: b between a and c");
    return expr;
}

static struct expr *parse_not(struct parser *parser)
{
    size_t at = parser->token.at;
    if (!is_word(parser, "not"))
        return parse_comparison(parser);
    if (++parser->depth > EXPR_DEPTH_MAX)
        return fail(parser, at, "E006", "the expression is nested too deeply", "name its parts with `let`");
    advance(parser);
    struct expr *expr = new_operator(parser, OP_NOT, at, parse_not(parser), NULL);
    parser->depth--;
    return expr;
}

static struct expr *parse_and(struct parser *parser)
{
    struct expr *left = parse_not(parser);
    for (size_t at = parser->token.at; !parser->failed && accept_word(parser, "and"); at = parser->token.at)
        left = new_operator(parser, OP_AND, at, left, parse_not(parser));
    return left;
}

static struct expr *parse_or(struct parser *parser)
{
    if (++parser->depth > EXPR_DEPTH_MAX)
        return fail(parser, parser->token.at, "E006", "the expression is nested too deeply",
            "name its parts with `let`");
    struct expr *left = parse_and(parser);
    for (size_t at = parser->token.at; !parser->failed && accept_word(parser, "or"); at = parser->token.at)
        left = new_operator(parser, OP_OR, at, left, parse_and(parser));
    parser->depth--;
    return left;
}

/* ---- entry ---- */

static bool check_scalar(const struct node *node, const char *what, struct diag_list *diags)
{
    if (node->kind != NODE_SCALAR)
        diag_error(diags, node->place, "E009", "expected %s, found %s", what, node_kind_name(node));
    return node->kind == NODE_SCALAR;
}

static int parse_whole(const struct node *scalar, struct expr *(*start)(struct parser *), struct arena *arena,
    struct expr **ret_expr, struct diag_list *diags)
{
    struct parser parser = {.scalar = scalar, .arena = arena, .diags = diags};
    advance(&parser);
    struct expr *expr = start(&parser);
    if (!parser.failed && parser.token.kind != TOKEN_END)
        fail_at_token(&parser, "an operator or the end", NULL);
    if (parser.failed)
        return -EINVAL;
    *ret_expr = expr;
    return 0;
}

int expr_parse(
    const struct node *scalar, struct arena *arena, struct expr **ret_expr, struct diag_list *diags)
{
    if (!check_scalar(scalar, "an expression", diags))
        return -EINVAL;
    return parse_whole(scalar, parse_or, arena, ret_expr, diags);
}

static struct expr *parse_literal(struct parser *parser)
{
    bool negative = accept_symbol(parser, "-");
    if (parser->token.kind != TOKEN_LITERAL)
        return fail_at_token(parser, "a number with its unit", "for example 30%, 5 MUSD or 3m");
    struct expr *expr = parse_primary(parser);
    if (expr != NULL && negative)
        expr->number = -expr->number;
    return expr;
}

int expr_parse_literal(
    const struct node *scalar, struct arena *arena, struct expr **ret_expr, struct diag_list *diags)
{
    if (!check_scalar(scalar, "a number with its unit", diags))
        return -EINVAL;
    return parse_whole(scalar, parse_literal, arena, ret_expr, diags);
}
