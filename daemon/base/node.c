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
        return "text";
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
    struct place place;
};

static void walk_step(struct walk *walk)
{
    if (*walk->p == '\n') {
        walk->place.line++;
        walk->place.column = 0;
    }
    walk->place.column++;
    walk->p++;
}

/* Past an opening quote, or past a block scalar's header line ("|", ">-", …). */
static void skip_opening(struct walk *walk)
{
    if (walk->p == walk->end)
        return;
    char opening = *walk->p;
    if (opening == '"' || opening == '\'')
        walk_step(walk);
    else if (opening == '|' || opening == '>')
        while (walk->p < walk->end && *walk->p != '\n')
            walk_step(walk);
}

static void skip_space(struct walk *walk)
{
    while (walk->p < walk->end && is_space(*walk->p))
        walk_step(walk);
}

/* Folding turns line ends and indentation into single spaces, so white space of the value and of the source match as runs, and
 * every other byte matches itself. */
struct place node_place_at(const struct node *scalar, size_t offset)
{
    struct walk walk = {scalar->source.data, scalar->source.data + scalar->source.len, scalar->place};
    skip_opening(&walk);
    bool block = scalar->source.len > 0 && (scalar->source.data[0] == '|' || scalar->source.data[0] == '>');
    if (block || (scalar->text.len > 0 && is_space(scalar->text.data[0])))
        skip_space(&walk);
    for (size_t i = 0; i < offset && i < scalar->text.len && walk.p < walk.end; i++) {
        if (!is_space(scalar->text.data[i]))
            walk_step(&walk);
        else if (i + 1 == scalar->text.len || !is_space(scalar->text.data[i + 1]))
            skip_space(&walk);
    }
    return walk.place;
}
