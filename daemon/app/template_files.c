#include "app/template_files.h"

#include <string.h>

#include "app/paths.h"
#include "core/message_sample.h"
#include "core/message_values.h"
#include "io/file.h"

const char *const template_file_parts[MESSAGE_PART_COUNT] = {
    [MESSAGE_SUBJECT] = "subject", [MESSAGE_TEXT] = "text", [MESSAGE_HTML] = "html"};
static const char *const languages[LANGUAGE_COUNT] = {[LANGUAGE_VI] = "vi", [LANGUAGE_EN] = "en"};

/* Which template a file is. */
struct slot {
    enum message_part part;
    enum language language;
};

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static bool find_slot(const char *path, struct arena *arena, struct slot *ret_slot, struct diag_list *diags)
{
    for (enum message_part part = 0; part < MESSAGE_PART_COUNT; part++)
        for (enum language language = 0; language < LANGUAGE_COUNT; language++) {
            *ret_slot = (struct slot){part, language};
            const char *name =
                arena_printf(arena, "%s.%s.mustache", template_file_parts[part], languages[language]);
            if (str_equal(base_name(path), name))
                return true;
        }
    diag_error(diags, (struct place){.file = path}, "X006", "a template of no part of a message");
    diag_hint(diags, "the names are subject, text and html, with .vi or .en and .mustache: html.vi.mustache");
    return false;
}

/* The names, in the language: every part of a message is there. */
static void check_names(const struct template *template, const struct slot *slot, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct message_sample sample;
    struct message_view views[LANGUAGE_COUNT];
    size_t n;
    message_sample_make(SAMPLE_WHOLE, EVENT_STRENGTHENED, ALERT_FIRING, &sample);
    if (message_views_make(&sample.record, 1u << slot->language, &arena, views, &n) == 0) {
        struct template_value model = message_values(&sample.record, views, &arena);
        enum template_escape escape = slot->part == MESSAGE_HTML ? TEMPLATE_HTML : TEMPLATE_PLAIN;
        (void)template_check(template, &model, escape, diags); /* its faults are in diags */
    }
    arena_deinit(&arena);
}

/* One synthetic alert. False once it is said what is wrong: one fault of a kind is enough. */
static bool try_one(const struct message_templates *templates, const struct slot *slot,
    const struct message_sample *sample, struct diag_list *diags)
{
    const char *file = templates->items[slot->part][slot->language].file;
    struct buf out;
    buf_init(&out, message_part_max[slot->part]);
    int r = message_write(templates, slot->part, &sample->record, 1u << slot->language, &out);
    bool blank = r == 0 && strspn(buf_text(&out), " \n") == out.len;
    if (r < 0)
        diag_error(diags, (struct place){.file = file}, "X020",
            "for a synthetic alert, %s, more than %zu bytes come out", alert_event_name(sample->record.event),
            message_part_max[slot->part]);
    else if (blank)
        diag_error(diags, (struct place){.file = file}, "X021",
            "for a synthetic alert, %s and %s, nothing comes out", alert_event_name(sample->record.event),
            alert_state_name(sample->record.state));
    buf_deinit(&out);
    return r == 0 && !blank;
}

static void try_all(
    const struct message_templates *templates, const struct slot *slot, struct diag_list *diags)
{
    struct message_sample sample;
    bool ok = true;
    for (enum message_sample_kind kind = SAMPLE_TRADE; kind <= SAMPLE_WHOLE && ok; kind++)
        for (enum alert_event event = EVENT_RAISED; event < EVENT_COUNT && ok; event++)
            for (enum alert_state state = 0; state < ALERT_STATE_COUNT && ok; state++) {
                message_sample_make(kind, event, state, &sample);
                ok = try_one(templates, slot, &sample, diags);
            }
}

static void load_one(
    const char *path, struct message_templates *templates, struct arena *arena, struct diag_list *diags)
{
    struct slot slot;
    struct slice text;
    struct template template;
    size_t errors = diags->errors;
    if (!find_slot(path, arena, &slot, diags))
        return;
    if (templates->items[slot.part][slot.language].nodes != NULL) {
        diag_error(diags, (struct place){.file = path}, "X007", "there is a template of this name already");
        diag_hint(diags, "the first is %s", templates->items[slot.part][slot.language].file);
        return;
    }
    int r = file_read(path, TEMPLATE_BYTES_MAX, arena, &text);
    if (r < 0)
        diag_error(diags, (struct place){.file = path}, "C100", "cannot be read: %s", strerror(-r));
    else if (template_compile(path, text, arena, &template, diags) == 0)
        check_names(&template, &slot, diags);
    if (diags->errors > errors)
        return;
    templates->items[slot.part][slot.language] = template;
    try_all(templates, &slot, diags);
}

void template_files_load(const struct texts *paths, struct message_templates *ret_templates,
    struct arena *arena, struct diag_list *diags)
{
    struct texts files = paths_list(paths, &path_templates, arena, diags);
    for (size_t i = 0; i < files.len; i++)
        load_one(files.items[i], ret_templates, arena, diags);
    message_templates_complete(ret_templates, arena);
}
