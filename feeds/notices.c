#include "feeds/notices.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "feeds/notice_form.h"
#include "feeds/payload.h"

/* Notices are few and short; no page of a source is near it. */
enum { NOTICES_BYTES_MAX = 256 * 1024 * 1024, NESTING_MAX = 32 };

/* ---- values ---- */

struct json_object *form_get(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    if (json_object_is_type(object, json_type_object))
        (void)json_object_object_get_ex(object, key, &value);
    return value;
}

const char *form_text(struct json_object *object, const char *key)
{
    struct json_object *value = form_get(object, key);
    if (!json_object_is_type(value, json_type_string))
        return NULL;
    const char *text = json_object_get_string(value);
    return strlen(text) == (size_t)json_object_get_string_len(value) ? text : NULL; /* no NUL within */
}

const char *form_need(struct notice_form *form, struct json_object *object, const char *key, const char *what)
{
    const char *text = form_text(object, key);
    if (text != NULL && text[0] != '\0')
        return arena_strdup(form->arena, text);
    diag_error(form->diags, form_place(form), "P004", "%s has no text \"%s\"", what, key);
    return NULL;
}

/* ---- places ---- */

struct place form_place(const struct notice_form *form)
{
    return payload_place(form->input->payload, form->input->file, form->found_at);
}

void form_seek(struct notice_form *form, const char *text)
{
    struct slice payload = form->input->payload;
    const char *at = text != NULL && text[0] != '\0' ? memmem(payload.data + form->found_at,
                                                           payload.len - form->found_at, text, strlen(text))
                                                     : NULL;
    if (at != NULL)
        form->found_at = (size_t)(at - payload.data);
}

void form_push(struct notice_form *form, const struct notice *notice)
{
    form->items = alloc_grow(form->items, form->len, &form->cap, sizeof *form->items);
    form->items[form->len++] = *notice;
}

/* ---- which form it is ---- */

/* Sources say so in two ways: {"errors":{"field":"…"}} and {"status":400,"message":"…"}. */
static bool refuse_error_answer(struct notice_form *form, struct json_object *answer)
{
    struct json_object *errors = form_get(answer, "errors");
    const char *message = form_text(answer, "message");
    char quote[QUOTE_SIZE];
    if (errors == NULL && (message == NULL || form_get(answer, "status") == NULL))
        return false;
    if (errors != NULL)
        message = json_object_to_json_string_ext(errors, JSON_C_TO_STRING_PLAIN);
    diag_error(form->diags, form_place(form), "P003", "the source answered with an error: %s",
        payload_quote(slice_of(message), quote));
    return true;
}

/* The reader of an object by the key that only its form has. */
static const struct {
    const char *key;
    enum notices_form form;
    void (*read)(struct notice_form *form, struct json_object *object);
} object_forms[] = {
    {"document_number", NOTICES_FEDERAL_REGISTER, form_read_register_document},
    {"count", NOTICES_FEDERAL_REGISTER, form_read_register_page},
    {"sources_used", NOTICES_US_ORDERS, form_read_orders},
    {"head", NOTICES_CELLAR, form_read_cellar},
    {"caseNumber", NOTICES_TRON, form_read_tron_details},
};

/* False with a fault where another one was expected. */
static bool is_form(struct notice_form *form, enum notices_form found)
{
    enum notices_form expected = form->input->form;
    form->page.form = found;
    if (expected == NOTICES_NONE || expected == found)
        return true;
    diag_error(form->diags, form_place(form), "P008", "the payload is of the form %s, and %s was expected",
        notices_form_name(found), notices_form_name(expected));
    return false;
}

static void read_document(struct notice_form *form, struct json_object *document)
{
    if (json_object_is_type(document, json_type_array)) {
        if (is_form(form, NOTICES_TRON))
            form_read_tron_list(form, document);
        return;
    }
    if (refuse_error_answer(form, document))
        return;
    for (size_t i = 0; i < sizeof object_forms / sizeof *object_forms; i++) {
        if (form_get(document, object_forms[i].key) == NULL)
            continue;
        if (is_form(form, object_forms[i].form))
            object_forms[i].read(form, document);
        return;
    }
    diag_error(form->diags, form_place(form), "P002", "this is no form of notices that is known");
    diag_hint(form->diags,
        "known are Federal Register v1, the list of US orders, TRON, and SPARQL results of "
        "CELLAR");
}

/* ---- JSON ---- */

static size_t skip_blanks(struct slice text, size_t at)
{
    while (at < text.len && strchr(" \t\r\n", text.data[at]) != NULL)
        at++;
    return at;
}

static void refuse_json(struct notice_form *form, size_t at, enum json_tokener_error error)
{
    form->found_at = at < form->input->payload.len ? at : form->input->payload.len;
    if (error == json_tokener_continue)
        diag_error(form->diags, form_place(form), "P001", "the payload is cut off: its JSON does not end");
    else
        diag_error(form->diags, form_place(form), "P001", "the payload is not JSON: %s",
            json_tokener_error_desc(error));
}

/* One document of JSON from `at` on. What follows it is the next one: the Federal Register's documents may
 * stand one a line. The bytes read, or 0 with a fault. */
static size_t read_json(struct notice_form *form, struct json_tokener *tokener, size_t at)
{
    struct slice payload = form->input->payload;
    json_tokener_reset(tokener);
    struct json_object *document = json_tokener_parse_ex(tokener, payload.data + at, (int)(payload.len - at));
    enum json_tokener_error error = json_tokener_get_error(tokener);
    size_t end = json_tokener_get_parse_end(tokener);
    if (error != json_tokener_success || end == 0) {
        refuse_json(form, at + end, error);
        end = 0;
    } else {
        form->found_at = at;
        read_document(form, document);
    }
    json_object_put(document);
    return end;
}

static void read_all(struct notice_form *form)
{
    struct slice payload = form->input->payload;
    struct json_tokener *tokener = json_tokener_new_ex(NESTING_MAX);
    size_t at = skip_blanks(payload, 0), n = 1;
    if (tokener == NULL)
        return diag_error(form->diags, form_place(form), "P001", "memory is short");
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_ALLOW_TRAILING_CHARS);
    size_t errors = form->diags->errors; /* the list may be full of another payload's */
    while (at < payload.len && n > 0 && form->diags->errors - errors < DIAG_MAX) {
        n = read_json(form, tokener, at);
        at = skip_blanks(payload, at + n);
    }
    json_tokener_free(tokener);
}

/* What is no JSON at all: an error in words, a web page. */
static bool check_bytes(struct notice_form *form)
{
    struct slice payload = form->input->payload;
    size_t first = skip_blanks(payload, 0);
    char quote[QUOTE_SIZE];
    struct place place = {form->input->file, 0, 0};
    size_t errors = form->diags->errors;
    if (payload.len > NOTICES_BYTES_MAX)
        diag_error(form->diags, place, "P001", "larger than %d MiB", NOTICES_BYTES_MAX / 1024 / 1024);
    else if (first == payload.len)
        diag_error(form->diags, place, "P001", "the payload is empty");
    else if (memchr(payload.data, '\0', payload.len) != NULL || !str_is_utf8(payload))
        diag_error(form->diags, place, "P001", "the payload is no text in UTF-8");
    else if (payload.data[first] != '{' && payload.data[first] != '[')
        diag_error(form->diags, payload_place(payload, form->input->file, first), "P003",
            "the source did not answer with JSON, but with %s",
            payload_quote((struct slice){payload.data + first, payload.len - first}, quote));
    return form->diags->errors == errors;
}

int notices_read(const struct notices_input *input, struct notices *notices, struct notices_page *ret_page,
    struct diag_list *diags)
{
    struct notices_input body = *input;
    body.payload = payload_body(input->payload);
    struct notice_form form = {
        .input = &body, .arena = &notices->arena, .diags = diags, .page = {.count = -1}};
    size_t errors = diags->errors;
    if (check_bytes(&form))
        read_all(&form);
    if (diags->errors == errors && notices->len + form.len > NOTICES_MAX)
        diag_error(diags, (struct place){input->file, 0, 0}, "P007", "more than %d notices", NOTICES_MAX);
    int r = diags->errors > errors ? -EBADMSG : 0;
    for (size_t i = 0; r == 0 && i < form.len; i++)
        form.page.added += notices_push(notices, &form.items[i]) == 0;
    if (r == 0)
        *ret_page = form.page;
    alloc_free(form.items);
    return r;
}
