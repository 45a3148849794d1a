/* Bringing an action to who writes the store: the running daemon by its control socket, or else an engine of
 * this process. */
#ifndef APP_SUBMIT_H
#define APP_SUBMIT_H

#include "core/action.h"

/* Prints what came of it; as JSON where `json`. Returns an exit code. */
int submit(const char *config_path, const struct action_request *request, bool json);

#endif
