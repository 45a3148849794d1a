/* A dataset: the rows of a payload as they were read, before anything is known of whether they can be true.
 *
 * Rows stand month by month, in order of arrival, each in as few bytes as its figures need; what names their
 * series stands once. The parts of a payload can be read side by side, each into a dataset of its own. */
#ifndef CORE_DATASET_H
#define CORE_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/map.h"
#include "core/observation.h"

enum { DATASET_PARTS_MAX = 256, DATASET_QUEUE = 32, DATASET_NO_TEXT = 0 };

/* A row; texts by their numbers in the dataset. Only figures whose bit is in `known` mean anything. */
struct dataset_row {
    uint32_t reporter, partner, product, unit; /* of the quantity; DATASET_NO_TEXT where there is none */
    enum flow flow;
    int32_t period; /* PERIOD_YEAR_MIN … PERIOD_YEAR_MAX */
    unsigned line;  /* in the payload, for messages */
    uint8_t known;  /* 1 << column */
    uint8_t flags;  /* of enum observation_flag */
    int64_t figures[COLUMN_COUNT];
};

struct dataset_series {
    uint32_t reporter, partner, product; /* texts */
    enum flow flow;
    uint32_t unit;  /* that of its first quantity, else the first that any row names */
    uint32_t other; /* another one that a quantity of it has: a fault; DATASET_NO_TEXT where there is none */
    unsigned unit_line; /* of the first row with `other`, else with `unit` */
    int32_t unit_period;
    bool has_quantity;
};

struct dataset_month;
struct dataset_chunk;
struct dataset_page;
struct dataset_slot;
struct dataset_slab;

struct dataset {
    const char **texts; /* by number; "" is DATASET_NO_TEXT */
    size_t text_len, text_cap;
    struct map by_text;
    struct dataset_series *series;
    size_t len, cap;
    size_t rows;

    struct dataset_page *pages; /* series by product, of each reporter, flow and partner; see dataset.c */
    size_t page_len, page_cap;
    struct dataset_slot *slots; /* hash table of pages */
    size_t slot_count;
    uint32_t newest_page;                    /* that of the row before */
    struct dataset_row queue[DATASET_QUEUE]; /* rows whose series are being fetched from memory */
    size_t queued;
    struct dataset_month **months; /* by period; see dataset.c */
    struct dataset_slab *slabs;    /* memory of rows */
    size_t slab_used;
};

/* The parts of one payload. */
struct datasets {
    struct dataset *items;
    size_t len;
};

void dataset_init(struct dataset *dataset);

/* Makes room for the series of about so many rows, before the first of them. */
void dataset_reserve(struct dataset *dataset, size_t rows);

void dataset_deinit(struct dataset *dataset);
void datasets_deinit(struct datasets *datasets);

/* Takes over those of another list, which is empty then. */
void datasets_take(struct datasets *datasets, struct datasets *from);

/* The number of a text, copied when it is new. */
uint32_t dataset_text(struct dataset *dataset, const char *text);

/* Puts a row in; it is there, and counted, after dataset_end. */
void dataset_put(struct dataset *dataset, const struct dataset_row *row);
void dataset_end(struct dataset *dataset);

/* The same for a row with its texts; it is there at once. */
void dataset_add(struct dataset *dataset, const struct observation *row);

/* First and last period that any row speaks of; PERIOD_NONE where there is no row. */
void datasets_span(const struct datasets *datasets, int32_t *ret_first, int32_t *ret_last);

/* Drops the newest months in which no row has a figure other than zero: some sources write months to come so.
 */
void datasets_drop_empty_months(struct datasets *datasets);

/* Walks the rows of one month: of each its series, line, known figures and flags. */
struct dataset_entry {
    uint32_t series;
    unsigned line;
    uint8_t known, flags;
    int64_t figures[COLUMN_COUNT];
};

struct dataset_cursor {
    const struct dataset_chunk *chunk;
    size_t at;
    unsigned line;
};

struct dataset_cursor dataset_month(const struct dataset *dataset, int32_t period);
bool dataset_next(struct dataset_cursor *cursor, struct dataset_entry *ret_entry);

#endif
