/* From a question to its explanation in print: for the command, and for the daemon that is asked by it. */
#ifndef APP_EXPLAIN_ANSWER_H
#define APP_EXPLAIN_ANSWER_H

#include <stdio.h>

#include "app/explain_find.h"
#include "io/question_json.h"
#include "io/store.h"

/* All that an answer needs. The judge is bound to the panel, and knows all of it or is asked for one scope
 * alone (judge_one). */
struct explain_base {
    const struct setup *setup;
    struct store *store;
    struct judge *judge;
    const struct panel *panel;
};

/* Prints the answer for a scope that explain_find has found. 0; -ENOENT or another -errno: *ret_text, which
 * lives in `arena` or in the store, says why. */
int explain_answer(const struct explain_base *base, const struct explain_question *question,
    const struct scope_place *place, FILE *out, const char **ret_text);

#endif
