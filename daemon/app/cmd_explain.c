#include <getopt.h>
#include <string.h>

#include "app/command.h"
#include "app/explain_find.h"
#include "app/explain_flags.h"
#include "app/explain_print.h"
#include "app/explain_store.h"
#include "core/period.h"
#include "io/explain_json.h"

/* What is asked, and how it is to be answered. */
struct explain_question {
    struct alert_scope scope; /* origin: NULL where it is not given */
    int32_t period;           /* PERIOD_NONE: the newest that is judged */
    bool json, basis;
};

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

/* The period asked for, or the newest that is judged, or else the newest of the history. */
static int32_t settle_period(const struct explain_question *question, const struct explain_request *request)
{
    if (question->period != PERIOD_NONE)
        return question->period;
    int32_t horizon = judge_horizon(request->judge, request->rule, request->scope);
    return horizon != PERIOD_NONE ? horizon : panel_last(request->panel);
}

static int print(const struct explanation *explanation, const struct explain_question *question)
{
    if (question->json)
        return explain_print_json(explanation, stdout) == 0 ? EXIT_OK : EXIT_FAULT;
    explain_print(explanation, question->basis, stdout);
    return EXIT_OK;
}

static int explain(const struct setup *setup, struct store *store, struct explain_request *request,
    const struct explain_question *question)
{
    struct explanation explanation;
    request->period = settle_period(question, request);
    if (request->period == PERIOD_NONE) {
        fputs("there is no history yet\n", stderr);
        return EXIT_FAULT;
    }
    explain_scope(request, &explanation);
    explanation.ruleset = setup->ruleset->digest.hex;
    explain_flags(request, &setup->sources, &explanation);
    int r = explain_provenance(store, &explanation);
    if (r == 0)
        r = explain_messages(store, setup->config, &explanation);
    if (r < 0)
        fprintf(stderr, "%s\n", store_error(store));
    int code = r == 0 ? print(&explanation, question) : EXIT_FAULT;
    explanation_deinit(&explanation);
    return code;
}

/* A view of the rule set with this rule alone, or none: what no other rule says is asked for. */
static struct ruleset only(const struct ruleset *ruleset, const char *id)
{
    struct ruleset view = *ruleset;
    const struct rule *rule = ruleset_find(ruleset, id);
    view.rules += rule != NULL ? rule - ruleset->rules : 0;
    view.len = rule != NULL;
    return view;
}

static int judge_and_explain(const struct setup *setup, struct store *store, const struct panel *panel,
    const struct explain_question *question)
{
    struct arena arena = ARENA_NULL;
    struct scope_place place;
    const char *text;
    struct ruleset one = only(setup->ruleset, question->scope.rule);
    struct judge *judge = judge_new(&one, &setup->reference, setup->config->home, &setup->sources);
    judge_bind(judge, panel);
    int code = EXIT_FAULT;
    if (explain_find(setup, judge, &question->scope, &arena, &place, &text) == 0) {
        judge_one(judge, panel, place.rule, place.scope);
        struct explain_request request = {
            judge, panel, &setup->reference, setup->config->home, place.rule, place.scope, PERIOD_NONE};
        code = explain(setup, store, &request, question);
    } else {
        fprintf(stderr, "tdwatch: %s\n", text);
    }
    judge_free(judge);
    arena_deinit(&arena);
    return code;
}

int cmd_explain(const char *config_path, int argc, char **argv)
{
    struct explain_question question = {0};
    int code = read_question(argc, argv, &question);
    if (code != EXIT_OK)
        return code;
    struct setup *setup = command_load_setup(command_config_path(config_path));
    struct store *store = setup != NULL ? command_open_history(setup) : NULL;
    struct panel *panel = panel_new();
    code = EXIT_FAULT;
    if (store != NULL && store_load_panel(store, panel) < 0)
        fprintf(stderr, "%s\n", store_error(store));
    else if (store != NULL)
        code = judge_and_explain(setup, store, panel, &question);
    panel_free(panel);
    (void)store_close(store); /* read only: nothing to lose */
    setup_free(setup);
    return code;
}
