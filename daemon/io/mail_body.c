#include "io/mail_body.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "io/picture.h"
#include "io/wire_text.h"

enum { PNG_MAX = 1024 * 1024 };

/* Twice as many pixels as the chart has, for screens that have them and for paper. */
static const double scale = 2;

struct mail_body {
    char *text, *html; /* lines end in CR LF; NULL: none */
    struct transfer_picture pictures[TRANSFER_PICTURES_MAX];
    size_t picture_count;
    curl_mime *mime;
    struct arena arena;
};

struct mail_body *mail_body_new(const struct transfer_mail *mail)
{
    struct mail_body *body = alloc_zeroed(1, sizeof *body);
    body->text = mail->text != NULL ? wire_text_crlf(mail->text) : NULL;
    body->html = mail->html != NULL ? wire_text_crlf(mail->html) : NULL;
    body->picture_count = mail->picture_count;
    for (size_t i = 0; i < mail->picture_count; i++)
        body->pictures[i] = (struct transfer_picture){arena_strdup(&body->arena, mail->pictures[i].svg),
            arena_strdup(&body->arena, mail->pictures[i].id)};
    return body;
}

void mail_body_free(struct mail_body *body)
{
    if (body == NULL)
        return;
    curl_mime_free(body->mime);
    alloc_free(body->text);
    alloc_free(body->html);
    arena_deinit(&body->arena);
    alloc_free(body);
}

static bool add_text(curl_mime *mime, const char *type, const char *lines)
{
    if (lines == NULL)
        return true;
    curl_mimepart *part = curl_mime_addpart(mime);
    return part != NULL && curl_mime_data(part, lines, CURL_ZERO_TERMINATED) == CURLE_OK &&
           curl_mime_type(part, type) == CURLE_OK && curl_mime_encoder(part, "quoted-printable") == CURLE_OK;
}

static bool add_html(struct mail_body *body, curl_mime *mime)
{
    return add_text(mime, "text/html; charset=utf-8", body->html);
}

/* libcurl takes the list. */
static bool add_headers(curl_mimepart *part, const char *id, struct arena *arena)
{
    struct curl_slist *headers = curl_slist_append(NULL, arena_printf(arena, "Content-ID: <%s>", id));
    struct curl_slist *more =
        curl_slist_append(headers, "Content-Disposition: inline; filename=\"chart.png\"");
    if (more != NULL && curl_mime_headers(part, more, 1) == CURLE_OK)
        return true;
    curl_slist_free_all(headers);
    return false;
}

static bool add_picture(
    struct mail_body *body, curl_mime *mime, const struct transfer_picture *picture, const struct buf *png)
{
    curl_mimepart *part = curl_mime_addpart(mime);
    return part != NULL && curl_mime_data(part, buf_text(png), png->len) == CURLE_OK &&
           curl_mime_type(part, "image/png") == CURLE_OK && curl_mime_encoder(part, "base64") == CURLE_OK &&
           add_headers(part, picture->id, &body->arena);
}

/* The HTML and what could be drawn. */
static bool fill_related(struct mail_body *body, curl_mime *mime)
{
    bool ok = add_html(body, mime);
    for (size_t i = 0; i < body->picture_count && ok; i++) {
        struct buf png;
        buf_init(&png, PNG_MAX);
        if (picture_png(body->pictures[i].svg, scale, &png) == 0)
            ok = add_picture(body, mime, &body->pictures[i], &png);
        buf_deinit(&png);
    }
    return ok;
}

static bool add_related(struct mail_body *body, CURL *easy)
{
    curl_mimepart *part = curl_mime_addpart(body->mime);
    curl_mime *related = curl_mime_init(easy);
    if (part == NULL || related == NULL || curl_mime_subparts(part, related) != CURLE_OK) {
        curl_mime_free(related);
        return false;
    }
    return curl_mime_type(part, "multipart/related; type=\"text/html\"") == CURLE_OK &&
           fill_related(body, related);
}

int mail_body_compose(struct mail_body *body, CURL *easy)
{
    body->mime = curl_mime_init(easy);
    bool ok = body->mime != NULL && add_text(body->mime, "text/plain; charset=utf-8", body->text);
    if (ok)
        ok = body->picture_count > 0 ? add_related(body, easy) : add_html(body, body->mime);
    return ok && curl_easy_setopt(easy, CURLOPT_MIMEPOST, body->mime) == CURLE_OK ? 0 : -ENOMEM;
}
