/* How a receiver is reached: by mail, by a webhook of some format, or by NATS. */
#include <errno.h>
#include <string.h>

#include "app/config_read.h"
#include "app/config_text.h"
#include "io/file.h"
#include "io/json_template.h"

#ifdef TDWATCH_NATS
enum { HAS_NATS = 1 };
#else
enum { HAS_NATS = 0 };
#endif

static bool is_plain_host(const struct config *config, struct slice host)
{
    for (size_t i = 0; i < config->plain_hosts.len; i++)
        if (slice_equal(host, config->plain_hosts.items[i]))
            return true;
    return false;
}

void config_check_https(const struct loading *loading, struct place place, const char *what, const char *text)
{
    struct url url;
    bool readable = config_text_split_url(text, &url) == 0;
    if (readable && slice_equal(url.scheme, "https"))
        return;
    if (readable && slice_equal(url.scheme, "http") && is_plain_host(loading->config, url.host))
        return;
    diag_error(loading->diags, place, "C005", "%s: expected an https URL", what);
    diag_hint(loading->diags,
        "write https://host/path without user or password; http only to hosts in plain_hosts");
}

/* ---- webhooks ---- */

/* Reads and checks the receiver's own JSON. */
static void load_template(const struct loading *loading, struct place place, struct receiver *receiver)
{
    char fault[JSON_TEMPLATE_FAULT_SIZE];
    const char *path = loading_resolve(loading, receiver->template_path), *why = fault;
    int r = file_read(path, JSON_TEMPLATE_MAX, &loading->config->arena, &receiver->template);
    if (r < 0)
        why = strerror(-r);
    else if (json_template_check(receiver->template, fault) == 0)
        return;
    diag_error(loading->diags, place, "C025", "'template' of a receiver: %s: %s", path, why);
    diag_hint(
        loading->diags, "it is a JSON document whose strings may hold {{names}}; tdwatch.yaml(5) lists them");
}

static void check_format(const struct loading *loading, const struct node *map, struct receiver *receiver)
{
    bool wants = receiver->format == FORMAT_TEMPLATE, has = receiver->template_path != NULL;
    if (wants && has) {
        load_template(loading, loading_place_of(loading, map, "template"), receiver);
    } else if (wants != has) {
        diag_error(loading->diags, receiver->place, "C025",
            "a receiver has 'template' where its format is template, and only there");
        diag_hint(loading->diags, "write format: template and template: FILE");
    }
}

static void check_webhook(const struct loading *loading, const struct node *map, struct receiver *receiver)
{
    struct place place = receiver->place;
    config_check_https(
        loading, loading_place_of(loading, map, "webhook"), "'webhook' of a receiver", receiver->address);
    check_format(loading, map, receiver);
    if (receiver->secret_name == NULL && receiver->format != FORMAT_CLOUDEVENT)
        return;
    if (receiver->secret_name == NULL) {
        diag_error(loading->diags, place, "C009", "a receiver with a webhook must have the key 'secret'");
        diag_hint(loading->diags, "name the credential that its signing secret (whsec_…) is in");
        return;
    }
    if (loading_secret(loading, place, "'secret' of a receiver", receiver->secret_name, &receiver->secret) !=
        0)
        return;
    if (!config_text_is_signing_secret(receiver->secret)) {
        diag_error(
            loading->diags, place, "C011", "the secret %s is no signing secret", receiver->secret_name);
        diag_hint(loading->diags, "it is 'whsec_' and 24 to 64 random bytes in base64, for example from: "
                                  "echo whsec_$(openssl rand -base64 32)");
    }
}

/* ---- NATS ---- */

static void check_nats(const struct loading *loading, const struct node *map, struct receiver *receiver)
{
    struct url url;
    struct place place = loading_place_of(loading, map, "nats");
    bool readable = config_text_split_url(receiver->address, &url) == 0;
    bool plain = readable && slice_equal(url.scheme, "nats") && is_plain_host(loading->config, url.host);
    const char *subject = receiver->subject != NULL ? receiver->subject : "";
    if (!HAS_NATS) {
        diag_error(loading->diags, place, "C026", "this tdwatch was built without NATS");
        diag_hint(loading->diags, "build it with make NATS=1, or write a webhook");
        return;
    }
    if (!plain && !(readable && slice_equal(url.scheme, "tls"))) {
        diag_error(loading->diags, place, "C005", "'nats' of a receiver: expected tls://host:port");
        diag_hint(
            loading->diags, "nats:// without TLS only to hosts in plain_hosts; a token goes into secret");
    }
    if (subject[0] == '\0' || strpbrk(subject, " *>\t\r\n") != NULL) {
        diag_error(loading->diags, receiver->place, "C026", "a receiver with 'nats' must have a 'subject'");
        diag_hint(loading->diags, "one that a stream takes, such as tdwatch.alerts, without * and >");
    }
    if (receiver->secret_name != NULL)
        (void)loading_secret(
            loading, receiver->place, "'secret' of a receiver", receiver->secret_name, &receiver->secret);
}

/* ---- mail ---- */

static void check_email(const struct loading *loading, const struct node *map, struct receiver *receiver)
{
    loading_check_address(
        loading, loading_place_of(loading, map, "email"), "'email' of a receiver", receiver->address);
    if (receiver->secret_name != NULL) {
        diag_error(
            loading->diags, receiver->place, "C006", "a receiver with an e-mail address has no 'secret'");
        diag_hint(loading->diags, "remove the key: only webhooks are signed");
    }
}

/* ---- one of them ---- */

/* Exactly one address says what the receiver is. */
static bool take_channel(struct receiver_draft *draft)
{
    const char *const addresses[] = {
        [CHANNEL_EMAIL] = draft->email, [CHANNEL_WEBHOOK] = draft->webhook, [CHANNEL_NATS] = draft->nats};
    int given = 0;
    for (int kind = 0; kind <= CHANNEL_NATS; kind++)
        if (addresses[kind] != NULL) {
            draft->receiver.channel = kind;
            draft->receiver.address = addresses[kind];
            given++;
        }
    return given == 1;
}

void config_read_channel(const struct loading *loading, const struct node *map, struct receiver_draft *draft)
{
    static void (*const checks[])(
        const struct loading *loading, const struct node *map, struct receiver *receiver) = {
        [CHANNEL_EMAIL] = check_email, [CHANNEL_WEBHOOK] = check_webhook, [CHANNEL_NATS] = check_nats};
    struct receiver *receiver = &draft->receiver;
    if (!take_channel(draft)) {
        diag_error(loading->diags, receiver->place, "C006",
            "a receiver must have either 'email' or 'webhook', or 'nats'");
        diag_hint(loading->diags, "for both, write two receivers");
        receiver->address = NULL;
        return;
    }
    checks[receiver->channel](loading, map, receiver);
    if (receiver->channel != CHANNEL_WEBHOOK &&
        (receiver->format != FORMAT_CLOUDEVENT || receiver->template_path != NULL)) {
        diag_error(loading->diags, receiver->place, "C006",
            "only a receiver with a webhook has a 'format' or a 'template'");
        diag_hint(loading->diags, "remove the key");
    }
}
