#include "app/rulebook.h"

#include <errno.h>
#include <string.h>

#include "base/keys.h"
#include "io/yaml.h"

/* The entry that holds home and feeds. Its name is no file's, since it has no suffix. */
static const char context_name[] = "context";

struct context_keys {
    const char *home;
    struct texts feeds, zero, world; /* `zero`: those that leave out what is zero; `world`: whose partners
                                        make up the world */
};

static const struct key context_keys[] = {
    {"home", KEY_TEXT, offsetof(struct context_keys, home), .required = true, .help = "the home country"},
    {"feeds", KEY_TEXTS, offsetof(struct context_keys, feeds), .required = true, .help = "in order"},
    {"zero", KEY_TEXTS, offsetof(struct context_keys, zero), .help = "feeds that leave out what is zero"},
    {"world", KEY_TEXTS, offsetof(struct context_keys, world),
        .help = "feeds whose partners make up the world"},
};

enum { CONTEXT_BYTES_MAX = 64 * 1024 };

static bool is_any(const struct source *source)
{
    (void)source;
    return true;
}

static bool is_zero(const struct source *source)
{
    return source->absent_is_zero;
}

static bool is_world(const struct source *source)
{
    return source->world_is_sum;
}

/* Names of feeds need no quotes. */
static void put_list(struct buf *out, const char *key, const struct sources *sources,
    bool (*is_listed)(const struct source *source))
{
    const char *separator = "";
    (void)buf_printf(out, "%s: [", key);
    for (size_t i = 0; i < sources->len; i++) {
        if (!is_listed(&sources->items[i]))
            continue;
        (void)buf_printf(out, "%s%s", separator, sources->items[i].name);
        separator = ", ";
    }
    (void)buf_puts(out, "]\n");
}

void rulebook_keep(struct ruleset *ruleset, const char *home, const struct sources *sources,
    const struct table_files *tables, struct diag_list *diags)
{
    struct buf out;
    buf_init(&out, CONTEXT_BYTES_MAX);
    (void)buf_printf(&out, "home: %s\n", home);
    put_list(&out, "feeds", sources, is_any);
    put_list(&out, "zero", sources, is_zero);
    put_list(&out, "world", sources, is_world);
    struct place place = {.file = context_name};
    ruleset_keep(ruleset, place, (struct slice){buf_text(&out), out.len}, diags);
    buf_deinit(&out);
    for (size_t i = 0; i < tables->len; i++) {
        place.file = tables->items[i].name;
        ruleset_keep(ruleset, place, tables->items[i].text, diags);
    }
}

static bool holds(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->len; i++)
        if (str_equal(texts->items[i], text))
            return true;
    return false;
}

static void read_context(struct rulebook *rulebook, const struct node *document, struct diag_list *diags)
{
    struct context_keys keys;
    if (keys_read(document, context_keys, sizeof context_keys / sizeof *context_keys, "the context", &keys,
            &rulebook->arena, diags) < 0)
        return;
    struct source *sources = arena_array(&rulebook->arena, keys.feeds.len, sizeof *sources);
    for (size_t i = 0; i < keys.feeds.len; i++)
        sources[i] = (struct source){keys.feeds.items[i], holds(&keys.zero, keys.feeds.items[i]),
            holds(&keys.world, keys.feeds.items[i])};
    rulebook->home = keys.home;
    rulebook->sources = (struct sources){sources, keys.feeds.len};
}

static bool is_rules(const struct node *document)
{
    return node_get(document, "rules") != NULL;
}

int rulebook_read(struct slice files, struct rulebook *ret_rulebook, struct diag_list *diags)
{
    struct rulebook *book = ret_rulebook;
    size_t offset = 0, errors = diags->errors;
    const char *name;
    struct slice text;
    *book = (struct rulebook){.home = "", .ruleset = ruleset_new()};
    while (ruleset_next_file(files, &offset, &name, &text)) {
        const struct node *document;
        if (yaml_parse(name, text, &book->arena, &document, diags) < 0)
            continue;
        if (str_equal(name, context_name))
            read_context(book, document, diags);
        else if (!is_rules(document))
            (void)table_files_add(&book->tables, name, text, &book->arena, diags); /* parses it again */
    }
    if (table_files_read(&book->tables, &book->reference, diags) == 0)
        rulebook_add_rules(files, &book->reference, book->ruleset, &book->arena, diags);
    return diags->errors > errors ? -EINVAL : 0;
}

void rulebook_add_rules(struct slice files, const struct reference *reference, struct ruleset *ruleset,
    struct arena *arena, struct diag_list *diags)
{
    size_t offset = 0;
    const char *name;
    struct slice text;
    while (ruleset_next_file(files, &offset, &name, &text)) {
        const struct node *document;
        if (yaml_parse(name, text, arena, &document, diags) == 0 && is_rules(document))
            ruleset_add(ruleset, document, text, reference, diags);
    }
}

void rulebook_deinit(struct rulebook *rulebook)
{
    ruleset_free(rulebook->ruleset);
    reference_deinit(&rulebook->reference);
    arena_deinit(&rulebook->arena);
    *rulebook = (struct rulebook){0};
}
