/* Actions as JSON: what is asked for, and what came of it. The wire between commands and the daemon. */
#ifndef IO_ACTION_JSON_H
#define IO_ACTION_JSON_H

#include "base/buf.h"
#include "core/action.h"

/* Reads { "action": "acknowledge", "alert": "774a…", "until": "2d", … }; its texts are in `arena`. Unknown
 * keys are refused. The login is left alone. 0, or -EINVAL with a sentence in *ret_fault. */
int action_json_read(
    struct slice body, struct arena *arena, struct action_request *ret_request, const char **ret_fault);

/* Appends the request as action_json_read takes it. 0 or -EMSGSIZE. */
int action_json_write(const struct action_request *request, struct buf *out);

/* Appends { "done": text, "alert": …, "silence": … }, or { "error": text } where `error` is not 0. */
int action_json_write_outcome(const struct action_outcome *outcome, int error, struct buf *out);

/* Reads either; texts in `arena`. 0, or -EBADMSG. */
int action_json_read_outcome(
    struct slice body, struct arena *arena, struct action_outcome *ret_outcome, bool *ret_done);

#endif
