/* All silences of the store with their matchers, ready to be asked. */
#ifndef APP_SILENCES_H
#define APP_SILENCES_H

#include "core/silence.h"
#include "io/store.h"

struct silence_entry {
    struct silence silence;
    struct matchers matchers;
    bool readable; /* false: it names a basket that is no more, and matches nothing */
    size_t met;    /* alerts that stood while it was in force, see silences_count */
};

struct silences {
    struct silence_entry *items; /* oldest first */
    size_t len, cap;
    struct arena arena;
};

#define SILENCES_NULL ((struct silences){0})

/* Replaces what it held. 0 or -errno, and then it holds nothing. */
int silences_load(struct store *store, const struct baskets *baskets, struct silences *silences);
void silences_deinit(struct silences *silences);

/* The silence in force that holds the alert; of several the one that ends last. NULL: none does. */
const struct silence *silences_find(const struct silences *silences, const struct baskets *baskets,
    const struct alert_scope *scope, enum severity severity, int64_t now_ms);

/* Counts for every silence the alerts that it has met until now. */
int silences_count(
    struct silences *silences, struct store *store, const struct baskets *baskets, int64_t now_ms);

#endif
