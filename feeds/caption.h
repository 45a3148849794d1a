/* Captions: texts above a table that people read, such as "XUẤT KHẨU HÀNG HÓA tháng 5 năm 2026". How blanks
 * and line ends stand in them, and capital letters, changes from month to month and means nothing. */
#ifndef FEEDS_CAPTION_H
#define FEEDS_CAPTION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* The text in small letters (ASCII, Latin-1 and those of Vietnamese) and with single blanks between words. In
 * `arena`. Accents stay: they tell words apart. */
const char *caption_fold(struct slice text, struct arena *arena);

/* Whether the folded caption has the folded text. */
bool caption_has(const char *caption, const char *text);

/* The month that the folded caption says, by a folded pattern with %m and %y, of which the first place that
 * fits counts. Whether there is one. */
bool caption_month(const char *caption, const char *pattern, int32_t *ret_period);

#endif
