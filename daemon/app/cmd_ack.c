#include <getopt.h>

#include "app/action_options.h"
#include "app/command.h"
#include "app/submit.h"

/*~ The commands that do something about one alert: each is one request. */

static int usage(const char *text)
{
    fprintf(stderr, "usage: tdwatch %s\n", text);
    return EXIT_USAGE;
}

static int bring(
    const char *config_path, struct action_options *options, enum action_kind kind, const char *alert)
{
    options->request.kind = kind;
    options->request.alert = alert;
    return submit(command_config_path(config_path), &options->request, options->json);
}

int cmd_ack(const char *config_path, int argc, char **argv)
{
    static const char *const taken[] = {"until", "comment", "by", "json", NULL};
    struct action_options options;
    if (action_options_read(argc, argv, taken, &options) != EXIT_OK || argc - optind != 1)
        return usage("ack ALERT [--until WHEN] [--comment TEXT] [--by NAME] [--json]");
    return bring(config_path, &options, ACTION_ACKNOWLEDGED, argv[optind]);
}

int cmd_assign(const char *config_path, int argc, char **argv)
{
    static const char *const taken[] = {"nobody", "by", "json", NULL};
    struct action_options options;
    int words = action_options_read(argc, argv, taken, &options) == EXIT_OK ? argc - optind : 0;
    if (words != (options.nobody ? 1 : 2))
        return usage("assign ALERT NAME | --nobody [--by NAME] [--json]");
    options.request.text = options.nobody ? NULL : argv[optind + 1];
    return bring(config_path, &options, ACTION_ASSIGNED, argv[optind]);
}

int cmd_comment(const char *config_path, int argc, char **argv)
{
    static const char *const taken[] = {"by", "json", NULL};
    struct action_options options;
    if (action_options_read(argc, argv, taken, &options) != EXIT_OK || argc - optind != 2)
        return usage("comment ALERT TEXT [--by NAME] [--json]");
    options.request.text = argv[optind + 1];
    return bring(config_path, &options, ACTION_COMMENTED, argv[optind]);
}
