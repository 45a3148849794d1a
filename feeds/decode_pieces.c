#include "feeds/decode_pieces.h"

#include <errno.h>
#include <string.h>

#include "feeds/unpack.h"

/* A piece has so much for each part that is read side by side, and more where that would make too many parts.
 */
enum { PIECE_BYTES_MIN = 4 * 1024 * 1024 };

struct pieces {
    const struct decode_input *input;
    struct unpacking unpacking;
    struct buf bytes;        /* the header line, and what is not decoded yet */
    size_t header;           /* its bytes */
    struct datasets payload; /* of the pieces so far */
    size_t rows;
    struct diag_list unseen;
};

bool decode_has_pieces(const struct decode_input *input)
{
    const struct descriptor *descriptor = input->descriptor;
    return descriptor->unpack != UNPACK_NONE && descriptor->format == FEED_CSV && input->parts > 1 &&
           input->parts < DATASET_PARTS_MAX / 4;
}

static size_t piece_bytes(const struct decode_input *input)
{
    size_t least = input->parts * PIECE_BYTES_MIN, pieces = DATASET_PARTS_MAX / input->parts - 2;
    size_t share = (size_t)input->descriptor->max_bytes / pieces + 1;
    return share > least ? share : least;
}

/* Behind the last line end; 0 where there is none. Where it stands inside quotes, the piece does not end as
 * it should, and its decoder says so. */
static size_t whole_lines(const struct buf *bytes)
{
    const char *end = bytes->len > 0 ? memrchr(bytes->data, '\n', bytes->len) : NULL;
    return end != NULL ? (size_t)(end + 1 - bytes->data) : 0;
}

static int decode_piece(struct pieces *pieces, size_t len)
{
    struct decode_input one = *pieces->input;
    struct datasets rows;
    one.payload = (struct slice){pieces->bytes.data, len};
    one.file = pieces->unpacking.file;
    int r = decode_plain(&one, &rows, &pieces->unseen);
    for (size_t i = 0; i < rows.len; i++)
        pieces->rows += rows.items[i].rows;
    datasets_take(&pieces->payload, &rows);
    bool much = pieces->rows > PAYLOAD_ROWS_MAX || pieces->payload.len > DATASET_PARTS_MAX;
    return r == 0 && much ? -EBADMSG : r;
}

/* What is decoded makes room for more; the header stays. */
static void drop(struct pieces *pieces, size_t len)
{
    char *data = pieces->bytes.data;
    memmove(data + pieces->header, data + len, pieces->bytes.len - len);
    pieces->bytes.len -= len - pieces->header;
}

/* 1: more follows; 0: that was the last; -EBADMSG. */
static int next_piece(struct pieces *pieces)
{
    int r = unpack_read(&pieces->unpacking, &pieces->bytes, pieces->bytes.max, &pieces->unseen);
    if (r < 0)
        return r;
    bool last = pieces->unpacking.ended;
    size_t len = last ? pieces->bytes.len : whole_lines(&pieces->bytes);
    if (pieces->header == 0 && len > 0) {
        const char *end = memchr(pieces->bytes.data, '\n', len);
        pieces->header = end != NULL ? (size_t)(end + 1 - pieces->bytes.data) : len;
    }
    bool any = len > pieces->header;
    if (!any && !last)
        return -EBADMSG; /* a line that is longer than a piece */
    if (any || pieces->payload.len == 0)
        r = decode_piece(pieces, len);
    drop(pieces, len);
    return r < 0 ? r : !last;
}

int decode_pieces(const struct decode_input *input, struct datasets *ret_payload)
{
    struct pieces pieces = {.input = input};
    buf_init(&pieces.bytes, piece_bytes(input));
    int r = unpack_begin(input, &pieces.unpacking, &pieces.unseen);
    if (r == 0)
        buf_reserve_all(&pieces.bytes);
    bool more = r == 0;
    while (more) {
        r = next_piece(&pieces);
        more = r > 0;
    }
    if (r < 0)
        datasets_deinit(&pieces.payload);
    unpack_end(&pieces.unpacking);
    buf_deinit(&pieces.bytes);
    diag_list_deinit(&pieces.unseen);
    *ret_payload = pieces.payload;
    return r;
}
