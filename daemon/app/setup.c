#include "app/setup.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "io/file.h"
#include "io/yaml.h"

/* Reference tables lie beside descriptors, and tests beside rules. */
#define FEED_SUFFIX ".feed.yaml"
#define RULE_SUFFIX ".yaml"
#define TEST_SUFFIX ".test.yaml"

/* Calls fn for every file under the paths. */
static void each_file(struct setup *setup, const struct texts *paths, const char *suffix,
    struct diag_list *diags, void (*fn)(struct setup *setup, const char *path, struct diag_list *diags))
{
    for (size_t i = 0; i < paths->len; i++) {
        struct texts files;
        int r = file_list(paths->items[i], suffix, &setup->arena, &files);
        if (r < 0) {
            diag_error(
                diags, (struct place){.file = paths->items[i]}, "C100", "cannot be read: %s", strerror(-r));
            continue;
        }
        if (files.len == 0)
            diag_error(diags, (struct place){.file = paths->items[i]}, "C101",
                "holds no file that ends in %s", suffix);
        for (size_t f = 0; f < files.len; f++)
            fn(setup, files.items[f], diags);
    }
}

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

static void load_feeds(struct setup *setup, struct diag_list *diags)
{
    setup->feeds = arena_array(&setup->arena, FEEDS_MAX, sizeof *setup->feeds);
    each_file(setup, &setup->config->feeds, FEED_SUFFIX, diags, load_feed);
    const char **names = arena_array(&setup->arena, setup->feed_count, sizeof *names);
    for (size_t i = 0; i < setup->feed_count; i++)
        names[i] = setup->feeds[i].feed;
    setup->sources = (struct texts){names, setup->feed_count};
}

static void load_baskets(struct setup *setup, struct diag_list *diags)
{
    const struct node *document;
    if (yaml_load(setup->config->baskets, &setup->arena, &document, NULL, diags) == 0)
        (void)baskets_read(document, &setup->baskets, diags); /* its faults are in diags */
}

static bool is_test(const char *path)
{
    size_t len = strlen(path), suffix = strlen(TEST_SUFFIX);
    return len > suffix && str_equal(path + len - suffix, TEST_SUFFIX);
}

static void load_rules(struct setup *setup, const char *path, struct diag_list *diags)
{
    const struct node *document;
    struct slice text;
    if (is_test(path))
        return;
    if (yaml_load(path, &setup->arena, &document, &text, diags) == 0)
        ruleset_add(setup->ruleset, document, text, &setup->baskets, diags);
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
    load_baskets(setup, diags);
    size_t errors = diags->errors;
    setup->ruleset = ruleset_new();
    each_file(setup, &setup->config->rules, RULE_SUFFIX, diags, load_rules);
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
    size_t offset = 0, errors = diags->errors;
    const char *name;
    struct slice text;
    ruleset_free(setup->ruleset);
    setup->ruleset = ruleset_new();
    while (ruleset_next_file(files, &offset, &name, &text)) {
        const struct node *document;
        if (yaml_parse(name, text, &setup->arena, &document, diags) == 0)
            ruleset_add(setup->ruleset, document, text, &setup->baskets, diags);
    }
    return seal_rules(setup, errors, diags);
}

void setup_free(struct setup *setup)
{
    if (setup == NULL)
        return;
    for (size_t i = 0; i < setup->feed_count; i++)
        descriptor_deinit(&setup->feeds[i]);
    ruleset_free(setup->ruleset);
    baskets_deinit(&setup->baskets);
    config_free(setup->config);
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
