#include "feeds/payload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";

struct slice payload_body(struct slice payload)
{
    size_t mark = sizeof byte_order_mark - 1;
    if (payload.len >= mark && memcmp(payload.data, byte_order_mark, mark) == 0)
        return (struct slice){payload.data + mark, payload.len - mark};
    return payload;
}

const char *payload_quote(struct slice text, char buf[QUOTE_SIZE])
{
    size_t len = text.len <= QUOTE_BYTES ? text.len : QUOTE_BYTES;
    while (len > 0 && len < text.len && ((unsigned char)text.data[len] & 0xc0) == 0x80)
        len--; /* not through a character */
    size_t n = 0;
    buf[n++] = '"';
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7f)
            n += (size_t)snprintf(buf + n, QUOTE_SIZE - n, "\\x%02x", c);
        else
            buf[n++] = (char)c;
    }
    snprintf(buf + n, QUOTE_SIZE - n, "%s\"", len < text.len ? "…" : "");
    return buf;
}

struct place payload_place(struct slice payload, const char *file, size_t offset)
{
    struct place place = {file, 1, 1};
    for (size_t i = 0; i < offset; i++) {
        place.column++;
        if (payload.data[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return place;
}

static size_t first_not_blank(struct slice text)
{
    size_t i = 0;
    while (i < text.len && memchr(" \t\r\n", text.data[i], 4) != NULL)
        i++;
    return i;
}

/* The offset of the first byte that is not part of well-formed UTF-8, or the length. Line by line first,
 * which is one pass; then character by character in the one line that is wrong. */
static size_t utf8_fault(struct slice text)
{
    size_t i = 0;
    while (i < text.len) {
        const char *newline = memchr(text.data + i, '\n', text.len - i);
        size_t n = newline != NULL ? (size_t)(newline - (text.data + i)) + 1 : text.len - i;
        if (!str_is_utf8((struct slice){text.data + i, n}))
            break;
        i += n;
    }
    for (size_t n = 1; i < text.len && n <= 4 && n <= text.len - i;) {
        bool whole = str_is_utf8((struct slice){text.data + i, n});
        i += whole ? n : 0;
        n = whole ? 1 : n + 1;
    }
    return i;
}

/* The offset of a carriage return that a line feed does not follow, or the length. */
static size_t lone_return(struct slice text)
{
    const char *p = text.data, *end = text.data + text.len;
    while ((p = memchr(p, '\r', (size_t)(end - p))) != NULL && p + 1 < end && p[1] == '\n')
        p++;
    return p != NULL ? (size_t)(p - text.data) : text.len;
}

/* What a payload's first bytes give away. */
enum kind { KIND_TEXT, KIND_MARKUP, KIND_HTML, KIND_JSON, KIND_ZIP, KIND_7Z, KIND_OLD_EXCEL };

static const struct {
    enum kind kind;
    const char *begins; /* letters in lower case; they stand for upper case too */
} beginnings[] = {
    {KIND_HTML, "<!doctype html"},
    {KIND_HTML, "<html"},
    {KIND_MARKUP, "<"},
    {KIND_JSON, "{"},
    {KIND_JSON, "["},
    {KIND_ZIP, "pk\x03\x04"},
    {KIND_7Z, "7z\xbc\xaf\x27\x1c"},
    {KIND_OLD_EXCEL, "\xd0\xcf\x11\xe0"},
};

static const char *const kind_names[] = {"text", "HTML or XML", "HTML", "JSON", "a ZIP archive",
    "a 7z archive", "an old Excel file (.xls), or a spreadsheet with a password"};

/* What payloads are. */
struct form {
    const char *name;
    enum kind kind;
};

static const struct form formats[] = {
    [FEED_CSV] = {"CSV", KIND_TEXT},
    [FEED_JSON] = {"JSON", KIND_JSON},
    [FEED_XML] = {"XML", KIND_MARKUP},
    [FEED_XLSX] = {"XLSX", KIND_ZIP},
};

static const struct form archives[] = {
    [UNPACK_7Z] = {"a 7z archive", KIND_7Z},
    [UNPACK_ZIP] = {"a ZIP archive", KIND_ZIP},
};

static bool begins(struct slice text, const char *with)
{
    for (size_t i = 0; with[i] != '\0'; i++) {
        char c = i < text.len ? text.data[i] : '\0';
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != with[i])
            return false;
    }
    return true;
}

static enum kind find_kind(struct slice text)
{
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (begins(text, beginnings[i].begins))
            return beginnings[i].kind;
    return KIND_TEXT;
}

bool payload_is_archive(struct slice payload)
{
    return find_kind(payload) == KIND_ZIP;
}

static int refuse(struct diag_list *diags, struct place place, const char *code, const char *text)
{
    diag_error(diags, place, code, "%s", text);
    return -EBADMSG;
}

static int check_nul(struct slice payload, const char *file, struct diag_list *diags)
{
    const char *nul = memchr(payload.data, '\0', payload.len);
    if (nul == NULL)
        return 0;
    return refuse(diags, payload_place(payload, file, (size_t)(nul - payload.data)), "D003",
        "a NUL byte: the payload is UTF-16 or no text at all; expected UTF-8");
}

/* NUL and what is not UTF-8. */
static int check_text(struct slice payload, const char *file, struct diag_list *diags)
{
    int r = check_nul(payload, file, diags);
    if (r < 0)
        return r;
    size_t fault = utf8_fault(payload);
    if (fault < payload.len)
        return refuse(diags, payload_place(payload, file, fault), "D005", "a byte that is not UTF-8");
    return 0;
}

/* An answer that is another kind of text. Its first words are the message of the source, such as "error:
 * unknown variable". */
static int refuse_text(
    struct slice payload, struct slice text, struct place place, const char *wanted, struct diag_list *diags)
{
    char quote[QUOTE_SIZE];
    int r = check_text(payload, place.file, diags);
    if (r < 0)
        return r;
    diag_error(diags, place, "D002", "the payload is text, not %s: %s", wanted, payload_quote(text, quote));
    return -EBADMSG;
}

/* What it is, by its beginning. The order matters: an error page is named as such before its missing line end
 * is. */
static int check_kind(
    const struct form *form, struct slice payload, const char *file, struct diag_list *diags)
{
    struct slice body = payload_body(payload);
    size_t first = first_not_blank(body);
    if (first == body.len)
        return refuse(diags, (struct place){file, 0, 0}, "D001", "the payload is empty");
    struct slice text = {body.data + first, body.len - first};
    struct place place = payload_place(body, file, first);
    enum kind kind = find_kind(text);
    bool binary = kind == KIND_OLD_EXCEL || kind == KIND_7Z; /* whose first bytes no text has */
    bool old = binary && form->kind != KIND_ZIP && form->kind != KIND_7Z;
    if (kind == form->kind || (form->kind == KIND_TEXT && (kind == KIND_ZIP || old)))
        return 0; /* what begins like an archive may be text too */
    if (kind == KIND_TEXT || old)
        return refuse_text(payload, text, place, form->name, diags);
    if (kind == KIND_HTML && form->kind != KIND_MARKUP)
        kind = KIND_MARKUP;
    diag_error(diags, place, "D002", "the payload is %s, not %s", kind_names[kind], form->name);
    diag_hint(diags, "sources answer so when they are down, want a login or have moved; open the URL of "
                     "the feed and see");
    return -EBADMSG;
}

/* CSV ends with a line end here, so that a transfer cut short inside its last line is seen: libcurl reports
 * success on a cut body without a length. UTF-16 ends in a NUL. */
static int check_end(struct slice payload, const char *file, struct diag_list *diags)
{
    if (payload.data[payload.len - 1] == '\n')
        return 0;
    int r = check_nul(payload, file, diags);
    if (r < 0)
        return r;
    return refuse(diags, payload_place(payload, file, payload.len - 1), "D004",
        "the payload is truncated: its last line has no line end");
}

static int check_size(
    const struct descriptor *descriptor, struct slice payload, const char *file, struct diag_list *diags)
{
    if ((int64_t)payload.len <= descriptor->max_bytes)
        return 0;
    diag_error(diags, (struct place){file, 0, 0}, "D007", "the payload has %zu bytes; the feed allows %lld",
        payload.len, (long long)descriptor->max_bytes);
    return -EBADMSG;
}

int payload_check(
    const struct descriptor *descriptor, struct slice payload, const char *file, struct diag_list *diags)
{
    int r = check_size(descriptor, payload, file, diags);
    if (r == 0)
        r = check_kind(&formats[descriptor->format], payload, file, diags);
    return r < 0 || descriptor->format != FEED_CSV ? r : check_end(payload, file, diags);
}

int payload_check_archive(
    const struct descriptor *descriptor, struct slice payload, const char *file, struct diag_list *diags)
{
    int r = check_size(descriptor, payload, file, diags);
    return r == 0 ? check_kind(&archives[descriptor->unpack], payload, file, diags) : r;
}

int payload_check_bytes(
    const struct descriptor *descriptor, struct slice payload, const char *file, struct diag_list *diags)
{
    if (descriptor->format == FEED_XLSX)
        return 0;
    int r = check_text(payload, file, diags);
    if (r < 0 || descriptor->format != FEED_CSV)
        return r;
    size_t fault = lone_return(payload);
    if (fault < payload.len)
        return refuse(diags, payload_place(payload, file, fault), "D006",
            "a carriage return without a line feed; lines end in LF or CR LF");
    return 0;
}
