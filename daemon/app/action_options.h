/* The options that commands on alerts and silences share; each command names those that it takes. */
#ifndef APP_ACTION_OPTIONS_H
#define APP_ACTION_OPTIONS_H

#include "core/action.h"

struct action_options {
    struct action_request request; /* by, text, from, until, and the matchers */
    const char *state, *assignee;
    bool json, all, nobody;
};

/* Reads the options that `taken` names, NULL-terminated; what follows them stands from argv[optind] on.
 * EXIT_OK or EXIT_USAGE. */
int action_options_read(int argc, char **argv, const char *const *taken, struct action_options *ret_options);

#endif
