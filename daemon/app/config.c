#include "app/config.h"

#include <errno.h>
#include <string.h>

#include "app/config_keys.h"
#include "app/config_text.h"
#include "base/alloc.h"
#include "io/file.h"
#include "io/mail_address.h"
#include "io/yaml.h"

enum { RECEIVERS_MAX = 256 };

/* One loading, to keep parameter lists short. */
struct loading {
    struct config *config;
    struct slice directory; /* of the file, with its last slash; empty where the path has none */
    enum config_secrets secrets;
    struct diag_list *diags;
};

/* ---- places ---- */

/* The document ends before what is said of it, so the file's name is ours. */
static struct place place_of_node(const struct loading *loading, const struct node *node)
{
    return (struct place){loading->config->path, node->place.line, node->place.column};
}

/* Where a key's value stands, or its map where it was left out. */
static struct place place_of(const struct loading *loading, const struct node *map, const char *key)
{
    const struct node *value = node_get(map, key);
    return place_of_node(loading, value != NULL ? value : map);
}

/* ---- single values ---- */

static void check_address(
    const struct loading *loading, struct place place, const char *what, const char *address)
{
    if (mail_address_is_valid(address))
        return;
    diag_error(loading->diags, place, "C004", "%s: expected an e-mail address, found '%.60s'", what, address);
    diag_hint(loading->diags, "write name@host, without a display name, < > or quotes");
}

static const char *resolve(const struct loading *loading, const char *path)
{
    struct arena *arena = &loading->config->arena;
    if (path[0] == '/' || path[0] == '\0')
        return path;
    return arena_printf(arena, "%.*s%s", (int)loading->directory.len, loading->directory.data, path);
}

static void check_path(
    const struct loading *loading, const struct node *map, const char *key, const char **path)
{
    if ((*path)[0] == '\0') {
        diag_error(
            loading->diags, place_of(loading, map, key), "C014", "'%s': expected a path, found nothing", key);
        diag_hint(loading->diags, "remove the key to have its default");
    }
    *path = resolve(loading, *path);
}

static void check_paths(
    const struct loading *loading, const struct node *map, const char *key, struct texts *paths)
{
    const char **items = arena_array(&loading->config->arena, paths->len, sizeof *items);
    for (size_t i = 0; i < paths->len; i++) {
        items[i] = paths->items[i];
        check_path(loading, map, key, &items[i]);
    }
    paths->items = items;
}

static void check_plain_hosts(const struct loading *loading, const struct node *map)
{
    const struct texts *hosts = &loading->config->plain_hosts;
    for (size_t i = 0; i < hosts->len; i++) {
        if (config_text_is_loopback(slice_of(hosts->items[i])))
            continue;
        diag_error(loading->diags, place_of(loading, map, "plain_hosts"), "C002",
            "'plain_hosts': '%.60s' is another machine", hosts->items[i]);
        diag_hint(loading->diags,
            "only localhost, 127.x.x.x and ::1 may be reached without TLS; use https or smtps");
    }
}

static void check_top(const struct loading *loading, const struct node *map)
{
    struct config *config = loading->config;
    if (!config_text_is_country(config->home)) {
        diag_error(loading->diags, place_of(loading, map, "home"), "C001",
            "'home': expected two capital letters of ISO 3166-1, found '%.60s'", config->home);
        diag_hint(loading->diags, "Viet Nam is VN");
    }
    if (!config_text_is_listen(config->listen)) {
        diag_error(loading->diags, place_of(loading, map, "listen"), "C003",
            "'listen': expected a loopback address and a port, or off, found '%.60s'", config->listen);
        diag_hint(loading->diags, "write 127.0.0.1:9464; for other machines, put a TLS proxy before it");
    }
    if (config->user_agent_contact[0] != '\0')
        check_address(loading, place_of(loading, map, "contact"), "'contact'", config->user_agent_contact);
    check_plain_hosts(loading, map);
    check_path(loading, map, "state_directory", &config->state_directory);
    check_paths(loading, map, "feeds", &config->feeds);
    check_paths(loading, map, "tables", &config->tables);
    check_paths(loading, map, "rules", &config->rules);
    check_paths(loading, map, "templates", &config->templates);
}

static bool is_plain_host(const struct config *config, struct slice host)
{
    for (size_t i = 0; i < config->plain_hosts.len; i++)
        if (slice_equal(host, config->plain_hosts.items[i]))
            return true;
    return false;
}

/* ---- secrets ---- */

/* Findings about a secret stand at the map, not at the value: printed with its source line, a secret written
 * there by mistake would be in the journal. */
static bool check_secret_name(
    const struct loading *loading, struct place place, const char *what, const char *name)
{
    if (str_starts(name, "whsec_"))
        diag_error(loading->diags, place, "C009", "%s: the secret itself stands in this file", what);
    else if (!config_text_is_secret_name(name))
        diag_error(
            loading->diags, place, "C009", "%s: expected the name of a credential or an absolute path", what);
    else
        return true;
    diag_hint(loading->diags,
        "put the secret into a file that only the service can read, pass it with LoadCredential= in the "
        "unit, and write its name here");
    return false;
}

/* 0; 1 where secrets are left alone; or -errno. */
static int load_secret(const struct loading *loading, struct place place, const char *what, const char *name,
    struct slice *ret_secret)
{
    if (!check_secret_name(loading, place, what, name))
        return -EINVAL;
    if (loading->secrets == CONFIG_WITHOUT_SECRETS)
        return 1;
    int r = file_read_secret(name, &loading->config->arena, ret_secret);
    if (r == 0)
        return 0;
    if (r == -EPERM) {
        diag_error(
            loading->diags, place, "C010", "%s: others can read %s, or it is not a file of ours", what, name);
        diag_hint(loading->diags, "chown it to the service and chmod 600");
    } else {
        diag_error(loading->diags, place, "C010", "%s: %s cannot be read: %s", what, name, strerror(-r));
        diag_hint(loading->diags,
            name[0] == '/' ? "check that the file is there" : "add LoadCredential=%s:PATH to the unit", name);
    }
    return r;
}

/* ---- smtp ---- */

static void check_smtp_url(const struct loading *loading, struct place place, const char *text)
{
    struct url url;
    if (config_text_split_url(text, &url) == 0 &&
        (slice_equal(url.scheme, "smtp") || slice_equal(url.scheme, "smtps")))
        return;
    diag_error(loading->diags, place, "C005", "'url' of smtp: expected smtps://host or smtp://host");
    diag_hint(loading->diags, "user and password have keys of their own");
}

static void check_smtp(const struct loading *loading, const struct node *smtp)
{
    struct config *config = loading->config;
    bool user = config->smtp_user[0] != '\0', password = config->smtp_password_name[0] != '\0';
    if (config->smtp_url[0] != '\0')
        check_smtp_url(loading, place_of(loading, smtp, "url"), config->smtp_url);
    if (config->smtp_from[0] != '\0')
        check_address(loading, place_of(loading, smtp, "from"), "'from' of smtp", config->smtp_from);
    if (user != password) {
        diag_error(loading->diags, place_of(loading, smtp, "user"), "C012", "smtp has %s",
            user ? "a user without a password" : "a password without a user");
        diag_hint(loading->diags, "write both, or neither for a relay without authentication");
    }
    if (password)
        (void)load_secret(loading, place_of_node(loading, smtp), "'password' of smtp",
            config->smtp_password_name, &config->smtp_password);
}

/* Mail needs a relay and a sender as soon as somebody is to get some. */
static void check_mail_is_possible(const struct loading *loading, struct place place)
{
    const struct config *config = loading->config;
    size_t mail = 0;
    for (size_t i = 0; i < config->receiver_count; i++)
        mail += config->receivers[i].channel == CHANNEL_EMAIL && config->receivers[i].address != NULL;
    if (mail == 0 || (config->smtp_url[0] != '\0' && config->smtp_from[0] != '\0'))
        return;
    diag_error(loading->diags, place, "C012", "a receiver has an e-mail address, but smtp has no '%s'",
        config->smtp_url[0] == '\0' ? "url" : "from");
    diag_hint(loading->diags, "add smtp: with url: smtps://HOST and from: ADDRESS");
}

/* ---- receivers ---- */

/* The bit of one language, or 0. */
static unsigned language_bit(const char *text)
{
    static const char *const names[] = {[LANGUAGE_VI] = "vi", [LANGUAGE_EN] = "en"};
    for (unsigned i = 0; i < LANGUAGE_COUNT; i++)
        if (str_equal(text, names[i]))
            return 1U << i;
    return 0;
}

static unsigned read_languages(
    const struct loading *loading, struct place place, const struct texts *languages)
{
    unsigned bits = 0;
    for (size_t i = 0; i < languages->len; i++) {
        unsigned bit = language_bit(languages->items[i]);
        bits |= bit;
        if (bit != 0)
            continue;
        diag_error(loading->diags, place, "C008",
            "'languages' of a receiver: expected vi or en, found '%.60s'", languages->items[i]);
        diag_hint(loading->diags, "write [vi, en], vi or en");
    }
    if (languages->len == 0) {
        diag_error(loading->diags, place, "C008", "'languages' of a receiver is empty: expected vi or en");
        diag_hint(loading->diags, "remove the key to have both");
    }
    return bits;
}

static void check_webhook_url(const struct loading *loading, struct place place, const char *text)
{
    struct url url;
    bool readable = config_text_split_url(text, &url) == 0;
    if (readable && slice_equal(url.scheme, "https"))
        return;
    if (readable && slice_equal(url.scheme, "http") && is_plain_host(loading->config, url.host))
        return;
    diag_error(loading->diags, place, "C005", "'webhook' of a receiver: expected an https URL");
    diag_hint(loading->diags,
        "write https://host/path without user or password; http only to hosts in plain_hosts");
}

static void check_webhook(const struct loading *loading, const struct node *map, struct receiver *receiver)
{
    struct place place = receiver->place;
    check_webhook_url(loading, place_of(loading, map, "webhook"), receiver->address);
    if (receiver->secret_name == NULL) {
        diag_error(loading->diags, place, "C009", "a receiver with a webhook must have the key 'secret'");
        diag_hint(loading->diags, "name the credential that its signing secret (whsec_…) is in");
        return;
    }
    if (load_secret(loading, place, "'secret' of a receiver", receiver->secret_name, &receiver->secret) != 0)
        return;
    if (!config_text_is_signing_secret(receiver->secret)) {
        diag_error(
            loading->diags, place, "C011", "the secret %s is no signing secret", receiver->secret_name);
        diag_hint(loading->diags, "it is 'whsec_' and 24 to 64 random bytes in base64, for example from: "
                                  "echo whsec_$(openssl rand -base64 32)");
    }
}

static void check_receiver(
    const struct loading *loading, const struct node *map, struct receiver_draft *draft)
{
    struct receiver *receiver = &draft->receiver;
    receiver->place = place_of_node(loading, map);
    receiver->languages = read_languages(loading, place_of(loading, map, "languages"), &draft->languages);
    if ((draft->email != NULL) == (draft->webhook != NULL)) {
        diag_error(
            loading->diags, receiver->place, "C006", "a receiver must have either 'email' or 'webhook'");
        diag_hint(loading->diags, "for both, write two receivers");
        return;
    }
    receiver->channel = draft->email != NULL ? CHANNEL_EMAIL : CHANNEL_WEBHOOK;
    receiver->address = draft->email != NULL ? draft->email : draft->webhook;
    if (receiver->channel == CHANNEL_WEBHOOK)
        check_webhook(loading, map, receiver);
    else
        check_address(loading, place_of(loading, map, "email"), "'email' of a receiver", receiver->address);
    if (receiver->channel == CHANNEL_EMAIL && receiver->secret_name != NULL) {
        diag_error(
            loading->diags, receiver->place, "C006", "a receiver with an e-mail address has no 'secret'");
        diag_hint(loading->diags, "remove the key: only webhooks are signed");
    }
}

/* Deliveries are stored under the receiver's name. */
static void check_name_is_new(const struct loading *loading, const struct node *map, const char *name)
{
    const struct config *config = loading->config;
    for (size_t i = 0; i < config->receiver_count; i++) {
        const struct receiver *other = &config->receivers[i];
        if (name == NULL || other->name == NULL || !str_equal(name, other->name))
            continue;
        diag_error(loading->diags, place_of(loading, map, "name"), "C007",
            "there already is a receiver '%s', on line %d", name, other->place.line);
        diag_hint(loading->diags, "give each receiver a name of its own");
        return;
    }
}

static void read_receiver(const struct loading *loading, const struct node *map)
{
    struct config *config = loading->config;
    struct receiver_draft draft = {0};
    int r = keys_read(map, receiver_table.keys, receiver_table.n, receiver_table.what, &draft, &config->arena,
        loading->diags);
    if (r < 0 && map->kind != NODE_MAP)
        return;
    check_receiver(loading, map, &draft);
    check_name_is_new(loading, map, draft.receiver.name);
    config->receivers[config->receiver_count++] = draft.receiver;
}

/* A section whose lines are all commented out is as good as none. */
static bool is_absent(const struct node *section)
{
    return section == NULL || (section->kind == NODE_SCALAR && section->text.len == 0 && !section->quoted);
}

static void read_receivers(const struct loading *loading, const struct node *list)
{
    if (is_absent(list))
        return;
    struct config *config = loading->config;
    if (list->kind != NODE_SEQUENCE || list->len > RECEIVERS_MAX) {
        diag_error(loading->diags, place_of_node(loading, list), "C013",
            "'receivers': expected a list of at most %d receivers", RECEIVERS_MAX);
        diag_hint(loading->diags, "begin each receiver with '- name: …'");
        return;
    }
    config->receivers = arena_array(&config->arena, list->len, sizeof *config->receivers);
    for (size_t i = 0; i < list->len; i++)
        read_receiver(loading, list->items[i]);
}

/* ---- the whole ---- */

static struct slice directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return (struct slice){path, slash != NULL ? (size_t)(slash - path) + 1 : 0};
}

static void read_table(const struct node *map, const struct key_table *table, struct config_draft *draft,
    struct diag_list *diags)
{
    (void)keys_read(map, table->keys, table->n, table->what, draft, &draft->config.arena, diags);
}

static void read_document(const struct node *document, enum config_secrets secrets,
    struct config_draft *draft, struct diag_list *diags)
{
    const struct node nothing = {.kind = NODE_MAP, .place = document->place};
    const struct loading loading = {&draft->config, directory_of(draft->config.path), secrets, diags};
    read_table(document, &config_table, draft, diags);
    const struct node *smtp = is_absent(draft->smtp) ? &nothing : draft->smtp;
    read_table(smtp, &smtp_table, draft, diags);
    if (document->kind != NODE_MAP)
        return;
    check_top(&loading, document);
    check_smtp(&loading, smtp);
    read_receivers(&loading, draft->receivers);
    check_mail_is_possible(&loading, place_of(&loading, document, "smtp"));
}

int config_load(
    const char *path, enum config_secrets secrets, struct config **ret_config, struct diag_list *diags)
{
    struct arena text = ARENA_NULL;
    struct config_draft draft = {0};
    const struct node *document;
    size_t errors = diags->errors;
    draft.config.path = arena_strdup(&draft.config.arena, path);
    if (yaml_load(path, &text, &document, NULL, diags) == 0)
        read_document(document, secrets, &draft, diags);
    arena_deinit(&text);
    if (diags->errors > errors) {
        arena_deinit(&draft.config.arena);
        return -EINVAL;
    }
    struct config *config = alloc_zeroed(1, sizeof *config);
    *config = draft.config;
    *ret_config = config;
    return 0;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    arena_deinit(&config->arena);
    alloc_free(config);
}
