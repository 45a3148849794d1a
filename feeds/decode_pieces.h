/* A large CSV in an archive, decoded piece by piece while it is unpacked: memory is that of a piece and of
 * the rows. */
#ifndef FEEDS_DECODE_PIECES_H
#define FEEDS_DECODE_PIECES_H

#include "feeds/decode.h"

/* Whether the payload is such a one, and may be read in parts. */
bool decode_has_pieces(const struct decode_input *input);

/* 0, or -EBADMSG: something is wrong with it, which reading it as a whole tells. */
int decode_pieces(const struct decode_input *input, struct datasets *ret_payload);

#endif
