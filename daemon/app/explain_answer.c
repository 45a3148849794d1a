#include "app/explain_answer.h"

#include <errno.h>

#include "app/explain_flags.h"
#include "app/explain_print.h"
#include "app/explain_store.h"
#include "core/period.h"
#include "io/explain_json.h"

/* The period asked for, or the newest that is judged, or else the newest of the history. */
static int32_t settle_period(const struct explain_question *question, const struct explain_request *request)
{
    if (question->period != PERIOD_NONE)
        return question->period;
    int32_t horizon = judge_horizon(request->judge, request->rule, request->scope);
    return horizon != PERIOD_NONE ? horizon : panel_last(request->panel);
}

static int print(const struct explanation *explanation, const struct explain_question *question, FILE *out)
{
    if (question->json)
        return explain_print_json(explanation, out);
    explain_print(explanation, question->basis, out);
    return 0;
}

int explain_answer(const struct explain_base *base, const struct explain_question *question,
    const struct scope_place *place, FILE *out, const char **ret_text)
{
    const struct setup *setup = base->setup;
    struct explanation explanation;
    struct explain_request request = {
        .judge = base->judge,
        .panel = base->panel,
        .reference = &setup->reference,
        .home = setup->config->home,
        .rule = place->rule,
        .scope = place->scope,
    };
    request.period = settle_period(question, &request);
    if (request.period == PERIOD_NONE) {
        *ret_text = "there is no history yet";
        return -ENOENT;
    }
    explain_scope(&request, &explanation);
    explanation.ruleset = setup->ruleset->digest.hex;
    explain_flags(&request, &setup->sources, &explanation);
    int r = explain_provenance(base->store, &explanation);
    if (r == 0)
        r = explain_messages(base->store, setup, &explanation);
    if (r < 0)
        *ret_text = store_error(base->store);
    else if ((r = print(&explanation, question, out)) < 0)
        *ret_text = "the answer cannot be written";
    explanation_deinit(&explanation);
    return r;
}
