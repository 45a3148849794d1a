/* link: daemon/core/program_run daemon/core/program daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str daemon/core/expr_check daemon/core/expr_parse daemon/core/indicator daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/core/probe daemon/core/quality_flag tests/support/random daemon/base/map daemon/base/node daemon/core/expr_lex daemon/core/figure daemon/core/indicator_probes daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/series_role daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/base/keys daemon/core/basket daemon/core/row daemon/core/code daemon/core/gather */
/* Laws that hold for every expression: Kleene's logic, and thresholds that only make a rule stricter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "core/expr.h"
#include "core/indicator.h"
#include "core/period.h"
#include "core/program_run.h"
#include "tests/support/random.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

/* Three conditions, A, B and C, each false, true or unknown: 27 lanes with all combinations. */
enum { VARIABLES = 3, LANES = 27, STATES = 3 };

static const enum series_role roles[VARIABLES] = {ROLE_EXPORTS, ROLE_IMPORTS, ROLE_MARKET};
static const char *const conditions[VARIABLES] = {
    "(last(exports) > 5 USD)", "(last(imports) > 5 USD)", "(last(market) > 5 USD)"};

enum outcome { FALSE, TRUE, UNKNOWN };

/* The state of a variable in a lane. */
static int state_of(int lane, int variable)
{
    static const int weights[VARIABLES] = {1, 3, 9};
    return lane / weights[variable] % STATES;
}

/* Series 0, 1 and 2 hold nothing, 1 USD and 9 USD, as the states want them. */
static struct panel *make_panel(void)
{
    struct panel *panel = panel_new();
    for (uint32_t id = 0; id < STATES; id++) {
        char product[4];
        snprintf(product, sizeof product, "%u", id);
        panel_add_series(panel, &(struct series_key){"f", "VN", FLOW_EXPORT, "US", product}, "");
    }
    panel_set(panel, FALSE, COLUMN_VALUE, period_make(2024, 1), 1000);
    panel_set(panel, TRUE, COLUMN_VALUE, period_make(2024, 1), 9000);
    return panel;
}

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct panel *panel;
    struct program_registers registers;
};

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.panel = make_panel()};
}

static void fixture_deinit(struct fixture *f)
{
    program_registers_deinit(&f->registers);
    panel_free(f->panel);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

/* The text with A, B and C replaced by their conditions. */
static const char *expand(struct fixture *f, const char *text)
{
    struct buf out;
    buf_init(&out, 64 * 1024);
    for (const char *p = text; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'C')
            assert_int_equal(buf_puts(&out, conditions[*p - 'A']), 0);
        else
            assert_int_equal(buf_append(&out, p, 1), 0);
    const char *expanded = arena_strdup(&f->arena, buf_text(&out));
    buf_deinit(&out);
    return expanded;
}

static struct expr *parse(struct fixture *f, const char *text, const struct expr_names *names)
{
    struct node scalar = {.kind = NODE_SCALAR, .text = slice_of(text), .source = slice_of(text)};
    struct expr *expr;
    if (expr_parse(&scalar, &f->arena, &expr, &f->diags) < 0 ||
        expr_check(expr, &scalar, names, &f->diags) < 0)
        fail_msg("%s: %s", text, f->diags.items[0].text);
    return expr;
}

static void evaluate(struct fixture *f, const char *text, enum outcome outcomes[LANES])
{
    static const struct series_use uses[STATES] = {{.id = FALSE}, {.id = TRUE}, {.id = UNKNOWN}};
    static const struct expr_names no_names;
    static const struct reference reference;
    static const struct scope scopes[LANES];
    static const double *thresholds[LANES];
    struct program program = {0};
    struct program_builder builder = {.program = &program, .arena = &f->arena};
    int result = program_emit(&builder, parse(f, expand(f, text), &no_names));
    struct binding bindings[LANES * VARIABLES];
    assert_true(result >= 0);
    for (int lane = 0; lane < LANES; lane++)
        for (size_t slot = 0; slot < program.role_count; slot++)
            for (int variable = 0; variable < VARIABLES; variable++)
                if (program.roles[slot] == roles[variable])
                    bindings[(size_t)lane * program.role_count + slot] =
                        (struct binding){(uint32_t)state_of(lane, variable), 1};
    struct program_input input = {f->panel, &reference, "VN", period_make(2024, 1), uses, bindings,
        thresholds, scopes, LANES, false, NULL, NULL};
    program_run(&program, &input, &f->registers);
    for (size_t lane = 0; lane < LANES; lane++) {
        size_t at = (size_t)result * PROGRAM_LANES + lane;
        outcomes[lane] = f->registers.unknown[at] != KNOWN ? UNKNOWN : f->registers.value[at] != 0;
    }
}

static void logic_is_kleenes(void **state)
{
    (void)state;
    static const enum outcome and_table[STATES][STATES] = {
        {FALSE, FALSE, FALSE}, {FALSE, TRUE, UNKNOWN}, {FALSE, UNKNOWN, UNKNOWN}};
    static const enum outcome or_table[STATES][STATES] = {
        {FALSE, TRUE, UNKNOWN}, {TRUE, TRUE, TRUE}, {UNKNOWN, TRUE, UNKNOWN}};
    static const enum outcome not_table[STATES] = {TRUE, FALSE, UNKNOWN};
    struct fixture f;
    enum outcome both[LANES], either[LANES], negated[LANES];
    fixture_init(&f);
    evaluate(&f, "A and B", both);
    evaluate(&f, "A or B", either);
    evaluate(&f, "not A", negated);
    for (int lane = 0; lane < LANES; lane++) {
        int a = state_of(lane, 0), b = state_of(lane, 1);
        assert_int_equal(both[lane], and_table[a][b]);
        assert_int_equal(either[lane], or_table[a][b]);
        assert_int_equal(negated[lane], not_table[a]);
    }
    fixture_deinit(&f);
}

static void laws_of_kleenes_logic_hold(void **state)
{
    (void)state;
    static const char *const laws[][2] = {
        {"A and B", "B and A"},
        {"A or B", "B or A"},
        {"A and (B and C)", "(A and B) and C"},
        {"A or (B or C)", "(A or B) or C"},
        {"A and (B or C)", "(A and B) or (A and C)"},
        {"A or (B and C)", "(A or B) and (A or C)"},
        {"not (A and B)", "not A or not B"},
        {"not (A or B)", "not A and not B"},
        {"not not A", "A"},
        {"A and A", "A"},
        {"A or A", "A"},
        {"A and (A or B)", "A"},
        {"A or (A and B)", "A"},
        {"known(A) and known(B) and (A and B)", "known(A) and known(B) and not (not A or not B)"},
        {"coalesce(A, B)", "coalesce(A, coalesce(A, B))"},
    };
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < LEN(laws); i++) {
        enum outcome left[LANES], right[LANES];
        evaluate(&f, laws[i][0], left);
        evaluate(&f, laws[i][1], right);
        if (memcmp(left, right, sizeof left) != 0)
            fail_msg("%s is not %s", laws[i][0], laws[i][1]);
    }
    fixture_deinit(&f);
}

static void put_formula(struct random *random, int depth, struct buf *out)
{
    unsigned kind = depth == 0 ? 0 : (unsigned)(random_uniform(random) * 4);
    if (kind == 0) {
        (void)buf_printf(out, "%c", 'A' + (int)(random_uniform(random) * VARIABLES));
    } else if (kind == 1) {
        (void)buf_puts(out, "not (");
        put_formula(random, depth - 1, out);
        (void)buf_puts(out, ")");
    } else {
        (void)buf_puts(out, "(");
        put_formula(random, depth - 1, out);
        (void)buf_puts(out, kind == 2 ? " and " : " or ");
        put_formula(random, depth - 1, out);
        (void)buf_puts(out, ")");
    }
}

/* Whether lane `finer` knows all that `lane` knows, and says the same of it. */
static bool refines(int finer, int lane)
{
    for (int variable = 0; variable < VARIABLES; variable++)
        if (state_of(lane, variable) != UNKNOWN && state_of(finer, variable) != state_of(lane, variable))
            return false;
    return true;
}

/* What is known with a figure missing stays so, whatever the figure turns out to be. */
static void missing_figures_never_decide(void **state)
{
    (void)state;
    struct random random = {42};
    for (int round = 0; round < 300; round++) {
        struct fixture f;
        struct buf formula;
        enum outcome outcomes[LANES];
        fixture_init(&f);
        buf_init(&formula, 16 * 1024);
        put_formula(&random, 5, &formula);
        evaluate(&f, buf_text(&formula), outcomes);
        for (int lane = 0; lane < LANES; lane++)
            for (int finer = 0; finer < LANES; finer++)
                if (outcomes[lane] != UNKNOWN && refines(finer, lane) && outcomes[finer] != outcomes[lane])
                    fail_msg("%s: lane %d and %d", buf_text(&formula), lane, finer);
        buf_deinit(&formula);
        fixture_deinit(&f);
    }
}

/* A higher threshold of >= never fires where a lower one does not. */
static void thresholds_are_monotone(void **state)
{
    (void)state;
    enum { STEPS = 100 };
    static const char *const names[] = {"growth", "floor"};
    static const enum value_type types[] = {VALUE_RATIO, VALUE_MONEY};
    const struct expr_names env = {.thresholds = names, .threshold_types = types, .threshold_count = 2};
    static const struct reference reference;
    static const struct scope scopes[STEPS];
    struct random random = {7};
    for (int round = 0; round < 50; round++) {
        struct fixture f;
        fixture_init(&f);
        struct program program = {0};
        struct program_builder builder = {.program = &program, .arena = &f.arena};
        int result = program_emit(&builder,
            parse(&f,
                "growth(exports, 3m) >= $growth and sum(exports, 3m) >= $floor or last(exports) > $floor * 9",
                &env));
        for (int month = 0; month < 24; month++)
            panel_set(f.panel, 0, COLUMN_VALUE, period_make(2023, 1) + month,
                1000 + (int64_t)(random_uniform(&random) * 9000));
        const struct series_use use = {.id = 0};
        double values[STEPS][2];
        const double *thresholds[STEPS];
        struct binding bindings[STEPS];
        for (int step = 0; step < STEPS; step++) {
            values[step][0] = -1 + 0.03 * step;
            values[step][1] = 0.3 * step;
            thresholds[step] = values[step];
            bindings[step] = (struct binding){0, 1};
        }
        struct program_input input = {f.panel, &reference, "VN", period_make(2024, 12), &use, bindings,
            thresholds, scopes, STEPS, false, NULL, NULL};
        program_run(&program, &input, &f.registers);
        const double *fires = &f.registers.value[(size_t)result * PROGRAM_LANES];
        for (int step = 1; step < STEPS; step++)
            assert_true(fires[step] <= fires[step - 1]);
        assert_true(fires[0] == 1 && fires[STEPS - 1] == 0);
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logic_is_kleenes),
        cmocka_unit_test(laws_of_kleenes_logic_hold),
        cmocka_unit_test(missing_figures_never_decide),
        cmocka_unit_test(thresholds_are_monotone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
