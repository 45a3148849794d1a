/* Reads the outcome of an ended transfer from what libcurl says and what we saw. */
#ifndef IO_TRANSFER_RESULT_H
#define IO_TRANSFER_RESULT_H

#include "io/transfer_handle.h"

/* Borrows from the transfer and from `line`, which holds the text for people. */
struct transfer_reply transfer_result_reply(const struct transfer *transfer, char line[TRANSFER_LINE_SIZE]);

#endif
