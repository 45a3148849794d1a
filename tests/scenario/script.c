#include "tests/scenario/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/str.h"
#include "io/file.h"

enum { FILE_MAX = 1024 * 1024, INDENT = 4, DEPTH_MAX = 4 };

static bool complain(const struct step *step, const char *what)
{
    printf("%s:%d: %s\n", step->file, step->line, what);
    return false;
}

/* ---- words ---- */

/* The next word without its quotes, or NULL at the line's end. */
static const char *next_word(const char **line, struct arena *arena)
{
    const char *p = *line + strspn(*line, " \t");
    if (*p == '\0' || *p == '#')
        return NULL;
    char *word = arena_alloc(arena, strlen(p) + 1), *out = word;
    bool quoted = false;
    for (; *p != '\0' && (quoted || (*p != ' ' && *p != '\t')); p++) {
        if (*p == '\\' && p[1] != '\0') {
            p++;
            *out++ = *p == 'n' ? '\n' : *p;
        } else if (*p == '"') {
            quoted = !quoted;
        } else {
            *out++ = *p;
        }
    }
    *line = p;
    return word;
}

static bool split_words(const char *line, struct step *step, struct arena *arena)
{
    for (const char *word; (word = next_word(&line, arena)) != NULL; step->words[step->count++] = word)
        if (step->count == STEP_WORDS_MAX)
            return complain(step, "too many words");
    return true;
}

/* ---- lines ---- */

struct reader {
    struct script *script;
    const char *path, *text;
    int line, depth;
};

static bool read_file(struct script *script, const char *path, int depth);

static const char *take_line(struct reader *reader)
{
    size_t len = strcspn(reader->text, "\n");
    const char *line = arena_strndup(&reader->script->arena, reader->text, len);
    reader->text += len + (reader->text[len] == '\n');
    reader->line++;
    return line;
}

static bool belongs_to_block(const char *text)
{
    size_t blanks = strspn(text, " ");
    return blanks >= INDENT && text[blanks] != '\0';
}

/* Empty lines belong to the block where more of it follows. */
static bool block_goes_on(const char *text)
{
    while (*text == '\n')
        text++;
    return belongs_to_block(text);
}

static const char *take_block(struct reader *reader)
{
    struct buf block;
    buf_init(&block, FILE_MAX);
    while (block_goes_on(reader->text)) {
        const char *line = take_line(reader);
        (void)buf_printf(&block, "%s\n", line[0] != '\0' ? line + INDENT : "");
    }
    const char *text = arena_strdup(&reader->script->arena, buf_text(&block));
    buf_deinit(&block);
    return text;
}

static bool include(struct reader *reader, const struct step *step)
{
    const char *slash = strrchr(reader->path, '/');
    int directory = slash != NULL ? (int)(slash - reader->path) + 1 : 0;
    if (step->count != 2 || reader->depth == DEPTH_MAX)
        return complain(step, "include FILE");
    const char *path =
        arena_printf(&reader->script->arena, "%.*s%s", directory, reader->path, step->words[1]);
    return read_file(reader->script, path, reader->depth + 1);
}

static bool set_repeat(struct script *script, const struct step *step)
{
    if (step->count < 2 || sscanf(step->words[1], "%d..%d", &script->from, &script->to) != 2)
        return complain(step, "repeat FROM..TO [BY]");
    script->by = step->count > 2 ? atoi(step->words[2]) : 1;
    return script->by > 0 || complain(step, "repeat FROM..TO [BY]");
}

static bool take_step(struct reader *reader)
{
    struct script *script = reader->script;
    const char *line = take_line(reader);
    struct step step = {.file = reader->path, .line = reader->line, .block = ""};
    if (!split_words(line, &step, &script->arena))
        return false;
    if (step.count == 0)
        return true;
    if (line[0] == ' ')
        return complain(&step, "an indented line that belongs to no step");
    step.block = take_block(reader);
    if (str_equal(step.words[0], "include"))
        return include(reader, &step);
    if (str_equal(step.words[0], "repeat"))
        return set_repeat(script, &step);
    script->steps = alloc_grow(script->steps, script->len, &script->cap, sizeof *script->steps);
    script->steps[script->len++] = step;
    return true;
}

static bool read_file(struct script *script, const char *path, int depth)
{
    struct slice text;
    struct reader reader = {.script = script, .path = path, .depth = depth};
    int r = file_read(path, FILE_MAX, &script->arena, &text);
    if (r < 0) {
        printf("%s: %s\n", path, strerror(-r));
        return false;
    }
    reader.text = text.data;
    while (reader.text[0] != '\0')
        if (!take_step(&reader))
            return false;
    return true;
}

bool script_load(const char *path, struct script *ret_script)
{
    *ret_script = (struct script){.by = 1};
    return read_file(ret_script, arena_strdup(&ret_script->arena, path), 0);
}

void script_deinit(struct script *script)
{
    alloc_free(script->steps);
    arena_deinit(&script->arena);
}

const char *step_option(const struct step *step, const char *key)
{
    size_t len = strlen(key);
    for (int i = 1; i < step->count; i++)
        if (str_starts(step->words[i], key) && step->words[i][len] == '=')
            return step->words[i] + len + 1;
    return NULL;
}

int64_t script_duration_ms(const char *text)
{
    static const struct {
        char unit;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60 * 1000}, {'h', 3600 * 1000}, {'d', 86400 * 1000}};
    char *end;
    long long n = strtoll(text, &end, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (end != text && *end == units[i].unit && end[1] == '\0' && n >= 0)
            return n * units[i].ms;
    return -1;
}
