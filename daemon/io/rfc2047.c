#include "io/rfc2047.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#define WORD_START "=?UTF-8?B?"
#define WORD_END   "?="

/* RFC 2047 section 2: a word has at most 75 characters, a line that holds one at most 76; a folded line
 * starts with a space. */
enum { LINE_MAX_LEN = 76, WORD_MARKUP = 12, WORD_BYTES_MAX = 45 };

/* Base64 only: of Vietnamese text it makes two thirds of what the Q encoding does, and one form is easier to
 * trust. */
static bool needs_encoding(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
            return true;
    return strstr(text, "=?") != NULL; /* would read as an encoded-word */
}

/* The longest run of whole UTF-8 sequences that fits `room` bytes; at least one byte. */
static size_t chunk_len(const char *text, size_t left, size_t room)
{
    if (left <= room)
        return left;
    size_t n = room;
    while (n > 1 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static int put_word(const char *bytes, size_t n, struct buf *out)
{
    unsigned char encoded[(WORD_BYTES_MAX + 2) / 3 * 4 + 1];
    EVP_EncodeBlock(encoded, (const unsigned char *)bytes, (int)n);
    return buf_printf(out, WORD_START "%s" WORD_END, (const char *)encoded);
}

int rfc2047_encode(const char *text, size_t column, struct buf *out)
{
    if (!needs_encoding(text))
        return buf_puts(out, text);
    size_t left = strlen(text), taken = column + WORD_MARKUP;
    size_t room = taken + 8 < LINE_MAX_LEN ? (LINE_MAX_LEN - taken) / 4 * 3 : 6;
    for (bool first = true; left > 0; first = false) {
        size_t n = chunk_len(text, left, room < WORD_BYTES_MAX ? room : WORD_BYTES_MAX);
        int r = first ? 0 : buf_puts(out, " ");
        if (r == 0)
            r = put_word(text, n, out);
        if (r < 0)
            return r;
        text += n;
        left -= n;
        room = WORD_BYTES_MAX;
    }
    return 0;
}
