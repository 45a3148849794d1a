#include <getopt.h>
#include <signal.h>
#include <stdlib.h>

#include "app/command.h"
#include "base/str.h"

/*~ Start here to read the program: each sub-command is a file; cmd_run.c is the daemon, ingest.c the way of
 * one datum. */

static const struct command commands[] = {
    {"run", "", "run the daemon in the foreground", cmd_run},
    {"check", "[--json] [--tables PATH]… [FILE…]",
        "check the configuration, or rules and tables, and show every fault", cmd_check},
    {"test",
        "[--run NAME] [--junit FILE] [--min-coverage PERCENT] [--tables PATH]… [FILE…] | --from-alert ID",
        "run the tests beside rule packs, or write one from an alert", cmd_test},
    {"backtest",
        "[--from YYYY-MM] [--to YYYY-MM] [--cases FILE] [--rules PATH]… [--json|--html FILE] [RULE…]",
        "replay history as it became known, and measure the alerts against known cases", cmd_backtest},
    {"diff", "[--months N] OLD NEW", "what other rules would have raised, cleared and moved", cmd_diff},
    {"tune", "RULE --threshold NAME=FROM..TO [--steps N] [--cases FILE]",
        "alerts and recall for several values of a threshold", cmd_tune},
    {"query", "exports|imports --product CODE --market CC [--from YYYY-MM] [--to YYYY-MM]",
        "print a series and its sum", cmd_query},
    {"alerts", "[--all]", "list open alerts with their figures", cmd_alerts},
    {"explain", "RULE PRODUCT MARKET [PERIOD] [--origin CC] [--json] [--basis]",
        "say why a rule fires or not, clause by clause", cmd_explain},
    {"replay", "ALERT [--seq N]", "compute an alert again from what was known then", cmd_replay},
    {"outbox", "[--pending|--parked|--delivered]", "list deliveries", cmd_outbox},
    {"feed", "status | show NAME", "list feeds and how they are, or what one would ask", cmd_feed},
    {"import", "[--dry-run] FEED FILE…", "take files in as a feed's payloads", cmd_import},
    {"cases", "[--country CC] [--market CC] [--product HS] [--since YYYY-MM-DD] [--json|--tables] [FILE…]",
        "show the trade-remedy cases of the notices in the store, or in files, or make rows of tables of "
        "them",
        cmd_cases},
    {"config", "--defaults | --schema rules|feeds|tables|tests",
        "print a complete configuration of the defaults, or the JSON Schema of what people write",
        cmd_config},
    {"demo", "[--directory DIR]", "run the main job on the shipped sample", cmd_demo},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static void print_usage(FILE *out)
{
    fputs("usage: tdwatch [-c FILE] COMMAND [ARGUMENTS]\n\n", out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    fputs("  version  print the version\n"
          "  help     print this\n\n"
          "  -c, --config FILE   the configuration; else $TDWATCH_CONFIG, else /etc/tdwatch/tdwatch.yaml\n\n"
          "tdwatch(8), tdwatch.yaml(5), tdwatch-rules(5), tdwatch-rule-tests(5), tdwatch-feeds(5), "
          "tdwatch-tables(5)\n",
        out);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (str_equal(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    const char *near = str_did_you_mean(slice_of(name), names, COMMANDS);
    fprintf(stderr, "tdwatch: there is no command '%s'", name);
    if (near != NULL)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputs("\n", stderr);
    return EXIT_USAGE;
}

/* A full disk or a closed pipe is an error of the call that meets it, not the end of the process. */
static void ignore_fatal_signals(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'}, {0}};
    const char *config_path = getenv("TDWATCH_CONFIG");
    for (int option; (option = getopt_long(argc, argv, "+c:hV", options, NULL)) != -1;) {
        if (option == 'c')
            config_path = optarg;
        else if (option == 'V')
            return printf("tdwatch " TDWATCH_VERSION "\n") < 0;
        else
            return print_usage(option == 'h' ? stdout : stderr), option == 'h' ? EXIT_OK : EXIT_USAGE;
    }
    const char *name = optind < argc ? argv[optind] : "help";
    if (str_equal(name, "help"))
        return print_usage(optind < argc ? stdout : stderr), optind < argc ? EXIT_OK : EXIT_USAGE;
    if (str_equal(name, "version"))
        return printf("tdwatch " TDWATCH_VERSION "\n") < 0;
    const struct command *command = find_command(name);
    if (command == NULL)
        return unknown_command(name);
    ignore_fatal_signals();
    argc -= optind;
    argv += optind;
    optind = 0; /* the sub-command reads its own options from the start (getopt(3)) */
    return command->run(config_path, argc, argv);
}
