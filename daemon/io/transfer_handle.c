#include "io/transfer_handle.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "io/address.h"
#include "io/mail_address.h"
#include "io/transfer_feed.h"
#include "io/wire_text.h"

enum {
    HTTP_HEADER_MAX = 8000, /* bytes; bearer tokens are long */
    MAIL_HEADER_MAX = 998,  /* RFC 5322, 2.1.1 */
    CONNECT_TIMEOUT_MS = 10 * 1000,
    LOW_SPEED_BYTES = 100, /* a second, */
    LOW_SPEED_S = 30,      /* for so long: stalled */
    LIFETIME_S = 300,      /* a connection's; then DNS and the address check are asked again */
};

void transfer_handle_end(struct transfer *transfer, enum transfer_outcome verdict, const char *text)
{
    if (transfer->verdict_text != NULL)
        return;
    transfer->verdict = verdict;
    transfer->verdict_text = text;
}

static void refuse(struct transfer *transfer, const char *text)
{
    transfer_handle_end(transfer, TRANSFER_REFUSED, text);
}

/* ---- what may be asked for ---- */

static bool is_plain_host(const struct texts *plain_hosts, const char *host)
{
    for (size_t i = 0; i < plain_hosts->len; i++)
        if (strcasecmp(plain_hosts->items[i], host) == 0)
            return true;
    return false;
}

/* With TLS, and without. */
struct schemes {
    const char *secure, *other, *fault;
};

static void check_scheme(struct transfer *transfer, const struct schemes *schemes, const char *scheme)
{
    bool secure = str_equal(scheme, schemes->secure), other = str_equal(scheme, schemes->other);
    if (!secure && !other)
        refuse(transfer, schemes->fault);
    else if (other && !transfer->mail &&
             !transfer->plain_host) /* smtp has STARTTLS, the others have nothing */
        refuse(transfer, "without TLS only hosts in plain_hosts are reached");
    transfer->clear_text = other && transfer->plain_host;
}

/* Looks at the URL with the parser that libcurl will use. */
static void check_url(struct transfer *transfer, const struct schemes *schemes, const char *text,
    const struct texts *plain_hosts)
{
    char *scheme = NULL, *host = NULL, *user = NULL;
    CURLU *url = curl_url();
    if (url == NULL || curl_url_set(url, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
        curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
        refuse(transfer, "not a URL");
    } else if (curl_url_get(url, CURLUPART_USER, &user, 0) == CURLUE_OK) {
        refuse(transfer, "URL holds credentials");
    } else {
        transfer->plain_host = is_plain_host(plain_hosts, host);
        check_scheme(transfer, schemes, scheme);
    }
    curl_free(user);
    curl_free(host);
    curl_free(scheme);
    curl_url_cleanup(url);
}

static void add_header(struct transfer *transfer, const char *header)
{
    struct curl_slist *longer = curl_slist_append(transfer->headers, header);
    if (longer == NULL)
        transfer_handle_end(transfer, TRANSFER_BROKEN, "out of memory");
    else
        transfer->headers = longer;
}

static void copy_headers(struct transfer *transfer, const char *const *headers, size_t max)
{
    for (; headers != NULL && *headers != NULL; headers++) {
        if (!wire_text_is_header(*headers, max)) {
            refuse(transfer, "a header is not one printable line \"Name: value\"");
            return;
        }
        add_header(transfer, *headers);
    }
}

/* ---- options ---- */

/* Sets an option; failing (out of memory, feature not built in) ends the transfer, because each one of them
 * is a safeguard. */
#define SET(transfer, option, value)                                                                         \
    do {                                                                                                     \
        if (curl_easy_setopt((transfer)->easy, option, value) != CURLE_OK)                                   \
            transfer_handle_end(transfer, TRANSFER_BROKEN, "libcurl refuses " #option);                      \
    } while (0)

/* Asked before each connection, with the address the name has resolved to. */
static curl_socket_t open_socket(void *userdata, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = userdata;
    (void)purpose;
    bool loopback = transfer->plain_host && address_is_loopback(&address->addr);
    bool allowed = loopback || (!transfer->clear_text && address_is_public(&address->addr));
    if (!allowed) {
        transfer->address_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void set_common(struct transfer *transfer, const struct transfer_request *request)
{
    long timeout_ms = (long)transfer->timeout_ms;
    SET(transfer, CURLOPT_PRIVATE, transfer);
    SET(transfer, CURLOPT_URL, request->url);
    SET(transfer, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(transfer, CURLOPT_OPENSOCKETDATA, transfer);
    SET(transfer, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    SET(transfer, CURLOPT_FOLLOWLOCATION, 0L);
    SET(transfer, CURLOPT_PROXY, ""); /* else http_proxy & co. would go round the address check */
    SET(transfer, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(transfer, CURLOPT_NOSIGNAL, 1L);
    SET(transfer, CURLOPT_TIMEOUT_MS, timeout_ms);
    SET(transfer, CURLOPT_CONNECTTIMEOUT_MS,
        timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : CONNECT_TIMEOUT_MS);
    SET(transfer, CURLOPT_MAXLIFETIME_CONN, (long)LIFETIME_S);
    SET(transfer, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2); /* and later */
    SET(transfer, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(transfer, CURLOPT_SSL_VERIFYHOST, 2L);
    /* Without it, ending a transfer waits for the resolver's thread: the loop would stand still while DNS
     * does. */
    SET(transfer, CURLOPT_QUICK_EXIT, 1L);
    SET(transfer, CURLOPT_WRITEFUNCTION, transfer_feed_body);
    SET(transfer, CURLOPT_WRITEDATA, transfer);
    SET(transfer, CURLOPT_HTTPHEADER, transfer->headers);
}

static void set_http(struct transfer *transfer, const struct transfer_request *request)
{
    SET(transfer, CURLOPT_PROTOCOLS_STR, transfer->clear_text ? "http,https" : "https");
    /* One request at a time per connection is all we do; HTTP/2 would add its own ways to fail. */
    SET(transfer, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(transfer, CURLOPT_USERAGENT, "tdwatch/" TDWATCH_VERSION);
    SET(transfer, CURLOPT_ACCEPT_ENCODING, NULL); /* io/inflate.h says why */
    SET(transfer, CURLOPT_LOW_SPEED_LIMIT, (long)LOW_SPEED_BYTES);
    SET(transfer, CURLOPT_LOW_SPEED_TIME, (long)LOW_SPEED_S);
    if (request->body.data == NULL)
        return;
    SET(transfer, CURLOPT_POST, 1L);
    SET(transfer, CURLOPT_POSTFIELDSIZE_LARGE,
        (curl_off_t)request->body.len); /* before the copy, which needs it */
    SET(transfer, CURLOPT_COPYPOSTFIELDS, request->body.data);
}

static void prepare_http(struct transfer *transfer, const struct transfer_request *request)
{
    copy_headers(transfer, request->headers, HTTP_HEADER_MAX);
    transfer->decodes = request->body.data == NULL;
    add_header(
        transfer, transfer->decodes ? "Accept-Encoding: gzip" : "Expect:"); /* no wait for "100 Continue" */
    set_common(transfer, request);
    set_http(transfer, request);
}

static void set_mail(struct transfer *transfer, const struct transfer_mail *mail)
{
    SET(transfer, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    SET(transfer, CURLOPT_USE_SSL, transfer->clear_text ? (long)CURLUSESSL_NONE : (long)CURLUSESSL_ALL);
    /* Own connection for each: a clear-text one must never be taken for a TLS one (CVE-2026-4873). */
    SET(transfer, CURLOPT_FRESH_CONNECT, 1L);
    SET(transfer, CURLOPT_FORBID_REUSE, 1L);
    /* libcurl's own 120 s per answer is less than RFC 5321 grants after the final dot. */
    SET(transfer, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)(transfer->timeout_ms / 1000 + 1));
    SET(transfer, CURLOPT_HEADERFUNCTION, transfer_feed_line);
    SET(transfer, CURLOPT_HEADERDATA, transfer);
    SET(transfer, CURLOPT_DEBUGFUNCTION, transfer_feed_debug);
    SET(transfer, CURLOPT_DEBUGDATA, transfer);
    SET(transfer, CURLOPT_VERBOSE, 1L); /* to that function only: nothing is printed */
    SET(transfer, CURLOPT_XFERINFOFUNCTION, transfer_feed_progress);
    SET(transfer, CURLOPT_XFERINFODATA, transfer);
    SET(transfer, CURLOPT_NOPROGRESS, 0L);
    SET(transfer, CURLOPT_MAIL_FROM, mail->from);
    SET(transfer, CURLOPT_MAIL_RCPT, transfer->recipient);
    if (mail->user != NULL) {
        SET(transfer, CURLOPT_USERNAME, mail->user);
        SET(transfer, CURLOPT_PASSWORD, mail->password != NULL ? mail->password : "");
    }
}

static void prepare_mail(struct transfer *transfer, const struct transfer_request *request)
{
    const struct transfer_mail *mail = request->mail;
    if (!mail_address_is_valid(mail->from) || !mail_address_is_valid(mail->to)) {
        refuse(transfer, "a mail address is not local@domain");
        return;
    }
    copy_headers(transfer, mail->headers, MAIL_HEADER_MAX);
    add_header(transfer, "Content-Type: multipart/alternative"); /* libcurl adds the boundary */
    transfer->recipient = curl_slist_append(NULL, mail->to);
    if (transfer->recipient == NULL) {
        transfer_handle_end(transfer, TRANSFER_BROKEN, "out of memory");
        return;
    }
    transfer->mail_body = mail_body_new(mail);
    set_common(transfer, request);
    set_mail(transfer, mail);
}

static const struct schemes http_schemes = {"https", "http", "URL is not https"};
static const struct schemes mail_schemes = {"smtps", "smtp", "URL is neither smtp nor smtps"};
static const struct schemes nats_schemes = {"tls", "nats", "URL is neither tls nor nats"};

static void prepare_publish(struct transfer *transfer, const struct transfer_request *request)
{
    transfer->publish = nats_publish_new(request);
    if (transfer->publish == NULL)
        refuse(transfer, "built without NATS (make NATS=1)");
}

struct transfer *transfer_handle_new(const struct transfer_request *request, const struct texts *plain_hosts,
    transfer_done_fn *done, void *userdata)
{
    struct transfer *transfer = alloc_zeroed(1, sizeof(*transfer));
    transfer->done = done;
    transfer->userdata = userdata;
    transfer->mail = request->mail != NULL;
    transfer->timeout_ms =
        request->timeout_ms > 0 ? request->timeout_ms : 1; /* 0 would mean "none" to libcurl */
    buf_init(&transfer->body, request->max_bytes > 0 ? (size_t)request->max_bytes : 0);
    check_url(transfer,
        request->publish != NULL ? &nats_schemes
        : transfer->mail         ? &mail_schemes
                                 : &http_schemes,
        request->url, plain_hosts);
    if (transfer->verdict_text == NULL && request->publish != NULL)
        prepare_publish(transfer, request);
    if (transfer->verdict_text != NULL || transfer->publish != NULL)
        return transfer;
    transfer->easy = curl_easy_init();
    if (transfer->easy == NULL)
        transfer_handle_end(transfer, TRANSFER_BROKEN, "out of memory");
    else if (transfer->mail)
        prepare_mail(transfer, request);
    else
        prepare_http(transfer, request);
    return transfer;
}

void transfer_handle_free(struct transfer *transfer)
{
    if (transfer == NULL)
        return;
    /* The handle first: it still points at the lists. */
    curl_easy_cleanup(transfer->easy);
    mail_body_free(transfer->mail_body);
    curl_slist_free_all(transfer->recipient);
    curl_slist_free_all(transfer->headers);
    nats_publish_free(transfer->publish);
    inflate_free(transfer->inflate);
    buf_deinit(&transfer->body);
    alloc_free(transfer);
}
