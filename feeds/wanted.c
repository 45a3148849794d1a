#include "feeds/wanted.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "feeds/payload.h"

/* No column that a message could be about has a longer name. */
enum { NOTE_BYTES_MAX = 64 };

int wanted_find(const struct wanted *wanted, struct slice name)
{
    int alike = -1;
    for (size_t i = 0; i < wanted->len; i++) {
        const struct slice *known = &wanted->names[i];
        if (known->len != name.len || strncasecmp(known->data, name.data, name.len) != 0)
            continue;
        if (memcmp(known->data, name.data, name.len) == 0)
            return (int)i;
        alike = (int)i;
    }
    return alike;
}

_Static_assert(2 * (int)FIELD_COUNT + (int)CONDITIONS_MAX <= (int)WANTED_MAX,
    "each field names at most two columns, rates fewer");

/* NULL is no name. */
static void want(struct wanted *wanted, const char *name, bool optional)
{
    size_t i = 0;
    if (name == NULL)
        return;
    while (i < wanted->len && !slice_equal(wanted->names[i], name))
        i++;
    wanted->optional[i] = optional && (i == wanted->len || wanted->optional[i]);
    if (i == wanted->len)
        wanted->names[wanted->len++] = slice_of(name);
}

void wanted_init(struct wanted *wanted, const struct descriptor *descriptor, struct diag_list *diags)
{
    *wanted = (struct wanted){.diags = diags, .faults_before = diags->len, .errors_before = diags->errors};
    for (int i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = &descriptor->fields[i];
        want(wanted, field->column, field->optional);
        want(wanted, field->where.column, false);
    }
    for (size_t i = 0; i < descriptor->where_len; i++)
        want(wanted, descriptor->where[i].column, false);
    const char *const rates[] = {
        descriptor->rates.month, descriptor->rates.day, descriptor->rates.currency, descriptor->rates.rate};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        want(wanted, rates[i], false);
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

void wanted_note(struct wanted *wanted, struct slice name)
{
    if (wanted->first_ended || wanted->first_len == RECORD_FIELDS_MAX || name.len > NOTE_BYTES_MAX)
        return;
    wanted->first[wanted->first_len++] = arena_strndup(&wanted->arena, name.data, name.len);
}

void wanted_end(struct wanted *wanted)
{
    wanted->first_ended = true;
}

void wanted_deinit(struct wanted *wanted)
{
    arena_deinit(&wanted->arena);
}

/* As many names as a message has room for. */
static void list_names(const struct wanted *wanted, struct buf *out)
{
    char quote[QUOTE_SIZE];
    buf_init(out, 600);
    for (size_t i = 0; i < wanted->first_len; i++)
        if (buf_printf(out, "%s%s", i > 0 ? ", " : "", payload_quote(slice_of(wanted->first[i]), quote)) < 0)
            break;
    if (wanted->first_len == 0)
        buf_puts(out, "no names");
}

static void refuse_missing(const struct wanted *wanted, size_t i, const char *list, struct place place)
{
    diag_error(
        wanted->diags, place, "D010", "no record has \"%s\"; the first has %s", wanted->names[i].data, list);
    const char *near = str_did_you_mean(wanted->names[i], wanted->first, wanted->first_len);
    if (near != NULL)
        diag_hint(wanted->diags, "did the source rename it? \"%.64s\" is near", near);
    else
        diag_hint(wanted->diags, "the source has changed its form, or these are other records");
}

int wanted_check(struct wanted *wanted, struct place place)
{
    struct diag_list *diags = wanted->diags;
    size_t missing = 0;
    struct buf list;
    list_names(wanted, &list);
    for (size_t i = 0; i < wanted->len && wanted->first_ended; i++) {
        if (wanted->ever[i] || wanted->optional[i])
            continue;
        if (missing++ == 0) {
            diags->len = wanted->faults_before;
            diags->errors = wanted->errors_before;
        }
        refuse_missing(wanted, i, buf_text(&list), place);
    }
    buf_deinit(&list);
    return missing > 0 ? -EBADMSG : 0;
}
