#include "app/check_files.h"

#include <string.h>

#include "app/asset.h"
#include "app/paths.h"
#include "app/test_pack.h"
#include "core/rule_lint.h"
#include "feeds/descriptor.h"

/* What a file is. */
enum file_kind { FILE_RULES, FILE_TABLE, FILE_TESTS, FILE_FEED };

/* Files that are checked together. */
struct check {
    struct texts paths;        /* of tables that the files refer to; none: the shipped ones */
    struct table_files files;  /* the files, tables or rules */
    struct table_files tables; /* tables among them, and those that they refer to */
    struct reference reference;
    struct ruleset *ruleset;
    struct checked_files checked;
    struct arena arena;
    struct diag_list *diags;
};

/* A file is known by its keys, also by misspelt ones: it is said then what they were meant for. */
static enum file_kind kind_of(const struct node *document)
{
    static const struct {
        const char *key;
        enum file_kind kind;
    } keys[] = {
        {"rules", FILE_RULES},
        {"baskets", FILE_TABLE},
        {"measures", FILE_TABLE},
        {"quotas", FILE_TABLE},
        {"countries", FILE_TABLE},
        {"concordance", FILE_TABLE},
        {"as_of", FILE_TABLE},
        {"deadlines", FILE_TABLE},
        {"tests", FILE_TESTS},
        {"feed", FILE_FEED},
        {"fields", FILE_FEED},
        {"notices", FILE_FEED},
    };
    enum { KEYS = sizeof keys / sizeof *keys };
    const char *names[KEYS], *near = NULL;
    enum file_kind kind = FILE_RULES;
    for (size_t i = 0; i < KEYS; i++)
        names[i] = keys[i].key;
    for (size_t i = 0; document->kind == NODE_MAP && i < document->len; i++) {
        near = str_did_you_mean(document->keys[i]->text, names, KEYS);
        for (size_t k = 0; near != NULL && k < KEYS; k++)
            if (names[k] == near && (keys[k].kind == FILE_TESTS || kind == FILE_RULES))
                kind = keys[k].kind; /* tests may bring baskets of their own */
    }
    return kind;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* A file that is checked stands in for the one of its name: a copy of a shipped table is not there twice. */
static bool is_replaced(const struct check *check, const char *path)
{
    for (size_t i = 0; i < check->files.len; i++)
        if (str_equal(base_name(check->files.items[i].name), base_name(path)))
            return true;
    return false;
}

static void add_other_tables(struct check *check)
{
    struct texts paths = paths_list(&check->paths, &path_tables, &check->arena, check->diags);
    for (size_t i = 0; i < paths.len; i++)
        if (!is_replaced(check, paths.items[i]))
            (void)table_files_load(&check->tables, paths.items[i], &check->arena, check->diags);
    for (const struct asset *table = asset_tables; check->paths.len == 0 && table->name != NULL; table++)
        if (!is_replaced(check, table->name))
            (void)table_files_add(&check->tables, table->name, table->text, &check->arena, check->diags);
}

static void check_tables(struct check *check)
{
    size_t errors = check->diags->errors;
    add_other_tables(check);
    for (size_t i = 0; i < check->files.len; i++) {
        const struct table_file *file = &check->files.items[i];
        if (kind_of(file->document) == FILE_TABLE)
            (void)table_files_add(&check->tables, file->name, file->text, &check->arena, check->diags);
    }
    if (check->diags->errors > errors ||
        table_files_read(&check->tables, &check->reference, check->diags) < 0)
        return;
    for (size_t i = 0; i < check->files.len; i++)
        concordance_lint(&check->reference.concordance, &check->reference.baskets, check->files.items[i].name,
            check->diags);
}

static void check_rules(struct check *check)
{
    for (size_t i = 0; i < check->files.len; i++) {
        const struct table_file *file = &check->files.items[i];
        if (kind_of(file->document) == FILE_RULES)
            ruleset_add(check->ruleset, file->document, file->text, &check->reference, check->diags);
    }
    (void)ruleset_seal(check->ruleset, check->diags); /* its faults are in diags */
    for (size_t i = 0; i < check->files.len; i++)
        if (kind_of(check->files.items[i].document) == FILE_RULES)
            rule_lint_document(
                check->ruleset, check->files.items[i].document, &check->reference.baskets, check->diags);
    check->checked.rules = check->ruleset->len;
}

/* ---- tests: against the pack beside them ---- */

static bool is_checked(const struct check *check, const char *path)
{
    for (size_t i = 0; i < check->files.len; i++)
        if (str_equal(check->files.items[i].name, path))
            return true;
    return false;
}

/* The pack's own faults are told once: where the pack is among the files, by itself. */
static void take_findings(struct check *check, const struct test_pack *pack)
{
    for (size_t i = 0; i < pack->diags.len; i++) {
        const struct diag *diag = &pack->diags.items[i];
        struct place place = {diag->file, diag->line, diag->column};
        if (!str_equal(diag->file, pack->tests_path) && is_checked(check, diag->file))
            continue;
        diag_error(check->diags, place, diag->code, "%s", diag->text);
        if (diag->hint != NULL)
            diag_hint(check->diags, "%s", diag->hint);
    }
}

static void check_tests(struct check *check, const char *path)
{
    struct test_pack pack;
    size_t len = strlen(path), suffix = strlen(".test.yaml");
    const char *rules = len > suffix && str_equal(path + len - suffix, ".test.yaml")
                            ? arena_printf(&check->arena, "%.*s.yaml", (int)(len - suffix), path)
                            : path;
    test_pack_read(&pack, rules, &check->tables, "VN");
    take_findings(check, &pack);
    check->checked.tests += pack.tests.len;
    test_pack_deinit(&pack);
}

static void check_feed(struct check *check, const struct node *document)
{
    struct descriptor feed;
    if (descriptor_read(document, &feed, check->diags) < 0)
        return;
    check->checked.feeds++;
    descriptor_deinit(&feed);
}

static void check_others(struct check *check)
{
    for (size_t i = 0; i < check->files.len; i++) {
        const struct table_file *file = &check->files.items[i];
        if (kind_of(file->document) == FILE_TESTS)
            check_tests(check, file->name);
        else if (kind_of(file->document) == FILE_FEED)
            check_feed(check, file->document);
    }
}

/* ---- the whole ---- */

struct checked_files check_files(const struct texts *tables, char *const *paths, struct diag_list *diags)
{
    struct check check = {.paths = *tables, .ruleset = ruleset_new(), .diags = diags};
    for (char *const *path = paths; *path != NULL; path++)
        (void)table_files_load(&check.files, *path, &check.arena, diags); /* its faults are in diags */
    size_t errors = diags->errors;
    check_tables(&check);
    if (diags->errors == errors) {
        check_rules(&check);
        check_others(&check);
    }
    struct checked_files checked = check.checked;
    checked.baskets = check.reference.baskets.len;
    checked.measures = check.reference.measures.len;
    checked.quotas = check.reference.quotas.len;
    checked.countries = check.reference.countries.len;
    checked.deadlines = check.reference.deadlines.len;
    ruleset_free(check.ruleset);
    reference_deinit(&check.reference);
    arena_deinit(&check.arena);
    return checked;
}
