#include "app/config.h"

#include <errno.h>
#include <string.h>

#include "app/config_read.h"
#include "app/config_text.h"
#include "base/alloc.h"
#include "io/file.h"
#include "io/mail_address.h"
#include "io/yaml.h"

/* ---- places ---- */

struct place loading_place(const struct loading *loading, const struct node *node)
{
    return (struct place){loading->file, node->place.line, node->place.column};
}

struct place loading_place_of(const struct loading *loading, const struct node *map, const char *key)
{
    const struct node *value = node_get(map, key);
    return loading_place(loading, value != NULL ? value : map);
}

bool loading_is_absent(const struct node *section)
{
    return section == NULL || (section->kind == NODE_SCALAR && section->text.len == 0 && !section->quoted);
}

/* ---- single values ---- */

void loading_check_address(
    const struct loading *loading, struct place place, const char *what, const char *address)
{
    if (mail_address_is_valid(address))
        return;
    diag_error(loading->diags, place, "C004", "%s: expected an e-mail address, found '%.60s'", what, address);
    diag_hint(loading->diags, "write name@host, without a display name, < > or quotes");
}

const char *loading_resolve(const struct loading *loading, const char *path)
{
    struct arena *arena = &loading->config->arena;
    if (path[0] == '/' || path[0] == '\0')
        return path;
    return arena_printf(arena, "%.*s%s", (int)loading->directory.len, loading->directory.data, path);
}

unsigned loading_severities(
    const struct loading *loading, struct place place, const char *what, const struct texts *names)
{
    unsigned bits = 0;
    for (size_t i = 0; i < names->len; i++) {
        int severity = 0;
        while (
            severity < SEVERITY_COUNT && !str_equal(names->items[i], severity_name((enum severity)severity)))
            severity++;
        if (severity < SEVERITY_COUNT) {
            bits |= 1U << severity;
            continue;
        }
        diag_error(
            loading->diags, place, "C019", "%s: expected a severity, found '%.60s'", what, names->items[i]);
        diag_hint(loading->diags, "write watch, caution, warning or critical");
    }
    return bits;
}

void loading_check_countries(
    const struct loading *loading, struct place place, const char *what, const struct texts *codes)
{
    for (size_t i = 0; i < codes->len; i++) {
        if (config_text_is_country(codes->items[i]))
            continue;
        diag_error(loading->diags, place, "C001", "%s: expected two capital letters, found '%.60s'", what,
            codes->items[i]);
        diag_hint(loading->diags, "the United States are US, the European Union is EU");
    }
}

static void check_path(
    const struct loading *loading, const struct node *map, const char *key, const char **path)
{
    if ((*path)[0] == '\0') {
        diag_error(loading->diags, loading_place_of(loading, map, key), "C014",
            "'%s': expected a path, found nothing", key);
        diag_hint(loading->diags, "remove the key to have its default");
    }
    *path = loading_resolve(loading, *path);
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
        diag_error(loading->diags, loading_place_of(loading, map, "plain_hosts"), "C002",
            "'plain_hosts': '%.60s' is another machine", hosts->items[i]);
        diag_hint(loading->diags,
            "only localhost, 127.x.x.x and ::1 may be reached without TLS; use https or smtps");
    }
}

static void check_top(const struct loading *loading, const struct node *map)
{
    struct config *config = loading->config;
    if (!config_text_is_country(config->home)) {
        diag_error(loading->diags, loading_place_of(loading, map, "home"), "C001",
            "'home': expected two capital letters of ISO 3166-1, found '%.60s'", config->home);
        diag_hint(loading->diags, "Viet Nam is VN");
    }
    if (!config_text_is_listen(config->listen)) {
        diag_error(loading->diags, loading_place_of(loading, map, "listen"), "C003",
            "'listen': expected a loopback address and a port, or off, found '%.60s'", config->listen);
        diag_hint(loading->diags, "write 127.0.0.1:9464; for other machines, put a TLS proxy before it");
    }
    if (config->user_agent_contact[0] != '\0')
        loading_check_address(
            loading, loading_place_of(loading, map, "contact"), "'contact'", config->user_agent_contact);
    check_plain_hosts(loading, map);
    check_path(loading, map, "state_directory", &config->state_directory);
    check_paths(loading, map, "feeds", &config->feeds);
    check_paths(loading, map, "tables", &config->tables);
    check_paths(loading, map, "rules", &config->rules);
    check_paths(loading, map, "templates", &config->templates);
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

int loading_secret(const struct loading *loading, struct place place, const char *what, const char *name,
    struct slice *ret_secret)
{
    if (!check_secret_name(loading, place, what, name))
        return -EINVAL;
    if (loading->secrets != CONFIG_WITH_SECRETS)
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
        check_smtp_url(loading, loading_place_of(loading, smtp, "url"), config->smtp_url);
    if (config->smtp_from[0] != '\0')
        loading_check_address(
            loading, loading_place_of(loading, smtp, "from"), "'from' of smtp", config->smtp_from);
    if (user != password) {
        diag_error(loading->diags, loading_place_of(loading, smtp, "user"), "C012", "smtp has %s",
            user ? "a user without a password" : "a password without a user");
        diag_hint(loading->diags, "write both, or neither for a relay without authentication");
    }
    if (password)
        (void)loading_secret(loading, loading_place(loading, smtp), "'password' of smtp",
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
    const struct loading loading = {
        &draft->config, draft->config.path, directory_of(draft->config.path), secrets, diags};
    read_table(document, &config_table, draft, diags);
    const struct node *smtp = loading_is_absent(draft->smtp) ? &nothing : draft->smtp;
    const struct node *heartbeat = loading_is_absent(draft->heartbeat) ? &nothing : draft->heartbeat;
    read_table(smtp, &smtp_table, draft, diags);
    read_table(heartbeat, &heartbeat_table, draft, diags);
    if (document->kind != NODE_MAP)
        return;
    check_top(&loading, document);
    check_smtp(&loading, smtp);
    if (draft->config.heartbeat_url[0] != '\0')
        config_check_https(&loading, loading_place_of(&loading, heartbeat, "url"), "'url' of heartbeat",
            draft->config.heartbeat_url);
    config_read_receivers(&loading, draft->receivers);
    config_check_escalations(&loading);
    config_read_routes(&loading, draft->routes);
    check_mail_is_possible(&loading, loading_place_of(&loading, document, "smtp"));
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
        alloc_free(draft.config.receivers);
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
    alloc_free(config->receivers);
    arena_deinit(&config->arena);
    alloc_free(config);
}
