#include "app/setup.h"

#include <errno.h>
#include <string.h>

#include "app/paths.h"
#include "app/rulebook.h"
#include "app/template_files.h"
#include "base/alloc.h"
#include "io/file.h"
#include "io/yaml.h"

static void load_feed(struct setup *setup, const char *path, struct diag_list *diags)
{
    const struct node *document;
    struct slice text;
    if (setup->feed_count == FEEDS_MAX) {
        diag_error(diags, (struct place){.file = path}, "C102", "more than %d feeds", FEEDS_MAX);
        return;
    }
    struct descriptor *feed = &setup->feeds[setup->feed_count];
    if (yaml_load(path, &setup->arena, &document, &text, diags) < 0 ||
        descriptor_read(document, feed, diags) < 0)
        return;
    feed->version = digest_of(text.data, text.len);
    if (setup_feed(setup, feed->feed) != NULL) {
        diag_error(diags, document->place, "C103", "the feed '%s' is described twice", feed->feed);
        diag_hint(diags, "the first is %s", setup_feed(setup, feed->feed)->file);
        descriptor_deinit(feed);
        return;
    }
    setup->feed_count++;
}

/* A feed without its key is not asked, and says so: that is no reason not to watch the others. */
static struct feed_key load_key(const struct descriptor *feed, struct arena *arena)
{
    struct slice key;
    const char *name = feed->ask.credential;
    if (name == NULL)
        return (struct feed_key){0};
    int r = file_read_secret(name, arena, &key);
    if (r == 0 && (key.len == 0 || key.len >= ASK_KEY_MAX))
        r = -EINVAL;
    if (r == 0)
        return (struct feed_key){arena_strndup(arena, key.data, key.len), NULL};
    return (struct feed_key){NULL, arena_printf(arena,
                                       "the credential %s cannot be read: %s; get a key from the source and "
                                       "pass it with LoadCredential=",
                                       name, strerror(-r))};
}

static void load_keys(struct setup *setup, enum config_secrets secrets)
{
    setup->keys = arena_array(&setup->arena, setup->feed_count, sizeof *setup->keys);
    for (size_t i = 0; secrets != CONFIG_WITHOUT_SECRETS && i < setup->feed_count; i++)
        setup->keys[i] = load_key(&setup->feeds[i], &setup->arena);
}

/* What is in another currency stays in quarantine where nothing ever brings a rate. */
static void check_rates(const struct setup *setup, struct diag_list *diags)
{
    bool any = false;
    for (size_t i = 0; i < setup->feed_count; i++)
        any |= setup->feeds[i].rates.base != NULL;
    for (size_t i = 0; i < setup->feed_count && !any; i++) {
        const struct descriptor *feed = &setup->feeds[i];
        if (feed->fields[FIELD_VALUE].currency == NULL)
            continue;
        diag_error(diags, (struct place){.file = feed->file}, "C105",
            "the values of the feed '%s' are in %s, and no feed of the configuration has exchange rates",
            feed->feed, feed->fields[FIELD_VALUE].currency);
        diag_hint(diags, "add ecb-rates.feed.yaml, which has those of the European Central Bank");
    }
}

static void load_feeds(struct setup *setup, struct diag_list *diags)
{
    setup->feeds = arena_array(&setup->arena, FEEDS_MAX, sizeof *setup->feeds);
    struct texts files = paths_list(&setup->config->feeds, &path_feeds, &setup->arena, diags);
    for (size_t i = 0; i < files.len; i++)
        load_feed(setup, files.items[i], diags);
    struct source *sources = arena_array(&setup->arena, setup->feed_count, sizeof *sources);
    for (size_t i = 0; i < setup->feed_count; i++)
        sources[i] = (struct source){
            setup->feeds[i].feed, setup->feeds[i].absent_is_zero, setup->feeds[i].world_is_sum};
    check_rates(setup, diags);
    setup->sources = (struct sources){sources, setup->feed_count};
}

/* Where a file cannot be read, rows of others name baskets that would be missing: those are not looked at. */
static void load_tables(struct setup *setup, struct diag_list *diags)
{
    size_t errors = diags->errors;
    struct texts files = paths_list(&setup->config->tables, &path_tables, &setup->arena, diags);
    for (size_t i = 0; i < files.len; i++)
        (void)table_files_load(&setup->tables, files.items[i], &setup->arena, diags);
    if (diags->errors == errors && table_files_read(&setup->tables, &setup->reference, diags) == 0)
        (void)config_bind(setup->config, &setup->reference.baskets, diags); /* its faults are in diags */
    setup->file_measures = setup->reference.measures.len;
    setup->cases = "";
}

static void load_rules(struct setup *setup, struct diag_list *diags)
{
    struct texts files = paths_list(&setup->config->rules, &path_rules, &setup->arena, diags);
    setup->rule_documents = arena_array(&setup->arena, files.len, sizeof *setup->rule_documents);
    for (size_t i = 0; i < files.len; i++) {
        const struct node *document;
        struct slice text;
        if (yaml_load(files.items[i], &setup->arena, &document, &text, diags) < 0)
            continue;
        ruleset_add(setup->ruleset, document, text, &setup->reference, diags);
        setup->rule_documents[setup->rule_document_count++] = document;
    }
}

static void new_ruleset(struct setup *setup, struct diag_list *diags)
{
    setup->ruleset = ruleset_new();
    rulebook_keep(setup->ruleset, setup->config->home, &setup->sources, &setup->tables, diags);
}

static int seal_rules(struct setup *setup, size_t errors_before, struct diag_list *diags)
{
    (void)ruleset_seal(setup->ruleset, diags);
    if (diags->errors == errors_before)
        return 0;
    ruleset_free(setup->ruleset);
    setup->ruleset = NULL;
    return -EINVAL;
}

int setup_load(
    const char *config_path, enum config_secrets secrets, struct setup **ret_setup, struct diag_list *diags)
{
    struct setup *setup = alloc_zeroed(1, sizeof *setup);
    *ret_setup = NULL;
    int r = config_load(config_path, secrets, &setup->config, diags);
    if (r < 0) {
        setup_free(setup);
        return r;
    }
    load_feeds(setup, diags);
    load_keys(setup, secrets);
    load_tables(setup, diags);
    template_files_load(&setup->config->templates, &setup->templates, &setup->arena, diags);
    size_t errors = diags->errors;
    new_ruleset(setup, diags);
    load_rules(setup, diags);
    r = seal_rules(setup, errors, diags);
    if (errors > 0) {
        setup_free(setup);
        return -EINVAL;
    }
    *ret_setup = setup;
    return r;
}

int setup_restore_rules(struct setup *setup, struct slice files, struct diag_list *diags)
{
    size_t errors = diags->errors;
    ruleset_free(setup->ruleset);
    new_ruleset(setup, diags);
    rulebook_add_rules(files, &setup->reference, setup->ruleset, &setup->arena, diags);
    return seal_rules(setup, errors, diags);
}

/* ---- the store's cases ---- */

/* No file's name, since it has no suffix. */
static const char cases_name[] = "cases";

static struct table_files tables_with(
    const struct setup *setup, const char *text, struct arena *arena, struct diag_list *diags)
{
    struct table_files tables = {.items = arena_array(arena, TABLE_FILES_MAX, sizeof *tables.items)};
    for (size_t i = 0; i < setup->tables.len; i++)
        if (!str_equal(setup->tables.items[i].name, cases_name))
            tables.items[tables.len++] = setup->tables.items[i];
    if (text[0] != '\0')
        (void)table_files_add(
            &tables, cases_name, slice_of(text), arena, diags); /* its faults are in diags */
    return tables;
}

/* The rules of another setup over this one's tables. */
static void read_rules_of(struct setup *setup, const struct setup *old, struct diag_list *diags)
{
    struct slice files = {buf_text(&old->ruleset->files), old->ruleset->files.len};
    struct arena *arena = &setup->case_arena;
    size_t errors = diags->errors;
    new_ruleset(setup, diags);
    rulebook_add_rules((struct slice){arena_strndup(arena, files.data, files.len), files.len},
        &setup->reference, setup->ruleset, arena, diags);
    (void)seal_rules(setup, errors, diags);
}

int setup_take_cases(struct setup *setup, const char *text, struct diag_list *diags)
{
    struct setup other = *setup;
    size_t errors = diags->errors;
    if (str_equal(text, setup->cases))
        return 0;
    other.case_arena = ARENA_NULL;
    other.reference = REFERENCE_NULL;
    other.cases = arena_strdup(&other.case_arena, text);
    other.tables = tables_with(setup, other.cases, &other.case_arena, diags);
    if (diags->errors == errors && table_files_read(&other.tables, &other.reference, diags) == 0)
        read_rules_of(&other, setup, diags);
    if (diags->errors > errors) { /* a faulty rule set is freed already */
        reference_deinit(&other.reference);
        arena_deinit(&other.case_arena);
        return -EINVAL;
    }
    ruleset_free(setup->ruleset);
    reference_deinit(&setup->reference);
    arena_deinit(&setup->case_arena);
    setup->ruleset = other.ruleset; /* one by one: the loop reads what stays */
    setup->reference = other.reference;
    setup->tables = other.tables;
    setup->cases = other.cases;
    setup->case_arena = other.case_arena;
    return 0;
}

void setup_free(struct setup *setup)
{
    if (setup == NULL)
        return;
    for (size_t i = 0; i < setup->feed_count; i++)
        descriptor_deinit(&setup->feeds[i]);
    ruleset_free(setup->ruleset);
    reference_deinit(&setup->reference);
    config_free(setup->config);
    arena_deinit(&setup->case_arena);
    arena_deinit(&setup->arena);
    alloc_free(setup);
}

const struct descriptor *setup_feed(const struct setup *setup, const char *name)
{
    for (size_t i = 0; i < setup->feed_count; i++)
        if (str_equal(setup->feeds[i].feed, name))
            return &setup->feeds[i];
    return NULL;
}
