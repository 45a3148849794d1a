#include "feeds/pick.h"

#include <ctype.h>
#include <errno.h>
#include <expat.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <yajl/yajl_parse.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "feeds/scan_csv.h"

enum { DEPTH_MAX = 64, PATH_NAMES_MAX = 16, TEXT_MAX = 4096, XML_CHUNK = 1 << 30 };

/* The path, and how far what is open matches it. */
struct picker {
    struct slice path[PATH_NAMES_MAX];
    size_t len;
    size_t matched; /* names of it that lead to where we are */
    struct arena *arena;
    struct picked *picked;
};

static void split_path(struct picker *picker, const char *path)
{
    while (*path != '\0' && picker->len < PATH_NAMES_MAX) {
        size_t n = strcspn(path, ".");
        picker->path[picker->len++] = (struct slice){path, n};
        path += n + (path[n] == '.');
    }
}

static bool is_name(struct slice wanted, const char *name, size_t len)
{
    return wanted.len == len && strncasecmp(wanted.data, name, len) == 0;
}

/* False: there are too many. */
static bool push(struct picker *picker, const char *text, size_t len)
{
    struct picked *picked = picker->picked;
    if (picked->len == PICK_VALUES_MAX)
        return false;
    picked->items = alloc_grow(picked->items, picked->len, &picked->cap, sizeof *picked->items);
    picked->items[picked->len++] = arena_strndup(picker->arena, text, len);
    return true;
}

void picked_deinit(struct picked *picked)
{
    alloc_free(picked->items);
    *picked = (struct picked){0};
}

/* ---- memory of the libraries ---- */

static void *take(size_t size)
{
    return alloc_zeroed(size, 1);
}

static void *retake(void *p, size_t size)
{
    return alloc_resize(p, size, 1);
}

static void *yajl_take(void *userdata, size_t size)
{
    (void)userdata;
    return take(size);
}

static void *yajl_retake(void *userdata, void *p, size_t size)
{
    (void)userdata;
    return retake(p, size);
}

static void yajl_give_back(void *userdata, void *p)
{
    (void)userdata;
    alloc_free(p);
}

/* ---- JSON ---- */

/* An open object or list. A list passes on what led to it. */
struct json_level {
    bool is_object;
    bool named;     /* objects: the latest name is the next one of the path */
    size_t matched; /* where it began */
};

struct json_picker {
    struct picker *picker;
    struct json_level levels[DEPTH_MAX];
    size_t depth;
};

/* How many names lead to the value that comes now, or to none of the path: SIZE_MAX. */
static size_t matched_here(const struct json_picker *json)
{
    if (json->depth == 0)
        return 0;
    const struct json_level *level = &json->levels[json->depth - 1];
    if (!level->is_object)
        return level->matched;
    return level->named ? level->matched + 1 : SIZE_MAX;
}

static int take_value(struct json_picker *json, const char *text, size_t len)
{
    if (matched_here(json) != json->picker->len)
        return 1;
    return push(json->picker, text, len);
}

static int open_level(struct json_picker *json, bool is_object)
{
    size_t matched = matched_here(json);
    if (json->depth == DEPTH_MAX)
        return 0;
    json->levels[json->depth++] = (struct json_level){is_object, false, matched};
    return 1;
}

static int on_null(void *userdata)
{
    (void)userdata;
    return 1;
}

static int on_boolean(void *userdata, int value)
{
    return value ? take_value(userdata, "true", 4) : take_value(userdata, "false", 5);
}

static int on_number(void *userdata, const char *text, size_t len)
{
    return take_value(userdata, text, len);
}

static int on_string(void *userdata, const unsigned char *text, size_t len)
{
    return take_value(userdata, (const char *)text, len);
}

static int on_key(void *userdata, const unsigned char *text, size_t len)
{
    struct json_picker *json = userdata;
    struct json_level *level = &json->levels[json->depth - 1];
    level->named = level->matched < json->picker->len &&
                   is_name(json->picker->path[level->matched], (const char *)text, len);
    return 1;
}

static int on_start_map(void *userdata)
{
    return open_level(userdata, true);
}

static int on_start_array(void *userdata)
{
    return open_level(userdata, false);
}

static int on_end(void *userdata)
{
    ((struct json_picker *)userdata)->depth--;
    return 1;
}

static int pick_json(struct picker *picker, struct slice body)
{
    static const yajl_callbacks callbacks = {.yajl_null = on_null,
        .yajl_boolean = on_boolean,
        .yajl_number = on_number,
        .yajl_string = on_string,
        .yajl_start_map = on_start_map,
        .yajl_map_key = on_key,
        .yajl_end_map = on_end,
        .yajl_start_array = on_start_array,
        .yajl_end_array = on_end};
    yajl_alloc_funcs funcs = {yajl_take, yajl_retake, yajl_give_back, NULL};
    struct json_picker json = {.picker = picker};
    yajl_handle handle = yajl_alloc(&callbacks, &funcs, &json);
    yajl_status status = yajl_parse(handle, (const unsigned char *)body.data, body.len);
    if (status == yajl_status_ok)
        status = yajl_complete_parse(handle);
    yajl_free(handle);
    return status == yajl_status_ok ? 0 : -EBADMSG;
}

/* ---- XML ---- */

struct xml_picker {
    struct picker *picker;
    XML_Parser parser;
    size_t depth;
    struct buf text; /* of the element that is picked */
    bool stopped;
};

static void on_start_element(void *userdata, const XML_Char *name, const XML_Char **attributes)
{
    struct xml_picker *xml = userdata;
    struct picker *picker = xml->picker;
    const char *colon = strrchr(name, ':');
    (void)attributes;
    name = colon != NULL ? colon + 1 : name;
    if (picker->matched == xml->depth && picker->matched < picker->len &&
        is_name(picker->path[picker->matched], name, strlen(name)))
        picker->matched++;
    xml->depth++;
    buf_clear(&xml->text);
}

static bool at_value(const struct xml_picker *xml)
{
    return xml->depth == xml->picker->len && xml->picker->matched == xml->depth;
}

static void on_characters(void *userdata, const XML_Char *text, int len)
{
    struct xml_picker *xml = userdata;
    if (at_value(xml))
        (void)buf_append(&xml->text, text, (size_t)len); /* a longer one is no number and no key */
}

static void on_end_element(void *userdata, const XML_Char *name)
{
    struct xml_picker *xml = userdata;
    (void)name;
    const char *text = buf_text(&xml->text);
    size_t from = strspn(text, " \t\r\n"), len = xml->text.len;
    while (len > from && isspace((unsigned char)text[len - 1]))
        len--;
    if (at_value(xml) && len > from && !push(xml->picker, text + from, len - from)) {
        xml->stopped = true;
        XML_StopParser(xml->parser, XML_FALSE);
    }
    if (xml->picker->matched == xml->depth)
        xml->picker->matched--;
    xml->depth--;
}

/* Entities could make a small answer large. */
static void on_doctype(
    void *userdata, const XML_Char *name, const XML_Char *sysid, const XML_Char *pubid, int internal)
{
    struct xml_picker *xml = userdata;
    (void)name;
    (void)sysid;
    (void)pubid;
    (void)internal;
    xml->stopped = true;
    XML_StopParser(xml->parser, XML_FALSE);
}

static int pick_xml(struct picker *picker, struct slice body)
{
    static const XML_Memory_Handling_Suite memory = {take, retake, alloc_free};
    struct xml_picker xml = {.picker = picker, .parser = XML_ParserCreate_MM("UTF-8", &memory, NULL)};
    buf_init(&xml.text, TEXT_MAX);
    XML_SetUserData(xml.parser, &xml);
    XML_SetElementHandler(xml.parser, on_start_element, on_end_element);
    XML_SetCharacterDataHandler(xml.parser, on_characters);
    XML_SetStartDoctypeDeclHandler(xml.parser, on_doctype);
    bool fits = body.len <= XML_CHUNK;
    enum XML_Status status =
        fits ? XML_Parse(xml.parser, body.data, (int)body.len, XML_TRUE) : XML_STATUS_ERROR;
    XML_ParserFree(xml.parser);
    buf_deinit(&xml.text);
    return status == XML_STATUS_OK && !xml.stopped ? 0 : -EBADMSG;
}

/* ---- CSV ---- */

static struct slice field_at(const struct record *record, size_t i)
{
    bool there = i < record->len && record->len <= RECORD_FIELDS_MAX;
    return there ? record_field(record, i) : (struct slice){"", 0};
}

static int pick_column(struct picker *picker, struct scan *scan, const char *column)
{
    struct record record;
    size_t place = SIZE_MAX;
    int r = scan_next(scan, &record);
    for (size_t i = 0; r > 0 && i < record.len && place == SIZE_MAX; i++) {
        struct slice name = field_at(&record, i);
        place = is_name(slice_of(column), name.data, name.len) ? i : SIZE_MAX;
    }
    while (r > 0 && (r = scan_next(scan, &record)) > 0) {
        struct slice text = field_at(&record, place);
        if (text.len > 0 && !push(picker, text.data, text.len))
            r = -EBADMSG;
    }
    return r;
}

static int pick_csv(struct picker *picker, struct slice body, const char *column)
{
    struct scan scan;
    scan_init(&scan, body, ',', scan_best_way());
    int r = pick_column(picker, &scan, column);
    scan_deinit(&scan);
    return r;
}

/* ---- which ---- */

static struct slice skip_blanks(struct slice body)
{
    if (body.len >= 3 && memcmp(body.data, "\xEF\xBB\xBF", 3) == 0)
        body = (struct slice){body.data + 3, body.len - 3};
    while (body.len > 0 && isspace((unsigned char)body.data[0]))
        body = (struct slice){body.data + 1, body.len - 1};
    return body;
}

int pick_values(struct slice body, const char *path, struct arena *arena, struct picked *ret_picked)
{
    struct picker picker = {.arena = arena, .picked = ret_picked};
    *ret_picked = (struct picked){0};
    body = skip_blanks(body);
    if (body.len == 0)
        return -EBADMSG;
    split_path(&picker, path);
    if (body.data[0] == '{' || body.data[0] == '[')
        return pick_json(&picker, body);
    if (body.data[0] == '<')
        return pick_xml(&picker, body);
    return pick_csv(&picker, body, path);
}
