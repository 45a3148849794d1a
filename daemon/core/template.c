#include "core/template.h"

#include <errno.h>
#include <string.h>

#include "core/markup.h"

enum node_kind { NODE_LITERAL, NODE_VARIABLE, NODE_SECTION, NODE_INVERTED };

struct template_node {
    enum node_kind kind;
    bool raw;          /* of a variable: not escaped */
    struct slice text; /* of a literal; else the name */
    size_t end;        /* of a section: the node behind its last */
    struct place place;
};

/* ---- reading ---- */

struct open_section {
    size_t node;
    struct place place;
};

struct reader {
    const char *at, *end;
    struct place place; /* of `at` */
    struct template_node *nodes;
    size_t len;
    struct open_section open[TEMPLATE_DEPTH_MAX];
    size_t depth;
    size_t line_start;            /* first node of the line that is read */
    bool line_tag, line_contents; /* it has a tag that may stand alone; it has anything else */
    struct diag_list *diags;
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct slice trim(struct slice text)
{
    while (text.len > 0 && is_blank(text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.data[text.len - 1]))
        text.len--;
    return text;
}

/* Moves behind n bytes; columns count bytes, as in all our findings. */
static void advance(struct reader *reader, size_t n)
{
    for (; n > 0; n--, reader->at++) {
        bool line_end = *reader->at == '\n';
        reader->place.line += line_end ? 1 : 0;
        reader->place.column = line_end ? 1 : reader->place.column + 1;
    }
}

static void push(struct reader *reader, struct template_node node)
{
    reader->nodes[reader->len++] = node;
}

/* A line of tags and blanks alone leaves nothing of itself. */
static void end_line(struct reader *reader)
{
    for (size_t i = reader->line_start; reader->line_tag && !reader->line_contents && i < reader->len; i++)
        if (reader->nodes[i].kind == NODE_LITERAL)
            reader->nodes[i].text.len = 0;
    reader->line_start = reader->len;
    reader->line_tag = reader->line_contents = false;
}

static const char *find(const struct reader *reader, const char *from, const char *what)
{
    return memmem(from, (size_t)(reader->end - from), what, strlen(what));
}

/* Up to the next tag or the end of the line. */
static void read_literal(struct reader *reader)
{
    const char *tag = find(reader, reader->at, "{{");
    const char *stop = tag != NULL ? tag : reader->end;
    const char *line = memchr(reader->at, '\n', (size_t)(stop - reader->at));
    struct slice text = {reader->at, (size_t)((line != NULL ? line + 1 : stop) - reader->at)};
    push(reader, (struct template_node){.kind = NODE_LITERAL, .text = text, .place = reader->place});
    reader->line_contents = reader->line_contents || trim(text).len > 0;
    advance(reader, text.len);
    if (line != NULL)
        end_line(reader);
}

/* Lower-case words of letters, digits and _, joined by dots; or a dot alone. */
static bool is_name(struct slice name)
{
    bool word = false;
    if (slice_equal(name, "."))
        return true;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (!letter && !(c == '.' && word))
            return false;
        word = letter;
    }
    return word;
}

static void open_section(struct reader *reader, struct template_node node)
{
    reader->line_tag = true;
    if (reader->depth == TEMPLATE_DEPTH_MAX) {
        diag_error(
            reader->diags, node.place, "X004", "sections are nested more than %d deep", TEMPLATE_DEPTH_MAX);
        reader->at = reader->end; /* what follows would be about this one fault */
        return;
    }
    reader->open[reader->depth++] = (struct open_section){reader->len, node.place};
    push(reader, node);
}

static void close_section(struct reader *reader, struct slice name, struct place place)
{
    reader->line_tag = true;
    if (reader->depth == 0) {
        diag_error(reader->diags, place, "X003", "'{{/%.*s}}' closes a section that is not open",
            (int)name.len, name.data);
        return;
    }
    struct template_node *node = &reader->nodes[reader->open[--reader->depth].node];
    node->end = reader->len;
    if (node->text.len == name.len && memcmp(node->text.data, name.data, name.len) == 0)
        return;
    diag_error(reader->diags, place, "X003", "'{{/%.*s}}' closes the section '%.*s'", (int)name.len,
        name.data, (int)node->text.len, node->text.data);
    diag_hint(reader->diags, "write {{/%.*s}}; it was opened in line %d", (int)node->text.len,
        node->text.data, node->place.line);
}

static bool is_refused(struct reader *reader, char sign, struct place place)
{
    static const struct {
        char sign;
        const char *what;
    } refused[] = {{'>', "partials"}, {'=', "other delimiters"}, {'<', "parents"}, {'$', "blocks"},
        {'*', "dynamic names"}};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        if (sign != refused[i].sign)
            continue;
        diag_error(reader->diags, place, "X002", "'{{%c': templates have no %s", sign, refused[i].what);
        diag_hint(reader->diags, "there are {{name}}, {{{name}}}, {{&name}}, {{#name}}, {{^name}}, {{/name}} "
                                 "and {{! comment }}");
        return true;
    }
    return false;
}

/* What stands between the braces, by its sign. */
static void take_tag(struct reader *reader, char sign, struct slice name, struct place place)
{
    struct template_node node = {.text = name, .place = place};
    if (!is_name(name)) {
        diag_error(reader->diags, place, "X001", "'%.*s' is no name", (int)(name.len < 40 ? name.len : 40),
            name.data);
        diag_hint(reader->diags, "names are words of lower-case letters, digits and _, joined by dots");
        return;
    }
    switch (sign) {
    case '#':
    case '^':
        node.kind = sign == '#' ? NODE_SECTION : NODE_INVERTED;
        open_section(reader, node);
        return;
    case '/':
        close_section(reader, name, place);
        return;
    }
    node.kind = NODE_VARIABLE;
    node.raw = sign == '&' || sign == '{';
    reader->line_contents = true;
    push(reader, node);
}

static void read_tag(struct reader *reader)
{
    struct place place = reader->place;
    const char *inner = reader->at + 2;
    while (inner < reader->end && is_blank(*inner))
        inner++;
    char sign = inner < reader->end && strchr("#^/&{!>=<$*", *inner) != NULL ? *inner : '\0';
    const char *close = sign == '{' ? "}}}" : "}}", *end = find(reader, inner, close);
    if (end == NULL) {
        diag_error(reader->diags, place, "X001", "a tag is not closed: expected '%s'", close);
        reader->at = reader->end;
        return;
    }
    const char *text = sign != '\0' ? inner + 1 : inner;
    struct slice name = trim((struct slice){text, end > text ? (size_t)(end - text) : 0});
    if (sign == '!')
        reader->line_tag = true;
    else if (!is_refused(reader, sign, place))
        take_tag(reader, sign, name, place);
    if (reader->at < reader->end)
        advance(reader, (size_t)(end + strlen(close) - reader->at));
}

static size_t count(struct slice text, const char *what)
{
    size_t n = 0, len = strlen(what);
    const char *end = text.data + text.len;
    for (const char *p = text.data; (p = memmem(p, (size_t)(end - p), what, len)) != NULL; p += len)
        n++;
    return n;
}

static bool is_text(const char *file, struct slice text, struct diag_list *diags)
{
    struct place place = {.file = file};
    if (text.len > TEMPLATE_BYTES_MAX)
        diag_error(diags, place, "X005", "more than %d bytes", TEMPLATE_BYTES_MAX);
    else if (!str_is_utf8(text) || memchr(text.data, '\0', text.len) != NULL)
        diag_error(diags, place, "X005", "expected text in UTF-8");
    else
        return true;
    return false;
}

int template_compile(const char *file, struct slice text, struct arena *arena, struct template *ret_template,
    struct diag_list *diags)
{
    if (text.len == 0)
        text = slice_of("");
    if (!is_text(file, text, diags))
        return -EINVAL;
    size_t errors = diags->errors;
    struct reader reader = {
        .at = text.data, .end = text.data + text.len, .place = {file, 1, 1}, .diags = diags};
    /* A line ends a literal, and so does a tag, which is a node itself. */
    reader.nodes = arena_array(arena, count(text, "\n") + 2 * count(text, "{{") + 1, sizeof *reader.nodes);
    while (reader.at < reader.end) {
        if (reader.end - reader.at >= 2 && memcmp(reader.at, "{{", 2) == 0)
            read_tag(&reader);
        else
            read_literal(&reader);
    }
    end_line(&reader);
    size_t unclosed = diags->errors == errors ? reader.depth : 0; /* else they follow from another fault */
    for (size_t i = 0; i < unclosed; i++)
        diag_error(diags, reader.open[i].place, "X003", "the section '%.*s' is not closed",
            (int)reader.nodes[reader.open[i].node].text.len, reader.nodes[reader.open[i].node].text.data);
    if (diags->errors > errors)
        return -EINVAL;
    *ret_template = (struct template){file, reader.nodes, reader.len};
    return 0;
}

/* ---- names ---- */

/* A value and those around it. */
struct frame {
    const struct template_value *value;
    const struct frame *around;
};

static const struct template_value *field_of(const struct template_value *map, struct slice name)
{
    for (size_t i = 0; map->kind == TEMPLATE_MAP && i < map->len; i++)
        if (slice_equal(name, map->fields[i].name))
            return &map->fields[i].value;
    return NULL;
}

static struct slice first_word(struct slice path)
{
    const char *dot = memchr(path.data, '.', path.len);
    return dot != NULL ? (struct slice){path.data, (size_t)(dot - path.data)} : path;
}

/* The first word is looked for from the inside out, the others in what it stands for. NULL: there is none. */
static const struct template_value *value_of(const struct frame *frame, struct slice path)
{
    if (slice_equal(path, "."))
        return frame->value;
    struct slice word = first_word(path);
    const struct template_value *value = NULL;
    for (; frame != NULL && value == NULL; frame = frame->around)
        value = field_of(frame->value, word);
    while (value != NULL && word.len < path.len) {
        path = (struct slice){path.data + word.len + 1, path.len - word.len - 1};
        word = first_word(path);
        value = field_of(value, word);
    }
    return value;
}

static const char *text_of(const struct template_value *value)
{
    return value != NULL && value->kind == TEMPLATE_TEXT && value->text != NULL ? value->text : "";
}

static bool is_empty(const struct template_value *value)
{
    if (value == NULL)
        return true;
    switch (value->kind) {
    case TEMPLATE_TEXT:
        return text_of(value)[0] == '\0';
    case TEMPLATE_LIST:
        return value->len == 0;
    case TEMPLATE_MAP:
        return false;
    }
    return true;
}

/* ---- filling ---- */

struct writer {
    const struct template_node *nodes;
    enum template_escape escape;
    struct buf *out;
};

static int write_variable(
    const struct writer *writer, const struct template_node *node, const struct frame *frame)
{
    const char *text = text_of(value_of(frame, node->text));
    bool html = writer->escape == TEMPLATE_HTML && !node->raw;
    return html ? markup_escape(writer->out, text) : buf_puts(writer->out, text);
}

static int write_nodes(const struct writer *writer, size_t from, size_t to, const struct frame *frame);

static int write_section(const struct writer *writer, size_t at, const struct frame *frame)
{
    const struct template_node *node = &writer->nodes[at];
    const struct template_value *value = value_of(frame, node->text);
    bool list = value != NULL && value->kind == TEMPLATE_LIST;
    if (node->kind == NODE_INVERTED)
        return is_empty(value) ? write_nodes(writer, at + 1, node->end, frame) : 0;
    if (is_empty(value))
        return 0;
    int r = 0;
    for (size_t i = 0; i < (list ? value->len : 1) && r == 0; i++) {
        struct frame inner = {list ? &value->items[i] : value, frame};
        r = write_nodes(writer, at + 1, node->end, &inner);
    }
    return r;
}

static int write_nodes(const struct writer *writer, size_t from, size_t to, const struct frame *frame)
{
    int r = 0;
    for (size_t i = from; i < to && r == 0; i++) {
        const struct template_node *node = &writer->nodes[i];
        switch (node->kind) {
        case NODE_LITERAL:
            r = buf_append(writer->out, node->text.data, node->text.len);
            break;
        case NODE_VARIABLE:
            r = write_variable(writer, node, frame);
            break;
        case NODE_SECTION:
        case NODE_INVERTED:
            r = write_section(writer, i, frame);
            i = node->end - 1;
            break;
        }
    }
    return r;
}

int template_render(const struct template *template, const struct template_value *value,
    enum template_escape escape, struct buf *out)
{
    size_t start = out->len;
    struct writer writer = {template->nodes, escape, out};
    struct frame frame = {value, NULL};
    int r = write_nodes(&writer, 0, template->len, &frame);
    if (r < 0 && out->data != NULL) {
        out->len = start;
        out->data[start] = '\0';
    }
    return r;
}

/* ---- checking ---- */

struct checker {
    const struct template_node *nodes;
    enum template_escape escape;
    struct diag_list *diags;
};

/* The names that can be written here, to guess which one was meant. */
static const char *nearest(const struct frame *frame, struct slice name)
{
    enum { NAMES_MAX = 128 };
    const char *names[NAMES_MAX];
    size_t n = 0;
    for (; frame != NULL; frame = frame->around)
        for (size_t i = 0; frame->value->kind == TEMPLATE_MAP && i < frame->value->len && n < NAMES_MAX; i++)
            names[n++] = frame->value->fields[i].name;
    return str_did_you_mean(name, names, n);
}

static void report_unknown(
    const struct checker *checker, const struct template_node *node, const struct frame *frame)
{
    diag_error(checker->diags, node->place, "X010", "'%.*s': a message has no such name here",
        (int)(node->text.len < 80 ? node->text.len : 80), node->text.data);
    const char *near = nearest(frame, node->text);
    if (near != NULL)
        diag_hint(checker->diags, "did you mean '%s'? tdwatch.yaml(5) lists the names", near);
    else
        diag_hint(checker->diags, "tdwatch.yaml(5) lists the names");
}

static void check_variable(
    const struct checker *checker, const struct template_node *node, const struct template_value *value)
{
    if (value->kind != TEMPLATE_TEXT)
        diag_error(checker->diags, node->place, "X011", "'%.*s' is a %s, not a text", (int)node->text.len,
            node->text.data, value->kind == TEMPLATE_LIST ? "list" : "map");
    else if (node->raw && checker->escape == TEMPLATE_HTML)
        diag_error(checker->diags, node->place, "X012",
            "'%.*s': HTML takes no text as it is, since feeds and rules are not trusted; write {{%.*s}}",
            (int)node->text.len, node->text.data, (int)node->text.len, node->text.data);
}

static void check_nodes(const struct checker *checker, size_t from, size_t to, const struct frame *frame)
{
    for (size_t i = from; i < to; i++) {
        const struct template_node *node = &checker->nodes[i];
        if (node->kind == NODE_LITERAL)
            continue;
        const struct template_value *value = value_of(frame, node->text);
        bool section = node->kind != NODE_VARIABLE;
        struct frame inner = {value, frame};
        if (value != NULL && value->kind == TEMPLATE_LIST && value->len > 0)
            inner.value = value->items;
        if (value == NULL)
            report_unknown(checker, node, frame);
        else if (!section)
            check_variable(checker, node, value);
        else
            check_nodes(checker, i + 1, node->end, node->kind == NODE_SECTION ? &inner : frame);
        if (section)
            i = node->end - 1;
    }
}

int template_check(const struct template *template, const struct template_value *model,
    enum template_escape escape, struct diag_list *diags)
{
    size_t errors = diags->errors;
    struct checker checker = {template->nodes, escape, diags};
    struct frame frame = {model, NULL};
    check_nodes(&checker, 0, template->len, &frame);
    return diags->errors > errors ? -EINVAL : 0;
}
