/* Who is told: the list of receivers, also from files that other systems write. */
#include <errno.h>
#include <string.h>

#include "app/config_read.h"
#include "app/config_text.h"
#include "base/alloc.h"
#include "io/file.h"
#include "io/yaml.h"
#include "io/zone_data.h"

/* ---- languages ---- */

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

/* ---- agendas ---- */

/* The zone, read once for all receivers that name it. NULL: there is no such zone, and that was said. */
static const struct zone *find_zone(const struct loading *loading, struct place place, const char *name)
{
    struct config *config = loading->config;
    for (size_t i = 0; i < config->zone_count; i++)
        if (str_equal(config->zones[i]->name, name))
            return config->zones[i];
    struct zone *zone = arena_alloc(&config->arena, sizeof *zone);
    if (zone_read(name, &config->arena, zone) < 0) {
        diag_error(
            loading->diags, place, "C015", "'time_zone' of a receiver: there is no zone '%.60s'", name);
        diag_hint(loading->diags, "write a name of the IANA database such as Asia/Ho_Chi_Minh; its data is "
                                  "Debian's package tzdata");
        return NULL;
    }
    if (config->zone_count < CONFIG_ZONES_MAX)
        config->zones[config->zone_count++] = zone;
    return zone;
}

static void read_cadence(const struct loading *loading, const struct node *map, struct agenda *agenda)
{
    const char *texts[SEVERITY_COUNT] = {NULL};
    const struct node nothing = {.kind = NODE_MAP};
    (void)keys_read(map != NULL ? map : &nothing, cadence_table.keys, cadence_table.n, cadence_table.what,
        texts, &loading->config->arena, loading->diags);
    for (int severity = 0; severity < SEVERITY_COUNT; severity++) {
        const char *text = texts[severity];
        if (text == NULL || cadence_read(slice_of(text), &agenda->cadence[severity]) == 0)
            continue;
        diag_error(loading->diags, loading_place_of(loading, map, severity_name((enum severity)severity)),
            "C017", "'cadence' of a receiver: expected a time, found '%.60s'", text);
        diag_hint(loading->diags, "write at once, daily 08:00 or weekly monday 08:00");
    }
}

static void read_quiet_hours(
    const struct loading *loading, const struct node *map, struct receiver_draft *draft)
{
    struct agenda *agenda = &draft->receiver.agenda;
    agenda->passes = draft->quiet_except;
    if (draft->quiet_hours == NULL || draft->quiet_hours[0] == '\0' ||
        agenda_read_quiet(slice_of(draft->quiet_hours), agenda) == 0)
        return;
    diag_error(loading->diags, loading_place_of(loading, map, "quiet_hours"), "C016",
        "'quiet_hours' of a receiver: expected two times, found '%.60s'", draft->quiet_hours);
    diag_hint(loading->diags, "write 22:00-07:00; no quiet hours: remove the key");
}

/* A zone is looked for where it is written or needed: a machine without zone data can do without. */
static void read_agenda(const struct loading *loading, const struct node *map, struct receiver_draft *draft)
{
    struct agenda *agenda = &draft->receiver.agenda;
    read_cadence(loading, draft->cadence, agenda);
    read_quiet_hours(loading, map, draft);
    if (node_get(map, "time_zone") != NULL || !agenda_is_plain(agenda))
        agenda->zone = find_zone(loading, loading_place_of(loading, map, "time_zone"), draft->time_zone);
}

/* ---- receivers ---- */

static void read_follows(const struct loading *loading, const struct node *map, struct receiver_draft *draft)
{
    struct receiver *receiver = &draft->receiver;
    loading_check_countries(loading, loading_place_of(loading, map, "markets"), "'markets' of a receiver",
        &receiver->follows.markets);
    receiver->follows.severities = loading_severities(loading, loading_place_of(loading, map, "severities"),
        "'severities' of a receiver", &draft->severities);
    receiver->products_place = loading_place_of(loading, map, "products");
}

static void check_receiver(
    const struct loading *loading, const struct node *map, struct receiver_draft *draft)
{
    struct receiver *receiver = &draft->receiver;
    receiver->place = loading_place(loading, map);
    receiver->languages =
        read_languages(loading, loading_place_of(loading, map, "languages"), &draft->languages);
    read_follows(loading, map, draft);
    read_agenda(loading, map, draft);
    config_read_escalation(loading, draft->escalate, &receiver->escalation);
    config_read_channel(loading, map, draft);
}

/* Deliveries are stored under the receiver's name. */
static void check_name_is_new(const struct loading *loading, const struct node *map, const char *name)
{
    const struct config *config = loading->config;
    for (size_t i = 0; i < config->receiver_count; i++) {
        const struct receiver *other = &config->receivers[i];
        if (name == NULL || other->name == NULL || !str_equal(name, other->name))
            continue;
        diag_error(loading->diags, loading_place_of(loading, map, "name"), "C007",
            "there already is a receiver '%s', on line %d of %s", name, other->place.line, other->place.file);
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
    config->receivers = alloc_grow(
        config->receivers, config->receiver_count, &config->receiver_cap, sizeof *config->receivers);
    config->receivers[config->receiver_count++] = draft.receiver;
}

/* False where there are too many, which is said once. */
static bool has_room(const struct loading *loading, const struct node *list)
{
    if (loading->config->receiver_count < RECEIVERS_MAX)
        return true;
    diag_error(loading->diags, loading_place(loading, list), "C013", "more than %d receivers", RECEIVERS_MAX);
    return false;
}

/* ---- files of receivers ---- */

static void read_file(struct loading *loading, const char *path)
{
    struct arena arena = ARENA_NULL;
    const struct node *document, *list = NULL;
    loading->file = path;
    if (yaml_load(path, &arena, &document, NULL, loading->diags) == 0 &&
        keys_read(document, receiver_file_table.keys, receiver_file_table.n, receiver_file_table.what, &list,
            &arena, loading->diags) == 0 &&
        !loading_is_absent(list)) {
        if (list->kind != NODE_SEQUENCE) {
            diag_error(loading->diags, loading_place(loading, list), "C013",
                "'receivers': expected a list of receivers");
            diag_hint(loading->diags, "begin each receiver with '- name: …'");
        }
        for (size_t i = 0; list->kind == NODE_SEQUENCE && i < list->len && has_room(loading, list); i++)
            read_receiver(loading, list->items[i]);
    }
    arena_deinit(&arena);
}

/* A directory may be empty: who fills it has nobody to tell yet. */
static void read_files(const struct loading *loading, const struct node *item)
{
    struct arena *arena = &loading->config->arena;
    struct texts files;
    const char *path = loading_resolve(loading, arena_strndup(arena, item->text.data, item->text.len));
    int r = file_list(path, ".yaml", arena, &files);
    if (r < 0) {
        diag_error(loading->diags, loading_place(loading, item), "C018",
            "'receivers': %.200s cannot be read: %s", path, strerror(-r));
        diag_hint(loading->diags, "an item is a receiver, or the path of a file or directory with receivers");
        return;
    }
    for (size_t i = 0; i < files.len; i++) {
        struct loading own = *loading;
        read_file(&own, files.items[i]);
    }
}

void config_read_receivers(const struct loading *loading, const struct node *list)
{
    if (loading_is_absent(list))
        return;
    if (list->kind != NODE_SEQUENCE) {
        diag_error(loading->diags, loading_place(loading, list), "C013",
            "'receivers': expected a list of receivers, or of files with receivers");
        diag_hint(loading->diags, "begin each receiver with '- name: …'");
        return;
    }
    for (size_t i = 0; i < list->len && has_room(loading, list); i++) {
        const struct node *item = list->items[i];
        if (item->kind == NODE_SCALAR && item->text.len > 0)
            read_files(loading, item);
        else
            read_receiver(loading, item);
    }
}
