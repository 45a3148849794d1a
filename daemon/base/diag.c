#include "base/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static const char *const level_names[] = {[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning"};

enum { TEXT_SIZE = 1024 };

/* Findings quote what feeds and people wrote, and go to terminals and logs: a control byte could forge a line
 * there. */
static void replace_controls(char *text)
{
    for (char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
}

/* Takes back the bytes of a character that the buffer's end has cut through. */
static void drop_cut_character(char *text, size_t len)
{
    size_t start = len;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && !str_is_utf8((struct slice){text + start - 1, len - start + 1}))
        text[start - 1] = '\0';
}

static const char *format_text(struct diag_list *list, const char *format, va_list args)
{
    char text[TEXT_SIZE];
    if (vsnprintf(text, sizeof text, format, args) >= TEXT_SIZE)
        drop_cut_character(text, TEXT_SIZE - 1);
    replace_controls(text);
    return arena_strdup(&list->arena, text);
}

static void add(struct diag_list *list, enum diag_level level, struct place place, const char *code,
    const char *format, va_list args)
{
    *(level == DIAG_ERROR ? &list->errors : &list->warnings) += 1;
    if (list->errors + list->warnings > DIAG_MAX)
        return;
    list->items = alloc_grow(list->items, list->len, &list->cap, sizeof *list->items);
    list->items[list->len++] = (struct diag){
        .level = level,
        .file = arena_strdup(&list->arena, place.file != NULL ? place.file : "-"),
        .line = place.line,
        .column = place.column,
        .code = code,
        .text = format_text(list, format, args),
    };
}

void diag_error(struct diag_list *list, struct place place, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(list, DIAG_ERROR, place, code, format, args);
    va_end(args);
}

void diag_warning(struct diag_list *list, struct place place, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(list, DIAG_WARNING, place, code, format, args);
    va_end(args);
}

static int compare_places(const void *left, const void *right)
{
    const struct diag *a = left, *b = right;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->column != b->column)
        return a->column < b->column ? -1 : 1;
    return strcmp(a->text, b->text);
}

void diag_append(struct diag_list *list, struct diag_list *other)
{
    if (other->len > 0)
        qsort(other->items, other->len, sizeof *other->items, compare_places);
    for (size_t i = 0; i < other->len && list->len < DIAG_MAX; i++) {
        struct diag copy = other->items[i];
        copy.file = arena_strdup(&list->arena, copy.file);
        copy.text = arena_strdup(&list->arena, copy.text);
        copy.hint = copy.hint != NULL ? arena_strdup(&list->arena, copy.hint) : NULL;
        list->items = alloc_grow(list->items, list->len, &list->cap, sizeof *list->items);
        list->items[list->len++] = copy;
    }
    list->errors += other->errors;
    list->warnings += other->warnings;
}

void diag_hint(struct diag_list *list, const char *format, ...)
{
    if (list->len == 0 || list->errors + list->warnings > DIAG_MAX)
        return;
    va_list args;
    va_start(args, format);
    list->items[list->len - 1].hint = format_text(list, format, args);
    va_end(args);
}

const char *diag_level_name(enum diag_level level)
{
    return level_names[level];
}

const char *diag_line(struct diag_list *list, const struct diag *diag)
{
    const char *level = level_names[diag->level];
    if (diag->line == 0)
        return arena_printf(&list->arena, "%s: %s[%s]: %s", diag->file, level, diag->code, diag->text);
    return arena_printf(&list->arena, "%s:%d:%d: %s[%s]: %s", diag->file, diag->line, diag->column, level,
        diag->code, diag->text);
}

/* The text of line number `line` (from 1), without its end. */
static struct slice source_line(struct slice source, int line)
{
    const char *p = source.data, *end = source.data + source.len;
    for (int i = 1; i < line && p < end; i++) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        p = newline != NULL ? newline + 1 : end;
    }
    const char *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    return (struct slice){p, (size_t)((newline != NULL ? newline : end) - p)};
}

/* A caret under the column; tabs are kept so that it lines up, UTF-8 continuation bytes take no room. */
static void print_caret(FILE *out, struct slice text, int column)
{
    fputs("      | ", out);
    for (size_t i = 0; i < text.len && (int)i < column - 1; i++)
        if (((unsigned char)text.data[i] & 0xc0) != 0x80)
            fputc(text.data[i] == '\t' ? '\t' : ' ', out);
    fputs("^\n", out);
}

void diag_print(FILE *out, const struct diag *diag, struct slice source)
{
    if (diag->line == 0)
        fprintf(out, "%s: %s[%s]: %s\n", diag->file, level_names[diag->level], diag->code, diag->text);
    else
        fprintf(out, "%s:%d:%d: %s[%s]: %s\n", diag->file, diag->line, diag->column, level_names[diag->level],
            diag->code, diag->text);
    if (diag->line > 0 && source.len > 0) {
        struct slice text = source_line(source, diag->line);
        fprintf(out, "%5d | %.*s\n", diag->line, (int)text.len, text.data);
        print_caret(out, text, diag->column);
    }
    if (diag->hint != NULL)
        fprintf(out, "      = hint: %s\n", diag->hint);
}

void diag_list_deinit(struct diag_list *list)
{
    alloc_free(list->items);
    arena_deinit(&list->arena);
    *list = DIAG_LIST_NULL;
}
