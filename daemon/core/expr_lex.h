/* Tokens of an expression. Private to expr_parse.c and its tests. */
#ifndef CORE_EXPR_LEX_H
#define CORE_EXPR_LEX_H

#include "base/str.h"
#include "core/figure.h"

enum token_kind {
    TOKEN_END,
    TOKEN_LITERAL,   /* number with its unit, or a period */
    TOKEN_WORD,      /* identifier or keyword */
    TOKEN_THRESHOLD, /* $name; text without the $ */
    TOKEN_SYMBOL,    /* ( ) , . + - * / < <= > >= = != */
    TOKEN_BAD,       /* `problem` says what is wrong */
};

struct token {
    enum token_kind kind;
    size_t at; /* byte offset */
    struct slice text;
    enum value_type type; /* TOKEN_LITERAL */
    double number;
    const char *problem, *hint;
};

/* The token that begins at or after `*offset`; moves *offset behind it. */
struct token expr_next_token(struct slice text, size_t *offset);

#endif
