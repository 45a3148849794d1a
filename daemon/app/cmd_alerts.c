#include <string.h>

#include "app/action_options.h"
#include "app/alert_list.h"
#include "app/command.h"
#include "base/clock.h"

/* What is asked for. */
struct choice {
    const struct baskets *baskets;
    struct matchers matchers;
    const char *state;    /* words with commas between them; NULL: any */
    const char *assignee; /* NULL: any */
};

static const char *const state_words[] = {
    "firing", "clearing", "no-data", "closed", "acknowledged", "silenced", "assigned", "new"};

enum { STATE_WORDS = sizeof state_words / sizeof *state_words };

/* Nobody has done anything about it, and nothing holds it back. */
static bool is_new(const struct alert_view *view)
{
    return view->row.told.open && !view->acknowledged && view->silence == NULL &&
           view->handling.assignee == NULL;
}

static bool is_in_state(const struct alert_view *view, struct slice word)
{
    if (slice_equal(word, "acknowledged"))
        return view->acknowledged;
    if (slice_equal(word, "silenced"))
        return view->silence != NULL;
    if (slice_equal(word, "assigned"))
        return view->handling.assignee != NULL;
    if (slice_equal(word, "new"))
        return is_new(view);
    return slice_equal(word, view->row.told.open ? alert_state_name(view->row.told.state) : "closed");
}

/* The next word of a list with commas; false at its end. */
static bool next_word(const char **list, struct slice *ret_word)
{
    if (*list == NULL)
        return false;
    size_t len = strcspn(*list, ",");
    *ret_word = (struct slice){*list, len};
    *list = (*list)[len] == ',' ? *list + len + 1 : NULL;
    return true;
}

static bool fits(const void *userdata, const struct alert_view *view)
{
    const struct choice *choice = userdata;
    struct slice word;
    bool in_state = choice->state == NULL;
    for (const char *list = choice->state; next_word(&list, &word);)
        in_state = in_state || is_in_state(view, word);
    bool assigned = choice->assignee == NULL ||
                    (view->handling.assignee != NULL && str_equal(view->handling.assignee, choice->assignee));
    return in_state && assigned &&
           matchers_hold(&choice->matchers, choice->baskets, &view->row.scope, view->row.told.severity);
}

static bool states_are_known(const char *list)
{
    struct slice word;
    while (next_word(&list, &word)) {
        size_t i = 0;
        while (i < STATE_WORDS && !slice_equal(word, state_words[i]))
            i++;
        if (i < STATE_WORDS)
            continue;
        const char *near = str_did_you_mean(word, state_words, STATE_WORDS);
        fprintf(stderr, "there is no state '%.*s'", (int)word.len, word.data);
        fprintf(stderr, near != NULL ? "; did you mean '%s'?\n" : "\n", near);
        return false;
    }
    return true;
}

static int print(const struct alert_list *list, const struct action_options *options)
{
    if (options->json)
        return alerts_json_write(list->items, list->len, stdout) == 0 ? EXIT_OK : EXIT_FAULT;
    alert_list_print(list, stdout);
    if (list->len == 0)
        puts(options->all ? "no alerts" : "no open alerts");
    return EXIT_OK;
}

/* Closed alerts are among them where their state is asked for. */
static int list_alerts(const struct setup *setup, const struct action_options *options)
{
    struct arena arena = ARENA_NULL;
    struct choice choice = {
        .baskets = &setup->reference.baskets, .state = options->state, .assignee = options->assignee};
    struct alert_list list = ALERT_LIST_NULL;
    const char *fault = NULL;
    int code = EXIT_FAULT;
    bool all = options->all || (options->state != NULL && strstr(options->state, "closed") != NULL);
    if (matchers_read(&options->request.matchers, choice.baskets, &arena, &choice.matchers, &fault) < 0) {
        fprintf(stderr, "%s\n", fault);
        arena_deinit(&arena);
        return EXIT_USAGE;
    }
    struct store *store = command_open_store(setup);
    int r = store != NULL ? alert_list_load(store, choice.baskets, !all, clock_wall_ms(), &list) : -1;
    if (r == 0) {
        alert_list_keep(&list, fits, &choice);
        code = print(&list, options);
    } else if (store != NULL) {
        fprintf(stderr, "%s\n", store_error(store));
    }
    alert_list_deinit(&list);
    (void)store_close(store); /* read only: nothing to lose */
    arena_deinit(&arena);
    return code;
}

int cmd_alerts(const char *config_path, int argc, char **argv)
{
    static const char *const taken[] = {
        "all", "state", "assignee", "rule", "product", "market", "origin", "severity", "json", NULL};
    struct action_options options;
    if (action_options_read(argc, argv, taken, &options) != EXIT_OK || !states_are_known(options.state))
        return EXIT_USAGE;
    struct setup *setup = command_load_setup(command_config_path(config_path));
    int code = setup != NULL ? list_alerts(setup, &options) : EXIT_FAULT;
    setup_free(setup);
    return code;
}
