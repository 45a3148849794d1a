/* The panel's series: an array, each distinct text once, and an index by key that holds nothing but numbers.
 * 170,000 series have some hundred partners and units and a few thousand products. */
#ifndef CORE_SERIES_SET_H
#define CORE_SERIES_SET_H

#include "base/map.h"
#include "core/panel.h"

struct series_set {
    struct series *items;
    size_t len, cap;
    struct map text_numbers; /* text → number in `texts` */
    const char **texts;
    size_t text_len, text_cap;
    struct arena arena;
    uint32_t *slots; /* number of a series + 1, or 0 */
    size_t slot_count;
};

void series_set_deinit(struct series_set *series);

/* The series' number, or SERIES_NONE. */
uint32_t series_set_find(const struct series_set *series, const struct series_key *key);

/* The set's own copy of a text, or NULL. */
const char *series_set_text(const struct series_set *series, const char *text);

/* As series_set_find, of a key whose texts are the set's own. `near`: number of a series that is likely to
 * stand shortly before it; any will do. */
uint32_t series_set_find_own(const struct series_set *series, const struct series_key *own, uint32_t near);

/* Makes room for so many more. */
void series_set_reserve(struct series_set *series, size_t more);

/* Finds or adds, without a unit. */
uint32_t series_set_add(struct series_set *series, const struct series_key *key);

void series_set_name_unit(struct series_set *series, uint32_t id, const char *unit);

/* Forgets the series from number `len` on. */
void series_set_truncate(struct series_set *series, size_t len);

#endif
