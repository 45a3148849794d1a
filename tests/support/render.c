/* link: tests/support/template_json daemon/core/template daemon/core/markup daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str */

/* Fills templates: reads a JSON array of { template, data } from standard input, and writes one of the texts
 * that come out, as HTML; null where the template is refused. */
#include <stdio.h>
#include <unistd.h>

#include "tests/support/template_json.h"

enum { TEXT_MAX = 1 << 20 };

static struct json_object *rendered(struct json_object *given)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct template template;
    struct json_object *text = NULL;
    struct buf out;
    const char *source = json_object_get_string(json_object_object_get(given, "template"));
    buf_init(&out, TEXT_MAX);
    if (template_compile("template", slice_of(source), &arena, &template, &diags) == 0) {
        struct template_value value = template_json_value(json_object_object_get(given, "data"), &arena);
        if (template_render(&template, &value, TEMPLATE_HTML, &out) == 0)
            text = json_object_new_string_len(buf_text(&out), (int)out.len);
    }
    buf_deinit(&out);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return text;
}

int main(void)
{
    struct json_object *cases = json_object_from_fd(STDIN_FILENO), *texts = json_object_new_array();
    for (size_t i = 0; i < json_object_array_length(cases); i++)
        json_object_array_add(texts, rendered(json_object_array_get_idx(cases, i)));
    puts(json_object_to_json_string_ext(texts, JSON_C_TO_STRING_PLAIN));
    json_object_put(texts);
    json_object_put(cases);
    return 0;
}
