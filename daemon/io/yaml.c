#include "io/yaml.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/alloc.h"
#include "base/map.h"
#include "io/file.h"

/* Why events and not libyaml's own documents: those resolve aliases, know no limit of depth, and forget how a
 * scalar was written. The composer here is the usual recursive descent, one call per level, at most
 * YAML_DEPTH_MAX of them. */

/* Where the reader stands. libyaml counts characters; nodes and carets count bytes. */
struct cursor {
    size_t index;      /* characters before it, as libyaml counts */
    size_t offset;     /* bytes before it */
    size_t line_start; /* byte offset of its line */
    int line;          /* from 1 */
};

struct reader {
    yaml_parser_t parser;
    const char *file;
    struct slice text;
    struct arena *arena;
    struct diag_list *diags;
    struct cursor cursor;
    struct node **stack; /* finished nodes of the collections still open */
    size_t stack_len, stack_cap;
};

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static void cursor_forward(struct cursor *cursor, struct slice text)
{
    if (text.data[cursor->offset++] == '\n') {
        cursor->line++;
        cursor->line_start = cursor->offset;
    }
    while (cursor->offset < text.len && is_continuation(text.data[cursor->offset]))
        cursor->offset++;
    cursor->index++;
}

static void cursor_back(struct cursor *cursor, struct slice text)
{
    do
        cursor->offset--;
    while (cursor->offset > 0 && is_continuation(text.data[cursor->offset]));
    cursor->index--;
    if (text.data[cursor->offset] != '\n')
        return;
    const char *before = memrchr(text.data, '\n', cursor->offset);
    cursor->line--;
    cursor->line_start = before != NULL ? (size_t)(before - text.data) + 1 : 0;
}

/* Marks come almost in order, so moving from the last one keeps the whole walk linear. */
static void seek(struct reader *reader, size_t index)
{
    struct cursor *cursor = &reader->cursor;
    while (cursor->index < index && cursor->offset < reader->text.len)
        cursor_forward(cursor, reader->text);
    while (cursor->index > index)
        cursor_back(cursor, reader->text);
}

static struct place place_of_mark(struct reader *reader, const yaml_mark_t *mark)
{
    seek(reader, mark->index);
    return (struct place){
        reader->file, reader->cursor.line, (int)(reader->cursor.offset - reader->cursor.line_start) + 1};
}

static struct place place_of_offset(const struct reader *reader, size_t offset)
{
    struct place place = {reader->file, 1, 1};
    for (size_t i = 0; i < offset && i < reader->text.len; i++) {
        place.column++;
        if (reader->text.data[i] != '\n')
            continue;
        place.line++;
        place.column = 1;
    }
    return place;
}

/* What libyaml says, and what it means to somebody who does not know YAML's grammar. */
static const struct {
    const char *problem, *words, *hint;
} problems[] = {
    {"mapping values are not allowed in this context",
        "a ': ' stands inside a value, or this line is indented wrongly",
        "put the value in quotes if the colon belongs to it, or align the key with its neighbours"},
    {"did not find expected key", "expected the next key of the map",
        "align the key with its neighbours; put a value that goes on behind a quote in quotes as a whole"},
    {"did not find expected '-' indicator", "expected the next '- ' of the list",
        "align the list's items with each other"},
    {"block sequence entries are not allowed in this context", "a list item '- ' cannot stand here",
        "begin the list on a line of its own, under its key"},
    {"mapping keys are not allowed in this context", "a '? ' cannot stand here", "write 'key: value'"},
    {"did not find expected ',' or ']'", "expected ',' or the closing ']' of the list",
        "close the list with ']', and put items with special characters in quotes"},
    {"did not find expected ',' or '}'", "expected ',' or the closing '}' of the map",
        "close the map with '}', and put values with special characters in quotes"},
    {"did not find expected node content", "expected a value",
        "put a value that begins with a special character in quotes"},
    {"could not find expected ':'", "expected ':' behind the key", "write 'key: value'"},
    {"found character that cannot start any token", "a value cannot begin with this character",
        "put the value in quotes, and indent with spaces, not with tabs"},
    {"found a tab character that violates indentation", "a tab cannot indent", "indent with spaces"},
    {"found a tab character where an indentation space is expected", "a tab cannot indent",
        "indent with spaces"},
    {"found unexpected end of stream", "the file ends inside quotes", "close the quotes"},
    {"found unexpected document indicator", "a '---' or '...' line stands inside quotes", "close the quotes"},
    {"found unknown escape character", "there is no such escape behind '\\' in double quotes",
        "write '\\\\' for a backslash, or use single quotes"},
    {"did not find expected <document start>", "expected the end of the file",
        "a file is one map or one list; align its lines"},
    {"did not find expected comment or line break", "expected the end of the line behind '|' or '>'",
        "begin the text on the next line"},
};

/* Where what is not finished began, if that is on another line: "" or " (begun on line 3)". */
static const char *format_context(struct reader *reader, struct place place)
{
    const yaml_parser_t *parser = &reader->parser;
    int line = parser->context != NULL ? place_of_mark(reader, &parser->context_mark).line : place.line;
    return line != place.line ? arena_printf(&reader->diags->arena, " (begun on line %d)", line) : "";
}

static void report_syntax(struct reader *reader, struct place place)
{
    const char *problem = reader->parser.problem, *context = format_context(reader, place);
    for (size_t i = 0; i < sizeof problems / sizeof *problems; i++) {
        if (strcmp(problem, problems[i].problem) != 0)
            continue;
        diag_error(reader->diags, place, "Y003", "%s%s", problems[i].words, context);
        diag_hint(reader->diags, "%s", problems[i].hint);
        return;
    }
    diag_error(reader->diags, place, "Y003", "this is not YAML: %s%s", problem, context);
    diag_hint(reader->diags, "put texts with special characters in quotes");
}

/* The first fault of the parser is its last: it cannot go on behind one. */
static void report_parser(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    if (parser->error != YAML_READER_ERROR) {
        report_syntax(reader, place_of_mark(reader, &parser->problem_mark));
        return;
    }
    struct place place = place_of_offset(reader, parser->problem_offset);
    if (strstr(parser->problem, "control characters") != NULL) {
        diag_error(reader->diags, place, "Y002", "a control character (U+%04X) cannot stand in the file",
            (unsigned)parser->problem_value);
        diag_hint(reader->diags, "delete it");
    } else {
        diag_error(reader->diags, place, "Y002", "these bytes are not UTF-8 text: %s", parser->problem);
        diag_hint(reader->diags, "save the file as UTF-8");
    }
}

static int next_event(struct reader *reader, yaml_event_t *ret_event)
{
    if (yaml_parser_parse(&reader->parser, ret_event))
        return 0;
    if (reader->parser.error == YAML_MEMORY_ERROR)
        abort();
    report_parser(reader);
    return -EINVAL;
}

/* Children wait on one stack for all levels; a collection takes its own off when it ends and knows their
 * number. */
static void push(struct reader *reader, struct node *node)
{
    reader->stack = alloc_grow(reader->stack, reader->stack_len, &reader->stack_cap, sizeof *reader->stack);
    reader->stack[reader->stack_len++] = node;
}

static struct node *node_new(struct reader *reader, enum node_kind kind, const yaml_mark_t *mark)
{
    struct node *node = arena_alloc(reader->arena, sizeof *node);
    node->kind = kind;
    node->place = place_of_mark(reader, mark);
    return node;
}

static void check_properties(
    struct reader *reader, struct place place, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL) {
        diag_error(reader->diags, place, "Y005", "an anchor '&%.60s' is not allowed", (const char *)anchor);
        diag_hint(reader->diags, "delete it, or put a text that begins with '&' in quotes");
    }
    if (tag != NULL) {
        diag_error(reader->diags, place, "Y006", "a tag '%.60s' is not allowed", (const char *)tag);
        diag_hint(reader->diags, "delete it, or put a text that begins with '!' in quotes");
    }
}

/* Raw control characters do not pass the parser; "\0" in double quotes does, and would cut C strings and
 * forge log lines. */
static void check_control(struct reader *reader, const struct node *scalar)
{
    for (size_t i = 0; i < scalar->text.len; i++) {
        unsigned char c = (unsigned char)scalar->text.data[i];
        if ((c >= ' ' || c == '\n' || c == '\t' || c == '\r') && c != 0x7f)
            continue;
        diag_error(
            reader->diags, scalar->place, "Y002", "a control character (U+%04X) cannot stand in a text", c);
        diag_hint(reader->diags, "delete the escape");
        return;
    }
}

/* The bytes between two marks without the white space behind them; a block scalar's end mark stands on a
 * later line. */
static struct slice source_between(struct reader *reader, const yaml_mark_t *start, const yaml_mark_t *end)
{
    seek(reader, start->index);
    size_t from = reader->cursor.offset;
    seek(reader, end->index);
    size_t to = reader->cursor.offset;
    while (to > from && strchr(" \t\r\n", reader->text.data[to - 1]) != NULL)
        to--;
    return (struct slice){reader->text.data + from, to - from};
}

static struct node *compose_scalar(struct reader *reader, const yaml_event_t *event)
{
    struct node *node = node_new(reader, NODE_SCALAR, &event->start_mark);
    const char *value = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    yaml_scalar_style_t style = event->data.scalar.style;
    node->text = (struct slice){arena_strndup(reader->arena, value, len), len};
    node->quoted = style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    node->source = source_between(reader, &event->start_mark, &event->end_mark);
    check_properties(reader, node->place, event->data.scalar.anchor, event->data.scalar.tag);
    check_control(reader, node);
    return node;
}

/* An empty text stands in, so that the rest of the file is read and reported too. */
static struct node *compose_alias(struct reader *reader, const yaml_event_t *event)
{
    struct node *node = node_new(reader, NODE_SCALAR, &event->start_mark);
    diag_error(reader->diags, node->place, "Y005", "an alias '*%.60s' is not allowed",
        (const char *)event->data.alias.anchor);
    diag_hint(reader->diags, "write the value out, or put a text that begins with '*' in quotes");
    node->text = slice_of("");
    return node;
}

static void check_key(struct reader *reader, const struct node *const *keys, size_t i, struct map *seen)
{
    const struct node *key = keys[i];
    uint32_t first;
    if (key->kind != NODE_SCALAR) {
        diag_error(reader->diags, key->place, "Y008", "a key must be text, found %s", node_kind_name(key));
        diag_hint(reader->diags, "put a text that begins with '[' or '{' in quotes");
    } else if (map_get(seen, key->text.data, key->text.len, &first)) {
        diag_error(reader->diags, key->place, "Y007", "the key '%.60s' is already in this map, on line %d",
            key->text.data, keys[first]->place.line);
        diag_hint(reader->diags, "keep one of the two");
    } else {
        map_put(seen, key->text.data, key->text.len, (uint32_t)i);
    }
    if (key->kind == NODE_SCALAR && !key->quoted && slice_equal(key->text, "<<")) {
        diag_error(reader->diags, key->place, "Y009", "a merge key '<<' is not allowed");
        diag_hint(reader->diags, "write the keys out");
    }
}

/* Takes the nodes above `base` off the stack: keys and values in turn. */
static void fill_map(struct reader *reader, struct node *map, size_t base)
{
    struct map seen = MAP_NULL;
    map->len = (reader->stack_len - base) / 2;
    map->keys = arena_array(reader->arena, map->len, sizeof *map->keys);
    map->items = arena_array(reader->arena, map->len, sizeof *map->items);
    for (size_t i = 0; i < map->len; i++) {
        map->keys[i] = reader->stack[base + 2 * i];
        map->items[i] = reader->stack[base + 2 * i + 1];
        check_key(reader, (const struct node *const *)map->keys, i, &seen);
    }
    map_deinit(&seen);
    reader->stack_len = base;
}

static void fill_sequence(struct reader *reader, struct node *sequence, size_t base)
{
    sequence->len = reader->stack_len - base;
    sequence->items = arena_array(reader->arena, sequence->len, sizeof *sequence->items);
    for (size_t i = 0; i < sequence->len; i++)
        sequence->items[i] = reader->stack[base + i];
    reader->stack_len = base;
}

static int compose_node(struct reader *reader, const yaml_event_t *event, int depth, struct node **ret_node);

/* Pushes the nodes up to the collection's end. */
static int compose_items(struct reader *reader, yaml_event_type_t end, int depth)
{
    for (bool ended = false; !ended;) {
        yaml_event_t event;
        struct node *item;
        int r = next_event(reader, &event);
        if (r < 0)
            return r;
        ended = event.type == end;
        if (!ended) {
            r = compose_node(reader, &event, depth, &item);
            if (r == 0)
                push(reader, item);
        }
        yaml_event_delete(&event);
        if (r < 0)
            return r;
    }
    return 0;
}

/* libyaml is quadratic in nesting, so a deep file is left at once, not only reported. */
static int check_depth(struct reader *reader, const struct node *node, int depth)
{
    if (depth <= YAML_DEPTH_MAX)
        return 0;
    diag_error(reader->diags, node->place, "Y004", "this is nested more than %d levels deep", YAML_DEPTH_MAX);
    diag_hint(reader->diags, "put a text that begins with '[', '{' or '- ' in quotes");
    return -EINVAL;
}

static int compose_collection(struct reader *reader, struct node *node, int depth)
{
    size_t base = reader->stack_len;
    bool is_map = node->kind == NODE_MAP;
    int r = check_depth(reader, node, depth);
    if (r == 0)
        r = compose_items(reader, is_map ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT, depth);
    if (r < 0)
        return r;
    if (is_map)
        fill_map(reader, node, base);
    else
        fill_sequence(reader, node, base);
    return 0;
}

/* The node that begins with `event`; `depth` collections are open around it. */
static int compose_node(struct reader *reader, const yaml_event_t *event, int depth, struct node **ret_node)
{
    struct node *node;
    int r = 0;
    if (event->type == YAML_SCALAR_EVENT) {
        node = compose_scalar(reader, event);
    } else if (event->type == YAML_ALIAS_EVENT) {
        node = compose_alias(reader, event);
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        node = node_new(reader, NODE_MAP, &event->start_mark);
        check_properties(
            reader, node->place, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        r = compose_collection(reader, node, depth + 1);
    } else {
        node = node_new(reader, NODE_SEQUENCE, &event->start_mark);
        check_properties(
            reader, node->place, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        r = compose_collection(reader, node, depth + 1);
    }
    if (r == 0)
        *ret_node = node;
    return r;
}

static void check_directives(struct reader *reader, const yaml_event_t *event)
{
    if (event->data.document_start.version_directive == NULL &&
        event->data.document_start.tag_directives.start == event->data.document_start.tag_directives.end)
        return;
    diag_error(
        reader->diags, place_of_mark(reader, &event->start_mark), "Y006", "a '%%' directive is not allowed");
    diag_hint(reader->diags, "delete the line");
}

/* `start` opens the first document, or ends a stream that has none. */
static int compose_document(struct reader *reader, const yaml_event_t *start, struct node **ret_document)
{
    if (start->type == YAML_STREAM_END_EVENT) {
        diag_error(
            reader->diags, (struct place){reader->file, 0, 0}, "Y011", "the file holds nothing but comments");
        diag_hint(reader->diags, "write 'key: value' lines");
        return -EINVAL;
    }
    check_directives(reader, start);
    yaml_event_t event;
    int r = next_event(reader, &event);
    if (r < 0)
        return r;
    r = compose_node(reader, &event, 0, ret_document);
    yaml_event_delete(&event);
    return r;
}

/* Behind the document there is nothing; a second one would otherwise be dropped without a word. */
static int check_end(struct reader *reader)
{
    yaml_event_t event;
    int r = next_event(reader, &event);
    if (r < 0)
        return r;
    if (event.type != YAML_STREAM_END_EVENT) {
        diag_error(
            reader->diags, place_of_mark(reader, &event.start_mark), "Y010", "a second document begins here");
        diag_hint(reader->diags, "a file is one document: put it into a file of its own");
        r = -EINVAL;
    }
    yaml_event_delete(&event);
    return r;
}

/* Takes one event whose kind the grammar fixes, and drops it. */
static int skip_event(struct reader *reader)
{
    yaml_event_t event;
    int r = next_event(reader, &event);
    if (r == 0)
        yaml_event_delete(&event);
    return r;
}

static int compose_stream(struct reader *reader, struct node **ret_document)
{
    yaml_event_t start;
    int r = skip_event(reader); /* the stream's start */
    if (r == 0)
        r = next_event(reader, &start);
    if (r < 0)
        return r;
    r = compose_document(reader, &start, ret_document);
    yaml_event_delete(&start);
    if (r == 0)
        r = skip_event(reader); /* the document's end */
    return r < 0 ? r : check_end(reader);
}

static int read_stream(struct reader *reader, struct node **ret_document)
{
    if (!yaml_parser_initialize(&reader->parser))
        abort(); /* out of memory, as in base/alloc.c */
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)reader->text.data, reader->text.len);
    int r = compose_stream(reader, ret_document);
    yaml_parser_delete(&reader->parser);
    alloc_free(reader->stack);
    return r;
}

/* The first carriage return without a line feed, or NULL. */
static const char *find_lone_return(struct slice text)
{
    const char *p = text.data, *end = text.data + text.len;
    while ((p = memchr(p, '\r', (size_t)(end - p))) != NULL && p + 1 < end && p[1] == '\n')
        p++;
    return p;
}

/* YAML takes these for line ends, editors and carets do not: lines would be counted differently. */
static int check_separators(struct reader *reader)
{
    static const char *const separators[] = {"\xc2\x85", "\xe2\x80\xa8", "\xe2\x80\xa9"};
    struct slice text = reader->text;
    const char *found = find_lone_return(text);
    for (size_t i = 0; found == NULL && i < sizeof separators / sizeof *separators; i++)
        found = memmem(text.data, text.len, separators[i], strlen(separators[i]));
    if (found == NULL)
        return 0;
    diag_error(reader->diags, place_of_offset(reader, (size_t)(found - text.data)), "Y002",
        "an unusual line end (a lone U+000D, or U+0085, U+2028, U+2029) stands here");
    diag_hint(reader->diags, "replace it with an ordinary line end");
    return -EINVAL;
}

static struct slice skip_byte_order_mark(struct slice text)
{
    bool marked = text.len >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0;
    return marked ? (struct slice){text.data + 3, text.len - 3} : text;
}

int yaml_parse(const char *file, struct slice text, struct arena *arena, const struct node **ret_document,
    struct diag_list *diags)
{
    size_t errors = diags->errors;
    if (text.len > YAML_BYTES_MAX) {
        diag_error(diags, (struct place){file, 0, 0}, "Y001", "the file is larger than %d KiB",
            YAML_BYTES_MAX / 1024);
        diag_hint(diags, "split it into several files");
        return -EINVAL;
    }
    text = skip_byte_order_mark(text);
    struct reader reader = {
        .file = arena_strdup(arena, file),
        .text = {arena_strndup(arena, text.data, text.len), text.len},
        .arena = arena,
        .diags = diags,
        .cursor = {.line = 1},
    };
    struct node *document;
    int r = check_separators(&reader);
    if (r == 0)
        r = read_stream(&reader, &document);
    if (r < 0 || diags->errors > errors)
        return -EINVAL;
    *ret_document = document;
    return 0;
}

int yaml_load(const char *path, struct arena *arena, const struct node **ret_document, struct slice *ret_text,
    struct diag_list *diags)
{
    struct slice text;
    int r = file_read(path, YAML_BYTES_MAX, arena, &text);
    if (r < 0) {
        diag_error(diags, (struct place){path, 0, 0}, "Y001", "the file cannot be read: %s", strerror(-r));
        diag_hint(
            diags, r == -EFBIG ? "a file may have 1 MiB: split it" : "check its name and who may read it");
        return -EINVAL;
    }
    text = skip_byte_order_mark(text);
    if (ret_text != NULL)
        *ret_text = text;
    return yaml_parse(path, text, arena, ret_document, diags);
}
