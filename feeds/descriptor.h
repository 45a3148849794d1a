/* A feed descriptor: where a source is found and how its columns map to observations. A YAML file, no C.
 *
 *   feed: vn-nso                      # name of the source, kept with every series
 *   title: …                          # for people
 *   url: https://…                    # left out: its files are imported by hand; feeds/ask.h has the rest
 *   format: csv
 *   interval: 6h
 *   licence: …
 *   publication_lag: 35d              # a month is published so long after its end
 *   absent: zero                      # no row in a published month: no trade
 *   aggregate: sum                    # rows of the same series and month are added up
 *   world: sum                        # it has every partner and no total of them
 *   unpublished: zero                 # months to come stand there with zeros
 *   numbers: 1,234.5                  # a comma between thousands
 *   csv: { delimiter: "," }           # the section of its format; also json:, xml:, xlsx:
 *   fields:
 *     reporter: { value: VN }                          # a constant …
 *     flow:     { column: flow, map: { X: export, M: import, R: skip } }   # re-exports are left out
 *     partner:  { column: partner, codes: iso3, map: { WLD: W } }
 *     product:  { column: group, prefix: "nso:" }      # digits: 6 reads CN8 as HS6
 *     period:   { column: period }     # or { column: year, digits: 4 } and month: { column: … }
 *     value:    { column: value_kusd, scale: 1000 }    # thousand USD
 *     quantity: { column: quantity_t, unit: t }
 *     weight:   { column: weight_100kg, scale: 100 }
 *     flags:    { column: status, map: { p: preliminary } }
 *
 *   Where each row is one figure, and another column says which:
 *     value:    { column: OBS_VALUE, where: { indicators: VALUE_IN_EUROS }, map: { ": c": suppressed } }
 *   end: { rows_at_least: 1000 }      # what proves that the payload is whole
 *
 * A feed of notices has no format, fields and end, but notices: { form: federal-register } (feeds/notices.h).
 */
#ifndef FEEDS_DESCRIPTOR_H
#define FEEDS_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/digest.h"
#include "base/keys.h"
#include "base/node.h"
#include "feeds/ask.h"
#include "feeds/condition.h"
#include "feeds/rate_columns.h"

enum feed_format { FEED_CSV, FEED_JSON, FEED_XML, FEED_XLSX, FEED_FORMAT_COUNT };

/* What a payload's document comes in. */
enum feed_unpack { UNPACK_NONE, UNPACK_7Z, UNPACK_ZIP };

/* The observation's fields a descriptor maps, in the order of the table in descriptor.c. */
enum field_role {
    FIELD_REPORTER,
    FIELD_FLOW,
    FIELD_PARTNER,
    FIELD_PRODUCT,
    FIELD_PERIOD,
    FIELD_MONTH, /* where the period's column has only the year */
    FIELD_VALUE,
    FIELD_QUANTITY,
    FIELD_WEIGHT,
    FIELD_UNIT,
    FIELD_FLAGS,
    FIELD_CONFIDENTIALITY, /* flags too, where the source keeps them apart */
    FIELD_COUNT
};

struct field_pair {
    const char *from, *to;
    bool skip; /* rows with this text are left out */
};

struct field {
    bool given;
    const char *column;     /* name in the payload's header, or NULL for a constant */
    const char *above;      /* period in XLSX: a text with %m and %Y, above all rows, that says it; or NULL */
    const char *value;      /* the constant, or NULL */
    const char *prefix;     /* put before the text, or "" */
    int64_t scale;          /* figures: one unit of the payload in USD, units or kg */
    const char *unit;       /* quantity: its unit, or "" where the unit field says it */
    int64_t digits;         /* product, period: so many of its digits are read; 0: all of it */
    struct field_pair *map; /* what texts mean */
    size_t map_len;
    bool map_translates; /* other than by leaving rows out: a text outside the map is an error, unless it
                            has_codes */
    bool map_skips;
    bool others_skip;       /* texts that are neither in the map nor in `codes`: their rows are left out */
    bool has_codes;         /* texts outside the map are looked up in `codes` */
    int codes;              /* enum country_scheme */
    bool optional;          /* a payload may lack the column */
    const char *currency;   /* value: of the payload, converted to USD; NULL: it is in USD */
    struct condition where; /* figures: only rows that fit it have this one */
};

/* What a sheet says of its values, and one of them in USD: "Triệu USD", 1000000. */
enum { XLSX_UNITS_MAX = 32 };
struct xlsx_unit {
    const char *says;
    int64_t scale;
};

struct descriptor {
    const char *feed, *title, *licence, *file;
    const char *url;           /* NULL: the feed is imported only, never polled */
    int format;                /* enum feed_format */
    bool or_xlsx;              /* a file in CSV that people bring may be a workbook as well */
    int unpack;                /* enum feed_unpack */
    int notices;               /* enum notices_form: it brings notices; NOTICES_NONE: figures */
    int64_t interval_s;        /* between polls */
    int64_t publication_lag_s; /* from a month's end to its usual publication */
    int64_t grace_s;           /* a month later than that raises feed-late; 0: none does */
    int64_t max_bytes;         /* of a payload */
    struct ask ask;            /* how it is asked */
    int64_t rows_at_least;
    bool world_is_sum;        /* it has every partner and no total: the world is the sum of its partners */
    bool sums;                /* rows of the same series and month are added up */
    bool by_figure;           /* a row is one figure of its observation: figures have a `where` */
    bool unpublished_is_zero; /* months that are not published yet have rows, all of zeros */
    int notation;             /* enum number_notation, of all figures */
    bool absent_is_zero; /* a product and partner without a row in a month that the source has published: no
                            trade, not an unknown figure */
    char delimiter;      /* CSV */
    struct {
        const char
            *records; /* where the records are: names with points between, or "" for the document itself */
        bool header;  /* the first record is a list of the names, the others are lists too */
    } json;
    struct {
        const char *record; /* name of the element that is a record */
    } xml;
    struct {
        const char *sheet; /* a text in a cell above the header row, by which the sheet is found */
        const char *says;  /* another text that must stand there, such as the unit of the figures; or NULL */
        const char *first; /* a text in the first row that is read: columns are letters then; or NULL */
        struct xlsx_unit *units; /* texts that stand there, and what they make of a value */
        size_t unit_len;
    } xlsx;
    struct condition where[CONDITIONS_MAX]; /* only rows that fit all of them are read */
    size_t where_len;
    struct field fields[FIELD_COUNT];
    struct rate_columns rates; /* of a feed of exchange rates, which has no fields */
    struct digest version;     /* of its text, set by who has read the file */
    struct arena arena;
};

extern const struct shape descriptor_shape;

/* Reads a descriptor document. 0, or -EINVAL with every fault in `diags` (codes F0xx). */
int descriptor_read(const struct node *document, struct descriptor *ret_descriptor, struct diag_list *diags);
void descriptor_deinit(struct descriptor *descriptor);

#endif
