#include "app/rule_choice.h"

#include <errno.h>

#include "app/paths.h"
#include "base/alloc.h"
#include "io/yaml.h"

/* ---- the setup's ---- */

static void choose_configured(const struct setup *setup, struct rule_choice *choice)
{
    choice->name = "configured";
    choice->rules = *setup->ruleset;
    choice->reference = &setup->reference;
}

static void start(const struct setup *setup, struct rule_choice *choice)
{
    *choice = (struct rule_choice){.home = setup->config->home, .sources = setup->sources};
    choose_configured(setup, choice);
}

/* ---- of files ---- */

static int load_tables(
    const struct setup *setup, const struct texts *paths, struct rule_choice *choice, struct diag_list *diags)
{
    size_t errors = diags->errors;
    choice->tables = setup->tables;
    if (paths->len == 0)
        return 0;
    choice->tables = (struct table_files){0};
    struct texts files = paths_list(paths, &path_tables, &choice->arena, diags);
    for (size_t i = 0; i < files.len; i++)
        (void)table_files_load(&choice->tables, files.items[i], &choice->arena, diags);
    if (diags->errors > errors)
        return -EINVAL;
    choice->reference = &choice->own_reference;
    return table_files_read(&choice->tables, &choice->own_reference, diags);
}

static void load_rules(const struct texts *paths, struct rule_choice *choice, struct diag_list *diags)
{
    struct texts files = paths_list(paths, &path_rules, &choice->arena, diags);
    for (size_t i = 0; i < files.len; i++) {
        const struct node *document;
        struct slice text;
        if (yaml_load(files.items[i], &choice->arena, &document, &text, diags) == 0)
            ruleset_add(choice->ruleset, document, text, choice->reference, diags);
    }
}

static const char *join(const struct texts *texts, struct arena *arena)
{
    const char *all = "";
    for (size_t i = 0; i < texts->len; i++)
        all = arena_printf(arena, "%s%s%s", all, i > 0 ? ", " : "", texts->items[i]);
    return all;
}

int rule_choice_files(const struct setup *setup, const struct texts *rules, const struct texts *tables,
    struct rule_choice *ret_choice, struct diag_list *diags)
{
    size_t errors = diags->errors;
    start(setup, ret_choice);
    if (load_tables(setup, tables, ret_choice, diags) < 0)
        return -EINVAL;
    ret_choice->ruleset = ruleset_new();
    rulebook_keep(ret_choice->ruleset, ret_choice->home, &ret_choice->sources, &ret_choice->tables, diags);
    load_rules(rules, ret_choice, diags);
    (void)ruleset_seal(ret_choice->ruleset, diags); /* its faults are in diags */
    ret_choice->rules = *ret_choice->ruleset;
    ret_choice->name = join(rules, &ret_choice->arena);
    return diags->errors > errors ? -EINVAL : 0;
}

/* ---- the store's ---- */

static int choose_stored(struct store *store, struct rule_choice *choice, struct diag_list *diags)
{
    struct slice files;
    int r = store_last_ruleset(store, &choice->arena, &files);
    if (r < 0)
        return r;
    choice->book = alloc_zeroed(1, sizeof *choice->book);
    r = rulebook_read(files, choice->book, diags);
    if (r == 0)
        r = ruleset_seal(choice->book->ruleset, diags);
    choice->name = "stored";
    choice->rules = *choice->book->ruleset;
    choice->reference = &choice->book->reference;
    choice->home = choice->book->home;
    choice->sources = choice->book->sources;
    return r;
}

int rule_choice_named(const struct setup *setup, struct store *store, const char *name,
    struct rule_choice *ret_choice, struct diag_list *diags)
{
    start(setup, ret_choice);
    if (str_equal(name, "configured"))
        return 0;
    if (str_equal(name, "stored"))
        return choose_stored(store, ret_choice, diags);
    struct texts rules = {&name, 1}, tables = {0};
    return rule_choice_files(setup, &rules, &tables, ret_choice, diags);
}

/* ---- some of them ---- */

const struct rule *rule_choice_find(const struct rule_choice *choice, const char *id)
{
    return ruleset_find(&choice->rules, id);
}

const char *rule_choice_suggest(const struct rule_choice *choice, const char *id)
{
    const char *ids[RULES_MAX];
    for (size_t i = 0; i < choice->rules.len; i++)
        ids[i] = choice->rules.rules[i].id;
    return str_did_you_mean(slice_of(id), ids, choice->rules.len);
}

int rule_choice_keep(struct rule_choice *choice, char *const *ids, size_t n, const char **ret_missing)
{
    struct rule *kept = arena_array(&choice->arena, n, sizeof *kept);
    for (size_t i = 0; i < n; i++) {
        const struct rule *rule = rule_choice_find(choice, ids[i]);
        if (rule == NULL) {
            *ret_missing = ids[i];
            return -ENOENT;
        }
        kept[i] = *rule;
    }
    choice->rules.rules = kept;
    choice->rules.len = n;
    return 0;
}

void rule_choice_deinit(struct rule_choice *choice)
{
    if (choice->book != NULL)
        rulebook_deinit(choice->book);
    alloc_free(choice->book);
    ruleset_free(choice->ruleset);
    reference_deinit(&choice->own_reference);
    arena_deinit(&choice->arena);
    *choice = (struct rule_choice){0};
}
