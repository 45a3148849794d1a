/* What is to be explained, as the control socket carries it. */
#ifndef IO_QUESTION_JSON_H
#define IO_QUESTION_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "core/alert.h"

struct explain_question {
    struct alert_scope scope; /* origin: NULL where it is not given */
    int32_t period;           /* PERIOD_NONE: the newest that is judged */
    bool json, basis;         /* how it is answered: as JSON; with law and formulas */
};

/* {"rule": "…", "product": "…", "market": "…", "origin": "…", "period": "2025-07", "json": false, "basis":
 * true}; the last four may be left out. 0, or -EMSGSIZE. */
int question_json_write(const struct explain_question *question, struct buf *out);

/* Texts in `arena`. -EINVAL: *ret_fault says why. */
int question_json_read(
    struct slice body, struct arena *arena, struct explain_question *ret_question, const char **ret_fault);

#endif
