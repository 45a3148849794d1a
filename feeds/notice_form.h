/* What the readers of notices share: a document of JSON and where it stands. Private to feeds/notice*.c. */
#ifndef FEEDS_NOTICE_FORM_H
#define FEEDS_NOTICE_FORM_H

#include <json.h>

#include "feeds/notices.h"

struct notice_form {
    const struct notices_input *input;
    struct arena *arena; /* the notices' own */
    struct diag_list *diags;
    struct notice *items; /* of this payload */
    size_t len, cap;
    struct notices_page page;
    size_t found_at; /* where in the payload the newest document was found, for places */
};

/* ---- values ---- */

/* The value of a key, or NULL where it is not there, null, or `object` no object. */
struct json_object *form_get(struct json_object *object, const char *key);

/* A text, or NULL where it is no text. In the document. */
const char *form_text(struct json_object *object, const char *key);

/* A text that must be there: in the arena, or NULL with a fault. `what` names the document. */
const char *form_need(
    struct notice_form *form, struct json_object *object, const char *key, const char *what);

/* ---- faults ---- */

/* Where the document with this text stands: the payload is searched from the document before it on. */
void form_seek(struct notice_form *form, const char *text);
struct place form_place(const struct notice_form *form);

/* Adds a notice to those of the payload. */
void form_push(struct notice_form *form, const struct notice *notice);

/* ---- the forms; each knows its own ---- */

bool form_is_register_document(struct json_object *document);
void form_read_register_document(struct notice_form *form, struct json_object *document);
void form_read_register_page(struct notice_form *form, struct json_object *page);
void form_read_orders(struct notice_form *form, struct json_object *list);
void form_read_tron_list(struct notice_form *form, struct json_object *list);
void form_read_tron_details(struct notice_form *form, struct json_object *details);
void form_read_cellar(struct notice_form *form, struct json_object *answer);

#endif
