#include "app/command.h"

#include <string.h>

#include "base/alloc.h"
#include "io/file.h"
#include "io/yaml.h"

const char *command_config_path(const char *given)
{
    return given != NULL ? given : "/etc/tdwatch/tdwatch.yaml";
}

void command_print_diags(FILE *out, struct diag_list *diags)
{
    for (size_t i = 0; i < diags->len; i++) {
        struct arena arena = ARENA_NULL;
        struct slice source = {"", 0};
        (void)file_read(
            diags->items[i].file, YAML_BYTES_MAX, &arena, &source); /* without it, no caret line */
        diag_print(out, &diags->items[i], source);
        arena_deinit(&arena);
    }
    size_t shown = diags->len, all = diags->errors + diags->warnings;
    if (shown < all)
        fprintf(out, "… and %zu more\n", all - shown);
    if (all > 0)
        fprintf(out, "%zu error%s, %zu warning%s\n", diags->errors, diags->errors == 1 ? "" : "s",
            diags->warnings, diags->warnings == 1 ? "" : "s");
}

struct setup *command_load_setup(const char *config_path)
{
    struct diag_list diags = DIAG_LIST_NULL;
    struct setup *setup;
    int r = setup_load(config_path, CONFIG_WITHOUT_SECRETS, &setup, &diags);
    if (r < 0) {
        command_print_diags(stderr, &diags);
        setup_free(setup);
        setup = NULL;
    }
    diag_list_deinit(&diags);
    return setup;
}

struct store *command_open_store(const struct setup *setup)
{
    return command_open_store_in(setup->config->state_directory);
}

struct store *command_open_store_in(const char *directory)
{
    struct arena arena = ARENA_NULL;
    struct store *store = NULL;
    char *text = NULL;
    const char *path = arena_printf(&arena, "%s/tdwatch.db", directory);
    int r = store_open(path, STORE_READ, &store, &text);
    if (r < 0)
        fprintf(stderr, "%s: %s\n", path, text != NULL ? text : strerror(-r));
    alloc_free(text);
    arena_deinit(&arena);
    return r == 0 ? store : NULL;
}
