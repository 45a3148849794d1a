/* What libcurl's callbacks do with what a peer sends: collects the body, decodes and caps it, follows the
 * mail dialogue. */
#ifndef IO_TRANSFER_FEED_H
#define IO_TRANSFER_FEED_H

#include "io/transfer_handle.h"

/* CURLOPT_WRITEFUNCTION: bytes of the body. */
size_t transfer_feed_body(char *bytes, size_t size, size_t n, void *transfer);

/* CURLOPT_HEADERFUNCTION of mail: one line of the server's. */
size_t transfer_feed_line(char *line, size_t size, size_t n, void *transfer);

/* CURLOPT_DEBUGFUNCTION of mail: what we send shows which step the next answer is to. Nothing of it is kept.
 */
int transfer_feed_debug(CURL *easy, curl_infotype type, char *bytes, size_t n, void *transfer);

/* CURLOPT_XFERINFOFUNCTION of mail: non-zero ends it. */
int transfer_feed_progress(
    void *transfer, curl_off_t down_total, curl_off_t down, curl_off_t up_total, curl_off_t up);

/* Whether a gzip body was promised and its end has not come. After the transfer. */
bool transfer_feed_is_cut(const struct transfer *transfer);

#endif
