#include "tests/scenario/envelope.h"

#include <json.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { KEY_MAX = 128, SKEW_S = 5 };

const char *header_of(const char *const *headers, const char *name)
{
    size_t len = strlen(name);
    for (; headers != NULL && *headers != NULL; headers++)
        if (strncasecmp(*headers, name, len) == 0 && (*headers)[len] == ':')
            return *headers + len + 1 + strspn(*headers + len + 1, " ");
    return "";
}

/* "v1," and base64 of the HMAC. */
static void sign(const char *secret, const char *content, char ret_text[64])
{
    unsigned char key[KEY_MAX], mac[EVP_MAX_MD_SIZE], text[64];
    const char *base64 = secret + strlen("whsec_");
    int n = EVP_DecodeBlock(key, (const unsigned char *)base64, (int)strlen(base64));
    for (size_t i = strlen(base64); n > 0 && base64[i - 1] == '='; i--)
        n--;
    unsigned len = 0;
    HMAC(EVP_sha256(), key, n, (const unsigned char *)content, strlen(content), mac, &len);
    EVP_EncodeBlock(text, mac, (int)len);
    snprintf(ret_text, 64, "v1,%.60s", (const char *)text);
}

static const char *context_fault(struct slice body, const char *id)
{
    struct json_object *event = json_tokener_parse(body.data), *member;
    const char *fault = NULL;
    if (!json_object_object_get_ex(event, "specversion", &member) ||
        !str_equal(json_object_get_string(member), "1.0"))
        fault = "no CloudEvents 1.0";
    else if (!json_object_object_get_ex(event, "id", &member) ||
             !str_equal(json_object_get_string(member), id))
        fault = "the event's id is not the webhook's";
    json_object_put(event);
    return fault;
}

const char *envelope_fault(const struct transfer_request *request, const char *secret, int64_t now_ms)
{
    const char *id = header_of(request->headers, "webhook-id");
    const char *timestamp = header_of(request->headers, "webhook-timestamp");
    struct arena arena = ARENA_NULL;
    char expected[64];
    sign(secret,
        arena_printf(&arena, "%s.%s.%.*s", id, timestamp, (int)request->body.len, request->body.data),
        expected);
    arena_deinit(&arena);
    if (id[0] == '\0' || strchr(id, '.') != NULL)
        return "no webhook-id, or one with a dot";
    if (llabs(strtoll(timestamp, NULL, 10) - now_ms / 1000) > SKEW_S)
        return "the webhook's timestamp is not of now";
    if (!str_equal(header_of(request->headers, "webhook-signature"), expected))
        return "the webhook's signature is wrong";
    return context_fault(request->body, id);
}

const char *envelope_text(struct slice body, const char *key, struct arena *arena)
{
    struct json_object *event = json_tokener_parse(body.data), *data, *member;
    const char *text = "";
    if (json_object_object_get_ex(event, "data", &data) && json_object_object_get_ex(data, key, &member) &&
        member != NULL)
        text = arena_strdup(arena, json_object_get_string(member));
    json_object_put(event);
    return text;
}
