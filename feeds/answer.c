#include "feeds/answer.h"

#include <ctype.h>
#include <json.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "feeds/named_text.h"

enum { HEAD_MAX = 64 * 1024, SAID_MAX = 160 /* as below */ };

static const struct {
    long from, to; /* statuses */
    enum ask_meaning meaning;
} defaults[] = {
    {200, 200, ASK_DATA},
    {204, 204, ASK_NOT_YET},
    {300, 399, ASK_CHANGED}, /* redirects are not followed */
    {400, 400, ASK_CHANGED},
    {401, 401, ASK_KEY},
    {403, 403, ASK_KEY},
    {404, 404, ASK_CHANGED},
    {410, 410, ASK_CHANGED},
    {413, 413, ASK_TOO_MUCH},
    {414, 414, ASK_CHANGED},
    {429, 429, ASK_QUOTA},
};

static struct slice skip_blanks(struct slice body)
{
    static const char bom[] = "\xEF\xBB\xBF";
    if (body.len >= 3 && memcmp(body.data, bom, 3) == 0)
        body = (struct slice){body.data + 3, body.len - 3};
    while (body.len > 0 && isspace((unsigned char)body.data[0]))
        body = (struct slice){body.data + 1, body.len - 1};
    return body;
}

/* ---- counts ---- */

static int64_t count_lines(struct slice body)
{
    int64_t lines = 0;
    const char *at = body.data, *end = body.data + body.len;
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        lines++;
        at = line_end != NULL ? line_end + 1 : end;
    }
    return lines;
}

/* How often a tag such as "<item>" stands there. */
static int64_t count_tags(struct slice body, const char *tag)
{
    int64_t tags = 0;
    size_t len = strlen(tag);
    const char *at = body.data, *end = body.data + body.len;
    while (at < end && (at = memmem(at, (size_t)(end - at), tag, len)) != NULL) {
        tags++;
        at += len;
    }
    return tags;
}

/* Behind the string whose first quote is at `at`. */
static const char *behind_string(const char *at, const char *end)
{
    for (at++; at < end && *at != '"'; at++)
        at += *at == '\\';
    return at < end ? at + 1 : end;
}

static const char *behind_blanks(const char *at, const char *end)
{
    while (at < end && isspace((unsigned char)*at))
        at++;
    return at;
}

/* A number, or one in quotes. */
static bool read_number(const char *at, const char *end, int64_t *ret_value)
{
    size_t len = 0;
    at += at < end && *at == '"';
    while (at + len < end && isdigit((unsigned char)at[len]))
        len++;
    return len > 0 && str_to_int64((struct slice){at, len}, ret_value) == 0;
}

/* Whether the text is the n-th name of a path with points between its names; whether that is the last one. */
static bool is_name_of(const char *path, int n, struct slice text, bool *ret_last)
{
    size_t len = strcspn(path, ".");
    for (; n > 0 && path[len] == '.'; n--) {
        path += len + 1;
        len = strcspn(path, ".");
    }
    *ret_last = path[len] == '\0';
    return n == 0 && text.len == len && strncasecmp(text.data, path, len) == 0;
}

/* Where the value begins that the names lead to, from the outermost object on, or NULL: strings are jumped
 * over, and braces counted. */
static const char *find_json(struct slice body, const char *path)
{
    const char *at = body.data, *end = body.data + body.len;
    int depth = 0, matched = 0; /* names of the path that lead to the object at hand */
    while (at < end) {
        if (*at != '"') {
            depth += (*at == '{' || *at == '[') - (*at == '}' || *at == ']');
            matched = depth > 0 && matched >= depth ? depth - 1 : matched;
            at++;
            continue;
        }
        const char *start = at + 1;
        at = behind_string(at, end);
        struct slice text = {start, (size_t)(at - start) - (at > start)};
        const char *colon = behind_blanks(at, end);
        bool last;
        if (matched != depth - 1 || colon == end || *colon != ':' || !is_name_of(path, matched, text, &last))
            continue;
        at = behind_blanks(colon + 1, end);
        if (last)
            return at < end ? at : NULL;
        if (at < end && *at == '{') {
            matched++;
            depth++;
            at++;
        }
    }
    return NULL;
}

static bool json_number(struct slice body, const char *path, int64_t *ret_value)
{
    const char *at = find_json(body, path);
    return at != NULL && read_number(at, body.data + body.len, ret_value);
}

const char *answer_json_text(struct slice body, const char *name, struct arena *arena)
{
    const char *at = find_json(body, name), *end = body.data + body.len;
    if (at == NULL || *at != '"')
        return NULL;
    struct json_tokener *tokener = json_tokener_new();
    struct json_object *value = json_tokener_parse_ex(tokener, at, (int)(behind_string(at, end) - at));
    const char *text = json_object_is_type(value, json_type_string)
                           ? arena_strdup(arena, json_object_get_string(value))
                           : NULL;
    json_object_put(value);
    json_tokener_free(tokener);
    return text;
}

static bool count_fits(const struct ask_answer *answer, struct slice body)
{
    int64_t count = 0;
    if (answer->count == NULL)
        return true;
    if (str_equal(answer->count, "lines"))
        count = count_lines(body);
    else if (answer->count[0] == '<')
        count = count_tags(body, answer->count);
    else if (!json_number(body, answer->count, &count))
        return false;
    return (answer->at_least < 0 || count >= answer->at_least) &&
           (answer->at_most < 0 || count <= answer->at_most);
}

/* ---- meaning ---- */

static bool text_fits(const struct ask_answer *answer, struct slice body)
{
    size_t head = body.len < HEAD_MAX ? body.len : HEAD_MAX;
    if (answer->starts != NULL &&
        (body.len < strlen(answer->starts) || memcmp(body.data, answer->starts, strlen(answer->starts)) != 0))
        return false;
    char found[NAMED_TEXT_SIZE];
    if (answer->says_name != NULL && !named_text_find(body, answer->says_name, answer->says_text, found))
        return false;
    return answer->contains == NULL ||
           (head > 0 && memmem(body.data, head, answer->contains, strlen(answer->contains)) != NULL);
}

enum ask_meaning answer_meaning(const struct ask *ask, long status, struct slice body)
{
    body = skip_blanks(body);
    for (size_t i = 0; i < ask->answer_len; i++) {
        const struct ask_answer *answer = &ask->answers[i];
        if (answer->status == status && text_fits(answer, body) && count_fits(answer, body))
            return (enum ask_meaning)answer->means;
    }
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (status >= defaults[i].from && status <= defaults[i].to)
            return defaults[i].meaning;
    return ASK_FAILED;
}

/* ---- what it says ---- */

/* Text without tags, blanks in a row as one, control bytes and what is not ASCII left out. */
static size_t plain_text(struct slice body, char *out, size_t size)
{
    size_t n = 0;
    bool tag = false, blank = true;
    for (size_t i = 0; i < body.len && i < HEAD_MAX && n + 1 < size; i++) {
        char c = body.data[i];
        bool opens = c == '<', closes = c == '>' && tag;
        tag = opens || (tag && !closes);
        if (tag || closes || c <= ' ' || c > '~') {
            if (!blank)
                out[n++] = ' ';
            blank = true;
            continue;
        }
        out[n++] = c;
        blank = false;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    return n;
}

static void blot_out(char *text, const char *key)
{
    size_t len = key != NULL ? strlen(key) : 0;
    for (char *at = text; len > 0 && (at = strstr(at, key)) != NULL; at += len)
        memset(at, '*', len);
}

const char *answer_text(long status, struct slice body, const char *key, char buf[ANSWER_TEXT_SIZE])
{
    /* The key is looked for before the text is cut, or half of one could stay. */
    char said[SAID_MAX + ASK_KEY_MAX];
    size_t len = plain_text(body, said, sizeof said);
    blot_out(said, key);
    snprintf(buf, ANSWER_TEXT_SIZE, "HTTP %ld%s%.160s", status, len > 0 ? ": " : "", said);
    return buf;
}
