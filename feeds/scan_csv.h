/* A scanner of CSV (RFC 4180, strict): text → records, without a copy.
 *
 * The text is looked at 64 bytes at a time: compares give bit masks, the masks give the positions of what
 * ends a field, and fields are cut from those. Each way of comparing gives the same records. */
#ifndef FEEDS_SCAN_CSV_H
#define FEEDS_SCAN_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "feeds/record.h"

enum scan_way { SCAN_PORTABLE, SCAN_SSE2, SCAN_AVX2, SCAN_WAY_COUNT };

enum { SCAN_BLOCK = 64, SCAN_STOPS_MAX = 2048 };

struct scan {
    struct slice text;
    char delimiter;
    enum scan_way way;

    /* The index: where fields and records end, a part of the text at a time. */
    size_t at, end;  /* what is indexed, and what is to be: less than the text when a fault was seen */
    uint64_t inside; /* all bits set: the byte before `at` is inside quotes */
    uint64_t behind; /* 1: it is a closing quote */
    size_t checked;  /* bytes known to be UTF-8 behind `at` */
    size_t stops[SCAN_STOPS_MAX + SCAN_BLOCK];
    size_t stop_len, stop_next;
    uint16_t lasts[SCAN_STOPS_MAX + SCAN_BLOCK]; /* the stops that end a record, by their number */
    size_t last_len, last_next;

    /* The record that is being cut. */
    size_t offset;                          /* of its first byte */
    size_t start;                           /* of its first field that is not passed */
    size_t passed;                          /* fields that went by: it has more than are read */
    int line, lines;                        /* where the record begins, and line ends inside its quotes */
    struct slice fields[RECORD_FIELDS_MAX]; /* where there are quotes */
    bool doubled;                           /* a field of it has doubled quotes */
    char *unescaped;                        /* fields with doubled quotes, one quote each */
    size_t unescaped_cap;

    bool has_quotes;  /* so far */
    bool has_doubled; /* quotes, so far */
    bool has_inner;   /* stops inside quotes, so far */
    bool bad_bytes;   /* so far: NUL, a byte that is not UTF-8, or a carriage return without a line feed */
    bool unended;     /* after a fault: the field there never ends */
    size_t fault;     /* after a fault: its offset */
};

/* Whether this processor has the way. */
bool scan_has_way(enum scan_way way);

/* The fastest one that it has. */
enum scan_way scan_best_way(void);

/* Lines end in LF, CR or CR LF; empty ones are passed over. The text is borrowed. It may be a part of a
 * payload that begins at the start of a record: places then count from there. `delimiter` is none of quote,
 * CR, LF. */
void scan_init(struct scan *scan, struct slice text, char delimiter, enum scan_way way);
void scan_deinit(struct scan *scan);

/* The next record: 1; 0 at the end of the text; -EBADMSG at a quote inside an unquoted field, at text behind
 * a closing quote, or where the text ends before its last record does: `fault` and `unended` say where and
 * which. A record of more than RECORD_FIELDS_MAX fields has its length only. */
int scan_next(struct scan *scan, struct record *ret_record);

#endif
