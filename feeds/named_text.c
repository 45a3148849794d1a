/* XML by expat, JSON by yajl. Such answers are small: of a larger one the beginning is read. */
#include "feeds/named_text.h"

#include <expat.h>
#include <string.h>
#include <strings.h>
#include <yajl/yajl_parse.h>

#include "base/alloc.h"
#include "base/buf.h"

enum { HEAD_MAX = 64 * 1024 };

struct search {
    const char *name, *text; /* text: NULL for any */
    char *found;             /* of NAMED_TEXT_SIZE */
    bool is_found;

    XML_Parser parser;
    size_t depth,
        candidate; /* depth of the innermost element with the name and without elements so far, or 0 */
    struct buf characters; /* of it */
    bool named;            /* JSON: the member that comes next has the name */
};

/* ---- texts ---- */

static struct slice trim(struct slice text)
{
    while (text.len > 0 && strchr(" \t\r\n", text.data[0]) != NULL)
        text = (struct slice){text.data + 1, text.len - 1};
    while (text.len > 0 && strchr(" \t\r\n", text.data[text.len - 1]) != NULL)
        text.len--;
    return text;
}

static bool same(struct slice a, const char *b)
{
    return a.len == strlen(b) && strncasecmp(a.data, b, a.len) == 0;
}

/* A text of the name: whether it is the one. */
static bool take(struct search *search, struct slice text)
{
    text = trim(text);
    if (search->is_found || text.len == 0 || text.len >= NAMED_TEXT_SIZE ||
        memchr(text.data, '\0', text.len) != NULL || (search->text != NULL && !same(text, search->text)))
        return false;
    memcpy(search->found, text.data, text.len);
    search->found[text.len] = '\0';
    return search->is_found = true;
}

/* ---- XML ---- */

static struct slice local_name(const char *name)
{
    const char *colon = strchr(name, ':');
    return slice_of(colon != NULL ? colon + 1 : name);
}

static void stop_if(struct search *search, bool stop)
{
    if (stop)
        XML_StopParser(search->parser, XML_FALSE);
}

static void XMLCALL on_start(void *userdata, const char *name, const char **attributes)
{
    struct search *search = userdata;
    search->depth++;
    search->candidate = same(local_name(name), search->name) ? search->depth : 0;
    buf_clear(&search->characters);
    for (; attributes[0] != NULL; attributes += 2)
        if (same(local_name(attributes[0]), search->name))
            stop_if(search, take(search, slice_of(attributes[1])));
}

static void XMLCALL on_end(void *userdata, const char *name)
{
    struct search *search = userdata;
    (void)name;
    if (search->candidate == search->depth)
        stop_if(search, take(search, (struct slice){buf_text(&search->characters), search->characters.len}));
    search->candidate = 0;
    search->depth--;
}

static void XMLCALL on_characters(void *userdata, const char *bytes, int len)
{
    struct search *search = userdata;
    if (search->candidate == search->depth)
        (void)buf_append(&search->characters, bytes, (size_t)len); /* what is too long is not the text */
}

/* There are no entities but those of XML itself. */
static void XMLCALL on_doctype(
    void *userdata, const char *name, const char *system, const char *public, int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    stop_if(userdata, true);
}

static void *take_memory(size_t size)
{
    return alloc_resize(NULL, size, 1);
}

static void *retake_memory(void *p, size_t size)
{
    return alloc_resize(p, size, 1);
}

static void search_xml(struct search *search, struct slice head)
{
    static const XML_Memory_Handling_Suite memory = {take_memory, retake_memory, alloc_free};
    search->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
    buf_init(&search->characters, HEAD_MAX);
    XML_SetUserData(search->parser, search);
    XML_SetElementHandler(search->parser, on_start, on_end);
    XML_SetCharacterDataHandler(search->parser, on_characters);
    XML_SetStartDoctypeDeclHandler(search->parser, on_doctype);
    (void)XML_Parse(search->parser, head.data, (int)head.len, 0); /* broken: what was found before counts */
    XML_ParserFree(search->parser);
    buf_deinit(&search->characters);
}

/* ---- JSON ---- */

static int on_key(void *userdata, const unsigned char *bytes, size_t len)
{
    struct search *search = userdata;
    search->named = same((struct slice){(const char *)bytes, len}, search->name);
    return 1;
}

static int on_scalar(void *userdata, const char *bytes, size_t len)
{
    struct search *search = userdata;
    bool stop = search->named && take(search, (struct slice){bytes, len});
    search->named = false;
    return !stop;
}

static int on_string(void *userdata, const unsigned char *bytes, size_t len)
{
    return on_scalar(userdata, (const char *)bytes, len);
}

static int on_other(void *userdata)
{
    ((struct search *)userdata)->named = false;
    return 1;
}

static int on_boolean(void *userdata, int value)
{
    return value != 0 ? on_scalar(userdata, "true", 4) : on_scalar(userdata, "false", 5);
}

static void *yajl_take(void *context, size_t size)
{
    (void)context;
    return take_memory(size);
}

static void *yajl_retake(void *context, void *p, size_t size)
{
    (void)context;
    return retake_memory(p, size);
}

static void yajl_give_back(void *context, void *p)
{
    (void)context;
    alloc_free(p);
}

static void search_json(struct search *search, struct slice head)
{
    static const yajl_callbacks callbacks = {.yajl_null = on_other,
        .yajl_boolean = on_boolean,
        .yajl_number = on_scalar,
        .yajl_string = on_string,
        .yajl_start_map = on_other,
        .yajl_map_key = on_key,
        .yajl_start_array = on_other};
    yajl_alloc_funcs funcs = {yajl_take, yajl_retake, yajl_give_back, NULL};
    yajl_handle handle = yajl_alloc(&callbacks, &funcs, search);
    (void)yajl_parse(handle, (const unsigned char *)head.data, head.len);
    yajl_free(handle);
}

bool named_text_find(struct slice answer, const char *name, const char *text, char buf[NAMED_TEXT_SIZE])
{
    struct search search = {.name = name, .text = text, .found = buf};
    struct slice head = trim(answer);
    head.len = head.len < HEAD_MAX ? head.len : HEAD_MAX;
    if (head.len > 0 && head.data[0] == '<')
        search_xml(&search, head);
    else if (head.len > 0 && (head.data[0] == '{' || head.data[0] == '['))
        search_json(&search, head);
    return search.is_found;
}
