#include "io/diag_json.h"

#include <json.h>

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text != NULL ? json_object_new_string(text) : NULL);
}

static void add_count(struct json_object *object, const char *key, size_t n)
{
    json_object_object_add(object, key, json_object_new_int64((int64_t)n));
}

static struct json_object *number_or_null(int n)
{
    return n > 0 ? json_object_new_int(n) : NULL;
}

static struct json_object *finding_object(const struct diag *diag)
{
    struct json_object *object = json_object_new_object();
    add_text(object, "file", diag->file);
    json_object_object_add(object, "line", number_or_null(diag->line));
    json_object_object_add(object, "column", number_or_null(diag->column));
    add_text(object, "level", diag_level_name(diag->level));
    add_text(object, "code", diag->code);
    add_text(object, "text", diag->text);
    add_text(object, "hint", diag->hint);
    return object;
}

int diag_json_write(const struct diag_list *diags, size_t files, struct buf *out)
{
    struct json_object *document = json_object_new_object(), *findings = json_object_new_array();
    add_count(document, "files", files);
    add_count(document, "errors", diags->errors);
    add_count(document, "warnings", diags->warnings);
    for (size_t i = 0; i < diags->len; i++)
        json_object_array_add(findings, finding_object(&diags->items[i]));
    json_object_object_add(document, "findings", findings);
    int r = buf_puts(
        out, json_object_to_json_string_ext(document,
                 JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(document);
    return r == 0 ? buf_puts(out, "\n") : r;
}
