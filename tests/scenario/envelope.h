/* Whether a webhook is what Standard Webhooks 1.0.0 and CloudEvents 1.0 say, seen from the receiver's side
 * and without our own code. */
#ifndef SCENARIO_ENVELOPE_H
#define SCENARIO_ENVELOPE_H

#include "base/arena.h"
#include "base/str.h"
#include "io/transfer.h"

/* The value of a header "Name: value", "" where there is none. Borrowed. */
const char *header_of(const char *const *headers, const char *name);

/* NULL where the request is in order, else what is wrong with it. `secret` as the receiver was given it. */
const char *envelope_fault(const struct transfer_request *request, const char *secret, int64_t now_ms);

/* A text of the event's data by key, "" where it is null or missing; in `arena`. */
const char *envelope_text(struct slice body, const char *key, struct arena *arena);

#endif
