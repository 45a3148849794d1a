/* link: daemon/core/template daemon/core/markup daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str */

/* Any bytes as a template: compiling does not crash and reports its faults inside the text; what compiles is
 * filled with no more than stands in it and in its values, without a byte of HTML that the template did not
 * have. */
#include <stdlib.h>
#include <string.h>

#include "core/template.h"

enum { OUT_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static const struct template_field entry[] = {{"a", {.text = "<&\"'"}}, {"b", {.text = ""}}};
static const struct template_value items[] = {
    {.kind = TEMPLATE_MAP, .fields = entry, .len = 2}, {.text = "<x>"}, {.text = ""}};
static const struct template_field fields[] = {
    {"a", {.text = "<&\"'"}},
    {"l", {.kind = TEMPLATE_LIST, .items = items, .len = 3}},
    {"m", {.kind = TEMPLATE_MAP, .fields = entry, .len = 2}},
    {"e", {.kind = TEMPLATE_LIST}},
};
static const struct template_value value = {.kind = TEMPLATE_MAP, .fields = fields, .len = 4};

static void check_faults(const struct diag_list *diags, struct slice text)
{
    int lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.data[i] == '\n';
    for (size_t i = 0; i < diags->len; i++)
        check(diags->items[i].line <= lines);
}

/* Whether a tag may write a text as it is: {{& or {{{, with or without blanks between. */
static bool may_be_raw(struct slice text)
{
    for (size_t i = 0; i + 2 < text.len; i++) {
        size_t sign = i + 2;
        while (sign < text.len && memchr(" \t\n\v\f\r", text.data[sign], 6) != NULL)
            sign++;
        if (memcmp(text.data + i, "{{", 2) == 0 && sign < text.len &&
            memchr("{&", text.data[sign], 2) != NULL)
            return true;
    }
    return false;
}

static void check_filled(const struct template *template, struct slice text)
{
    struct buf html, again;
    buf_init(&html, OUT_MAX);
    buf_init(&again, OUT_MAX);
    int r = template_render(template, &value, TEMPLATE_HTML, &html);
    check(r == template_render(template, &value, TEMPLATE_HTML, &again));
    check(strcmp(buf_text(&html), buf_text(&again)) == 0);
    if (r == 0 && !may_be_raw(text) && memchr(text.data, '<', text.len) == NULL)
        check(strchr(buf_text(&html), '<') == NULL);
    buf_deinit(&html);
    buf_deinit(&again);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct template template;
    struct slice text = {size > 0 ? (const char *)data : "", size};
    int r = template_compile("fuzz", text, &arena, &template, &diags);
    check((r == 0) == (diags.errors == 0));
    if (r == 0) {
        (void)template_check(&template, &value, TEMPLATE_HTML, &diags);
        check_filled(&template, text);
    }
    check_faults(&diags, text);
    arena_deinit(&arena);
    diag_list_deinit(&diags);
    return 0;
}
