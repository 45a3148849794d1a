/* XML 1.0, by expat, in memory that does not grow with the payload. Prefixes of names do not matter.
 *
 * A record is an element. Its fields are the texts of the elements inside it, by the names that lead there,
 * and attributes, which the elements around it may have for all records in them, as in SDMX-ML. A document
 * type is refused, so there are no entities but those of XML itself. */
#include <errno.h>
#include <expat.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "feeds/decode.h"
#include "feeds/payload.h"
#include "feeds/said.h"
#include "feeds/wanted.h"

enum { DEPTH_MAX = 64, PATH_BYTES_MAX = 256, CHUNK_BYTES = 512 * 1024 * 1024 };

/* An attribute that the feed reads, of an open element. */
struct attribute {
    size_t depth; /* of its element; 0: there is none */
    char *text;   /* on the heap */
    size_t start;
};

/* An open element. */
struct level {
    char name[64];   /* its beginning, for messages */
    size_t path_len; /* inside records: of the path to what is inside it, in bytes */
    bool has_inner;  /* elements */
};

struct reader {
    const struct descriptor *descriptor;
    struct slice text;
    const char *file;
    const struct record_sink *sink;
    struct diag_list *diags;
    XML_Parser parser;

    struct level levels[DEPTH_MAX];
    size_t depth;
    struct attribute attributes[WANTED_MAX][DEPTH_MAX]; /* by column and by how many are open */
    size_t attribute_len[WANTED_MAX];
    struct said said;      /* texts outside the records */
    struct buf characters; /* of the innermost element */
    size_t begun;          /* offset of the first of them */

    /* The record that is being cut. */
    size_t record_depth; /* or 0 */
    size_t offset, counted;
    int line;
    struct wanted wanted;
    char where[PATH_BYTES_MAX]; /* names that lead to the innermost element, with points behind them */
    size_t field_depth;         /* of the element whose text is a field, or 0 */
    int field;
    struct arena scratch; /* texts of the record */

    bool found;   /* a record */
    bool stopped; /* with a fault of the XML */
    bool full;    /* the sink takes no more */
};

/* ---- places and faults ---- */

static size_t here(const struct reader *reader)
{
    XML_Index at = XML_GetCurrentByteIndex(reader->parser);
    size_t offset = at > 0 ? (size_t)at : 0;
    return offset < reader->text.len ? offset : reader->text.len;
}

static struct place place_at(const struct reader *reader, size_t offset)
{
    return payload_place(reader->text, reader->file, offset);
}

static void stop(struct reader *reader)
{
    reader->stopped = true;
    XML_StopParser(reader->parser, XML_FALSE);
}

static void refuse(struct reader *reader, size_t offset, const char *code, const char *text)
{
    diag_error(reader->diags, place_at(reader, offset), code, "%s", text);
    stop(reader);
}

static void stop_if(struct reader *reader, bool full)
{
    reader->full = full;
    if (full)
        XML_StopParser(reader->parser, XML_FALSE);
}

/* ---- names and texts ---- */

/* A name without its prefix. */
static struct slice local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return slice_of(colon != NULL ? colon + 1 : name);
}

static bool is_alike(struct slice name, const char *other)
{
    return strlen(other) == name.len && strncasecmp(name.data, other, name.len) == 0;
}

/* Sources break and indent lines. */
static struct slice trim(struct slice text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.data[0]) != NULL)
        text = (struct slice){text.data + 1, text.len - 1};
    while (text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]) != NULL)
        text.len--;
    return text;
}

static struct slice characters(const struct reader *reader)
{
    return trim((struct slice){buf_text(&reader->characters), reader->characters.len});
}

/* The column of an attribute, written with @ before its name, or -1. */
static int find_attribute(const struct reader *reader, struct slice name)
{
    char path[PATH_BYTES_MAX];
    if (name.len + 1 > sizeof path)
        return -1;
    path[0] = '@';
    memcpy(path + 1, name.data, name.len);
    return wanted_find(&reader->wanted, (struct slice){path, name.len + 1});
}

/* ---- attributes ---- */

static void keep_attribute(struct reader *reader, int column, const char *text)
{
    size_t *len = &reader->attribute_len[column];
    struct attribute *attribute = &reader->attributes[column][*len];
    if (*len > 0 && attribute[-1].depth == reader->depth) {
        refuse(
            reader, here(reader), "D024", "an attribute that the feed reads stands twice, with two prefixes");
        return;
    }
    if (strlen(text) > FIELD_BYTES_MAX) {
        refuse(reader, here(reader), "D026", "a field of more than 64 kB");
        return;
    }
    *attribute = (struct attribute){reader->depth, alloc_strdup(text), here(reader)};
    ++*len;
}

/* Of an element around records, or of a record. */
static void keep_attributes(struct reader *reader, const char **attributes)
{
    for (; attributes[0] != NULL && !reader->stopped; attributes += 2) {
        int column = find_attribute(reader, local_name(attributes[0]));
        if (column >= 0 && strncmp(attributes[0], "xmlns", 5) != 0)
            keep_attribute(reader, column, attributes[1]);
    }
}

static void drop_attributes(struct reader *reader, size_t depth)
{
    for (size_t i = 0; i < reader->wanted.len; i++) {
        size_t *len = &reader->attribute_len[i];
        while (*len > 0 && reader->attributes[i][*len - 1].depth >= depth)
            alloc_free(reader->attributes[i][--*len].text);
    }
}

/* ---- records ---- */

static void announce(struct reader *reader)
{
    struct record record = {.fields = reader->wanted.names,
        .len = reader->wanted.len,
        .line = reader->line,
        .text = reader->text,
        .offset = reader->offset};
    stop_if(reader, reader->sink->names(reader->sink->userdata, &record) != 0);
}

static void begin_record(struct reader *reader, const char **attributes)
{
    reader->offset = here(reader);
    const char *text = reader->text.data;
    for (const char *p = text + reader->counted;
         (p = memchr(p, '\n', (size_t)(text + reader->offset - p))) != NULL; p++)
        reader->line++;
    reader->counted = reader->offset;
    reader->record_depth = reader->depth;
    wanted_begin(&reader->wanted, reader->offset);
    for (; attributes[0] != NULL; attributes += 2) {
        char path[PATH_BYTES_MAX];
        struct slice name = local_name(attributes[0]);
        path[0] = '@';
        size_t len = name.len < sizeof path - 1 ? name.len : sizeof path - 1;
        memcpy(path + 1, name.data, len);
        wanted_note(&reader->wanted, (struct slice){path, len + 1});
    }
    if (!reader->found)
        announce(reader);
    reader->found = true;
}

static void end_record(struct reader *reader)
{
    struct wanted *wanted = &reader->wanted;
    for (size_t i = 0; i < wanted->len; i++) {
        size_t len = reader->attribute_len[i];
        if (len > 0)
            wanted_set(wanted, i, trim(slice_of(reader->attributes[i][len - 1].text)),
                reader->attributes[i][len - 1].start);
    }
    /* An attribute of an element around the record stands before it. */
    for (size_t i = 0; i < wanted->len; i++)
        if (wanted->starts[i] < reader->offset)
            wanted->starts[i] = reader->offset;
    struct record record = {.fields = wanted->fields,
        .len = wanted->len,
        .line = reader->line,
        .text = reader->text,
        .offset = reader->offset,
        .starts = wanted->starts};
    wanted_end(wanted);
    reader->record_depth = 0;
    stop_if(reader, reader->sink->record(reader->sink->userdata, &record) != 0);
    if (reader->scratch.bytes > 0)
        arena_deinit(&reader->scratch);
}

/* An element inside a record: perhaps a field. */
static void begin_inner(struct reader *reader, struct slice name)
{
    struct level *level = &reader->levels[reader->depth - 1];
    size_t before = reader->depth - 1 > reader->record_depth ? reader->levels[reader->depth - 2].path_len : 0;
    if (reader->field_depth > 0) {
        refuse(reader, here(reader), "D026", "a field that holds elements; expected a text");
        return;
    }
    level->path_len = PATH_BYTES_MAX; /* too long for any that a feed has */
    if (before + name.len + 1 > PATH_BYTES_MAX)
        return;
    memcpy(reader->where + before, name.data, name.len);
    reader->where[before + name.len] = '.';
    level->path_len = before + name.len + 1;
    struct slice path = {reader->where, before + name.len};
    wanted_note(&reader->wanted, path);
    int column = wanted_find(&reader->wanted, path);
    if (column < 0)
        return;
    if (reader->wanted.has[column]) {
        char quote[QUOTE_SIZE];
        diag_error(reader->diags, place_at(reader, here(reader)), "D024",
            "the element %s stands twice in a record", payload_quote(path, quote));
        stop(reader);
        return;
    }
    reader->field = column;
    reader->field_depth = reader->depth;
}

/* The field's element ends. */
static void end_field(struct reader *reader)
{
    struct slice text = characters(reader);
    const char *copy = text.len > 0 ? arena_strndup(&reader->scratch, text.data, text.len) : "";
    wanted_set(&reader->wanted, (size_t)reader->field, (struct slice){copy, text.len},
        reader->characters.len > 0 ? reader->begun : here(reader));
    reader->field_depth = 0;
}

/* ---- outside the records ---- */

/* Keeps the text of an element without elements, with the names that lead to it. */
static void note_said(struct reader *reader)
{
    struct slice path[DEPTH_MAX];
    if (reader->said.enough || reader->levels[reader->depth - 1].has_inner)
        return;
    for (size_t i = 0; i < reader->depth; i++)
        path[i] = slice_of(reader->levels[i].name);
    said_add(&reader->said, path, reader->depth, characters(reader));
}

/* ---- what expat tells ---- */

/* Whether an element is a record: by its name, and by an attribute where the feed names one behind an @. */
static bool is_record(const struct reader *reader, struct slice name, const char **attributes)
{
    const char *record = reader->descriptor->xml.record, *at = strchr(record, '@');
    struct slice wanted = {record, at != NULL ? (size_t)(at - record) : strlen(record)};
    if (name.len != wanted.len || strncasecmp(name.data, record, name.len) != 0)
        return false;
    for (; at != NULL && attributes[0] != NULL; attributes += 2)
        if (is_alike(local_name(attributes[0]), at + 1))
            return true;
    return at == NULL;
}

static void XMLCALL on_start(void *userdata, const char *name, const char **attributes)
{
    struct reader *reader = userdata;
    struct slice local = local_name(name);
    if (reader->depth == DEPTH_MAX) {
        refuse(reader, here(reader), "D025", "nested more than 64 deep");
        return;
    }
    if (reader->depth > 0)
        reader->levels[reader->depth - 1].has_inner = true;
    struct level *level = &reader->levels[reader->depth++];
    *level = (struct level){.has_inner = false};
    if (local.len < sizeof level->name)
        memcpy(level->name, local.data, local.len);
    buf_clear(&reader->characters);
    bool record = is_record(reader, local, attributes);
    if (reader->record_depth > 0 && record) {
        refuse(reader, here(reader), "D023", "a record inside a record");
        return;
    }
    if (reader->record_depth > 0) {
        begin_inner(reader, local);
        return;
    }
    if (record)
        begin_record(reader, attributes);
    keep_attributes(reader, attributes);
}

static void XMLCALL on_end(void *userdata, const char *name)
{
    struct reader *reader = userdata;
    (void)name;
    if (reader->stopped || reader->full)
        return;
    if (reader->depth == reader->field_depth)
        end_field(reader);
    else if (reader->depth == reader->record_depth)
        end_record(reader);
    else if (reader->record_depth == 0)
        note_said(reader);
    if (reader->record_depth == 0)
        drop_attributes(reader, reader->depth);
    buf_clear(&reader->characters);
    reader->depth--;
}

static void XMLCALL on_characters(void *userdata, const char *bytes, int len)
{
    struct reader *reader = userdata;
    if (reader->characters.len == 0)
        reader->begun = here(reader);
    if (buf_append(&reader->characters, bytes, (size_t)len) < 0 && reader->field_depth > 0 &&
        !reader->stopped)
        refuse(reader, reader->begun, "D026", "a field of more than 64 kB");
}

/* Entities that stand for entities fill any memory, and external ones ask the network. */
static void XMLCALL on_doctype(
    void *userdata, const char *name, const char *system, const char *public, int has_subset)
{
    struct reader *reader = userdata;
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    refuse(reader, here(reader), "D027", "a document type (<!DOCTYPE …>) is not read");
}

/* expat is told that the payload is UTF-8 whatever it declares. */
static void XMLCALL on_declaration(void *userdata, const char *version, const char *encoding, int standalone)
{
    struct reader *reader = userdata;
    char quote[QUOTE_SIZE];
    (void)version;
    (void)standalone;
    if (encoding == NULL || strcasecmp(encoding, "UTF-8") == 0 || strcasecmp(encoding, "US-ASCII") == 0)
        return;
    diag_error(reader->diags, place_at(reader, here(reader)), "D028",
        "the XML declares the encoding %s; expected UTF-8", payload_quote(slice_of(encoding), quote));
    stop(reader);
}

/* ---- the whole ---- */

static void *expat_take(size_t size)
{
    return alloc_resize(NULL, size, 1);
}

static void *expat_retake(void *p, size_t size)
{
    return alloc_resize(p, size, 1);
}

static const XML_Memory_Handling_Suite memory = {expat_take, expat_retake, alloc_free};

/* Broken XML, or its end where more must follow. */
static int refuse_syntax(struct reader *reader)
{
    enum XML_Error error = XML_GetErrorCode(reader->parser);
    bool ended = error == XML_ERROR_NO_ELEMENTS || error == XML_ERROR_UNCLOSED_TOKEN ||
                 error == XML_ERROR_PARTIAL_CHAR || error == XML_ERROR_UNCLOSED_CDATA_SECTION;
    if (ended)
        diag_error(reader->diags, place_at(reader, reader->text.len), "D004",
            "the payload is truncated: its XML does not end");
    else
        diag_error(
            reader->diags, place_at(reader, here(reader)), "D021", "broken XML: %s", XML_ErrorString(error));
    return -EBADMSG;
}

/* expat counts in int. */
static enum XML_Status parse_all(struct reader *reader)
{
    enum XML_Status status = XML_STATUS_OK;
    size_t at = 0;
    do {
        size_t rest = reader->text.len - at;
        size_t len = rest < CHUNK_BYTES ? rest : CHUNK_BYTES;
        status = XML_Parse(reader->parser, reader->text.data + at, (int)len, len == rest);
        at += len;
    } while (status == XML_STATUS_OK && at < reader->text.len);
    return status;
}

static int parse(struct reader *reader)
{
    enum XML_Status status = parse_all(reader);
    if (reader->stopped)
        return -EBADMSG;
    if (status != XML_STATUS_OK && !reader->full)
        return refuse_syntax(reader);
    if (!reader->found) {
        const char *what =
            arena_printf(&reader->diags->arena, "element \"%s\"", reader->descriptor->xml.record);
        return said_refuse(&reader->said, what, place_at(reader, 0), reader->diags);
    }
    int r = wanted_check(&reader->wanted, place_at(reader, reader->offset));
    return reader->full ? -EBADMSG : r;
}

static void set_handlers(struct reader *reader)
{
    XML_SetUserData(reader->parser, reader);
    XML_SetElementHandler(reader->parser, on_start, on_end);
    XML_SetCharacterDataHandler(reader->parser, on_characters);
    XML_SetStartDoctypeDeclHandler(reader->parser, on_doctype);
    XML_SetXmlDeclHandler(reader->parser, on_declaration);
}

int decode_xml(const struct descriptor *descriptor, struct slice payload, const char *file,
    const struct record_sink *sink, struct diag_list *diags)
{
    struct reader *reader = alloc_zeroed(1, sizeof *reader);
    reader->descriptor = descriptor;
    reader->text = payload;
    reader->file = file;
    reader->sink = sink;
    reader->diags = diags;
    reader->line = 1;
    said_init(&reader->said);
    buf_init(&reader->characters, FIELD_BYTES_MAX);
    wanted_init(&reader->wanted, descriptor, diags);
    reader->parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
    set_handlers(reader);
    int r = parse(reader);
    XML_ParserFree(reader->parser);
    drop_attributes(reader, 1);
    wanted_deinit(&reader->wanted);
    said_deinit(&reader->said);
    buf_deinit(&reader->characters);
    arena_deinit(&reader->scratch);
    alloc_free(reader);
    return r;
}
