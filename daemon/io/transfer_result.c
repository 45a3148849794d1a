#include "io/transfer_result.h"

#include <stdio.h>
#include <string.h>

#include "io/transfer_feed.h"

/* libcurl's own messages are not passed on: they can quote URLs, and a URL can hold a key. */
static const struct failure {
    CURLcode code;
    enum transfer_outcome outcome;
    const char *text;
} FAILURES[] = {
    /* The URL's own was looked at before: this is an answer that is no HTTP/1, which libcurl takes for
       HTTP/0.9. */
    {CURLE_UNSUPPORTED_PROTOCOL, TRANSFER_BROKEN, "reply not understood"},
    {CURLE_URL_MALFORMAT, TRANSFER_REFUSED, "not a URL"},
    {CURLE_COULDNT_RESOLVE_HOST, TRANSFER_UNRESOLVED, "host name not found"},
    {CURLE_COULDNT_CONNECT, TRANSFER_UNREACHED, "no connection"},
    {CURLE_OPERATION_TIMEDOUT, TRANSFER_TIMEOUT, "timed out"},
    {CURLE_PEER_FAILED_VERIFICATION, TRANSFER_TLS, "certificate not accepted"},
    {CURLE_SSL_CONNECT_ERROR, TRANSFER_TLS, "TLS handshake failed"},
    {CURLE_SSL_CERTPROBLEM, TRANSFER_TLS, "certificate not accepted"},
    {CURLE_SSL_CIPHER, TRANSFER_TLS, "no common TLS cipher"},
    {CURLE_SSL_CACERT_BADFILE, TRANSFER_TLS, "no CA certificates on this machine (package ca-certificates)"},
    {CURLE_SSL_ISSUER_ERROR, TRANSFER_TLS, "certificate not accepted"},
    {CURLE_SSL_INVALIDCERTSTATUS, TRANSFER_TLS, "certificate not accepted"},
    {CURLE_USE_SSL_FAILED, TRANSFER_TLS, "server offers no TLS"},
    {CURLE_PARTIAL_FILE, TRANSFER_TRUNCATED, "reply was cut short"},
    {CURLE_GOT_NOTHING, TRANSFER_BROKEN, "connection closed without a reply"},
    {CURLE_SEND_ERROR, TRANSFER_BROKEN, "connection lost while sending"},
    {CURLE_RECV_ERROR, TRANSFER_BROKEN, "connection lost while receiving"},
    {CURLE_WEIRD_SERVER_REPLY, TRANSFER_BROKEN, "reply not understood"},
    {CURLE_ABORTED_BY_CALLBACK, TRANSFER_TIMEOUT, "timed out"}, /* io/transfer_feed.h: past the deadline */
    {CURLE_OUT_OF_MEMORY, TRANSFER_BROKEN, "out of memory, or a header line over 100 KiB"},
};

static struct failure failure_of(CURLcode code)
{
    for (size_t i = 0; i < sizeof(FAILURES) / sizeof(FAILURES[0]); i++)
        if (FAILURES[i].code == code)
            return FAILURES[i];
    return (struct failure){code, TRANSFER_BROKEN, curl_easy_strerror(code)};
}

static const char *header_value(const struct transfer *transfer, const char *name)
{
    struct curl_header *header;
    if (curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return NULL;
    return header->value;
}

/* The system's word on why there is no connection; the address check's where it was that. */
static void describe_unconnected(const struct transfer *transfer, struct transfer_reply *reply, char *line)
{
    long os_error = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &os_error);
    if (transfer->address_refused) {
        reply->outcome = TRANSFER_REFUSED;
        snprintf(line, TRANSFER_LINE_SIZE, "address not allowed: not on the public internet");
    } else if (os_error != 0) {
        snprintf(line, TRANSFER_LINE_SIZE, "no connection: %s", strerror((int)os_error));
    }
}

static void judge_failure(const struct transfer *transfer, struct transfer_reply *reply, char *line)
{
    struct failure failure = failure_of(transfer->code);
    reply->outcome = failure.outcome;
    snprintf(line, TRANSFER_LINE_SIZE, "%s", failure.text);
    if (transfer->code == CURLE_COULDNT_CONNECT)
        describe_unconnected(transfer, reply, line);
}

static void judge_http(const struct transfer *transfer, struct transfer_reply *reply, char *line)
{
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply->status);
    if (transfer->code != CURLE_OK) {
        judge_failure(transfer, reply, line);
        /* Reset in the middle of a body, or a chunk whose length is no number: bytes are missing either way.
         */
        if (transfer->code == CURLE_RECV_ERROR && reply->status != 0)
            reply->outcome = TRANSFER_TRUNCATED;
    } else if (transfer_feed_is_cut(transfer)) {
        reply->outcome = TRANSFER_TRUNCATED;
        snprintf(line, TRANSFER_LINE_SIZE, "gzip body was cut short");
    } else {
        snprintf(line, TRANSFER_LINE_SIZE, "HTTP %ld", reply->status);
    }
    curl_off_t retry_after = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
    reply->retry_after_s = retry_after > 0 ? retry_after : 0;
    reply->etag = header_value(transfer, "ETag");
    reply->last_modified = header_value(transfer, "Last-Modified");
    reply->body = (struct slice){buf_text(&transfer->body), transfer->body.len};
}

/* libcurl gives one code for a refusal that lasts and for one that passes, another for each step, and
 * "aborted" where we cut QUIT short. What counts is the server's answer to the mail, or its refusal (4xx,
 * 5xx) of a step on the way. */
static bool mail_was_answered(const struct transfer *transfer, long status)
{
    if (transfer->code == CURLE_OK)
        return true;
    /* libcurl knows no word but 250 there, RFC 5321 (4.2.1) takes any 2yz for one of completion. */
    if (transfer->answered && transfer->line_status == status && status / 100 == 2)
        return true;
    /* Where our deadline cut in first, the "answer" was to QUIT, whose status libcurl does not count. */
    if (transfer->code == CURLE_ABORTED_BY_CALLBACK && transfer->answered && transfer->line_status == status)
        return true;
    enum transfer_outcome outcome = failure_of(transfer->code).outcome;
    return status >= 400 && outcome != TRANSFER_TIMEOUT && outcome != TRANSFER_TLS;
}

/* A silent or vanishing relay: what it owes an answer to says what may have become of the mail. */
static void judge_unanswered(const struct transfer *transfer, struct transfer_reply *reply, char *line)
{
    static const char *const steps[] = {
        [MAIL_GREETING] = "before its greeting",
        [MAIL_HELLO] = "after EHLO",
        [MAIL_AUTH] = "after AUTH",
        [MAIL_SENDER] = "after MAIL FROM",
        [MAIL_RECIPIENT] = "after RCPT TO",
        [MAIL_DATA] = "after DATA",
        [MAIL_TEXT] = "after the text: it may have been taken",
    };
    judge_failure(transfer, reply, line);
    size_t len = strlen(line);
    if (reply->outcome == TRANSFER_TIMEOUT || reply->outcome == TRANSFER_BROKEN)
        snprintf(line + len, TRANSFER_LINE_SIZE - len, " %s", steps[transfer->stage]);
}

static void judge_mail(const struct transfer *transfer, struct transfer_reply *reply, char *line)
{
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &reply->status); /* QUIT's not counted */
    reply->stage = transfer->stage;
    if (!mail_was_answered(transfer, reply->status))
        judge_unanswered(transfer, reply, line);
    else if (transfer->code == CURLE_LOGIN_DENIED) /* some servers quote what they were given */
        snprintf(line, TRANSFER_LINE_SIZE, "%ld authentication refused", reply->status);
    else if (transfer->line_status == reply->status)
        snprintf(line, TRANSFER_LINE_SIZE, "%s", transfer->line);
    else
        snprintf(line, TRANSFER_LINE_SIZE, "SMTP %ld", reply->status);
}

struct transfer_reply transfer_result_reply(const struct transfer *transfer, char line[TRANSFER_LINE_SIZE])
{
    struct transfer_reply reply = {.outcome = TRANSFER_DONE, .text = line};
    line[0] = '\0';
    if (transfer->publish != NULL)
        return nats_publish_reply(transfer->publish);
    if (transfer->easy != NULL && transfer->mail)
        judge_mail(transfer, &reply, line);
    else if (transfer->easy != NULL)
        judge_http(transfer, &reply, line);
    if (transfer->verdict_text != NULL) {
        reply.outcome = transfer->verdict;
        snprintf(line, TRANSFER_LINE_SIZE, "%s", transfer->verdict_text);
    }
    return reply;
}
