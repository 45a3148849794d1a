/* What the titles of notices say: the proceeding, the step, the outcome, the product and where it comes from.
 *
 * Titles follow a grammar that the agencies keep to, and that is not promised. A title that does not fit is
 * PROCEEDING_OTHER, never a fault. */
#ifndef FEEDS_NOTICE_TITLE_H
#define FEEDS_NOTICE_TITLE_H

#include "feeds/notice_text.h"

struct notice_title {
    enum notice_proceeding proceeding;
    enum notice_step step;
    enum notice_outcome outcome;
    unsigned laws;       /* 0 where the title does not say which law belongs to which country */
    const char *product; /* "" where it names none */
    struct text_set origins;
    bool correction;
    bool commission; /* written as the US Commission does: a semicolon behind the country, and its words */
};

/* "Product From Country: Action", "Orders on Product From Country: Action" (Commerce), "Product From Country;
 * Action" (Commission). */
void notice_title_us(const char *title, const struct countries *countries, struct arena *arena,
    struct notice_title *ret_title);

/* "… imposing a definitive anti-dumping duty on imports of Product originating in Country", "Notice of
 * initiation of an anti-dumping proceeding concerning imports of Product originating in Country". */
void notice_title_eu(const char *title, const struct countries *countries, struct arena *arena,
    struct notice_title *ret_title);

/* A part of a text that ends in NUL, without blanks and commas around it. */
const char *notice_title_trim(struct slice text, struct arena *arena);

/* Of a table of words, in its order, the first that stand in the text; -1: none. */
struct title_word {
    const char *words;
    int meaning;
};
int notice_title_first_row(const char *text, const struct title_word *table, size_t n);

/* The same by place: those that stand first in the text. */
int notice_title_first_place(const char *text, const struct title_word *table, size_t n);

/* What stands first of "affirmative" and "negative". */
enum notice_outcome notice_title_outcome(const char *text);

#endif
