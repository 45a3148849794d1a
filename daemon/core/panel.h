/* The panel: all history that rules need, in memory.
 *
 * A series is (source, reporter, flow, partner, product). Figures stand in month-major blocks: a block holds
 * one month of PANEL_BLOCK neighbouring series, packed (core/panel_block.h), so that sparse history costs
 * what it holds. Payloads and the store are taken in block by block. Single figures are written to one block
 * that is unpacked and stays so until another one is written to: who writes many goes month by month.
 *
 * Absent is not zero. Not thread-safe: the engine owns it; several threads may read while none writes. */
#ifndef CORE_PANEL_H
#define CORE_PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/observation.h"
#include "core/panel_block.h"
#include "core/release.h"

enum { PANEL_TEXT_MAX = 64, SERIES_NONE = UINT32_MAX };

struct series_key {
    const char *source;   /* feed that reports it */
    const char *reporter; /* ISO 3166-1 alpha-2 */
    enum flow flow;
    const char *partner;
    const char *product;
};

struct series {
    struct series_key key; /* texts owned by the panel, which keeps each once */
    const char *unit;      /* of the quantity column; "" until known */
    int32_t first, last;   /* periods that hold a figure; PERIOD_NONE while empty */
};

struct panel;

struct panel *panel_new(void);
void panel_free(struct panel *panel);

size_t panel_series_count(const struct panel *panel);

/* The series with this number (0 … count − 1). Borrowed until the next panel_add_series. */
const struct series *panel_series(const struct panel *panel, uint32_t id);

/* Its number, or SERIES_NONE. */
uint32_t panel_find(const struct panel *panel, const struct series_key *key);

/* For who looks for many series with few texts: the panel's own copy of a text, or NULL where no series has
 * it; and the number of a series whose key is made of such copies. `near`: number of a series that is likely
 * to stand shortly before it; any will do. */
const char *panel_text(const struct panel *panel, const char *text);
uint32_t panel_find_own(const struct panel *panel, const struct series_key *own, uint32_t near);

/* Finds or adds; numbers are handed out in order and are the same in the store. A unit that was unknown
 * becomes known. Copies the texts. */
uint32_t panel_add_series(struct panel *panel, const struct series_key *key, const char *unit);

/* One figure. Getting: whether it is known. */
bool panel_get(
    const struct panel *panel, uint32_t id, enum column column, int32_t period, int64_t *ret_figure);
unsigned panel_flags(const struct panel *panel, uint32_t id, int32_t period);

void panel_set(struct panel *panel, uint32_t id, enum column column, int32_t period, int64_t figure);
void panel_clear(struct panel *panel, uint32_t id, enum column column, int32_t period);
void panel_set_flags(struct panel *panel, uint32_t id, int32_t period, unsigned flags);

/* The sum of a window [from, to] of one series, exact, in thousandths; *ret_missing counts the months without
 * a figure. */
int64_t panel_window_sum(
    const struct panel *panel, uint32_t id, enum column column, int32_t from, int32_t to, int *ret_missing);

/* First and last period with any figure; PERIOD_NONE while empty. */
int32_t panel_first(const struct panel *panel);
int32_t panel_last(const struct panel *panel);

/* One block, unpacked: whether anything is known in it. */
bool panel_read(const struct panel *panel, uint32_t group, int32_t period, struct panel_month *ret_month);

/* Which rows of a block there are. No block may be open to single figures. */
void panel_rows(const struct panel *panel, uint32_t group, int32_t period, struct panel_rows *ret_rows);

/* Bytes that all packed blocks take. */
size_t panel_bytes(const struct panel *panel);

/* What applying a payload changed in a block that was there. */
struct panel_change {
    int64_t old, figure; /* equal where only the flags changed */
    uint32_t series;
    int32_t period;
    enum column column;
    bool had_old; /* false: the figure is new, `old` means nothing */
    uint8_t old_flags;
};

/* A block that was not there: all that it holds is new. */
struct panel_new_block {
    uint32_t group; /* series group * PANEL_BLOCK … */
    int32_t period;
    uint64_t figured[PANEL_WORDS]; /* a bit for each of them that has a figure in it */
};

struct panel_changes {
    struct panel_change *items;
    size_t len, cap;
    struct panel_new_block *blocks;
    size_t block_len, block_cap;
    size_t added, revised;     /* figures; a month that only has flags now, or others, counts as one */
    uint32_t first_new_series; /* series from this number on are new */
};

/* Takes in a release whose rows have passed the gate: adds its series, moves the blocks that the panel does
 * not have, merges the others row by row. Of a row that is there, figures that the release does not have
 * stay, and the flags are the release's. What the panel does not take stays in the release. */
void panel_apply_release(
    struct panel *panel, const char *source, struct release *release, struct panel_changes *ret_changes);

/* The same from rows (core/release.c). */
void panel_apply(struct panel *panel, const char *source, const struct observations *rows,
    struct panel_changes *ret_changes);

/* Undoes the newest of these (the transaction failed): figures, units and new series. */
void panel_revert(struct panel *panel, const struct panel_changes *changes);

void panel_changes_deinit(struct panel_changes *changes);

#endif
