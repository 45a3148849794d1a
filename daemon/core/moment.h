/* Moments as people write them: how long from now, a day, or a date with its time (RFC 3339). */
#ifndef CORE_MOMENT_H
#define CORE_MOMENT_H

#include <stdint.h>

#include "base/str.h"

/* What a day without a time means. */
enum moment_edge {
    MOMENT_BEGIN, /* its first moment, UTC */
    MOMENT_END,   /* its end: "until 2026-12-01" includes that day */
};

/* Reads "4h" or "2d" from `now_ms` on, "2026-12-01", "2026-12-01T08:30Z" or "2026-12-01T08:30:00+07:00". 0;
 * -EINVAL: none of them; -ERANGE: outside the years of core/period.h. */
int moment_parse(struct slice text, int64_t now_ms, enum moment_edge edge, int64_t *ret_ms);

/* "a duration such as 4h or 2d, …": for messages. */
extern const char moment_expected[];

#endif
