#include "feeds/said.h"

#include <errno.h>

#include "feeds/payload.h"

enum { SAID_MAX = 400 };

void said_init(struct said *said)
{
    *said = (struct said){.enough = false};
    buf_init(&said->text, SAID_MAX);
}

void said_deinit(struct said *said)
{
    buf_deinit(&said->text);
}

static int put_text(struct buf *out, const struct slice *path, size_t n, struct slice text)
{
    char quote[QUOTE_SIZE];
    int r = buf_puts(out, out->len > 0 ? ", " : "");
    for (size_t i = 0; i < n && r == 0; i++) {
        const char *point = i > 0 ? "." : "";
        r = path[i].len <= QUOTE_BYTES ? buf_printf(out, "%s%.*s", point, (int)path[i].len, path[i].data)
                                       : buf_printf(out, "%s…", point);
    }
    return r == 0 ? buf_printf(out, "%s%s", n > 0 ? " " : "", payload_quote(text, quote)) : r;
}

void said_add(struct said *said, const struct slice *path, size_t n, struct slice text)
{
    if (said->enough || text.len == 0)
        return;
    size_t len = said->text.len;
    if (put_text(&said->text, path, n, text) == 0)
        return;
    said->enough = true;
    while (said->text.len > len) /* not half of it */
        said->text.data[--said->text.len] = '\0';
}

int said_refuse(const struct said *said, const char *what, struct place place, struct diag_list *diags)
{
    const char *text = buf_text(&said->text);
    diag_error(diags, place, "D022", "the payload has no %s%s%s%s", what, text[0] != '\0' ? "; it says " : "",
        text, said->enough ? ", …" : "");
    diag_hint(diags, "sources answer so when a request is wrong, nothing is there or a quota is used up");
    return -EBADMSG;
}
