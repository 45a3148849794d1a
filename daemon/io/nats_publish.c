#include "io/nats_publish.h"

#ifdef TDWATCH_NATS

#include <nats/nats.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/arena.h"

/* Together short of the eight seconds that a stop waits for. */
enum { CONNECT_MS = 3000, ANSWER_MS = 4000, TEXT_SIZE = 200 };

struct nats_publish {
    const char *url, *subject, *id, *token;
    struct slice body;
    bool tls;
    natsStatus status;
    char text[TEXT_SIZE];
    struct arena arena;
};

struct nats_publish *nats_publish_new(const struct transfer_request *request)
{
    struct nats_publish *publish = alloc_zeroed(1, sizeof *publish);
    const struct transfer_publish *asked = request->publish;
    publish->url = arena_strdup(&publish->arena, request->url);
    publish->subject = arena_strdup(&publish->arena, asked->subject);
    publish->id = arena_strdup(&publish->arena, asked->id);
    publish->token = asked->token != NULL ? arena_strdup(&publish->arena, asked->token) : NULL;
    publish->body = (struct slice){
        arena_strndup(&publish->arena, request->body.data, request->body.len), request->body.len};
    publish->tls = str_starts(request->url, "tls://");
    return publish;
}

void nats_publish_free(struct nats_publish *publish)
{
    if (publish == NULL)
        return;
    arena_deinit(&publish->arena);
    alloc_free(publish);
}

static natsStatus connect_to(struct nats_publish *publish, natsConnection **ret_connection)
{
    natsOptions *options = NULL;
    natsStatus status = natsOptions_Create(&options);
    if (status == NATS_OK)
        status = natsOptions_SetURL(options, publish->url);
    if (status == NATS_OK)
        status = natsOptions_SetTimeout(options, CONNECT_MS);
    if (status == NATS_OK)
        status = natsOptions_SetAllowReconnect(options, false);
    if (status == NATS_OK && publish->tls)
        status = natsOptions_SetSecure(options, true);
    if (status == NATS_OK && publish->token != NULL)
        status = natsOptions_SetToken(options, publish->token);
    if (status == NATS_OK)
        status = natsConnection_Connect(ret_connection, options);
    natsOptions_Destroy(options);
    return status;
}

static natsStatus publish_on(struct nats_publish *publish, natsConnection *connection)
{
    jsCtx *stream = NULL;
    natsMsg *message = NULL;
    jsPubAck *taken = NULL;
    jsPubOptions options = {.MaxWait = ANSWER_MS, .MsgId = publish->id};
    natsStatus status = natsConnection_JetStream(&stream, connection, NULL);
    if (status == NATS_OK)
        status = natsMsg_Create(&message, publish->subject, NULL, publish->body.data, (int)publish->body.len);
    if (status == NATS_OK)
        status = natsMsgHeader_Set(message, "Content-Type", "application/cloudevents+json");
    if (status == NATS_OK)
        status = js_PublishMsg(&taken, stream, message, &options, NULL);
    if (status == NATS_OK)
        snprintf(publish->text, TEXT_SIZE, "stream %.60s, message %llu%s", taken->Stream,
            (unsigned long long)taken->Sequence, taken->Duplicate ? ", which it had" : "");
    jsPubAck_Destroy(taken);
    natsMsg_Destroy(message);
    jsCtx_Destroy(stream);
    return status;
}

void nats_publish_run(struct nats_publish *publish)
{
    natsConnection *connection = NULL;
    publish->status = connect_to(publish, &connection);
    if (publish->status == NATS_OK)
        publish->status = publish_on(publish, connection);
    natsConnection_Destroy(connection);
}

/* What NATS says, as a webhook would: 200, 401, 503. */
static const struct {
    natsStatus status;
    enum transfer_outcome outcome;
    long like;
    const char *text;
} meanings[] = {
    {NATS_NO_SERVER, TRANSFER_UNREACHED, 0, "no connection"},
    {NATS_SSL_ERROR, TRANSFER_TLS, 0, "TLS failed, or the certificate is not accepted"},
    {NATS_SECURE_CONNECTION_WANTED, TRANSFER_TLS, 0, "server offers no TLS"},
    {NATS_SECURE_CONNECTION_REQUIRED, TRANSFER_TLS, 0, "server wants TLS"},
    {NATS_CONNECTION_AUTH_FAILED, TRANSFER_DONE, 401, "authentication refused"},
    {NATS_NOT_PERMITTED, TRANSFER_DONE, 401, "not permitted to publish there"},
    {NATS_TIMEOUT, TRANSFER_TIMEOUT, 0, "timed out"},
    {NATS_NO_RESPONDERS, TRANSFER_DONE, 503, "no stream takes the subject"},
};

struct transfer_reply nats_publish_reply(const struct nats_publish *publish)
{
    if (publish->status == NATS_OK)
        return (struct transfer_reply){.outcome = TRANSFER_DONE, .status = 200, .text = publish->text};
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].status == publish->status)
            return (struct transfer_reply){
                .outcome = meanings[i].outcome, .status = meanings[i].like, .text = meanings[i].text};
    return (struct transfer_reply){.outcome = TRANSFER_BROKEN, .text = natsStatus_GetText(publish->status)};
}

#else

struct nats_publish *nats_publish_new(const struct transfer_request *request)
{
    (void)request;
    return NULL;
}

void nats_publish_free(struct nats_publish *publish)
{
    (void)publish;
}

void nats_publish_run(struct nats_publish *publish)
{
    (void)publish;
}

struct transfer_reply nats_publish_reply(const struct nats_publish *publish)
{
    (void)publish;
    return (struct transfer_reply){.outcome = TRANSFER_REFUSED, .text = "built without NATS (make NATS=1)"};
}

#endif
