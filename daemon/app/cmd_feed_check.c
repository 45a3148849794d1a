#include <getopt.h>
#include <string.h>

#include "app/cmd_feed.h"
#include "app/command.h"
#include "app/paths.h"
#include "base/clock.h"
#include "core/period.h"
#include "feeds/descriptor_lint.h"
#include "io/diag_json.h"
#include "io/file.h"
#include "io/yaml.h"

enum { JSON_BYTES_MAX = 16 * 1024 * 1024 };

/* A key that cannot be read here may well be readable by the service: that is no fault of the file. */
static void check_key(const struct node *document, const struct descriptor *feed, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct slice key;
    const char *name = feed->ask.credential;
    int r = name != NULL ? file_read_secret(name, &arena, &key) : 0;
    arena_deinit(&arena);
    if (r == 0)
        return;
    diag_warning(diags, node_get(document, "key")->place, "F109",
        "the credential %.100s cannot be read here: %s; without it the feed is not asked", name,
        strerror(-r));
    diag_hint(diags, "the service gets it with LoadCredential=%.100s:FILE in its unit", name);
}

static void check_file(const char *path, size_t *feeds, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    const struct node *document;
    struct slice text;
    struct descriptor feed;
    if (yaml_load(path, &arena, &document, &text, diags) == 0 &&
        descriptor_read(document, &feed, diags) == 0) {
        descriptor_lint(document, &feed, period_of_ms(clock_wall_ms()) - 1, diags);
        check_key(document, &feed, diags);
        descriptor_deinit(&feed);
        (*feeds)++;
    }
    arena_deinit(&arena);
}

/* All descriptors that the configuration names; nothing else of it is looked at. */
static void check_configured(const char *config_path, size_t *feeds, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct config *config;
    if (config_load(config_path, CONFIG_WITHOUT_SECRETS, &config, diags) < 0)
        return;
    struct texts files = paths_list(&config->feeds, &path_feeds, &arena, diags);
    for (size_t i = 0; i < files.len; i++)
        check_file(files.items[i], feeds, diags);
    config_free(config);
    arena_deinit(&arena);
}

static void print_json(const struct diag_list *diags, size_t files)
{
    struct buf out;
    buf_init(&out, JSON_BYTES_MAX);
    (void)diag_json_write(diags, files, &out);
    fputs(buf_text(&out), stdout);
    buf_deinit(&out);
}

int feed_check(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
    struct diag_list diags = DIAG_LIST_NULL;
    bool json = false;
    size_t feeds = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1; json = true)
        if (option == '?')
            return EXIT_USAGE;
    if (optind == argc)
        check_configured(config_path, &feeds, &diags);
    for (int i = optind; i < argc; i++)
        check_file(argv[i], &feeds, &diags);
    if (json)
        print_json(&diags, optind < argc ? (size_t)(argc - optind) : 1);
    else
        command_print_diags(stdout, &diags);
    if (!json && diags.errors == 0)
        printf("%zu feed%s in order\n", feeds, feeds == 1 ? " is" : "s are");
    int code = diags.errors == 0 ? EXIT_OK : EXIT_FAULT;
    diag_list_deinit(&diags);
    return code;
}
