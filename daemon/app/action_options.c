#include "app/action_options.h"

#include <getopt.h>
#include <stddef.h>

#include "app/command.h"

#define AT(field) offsetof(struct action_options, field)

/* Texts, and switches. */
static const struct {
    const char *name;
    int has_argument;
    size_t offset;
} known[] = {
    {"by", required_argument, AT(request.who)},
    {"comment", required_argument, AT(request.text)},
    {"reason", required_argument, AT(request.text)},
    {"from", required_argument, AT(request.from)},
    {"until", required_argument, AT(request.until)},
    {"rule", required_argument, AT(request.matchers.rule)},
    {"product", required_argument, AT(request.matchers.product)},
    {"market", required_argument, AT(request.matchers.market)},
    {"origin", required_argument, AT(request.matchers.origin)},
    {"severity", required_argument, AT(request.matchers.severity)},
    {"state", required_argument, AT(state)},
    {"assignee", required_argument, AT(assignee)},
    {"json", no_argument, AT(json)},
    {"all", no_argument, AT(all)},
    {"nobody", no_argument, AT(nobody)},
};

enum { KNOWN_OPTIONS = sizeof known / sizeof *known };

static size_t find(const char *name)
{
    size_t i = 0;
    while (i < KNOWN_OPTIONS && !str_equal(known[i].name, name))
        i++;
    return i;
}

int action_options_read(int argc, char **argv, const char *const *taken, struct action_options *ret_options)
{
    struct option options[KNOWN_OPTIONS + 1] = {{0}};
    size_t numbers[KNOWN_OPTIONS];
    struct action_options read = {0};
    size_t n = 0;
    for (; taken[n] != NULL; n++) {
        numbers[n] = find(taken[n]);
        options[n] = (struct option){known[numbers[n]].name, known[numbers[n]].has_argument, NULL, 0};
    }
    int index = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, &index)) != -1;) {
        if (option == '?')
            return EXIT_USAGE;
        char *field = (char *)&read + known[numbers[index]].offset;
        if (known[numbers[index]].has_argument == required_argument)
            *(const char **)(void *)field = optarg;
        else
            *(bool *)field = true;
    }
    *ret_options = read;
    return EXIT_OK;
}
