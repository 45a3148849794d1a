/* From the bytes of a payload to its documents: out of archives, one or several. */
#include <errno.h>

#include "feeds/decode_pieces.h"
#include "feeds/payload.h"
#include "feeds/unpack.h"

int decode_document(const struct decode_input *input, struct datasets *ret_payload, struct diag_list *diags)
{
    struct unpacked unpacked;
    struct descriptor descriptor = *input->descriptor;
    struct decode_input own = *input;
    *ret_payload = (struct datasets){0};
    own.descriptor = &descriptor;
    if (descriptor.or_xlsx && payload_is_archive(input->payload))
        descriptor.format = FEED_XLSX;
    if (decode_has_pieces(&own) && decode_pieces(&own, ret_payload) == 0)
        return 0;
    int r = unpack_payload(&own, &unpacked, diags);
    if (r == 0)
        r = decode_plain(&unpacked.input, ret_payload, diags);
    unpacked_deinit(&unpacked);
    return r;
}

int decode_payload(const struct decode_input *input, struct datasets *ret_payload, struct diag_list *diags)
{
    int r = decode_document(input, ret_payload, diags);
    if (r == 0 && input->descriptor->unpublished_is_zero)
        datasets_drop_empty_months(ret_payload);
    return r;
}

static int decode_one(
    const struct decode_set *set, size_t i, struct datasets *ret_payload, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct decode_input one = set->input;
    size_t from = i > 0 ? set->ends[i - 1] : 0;
    one.payload = (struct slice){set->input.payload.data + from, set->ends[i] - from};
    one.file = arena_printf(&arena, "%s[%zu]", set->input.file, i + 1);
    one.parts = 1;
    int r = decode_document(&one, ret_payload, diags);
    arena_deinit(&arena);
    return r;
}

int decode_set(const struct decode_set *set, struct datasets *ret_payload, struct diag_list *diags)
{
    struct datasets all = {0};
    int r = 0;
    if (set->len <= 1)
        return decode_payload(&set->input, ret_payload, diags);
    for (size_t i = 0; i < set->len; i++) {
        struct datasets one;
        int failed = i < DATASET_PARTS_MAX ? decode_one(set, i, &one, diags) : -E2BIG;
        if (failed == 0)
            datasets_take(&all, &one);
        else
            r = failed;
    }
    if (r < 0)
        datasets_deinit(&all);
    else if (set->input.descriptor->unpublished_is_zero)
        datasets_drop_empty_months(&all);
    *ret_payload = all;
    return r;
}
