/* The body of a mail: text, HTML, and the pictures that the HTML shows. Private to io/transfer*.c and
 * io/mailroom.c.
 *
 * multipart/alternative of text and HTML; where there are pictures, the HTML stands in a multipart/related
 * with them. */
#ifndef IO_MAIL_BODY_H
#define IO_MAIL_BODY_H

#include <curl/curl.h>

#include "io/transfer.h"

struct mail_body;

/* Copies the texts. */
struct mail_body *mail_body_new(const struct transfer_mail *mail);
void mail_body_free(struct mail_body *body);

/* Draws the pictures and gives the handle its parts. For a mail thread: drawing takes its time. A picture
 * that cannot be drawn is left out; the HTML has words for it. 0 or -ENOMEM. */
int mail_body_compose(struct mail_body *body, CURL *easy);

#endif
