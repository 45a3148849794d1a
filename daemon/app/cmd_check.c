#include <getopt.h>
#include <string.h>

#include "app/asset.h"
#include "app/command.h"
#include "app/history_lint.h"
#include "app/paths.h"
#include "base/alloc.h"
#include "core/rule_lint.h"
#include "io/diag_json.h"

enum { JSON_BYTES_MAX = 16 * 1024 * 1024 };

/* Files that are checked together. */
struct check {
    struct texts paths;        /* of tables that the files refer to; none: the shipped ones */
    struct table_files files;  /* the files, tables or rules */
    struct table_files tables; /* tables among them, and those that they refer to */
    struct reference reference;
    struct ruleset *ruleset;
    struct arena arena;
    struct diag_list *diags;
};

/* A file is known by its keys, also by misspelt ones: it is said then what they were meant for. */
static bool is_table(const struct node *document)
{
    static const char *const names[] = {"rules", "baskets", "measures", "quotas", "countries"};
    const char *near = NULL;
    for (size_t i = 0; document->kind == NODE_MAP && i < document->len && near == NULL; i++)
        near = str_did_you_mean(document->keys[i]->text, names, sizeof names / sizeof *names);
    return near != NULL && near != names[0];
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
        if (is_table(file->document))
            (void)table_files_add(&check->tables, file->name, file->text, &check->arena, check->diags);
    }
    if (check->diags->errors == errors)
        (void)table_files_read(&check->tables, &check->reference, check->diags); /* its faults are in diags */
}

static void check_rules(struct check *check)
{
    for (size_t i = 0; i < check->files.len; i++) {
        const struct table_file *file = &check->files.items[i];
        if (!is_table(file->document))
            ruleset_add(check->ruleset, file->document, file->text, &check->reference, check->diags);
    }
    (void)ruleset_seal(check->ruleset, check->diags); /* its faults are in diags */
    for (size_t i = 0; i < check->files.len; i++)
        rule_lint_document(
            check->ruleset, check->files.items[i].document, &check->reference.baskets, check->diags);
}

static void print_tables(const struct reference *reference)
{
    printf("%zu baskets, %zu measures, %zu quotas and %zu countries are in order\n", reference->baskets.len,
        reference->measures.len, reference->quotas.len, reference->countries.len);
}

/* What was asked for. */
struct request {
    struct texts tables; /* paths */
    bool json;
    char **files; /* NULL-terminated; none: the configuration with all that it names */
};

static size_t check_files(const struct request *request, struct diag_list *diags)
{
    struct check check = {.paths = request->tables, .ruleset = ruleset_new(), .diags = diags};
    for (char **path = request->files; *path != NULL; path++)
        (void)table_files_load(&check.files, *path, &check.arena, diags); /* its faults are in diags */
    size_t errors = diags->errors;
    check_tables(&check);
    if (diags->errors == errors)
        check_rules(&check);
    if (diags->errors == 0 && !request->json)
        print_tables(&check.reference);
    size_t rules = check.ruleset->len;
    ruleset_free(check.ruleset);
    reference_deinit(&check.reference);
    arena_deinit(&check.arena);
    return rules;
}

/* What only history shows. Where there is no store yet, or it cannot be read, nothing is said of it: this is
 * about what people wrote. */
static void check_history(const struct setup *setup, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct store *store;
    char *text = NULL;
    struct panel *panel = panel_new();
    const char *path = arena_printf(&arena, "%s/tdwatch.db", setup->config->state_directory);
    if (store_open(path, STORE_READ, &store, &text) == 0) {
        if (store_load_panel(store, panel) == 0)
            history_lint(&(struct history_lint_input){setup->ruleset, setup->rule_documents,
                             setup->rule_document_count, &setup->reference, setup->config->home,
                             &setup->sources, panel},
                diags);
        (void)store_close(store); /* read only: nothing to lose */
    }
    panel_free(panel);
    alloc_free(text);
    arena_deinit(&arena);
}

static void check_warnings(const struct setup *setup, struct diag_list *diags)
{
    for (size_t i = 0; i < setup->rule_document_count; i++)
        rule_lint_document(setup->ruleset, setup->rule_documents[i], &setup->reference.baskets, diags);
    check_history(setup, diags);
}

static size_t check_setup(const struct request *request, const char *config_path, struct diag_list *diags)
{
    struct setup *setup;
    (void)setup_load(config_path, CONFIG_WITHOUT_SECRETS, &setup, diags); /* its faults are in diags */
    size_t rules = setup != NULL && setup->ruleset != NULL ? setup->ruleset->len : 0;
    if (diags->errors == 0)
        check_warnings(setup, diags);
    if (diags->errors == 0 && !request->json) {
        printf(
            "%s: %zu feeds, %zu receivers\n", config_path, setup->feed_count, setup->config->receiver_count);
        print_tables(&setup->reference);
    }
    setup_free(setup);
    return rules;
}

static void print_text(struct diag_list *diags, const struct request *request, size_t rules)
{
    command_print_diags(stdout, diags);
    if (diags->errors == 0 &&
        (rules > 0 || request->files[0] == NULL)) /* not where only tables were checked */
        printf("%zu rules are in order\n", rules);
}

/* DIAG_MAX findings of at most two texts of 1 KiB each always fit. */
static void print_json(const struct diag_list *diags, const struct request *request)
{
    size_t files = 0;
    struct buf out;
    while (request->files[files] != NULL)
        files++;
    buf_init(&out, JSON_BYTES_MAX);
    (void)diag_json_write(diags, files > 0 ? files : 1, &out);
    fputs(buf_text(&out), stdout);
    buf_deinit(&out);
}

/* False where an option is none of ours. */
static bool read_options(int argc, char **argv, struct arena *arena, struct request *ret_request)
{
    static const struct option options[] = {
        {"tables", required_argument, NULL, 't'}, {"json", no_argument, NULL, 'j'}, {0}};
    const char **paths = arena_array(arena, (size_t)argc, sizeof *paths);
    struct request request = {.tables = {paths, 0}};
    for (int option; (option = getopt_long(argc, argv, "t:", options, NULL)) != -1;) {
        if (option == 't')
            paths[request.tables.len++] = optarg;
        else if (option == 'j')
            request.json = true;
        else
            return false;
    }
    request.files = argv + optind;
    *ret_request = request;
    return true;
}

int cmd_check(const char *config_path, int argc, char **argv)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct request request;
    int code = EXIT_USAGE;
    if (read_options(argc, argv, &arena, &request)) {
        size_t rules = request.files[0] != NULL
                           ? check_files(&request, &diags)
                           : check_setup(&request, command_config_path(config_path), &diags);
        if (request.json)
            print_json(&diags, &request);
        else
            print_text(&diags, &request, rules);
        code = diags.errors == 0 ? EXIT_OK : EXIT_FAULT;
    }
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return code;
}
