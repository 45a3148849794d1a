#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "app/command.h"
#include "app/drill.h"
#include "app/target.h"
#include "base/clock.h"

struct asked {
    const char *rule, *receiver; /* NULL: the first that is not a shadow; all that it reaches */
};

/* With secrets: what is sent is signed as it would be. */
static struct setup *load(const char *config_path)
{
    struct diag_list diags = DIAG_LIST_NULL;
    struct setup *setup = NULL;
    int r = setup_load(config_path, CONFIG_WITH_SECRETS, &setup, &diags);
    if (r < 0) {
        command_print_diags(stderr, &diags);
        fputs("a drill signs and authenticates as the service does: run it as root, or as the service's user "
              "with "
              "its credentials\n",
            stderr);
        setup_free(setup);
        setup = NULL;
    }
    diag_list_deinit(&diags);
    return setup;
}

static const struct rule *choose_rule(const struct setup *setup, const char *id)
{
    if (id != NULL)
        return ruleset_find(setup->ruleset, id);
    for (size_t i = 0; i < setup->ruleset->len; i++)
        if (!setup->ruleset->rules[i].shadow)
            return &setup->ruleset->rules[i];
    return NULL;
}

static int check(const struct setup *setup, const struct asked *asked, const struct rule *rule)
{
    if (rule == NULL && asked->rule != NULL)
        fprintf(stderr, "there is no rule '%s'\n", asked->rule);
    else if (rule == NULL)
        fputs("there is no rule to try\n", stderr);
    if (asked->receiver == NULL || target_find(setup->config, asked->receiver) != NULL)
        return rule != NULL ? EXIT_OK : EXIT_USAGE;
    fprintf(stderr, "there is no receiver '%s' in the configuration\n", asked->receiver);
    return EXIT_USAGE;
}

static int drill(const struct setup *setup, const struct asked *asked)
{
    struct arena arena = ARENA_NULL;
    const struct rule *rule = choose_rule(setup, asked->rule);
    if (check(setup, asked, rule) != EXIT_OK)
        return EXIT_USAGE;
    struct alert_record record = drill_record(setup, rule, clock_wall_ms(), &arena);
    printf("rule\n  %s, %s, %s%s, %s:%d\n", rule->id, severity_name(rule->severity),
        rule->audience == AUDIENCE_PUBLIC ? "public" : "internal",
        rule->shadow ? ", shadow: tells nobody" : "", rule->place.file, rule->place.line);
    int failed = drill_send(setup, &record, asked->receiver, stdout);
    if (failed == -ENOENT)
        fputs("it reaches nobody\n", stderr);
    else if (failed < 0)
        fprintf(stderr, "nothing could be sent: %s\n", strerror(-failed));
    arena_deinit(&arena);
    return failed == 0 ? EXIT_OK : EXIT_FAULT;
}

int cmd_drill(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {
        {"rule", required_argument, NULL, 'r'}, {"receiver", required_argument, NULL, 't'}, {0}};
    struct asked asked = {NULL, NULL};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == 'r')
            asked.rule = optarg;
        else if (option == 't')
            asked.receiver = optarg;
        else
            return EXIT_USAGE;
    }
    if (optind != argc)
        return fputs("usage: tdwatch drill [--rule RULE] [--receiver NAME]\n", stderr), EXIT_USAGE;
    struct setup *setup = load(command_config_path(config_path));
    int code = setup != NULL ? drill(setup, &asked) : EXIT_FAULT;
    setup_free(setup);
    return code;
}
