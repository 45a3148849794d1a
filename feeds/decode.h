/* Decoding: bytes of a payload → observations, by the feed's descriptor.
 *
 * A decoder only cuts the payload into records of named fields; mapping records to observations is shared, so
 * CSV, JSON and XML differ in nothing else. */
#ifndef FEEDS_DECODE_H
#define FEEDS_DECODE_H

#include "base/diag.h"
#include "base/str.h"
#include "core/country.h"
#include "core/dataset.h"
#include "core/rates.h"
#include "feeds/descriptor.h"
#include "feeds/record.h"

enum { PAYLOAD_ROWS_MAX = 100 * 1000 * 1000 };

/* What a decoder calls: once with the names, then once per record. Non-zero stops it (too many faults).
 * Without `names` the payload is a part that has none; without `record` nothing behind the names is read. */
struct record_sink {
    int (*names)(void *userdata, const struct record *names);
    int (*record)(void *userdata, const struct record *record);
    void *userdata;
};

/* A decoder. `file` names the payload in messages. 0, or -EBADMSG with faults in `diags` (codes D0xx).
 * DECODE_BAD_BYTES: it has seen bytes that payload_check_bytes refuses, and has decoded as if they were
 * right.
 */
enum { DECODE_BAD_BYTES = 1 };
typedef int decoder_fn(const struct descriptor *descriptor, struct slice payload, const char *file,
    const struct record_sink *sink, struct diag_list *diags);

decoder_fn decode_csv, decode_json, decode_xml, decode_xlsx;

/* Cuts what stands behind the names into at most `n` parts that a decoder may take one by one, where no line
 * end stands inside quotes; where one does, a part before it does not end as it should, and its decoder says
 * so. Returns how many. */
size_t decode_csv_split(
    const struct descriptor *descriptor, struct slice payload, size_t n, struct slice *ret_parts);

/* What is decoded, and by what. */
struct decode_input {
    const struct descriptor *descriptor;
    const struct countries *countries; /* for the fields' `codes`; NULL: only ISO 3166-1 alpha-2 is known */
    struct slice payload;
    const char *file; /* names the payload in messages */
    size_t parts;     /* at most so many are read side by side; lines then count from each part's first */
    const struct rates *rates; /* for a field's `currency`; NULL: none is known */
};

/* The records of a whole payload, one after the other, as a sink takes them. 0, or -EBADMSG with faults in
 * `diags`. */
int decode_records(const struct decode_input *input, const struct record_sink *sink, struct diag_list *diags);

/* Decodes a whole payload. What is no payload of this feed at all (empty, HTML, not UTF-8) is refused for
 * that alone. 0, or -EBADMSG with every fault in `diags` as file:line:column, the same however many parts
 * were asked for; *ret_payload is then empty. */
int decode_payload(const struct decode_input *input, struct datasets *ret_payload, struct diag_list *diags);

/* The same for a document of a payload of several: months that are not published yet, by the descriptor's
 * `unpublished`, are still in it. */
int decode_document(const struct decode_input *input, struct datasets *ret_payload, struct diag_list *diags);

/* The same for a payload of several documents one behind the other, each of which is a whole one
 * (decode_set.c). Faults count lines from the beginning of their document, whose number stands behind the
 * file's name. */
struct decode_set {
    struct decode_input input;
    const size_t *ends; /* of each document in the payload; at most DATASET_PARTS_MAX */
    size_t len;         /* 0 and 1: the payload is one document */
};
int decode_set(const struct decode_set *set, struct datasets *ret_payload, struct diag_list *diags);

#endif
