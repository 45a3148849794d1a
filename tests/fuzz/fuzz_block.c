/* link: daemon/io/block daemon/base/alloc daemon/base/buf */
/* What decodes can be encoded, and that decodes to the same. The checksum is put right first, or no input
 * would get past it; inputs of odd length go in as they are. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "io/block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHECKSUM_AT = 1, BODY_AT = 5 };

static void put_right(char *bytes, size_t size)
{
    uint32_t crc = (uint32_t)crc32(0, (const Bytef *)bytes + BODY_AT, (uInt)(size - BODY_AT));
    for (int i = 0; i < 4; i++)
        bytes[CHECKSUM_AT + i] = (char)(crc >> 8 * i);
}

static void check_again(struct block_codec *codec, const struct block *block)
{
    struct block *again = alloc_zeroed(1, sizeof *again);
    struct buf bytes;
    buf_init(&bytes, BLOCK_BYTES_MAX);
    if (block_encode(codec, block, &bytes) < 0 ||
        block_decode(codec, (struct slice){bytes.data, bytes.len}, again) < 0 ||
        memcmp(block, again, sizeof *block) != 0)
        abort();
    buf_deinit(&bytes);
    alloc_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = alloc_zeroed(size, 1);
    if (size > 0)
        memcpy(bytes, data, size);
    if (size >= BODY_AT && size % 2 == 0)
        put_right(bytes, size);
    struct block_codec *codec = block_codec_new();
    struct block *block = alloc_zeroed(1, sizeof *block);
    if (block_decode(codec, (struct slice){bytes, size}, block) == 0)
        check_again(codec, block);
    alloc_free(block);
    block_codec_free(codec);
    alloc_free(bytes);
    return 0;
}
