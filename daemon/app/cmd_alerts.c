#include <getopt.h>

#include "app/command.h"

int cmd_alerts(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {{"all", no_argument, NULL, 'a'}, {0}};
    bool open_only = true;
    for (int option; (option = getopt_long(argc, argv, "a", options, NULL)) != -1;) {
        if (option != 'a')
            return EXIT_USAGE;
        open_only = false;
    }
    struct setup *setup = command_load_setup(command_config_path(config_path));
    struct store *store = setup != NULL ? command_open_store(setup) : NULL;
    int n = store != NULL ? command_print_alerts(store, open_only, stdout) : -1;
    if (n == 0)
        puts(open_only ? "no open alerts" : "no alerts");
    if (n < 0 && store != NULL)
        fprintf(stderr, "%s\n", store_error(store));
    (void)store_close(store); /* read only: nothing to lose */
    setup_free(setup);
    return n >= 0 ? EXIT_OK : EXIT_FAULT;
}
