/* Templates: a subset of Mustache (specification 1.4.2, the parts interpolation, sections, inverted and
 * comments).
 *
 * {{name}} and {{a.b}} are replaced by a text, escaped as the template's kind asks; {{{name}}} and {{&name}}
 * as it is. {{#name}} … {{/name}} is repeated for each entry of a list, and written once for a map or a text
 * that is not empty; {{^name}} … {{/name}} is written where neither holds. {{.}} is the entry itself. {{! …
 * }} is nothing. A line that holds such tags and blanks alone leaves no line. Partials, lambdas, blocks and
 * other delimiters are refused.
 *
 * Pure. A compiled template is immutable; what it is filled with is a tree of texts. */
#ifndef CORE_TEMPLATE_H
#define CORE_TEMPLATE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/diag.h"

enum { TEMPLATE_BYTES_MAX = 64 * 1024, TEMPLATE_DEPTH_MAX = 16 };

enum template_kind { TEMPLATE_TEXT, TEMPLATE_LIST, TEMPLATE_MAP };

/* A text; a list of values; or a map of names to values. Zeroed: the empty text. Everything is borrowed. */
struct template_value {
    enum template_kind kind;
    const char *text;
    const struct template_value *items;  /* of a list */
    const struct template_field *fields; /* of a map */
    size_t len;
};

struct template_field {
    const char *name;
    struct template_value value;
};

enum template_escape { TEMPLATE_PLAIN, TEMPLATE_HTML };

struct template_node;

struct template
{
    const char *file;
    const struct template_node *nodes;
    size_t len;
};

/* Compiles a file's text; nodes and names live in `arena` and in the text. 0, or -EINVAL with every fault in
 * `diags` (codes X00x). */
int template_compile(const char *file, struct slice text, struct arena *arena, struct template *ret_template,
    struct diag_list *diags);

/* Appends the filled template. A name that the value does not have is the empty text. 0, or -EMSGSIZE; then
 * the buffer is as it was before. */
int template_render(const struct template *template, const struct template_value *value,
    enum template_escape escape, struct buf *out);

/* Whether every name stands for something that the model has: a text where one is written, anything where a
 * section is opened. The model's lists have one entry. HTML takes no text as it is. 0, or -EINVAL with every
 * fault in `diags` (codes X01x). */
int template_check(const struct template *template, const struct template_value *model,
    enum template_escape escape, struct diag_list *diags);

#endif
