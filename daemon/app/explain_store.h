/* What the store adds to an explanation: payloads, revisions, events and messages. */
#ifndef APP_EXPLAIN_STORE_H
#define APP_EXPLAIN_STORE_H

#include "app/config.h"
#include "core/explanation.h"
#include "io/store_outbox.h"

/* 0 or -errno; store_error() has the sentence. */
int explain_provenance(struct store *store, struct explanation *explanation);

/* `config`: whose receivers are asked about. */
int explain_messages(struct store *store, const struct config *config, struct explanation *explanation);

#endif
