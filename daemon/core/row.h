/* What the rows of all reference tables have in common: texts, countries, months and product codes, and what
 * is said where they are wrong (codes L0xx). */
#ifndef CORE_ROW_H
#define CORE_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/keys.h"
#include "base/node.h"
#include "base/shape.h"

/* Far above any list that people keep; it bounds what a mistaken file can cost. */
enum { ROW_CODES_MAX = 10000 };

/* What row_check_codes takes: one code; a list, or one code for a list of one; and one that is not empty. */
extern const struct shape row_code_shape, row_codes_shape, row_some_codes_shape;

/* Reads one row. */
struct row_reader {
    const struct node *node;
    const char *what; /* in messages: "a basket" */
    struct arena *arena;
    struct diag_list *diags;
};

/* Whether it is a list of at most `max` rows; said where it is not. `what`: "baskets". */
bool row_check_list(const struct node *list, const char *what, size_t max, struct diag_list *diags);

/* Where the row stands, with the file's name copied into the arena: rows outlive their document. */
struct place row_place(const struct row_reader *row);

/* Where the key's value stands, or the row where it has none. */
struct place row_place_of(const struct row_reader *row, const char *key);

/* Where the i-th item of the key's list stands, or the one value that stands for a list; of a map its key
 * `code`.
 */
struct place row_place_of_item(const struct row_reader *row, const char *key, size_t i);

/* These check the value that keys_read has read under `key`; NULL, which it has reported, is passed over. */

void row_check_text(const struct row_reader *row, const char *key, const char *text); /* it is not empty */

enum row_country { ROW_COUNTRY, ROW_COUNTRY_OR_WORLD };

void row_check_country(
    const struct row_reader *row, const char *key, const char *text, enum row_country kind);
void row_check_countries(
    const struct row_reader *row, const char *key, const struct texts *texts, enum row_country kind);

/* Each is a product code, and stands once: a code twice would be counted twice. NULL items are passed over.
 */
void row_check_codes(const struct row_reader *row, const char *key, const struct texts *codes);

/* A key with a month: its text, or NULL where it is not given. */
struct row_month {
    const char *key, *text;
};

/* Reads the first and the last of a span of months; PERIOD_NONE where one is not given or has faults. */
void row_read_months(const struct row_reader *row, struct row_month first, struct row_month last,
    int32_t *ret_first, int32_t *ret_last);

#endif
