#include "feeds/decode.h"
#include <errno.h>
int decode_xml(const struct descriptor *descriptor, struct slice payload, const char *file,
    const struct record_sink *sink, struct diag_list *diags)
{
    (void)descriptor;
    (void)payload;
    (void)file;
    (void)sink;
    (void)diags;
    return -EBADMSG;
}
