#include "io/outcome.h"

#include <stddef.h>

/* The first row that holds the status decides. */
struct status_row {
    long first, last;
    enum channel_outcome outcome;
};

struct transfer_row {
    enum transfer_outcome outcome;
    enum channel_outcome meaning;
};

static enum channel_outcome find_status(const struct status_row *rows, size_t n, long status)
{
    for (size_t i = 0; i < n; i++)
        if (status >= rows[i].first && status <= rows[i].last)
            return rows[i].outcome;
    return CHANNEL_RETRY;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- HTTP ---- */

/* 4xx is retried too, since a wrong path, size or format gets mended on either side. What is not listed is
 * retried. */
static const struct status_row http_statuses[] = {
    {200, 299, CHANNEL_DELIVERED}, {401, 401, CHANNEL_OUR_FAULT}, /* our signature or token is not accepted */
    {407, 407, CHANNEL_OUR_FAULT}, /* the same, of a proxy before the receiver */
    {410, 410, CHANNEL_GONE},      /* Standard Webhooks: the receiver is to be disabled */
};

/* Without a status. A receiver's certificate or name may be the receiver's fault or ours; who cannot prove
 * that it is the receiver's does not give up. */
static const enum channel_outcome http_failures[] = {
    [TRANSFER_DONE] = CHANNEL_RETRY,
    [TRANSFER_REFUSED] = CHANNEL_OUR_FAULT, /* by our policy: mended in the configuration */
    [TRANSFER_UNRESOLVED] = CHANNEL_OUR_FAULT,
    [TRANSFER_UNREACHED] = CHANNEL_RETRY,
    [TRANSFER_TLS] = CHANNEL_OUR_FAULT,
    [TRANSFER_TIMEOUT] = CHANNEL_RETRY,
    [TRANSFER_TRUNCATED] = CHANNEL_RETRY,
    [TRANSFER_TOO_LARGE] = CHANNEL_RETRY,
    [TRANSFER_BROKEN] = CHANNEL_RETRY,
};

enum channel_outcome outcome_of_http(const struct transfer_reply *reply)
{
    if (reply->status == 0 || reply->outcome == TRANSFER_REFUSED)
        return http_failures[reply->outcome];
    return find_status(http_statuses, COUNT(http_statuses), reply->status);
}

/* ---- SMTP ---- */

/* Up to MAIL FROM nothing has been said of the receiver: the relay refuses us, for now or for good. */
static const struct status_row mail_us[] = {
    {400, 599, CHANNEL_OUR_FAULT},
};

static const struct status_row mail_sender[] = {
    {552, 552, CHANNEL_REJECTED}, /* a size that it does not take */
    {400, 599, CHANNEL_OUR_FAULT},
};

static const struct status_row mail_recipient[] = {
    {454, 454, CHANNEL_OUR_FAULT}, /* TLS or authentication of the relay, passing */
    {530, 530, CHANNEL_OUR_FAULT}, /* authentication or STARTTLS is required */
    {534, 535, CHANNEL_OUR_FAULT}, /* credentials refused */
    {538, 538, CHANNEL_OUR_FAULT},
    {554, 554, CHANNEL_OUR_FAULT}, /* the relay does not serve us: "relay access denied" */
    {552, 552, CHANNEL_RETRY},     /* mailbox full, which passes; RFC 5321 4.5.3.1.10 reads it as 452 */
    {400, 499, CHANNEL_RETRY},     /* greylisting, mailbox busy, quota */
    {500, 599, CHANNEL_REFUSED},   /* no such mailbox (550), moved (551), name not allowed (553) … */
};

/* The message is refused, by a filter or for its size. Filters learn. */
static const struct status_row mail_text[] = {
    {200, 299, CHANNEL_DELIVERED},
    {400, 499, CHANNEL_RETRY},
    {500, 599, CHANNEL_REJECTED},
};

static const struct {
    const struct status_row *rows;
    size_t n;
} mail_stages[] = {
    [MAIL_GREETING] = {mail_us, COUNT(mail_us)},
    [MAIL_HELLO] = {mail_us, COUNT(mail_us)},
    [MAIL_AUTH] = {mail_us, COUNT(mail_us)},
    [MAIL_SENDER] = {mail_sender, COUNT(mail_sender)},
    [MAIL_RECIPIENT] = {mail_recipient, COUNT(mail_recipient)},
    [MAIL_DATA] = {mail_text, COUNT(mail_text)},
    [MAIL_TEXT] = {mail_text, COUNT(mail_text)},
};

/* The relay is ours, and so is its trouble; but one that falls silent may do so because of the message or of
 * the receiver, so that ends with the schedule. */
static const enum channel_outcome mail_failures[] = {
    [TRANSFER_DONE] = CHANNEL_RETRY,
    [TRANSFER_REFUSED] = CHANNEL_OUR_FAULT,
    [TRANSFER_UNRESOLVED] = CHANNEL_OUR_FAULT,
    [TRANSFER_UNREACHED] = CHANNEL_OUR_FAULT,
    [TRANSFER_TLS] = CHANNEL_OUR_FAULT,
    [TRANSFER_TIMEOUT] = CHANNEL_RETRY,
    [TRANSFER_TRUNCATED] = CHANNEL_RETRY,
    [TRANSFER_TOO_LARGE] = CHANNEL_RETRY,
    [TRANSFER_BROKEN] = CHANNEL_RETRY,
};

enum channel_outcome outcome_of_mail(const struct transfer_reply *reply)
{
    if (reply->outcome == TRANSFER_DONE)
        return find_status(mail_stages[reply->stage].rows, mail_stages[reply->stage].n, reply->status);
    bool early = reply->stage < MAIL_RECIPIENT && reply->outcome != TRANSFER_TOO_LARGE;
    return early ? CHANNEL_OUR_FAULT : mail_failures[reply->outcome];
}
