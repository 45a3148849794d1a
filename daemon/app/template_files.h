/* The operator's templates of messages: files named PART.LANGUAGE.mustache, "html.vi.mustache". What has no
 * file has the built-in template. */
#ifndef APP_TEMPLATE_FILES_H
#define APP_TEMPLATE_FILES_H

#include "base/keys.h"
#include "core/message_template.h"

/* "subject", "text", "html", by enum message_part. */
extern const char *const template_file_parts[MESSAGE_PART_COUNT];

/* Reads the files of the paths, and tries each on synthetic alerts of every event and state. Texts live in
 * `arena`. Every fault is in `diags` (X0xx, C100, C101); where one has faults, the built-in one stands. */
void template_files_load(const struct texts *paths, struct message_templates *ret_templates,
    struct arena *arena, struct diag_list *diags);

#endif
