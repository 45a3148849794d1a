/* What templates of messages are filled with: everything that a message can say of an event, in one language,
 * as a tree of texts by the names that tdwatch.yaml(5) lists.
 *
 * Texts of feeds, rules and tables become harmless here: controls are blanks, and what turns the direction of
 * writing is left out. */
#ifndef CORE_MESSAGE_VALUES_H
#define CORE_MESSAGE_VALUES_H

#include "core/message_view.h"
#include "core/template.h"

/* The text as it may be shown: itself, or a copy in the arena. */
const char *message_clean(const char *text, struct arena *arena);

/* `view` is the record's in the language wanted. All in `arena`. */
struct template_value message_values(
    const struct alert_record *record, const struct message_view *view, struct arena *arena);

#endif
