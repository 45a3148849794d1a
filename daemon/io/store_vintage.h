/* History as it was known at any time, and what changed it: for explanations of old alerts and for backtests.
 *
 * A payload that was accepted is a moment of knowledge. It is named by its number in the store. */
#ifndef IO_STORE_VINTAGE_H
#define IO_STORE_VINTAGE_H

#include "io/store.h"

/* Fills an empty panel with the figures and flags as they were right after this payload was committed. All
 * series are there, also those that came later (they are empty), so that numbers stay the same; a unit is the
 * one that is known today. */
int store_load_panel_as_of(struct store *store, struct panel *panel, int64_t payload);

/* Calls fn for every accepted payload, oldest first. */
int store_each_payload(struct store *store,
    void (*fn)(void *userdata, int64_t payload, const struct payload_row *row), void *userdata);

/* The newest accepted payload with this digest. 0; -ENOENT. */
int store_find_payload(struct store *store, const char *digest, int64_t *ret_payload);

/* A figure that a payload changed in a block that was there. */
struct store_change {
    int64_t payload, seen_ms;
    uint32_t series;
    int32_t period;
    enum column column;
    bool has_old, has_new; /* false: there was, or is, no figure; has_new is false where only flags came */
    int64_t old_figure, new_figure;
    unsigned old_flags; /* of the month, before the payload */
};

/* Calls fn for every revision, by payload from the oldest to the newest. */
int store_each_revision(
    struct store *store, void (*fn)(void *userdata, const struct store_change *change), void *userdata);

/* Which payload wrote a block first: all figures of these BLOCK_SERIES series in this month that no revision
 * of a later payload speaks of came with it. */
struct store_origin {
    int32_t period;
    uint32_t first; /* series */
    int64_t payload;
};

/* Calls fn for every block, by month and series. */
int store_each_block_origin(
    struct store *store, void (*fn)(void *userdata, const struct store_origin *origin), void *userdata);

#endif
