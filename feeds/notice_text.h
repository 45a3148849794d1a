/* What stands in the running text of notices: days, HS numbers, case numbers, countries, laws.
 *
 * Texts are UTF-8 and end in NUL. Nothing here is refused: what is not found is not there. */
#ifndef FEEDS_NOTICE_TEXT_H
#define FEEDS_NOTICE_TEXT_H

#include <stdbool.h>

#include "core/country.h"
#include "core/notice.h"

/* Texts, each once, in the order in which they were found. */
enum { TEXT_SET_MAX = 500 };

struct text_set {
    const char *items[TEXT_SET_MAX];
    size_t len;
};

/* Adds a copy; one more than TEXT_SET_MAX is left out. */
void text_set_add(struct text_set *set, struct slice text, struct arena *arena);
struct texts text_set_copy(const struct text_set *set, struct arena *arena);

/* Where `words` stand in the text as whole words, whatever their case; NULL: nowhere. */
const char *notice_text_find(const char *text, const char *words);
bool notice_text_has(const char *text, const char *words);

/* The day that the text begins with: "March 9, 2020", "9 March 2020" or "2020-03-09". 0, or -EINVAL. */
int notice_text_read_date(const char *text, int32_t *ret_date);

/* The first day in the text, or DATE_NONE. */
int32_t notice_text_date(const char *text);

/* HS numbers of a text that speaks of a tariff: 2903.39.20, heading 4412. The dots are left out. */
void notice_text_codes(const char *text, struct text_set *codes, struct arena *arena);

/* Docket numbers of the United States: A-552-821, 701-TA-741, 731-TA-1718-1720 for three of them. */
void notice_text_cases(const char *text, struct text_set *cases, struct arena *arena);

/* Countries by their English names, formal and short. The world and the United States are none of them. */
void notice_text_countries(
    const char *text, const struct countries *countries, struct text_set *origins, struct arena *arena);

/* LAW_… that the text names. */
unsigned notice_text_laws(const char *text);

#endif
