/* Warnings about a descriptor that can be read and yet will hardly do what is meant (F1xx). */
#ifndef FEEDS_DESCRIPTOR_LINT_H
#define FEEDS_DESCRIPTOR_LINT_H

#include "feeds/descriptor.h"

/* `last`: the newest month that can be published; what the first poll asks is counted for it. The document is
 * the one that the descriptor was read from. */
void descriptor_lint(
    const struct node *document, const struct descriptor *descriptor, int32_t last, struct diag_list *diags);

#endif
