/* Numbers as programs write them, in plain digits. */
#ifndef FEEDS_NUMBER_H
#define FEEDS_NUMBER_H

#include "base/str.h"

enum { NUMBER_SIZE = 400 };

/* "1.2E7" as "12000000", exactly; what has no exponent, is no number or would need more than NUMBER_SIZE - 1
 * bytes stays as it is. The result is `text` or in buf. */
struct slice number_plain(struct slice text, char buf[NUMBER_SIZE]);

/* As number_plain, for the text of a binary64 number, which may have more digits than it needs: the shortest
 * decimal that is the same binary64 number, so 281249.03999999998 is 281249.04. */
struct slice number_shortest(struct slice text, char buf[NUMBER_SIZE]);

#endif
