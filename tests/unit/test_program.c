/* link: tests/support/cases tests/support/series daemon/core/series_text daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/indicator daemon/core/program daemon/core/program_run daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/probe daemon/core/quality_flag daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/base/keys daemon/core/basket daemon/core/row daemon/core/code daemon/core/gather */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "core/expr.h"
#include "core/gather.h"
#include "core/indicator.h"
#include "core/period.h"
#include "core/program_run.h"
#include "tests/support/cases.h"
#include "tests/support/series.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static const struct series_scope scope = {"nso", "VN", "US", "CN", "7210"};
static const double thresholds[] = {0.3, 5};
static const struct reference reference; /* probes have a test of their own */
static const struct scope scopes[PROGRAM_LANES];

/* A program under construction, and what it may name. */
struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct panel *panel;
    struct program program;
    struct program_builder builder;
    struct program_registers registers;
    int lets[1]; /* g3 */
    struct series_use uses[ROLE_COUNT];
    struct binding bindings[ROLE_COUNT * PROGRAM_LANES];
};

static void fixture_init(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->panel = panel_new();
    f->builder = (struct program_builder){.program = &f->program, .arena = &f->arena, .lets = f->lets};
}

static void fixture_deinit(struct fixture *f)
{
    program_registers_deinit(&f->registers);
    panel_free(f->panel);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static struct expr *parse(struct fixture *f, const char *text, size_t lets)
{
    const struct expr_names names = {
        .lets = (const char *const[]){"g3"},
        .let_types = (const enum value_type[]){VALUE_RATIO},
        .let_count = lets,
        .thresholds = (const char *const[]){"growth", "floor"},
        .threshold_types = (const enum value_type[]){VALUE_RATIO, VALUE_MONEY},
        .threshold_count = 2,
    };
    struct node scalar = {
        .kind = NODE_SCALAR, .place = {"expr", 1, 1}, .text = slice_of(text), .source = slice_of(text)};
    struct expr *expr;
    if (expr_parse(&scalar, &f->arena, &expr, &f->diags) < 0 ||
        expr_check(expr, &scalar, &names, &f->diags) < 0)
        return NULL;
    return expr;
}

/* Compiles; the register, or what program_emit returns. */
static int compile(struct fixture *f, const char *text, enum value_type *ret_type)
{
    if (strstr(text, "g3") != NULL)
        f->lets[0] = program_emit(&f->builder, parse(f, "growth(exports, 3m)", 0));
    struct expr *expr = parse(f, text, 1);
    if (expr == NULL)
        return -EINVAL;
    *ret_type = expr->type;
    return program_emit(&f->builder, expr);
}

/* Binds every role to the series it is in our scope, the same in all lanes. */
static void bind(struct fixture *f)
{
    static const char *const codes[] = {
        [PLACE_HOME] = "VN", [PLACE_MARKET] = "US", [PLACE_ORIGIN] = "CN", [PLACE_WORLD] = "W"};
    for (size_t i = 0; i < f->program.role_count; i++) {
        const struct role *role = &series_roles[f->program.roles[i]];
        struct series_key key = {
            scope.source, codes[role->reporter], role->flow, codes[role->partner], scope.product};
        f->uses[i] = (struct series_use){.id = panel_find(f->panel, &key)};
        for (size_t lane = 0; lane < PROGRAM_LANES; lane++)
            f->bindings[lane * f->program.role_count + i] =
                (struct binding){(uint32_t)i, f->uses[i].id != SERIES_NONE ? 1 : 0};
    }
}

static void run(struct fixture *f, int32_t period, size_t lanes)
{
    const double *per_lane[PROGRAM_LANES];
    for (size_t lane = 0; lane < lanes; lane++)
        per_lane[lane] = thresholds;
    bind(f);
    struct program_input input = {
        .panel = f->panel,
        .period = period,
        .reference = &reference,
        .home = "VN",
        .uses = f->uses,
        .scopes = scopes,
        .bindings = f->bindings,
        .thresholds = per_lane,
        .lanes = lanes,
    };
    program_run(&f->program, &input, &f->registers);
}

/* ---- the table of figures ---- */

static const char *reason_name(enum unknown unknown)
{
    static const char *const words[UNKNOWN_COUNT] = {
        [KNOWN] = "known",
        [UNKNOWN_NO_SERIES] = "no_series",
        [UNKNOWN_MONTH] = "month",
        [UNKNOWN_ZERO_BASE] = "zero_base",
        [UNKNOWN_ESTIMATED] = "estimated",
        [UNKNOWN_SUPPRESSED] = "suppressed",
        [UNKNOWN_EARLY] = "early",
        [UNKNOWN_RANGE] = "range",
    };
    return words[unknown];
}

/* Whether the expected text, a literal, true or false, is this value. Nine decimals are compared. */
static bool is_value(struct fixture *f, const char *expected, enum value_type type, double value)
{
    if (type == VALUE_BOOLEAN)
        return (value == 1 && str_equal(expected, "true")) || (value == 0 && str_equal(expected, "false"));
    struct node scalar = {.kind = NODE_SCALAR, .text = slice_of(expected)};
    struct expr *literal;
    if (expr_parse_literal(&scalar, &f->arena, &literal, &f->diags) < 0)
        return false;
    return fabs(literal->number - value) <= 1e-9 * fmax(1, fabs(value));
}

static void check_value(struct cases *cases, struct fixture *f, size_t index, int32_t period)
{
    const char *text = cases->lines[index].text, *expected = cases->lines[index + 1].text;
    enum value_type type;
    int reg = compile(f, text, &type);
    if (reg < 0) {
        cases_fault(cases, index, "%s", f->diags.len > 0 ? f->diags.items[0].text : "cannot be compiled");
        return;
    }
    run(f, period, 1);
    enum unknown unknown = (enum unknown)f->registers.unknown[(size_t)reg * PROGRAM_LANES];
    double value = f->registers.value[(size_t)reg * PROGRAM_LANES];
    if (unknown != KNOWN && !str_equal(arena_printf(&f->arena, "unknown %s", reason_name(unknown)), expected))
        cases_fault(cases, index + 1, "it is unknown: %s", reason_name(unknown));
    if (unknown == KNOWN && !is_value(f, expected, type, value))
        cases_fault(cases, index + 1, "it is %.17g", value);
}

/* Puts the case's series into the panel; the index of the line with the period, or -1. */
static int fill_panel(struct cases *cases, struct panel *panel, int32_t *ret_period)
{
    for (size_t i = 0; i < cases->len; i++) {
        if (period_parse(slice_of(cases->lines[i].text), ret_period) == 0)
            return (int)i;
        char line[512];
        snprintf(line, sizeof line, "%s", cases->lines[i].text);
        const char *figures = cases_split(line, '=');
        line[strcspn(line, " ")] = '\0';
        if (figures == NULL || !series_put(panel, &scope, line, figures, period_make(2023, 1)))
            cases_fault(cases, i, "is no series");
    }
    return -1;
}

static void expressions_are_worth_what_the_table_says(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/eval/figures.txt");
    while (cases_next(&cases)) {
        static struct fixture f;
        int32_t period;
        fixture_init(&f);
        int at = fill_panel(&cases, f.panel, &period);
        if (at < 0 || (cases.len - (size_t)at) % 2 != 1)
            cases_fault(&cases, 0, "expected series, a period, and pairs of lines");
        else
            for (size_t i = (size_t)at + 1; i + 1 < cases.len; i += 2)
                check_value(&cases, &f, i, period);
        fixture_deinit(&f);
    }
    cases_close(&cases);
}

/* ---- compilation ---- */

static size_t count_op(const struct program *program, enum program_op op)
{
    size_t n = 0;
    for (size_t i = 0; i < program->len; i++)
        n += program->code[i].op == op;
    return n;
}

static void equal_windows_are_computed_once(void **state)
{
    (void)state;
    static struct fixture f;
    enum value_type type;
    fixture_init(&f);
    assert_true(compile(&f, "sum(imports, 12m)", &type) >= 0);
    assert_int_equal(f.program.len, 1);
    assert_true(compile(&f, "growth(imports, 12m)", &type) >= 0);
    assert_int_equal(f.program.len, 4); /* the window a year before, the difference, the quotient */
    assert_true(compile(&f, "share(imports, market, 12m)", &type) >= 0);
    assert_int_equal(f.program.len, 6); /* the market's window, the quotient */
    assert_int_equal(count_op(&f.program, PROGRAM_WINDOW), 3);
    int again = compile(&f, "growth(imports, 12m)", &type);
    assert_int_equal(again, 3);
    assert_int_equal(f.program.len, 6);
    assert_true(compile(&f, "sum(rivals, 1y)", &type) >= 0);
    assert_int_equal(f.program.len, 7); /* market less imports, and both are there */
    assert_int_equal(f.program.role_count, 2);
    fixture_deinit(&f);
}

static void different_windows_are_not_confused(void **state)
{
    (void)state;
    static struct fixture f;
    enum value_type type;
    static const char *const texts[] = {"sum(imports, 12m)", "sum(imports, 11m)", "sum(exports, 12m)",
        "sum(imports.quantity, 12m)", "sum(imports.weight, 12m)", "lag(imports, 12m)", "sum(imports, ytd)"};
    fixture_init(&f);
    for (size_t i = 0; i < LEN(texts); i++)
        assert_int_equal(compile(&f, texts[i], &type), i);
    /* A unit value wants figures that are not estimated, so it does not share the plain sum. */
    assert_true(compile(&f, "sum(imports.unit_value, 12m)", &type) >= 0);
    assert_int_equal(f.program.len, LEN(texts) + 3);
    fixture_deinit(&f);
}

static void reach_is_that_of_the_oldest_figure(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int reach;
    } cases[] = {
        {"last(exports)", 0},
        {"sum(exports, 3m)", 2},
        {"lag(exports, 7m)", 7},
        {"growth(exports, 3m)", 14},
        {"growth(exports, 10y)", 131},
        {"ytd(exports)", 11},
        {"growth(exports, ytd)", 23},
        {"shift(exports, market, 12m)", 23},
        {"1 + 1", 0},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        static struct fixture f;
        enum value_type type;
        fixture_init(&f);
        assert_true(compile(&f, cases[i].text, &type) >= 0);
        if (f.program.reach != cases[i].reach)
            fail_msg("%s: %d", cases[i].text, f.program.reach);
        fixture_deinit(&f);
    }
}

static void program_too_long_is_refused(void **state)
{
    (void)state;
    static struct fixture f;
    enum value_type type;
    int r = 0;
    fixture_init(&f);
    for (int i = 0; i < PROGRAM_CODE_MAX && r >= 0; i++) {
        char text[64];
        snprintf(text, sizeof text, "growth(exports, %dm) > %d%%", i % 120 + 1, i + 1);
        r = compile(&f, text, &type);
    }
    assert_int_equal(r, -EMSGSIZE);
    assert_int_equal(f.program.len, PROGRAM_CODE_MAX);
    r = compile(
        &f, "coalesce(last(market), mean(market, 7m)) > 1 USD and known(shift(market, imports, 3m))", &type);
    assert_int_equal(r, -EMSGSIZE);
    fixture_deinit(&f);
}

/* Every function of the table can be called as its synopsis says, and is written down for the manual. */
static void every_function_compiles(void **state)
{
    (void)state;
    static const char *const arguments[PARAMETER_COUNT] = {
        [PARAMETER_SERIES] = "exports",
        [PARAMETER_WINDOW] = "ytd",
        [PARAMETER_PLAIN_SERIES] = "exports",
        [PARAMETER_MONTHS] = "12m",
        [PARAMETER_VALUE] = "5%",
        [PARAMETER_RATIO] = "5%",
        [PARAMETER_EARLY] = "early",
        [PARAMETER_BASIS] = "early",
        [PARAMETER_PLACE] = "home",
        [PARAMETER_COLUMN] = "quantity",
        [PARAMETER_OVER] = "market",
        [PARAMETER_FLAG] = "tet_window",
    };
    for (size_t i = 0; i < indicator_count; i++)
        for (size_t n = indicators[i].required; n <= indicators[i].count; n++) {
            static struct fixture f;
            enum value_type type;
            char text[128];
            if (n == PARAMETERS_MAX)
                continue; /* four arguments go together in their own ways: cases/eval */
            int len = snprintf(text, sizeof text, "%s(", indicators[i].name);
            for (size_t k = 0; k < n; k++)
                len += snprintf(text + len, sizeof text - (size_t)len, "%s%s", k > 0 ? ", " : "",
                    arguments[indicators[i].parameters[k]]);
            snprintf(text + len, sizeof text - (size_t)len, ")");
            fixture_init(&f);
            if (compile(&f, text, &type) < 0)
                fail_msg("%s: %s", text, f.diags.len > 0 ? f.diags.items[0].text : "cannot be compiled");
            assert_true(strncmp(indicators[i].synopsis, text, strlen(indicators[i].name) + 1) == 0);
            assert_true(strlen(indicators[i].formula) > 0);
            fixture_deinit(&f);
        }
}

/* ---- lanes ---- */

static void lanes_do_not_touch_each_other(void **state)
{
    (void)state;
    static struct fixture f;
    static double own[PROGRAM_LANES][2];
    static struct series_use uses[PROGRAM_LANES];
    static struct binding bindings[PROGRAM_LANES];
    const double *per_lane[PROGRAM_LANES];
    enum value_type type;
    fixture_init(&f);
    int reg = compile(&f, "last(exports) > $floor", &type);
    for (uint32_t lane = 0; lane < PROGRAM_LANES; lane++) {
        char product[16];
        snprintf(product, sizeof product, "%04u", (unsigned)lane);
        struct series_key key = {"nso", "VN", FLOW_EXPORT, "US", product};
        uses[lane].id = panel_add_series(f.panel, &key, "");
        if (lane % 3 != 0)
            panel_set(
                f.panel, uses[lane].id, COLUMN_VALUE, period_make(2024, 1), (int64_t)lane * FIGURE_SCALE);
        bindings[lane] = (struct binding){lane, 1};
        own[lane][1] = lane % 2 ? lane - 1 : lane + 1;
        per_lane[lane] = own[lane];
    }
    struct program_input input = {f.panel, &reference, "VN", period_make(2024, 1), uses, bindings, per_lane,
        scopes, PROGRAM_LANES, false, NULL, NULL};
    program_run(&f.program, &input, &f.registers);
    for (size_t lane = 0; lane < PROGRAM_LANES; lane++) {
        size_t at = (size_t)reg * PROGRAM_LANES + lane;
        assert_int_equal(f.registers.unknown[at], lane % 3 != 0 ? KNOWN : UNKNOWN_MONTH);
        assert_true(f.registers.value[at] == (lane % 3 != 0 && lane % 2 != 0));
    }
    fixture_deinit(&f);
}

/* A basket is the sum of its codes, and unknown where one of them is. */
static void role_of_several_series_is_their_sum(void **state)
{
    (void)state;
    static struct fixture f;
    enum value_type type;
    fixture_init(&f);
    int reg = compile(&f, "last(exports)", &type);
    struct series_key a = {"nso", "VN", FLOW_EXPORT, "US", "1"}, b = {"nso", "VN", FLOW_EXPORT, "US", "2"};
    struct series_use uses[] = {
        {.id = panel_add_series(f.panel, &a, "")}, {.id = panel_add_series(f.panel, &b, "")}};
    struct binding binding = {0, 2};
    const double *per_lane[] = {thresholds};
    struct program_input input = {f.panel, &reference, "VN", period_make(2024, 1), uses, &binding, per_lane,
        scopes, 1, false, NULL, NULL};
    panel_set(f.panel, uses[0].id, COLUMN_VALUE, input.period, 1500);
    program_run(&f.program, &input, &f.registers);
    assert_int_equal(f.registers.unknown[(size_t)reg * PROGRAM_LANES], UNKNOWN_MONTH);
    panel_set(f.panel, uses[1].id, COLUMN_VALUE, input.period, 250);
    program_run(&f.program, &input, &f.registers);
    assert_int_equal(f.registers.unknown[(size_t)reg * PROGRAM_LANES], KNOWN);
    assert_true(f.registers.value[(size_t)reg * PROGRAM_LANES] == 1.75);
    fixture_deinit(&f);
}

/* A month that is there, an estimate, confidential, or not there at all. */
static void set_random_month(struct panel *panel, uint32_t id, int32_t period, uint32_t draw)
{
    if (draw % 8 != 0)
        panel_set(panel, id, COLUMN_VALUE, period, (int64_t)(draw >> 8) * FIGURE_SCALE);
    if (draw % 8 > 1)
        panel_set(panel, id, COLUMN_QUANTITY, period, (int64_t)(draw >> 12) * FIGURE_SCALE + 1);
    if (draw % 32 == 0 || draw % 32 == 17)
        panel_set_flags(panel, id, period, draw % 32 == 0 ? OBSERVATION_SUPPRESSED : OBSERVATION_ESTIMATED);
}

static void gathered_windows_are_those_of_the_panel(void **state)
{
    (void)state;
    enum { SERIES = 6, MONTHS = 96, LANES = 4 };
    static const char *const texts[] = {"growth(exports, 3m)", "growth(exports, ytd)", "sum(exports, 12m)",
        "mean(exports.unit_value, 6m)", "last(exports)"};
    static struct fixture f;
    static struct series_use uses[SERIES];
    static const struct binding bindings[LANES] = {{0, 1}, {1, 3}, {4, 2}, {0, 0}};
    const double *per_lane[LANES] = {thresholds, thresholds, thresholds, thresholds};
    struct program_registers anew = {0};
    enum value_type type;
    int32_t first = period_make(2012, 1);
    uint32_t draw = 1;
    fixture_init(&f);
    for (size_t i = 0; i < LEN(texts); i++)
        assert_true(compile(&f, texts[i], &type) >= 0);
    assert_int_equal(f.program.role_count, 1);
    for (uint32_t i = 0; i < SERIES; i++) {
        char product[8];
        snprintf(product, sizeof product, "%u", (unsigned)i);
        struct series_key key = {"nso", "VN", FLOW_EXPORT, "US", product};
        uses[i] = (struct series_use){.id = panel_add_series(f.panel, &key, "t"), .from = first + 7};
        if (i % 2 == 0)
            uses[i].zero_first = first + 20, uses[i].zero_last = first + 80;
        for (int32_t month = 0; month < MONTHS; month++) {
            draw = draw * 1664525 + 1013904223; /* Numerical Recipes' generator */
            set_random_month(f.panel, uses[i].id, first + month, draw >> 4);
        }
    }
    struct program_input input = {
        f.panel, &reference, "VN", first, uses, bindings, per_lane, scopes, LANES, false, NULL, NULL};
    struct gathered gathered = {0};
    struct gather_plan plan = {0};
    gather_plan_add(&plan, &f.program);
    gather(&gathered, &plan, &input, 1, first - f.program.reach, first + MONTHS + 15);
    for (; input.period < first + MONTHS + 15; input.period++) {
        input.follows = input.period > first;
        input.gathered = &gathered;
        program_run(&f.program, &input, &f.registers);
        input.follows = false;
        input.gathered = NULL;
        program_run(&f.program, &input, &anew);
        for (size_t at = 0; at < f.program.len * PROGRAM_LANES; at++) {
            if (at % PROGRAM_LANES >= LANES)
                continue;
            assert_int_equal(f.registers.unknown[at] == KNOWN, anew.unknown[at] == KNOWN);
            if (anew.unknown[at] == KNOWN)
                assert_true(f.registers.value[at] == anew.value[at]);
        }
    }
    gathered_deinit(&gathered);
    program_registers_deinit(&anew);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_are_worth_what_the_table_says),
        cmocka_unit_test(equal_windows_are_computed_once),
        cmocka_unit_test(different_windows_are_not_confused),
        cmocka_unit_test(reach_is_that_of_the_oldest_figure),
        cmocka_unit_test(program_too_long_is_refused),
        cmocka_unit_test(every_function_compiles),
        cmocka_unit_test(lanes_do_not_touch_each_other),
        cmocka_unit_test(role_of_several_series_is_their_sum),
        cmocka_unit_test(gathered_windows_are_those_of_the_panel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
