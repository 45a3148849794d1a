/* The quality flags of a scope's figures, and how far its quotas are used: a rule asks for them that is
 * written for the scope, so that nothing is computed in two ways. */
#ifndef APP_EXPLAIN_FLAGS_H
#define APP_EXPLAIN_FLAGS_H

#include "core/explain.h"

void explain_flags(
    const struct explain_request *request, const struct sources *sources, struct explanation *explanation);

#endif
