#include <getopt.h>
#include <unistd.h>

#include "app/command.h"
#include "app/daemon.h"
#include "base/log.h"

int cmd_run(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'}, {0}};
    for (int option; (option = getopt_long(argc, argv, "c:", options, NULL)) != -1;) {
        if (option != 'c')
            return EXIT_USAGE;
        config_path = optarg;
    }
    struct daemon *daemon = daemon_new(command_config_path(config_path));
    if (daemon == NULL) {
        fputs("tdwatch: no file descriptors left\n", stderr);
        return EXIT_FAULT;
    }
    while (daemon_turn(daemon))
        continue;
    int code = daemon_exit_code(daemon);
    if (daemon_gave_up(daemon)) {
        log_warning("the engine is still at work; what it has not committed is done again at the next start");
        _exit(code);
    }
    daemon_free(daemon);
    return code;
}
