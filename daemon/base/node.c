#include "base/node.h"

const struct node *node_get(const struct node *map, const char *key)
{
    if (map == NULL || map->kind != NODE_MAP)
        return NULL;
    for (size_t i = 0; i < map->len; i++)
        if (slice_equal(map->keys[i]->text, key))
            return map->items[i];
    return NULL;
}

const char *node_kind_name(const struct node *node)
{
    switch (node->kind) {
    case NODE_SCALAR:
        return node->text.len == 0 && !node->quoted ? "nothing" : "text";
    case NODE_SEQUENCE:
        return "a list";
    case NODE_MAP:
        return "a map";
    }
    return "";
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* A walk over the written bytes that keeps line and column. */
struct walk {
    const char *p, *end;
    char opening; /* first written byte: ' " | > tell the style, anything else is plain */
    struct place place;
};

static void walk_step(struct walk *walk)
{
    if (walk->p == walk->end)
        return;
    if (*walk->p == '\n') {
        walk->place.line++;
        walk->place.column = 0;
    }
    walk->place.column++;
    walk->p++;
}

static char walk_next(const struct walk *walk)
{
    return walk->p < walk->end ? *walk->p : '\0';
}

static void skip_space(struct walk *walk)
{
    while (is_space(walk_next(walk)))
        walk_step(walk);
}

/* Past an opening quote, or to the end of a block scalar's header line ("|", ">-", with its comment). */
static void skip_opening(struct walk *walk)
{
    if (walk->opening == '"' || walk->opening == '\'')
        walk_step(walk);
    else if (walk->opening == '|' || walk->opening == '>')
        while (walk->p < walk->end && *walk->p != '\n')
            walk_step(walk);
}

/* White space of the value: a line end drops the blanks before it; a space that is not written here is a
 * folded line end, which the next word passes. */
static void walk_space(struct walk *walk, char c)
{
    if (c == '\n')
        while (walk_next(walk) != '\n' && is_space(walk_next(walk)))
            walk_step(walk);
    if (walk_next(walk) == c)
        walk_step(walk);
}

/* A byte that is no white space stands for itself; quotes are doubled in single quotes and escaped in double
 * quotes. */
static void walk_word(struct walk *walk, char c)
{
    if ((walk->opening == '\'' && c == '\'') || (walk->opening == '"' && walk_next(walk) == '\\'))
        walk_step(walk);
    walk_step(walk);
}

/* Whether an escape stands here that is not a backslash before the very byte it means. */
static bool at_escape(const struct walk *walk, char c)
{
    if (walk->opening != '"' || walk_next(walk) != '\\')
        return false;
    return walk->p + 1 == walk->end || walk->p[1] != c || (c != '"' && c != '\\' && c != '/');
}

/* Folding turns line ends and indentation into single spaces or line ends, so white space of the value and of
 * the source match as runs, and every other byte matches itself behind whatever indentation comes first. */
struct place node_place_at(const struct node *scalar, size_t offset)
{
    struct slice source = scalar->source, text = scalar->text;
    if (source.len == 0)
        return scalar->place;
    struct walk walk = {source.data, source.data + source.len, source.data[0], scalar->place};
    skip_opening(&walk);
    for (size_t i = 0; i < text.len; i++) {
        if (!is_space(text.data[i]))
            skip_space(&walk);
        if (i == offset || at_escape(&walk, text.data[i]))
            break;
        if (is_space(text.data[i]))
            walk_space(&walk, text.data[i]);
        else
            walk_word(&walk, text.data[i]);
    }
    return walk.place;
}
