#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/digest.h"
#include "io/cloudevent.h"
#include "io/outcome.h"
#include "io/webhook.h"

/* Standard Webhooks 1.0.0: a secret is "whsec_" and base64 of 24 to 64 bytes; receivers answer within 15 to
 * 30 s. */
enum {
    KEY_MIN = 24,
    KEY_MAX = 64,
    KEY_BASE64_MAX = (KEY_MAX + 2) / 3 * 4,
    MAC_LEN = 32,
    MAC_BASE64_SIZE = (MAC_LEN + 2) / 3 * 4 + 1,
    TIMEOUT_MS = 20 * 1000,
    REPLY_MAX = 4096,
    BODY_MAX = 64 * 1024,
    /* About 100 kB, which is what many servers take by default. */
    BULLETIN_EVENTS = 100,
    BULLETIN_MAX = 4 * 1024 * 1024,
    RECEIVER_HASH = 16,
};

const int64_t webhook_delays_s[] = {
    5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600, 0};

const char *webhook_message_id(
    const struct alert_record *record, const struct channel_target *target, struct arena *arena)
{
    return arena_printf(arena, "%s-%d-%.*s", record->id, record->seq, RECEIVER_HASH,
        digest_of(target->receiver, strlen(target->receiver)).hex);
}

static void fill_row(const char *id, const char *body, struct delivery_row *ret_row)
{
    ret_row->message_id = id;
    ret_row->body = body;
    ret_row->subject = ret_row->text = ret_row->html = ret_row->thread = "";
}

int webhook_take_document(
    const char *id, struct json_object *document, struct arena *arena, struct delivery_row *ret_row)
{
    const char *text =
        json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    bool fits = strlen(text) < BULLETIN_MAX;
    if (fits)
        fill_row(id, arena_strdup(arena, text), ret_row);
    json_object_put(document);
    return fits ? 0 : -EMSGSIZE;
}

static int cloudevent_render(const struct alert_record *record, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    const char *id = webhook_message_id(record, target, arena);
    struct buf body;
    buf_init(&body, BODY_MAX);
    int r = cloudevent_write(record, id, &body);
    if (r == 0)
        fill_row(id, arena_strdup(arena, buf_text(&body)), ret_row);
    buf_deinit(&body);
    return r;
}

const char *webhook_bulletin_id(
    const struct bulletin *bulletin, const struct channel_target *target, struct arena *arena)
{
    char name[BULLETIN_ID_SIZE];
    bulletin_id(bulletin, name);
    return arena_printf(
        arena, "%s-0-%.*s", name, RECEIVER_HASH, digest_of(target->receiver, strlen(target->receiver)).hex);
}

int webhook_bulletin_texts(const struct bulletin *bulletin, unsigned languages, struct arena *arena,
    const char **ret_subject, const char **ret_text)
{
    struct buf out;
    buf_init(&out, BULLETIN_MAX);
    int r = bulletin_subject(bulletin, languages, &out);
    *ret_subject = arena_strdup(arena, buf_text(&out));
    buf_clear(&out);
    if (r == 0)
        r = bulletin_text(bulletin, languages, &out);
    *ret_text = arena_strdup(arena, buf_text(&out));
    buf_deinit(&out);
    return r;
}

static int cloudevent_render_bulletin(const struct bulletin *bulletin, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    const char *id = webhook_bulletin_id(bulletin, target, arena);
    struct buf body;
    buf_init(&body, BULLETIN_MAX);
    int r = cloudevent_write_bulletin(bulletin, id, &body);
    if (r == 0)
        fill_row(id, arena_strdup(arena, buf_text(&body)), ret_row);
    buf_deinit(&body);
    return r;
}

/* Length of the key, or -EINVAL. */
static int decode_key(struct slice secret, unsigned char key[KEY_BASE64_MAX])
{
    static const char prefix[] = "whsec_";
    size_t skip = sizeof prefix - 1;
    if (secret.len <= skip || memcmp(secret.data, prefix, skip) != 0 || secret.len - skip > KEY_BASE64_MAX)
        return -EINVAL;
    const char *text = secret.data + skip;
    size_t len = secret.len - skip;
    int n = EVP_DecodeBlock(key, (const unsigned char *)text, (int)len);
    for (size_t i = len; n > 0 && i > len - 2 && text[i - 1] == '='; i--)
        n--; /* padding is decoded as zeros */
    return n >= KEY_MIN && n <= KEY_MAX ? n : -EINVAL;
}

static const char *sign(const unsigned char *key, int key_len, const char *content, struct arena *arena)
{
    unsigned char mac[EVP_MAX_MD_SIZE], text[MAC_BASE64_SIZE];
    unsigned mac_len = 0;
    if (HMAC(EVP_sha256(), key, key_len, (const unsigned char *)content, strlen(content), mac, &mac_len) ==
        NULL)
        return NULL;
    EVP_EncodeBlock(text, mac, (int)mac_len);
    return arena_printf(arena, "v1,%s", (const char *)text);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Takes the next word off the text; empty at its end. */
static struct slice next_word(struct slice *text)
{
    while (text->len > 0 && is_space(text->data[0])) {
        text->data++;
        text->len--;
    }
    struct slice word = {text->data, 0};
    while (word.len < text->len && !is_space(text->data[word.len]))
        word.len++;
    text->data += word.len;
    text->len -= word.len;
    return word;
}

/* One signature for each secret, so that a receiver can change its secret without losing a message. NULL: no
 * usable secret. */
static const char *signatures(struct slice secrets, const char *content, struct arena *arena)
{
    const char *all = NULL;
    if (secrets.len == 0)
        return NULL;
    for (struct slice word = next_word(&secrets); word.len > 0; word = next_word(&secrets)) {
        unsigned char key[KEY_BASE64_MAX];
        int n = decode_key(word, key);
        const char *one = n > 0 ? sign(key, n, content, arena) : NULL;
        OPENSSL_cleanse(key, sizeof key);
        if (one == NULL)
            return NULL;
        all = all != NULL ? arena_printf(arena, "%s %s", all, one) : one;
    }
    return all;
}

/* Adds what Standard Webhooks 1.0.0 asks for. -EINVAL: no usable secret. */
static int add_signature(const struct delivery_row *row, struct slice secret, int64_t now_s,
    struct arena *arena, const char **headers)
{
    const char *content = arena_printf(arena, "%s.%lld.%s", row->message_id, (long long)now_s, row->body);
    const char *signature = signatures(secret, content, arena);
    if (signature == NULL)
        return -EINVAL;
    headers[0] = arena_printf(arena, "webhook-id: %s", row->message_id);
    headers[1] = arena_printf(arena, "webhook-timestamp: %lld", (long long)now_s);
    headers[2] = arena_printf(arena, "webhook-signature: %s", signature);
    return 0;
}

static int build_request(const struct delivery_row *row, const struct channel_target *target, bool is_signed,
    int64_t now_ms, struct arena *arena, struct transfer_request *ret_request)
{
    enum { HEADERS = 5 };
    const char **headers = arena_array(arena, HEADERS, sizeof *headers);
    if (!str_starts(target->address, "https://") && !str_starts(target->address, "http://"))
        return -EINVAL;
    headers[0] = is_signed ? "Content-Type: " CLOUDEVENT_CONTENT_TYPE : "Content-Type: application/json";
    if ((is_signed || target->secret.len > 0) &&
        add_signature(row, target->secret, now_ms / 1000, arena, headers + 1) < 0)
        return -EINVAL;
    *ret_request = (struct transfer_request){
        .url = target->address,
        .headers = headers,
        .body = slice_of(row->body),
        .max_bytes = REPLY_MAX,
        .timeout_ms = TIMEOUT_MS,
    };
    return 0;
}

static int cloudevent_request(const struct delivery_row *row, const struct channel_target *target,
    int64_t now_ms, struct arena *arena, struct transfer_request *ret_request)
{
    return build_request(row, target, true, now_ms, arena, ret_request);
}

int webhook_request_json(const struct delivery_row *row, const struct channel_target *target, int64_t now_ms,
    struct arena *arena, struct transfer_request *ret_request)
{
    return build_request(row, target, false, now_ms, arena, ret_request);
}

const struct channel channel_webhook = {
    .name = "webhook",
    .delays_s = webhook_delays_s,
    .render = cloudevent_render,
    .bulletin_max = BULLETIN_EVENTS,
    .render_bulletin = cloudevent_render_bulletin,
    .request = cloudevent_request,
    .outcome = outcome_of_http,
};
