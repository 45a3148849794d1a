/* Records of JSON that are written alike: the same names in the same order, the same bytes between the
 * values, as one program writes a list of them. A record like the one before is not parsed again. The bytes
 * between its values are compared, and only the values are looked at.
 *
 * Only flat objects of plain values are taken: texts without escapes, numbers without an exponent, true,
 * false and null. All others are left to the parser, so what is read is the same with it alone. */
#ifndef FEEDS_JSON_ALIKE_H
#define FEEDS_JSON_ALIKE_H

#include "feeds/record.h"
#include "feeds/wanted.h"

struct json_alike {
    size_t len; /* members; 0: nothing has been learned */
    struct {
        struct slice before; /* what stands before the value, from the value before it or the brace on */
        int column;          /* of those that the feed reads, or -1 */
    } members[RECORD_FIELDS_MAX];
    struct slice after; /* the last value, with the brace */
};

/* Learns from the text of a record that the parser has taken. It is borrowed. */
void json_alike_learn(struct json_alike *alike, struct slice record, const struct wanted *wanted);

/* The length of a record like that at the beginning of the text, and the texts of what the feed reads put
 * into `wanted`, which was begun; 0 where it differs. `offset`: of the text in the payload. */
size_t json_alike_read(
    const struct json_alike *alike, struct slice text, size_t offset, struct wanted *wanted);

#endif
