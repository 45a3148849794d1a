#include <getopt.h>

#include "app/asset.h"
#include "app/command.h"
#include "io/diag_json.h"
#include "io/yaml.h"

enum { JSON_BYTES_MAX = 16 * 1024 * 1024 };

/* The baskets that rule files are checked against: those given, or the shipped ones. */
static int load_baskets(
    const char *path, struct arena *arena, struct baskets *ret_baskets, struct diag_list *diags)
{
    const struct node *document;
    int r = path != NULL ? yaml_load(path, arena, &document, NULL, diags)
                         : yaml_parse("baskets.yaml", asset_baskets(), arena, &document, diags);
    return r == 0 ? baskets_read(document, ret_baskets, diags) : r;
}

static size_t check_files(const char *baskets_path, char **paths, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct baskets baskets = BASKETS_NULL;
    struct ruleset *ruleset = ruleset_new();
    if (load_baskets(baskets_path, &arena, &baskets, diags) == 0) {
        for (char **path = paths; *path != NULL; path++) {
            const struct node *document;
            struct slice text;
            if (yaml_load(*path, &arena, &document, &text, diags) == 0)
                ruleset_add(ruleset, document, text, &baskets, diags);
        }
        (void)ruleset_seal(ruleset, diags); /* its faults are in diags */
    }
    size_t rules = ruleset->len;
    ruleset_free(ruleset);
    baskets_deinit(&baskets);
    arena_deinit(&arena);
    return rules;
}

static size_t check_setup(const char *config_path, bool json, struct diag_list *diags)
{
    struct setup *setup;
    (void)setup_load(config_path, CONFIG_WITHOUT_SECRETS, &setup, diags); /* its faults are in diags */
    size_t rules = setup != NULL && setup->ruleset != NULL ? setup->ruleset->len : 0;
    if (diags->errors == 0 && !json)
        printf("%s: %zu feeds, %zu baskets, %zu receivers\n", config_path, setup->feed_count,
            setup->baskets.len, setup->config->receiver_count);
    setup_free(setup);
    return rules;
}

static void print_text(struct diag_list *diags, size_t rules)
{
    command_print_diags(stdout, diags);
    if (diags->errors == 0)
        printf("%zu rules are in order\n", rules);
}

/* DIAG_MAX findings of at most two texts of 1 KiB each always fit. */
static void print_json(const struct diag_list *diags, size_t files)
{
    struct buf out;
    buf_init(&out, JSON_BYTES_MAX);
    (void)diag_json_write(diags, files, &out);
    fputs(buf_text(&out), stdout);
    buf_deinit(&out);
}

int cmd_check(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {
        {"baskets", required_argument, NULL, 'b'}, {"json", no_argument, NULL, 'j'}, {0}};
    const char *baskets_path = NULL;
    bool json = false;
    for (int option; (option = getopt_long(argc, argv, "b:", options, NULL)) != -1;) {
        if (option == 'b')
            baskets_path = optarg;
        else if (option == 'j')
            json = true;
        else
            return EXIT_USAGE;
    }
    struct diag_list diags = DIAG_LIST_NULL;
    size_t rules = optind < argc ? check_files(baskets_path, argv + optind, &diags)
                                 : check_setup(command_config_path(config_path), json, &diags);
    if (json)
        print_json(&diags, optind < argc ? (size_t)(argc - optind) : 1);
    else
        print_text(&diags, rules);
    int code = diags.errors == 0 ? EXIT_OK : EXIT_FAULT;
    diag_list_deinit(&diags);
    return code;
}
