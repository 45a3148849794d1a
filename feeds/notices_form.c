#include "feeds/notices_form.h"

#include <stddef.h>

/* Behind NOTICES_NONE, which nobody writes. */
static const char *const form_names[] = {"federal-register", "us-orders", "tron", "cellar", NULL};

struct form_keys {
    int form; /* of form_names */
};

static const struct key form_keys[] = {
    {.name = "form",
        .kind = KEY_CHOICE,
        .offset = offsetof(struct form_keys, form),
        .required = true,
        .choices = form_names,
        .help = "How the source writes them."},
};

const struct shape notices_form_shape = {
    .kind = SHAPE_MAP, .keys = form_keys, .key_count = sizeof form_keys / sizeof *form_keys};

const char *notices_form_name(enum notices_form form)
{
    return form == NOTICES_NONE ? "none" : form_names[form - 1];
}

enum notices_form notices_form_read(
    const struct node *section, struct arena *arena, struct diag_list *diags)
{
    struct form_keys keys = {0};
    (void)keys_read(
        section, form_keys, sizeof form_keys / sizeof *form_keys, "notices", &keys, arena, diags);
    return (enum notices_form)(NOTICES_NONE + 1 + keys.form);
}
