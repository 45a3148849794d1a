#include "io/inflate.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <zlib.h>

#include "base/alloc.h"

struct inflate {
    z_stream stream;
    bool complete;
    uint64_t in, out; /* over all members; the stream's own counters restart with each */
};

static voidpf zlib_alloc(voidpf userdata, uInt n, uInt size)
{
    (void)userdata;
    return alloc_zeroed(n, size);
}

static void zlib_free(voidpf userdata, voidpf p)
{
    (void)userdata;
    alloc_free(p);
}

struct inflate *inflate_new(void)
{
    enum { GZIP_ONLY = 15 + 16 }; /* zlib.h: largest window, gzip header and trailer demanded */
    struct inflate *self = alloc_zeroed(1, sizeof(*self));
    self->stream.zalloc = zlib_alloc;
    self->stream.zfree = zlib_free;
    if (inflateInit2(&self->stream, GZIP_ONLY) != Z_OK) { /* only a mismatched zlib can fail here */
        alloc_free(self);
        return NULL;
    }
    return self;
}

void inflate_free(struct inflate *self)
{
    if (self == NULL)
        return;
    inflateEnd(&self->stream);
    alloc_free(self);
}

/* Decodes at most one chunk of output. */
static int inflate_some(struct inflate *self, struct buf *out)
{
    unsigned char chunk[16384];
    uInt in_before = self->stream.avail_in;
    self->stream.next_out = chunk;
    self->stream.avail_out = sizeof(chunk);
    int z = inflate(&self->stream, Z_NO_FLUSH);
    if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
        return -EBADMSG;
    size_t produced = sizeof(chunk) - self->stream.avail_out;
    self->in += in_before - self->stream.avail_in;
    self->out += produced;
    if (self->out > INFLATE_RATIO_FROM && self->out / INFLATE_RATIO_MAX > self->in)
        return -EMSGSIZE;
    self->complete = z == Z_STREAM_END;
    return produced > 0 ? buf_append(out, chunk, produced) : 0;
}

static int inflate_block(struct inflate *self, const unsigned char *bytes, uInt n, struct buf *out)
{
    self->stream.next_in = (unsigned char *)(uintptr_t)bytes; /* zlib reads only; its field predates const */
    self->stream.avail_in = n;
    do {
        /* A gzip file may be several members in a row; whatever else follows a trailer fails as a bad header.
         */
        if (self->complete && self->stream.avail_in > 0)
            inflateReset(&self->stream);
        int r = inflate_some(self, out);
        if (r < 0)
            return r;
    } while (self->stream.avail_in > 0 || (self->stream.avail_out == 0 && !self->complete));
    return 0;
}

int inflate_feed(struct inflate *self, const void *bytes, size_t n, struct buf *out)
{
    const unsigned char *next = bytes;
    while (n > 0) {
        uInt block = n > UINT_MAX ? UINT_MAX : (uInt)n;
        int r = inflate_block(self, next, block, out);
        if (r < 0)
            return r;
        next += block;
        n -= block;
    }
    return 0;
}

bool inflate_is_complete(const struct inflate *self)
{
    return self->complete;
}
