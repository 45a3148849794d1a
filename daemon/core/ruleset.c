#include "core/ruleset.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/shape.h"

enum { FILES_MAX_BYTES = 16 * 1024 * 1024 };

struct ruleset *ruleset_new(void)
{
    struct ruleset *ruleset = alloc_zeroed(1, sizeof *ruleset);
    buf_init(&ruleset->files, FILES_MAX_BYTES);
    return ruleset;
}

void ruleset_free(struct ruleset *ruleset)
{
    if (ruleset == NULL)
        return;
    alloc_free(ruleset->rules);
    buf_deinit(&ruleset->files);
    arena_deinit(&ruleset->arena);
    alloc_free(ruleset);
}

static const struct shape rule_list = {.kind = SHAPE_LIST, .items = &rule_shape, .max_items = RULES_MAX};

static const struct key document_keys[] = {
    {"rules", KEY_NODE, 0, .required = true, .help = "the rules", .shape = &rule_list},
};

const struct shape ruleset_shape = {.kind = SHAPE_MAP, .keys = document_keys, .key_count = 1};

static void add_rules(struct ruleset *ruleset, const struct node *list, const struct rule_reader *reader)
{
    for (size_t i = 0; i < list->len; i++) {
        struct rule rule;
        if (rule_read(reader, list->items[i], &rule) < 0)
            continue;
        if (ruleset->len == RULES_MAX) {
            diag_error(reader->diags, list->items[i]->place, "R030", "more than %d rules", RULES_MAX);
            return;
        }
        ruleset->rules = alloc_grow(ruleset->rules, ruleset->len, &ruleset->cap, sizeof *ruleset->rules);
        ruleset->rules[ruleset->len++] = rule;
    }
}

/* "name\0length\0bytes": enough to find the files again, and it makes the digest depend on names and borders.
 */
static int keep_file(struct ruleset *ruleset, const char *name, struct slice text)
{
    const char *slash = strrchr(name, '/'); /* the same files elsewhere are the same rule set */
    name = slash != NULL ? slash + 1 : name;
    int r = buf_append(&ruleset->files, name, strlen(name) + 1);
    if (r == 0)
        r = buf_printf(&ruleset->files, "%zu%c", text.len, '\0');
    return r == 0 ? buf_append(&ruleset->files, text.data, text.len) : r;
}

void ruleset_keep(struct ruleset *ruleset, struct place place, struct slice text, struct diag_list *diags)
{
    if (keep_file(ruleset, place.file, text) < 0)
        diag_error(diags, place, "R032", "the files of rules and tables together are larger than %d MiB",
            FILES_MAX_BYTES / 1024 / 1024);
}

void ruleset_add(struct ruleset *ruleset, const struct node *document, struct slice text,
    const struct reference *reference, struct diag_list *diags)
{
    struct rule_reader reader = {reference, &ruleset->arena, diags};
    const struct node *list = NULL;
    if (keys_read(document, document_keys, 1, "a rule file", &list, &ruleset->arena, diags) < 0)
        return;
    if (list->kind != NODE_SEQUENCE)
        diag_error(diags, list->place, "R031", "expected a list of rules, found %s", node_kind_name(list));
    else
        add_rules(ruleset, list, &reader);
    ruleset_keep(ruleset, document->place, text, diags);
}

int ruleset_seal(struct ruleset *ruleset, struct diag_list *diags)
{
    for (size_t i = 0; i < ruleset->len; i++) {
        const struct rule *first = ruleset_find(ruleset, ruleset->rules[i].id);
        if (first == &ruleset->rules[i])
            continue;
        diag_error(
            diags, ruleset->rules[i].place, "R033", "the rule id '%s' is used twice", ruleset->rules[i].id);
        diag_hint(diags, "the first is at %s:%d", first->place.file, first->place.line);
    }
    ruleset->digest = digest_of(buf_text(&ruleset->files), ruleset->files.len);
    return diags->errors > 0 ? -EINVAL : 0;
}

const struct rule *ruleset_find(const struct ruleset *ruleset, const char *id)
{
    for (size_t i = 0; i < ruleset->len; i++)
        if (str_equal(ruleset->rules[i].id, id))
            return &ruleset->rules[i];
    return NULL;
}

bool ruleset_next_file(struct slice files, size_t *offset, const char **ret_name, struct slice *ret_text)
{
    const char *name = files.data + *offset;
    const char *end = files.data + files.len;
    const char *length = *offset < files.len ? memchr(name, '\0', (size_t)(end - name)) : NULL;
    const char *bytes = length != NULL ? memchr(length + 1, '\0', (size_t)(end - length - 1)) : NULL;
    int64_t n;
    if (bytes == NULL || str_to_int64((struct slice){length + 1, (size_t)(bytes - length - 1)}, &n) < 0 ||
        n < 0 || n > end - bytes - 1)
        return false;
    *ret_name = name;
    *ret_text = (struct slice){bytes + 1, (size_t)n};
    *offset = (size_t)(bytes + 1 - files.data) + (size_t)n;
    return true;
}
