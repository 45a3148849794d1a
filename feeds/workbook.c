#include "feeds/workbook.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/buf.h"

/* Small archives may inflate more: their XML is mostly the same words. */
enum {
    RATIO_FREE = 1024 * 1024,
    PARTS_MAX = 4096,
    DEPTH_MAX = 64,
    STYLES_MAX = 65536,
    STRINGS_MAX = 4 * 1024 * 1024,
    RELATIONS_MAX = 256 * 1024
};

/* ---- the archive ---- */

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), end_len = strlen(end);
    return len >= end_len && strcasecmp(name + len - end_len, end) == 0;
}

/* Inflates one part. 0, -EFBIG, or -EBADMSG. */
static int read_part(struct archive *archive, struct buf *bytes)
{
    const void *block;
    size_t len;
    la_int64_t offset;
    int r;
    while ((r = archive_read_data_block(archive, &block, &len, &offset)) == ARCHIVE_OK)
        if (buf_append(bytes, block, len) < 0)
            return -EFBIG;
    return r == ARCHIVE_EOF ? 0 : -EBADMSG;
}

static int add_part(struct workbook *workbook, struct archive *archive, const char *name, size_t *room)
{
    struct buf bytes;
    buf_init(&bytes, *room);
    int r = workbook->part_len < PARTS_MAX ? read_part(archive, &bytes) : -EFBIG;
    if (r == 0) {
        *room -= bytes.len;
        workbook->parts =
            alloc_grow(workbook->parts, workbook->part_len, &workbook->part_cap, sizeof *workbook->parts);
        const char *copy = arena_strdup(&workbook->arena, name);
        size_t len = bytes.len;
        workbook->parts[workbook->part_len++] = (struct workbook_part){copy, {buf_take(&bytes), len}};
    }
    buf_deinit(&bytes);
    return r;
}

static int read_parts(struct workbook *workbook, struct archive *archive, size_t room)
{
    struct archive_entry *entry;
    int r, result = 0;
    while (result == 0 && (r = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        if (name != NULL && (ends_with(name, ".xml") || ends_with(name, ".rels")))
            result = add_part(workbook, archive, name, &room);
    }
    return result == 0 && r != ARCHIVE_EOF ? -EBADMSG : result;
}

/* The end of a ZIP archive is its list of files, with the length of a comment last: an archive that was cut
 * inside the comment would be whole to others. */
static int unpack(struct workbook *workbook, struct slice payload, const char *file, struct diag_list *diags)
{
    size_t room = payload.len < WORKBOOK_BYTES_MAX / WORKBOOK_RATIO_MAX
                      ? payload.len * WORKBOOK_RATIO_MAX + RATIO_FREE
                      : WORKBOOK_BYTES_MAX;
    struct archive *archive = archive_read_new();
    archive_read_support_format_zip_seekable(archive);
    int r = archive_read_open_memory(archive, payload.data, payload.len) == ARCHIVE_OK
                ? read_parts(workbook, archive, room)
                : -EBADMSG;
    if (r == -EFBIG)
        diag_error(diags, (struct place){file, 0, 0}, "D030",
            "the workbook inflates to more than %zu bytes or %d parts", room, PARTS_MAX);
    else if (r < 0)
        diag_error(diags, (struct place){file, 0, 0}, "D029", "the workbook is truncated or damaged: %s",
            archive_error_string(archive) != NULL ? archive_error_string(archive) : "no ZIP archive");
    archive_read_free(archive);
    return r < 0 ? -EBADMSG : 0;
}

/* ---- XML ---- */

struct walker {
    const struct workbook_walk *walk;
    XML_Parser parser;
    struct buf text;
    size_t depth;
    bool stopped;
    const char *refused;
};

static const char *local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return colon != NULL ? colon + 1 : name;
}

const char *workbook_attribute(const char **attributes, const char *name)
{
    for (; attributes[0] != NULL; attributes += 2)
        if (strcmp(local_name(attributes[0]), name) == 0 && strncmp(attributes[0], "xmlns", 5) != 0)
            return attributes[1];
    return NULL;
}

static void stop(struct walker *walker, const char *refused)
{
    walker->stopped = true;
    walker->refused = refused;
    XML_StopParser(walker->parser, XML_FALSE);
}

static void XMLCALL on_start(void *userdata, const char *name, const char **attributes)
{
    struct walker *walker = userdata;
    buf_clear(&walker->text);
    if (++walker->depth > DEPTH_MAX)
        stop(walker, "nested more than 64 deep");
    else if (walker->walk->start(walker->walk->userdata, local_name(name), attributes) != 0)
        stop(walker, NULL);
}

static void XMLCALL on_end(void *userdata, const char *name)
{
    struct walker *walker = userdata;
    struct slice text = {buf_text(&walker->text), walker->text.len};
    walker->depth--;
    if (!walker->stopped && walker->walk->end(walker->walk->userdata, local_name(name), text) != 0)
        stop(walker, NULL);
    buf_clear(&walker->text);
}

static void XMLCALL on_characters(void *userdata, const char *bytes, int len)
{
    struct walker *walker = userdata;
    if (buf_append(&walker->text, bytes, (size_t)len) < 0 && !walker->stopped)
        stop(walker, "a text of more than 64 kB");
}

static void XMLCALL on_doctype(
    void *userdata, const char *name, const char *system, const char *public, int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    stop(userdata, "a document type (<!DOCTYPE …>) is not read");
}

static void *expat_take(size_t size)
{
    return alloc_resize(NULL, size, 1);
}

static void *expat_retake(void *p, size_t size)
{
    return alloc_resize(p, size, 1);
}

static const XML_Memory_Handling_Suite memory = {expat_take, expat_retake, alloc_free};

int workbook_walk(const struct workbook_part *part, const char *file, const struct workbook_walk *walk,
    struct diag_list *diags)
{
    struct walker walker = {.walk = walk, .parser = XML_ParserCreate_MM(NULL, &memory, NULL)};
    buf_init(&walker.text, WORKBOOK_CELL_MAX);
    XML_SetUserData(walker.parser, &walker);
    XML_SetElementHandler(walker.parser, on_start, on_end);
    XML_SetCharacterDataHandler(walker.parser, on_characters);
    XML_SetStartDoctypeDeclHandler(walker.parser, on_doctype);
    enum XML_Status status = XML_Parse(walker.parser, part->text.data, (int)part->text.len, 1);
    const char *fault = walker.refused;
    if (status != XML_STATUS_OK && !walker.stopped)
        fault = XML_ErrorString(XML_GetErrorCode(walker.parser));
    if (fault != NULL)
        diag_error(diags, (struct place){file, 0, 0}, "D029", "the workbook is damaged: %s: %s",
            str_is_utf8(slice_of(part->name)) ? part->name : "a part", fault);
    XML_ParserFree(walker.parser);
    buf_deinit(&walker.text);
    return fault != NULL ? -EBADMSG : walker.stopped;
}

/* ---- relations: which part is what ---- */

struct relations {
    struct workbook *workbook;
    const char *base;      /* name of the part that has them; "" is the archive */
    const char *id, *type; /* what is looked for; one of them is NULL */
    const struct workbook_part *found;
};

static const struct workbook_part *find_part(const struct workbook *workbook, const char *name)
{
    for (size_t i = 0; i < workbook->part_len; i++)
        if (strcasecmp(workbook->parts[i].name, name) == 0)
            return &workbook->parts[i];
    return NULL;
}

static int on_relation(void *userdata, const char *name, const char **attributes)
{
    struct relations *relations = userdata;
    const char *id = workbook_attribute(attributes, "Id"), *type = workbook_attribute(attributes, "Type");
    const char *target = workbook_attribute(attributes, "Target");
    if (strcmp(name, "Relationship") != 0 || id == NULL || type == NULL || target == NULL)
        return 0;
    if (relations->id != NULL ? strcmp(id, relations->id) != 0 : !ends_with(type, relations->type))
        return 0;
    const char *slash = strrchr(relations->base, '/');
    int folder = slash != NULL ? (int)(slash + 1 - relations->base) : 0;
    const char *whole = target[0] == '/' ? target + 1
                                         : arena_printf(&relations->workbook->arena, "%.*s%s", folder,
                                               relations->base, target);
    relations->found = find_part(relations->workbook, whole);
    return relations->found != NULL;
}

static int no_end(void *userdata, const char *name, struct slice text)
{
    (void)userdata;
    (void)name;
    (void)text;
    return 0;
}

/* The part that another one names, by the end of the relation's type or by its id; NULL where there is none.
 */
static const struct workbook_part *find_related(
    struct workbook *workbook, const char *base, const char *id, const char *type)
{
    const char *slash = strrchr(base, '/');
    int folder = slash != NULL ? (int)(slash + 1 - base) : 0;
    const struct workbook_part *part =
        find_part(workbook, arena_printf(&workbook->arena, "%.*s_rels/%s.rels", folder, base, base + folder));
    struct relations relations = {workbook, base, id, type, NULL};
    struct workbook_walk walk = {on_relation, no_end, &relations};
    struct diag_list unseen = DIAG_LIST_NULL;
    if (part != NULL && part->text.len <= RELATIONS_MAX)
        (void)workbook_walk(part, "", &walk, &unseen);
    diag_list_deinit(&unseen);
    return relations.found;
}

/* ---- the workbook, its strings and its styles ---- */

struct book {
    struct workbook *workbook;
    const char *part; /* name of the workbook's own */
    size_t tried;     /* sheets */
};

static int on_book(void *userdata, const char *name, const char **attributes)
{
    struct book *book = userdata;
    struct workbook *workbook = book->workbook;
    const char *value = workbook_attribute(attributes, "date1904");
    if (strcmp(name, "workbookPr") == 0)
        workbook->from_1904 = value != NULL && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
    const char *sheet = workbook_attribute(attributes, "name"), *id = NULL;
    for (const char **p = attributes; p[0] != NULL; p += 2)
        if (strchr(p[0], ':') != NULL && strcmp(local_name(p[0]), "id") == 0)
            id = p[1]; /* r:id; sheetId is another one */
    if (strcmp(name, "sheet") != 0 || sheet == NULL || id == NULL || book->tried++ >= WORKBOOK_SHEETS_MAX)
        return 0;
    const struct workbook_part *part = find_related(workbook, book->part, id, NULL);
    if (part != NULL)
        workbook->sheets[workbook->sheet_len++] =
            (struct workbook_sheet){arena_strdup(&workbook->arena, sheet), part};
    return 0;
}

/* A string may be of runs of letters that look different; how it is read aloud (rPh) is no part of it. */
struct strings {
    struct workbook *workbook;
    struct buf text;
    bool aloud;
};

static int on_string_start(void *userdata, const char *name, const char **attributes)
{
    struct strings *strings = userdata;
    (void)attributes;
    if (strcmp(name, "si") == 0)
        buf_clear(&strings->text);
    strings->aloud |= strcmp(name, "rPh") == 0;
    return 0;
}

static int on_string_end(void *userdata, const char *name, struct slice text)
{
    struct strings *strings = userdata;
    struct workbook *workbook = strings->workbook;
    if (strcmp(name, "t") == 0 && !strings->aloud)
        (void)buf_append(&strings->text, text.data, text.len);
    if (strcmp(name, "rPh") == 0)
        strings->aloud = false;
    if (strcmp(name, "si") != 0 || workbook->string_len == STRINGS_MAX)
        return 0;
    workbook->strings =
        alloc_grow(workbook->strings, workbook->string_len, &workbook->string_cap, sizeof *workbook->strings);
    workbook->strings[workbook->string_len++] = (struct slice){
        arena_strndup(&workbook->arena, buf_text(&strings->text), strings->text.len), strings->text.len};
    return 0;
}

/* Formats of numbers, of which some show a date. */
struct styles {
    struct workbook *workbook;
    bool in_cells;   /* among the formats of cells */
    long dates[256]; /* numbers of the workbook's own formats that show one */
    size_t date_len;
};

/* Whether a format shows a year or a day: letters outside quotes and brackets (ECMA-376, 18.8.31). */
static bool shows_date(const char *format)
{
    char closing = '\0';
    for (const char *p = format; *p != '\0'; p++) {
        if (closing != '\0')
            closing = *p == closing ? '\0' : closing;
        else if (*p == '"' || *p == '[')
            closing = *p == '"' ? '"' : ']';
        else if (*p == '\\' && p[1] != '\0')
            p++;
        else if (strchr("yYdD", *p) != NULL)
            return true;
    }
    return false;
}

/* The built-in formats that show a date: 14 to 17 and 22, and the East Asian ones. */
static bool is_date_format(const struct styles *styles, long format)
{
    if ((format >= 14 && format <= 17) || format == 22 || (format >= 27 && format <= 36) ||
        (format >= 50 && format <= 58))
        return true;
    for (size_t i = 0; i < styles->date_len; i++)
        if (styles->dates[i] == format)
            return true;
    return false;
}

static int on_style_start(void *userdata, const char *name, const char **attributes)
{
    struct styles *styles = userdata;
    struct workbook *workbook = styles->workbook;
    const char *id = workbook_attribute(attributes, "numFmtId");
    const char *format = workbook_attribute(attributes, "formatCode");
    long number = id != NULL ? strtol(id, NULL, 10) : 0;
    if (strcmp(name, "cellXfs") == 0)
        styles->in_cells = true;
    if (strcmp(name, "numFmt") == 0 && format != NULL && shows_date(format) && styles->date_len < 256)
        styles->dates[styles->date_len++] = number;
    if (strcmp(name, "xf") != 0 || !styles->in_cells || workbook->style_len == STYLES_MAX)
        return 0;
    workbook->is_date =
        alloc_grow(workbook->is_date, workbook->style_len, &workbook->style_cap, sizeof *workbook->is_date);
    workbook->is_date[workbook->style_len++] = is_date_format(styles, number);
    return 0;
}

static int on_style_end(void *userdata, const char *name, struct slice text)
{
    struct styles *styles = userdata;
    (void)text;
    if (strcmp(name, "cellXfs") == 0)
        styles->in_cells = false;
    return 0;
}

/* ---- the whole ---- */

static int read_book(struct workbook *workbook, const char *file, struct diag_list *diags)
{
    const struct workbook_part *part = find_related(workbook, "", NULL, "/officeDocument");
    if (part == NULL) {
        diag_error(diags, (struct place){file, 0, 0}, "D029", "the ZIP archive holds no workbook");
        return -EBADMSG;
    }
    struct book book = {.workbook = workbook, .part = part->name};
    struct strings strings = {.workbook = workbook};
    struct styles styles = {.workbook = workbook};
    const struct workbook_part *shared = find_related(workbook, part->name, NULL, "/sharedStrings");
    const struct workbook_part *formats = find_related(workbook, part->name, NULL, "/styles");
    struct workbook_walk walks[] = {{on_book, no_end, &book}, {on_string_start, on_string_end, &strings},
        {on_style_start, on_style_end, &styles}};
    buf_init(&strings.text, WORKBOOK_CELL_MAX);
    int r = workbook_walk(part, file, &walks[0], diags);
    if (r == 0 && shared != NULL)
        r = workbook_walk(shared, file, &walks[1], diags);
    if (r == 0 && formats != NULL)
        r = workbook_walk(formats, file, &walks[2], diags);
    buf_deinit(&strings.text);
    return r;
}

int workbook_read(
    struct slice payload, const char *file, struct workbook *ret_workbook, struct diag_list *diags)
{
    *ret_workbook = (struct workbook){0};
    int r = unpack(ret_workbook, payload, file, diags);
    if (r == 0)
        r = read_book(ret_workbook, file, diags);
    if (r < 0)
        workbook_deinit(ret_workbook);
    return r;
}

void workbook_deinit(struct workbook *workbook)
{
    for (size_t i = 0; i < workbook->part_len; i++)
        alloc_free((char *)workbook->parts[i].text.data);
    alloc_free(workbook->parts);
    alloc_free(workbook->strings);
    alloc_free(workbook->is_date);
    arena_deinit(&workbook->arena);
    *workbook = (struct workbook){0};
}
