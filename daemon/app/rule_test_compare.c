/* Compares the machine with what a test expects, and says what differs and why. */
#include <math.h>
#include <string.h>

#include "app/rule_test_internal.h"
#include "base/alloc.h"
#include "core/period.h"

enum { TRACE_BYTES_MAX = 256 * 1024 };

/* Doubles of the same figure that were computed in another order differ less. */
static const double rounding = 1e-9;

/* ---- literals ---- */

/* How a value is written: from which size on, how many of the unit one is, the unit, and that of a tolerance.
 * Larger sizes first. */
static const struct unit {
    enum value_type type;
    double from, factor;
    const char *name, *tolerance;
} units[] = {
    {VALUE_NUMBER, 0, 1, "", ""},
    {VALUE_RATIO, 0, 100, "%", "pp"},
    {VALUE_POINTS, 0, 100, "pp", "pp"},
    {VALUE_MONEY, 1e9, 1e-9, " BUSD", " BUSD"},
    {VALUE_MONEY, 1e6, 1e-6, " MUSD", " MUSD"},
    {VALUE_MONEY, 0, 1, " USD", " USD"},
    {VALUE_QUANTITY, 0, 1, "", ""},
    {VALUE_WEIGHT, 1e6, 1e-6, " kt", " kt"},
    {VALUE_WEIGHT, 1e3, 1e-3, " t", " t"},
    {VALUE_WEIGHT, 0, 1, " kg", " kg"},
    {VALUE_UNIT_VALUE, 0, 1, " USD", " USD"},
    {VALUE_MONTHS, 0, 1, "m", "m"},
};

static const struct unit *unit_of(enum value_type type, double value)
{
    const struct unit *unit = units;
    while (unit->type != type || fabs(value) < unit->from)
        unit++;
    return unit;
}

/* Whether the type has words or months of its own. Into buf. */
static bool format_other(enum value_type type, double value, char buf[TEST_LITERAL_SIZE])
{
    if (type == VALUE_PERIOD)
        period_format((int32_t)value, buf);
    else if (type == VALUE_BOOLEAN)
        snprintf(buf, TEST_LITERAL_SIZE, "%s", value != 0 ? "true" : "false");
    return type == VALUE_PERIOD || type == VALUE_BOOLEAN;
}

/* Decimals that show so many digits of a value, as far as the rule language reads them. */
static int decimals_of(double value, int digits)
{
    int decimals = value == 0 ? 0 : digits - 1 - (int)floor(log10(fabs(value)));
    return decimals < 0 ? 0 : decimals > 9 ? 9 : decimals;
}

const char *test_literal(enum value_type type, double value, char buf[TEST_LITERAL_SIZE])
{
    if (format_other(type, value, buf))
        return buf;
    const struct unit *unit = unit_of(type, value);
    double number = value * unit->factor;
    char digits[TEST_LITERAL_SIZE / 2];
    int n = snprintf(digits, sizeof digits, "%.*f", decimals_of(number, 9), number);
    if (strchr(digits, '.') != NULL && n < (int)sizeof digits) {
        while (digits[n - 1] == '0')
            n--;
        digits[digits[n - 1] == '.' ? n - 1 : n] = '\0';
    }
    snprintf(buf, TEST_LITERAL_SIZE, "%s%s", digits, unit->name);
    return buf;
}

const char *test_rounded(enum value_type type, double value, char buf[TEST_LITERAL_SIZE])
{
    if (format_other(type, value, buf))
        return buf;
    const struct unit *unit = unit_of(type, value);
    double number = value * unit->factor;
    int decimals = decimals_of(number, 4);
    snprintf(buf, TEST_LITERAL_SIZE, "%.*f%s +- %.*f%s", decimals, number, unit->name, decimals,
        pow(10, -decimals), unit->tolerance);
    return buf;
}

/* ---- findings ---- */

static void push(struct test_result *result, struct place place, const char *text)
{
    result->items = alloc_grow(result->items, result->len, &result->cap, sizeof *result->items);
    result->items[result->len++] = (struct test_finding){place, text, ""};
}

/* A comparison of one month. */
struct comparison {
    const struct test_moment *moment;
    struct arena *arena;
    struct test_result *result;
    char period[PERIOD_TEXT_SIZE];
};

static void differ(
    const struct comparison *c, struct place place, const char *what, const char *expected, const char *got)
{
    push(c->result, place,
        arena_printf(c->arena, "%s %s: expected %s, got %s", c->period, what, expected, got));
}

/* ---- trace ---- */

static const char *value_text(struct judged_value value, enum value_type type, char buf[TEST_LITERAL_SIZE])
{
    if (value.unknown == KNOWN)
        return test_literal(type, value.value, buf);
    snprintf(buf, TEST_LITERAL_SIZE, "unknown %s", unknown_names[value.unknown]);
    return buf;
}

/* What a clause compares: "  (52.3%, 60%)". Literals say so themselves. */
static void put_operands(const struct comparison *c, const struct expr *clause, struct buf *out)
{
    const char *separator = "  (";
    for (size_t i = 0; clause->kind == EXPR_OPERATOR && i < clause->arg_count; i++) {
        const struct expr *operand = clause->args[i];
        char text[TEST_LITERAL_SIZE];
        if (operand->kind == EXPR_LITERAL)
            continue;
        (void)buf_printf(out, "%s%s", separator,
            value_text(judge_value(c->moment->judge, operand->reg), operand->type, text));
        separator = ", ";
    }
    if (separator[0] == ',')
        (void)buf_puts(out, ")");
}

static void put_clauses(const struct comparison *c, struct buf *out)
{
    const struct rule *rule = c->moment->test->rule;
    const struct expr *clauses[RULE_CLAUSES_MAX];
    struct rule only_when = *rule;
    only_when.clear_expr = NULL;
    size_t of_when = rule_clauses(&only_when, clauses, RULE_CLAUSES_MAX);
    size_t n = rule_clauses(rule, clauses, RULE_CLAUSES_MAX);
    for (size_t i = 0; i < n && i < RULE_CLAUSES_MAX; i++) {
        char text[TEST_LITERAL_SIZE];
        (void)buf_printf(out, "    %-6s ", i < of_when ? "when" : "clear");
        (void)expr_print(clauses[i], out);
        (void)buf_printf(
            out, ": %s", value_text(judge_value(c->moment->judge, clauses[i]->reg), VALUE_BOOLEAN, text));
        put_operands(c, clauses[i], out);
        (void)buf_puts(out, "\n");
    }
}

static const char *verdict_word(enum verdict verdict)
{
    static const char *const words[VERDICT_COUNT] = {
        [VERDICT_UNKNOWN] = "unknown",
        [VERDICT_TRUE] = "true",
        [VERDICT_HOLD] = "hold",
        [VERDICT_CLEAR] = "clear",
        [VERDICT_NOT_JUDGED] = "not-judged",
    };
    return words[verdict];
}

static enum alert_state state_of(const struct test_moment *moment)
{
    return judge_track_at(moment->judge, moment->rule, moment->scope, moment->period).state;
}

static enum verdict verdict_of(const struct test_moment *moment)
{
    return judge_verdict(moment->judge, moment->rule, moment->scope, moment->period);
}

/* Everything the machine knows of the month. A trace that is cut at its limit is still of use. */
static const char *trace(const struct comparison *c)
{
    const struct test_moment *moment = c->moment;
    const struct rule *rule = moment->test->rule;
    int32_t horizon = judge_horizon(moment->judge, moment->rule, moment->scope);
    char text[TEST_LITERAL_SIZE], newest[PERIOD_TEXT_SIZE];
    struct buf out;
    buf_init(&out, TRACE_BYTES_MAX);
    (void)buf_printf(&out, "    %s: state %s, verdict %s", c->period, alert_state_name(state_of(moment)),
        verdict_word(verdict_of(moment)));
    if (horizon != PERIOD_NONE && horizon < moment->period)
        (void)buf_printf(&out, "; figures allow judging up to %s", period_format(horizon, newest));
    (void)buf_puts(&out, "\n");
    for (size_t i = 0; i < rule->let_count; i++) {
        struct judged_value value = judge_value(moment->judge, rule->lets[i].reg);
        (void)buf_printf(&out, "    let    %s: %s%s%s\n", rule->lets[i].name,
            value_text(value, rule->lets[i].type, text), value.unknown != KNOWN ? ": " : "",
            unknown_text(value.unknown, LANGUAGE_EN));
    }
    put_clauses(c, &out);
    const char *copy = arena_strdup(c->arena, buf_text(&out));
    buf_deinit(&out);
    return copy;
}

/* ---- a month ---- */

static void compare_words(const struct comparison *c, const struct expectation *expectation)
{
    enum alert_state state = state_of(c->moment);
    enum verdict verdict = verdict_of(c->moment);
    if (expectation->state.value != TEST_ANY && expectation->state.value != (int)state)
        differ(c, expectation->state.place, "state",
            alert_state_name((enum alert_state)expectation->state.value), alert_state_name(state));
    if (expectation->verdict.value != TEST_ANY && expectation->verdict.value != (int)verdict)
        differ(c, expectation->verdict.place, "verdict",
            verdict_word((enum verdict)expectation->verdict.value), verdict_word(verdict));
}

static const char *join(struct arena *arena, const struct texts *texts)
{
    const char *all = "";
    for (size_t i = 0; i < texts->len; i++)
        all = arena_printf(arena, "%s%s%s", all, i > 0 ? ", " : "", texts->items[i]);
    return all;
}

static void compare_events(const struct comparison *c, const struct expectation *expectation)
{
    const struct test_events *events = &c->moment->events;
    if (!expectation->asks_events)
        return;
    const char **names = arena_array(c->arena, events->len + 1, sizeof *names);
    names[0] = alert_event_name(EVENT_NONE);
    for (size_t i = 0; i < events->len; i++)
        names[i] = alert_event_name(events->items[i].event);
    struct texts told = {names, events->len > 0 ? events->len : 1};
    const char *expected = join(c->arena, &expectation->events), *got = join(c->arena, &told);
    if (!str_equal(expected, got))
        differ(c, expectation->events_place, "event", expected, got);
}

static bool is_met(const struct test_figure *figure, struct judged_value got)
{
    double slack = rounding * fmax(1, fabs(got.value));
    if (figure->relation == TEST_UNKNOWN)
        return got.unknown != KNOWN && (figure->reason == KNOWN || figure->reason == got.unknown);
    if (got.unknown != KNOWN)
        return false;
    switch (figure->relation) {
    case TEST_EQUAL:
        return fabs(got.value - figure->number) <= figure->tolerance + slack;
    case TEST_NOT_EQUAL:
        return fabs(got.value - figure->number) > slack;
    case TEST_LESS:
        return got.value < figure->number;
    case TEST_LESS_EQUAL:
        return got.value <= figure->number;
    case TEST_GREATER:
        return got.value > figure->number;
    case TEST_GREATER_EQUAL:
        return got.value >= figure->number;
    case TEST_UNKNOWN:
        break;
    }
    return false;
}

static void compare_figures(const struct comparison *c, const struct expectation *expectation)
{
    for (size_t i = 0; i < expectation->figure_count; i++) {
        const struct test_figure *figure = &expectation->figures[i];
        const struct rule_let *let = &c->moment->test->rule->lets[figure->let];
        struct judged_value got = judge_value(c->moment->judge, let->reg);
        char text[TEST_LITERAL_SIZE];
        if (!is_met(figure, got))
            differ(c, figure->place, let->name, figure->text, value_text(got, let->type, text));
    }
}

void test_compare(const struct test_moment *moment, const struct expectation *expectation,
    struct arena *arena, struct test_result *result)
{
    struct comparison c = {.moment = moment, .arena = arena, .result = result};
    size_t before = result->len;
    period_format(moment->period, c.period);
    compare_words(&c, expectation);
    compare_events(&c, expectation);
    compare_figures(&c, expectation);
    if (result->len > before)
        result->items[result->len - 1].trace = trace(&c);
}

/* ---- messages ---- */

static const char *receiver_of(const struct test_told *told)
{
    if (told->silent)
        return "nobody";
    return told->audience == AUDIENCE_INTERNAL ? "internal" : "exporters";
}

static void compare_receiver(const struct test_message *message, const struct test_told *told,
    struct arena *arena, struct test_result *result)
{
    static const char *const words[] = {
        [TEST_PUBLIC] = "exporters",
        [TEST_EXPORTERS] = "exporters",
        [TEST_INTERNAL] = "internal",
        [TEST_NOBODY] = "nobody",
    };
    const char *got = receiver_of(told);
    if (message->to.value == TEST_ANY || str_equal(words[message->to.value], got))
        return;
    push(result, message->to.place,
        arena_printf(arena, "message: expected to %s, got to %s", words[message->to.value], got));
}

void test_compare_message(const struct test_message *message, const struct test_told *told,
    struct arena *arena, struct test_result *result)
{
    static const char *const languages[LANGUAGE_COUNT] = {[LANGUAGE_VI] = "vi", [LANGUAGE_EN] = "en"};
    if (message->place.file == NULL)
        return;
    if (told == NULL) {
        push(result, message->place, "message: expected one, and nothing was told");
        return;
    }
    compare_receiver(message, told, arena, result);
    for (size_t i = 0; i < message->phrase_count; i++) {
        const struct test_phrase *phrase = &message->phrases[i];
        const char *text = told->text[phrase->language];
        if ((strstr(text, phrase->text) != NULL) != phrase->lacks)
            continue;
        push(result, phrase->place,
            arena_printf(arena, "message %s: expected a text %s \"%s\"", languages[phrase->language],
                phrase->lacks ? "without" : "with", phrase->text));
        result->items[result->len - 1].trace = arena_printf(arena, "    got: %s\n", text);
    }
}
