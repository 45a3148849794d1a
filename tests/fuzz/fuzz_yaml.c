/* link: daemon/io/yaml daemon/io/file daemon/base/node daemon/base/map daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str */

/* Any bytes: yaml_parse does not crash, and every scalar's bytes lead back to the file: node_place_at stays
 * within the text, never goes back, and outside double quotes stands on the very byte it was asked for, white
 * space excepted. */
#include <stdlib.h>
#include <string.h>

#include "io/yaml.h"

enum {
    LINES_MAX = 1 << 16,
    OFFSETS_MAX = 512
}; /* node_place_at walks from the start: keep the product small */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

struct lines {
    struct slice text;
    size_t starts[LINES_MAX];
    int len;
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void lines_init(struct lines *lines, struct slice text)
{
    if (text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        text = (struct slice){text.data + 3, text.len - 3};
    lines->text = text;
    lines->starts[0] = 0;
    lines->len = 1;
    for (size_t i = 0; i < text.len && lines->len < LINES_MAX; i++)
        if (text.data[i] == '\n')
            lines->starts[lines->len++] = i + 1;
}

/* The byte of the file that stands at a place. */
static size_t offset_of(const struct lines *lines, struct place place)
{
    check(place.line >= 1 && place.line <= lines->len && place.column >= 1);
    size_t offset = lines->starts[place.line - 1] + (size_t)place.column - 1;
    check(offset <= lines->text.len);
    return offset;
}

static void check_scalar(const struct lines *lines, const struct node *scalar)
{
    const char *source = scalar->source.data;
    size_t start = offset_of(lines, scalar->place), before = start;
    bool escaped = scalar->source.len > 0 && source[0] == '"';
    check(start + scalar->source.len <= lines->text.len);
    check(memcmp(lines->text.data + start, source, scalar->source.len) == 0);
    for (size_t i = 0; i <= scalar->text.len && i < OFFSETS_MAX; i++) {
        size_t at = offset_of(lines, node_place_at(scalar, i));
        check(at >= before && at <= start + scalar->source.len);
        before = at;
        char c = scalar->text.data[i];
        if (i < scalar->text.len && !escaped && strchr(" \t\r\n", c) == NULL)
            check(at < lines->text.len && lines->text.data[at] == c);
    }
}

static void check_node(const struct lines *lines, const struct node *node)
{
    if (node->kind == NODE_SCALAR)
        check_scalar(lines, node);
    for (size_t i = 0; i < node->len; i++) {
        check_node(lines, node->items[i]);
        if (node->kind == NODE_MAP)
            check_node(lines, node->keys[i]);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static struct lines lines;
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    const struct node *document = NULL;
    struct slice text = {size > 0 ? (const char *)data : "", size};
    lines_init(&lines, text);
    int r = yaml_parse("fuzz.yaml", text, &arena, &document, &diags);
    check((r == 0) == (document != NULL) && (r == 0) == (diags.errors == 0));
    for (size_t i = 0; i < diags.len; i++)
        if (diags.items[i].line > 0)
            (void)offset_of(&lines, (struct place){"", diags.items[i].line, diags.items[i].column});
    if (document != NULL && lines.len < LINES_MAX)
        check_node(&lines, document);
    arena_deinit(&arena);
    diag_list_deinit(&diags);
    return 0;
}
