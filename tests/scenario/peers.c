#include "tests/scenario/peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/digest.h"
#include "core/alert.h"
#include "tests/scenario/envelope.h"
#include "tests/scenario/payloads.h"
#include "tests/support/fake_transfer.h"

enum { PEERS_MAX = 16, NAME_SIZE = 64 };

struct peer {
    char name[NAME_SIZE];
    bool internal;
    struct transfer_reply reply;
    int64_t delay_ms;
    int tries;                  /* since they were asked for */
    const char *const *headers; /* of the newest request; in the world's arena */
};

/* A delivery by its name, as its first attempt was. */
struct first_attempt {
    const char *id;
    struct digest content;
};

struct peers {
    struct peer items[PEERS_MAX];
    size_t len;
    struct received *received;
    size_t received_len, received_cap;
    struct first_attempt *attempts;
    size_t attempt_len, attempt_cap;
};

static const struct transfer_reply unreached = {.outcome = TRANSFER_UNREACHED, .text = "connection refused"};

static struct peer *peer_of(struct world *world, const char *name)
{
    struct peers *peers = world->peers;
    for (size_t i = 0; i < peers->len; i++)
        if (str_equal(peers->items[i].name, name))
            return &peers->items[i];
    if (peers->len == PEERS_MAX) {
        world_fail(world, "too many peers");
        return &peers->items[0];
    }
    struct peer *peer = &peers->items[peers->len++];
    snprintf(peer->name, sizeof peer->name, "%s", name);
    peer->reply = unreached;
    return peer;
}

/* The first label of a URL's host, or the local part of an address. */
static void copy_name(const char *address, char name[NAME_SIZE])
{
    const char *start = strstr(address, "://");
    start = start != NULL ? start + 3 : address;
    size_t len = strcspn(start, ".@/:");
    snprintf(name, NAME_SIZE, "%.*s", (int)len, start);
}

/* ---- what must always be so ---- */

/* The delivery's row, its event and its alert; the columns of `delivery_sql`. */
enum { RECEIVER, ALERT, SEQ, EVENT, REASON, SEVERITY, AUDIENCE, RULE, PRODUCT, MARKET, ORIGIN, STATE, TOLD };

static const char delivery_sql[] = "SELECT d.receiver, d.alert, d.seq, e.event, e.reason, e.severity,"
                                   " (SELECT max(audience) FROM delivery_event JOIN event USING (alert, seq)"
                                   " WHERE delivery = d.id), a.rule, a.product, a.market, a.origin, d.state,"
                                   " (SELECT group_concat(alert || ' ' || seq, char(10)) FROM delivery_event"
                                   " WHERE delivery = d.id)"
                                   " FROM delivery AS d JOIN event AS e ON e.alert = d.alert AND e.seq = "
                                   "d.seq JOIN alert AS a ON a.id = d.alert"
                                   " WHERE d.message_id = %Q";

static void check_decided(
    struct world *world, const struct peer *peer, const char *id, const char *row[WORLD_COLUMNS])
{
    if (!world_row(world, row, delivery_sql, id)) {
        world_fail(world, "%s was sent %s, which is not committed", peer->name, id);
        return;
    }
    if (!str_equal(row[RECEIVER], peer->name))
        world_fail(world, "%s was sent what was decided for %s", peer->name, row[RECEIVER]);
    if (!str_equal(row[STATE], "0"))
        world_fail(world, "%s was sent a delivery that is no longer pending", peer->name);
    if (atoi(row[AUDIENCE]) == AUDIENCE_INTERNAL && !peer->internal)
        world_fail(
            world, "the public receiver %s was sent an internal alert of rule %s", peer->name, row[RULE]);
}

static bool is_bulletin(const char *row[WORLD_COLUMNS])
{
    return row[TOLD] != NULL && strchr(row[TOLD], '\n') != NULL;
}

/* "alert seq" of the next line, or false at the end. */
static bool next_told(const char **told, char alert[ALERT_ID_SIZE], int *seq)
{
    if (*told == NULL || sscanf(*told, "%32s %d", alert, seq) != 2)
        return false;
    const char *end = strchr(*told, '\n');
    *told = end != NULL ? end + 1 : NULL;
    return true;
}

/* Each alert is named in it, by the beginning of its id at least. */
static void check_bulletin(struct world *world, const struct received *received)
{
    enum { SHOWN = 12 };
    char alert[ALERT_ID_SIZE];
    const char *told = received->told;
    for (int seq; next_told(&told, alert, &seq);) {
        alert[SHOWN] = '\0';
        if (strstr(received->content, alert) == NULL)
            world_fail(world, "the bulletin to %s does not name the alert %s", received->to, alert);
    }
}

static struct digest content_of(const struct transfer_request *request, struct arena *arena)
{
    const struct transfer_mail *mail = request->mail;
    if (mail == NULL)
        return digest_of(request->body.data, request->body.len);
    const char *text = "";
    for (size_t i = 0; mail->headers[i] != NULL; i++)
        text = arena_printf(arena, "%s%s\n", text, mail->headers[i]);
    text = arena_printf(arena, "%s%s\n%s\n%s", text, mail->to, mail->text, mail->html);
    return digest_of(text, strlen(text));
}

static void check_same_bytes(struct world *world, const char *id, const struct transfer_request *request)
{
    struct peers *peers = world->peers;
    struct digest content = content_of(request, &world->arena);
    for (size_t i = 0; i < peers->attempt_len; i++) {
        if (!str_equal(peers->attempts[i].id, id))
            continue;
        if (!str_equal(peers->attempts[i].content.hex, content.hex))
            world_fail(world, "two attempts of %s differ", id);
        return;
    }
    peers->attempts =
        alloc_grow(peers->attempts, peers->attempt_len, &peers->attempt_cap, sizeof *peers->attempts);
    peers->attempts[peers->attempt_len++] = (struct first_attempt){id, content};
}

static void check_webhook(struct world *world, const struct peer *peer,
    const struct transfer_request *request, const char *row[WORLD_COLUMNS])
{
    const char *secret =
        world_read_file(world, arena_printf(&world->arena, "credentials/%s-secret", peer->name));
    char line[256];
    const char *fault =
        envelope_fault(request, arena_strndup(&world->arena, secret, strcspn(secret, "\n")), clock_wall_ms());
    if (fault != NULL)
        world_fail(world, "webhook to %s: %s", peer->name, fault);
    snprintf(line, sizeof line, "%s %s %s", envelope_text(request->body, "alert", &world->arena),
        envelope_text(request->body, "event", &world->arena),
        envelope_text(request->body, "rule", &world->arena));
    if (row[RULE] != NULL && !is_bulletin(row) &&
        !str_equal(line, arena_printf(&world->arena, "%s %s %s", row[ALERT],
                             alert_event_name((enum alert_event)atoi(row[EVENT])), row[RULE])))
        world_fail(world, "webhook to %s: it says '%s', which the journal does not", peer->name, line);
}

static void check_mail(struct world *world, const struct peer *peer, const struct transfer_mail *mail)
{
    if (!str_equal(header_of(mail->headers, "Auto-Submitted"), "auto-generated") ||
        header_of(mail->headers, "Subject")[0] == '\0' || header_of(mail->headers, "Date")[0] == '\0' ||
        mail->text[0] == '\0' || mail->html[0] == '\0')
        world_fail(world, "mail to %s: a header or a body is missing", peer->name);
}

/* Whether a delivery has a later event of an alert that the other one has too. */
static bool runs_ahead(const struct received *before, const struct received *next)
{
    char alert[ALERT_ID_SIZE], other[ALERT_ID_SIZE];
    const char *told = next->told;
    if (!str_equal(before->to, next->to))
        return false;
    for (int seq; next_told(&told, alert, &seq);) {
        const char *at = strstr(before->told, alert);
        for (int earlier; at != NULL && next_told(&at, other, &earlier);)
            if (str_equal(alert, other) && earlier > seq)
                return true;
    }
    return false;
}

/* Nothing twice from one life, and the events of an alert in order. */
static void check_order(struct world *world, struct received *next)
{
    for (size_t i = 0; i < world->peers->received_len; i++) {
        const struct received *before = &world->peers->received[i];
        if (str_equal(before->id, next->id)) {
            next->again = true;
            if (before->life == next->life)
                world_fail(world, "%s was sent %s twice by one daemon", next->to, next->id);
        } else if (!next->again && runs_ahead(before, next)) {
            world_fail(world, "%s was sent event %d of an alert after a later one", next->to, next->seq);
        }
    }
}

/* ---- receivers ---- */

static void keep_received(struct world *world, const struct peer *peer,
    const struct transfer_request *request, const char *id, const char *row[WORLD_COLUMNS])
{
    struct peers *peers = world->peers;
    const struct transfer_mail *mail = request->mail;
    struct arena *arena = &world->arena;
    struct received received = {
        .to = arena_strdup(arena, peer->name),
        .id = id,
        .alert = row[ALERT],
        .event = is_bulletin(row) ? "bulletin" : alert_event_name((enum alert_event)atoi(row[EVENT])),
        .rule = row[RULE],
        .product = row[PRODUCT],
        .market = row[MARKET],
        .origin = row[ORIGIN],
        .severity = severity_name((enum severity)atoi(row[SEVERITY])),
        .reason = row[REASON],
        .subject = mail != NULL ? arena_strdup(arena, header_of(mail->headers, "Subject")) : "",
        .content = mail != NULL ? arena_printf(arena, "%s\n%s", mail->text, mail->html)
                                : arena_strndup(arena, request->body.data, request->body.len),
        .told = row[TOLD],
        .at_ms = clock_wall_ms(),
        .seq = atoi(row[SEQ]),
        .life = world->life,
    };
    check_order(world, &received);
    if (is_bulletin(row))
        check_bulletin(world, &received);
    peers->received =
        alloc_grow(peers->received, peers->received_len, &peers->received_cap, sizeof *peers->received);
    peers->received[peers->received_len++] = received;
}

static bool accepts(const struct peer *peer, const struct transfer_request *request)
{
    return peer->reply.outcome == TRANSFER_DONE && peer->reply.status >= 200 && peer->reply.status <= 299 &&
           peer->delay_ms < request->timeout_ms;
}

static void take_delivery(struct world *world, struct peer *peer, const struct transfer_request *request)
{
    const char *row[WORLD_COLUMNS] = {NULL};
    bool mail = request->mail != NULL;
    if (!mail && header_of(request->headers, "webhook-id")[0] == '\0')
        return; /* a heartbeat: nothing was decided */
    const char *id = arena_strdup(&world->arena,
        mail ? header_of(request->mail->headers, "Message-ID") : header_of(request->headers, "webhook-id"));
    check_decided(world, peer, id, row);
    check_same_bytes(world, id, request);
    if (mail)
        check_mail(world, peer, request->mail);
    else
        check_webhook(world, peer, request, row);
    if (accepts(peer, request) && row[RULE] != NULL)
        keep_received(world, peer, request, id, row);
}

/* ---- feeds ---- */

/* A server that knows its own tags. */
static struct transfer_reply feed_reply(const struct peer *peer, const struct transfer_request *request)
{
    const char *tag = header_of(request->headers, "If-None-Match");
    const char *date = header_of(request->headers, "If-Modified-Since");
    bool same = peer->reply.etag != NULL
                    ? str_equal(tag, peer->reply.etag)
                    : peer->reply.last_modified != NULL && str_equal(date, peer->reply.last_modified);
    if (peer->reply.status != 200 || !same)
        return peer->reply;
    return (struct transfer_reply){.outcome = TRANSFER_DONE,
        .status = 304,
        .text = "HTTP 304",
        .etag = peer->reply.etag,
        .last_modified = peer->reply.last_modified};
}

/* ---- the network ---- */

static const char *const *keep_headers(struct world *world, const char *const *headers)
{
    size_t n = 0;
    while (headers != NULL && headers[n] != NULL)
        n++;
    const char **kept = arena_array(&world->arena, n + 1, sizeof *kept);
    for (size_t i = 0; i < n; i++)
        kept[i] = arena_strdup(&world->arena, headers[i]);
    return kept;
}

static struct fake_answer on_request(void *userdata, const struct transfer_request *request)
{
    struct world *world = userdata;
    char name[NAME_SIZE];
    if (world->dead) /* it was never sent */
        return (struct fake_answer){.reply = unreached};
    copy_name(request->mail != NULL ? request->mail->to : request->url, name);
    struct peer *peer = peer_of(world, name);
    bool delivery = request->mail != NULL || request->body.data != NULL;
    peer->tries++;
    peer->headers = keep_headers(world, request->headers);
    if (delivery)
        take_delivery(world, peer, request);
    return (struct fake_answer){delivery ? peer->reply : feed_reply(peer, request), peer->delay_ms};
}

void peers_init(struct world *world)
{
    world->peers = alloc_zeroed(1, sizeof *world->peers);
    fake_transfer_set_peer(on_request, world);
}

void peers_deinit(struct world *world)
{
    alloc_free(world->peers->received);
    alloc_free(world->peers->attempts);
    alloc_free(world->peers);
}

/* ---- steps ---- */

static bool set_outcome(struct peer *peer, const char *word)
{
    static const struct {
        const char *word;
        struct transfer_reply reply;
    } outcomes[] = {
        {"unreached", {.outcome = TRANSFER_UNREACHED, .text = "connection refused"}},
        {"down", {.outcome = TRANSFER_UNREACHED, .text = "connection refused"}},
        {"timeout", {.outcome = TRANSFER_TIMEOUT, .text = "timed out"}},
        {"tls", {.outcome = TRANSFER_TLS, .text = "certificate has expired"}},
        {"truncated", {.outcome = TRANSFER_TRUNCATED, .status = 200, .text = "gzip body was cut short"}},
    };
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        if (str_equal(outcomes[i].word, word)) {
            peer->reply = outcomes[i].reply;
            return true;
        }
    return false;
}

/* Where a relay says so: to us, of the receiver, or of the mail. */
static enum mail_stage stage_of(const struct step *step, long status)
{
    static const char *const names[] = {"greeting", "hello", "auth", "sender", "recipient", "data", "text"};
    const char *given = step_option(step, "stage");
    for (size_t i = 0; given != NULL && i < sizeof names / sizeof *names; i++)
        if (str_equal(names[i], given))
            return (enum mail_stage)i;
    return status < 300 ? MAIL_TEXT : status == 535 ? MAIL_AUTH : MAIL_RECIPIENT;
}

static void set_status(
    struct world *world, struct peer *peer, const struct step *step, long status, const char *text)
{
    const char *retry_after = step_option(step, "retry-after");
    peer->reply = (struct transfer_reply){
        .outcome = TRANSFER_DONE,
        .status = status,
        .stage = stage_of(step, status),
        .text = arena_printf(&world->arena, "%s %ld", text, status),
        .etag = step_option(step, "etag"),
        .last_modified = step_option(step, "modified"),
        .retry_after_s = retry_after != NULL ? atoi(retry_after) : 0,
    };
}

void peers_reply(struct world *world, const struct step *step)
{
    struct peer *peer = peer_of(world, step->words[1]);
    long status = atol(step->words[2]);
    if (set_outcome(peer, step->words[2]))
        return;
    set_status(world, peer, step, status, "HTTP");
    const char *body = status == 200 && step->count > 3 ? payloads_find(world, step->words[3]) : "";
    peer->reply.body = slice_of(body != NULL ? body : "");
    if (status < 100 || status > 599 || (status == 200 && step->count < 4))
        world_fail(
            world, "expected: reply FEED 200 PAYLOAD, a status, or timeout, unreached, tls, truncated");
}

void peers_receiver(struct world *world, const struct step *step)
{
    struct peer *peer = peer_of(world, step->words[1]);
    const char *word = step->words[2];
    long status =
        str_equal(word, "up") || str_equal(word, "slow") || str_equal(word, "hangs") ? 250 : atol(word);
    peer->delay_ms = 0;
    if (set_outcome(peer, word))
        return;
    set_status(world, peer, step, status, "answered");
    if (str_equal(word, "hangs"))
        peer->delay_ms = INT64_MAX;
    if (str_equal(word, "slow"))
        peer->delay_ms = step->count > 3 ? script_duration_ms(step->words[3]) : -1;
    if (status < 100 || status > 599 || peer->delay_ms < 0)
        world_fail(world, "expected: receiver NAME up, down, hangs, slow 3s or a status");
}

void peers_internal(struct world *world, const struct step *step)
{
    for (int i = 1; i < step->count; i++)
        peer_of(world, step->words[i])->internal = true;
}

struct received *peers_received(struct world *world, size_t *ret_count)
{
    *ret_count = world->peers->received_len;
    return world->peers->received;
}

int peers_tries(struct world *world, const char *name)
{
    struct peer *peer = peer_of(world, name);
    int tries = peer->tries;
    peer->tries = 0;
    return tries;
}

bool peers_had_header(struct world *world, const char *name, const char *header)
{
    const char *const *headers = peer_of(world, name)->headers;
    for (; headers != NULL && *headers != NULL; headers++)
        if (str_equal(*headers, header))
            return true;
    return false;
}
