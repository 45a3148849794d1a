/* Runs a test on the machine of the daemon: the months become known one by one, and each is judged, told and
 * compared before the next. */
#include <errno.h>
#include <string.h>

#include "app/coverage.h"
#include "app/rule_test_internal.h"
#include "base/alloc.h"
#include "core/date.h"
#include "core/evidence.h"
#include "core/period.h"

enum { MESSAGE_BYTES_MAX = 256 * 1024 };

static const int64_t day_ms = INT64_C(86400000);

/* An alert that was told, and its newest event's number. */
struct told_id {
    char id[ALERT_ID_SIZE];
    int seq;
};

struct run {
    const struct rule_test *test;
    struct ruleset ruleset; /* the rule under test alone: others neither help nor hinder it */
    struct source source;
    struct sources sources;
    struct panel *panel;
    struct judge *judge;
    struct ledger ledger;
    struct told_id *ids;
    size_t id_count, id_cap;
    struct test_events events; /* of the step */
    const struct test_told *raised;
    uint32_t scope;
    struct arena *arena;
};

/* ---- the machine ---- */

/* All series are there from the start, without figures: what is bound does not change from month to month. */
static void run_init(struct run *run, const struct rule_test *test, struct arena *arena)
{
    struct judge_result result;
    *run = (struct run){.test = test, .arena = arena, .ledger = LEDGER_NULL};
    run->ruleset = (struct ruleset){.rules = (struct rule *)test->rule, .len = 1};
    run->source = (struct source){.name = test_source, .absent_is_zero = test->absent_is_zero};
    run->sources = (struct sources){&run->source, 1};
    run->panel = panel_new();
    for (size_t i = 0; i < test->series_count; i++)
        (void)panel_add_series(run->panel, &test->series[i].key, "");
    run->judge = judge_new(&run->ruleset, &test->reference, test->home, &run->sources);
    judge_all(run->judge, run->panel, &result);
    judge_result_deinit(&result);
}

static void run_deinit(struct run *run)
{
    judge_free(run->judge);
    panel_free(run->panel);
    ledger_deinit(&run->ledger);
    alloc_free(run->ids);
}

static struct alert_scope scope_of(const struct rule_test *test)
{
    return (struct alert_scope){test->rule->id, test->scope.product, test->scope.market, test->scope.origin};
}

static bool find_scope(struct run *run)
{
    struct alert_scope scope = scope_of(run->test);
    uint32_t rule;
    return judge_find(run->judge, &scope, &rule, &run->scope);
}

/* ---- telling ---- */

static struct told_id *find_id(const struct run *run, const char *id)
{
    for (size_t i = 0; i < run->id_count; i++)
        if (str_equal(run->ids[i].id, id))
            return &run->ids[i];
    return NULL;
}

static int last_seq(void *userdata, const char *id, int *ret_seq)
{
    const struct told_id *told = find_id(userdata, id);
    *ret_seq = told != NULL ? told->seq : 0;
    return 0;
}

static void remember(struct run *run, const struct alert_record *record)
{
    struct told_id *told = find_id(run, record->id);
    if (told == NULL) {
        run->ids = alloc_grow(run->ids, run->id_count, &run->id_cap, sizeof *run->ids);
        told = &run->ids[run->id_count++];
        memcpy(told->id, record->id, ALERT_ID_SIZE);
    }
    told->seq = record->seq;
}

static bool is_own(const struct run *run, const struct alert_record *record)
{
    struct alert_scope own = scope_of(run->test);
    return str_equal(record->scope.product, own.product) && str_equal(record->scope.market, own.market) &&
           str_equal(record->scope.origin, own.origin);
}

/* Lines are broken where they get long, and a test looks for words: white space becomes single blanks. */
static const char *on_one_line(const char *text, struct arena *arena)
{
    char *line = arena_strdup(arena, text);
    size_t n = 0;
    for (const char *p = text; *p != '\0'; p++) {
        bool blank = *p == ' ' || *p == '\n';
        if (!blank || (n > 0 && line[n - 1] != ' '))
            line[n++] = blank ? ' ' : *p;
    }
    line[n] = '\0';
    return line;
}

static int render(
    struct run *run, const struct alert_record *record, enum language language, const char **ret_text)
{
    struct buf out;
    buf_init(&out, MESSAGE_BYTES_MAX);
    int r = message_subject(record, 1U << language, &out);
    if (r == 0)
        r = buf_puts(&out, "\n");
    if (r == 0)
        r = message_text(record, 1U << language, &out);
    *ret_text = on_one_line(buf_text(&out), run->arena);
    buf_deinit(&out);
    return r;
}

static int tell(void *userdata, const struct alert_record *record, unsigned manner)
{
    struct run *run = userdata;
    enum { EVENTS_MAX = 2 }; /* of one alert in one turn */
    remember(run, record);
    if (!is_own(run, record) || run->events.len == EVENTS_MAX)
        return 0;
    if (run->events.items == NULL)
        run->events.items = arena_array(run->arena, EVENTS_MAX, sizeof *run->events.items);
    struct test_told *told = &run->events.items[run->events.len++];
    struct alert_record whole = *record;
    struct evidence evidence;
    struct evidence_source source = {
        run->judge, run->panel, &run->test->reference, run->test->home, (int32_t)(record->at_ms / day_ms)};
    if (evidence_take(&source, &record->scope, record->period, &evidence))
        whole.evidence = &evidence;
    told->event = record->event;
    told->audience = record->audience;
    told->silent = (manner & (LEDGER_SILENT | LEDGER_SUMMED)) != 0;
    int r = 0;
    for (int language = 0; language < LANGUAGE_COUNT && r == 0; language++)
        r = render(run, &whole, (enum language)language, &told->text[language]);
    return r;
}

static int follow(void *userdata, const struct ledger_entry *entry, const struct figure *figures, size_t n)
{
    (void)userdata;
    (void)entry;
    (void)figures;
    (void)n;
    return 0;
}

/* ---- steps ---- */

/* Rows become known in a month: they are judged, and what is told of the scope is in run->events. */
static void reveal(struct run *run, const struct observations *rows, int32_t month)
{
    struct ledger_sink sink = {last_seq, tell, follow, run};
    struct panel_changes changes;
    struct judge_result result;
    struct ledger_turn turn = {
        .judge = run->judge,
        .panel = run->panel,
        .baskets = &run->test->reference.baskets,
        .ruleset = "",
        .now_ms = date_of_period(month) * day_ms,
        .reason = "threshold",
        .vintage = "",
        .sink = &sink,
    };
    run->events = (struct test_events){0};
    panel_apply(run->panel, test_source, rows, &changes);
    judge_changes(run->judge, run->panel, &changes, &result);
    (void)ledger_judged(&run->ledger, &turn, &result); /* it fails where the sink does, and ours does not */
    judge_result_deinit(&result);
    panel_changes_deinit(&changes);
    for (size_t i = 0; i < run->events.len; i++)
        if (run->events.items[i].event == EVENT_RAISED)
            run->raised = &run->events.items[i];
}

static void compare(struct run *run, const struct expectation *expectation, struct coverage *coverage,
    struct test_result *result)
{
    struct test_moment moment = {
        .test = run->test,
        .judge = run->judge,
        .panel = run->panel,
        .scope = run->scope,
        .period = expectation->period,
        .events = run->events,
    };
    judge_evaluate(run->judge, run->panel, moment.rule, moment.scope, moment.period);
    if (judge_verdict(run->judge, moment.rule, moment.scope, moment.period) != VERDICT_NOT_JUDGED)
        coverage_see(coverage, run->test->rule, run->judge);
    test_compare(&moment, expectation, run->arena, result);
}

/* The rows of one month. */
static struct observations rows_of(const struct observations *all, int32_t period, struct arena *arena)
{
    struct observations rows = {.items = arena_array(arena, TEST_SERIES_MAX, sizeof *rows.items)};
    for (size_t i = 0; i < all->len; i++)
        if (all->items[i].period == period)
            rows.items[rows.len++] = all->items[i];
    return rows;
}

static void run_months(struct run *run, struct coverage *coverage, struct test_result *result)
{
    const struct test_step *step = &run->test->steps[0];
    for (int32_t period = run->test->start; period <= run->test->end; period++) {
        struct arena arena = ARENA_NULL;
        struct observations rows = rows_of(&step->rows, period, &arena);
        reveal(run, &rows, period + 1); /* a month's figures come out after its end */
        for (size_t i = 0; i < step->expectation_count; i++)
            if (step->expectations[i].period == period)
                compare(run, &step->expectations[i], coverage, result);
        arena_deinit(&arena);
    }
    test_compare_message(&step->message, run->raised, run->arena, result);
}

static void run_revision(
    struct run *run, const struct test_step *step, struct coverage *coverage, struct test_result *result)
{
    reveal(run, &step->rows, step->vintage);
    for (size_t i = 0; i < step->expectation_count; i++)
        compare(run, &step->expectations[i], coverage, result);
    const struct test_told *newest = run->events.len > 0 ? &run->events.items[run->events.len - 1] : NULL;
    test_compare_message(&step->message, newest, run->arena, result);
}

void rule_test_run(const struct rule_test *test, struct coverage *coverage, struct arena *arena,
    struct test_result *ret_result)
{
    struct run run;
    *ret_result = (struct test_result){0};
    run_init(&run, test, arena);
    coverage_add_test(coverage, test->rule);
    if (find_scope(&run)) {
        run_months(&run, coverage, ret_result);
        for (size_t i = 1; i < test->step_count; i++)
            run_revision(&run, &test->steps[i], coverage, ret_result);
    }
    run_deinit(&run);
}

/* ---- scope and series ---- */

static bool is_read(const struct run *run, const struct test_series *series)
{
    uint32_t id = panel_find(run->panel, &series->key);
    for (size_t role = 0; role < run->test->rule->program.role_count; role++) {
        size_t n;
        const struct series_use *uses = judge_uses(run->judge, 0, run->scope, role, &n);
        for (size_t i = 0; i < n; i++)
            if (uses[i].id == id)
                return true;
    }
    return false;
}

/* As the test would write it. */
static const char *role_text(enum series_role role)
{
    if (role == ROLE_BY_ORIGIN)
        return "origin(CC)";
    return role == ROLE_BY_MARKET ? "destination(CC)" : series_roles[role].name;
}

static void report_unread(const struct run *run, const struct test_series *series, struct diag_list *diags)
{
    const struct program *program = &run->test->rule->program;
    const char *all = "";
    diag_error(diags, series->place, "S012", "the rule reads no such series in this scope: code %s",
        series->key.product);
    for (size_t i = 0; i < program->role_count; i++)
        all = arena_printf(run->arena, "%s%s%s", all, i > 0 ? ", " : "", role_text(program->roles[i]));
    diag_hint(diags, "it reads %s", all);
}

int rule_test_check_scope(const struct rule_test *test, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct run run;
    size_t errors = diags->errors;
    run_init(&run, test, &arena);
    if (!find_scope(&run)) {
        bool origin = test->scope.origin[0] != '\0';
        diag_error(diags, test->scope_place, "S011",
            "the rule %s does not range over product %s, market %s%s%s", test->rule->id, test->scope.product,
            test->scope.market, origin ? ", origin " : "", test->scope.origin);
        diag_hint(diags, "its scope has %s origin; a code must have a series that the rule reads",
            test->rule->origins.len > 0 ? "an" : "no");
    } else {
        for (size_t i = 0; i < test->series_count; i++)
            if (!is_read(&run, &test->series[i]))
                report_unread(&run, &test->series[i], diags);
    }
    run_deinit(&run);
    arena_deinit(&arena);
    return diags->errors > errors ? -EINVAL : 0;
}
