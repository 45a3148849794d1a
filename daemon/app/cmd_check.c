#include <getopt.h>
#include <string.h>

#include "app/check_files.h"
#include "app/command.h"
#include "app/history_lint.h"
#include "app/route_lint.h"
#include "base/alloc.h"
#include "core/rule_lint.h"
#include "io/diag_json.h"

enum { JSON_BYTES_MAX = 16 * 1024 * 1024 };

/* What was asked for. */
struct request {
    struct texts tables; /* paths */
    bool json;
    char **files; /* NULL-terminated; none: the configuration with all that it names */
};

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
    concordance_lint(&setup->reference.concordance, &setup->reference.baskets, NULL, diags);
    check_history(setup, diags);
    route_lint(setup, diags);
}

static struct checked_files check_setup(
    const struct request *request, const char *config_path, struct diag_list *diags)
{
    struct setup *setup;
    struct checked_files checked = {0};
    (void)setup_load(config_path, CONFIG_WITHOUT_SECRETS, &setup, diags); /* its faults are in diags */
    if (diags->errors == 0) {
        check_warnings(setup, diags);
        checked = (struct checked_files){
            .rules = setup->ruleset->len,
            .feeds = setup->feed_count,
            .baskets = setup->reference.baskets.len,
            .measures = setup->reference.measures.len,
            .quotas = setup->reference.quotas.len,
            .countries = setup->reference.countries.len,
            .deadlines = setup->reference.deadlines.len,
        };
        if (!request->json)
            printf("%s: %zu receivers\n", config_path, setup->config->receiver_count);
    }
    setup_free(setup);
    return checked;
}

/* What there is none of is not spoken of. */
static void print_count(size_t n, const char *what)
{
    if (n > 0)
        printf("%zu %s are in order\n", n, what);
}

static void print_text(struct diag_list *diags, const struct checked_files *checked)
{
    command_print_diags(stdout, diags);
    if (diags->errors > 0)
        return;
    printf("%zu baskets, %zu measures, %zu quotas and %zu countries are in order\n", checked->baskets,
        checked->measures, checked->quotas, checked->countries);
    print_count(checked->deadlines, "deadlines");
    print_count(checked->feeds, "feeds");
    print_count(checked->rules, "rules");
    print_count(checked->tests, "tests");
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
        struct checked_files checked = request.files[0] != NULL
                                           ? check_files(&request.tables, request.files, &diags)
                                           : check_setup(&request, command_config_path(config_path), &diags);
        if (request.json)
            print_json(&diags, &request);
        else
            print_text(&diags, &checked);
        code = diags.errors == 0 ? EXIT_OK : EXIT_FAULT;
    }
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return code;
}
