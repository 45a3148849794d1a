#include <getopt.h>

#include "app/asset.h"
#include "app/command.h"
#include "io/yaml.h"

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

static size_t check_setup(const char *config_path, struct diag_list *diags)
{
    struct setup *setup;
    (void)setup_load(config_path, CONFIG_WITHOUT_SECRETS, &setup, diags); /* its faults are in diags */
    size_t rules = setup != NULL && setup->ruleset != NULL ? setup->ruleset->len : 0;
    if (diags->errors == 0)
        printf("%s: %zu feeds, %zu baskets, %zu receivers\n", config_path, setup->feed_count,
            setup->baskets.len, setup->config->receiver_count);
    setup_free(setup);
    return rules;
}

int cmd_check(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {{"baskets", required_argument, NULL, 'b'}, {0}};
    const char *baskets_path = NULL;
    for (int option; (option = getopt_long(argc, argv, "b:", options, NULL)) != -1;) {
        if (option != 'b')
            return EXIT_USAGE;
        baskets_path = optarg;
    }
    struct diag_list diags = DIAG_LIST_NULL;
    size_t rules = optind < argc ? check_files(baskets_path, argv + optind, &diags)
                                 : check_setup(command_config_path(config_path), &diags);
    command_print_diags(stdout, &diags);
    if (diags.errors == 0)
        printf("%zu rules are in order\n", rules);
    int code = diags.errors == 0 ? EXIT_OK : EXIT_FAULT;
    diag_list_deinit(&diags);
    return code;
}
