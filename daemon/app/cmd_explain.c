#include <getopt.h>
#include <string.h>

#include "app/command.h"
#include "app/control.h"
#include "app/explain_answer.h"
#include "core/period.h"
#include "io/control.h"

enum { DOCUMENT_MAX = 64 * 1024, REPLY_MAX = 16 * 1024 * 1024 };

static int usage(const char *text)
{
    fprintf(stderr,
        "%s\nusage: tdwatch explain RULE PRODUCT MARKET [PERIOD] [--origin CC] [--json] [--basis]\n", text);
    return EXIT_USAGE;
}

static int read_question(int argc, char **argv, struct explain_question *question)
{
    static const struct option options[] = {
        {"origin", required_argument, NULL, 'o'},
        {"json", no_argument, NULL, 'j'},
        {"basis", no_argument, NULL, 'b'},
        {0},
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == '?')
            return usage("");
        if (option == 'o')
            question->scope.origin = optarg;
        question->json = question->json || option == 'j';
        question->basis = question->basis || option == 'b';
    }
    int n = argc - optind;
    if (n < 3 || n > 4)
        return usage("a rule, a product and a market are needed");
    question->scope.rule = argv[optind];
    question->scope.product = argv[optind + 1];
    question->scope.market = argv[optind + 2];
    if (n == 4 && period_parse(slice_of(argv[optind + 3]), &question->period) < 0)
        return usage("a period is written 2025-07");
    return EXIT_OK;
}

/* ---- by the daemon, which has everything in memory ---- */

static int print_reply(const struct buf *reply, long status)
{
    if (status == 200)
        fwrite(buf_text(reply), 1, reply->len, stdout);
    else
        fprintf(stderr, "tdwatch: %s\n", buf_text(reply));
    return status == 200 ? EXIT_OK : EXIT_FAULT;
}

/* Whether it has answered. */
static bool ask_daemon(const char *config_path, const struct explain_question *question, int *ret_code)
{
    struct diag_list diags = DIAG_LIST_NULL;
    struct arena arena = ARENA_NULL;
    struct config *config;
    struct buf document, reply;
    long status = 0;
    buf_init(&document, DOCUMENT_MAX);
    buf_init(&reply, REPLY_MAX);
    int r = config_load(config_path, CONFIG_WITHOUT_SECRETS, &config, &diags);
    if (r == 0) {
        const char *path = arena_printf(&arena, "%s/" CONTROL_SOCKET, config->state_directory);
        r = question_json_write(question, &document);
        if (r == 0)
            r = control_post(path, CONTROL_EXPLANATIONS_PATH,
                (struct slice){buf_text(&document), document.len}, &reply, &status);
        config_free(config);
    }
    bool answered = r == 0 && (status == 200 || status == 404); /* else it has no time */
    if (answered)
        *ret_code = print_reply(&reply, status);
    buf_deinit(&reply);
    buf_deinit(&document);
    arena_deinit(&arena);
    diag_list_deinit(&diags);
    return answered;
}

/* ---- from the store ---- */

/* A view of the rule set with this rule alone, or none: what no other rule says is asked for. */
static struct ruleset only(const struct ruleset *ruleset, const char *id)
{
    struct ruleset view = *ruleset;
    const struct rule *rule = ruleset_find(ruleset, id);
    view.rules += rule != NULL ? rule - ruleset->rules : 0;
    view.len = rule != NULL;
    return view;
}

static int explain_one(const struct setup *setup, struct store *store, const struct panel *panel,
    const struct explain_question *question)
{
    struct arena arena = ARENA_NULL;
    struct scope_place place;
    const char *text = NULL;
    struct ruleset one = only(setup->ruleset, question->scope.rule);
    struct judge *judge = judge_new(&one, &setup->reference, setup->config->home, &setup->sources);
    judge_bind(judge, panel);
    int r = explain_find(setup, judge, &question->scope, &arena, &place, &text);
    if (r == 0) {
        judge_one(judge, panel, place.rule, place.scope);
        r = explain_answer(
            &(struct explain_base){setup, store, judge, panel}, question, &place, stdout, &text);
    }
    if (r < 0)
        fprintf(stderr, "tdwatch: %s\n", text);
    judge_free(judge);
    arena_deinit(&arena);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

static int explain_alone(const char *config_path, const struct explain_question *question)
{
    struct setup *setup = command_load_setup(config_path);
    struct store *store = setup != NULL ? command_open_history(setup) : NULL;
    struct panel *panel = panel_new();
    int code = EXIT_FAULT;
    if (store != NULL && store_load_panel(store, panel) < 0)
        fprintf(stderr, "%s\n", store_error(store));
    else if (store != NULL)
        code = explain_one(setup, store, panel, question);
    panel_free(panel);
    (void)store_close(store); /* read only: nothing to lose */
    setup_free(setup);
    return code;
}

int cmd_explain(const char *config_path, int argc, char **argv)
{
    struct explain_question question = {0};
    const char *path = command_config_path(config_path);
    int code = read_question(argc, argv, &question);
    if (code != EXIT_OK || ask_daemon(path, &question, &code))
        return code;
    return explain_alone(path, &question);
}
