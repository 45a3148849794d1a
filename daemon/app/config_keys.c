#include "app/config_keys.h"

#define AT(field)          offsetof(struct config_draft, field)
#define RECEIVER_AT(field) offsetof(struct receiver_draft, field)
#define COUNT(array)       (sizeof(array) / sizeof *(array))


/* Not reloadable is what the store or the socket was opened with, and the home country: another one would be
 * another history. */

static const struct key config_keys[] = {
    {.name = "home",
        .kind = KEY_TEXT,
        .offset = AT(config.home),
        .fallback = "VN",
        .help = "Country whose exports are watched: two letters of ISO 3166-1."},
    {.name = "state_directory",
        .kind = KEY_TEXT,
        .offset = AT(config.state_directory),
        .fallback = "/var/lib/tdwatch",
        .help = "Directory of the history, the alerts and the outbox."},
    {.name = "feeds",
        .kind = KEY_TEXTS,
        .offset = AT(config.feeds),
        .fallback = "[/usr/share/tdwatch/feeds]",
        .reloadable = true,
        .help = "Feed descriptors, files or directories; the first that reports a series is believed."},
    {.name = "baskets",
        .kind = KEY_TEXT,
        .offset = AT(config.baskets),
        .fallback = "/usr/share/tdwatch/feeds/baskets.yaml",
        .reloadable = true,
        .help = "File of the products, each a list of codes."},
    {.name = "rules",
        .kind = KEY_TEXTS,
        .offset = AT(config.rules),
        .fallback = "[/etc/tdwatch/rules]",
        .reloadable = true,
        .help = "Rule packs, files or directories."},
    {.name = "plain_hosts",
        .kind = KEY_TEXTS,
        .offset = AT(config.plain_hosts),
        .fallback = "[]",
        .help = "Hosts to which http and smtp go without TLS: only localhost, 127.x.x.x and ::1."},
    {.name = "contact",
        .kind = KEY_TEXT,
        .offset = AT(config.user_agent_contact),
        .fallback = "",
        .reloadable = true,
        .help = "E-mail address that feeds see in the User-Agent, so that they can reach you."},
    {.name = "listen",
        .kind = KEY_TEXT,
        .offset = AT(config.listen),
        .fallback = "127.0.0.1:9464",
        .help = "Loopback address and port of the status page, or off."},
    {.name = "smtp",
        .kind = KEY_NODE,
        .offset = AT(smtp),
        .reloadable = true,
        .help = "The relay that takes our mail; needed as soon as a receiver has an e-mail address."},
    {.name = "receivers",
        .kind = KEY_NODE,
        .offset = AT(receivers),
        .reloadable = true,
        .help = "List of who is told."},
};

/* None is required here: a relay is needed only where a receiver wants mail, which config.c checks. */
static const struct key smtp_keys[] = {
    {.name = "url",
        .kind = KEY_TEXT,
        .offset = AT(config.smtp_url),
        .fallback = "",
        .reloadable = true,
        .help = "smtps://host (TLS from the start) or smtp://host (STARTTLS, always asked for)."},
    {.name = "from",
        .kind = KEY_TEXT,
        .offset = AT(config.smtp_from),
        .fallback = "",
        .reloadable = true,
        .help = "E-mail address that our mail comes from."},
    {.name = "user",
        .kind = KEY_TEXT,
        .offset = AT(config.smtp_user),
        .fallback = "",
        .reloadable = true,
        .help = "User name at the relay; empty: no authentication."},
    {.name = "password",
        .kind = KEY_TEXT,
        .offset = AT(config.smtp_password_name),
        .fallback = "",
        .reloadable = true,
        .help = "Name of the credential with the password, or the absolute path of a file of mode 0600."},
};

static const char *const audiences[] = {[AUDIENCE_PUBLIC] = "public", [AUDIENCE_INTERNAL] = "internal", NULL};

/* `email` and `webhook` have no default: that one of them is written says what the receiver is. */
static const struct key receiver_keys[] = {
    {.name = "name",
        .kind = KEY_NAME,
        .offset = RECEIVER_AT(receiver.name),
        .required = true,
        .reloadable = true,
        .help = "Name of the receiver in the journal and the log; once only."},
    {.name = "email",
        .kind = KEY_TEXT,
        .offset = RECEIVER_AT(email),
        .reloadable = true,
        .help = "E-mail address; a receiver has either this or a webhook."},
    {.name = "webhook",
        .kind = KEY_TEXT,
        .offset = RECEIVER_AT(webhook),
        .reloadable = true,
        .help = "https URL that events are posted to, signed (Standard Webhooks)."},
    {.name = "languages",
        .kind = KEY_TEXTS,
        .offset = RECEIVER_AT(languages),
        .fallback = "[vi, en]",
        .reloadable = true,
        .help = "Languages of the messages: vi, en."},
    {.name = "audience",
        .kind = KEY_CHOICE,
        .offset = RECEIVER_AT(receiver.audience),
        .fallback = "public",
        .choices = audiences,
        .reloadable = true,
        .help = "internal: is also told what the rules keep from the public, and of feeds that fail."},
    {.name = "secret",
        .kind = KEY_TEXT,
        .offset = RECEIVER_AT(receiver.secret_name),
        .reloadable = true,
        .help = "Webhooks: name of the credential with the signing secret (whsec_...), or the absolute path "
                "of a file of mode 0600."},
};

const struct key_table config_table = {"the configuration", config_keys, COUNT(config_keys)};
const struct key_table smtp_table = {"the smtp section", smtp_keys, COUNT(smtp_keys)};
const struct key_table receiver_table = {"a receiver", receiver_keys, COUNT(receiver_keys)};
