/* What an answer means, before anything is decoded: by its status, how its body begins, and what the
 * descriptor says of the source. A 200 proves nothing: sources answer 200 with web pages and error texts. */
#ifndef FEEDS_ANSWER_H
#define FEEDS_ANSWER_H

#include "base/arena.h"
#include "feeds/ask.h"

/* The first line of the descriptor's answers that fits, else HTTP's own meaning: 200 data, 204 not yet, 401
 * and 403 key, 413 too much, 429 quota, 400, 404, 410, 414 and redirects changed, all others failed. */
enum ask_meaning answer_meaning(const struct ask *ask, long status, struct slice body);

/* The text of that name in the outermost object of a JSON body: a URL as it is written, its escapes undone.
 * NULL where there is none. In `arena`. */
const char *answer_json_text(struct slice body, const char *name, struct arena *arena);

/* One line for people: the status and what the source says, without its tags and without the key. */
enum { ANSWER_TEXT_SIZE = 256 };
const char *answer_text(long status, struct slice body, const char *key, char buf[ANSWER_TEXT_SIZE]);

#endif
