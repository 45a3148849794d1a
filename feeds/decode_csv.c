/* CSV, by the scanner. */
#include <errno.h>
#include <string.h>

#include "feeds/decode.h"
#include "feeds/payload.h"
#include "feeds/scan_csv.h"

static void refuse_quotes(const struct scan *scan, const char *file, struct diag_list *diags)
{
    struct place place = payload_place(scan->text, file, scan->fault);
    if (scan->unended) {
        diag_error(diags, place, "D008", "the quoted field that begins here never ends");
        return;
    }
    diag_error(diags, place, "D008", "a quote or text where the field cannot go on");
    diag_hint(diags, "a field with quotes is written in quotes, each quote inside doubled: \"5\"\" pipe\"");
}

static int give_record(const struct record_sink *sink, bool named, const struct record *record,
    const char *file, struct diag_list *diags)
{
    if (record->len > RECORD_FIELDS_MAX) {
        struct place place = {file, record->line, record_column(record, 0)};
        diag_error(diags, place, "D009", "the line has %zu fields; at most %d are read", record->len,
            RECORD_FIELDS_MAX);
        return -EBADMSG;
    }
    int (*take)(void *, const struct record *) = named ? sink->record : sink->names;
    return take(sink->userdata, record) != 0 ? -EBADMSG : 0;
}

int decode_csv(const struct descriptor *descriptor, struct slice payload, const char *file,
    const struct record_sink *sink, struct diag_list *diags)
{
    struct scan scan;
    struct record record;
    int r = 0, taken = 0;
    scan_init(&scan, payload, descriptor->delimiter, scan_best_way());
    for (bool named = sink->names == NULL;
         taken == 0 && !(named && sink->record == NULL) && (r = scan_next(&scan, &record)) > 0; named = true)
        taken = give_record(sink, named, &record, file, diags);
    if (taken == 0 && r < 0)
        refuse_quotes(&scan, file, diags);
    scan_deinit(&scan);
    if (taken < 0 || r < 0)
        return -EBADMSG;
    return scan.bad_bytes ? DECODE_BAD_BYTES : 0;
}

/* Where the text behind the first record begins. */
static size_t behind_names(const struct descriptor *descriptor, struct slice payload)
{
    struct scan scan;
    struct record record;
    scan_init(&scan, payload, descriptor->delimiter, scan_best_way());
    (void)scan_next(&scan, &record);
    size_t start = scan.start;
    scan_deinit(&scan);
    return start;
}

size_t decode_csv_split(
    const struct descriptor *descriptor, struct slice payload, size_t n, struct slice *ret_parts)
{
    size_t start = behind_names(descriptor, payload), len = 0;
    size_t share = (payload.len - start) / n;
    while (start < payload.len) {
        const char *text = payload.data + start;
        size_t rest = payload.len - start;
        const char *end = len + 1 < n && share < rest ? memchr(text + share, '\n', rest - share) : NULL;
        size_t size = end != NULL ? (size_t)(end + 1 - text) : rest;
        ret_parts[len++] = (struct slice){text, size};
        start += size;
    }
    return len;
}
