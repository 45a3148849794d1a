/* Messages by templates: a part of a mail in one language from a file of the operator's, or from the built-in
 * one. */
#ifndef CORE_MESSAGE_TEMPLATE_H
#define CORE_MESSAGE_TEMPLATE_H

#include "core/message.h"
#include "core/template.h"

enum message_part { MESSAGE_SUBJECT, MESSAGE_TEXT, MESSAGE_HTML, MESSAGE_PART_COUNT };

/* A template without nodes stands for the built-in one. Immutable. */
struct message_templates {
    struct template items[MESSAGE_PART_COUNT][LANGUAGE_COUNT];
};

/* What a part may be at most, in bytes: by enum message_part. */
extern const size_t message_part_max[MESSAGE_PART_COUNT];

/* The built-in template, as a file of the operator's would have it. */
struct slice message_builtin(enum message_part part);

/* Compiles the built-in templates where there are no others, so that it is done once. */
void message_templates_complete(struct message_templates *templates, struct arena *arena);

/* All parts of a message; texts in `arena`. `fell_back`: a template failed, and the built-in one took its
 * place. 0, or -EMSGSIZE. */
struct message_parts {
    const char *texts[MESSAGE_PART_COUNT];
    bool fell_back;
};

int message_compose(const struct message_templates *templates, const struct alert_record *record,
    unsigned languages, struct arena *arena, struct message_parts *ret_parts);

/* Appends a part in the languages of the set, Vietnamese first. `templates`: NULL for the built-in ones. 0,
 * or -EMSGSIZE where what comes out is larger than a message may be. */
int message_write(const struct message_templates *templates, enum message_part part,
    const struct alert_record *record, unsigned languages, struct buf *out);

#endif
