/* JSON (RFC 8259), by yajl: one pass over the payload, a record at a time, in memory that does not grow with
 * it. Texts and numbers are slices of the payload; numbers never become binary.
 *
 * yajl tells of braces, names and values as it meets them. What is inside the list of records becomes fields;
 * of what is outside the first few texts are kept, since an answer without records says there why. */
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <yajl/yajl_parse.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "feeds/decode.h"
#include "feeds/number.h"
#include "feeds/payload.h"
#include "feeds/said.h"
#include "feeds/wanted.h"

enum { DEPTH_MAX = 64, PATH_MAX_NAMES = 16, PATH_BYTES_MAX = 256 };

/* A name in the record that is being cut. The last record's names stay where they are until they differ, so
 * that records that are alike need no search. */
struct name {
    struct slice text;
    size_t object; /* in which object of the record it stands */
    int column;    /* of those that the feed reads, or -1 */
    bool copied;   /* the text ends with the record */
};

/* An open object or list. */
struct level {
    bool is_object;
    size_t object;    /* number of the object in its record */
    struct slice key; /* the latest name; outside records only if it stands in the payload as it is */
    size_t path_len;  /* inside records: of the path to this level, in bytes */
};

struct reader {
    const struct descriptor *descriptor;
    struct slice text;
    const char *file;
    const struct record_sink *sink;
    struct diag_list *diags;
    yajl_handle handle;

    struct level levels[DEPTH_MAX];
    size_t depth;
    struct slice path[PATH_MAX_NAMES]; /* to the records */
    size_t path_len, path_matched;     /* names of it that lead to where we are */
    bool found;                        /* the records */
    size_t list_depth;                 /* of the list of records while inside it, or 0 */
    size_t record_depth;               /* of the record while inside it, or 0 */
    struct said said;                  /* texts outside the records */

    /* The record that is being cut. */
    size_t offset, counted; /* of its first byte; up to where lines are counted */
    int line;
    struct wanted wanted;
    struct name names[RECORD_FIELDS_MAX];
    size_t name_len, name_known, objects;
    bool differs;               /* from the names of the record before */
    char where[PATH_BYTES_MAX]; /* names that lead to the innermost object, with points behind them */
    int column;                 /* that the next value fills, or -1 */
    struct arena scratch;       /* texts of it that do not stand in the payload as they are */

    /* Lists with a header. */
    bool named;                     /* the header has been read */
    int columns[RECORD_FIELDS_MAX]; /* of each place in the list: the field it fills, or -1 */
    size_t width, fields_len, item; /* places, fields, the next place */
    struct slice fields[RECORD_FIELDS_MAX];
    size_t starts[RECORD_FIELDS_MAX];

    struct arena arena; /* names of the header */
    bool stopped;       /* with a fault of the JSON */
    bool full;          /* the sink takes no more */
};

/* ---- places and faults ---- */

/* Offset behind what yajl is at. */
static size_t here(const struct reader *reader)
{
    return yajl_get_bytes_consumed(reader->handle);
}

static struct place place_at(const struct reader *reader, size_t offset)
{
    return payload_place(reader->text, reader->file, offset < reader->text.len ? offset : reader->text.len);
}

/* yajl ends at a callback that returns 0. */
static int stop(struct reader *reader)
{
    reader->stopped = true;
    return 0;
}

static int stop_if(struct reader *reader, bool full)
{
    reader->full = full;
    return !full;
}

static int refuse(struct reader *reader, size_t offset, const char *code, const char *text)
{
    diag_error(reader->diags, place_at(reader, offset), code, "%s", text);
    return stop(reader);
}

/* Whether the bytes stand in the payload, and so outlive the callback. */
static bool is_inside(const struct reader *reader, const char *bytes)
{
    uintptr_t at = (uintptr_t)bytes, from = (uintptr_t)reader->text.data;
    return at >= from && at < from + reader->text.len;
}

static size_t start_of(const struct reader *reader, struct slice text)
{
    return is_inside(reader, text.data) ? (size_t)(text.data - reader->text.data) : here(reader) - 1;
}

/* The text for as long as the record is cut. */
static struct slice keep(struct reader *reader, struct slice text)
{
    if (text.len == 0 || is_inside(reader, text.data))
        return text;
    return (struct slice){arena_strndup(&reader->scratch, text.data, text.len), text.len};
}

/* ---- outside the records ---- */

/* Keeps a text that the source says, with the names that lead to it. */
static void note_said(struct reader *reader, struct slice text)
{
    struct slice path[DEPTH_MAX];
    size_t n = 0;
    if (reader->said.enough)
        return;
    for (size_t i = 0; i < reader->depth; i++)
        if (reader->levels[i].is_object)
            path[n++] = reader->levels[i].key;
    said_add(&reader->said, path, n, text);
}

/* Whether the next value is where the feed says that the records are. */
static bool at_records(const struct reader *reader)
{
    return reader->depth == reader->path_len && reader->path_matched == reader->path_len;
}

static void match_path(struct reader *reader, struct slice key)
{
    size_t depth = reader->depth;
    if (reader->path_matched >= depth)
        reader->path_matched = depth - 1;
    if (reader->path_matched + 1 != depth || depth > reader->path_len)
        return;
    struct slice name = reader->path[depth - 1];
    if (name.len == key.len && strncasecmp(name.data, key.data, key.len) == 0)
        reader->path_matched = depth;
}

/* Announces what a record has: what the feed reads, in its order. */
static int announce(struct reader *reader, const struct slice *names, size_t len)
{
    struct record record = {
        .fields = names, .len = len, .line = reader->line, .text = reader->text, .offset = reader->offset};
    return stop_if(reader, reader->sink->names(reader->sink->userdata, &record) != 0);
}

/* ---- a record ---- */

static void begin_record(struct reader *reader)
{
    reader->offset = here(reader) - 1;
    const char *text = reader->text.data;
    for (const char *p = text + reader->counted;
         (p = memchr(p, '\n', (size_t)(text + reader->offset - p))) != NULL; p++)
        reader->line++;
    reader->counted = reader->offset;
    reader->record_depth = reader->depth;
    reader->name_len = reader->objects = reader->item = 0;
    reader->differs = false;
    reader->column = -1;
    wanted_begin(&reader->wanted, reader->offset);
}

static int give(struct reader *reader, const struct slice *fields, size_t len, const size_t *starts)
{
    struct record record = {.fields = fields,
        .len = len,
        .line = reader->line,
        .text = reader->text,
        .offset = reader->offset,
        .starts = starts};
    return stop_if(reader, reader->sink->record(reader->sink->userdata, &record) != 0);
}

/* What the next record's names are compared with: not those whose text ends here. */
static void forget_copied(struct reader *reader)
{
    if (reader->differs)
        reader->name_known = reader->name_len;
    for (size_t i = 0; i < reader->name_known; i++)
        if (reader->names[i].copied)
            reader->name_known = i;
}

static int end_object(struct reader *reader)
{
    struct wanted *wanted = &reader->wanted;
    for (size_t i = 0; i < reader->name_len && !wanted->first_ended; i++)
        wanted_note(wanted, reader->names[i].text);
    wanted_end(wanted);
    int go_on = give(reader, wanted->fields, wanted->len, wanted->starts);
    if (reader->scratch.bytes > 0) {
        forget_copied(reader);
        arena_deinit(&reader->scratch);
    } else if (reader->differs) {
        reader->name_known = reader->name_len;
    }
    return go_on;
}

/* Whether this name of the record is that of the record before. */
static bool is_known(const struct reader *reader, struct slice key, size_t object)
{
    const struct name *name = &reader->names[reader->name_len];
    return !reader->differs && reader->name_len < reader->name_known && name->object == object &&
           name->text.len == key.len && memcmp(name->text.data, key.data, key.len) == 0;
}

static bool is_same(struct slice a, struct slice b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* Of two members with one name nobody knows which is meant, even where the feed reads neither today. */
static bool is_twice(const struct reader *reader, struct slice key, size_t object, int column)
{
    for (size_t i = 0; i < reader->name_len; i++) {
        const struct name *name = &reader->names[i];
        if (name->object == object && (is_same(name->text, key) || (column >= 0 && name->column == column)))
            return true;
    }
    return false;
}

/* The column of a name inside the object at hand, by its whole path. */
static int find_column(const struct reader *reader, struct slice key)
{
    size_t before = reader->levels[reader->depth - 1].path_len;
    char path[PATH_BYTES_MAX];
    if (before == 0)
        return wanted_find(&reader->wanted, key);
    if (before + key.len > sizeof path)
        return -1;
    memcpy(path, reader->where, before);
    memcpy(path + before, key.data, key.len);
    return wanted_find(&reader->wanted, (struct slice){path, before + key.len});
}

static int take_name(struct reader *reader, struct slice key)
{
    size_t object = reader->levels[reader->depth - 1].object;
    if (is_known(reader, key, object)) {
        reader->column = reader->names[reader->name_len++].column;
        return 1;
    }
    if (reader->name_len == RECORD_FIELDS_MAX)
        return refuse(reader, reader->offset, "D009", "the record has more than 256 names");
    char quote[QUOTE_SIZE];
    int column = find_column(reader, key);
    if (is_twice(reader, key, object, column)) {
        diag_error(reader->diags, place_at(reader, start_of(reader, key)), "D024",
            "the name %s stands twice in a record", payload_quote(key, quote));
        return stop(reader);
    }
    reader->differs = true;
    struct slice kept = keep(reader, key);
    reader->column = column;
    reader->names[reader->name_len++] =
        (struct name){kept, object, reader->column, !is_inside(reader, kept.data)};
    return 1;
}

/* The path to what is inside the object that begins now. A path that is too long is none that a feed has. */
static void extend_path(struct reader *reader, struct level *level)
{
    const struct level *outer = &reader->levels[reader->depth - 2];
    struct slice key = outer->key;
    level->path_len = PATH_BYTES_MAX;
    if (outer->path_len + key.len + 1 > PATH_BYTES_MAX)
        return;
    memcpy(reader->where + outer->path_len, key.data, key.len);
    level->path_len = outer->path_len + key.len + 1;
    reader->where[level->path_len - 1] = '.';
}

/* ---- lists with a header ---- */

/* A name that stands twice is a variable that was asked for twice; the first one is read. */
static int take_header_name(struct reader *reader, struct slice name)
{
    size_t k = 0;
    while (k < reader->fields_len && !is_same(reader->fields[k], name))
        k++;
    bool twice = k < reader->fields_len;
    reader->columns[reader->width++] = twice ? -1 : (int)k;
    if (!twice)
        reader->fields[reader->fields_len++] =
            (struct slice){arena_strndup(&reader->arena, name.data, name.len), name.len};
    return 1;
}

static int take_item(struct reader *reader, struct slice text, size_t start)
{
    if (reader->item == RECORD_FIELDS_MAX)
        return refuse(reader, reader->offset, "D009", "the list has more than 256 items");
    size_t item = reader->item++;
    if (!reader->named)
        return take_header_name(reader, text);
    int column = item < reader->width ? reader->columns[item] : -1;
    if (column >= 0) {
        reader->fields[column] = keep(reader, text);
        reader->starts[column] = start;
    }
    return 1;
}

static int end_list(struct reader *reader)
{
    if (!reader->named) {
        reader->named = true;
        return announce(reader, reader->fields, reader->fields_len);
    }
    if (reader->item != reader->width) {
        diag_error(reader->diags, place_at(reader, reader->offset), "D012",
            "the row has %zu fields, the header names %zu", reader->item, reader->width);
        return stop(reader);
    }
    int go_on = give(reader, reader->fields, reader->fields_len, reader->starts);
    arena_deinit(&reader->scratch);
    return go_on;
}

/* ---- what yajl tells ---- */

/* A field of a record. */
static int take_field(struct reader *reader, struct slice text, size_t start)
{
    if (text.len > FIELD_BYTES_MAX)
        return refuse(reader, start, "D026", "a field of more than 64 kB");
    /* A NUL would end the text early further on. */
    if (memchr(text.data, '\0', text.len) != NULL)
        return refuse(reader, start, "D003", "a NUL character in a text");
    if (reader->descriptor->json.header)
        return take_item(reader, text, start);
    wanted_set(&reader->wanted, (size_t)reader->column, keep(reader, text), start);
    return 1;
}

/* A value that is neither an object nor a list. */
static int on_value(struct reader *reader, struct slice text, size_t start)
{
    if (reader->list_depth == 0) {
        note_said(reader, text);
        return 1;
    }
    if (reader->record_depth == 0) {
        diag_error(reader->diags, place_at(reader, start), "D023",
            "the list of records has an item that is %s",
            reader->descriptor->json.header ? "no list" : "no object");
        return stop(reader);
    }
    bool is_field = reader->descriptor->json.header || reader->column >= 0;
    return is_field ? take_field(reader, text, start) : 1;
}

static int on_string(void *userdata, const unsigned char *bytes, size_t len)
{
    struct reader *reader = userdata;
    struct slice text = {len > 0 ? (const char *)bytes : "", len};
    return on_value(reader, text, start_of(reader, text));
}

static int on_number(void *userdata, const char *bytes, size_t len)
{
    struct reader *reader = userdata;
    struct slice text = {bytes, len};
    size_t start = start_of(reader, text);
    char plain[NUMBER_SIZE];
    return on_value(reader, number_plain(text, plain), start);
}

static int on_bool(void *userdata, int value)
{
    struct slice text = slice_of(value ? "true" : "false");
    struct reader *reader = userdata;
    return on_value(reader, text, here(reader) - text.len);
}

static int on_null(void *userdata)
{
    struct reader *reader = userdata;
    return on_value(reader, (struct slice){"", 0}, here(reader) - 4);
}

/* A brace or a bracket opens. */
static int open_level(struct reader *reader, bool is_object)
{
    if (reader->depth == DEPTH_MAX)
        return refuse(reader, here(reader) - 1, "D025", "nested more than 64 deep");
    struct level *level = &reader->levels[reader->depth++];
    *level = (struct level){.is_object = is_object};
    return 1;
}

/* The records begin: a list, or one record that is not in a list, as some sources write it. */
static int begin_records(struct reader *reader, bool is_object)
{
    if (reader->found)
        return refuse(reader, here(reader) - 1, "D024", "the records stand there twice");
    reader->found = true;
    reader->offset = here(reader) - 1;
    reader->list_depth = reader->depth;
    if (is_object)
        begin_record(reader);
    if (reader->descriptor->json.header)
        return 1;
    return announce(reader, reader->wanted.names, reader->wanted.len);
}

/* A record begins, or something that stands in its place. */
static int begin_item(struct reader *reader, bool is_object)
{
    bool header = reader->descriptor->json.header;
    if (is_object == header)
        return refuse(reader, here(reader) - 1, "D023",
            header ? "the list of records has an item that is no list"
                   : "the list of records has an item that is no object");
    begin_record(reader);
    return 1;
}

/* Inside a record. A field that the feed reads is a text or a number. */
static int begin_inner(struct reader *reader, bool is_object)
{
    bool header = reader->descriptor->json.header;
    bool is_field = header ? reader->depth == reader->record_depth + 1 : reader->column >= 0;
    if (is_field)
        return refuse(reader, here(reader) - 1, "D026",
            is_object ? "a field that is an object; expected a text or a number"
                      : "a field that is a list; expected a text or a number");
    struct level *level = &reader->levels[reader->depth - 1];
    level->object = ++reader->objects;
    if (is_object && reader->levels[reader->depth - 2].is_object)
        extend_path(reader, level);
    else
        level->path_len = PATH_BYTES_MAX; /* nothing in a list is a field */
    return 1;
}

static int begin(struct reader *reader, bool is_object)
{
    bool records = reader->list_depth == 0 && at_records(reader) &&
                   (!is_object || (reader->path_len > 0 && !reader->descriptor->json.header));
    if (!open_level(reader, is_object))
        return 0;
    if (records)
        return begin_records(reader, is_object);
    if (reader->list_depth == 0)
        return 1;
    if (reader->record_depth == 0)
        return begin_item(reader, is_object);
    return begin_inner(reader, is_object);
}

static int end(struct reader *reader)
{
    int go_on = 1;
    if (reader->depth == reader->record_depth) {
        reader->record_depth = 0;
        go_on = reader->descriptor->json.header ? end_list(reader) : end_object(reader);
    }
    if (reader->depth == reader->list_depth)
        reader->list_depth = 0;
    reader->depth--;
    reader->column = -1;
    if (reader->path_matched > reader->depth)
        reader->path_matched = reader->depth;
    return go_on;
}

static int on_map_key(void *userdata, const unsigned char *bytes, size_t len)
{
    struct reader *reader = userdata;
    struct slice key = {len > 0 ? (const char *)bytes : "", len};
    struct level *level = &reader->levels[reader->depth - 1];
    if (reader->record_depth > 0) {
        level->key = key;
        return take_name(reader, key);
    }
    match_path(reader, key);
    level->key = is_inside(reader, key.data) ? key : (struct slice){"?", 1};
    return 1;
}

static int on_start_map(void *userdata)
{
    return begin(userdata, true);
}

static int on_start_array(void *userdata)
{
    return begin(userdata, false);
}

static int on_end(void *userdata)
{
    return end(userdata);
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_bool,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_map_key = on_map_key,
    .yajl_start_map = on_start_map,
    .yajl_end_map = on_end,
    .yajl_start_array = on_start_array,
    .yajl_end_array = on_end,
};

/* ---- the whole ---- */

static void *yajl_take(void *userdata, size_t size)
{
    (void)userdata;
    return alloc_resize(NULL, size, 1);
}

static void *yajl_retake(void *userdata, void *p, size_t size)
{
    (void)userdata;
    return alloc_resize(p, size, 1);
}

static void yajl_give_back(void *userdata, void *p)
{
    (void)userdata;
    alloc_free(p);
}

static void split_path(struct reader *reader, const char *path)
{
    while (*path != '\0' && reader->path_len < PATH_MAX_NAMES) {
        size_t len = strcspn(path, ".");
        reader->path[reader->path_len++] = (struct slice){path, len};
        path += len + (path[len] == '.');
    }
}

/* Broken JSON, or its end where more must follow. */
static void refuse_syntax(struct reader *reader, bool ended)
{
    if (ended) {
        diag_error(reader->diags, place_at(reader, reader->text.len), "D004",
            "the payload is truncated: its JSON does not end");
        return;
    }
    size_t offset = here(reader);
    unsigned char *text = yajl_get_error(reader->handle, 0, NULL, 0);
    int len = (int)strcspn((const char *)text, "\n");
    diag_error(reader->diags, place_at(reader, offset > 0 ? offset - 1 : 0), "D021", "broken JSON: %.*s", len,
        (const char *)text);
    yajl_free_error(reader->handle, text);
}

/* An answer of another kind. */
static int refuse_other(struct reader *reader)
{
    const char *path = reader->descriptor->json.records;
    const char *what = "list of records";
    if (path[0] != '\0')
        what = arena_printf(&reader->diags->arena, "records at \"%s\"", path);
    return said_refuse(&reader->said, what, place_at(reader, 0), reader->diags);
}

static int parse(struct reader *reader)
{
    const unsigned char *bytes = (const unsigned char *)reader->text.data;
    yajl_status status = yajl_parse(reader->handle, bytes, reader->text.len);
    bool ended = status == yajl_status_ok;
    if (ended)
        status = yajl_complete_parse(reader->handle);
    if (reader->stopped)
        return -EBADMSG;
    if (status != yajl_status_ok && !reader->full) {
        refuse_syntax(reader, ended);
        return -EBADMSG;
    }
    if (!reader->found)
        return refuse_other(reader);
    int r = wanted_check(&reader->wanted, place_at(reader, reader->offset));
    return reader->full ? -EBADMSG : r;
}

int decode_json(const struct descriptor *descriptor, struct slice payload, const char *file,
    const struct record_sink *sink, struct diag_list *diags)
{
    yajl_alloc_funcs funcs = {yajl_take, yajl_retake, yajl_give_back, NULL};
    struct reader *reader = alloc_zeroed(1, sizeof *reader);
    reader->descriptor = descriptor;
    reader->text = payload;
    reader->file = file;
    reader->sink = sink;
    reader->diags = diags;
    reader->line = 1;
    said_init(&reader->said);
    wanted_init(&reader->wanted, descriptor, diags);
    split_path(reader, descriptor->json.records);
    reader->handle = yajl_alloc(&callbacks, &funcs, reader);
    int r = parse(reader);
    yajl_free(reader->handle);
    said_deinit(&reader->said);
    wanted_deinit(&reader->wanted);
    arena_deinit(&reader->scratch);
    arena_deinit(&reader->arena);
    alloc_free(reader);
    return r;
}
