/* The pages of one answer: which is the next one, and when all of them are there. Pure.
 *
 * An answer that cannot say so is no part of a whole: a number that is missing, or differs from page to page,
 * or a page that names itself as the next one. */
#ifndef FEEDS_PAGES_H
#define FEEDS_PAGES_H

#include "base/arena.h"
#include "feeds/ask.h"

enum paging {
    PAGE_LAST, /* it is all there */
    PAGE_MORE, /* the next one is to be asked for: `text`, `url` */
    PAGE_NONE, /* there is not a single record in this one */
    PAGE_WRONG /* `meaning` and `fault` say why */
};

enum { PAGES_FAULT_SIZE = 200 };

/* Where the reading of pages is; zeroed at its beginning. */
struct pages {
    size_t number;    /* of the page that is asked for, from 0 */
    const char *text; /* what {page} of the URL stands for; NULL: as the descriptor says, on the first page */
    const char *url;  /* of the page, where an answer has given it; else NULL */
    int64_t said;     /* the number of records or pages that the first page has spoken of */
    int64_t count;    /* of pages; 0: nobody knows */
    enum ask_meaning meaning;
    char fault[PAGES_FAULT_SIZE];
};

/* Takes a page. `feed_url` is that of the descriptor, whose host the next one stays at. Texts in `arena`. */
enum paging pages_take(
    struct pages *pages, const struct ask *ask, const char *feed_url, struct slice body, struct arena *arena);

#endif
