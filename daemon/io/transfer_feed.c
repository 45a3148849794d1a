#include "io/transfer_feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "io/wire_text.h"

enum encoding { ENCODING_NONE, ENCODING_GZIP, ENCODING_OTHER };

static enum encoding body_encoding(const struct transfer *transfer)
{
    struct curl_header *header;
    if (!transfer->decodes ||
        curl_easy_header(transfer->easy, "Content-Encoding", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return ENCODING_NONE;
    if (header->amount == 1 &&
        (strcasecmp(header->value, "gzip") == 0 || strcasecmp(header->value, "x-gzip") == 0))
        return ENCODING_GZIP;
    return strcasecmp(header->value, "identity") == 0 ? ENCODING_NONE : ENCODING_OTHER;
}

/* A large body that grew by doubling would be moved each time: hundreds of milliseconds on the loop. */
enum { LARGE_BODY = 1024 * 1024 };

static int append_body(struct transfer *transfer, const char *bytes, size_t n)
{
    if (transfer->inflate == NULL && transfer->body.len == 0) {
        switch (body_encoding(transfer)) {
        case ENCODING_NONE:
            break;
        case ENCODING_GZIP:
            transfer->inflate = inflate_new();
            break;
        case ENCODING_OTHER:
            return -EPROTONOSUPPORT;
        }
    }
    if (transfer->body.len >= LARGE_BODY)
        buf_reserve_all(&transfer->body);
    if (transfer->inflate != NULL)
        return inflate_feed(transfer->inflate, bytes, n, &transfer->body);
    return buf_append(&transfer->body, bytes, n);
}

size_t transfer_feed_body(char *bytes, size_t size, size_t n, void *userdata)
{
    struct transfer *transfer = userdata;
    size_t len = size * n;
    switch (append_body(transfer, bytes, len)) {
    case 0:
        return len;
    case -EMSGSIZE:
        transfer_handle_end(transfer, TRANSFER_TOO_LARGE, "reply too large");
        break;
    case -EBADMSG:
        transfer_handle_end(transfer, TRANSFER_BROKEN, "gzip body is damaged");
        break;
    default:
        transfer_handle_end(transfer, TRANSFER_BROKEN, "body comes in an encoding that was not asked for");
        break;
    }
    return CURL_WRITEFUNC_ERROR;
}

bool transfer_feed_is_cut(const struct transfer *transfer)
{
    if (transfer->inflate != NULL)
        return !inflate_is_complete(transfer->inflate);
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    bool has_body = status != 204 && status != 304;
    return has_body && body_encoding(transfer) == ENCODING_GZIP;
}

size_t transfer_feed_line(char *line, size_t size, size_t n, void *userdata)
{
    struct transfer *transfer = userdata;
    size_t len = size * n;
    /* "250-SIZE" goes on; "250 ok" or a bare "250" is the last line of an answer. What follows the mail's own
     * is QUIT's. */
    if (transfer->answered || len < 3 || (len > 3 && line[3] == '-'))
        return len;
    const char digits[4] = {line[0], line[1], line[2], '\0'};
    long status = strspn(digits, "0123456789") == 3 ? strtol(digits, NULL, 10) : 0;
    transfer->answered = transfer->in_text;
    transfer->in_text = status == 354;
    if (transfer->in_text)
        transfer->stage = MAIL_TEXT;
    if (transfer->answered || status >= 400 || transfer->line_status < 400) {
        transfer->line_status = status;
        wire_text_one_line(line, len, transfer->line, sizeof(transfer->line));
    }
    return len;
}

int transfer_feed_debug(CURL *easy, curl_infotype type, char *bytes, size_t n, void *userdata)
{
    static const struct {
        const char *begins;
        enum mail_stage stage;
    } commands[] = {
        {"EHLO ", MAIL_HELLO},
        {"HELO ", MAIL_HELLO},
        {"AUTH ", MAIL_AUTH},
        {"MAIL FROM:", MAIL_SENDER},
        {"RCPT TO:", MAIL_RECIPIENT},
        {"DATA\r\n", MAIL_DATA},
    };
    struct transfer *transfer = userdata;
    (void)easy;
    for (size_t i = 0; type == CURLINFO_HEADER_OUT && i < sizeof(commands) / sizeof(commands[0]); i++) {
        size_t len = strlen(commands[i].begins);
        if (n >= len && memcmp(bytes, commands[i].begins, len) == 0)
            transfer->stage = commands[i].stage;
    }
    return 0;
}

int transfer_feed_progress(
    void *userdata, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up)
{
    enum { GRACE_MS = 500 }; /* libcurl's own time-out comes first */
    const struct transfer *transfer = userdata;
    (void)down_total;
    (void)down;
    (void)up_total;
    (void)up;
    /* Whatever became of the mail, libcurl sends QUIT and waits for the answer as long as for any other, past
     * CURLOPT_TIMEOUT. This ends that wait: after a second at most when the mail has its answer, else at the
     * deadline. */
    return transfer->answered || clock_monotonic_ms() > transfer->deadline_ms + GRACE_MS ||
           atomic_load(transfer->stopping);
}
