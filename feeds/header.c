#include "feeds/header.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "feeds/payload.h"

static bool same_text(struct slice a, struct slice b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

void header_check(const struct record *names, const char *file, struct diag_list *diags)
{
    char quote[QUOTE_SIZE];
    for (size_t i = 1; i < names->len; i++) {
        size_t first = 0;
        while (!same_text(record_field(names, first), record_field(names, i)))
            first++;
        if (first < i)
            diag_error(diags, record_place(names, i, file, &diags->arena), "D011",
                "the column %s stands twice", payload_quote(record_field(names, i), quote));
    }
}

static struct slice trim(struct slice text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = (struct slice){text.data + 1, text.len - 1};
    while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    return text;
}

size_t header_find(const struct record *names, const char *column)
{
    size_t len = strlen(column), alike = names->len, count = 0;
    for (size_t i = 0; i < names->len; i++) {
        struct slice whole = record_field(names, i), name = trim(whole);
        if (slice_equal(whole, column))
            return i;
        if (name.len != len || strncasecmp(name.data, column, len) != 0)
            continue;
        alike = i;
        count++;
    }
    return count == 1 ? alike : names->len;
}

/* The names for a message, as many as it has room for. */
static const char *list_names(const struct record *names, struct arena *arena)
{
    struct buf list;
    char quote[QUOTE_SIZE];
    buf_init(&list, 600);
    for (size_t i = 0; i < names->len; i++)
        if (buf_printf(&list, "%s%s", i > 0 ? ", " : "", payload_quote(record_field(names, i), quote)) < 0)
            break;
    const char *text = arena_strdup(arena, buf_text(&list));
    buf_deinit(&list);
    return text;
}

void header_refuse(const struct record *names, const char *column, const char *file, struct diag_list *diags)
{
    const char *texts[RECORD_FIELDS_MAX];
    for (size_t i = 0; i < names->len; i++) {
        struct slice name = record_field(names, i);
        texts[i] = arena_strndup(&diags->arena, name.data, name.len < 64 ? name.len : 64);
    }
    diag_error(diags, (struct place){file, names->line, 1}, "D010",
        "the payload has no column \"%s\"; it has %s", column, list_names(names, &diags->arena));
    const char *near = str_did_you_mean(slice_of(column), texts, names->len);
    if (near != NULL)
        diag_hint(diags, "did the source rename it? \"%.64s\" is near", near);
    else
        diag_hint(diags, "the source has changed its form, or this is another table or delimiter");
}
