/* What the store adds to an explanation: payloads, revisions, events and messages. */
#ifndef APP_EXPLAIN_STORE_H
#define APP_EXPLAIN_STORE_H

#include "app/setup.h"
#include "core/explanation.h"
#include "io/store_outbox.h"

/* 0 or -errno; store_error() has the sentence. */
int explain_provenance(struct store *store, struct explanation *explanation);

/* `setup`: whose receivers and routes are asked about. */
int explain_messages(struct store *store, const struct setup *setup, struct explanation *explanation);

#endif
