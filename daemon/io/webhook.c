#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/digest.h"
#include "io/channel.h"
#include "io/cloudevent.h"
#include "io/outcome.h"

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
    RECEIVER_HASH = 16,
};

/* The schedule of Standard Webhooks 1.0.0: 75 hours and a half in all. */
static const int64_t delays_s[] = {
    5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600, 0};

static int webhook_render(const struct alert_record *record, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    /* No dot in it: a dot separates the parts of what is signed. */
    const char *id = arena_printf(arena, "%s-%d-%.*s", record->id, record->seq, RECEIVER_HASH,
        digest_of(target->receiver, strlen(target->receiver)).hex);
    struct buf body;
    buf_init(&body, BODY_MAX);
    int r = cloudevent_write(record, id, &body);
    if (r == 0) {
        ret_row->message_id = id;
        ret_row->body = arena_strdup(arena, buf_text(&body));
        ret_row->subject = ret_row->text = ret_row->html = ret_row->thread = "";
    }
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

static int webhook_request(const struct delivery_row *row, const struct channel_target *target,
    int64_t now_ms, struct arena *arena, struct transfer_request *ret_request)
{
    enum { HEADERS = 5 };
    int64_t now_s = now_ms / 1000;
    const char *content = arena_printf(arena, "%s.%lld.%s", row->message_id, (long long)now_s, row->body);
    const char *signature = signatures(target->secret, content, arena);
    if (signature == NULL ||
        (!str_starts(target->address, "https://") && !str_starts(target->address, "http://")))
        return -EINVAL;
    const char **headers = arena_array(arena, HEADERS, sizeof *headers);
    headers[0] = "Content-Type: " CLOUDEVENT_CONTENT_TYPE;
    headers[1] = arena_printf(arena, "webhook-id: %s", row->message_id);
    headers[2] = arena_printf(arena, "webhook-timestamp: %lld", (long long)now_s);
    headers[3] = arena_printf(arena, "webhook-signature: %s", signature);
    *ret_request = (struct transfer_request){
        .url = target->address,
        .headers = headers,
        .body = slice_of(row->body),
        .max_bytes = REPLY_MAX,
        .timeout_ms = TIMEOUT_MS,
    };
    return 0;
}

const struct channel channel_webhook = {
    .name = "webhook",
    .delays_s = delays_s,
    .render = webhook_render,
    .request = webhook_request,
    .outcome = outcome_of_http,
};
