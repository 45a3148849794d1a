/* Numbers as programs write them, in plain digits. */
#ifndef FEEDS_NUMBER_H
#define FEEDS_NUMBER_H

#include "base/str.h"

enum { NUMBER_SIZE = 400 };

/* "1.2E7" as "12000000", exactly; what has no exponent, is no number or would need more than NUMBER_SIZE - 1
 * bytes stays as it is. The result is `text` or in buf. */
struct slice number_plain(struct slice text, char buf[NUMBER_SIZE]);

/* How a source writes figures. The order is that of number_notation_names, which write the same number. */
enum number_notation {
    NUMBER_PLAIN,  /* 1234.5 */
    NUMBER_COMMAS, /* 1,234.5 */
    NUMBER_POINTS, /* 1.234,5 */
};
extern const char *const number_notation_names[]; /* NULL-terminated */

/* A number in a notation as a plain one: separators of thousands, which may be left out, stand between groups
 * of three digits. Empty where it is no number in the notation. The result is `text` or in buf. */
struct slice number_ungroup(struct slice text, enum number_notation notation, char buf[NUMBER_SIZE]);

/* As number_plain, for the text of a binary64 number, which may have more digits than it needs: the shortest
 * decimal that is the same binary64 number, so 281249.03999999998 is 281249.04. */
struct slice number_shortest(struct slice text, char buf[NUMBER_SIZE]);

#endif
