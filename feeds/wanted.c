#include "feeds/wanted.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "feeds/payload.h"

int wanted_find(const struct wanted *wanted, struct slice name)
{
    for (size_t i = 0; i < wanted->len; i++) {
        const struct slice *known = &wanted->names[i];
        if (known->len == name.len &&
            (wanted->ignore_case ? strncasecmp(known->data, name.data, name.len) == 0
                                 : memcmp(known->data, name.data, name.len) == 0))
            return (int)i;
    }
    return -1;
}

_Static_assert((int)FIELD_COUNT <= (int)WANTED_MAX, "each field names at most one column");

void wanted_init(struct wanted *wanted, const struct descriptor *descriptor, bool ignore_case)
{
    *wanted = (struct wanted){.ignore_case = ignore_case};
    for (int i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = &descriptor->fields[i];
        if (!field->given || field->column == NULL)
            continue;
        bool known = false;
        for (size_t k = 0; k < wanted->len; k++)
            known = known || slice_equal(wanted->names[k], field->column);
        if (!known)
            wanted->names[wanted->len++] = slice_of(field->column);
    }
}

void wanted_begin(struct wanted *wanted, size_t offset)
{
    for (size_t i = 0; i < wanted->len; i++) {
        wanted->fields[i] = (struct slice){"", 0};
        wanted->starts[i] = offset;
        wanted->has[i] = false;
    }
}

void wanted_set(struct wanted *wanted, size_t i, struct slice text, size_t start)
{
    wanted->fields[i] = text;
    wanted->starts[i] = start;
    wanted->has[i] = wanted->ever[i] = true;
}

/* As many names as a message has room for. */
static void list_names(struct buf *out, const char *const *names, size_t len)
{
    char quote[QUOTE_SIZE];
    buf_init(out, 600);
    for (size_t i = 0; i < len; i++)
        if (buf_printf(out, "%s%s", i > 0 ? ", " : "", payload_quote(slice_of(names[i]), quote)) < 0)
            break;
    if (len == 0)
        buf_puts(out, "no names");
}

int wanted_check(const struct wanted *wanted, struct place place, const char *const *first, size_t first_len,
    struct diag_list *diags)
{
    size_t missing = 0;
    struct buf list;
    list_names(&list, first, first_len);
    for (size_t i = 0; i < wanted->len; i++) {
        if (wanted->ever[i])
            continue;
        missing++;
        diag_error(diags, place, "D010", "no record has \"%s\"; the first has %s", wanted->names[i].data,
            buf_text(&list));
        const char *near = str_did_you_mean(wanted->names[i], first, first_len);
        if (near != NULL)
            diag_hint(diags, "did the source rename it? \"%.64s\" is near", near);
        else
            diag_hint(diags, "the source has changed its form, or these are other records");
    }
    buf_deinit(&list);
    return missing > 0 ? -EBADMSG : 0;
}
