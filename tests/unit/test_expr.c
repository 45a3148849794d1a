/* link: tests/support/cases daemon/core/expr_lex daemon/core/expr_parse daemon/core/expr_check daemon/core/expr_print daemon/core/indicator daemon/core/program daemon/core/series_role daemon/core/figure daemon/core/panel daemon/core/panel_block daemon/core/series_set daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/map daemon/base/node daemon/base/str daemon/core/indicator_probes daemon/core/probe daemon/core/quality_flag daemon/core/probe_flags daemon/core/probe_partners daemon/core/probe_series daemon/core/probe_tables daemon/core/program_run daemon/core/date daemon/core/measure daemon/core/quota daemon/core/statistics daemon/core/tet daemon/base/keys daemon/core/basket daemon/core/row daemon/core/code daemon/core/gather */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/expr.h"
#include "core/expr_lex.h"
#include "core/period.h"
#include "tests/support/cases.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct buf text;
};

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){0};
    buf_init(&f->text, 64 * 1024);
}

static void fixture_deinit(struct fixture *f)
{
    buf_deinit(&f->text);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static struct node scalar_of(const char *text)
{
    return (struct node){
        .kind = NODE_SCALAR,
        .place = {"expr", 1, 1},
        .text = slice_of(text),
        .source = slice_of(text),
    };
}

static const struct expr_names names = {
    .lets = (const char *const[]){"g3", "uv", "total", "late"},
    .let_types = (const enum value_type[]){VALUE_RATIO, VALUE_RATIO, VALUE_MONEY, VALUE_BOOLEAN},
    .let_count = 4,
    .thresholds = (const char *const[]){"growth", "share", "floor", "n"},
    .threshold_types = (const enum value_type[]){VALUE_RATIO, VALUE_RATIO, VALUE_MONEY, VALUE_NUMBER},
    .threshold_count = 4,
};

/* ---- trees ---- */

/* Operator first and everything in parentheses: not the printer that is under test. */
static void put_tree(const struct expr *expr, struct buf *out)
{
    bool is_leaf = expr->kind != EXPR_CALL && expr->kind != EXPR_OPERATOR;
    const char *dollar = expr->kind == EXPR_THRESHOLD ? "$" : "";
    if (is_leaf) {
        (void)buf_printf(out, "%s%.*s", dollar, (int)expr->name.len, expr->name.data);
        return;
    }
    struct slice head = expr->kind == EXPR_CALL ? expr->name : slice_of(expr_operator_texts[expr->op]);
    (void)buf_printf(out, "(%.*s", (int)head.len, head.data);
    for (size_t i = 0; i < expr->arg_count; i++) {
        (void)buf_puts(out, " ");
        put_tree(expr->args[i], out);
    }
    (void)buf_puts(out, ")");
}

static const char *tree_text(struct fixture *f, const struct expr *expr)
{
    buf_clear(&f->text);
    put_tree(expr, &f->text);
    return arena_strdup(&f->arena, buf_text(&f->text));
}

static const char *printed(struct fixture *f, const struct expr *expr)
{
    buf_clear(&f->text);
    assert_int_equal(expr_print(expr, &f->text), 0);
    return arena_strdup(&f->arena, buf_text(&f->text));
}

/* parse(print(x)) is x, and print of that is the same text. */
static void check_round_trip(
    struct cases *cases, struct fixture *f, const struct expr *expr, const char *tree)
{
    const char *text = printed(f, expr);
    struct node scalar = scalar_of(text);
    struct expr *again;
    if (expr_parse(&scalar, &f->arena, &again, &f->diags) < 0)
        cases_fault(cases, 0, "printed as '%s', which does not parse", text);
    else if (!str_equal(tree_text(f, again), tree))
        cases_fault(cases, 0, "printed as '%s', which parses as %s", text, tree_text(f, again));
    else if (!str_equal(printed(f, again), text))
        cases_fault(cases, 0, "printed as '%s', then as '%s'", text, printed(f, again));
}

static void check_good(struct cases *cases, struct fixture *f)
{
    struct node scalar = scalar_of(cases->lines[0].text);
    struct expr *expr;
    if (expr_parse(&scalar, &f->arena, &expr, &f->diags) < 0) {
        cases_fault(cases, 0, "%s", diag_line(&f->diags, &f->diags.items[0]));
        return;
    }
    const char *tree = tree_text(f, expr);
    if (!str_equal(tree, cases->lines[1].text))
        cases_fault(cases, 1, "the tree is %s", tree);
    check_round_trip(cases, f, expr, tree);
    if (expr_check(expr, &scalar, &names, &f->diags) < 0)
        cases_fault(cases, 0, "%s", diag_line(&f->diags, &f->diags.items[0]));
    else if (!str_equal(value_type_name(expr->type), cases->lines[2].text))
        cases_fault(cases, 2, "the type is %s", value_type_name(expr->type));
    check_round_trip(cases, f, expr, tree); /* names are resolved now; it still prints as it was written */
}

static void right_expressions_have_a_tree_and_a_type(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/expr/good.txt");
    while (cases_next(&cases)) {
        struct fixture f;
        fixture_init(&f);
        if (cases.len == 3)
            check_good(&cases, &f);
        else
            cases_fault(&cases, 0, "expected three lines");
        fixture_deinit(&f);
    }
    cases_close(&cases);
}

static void check_bad(struct cases *cases, struct fixture *f)
{
    struct node scalar = scalar_of(cases->lines[0].text);
    struct expr *expr = NULL;
    int r = expr_parse(&scalar, &f->arena, &expr, &f->diags);
    if (r == 0)
        r = expr_check(expr, &scalar, &names, &f->diags);
    if (r != -EINVAL || f->diags.errors != 1) {
        cases_fault(cases, 0, "%zu errors, returned %d", f->diags.errors, r);
        return;
    }
    const struct diag *diag = &f->diags.items[0];
    const char *text =
        arena_printf(&f->arena, "%d:%d %s %s", diag->line, diag->column, diag->code, diag->text);
    const char *hint = diag->hint != NULL ? diag->hint : "-";
    if (!str_equal(text, cases->lines[1].text))
        cases_fault(cases, 1, "it says %s", text);
    if (!str_equal(hint, cases->lines[2].text))
        cases_fault(cases, 2, "the hint is %s", hint);
    if (!str_is_utf8(slice_of(diag->text)))
        cases_fault(cases, 1, "the text is no UTF-8");
}

static void wrong_expressions_say_what_where_and_what_to_do(void **state)
{
    (void)state;
    struct cases cases;
    cases_open(&cases, "tests/cases/expr/bad.txt");
    while (cases_next(&cases)) {
        struct fixture f;
        fixture_init(&f);
        if (cases.len == 3)
            check_bad(&cases, &f);
        else
            cases_fault(&cases, 0, "expected three lines");
        fixture_deinit(&f);
    }
    cases_close(&cases);
}

/* ---- literals ---- */

static void literals_are_the_nearest_double(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum value_type type;
        double number;
    } cases[] = {
        {"0", VALUE_NUMBER, 0},
        {"30%", VALUE_RATIO, 0.3},
        {"57%", VALUE_RATIO, 0.57},
        {"0.1%", VALUE_RATIO, 0.001},
        {"2.5 %", VALUE_RATIO, 0.025},
        {"5pp", VALUE_POINTS, 0.05},
        {"5 USD", VALUE_MONEY, 5},
        {"200 kUSD", VALUE_MONEY, 2e5},
        {"5.3 MUSD", VALUE_MONEY, 5.3e6},
        {"1.2 BUSD", VALUE_MONEY, 1.2e9},
        {"9000000000 BUSD", VALUE_MONEY, 9e18},
        {"2 kg", VALUE_WEIGHT, 2},
        {"0.3 t", VALUE_WEIGHT, 300},
        {"10 kt", VALUE_WEIGHT, 1e7},
        {"1Mt", VALUE_WEIGHT, 1e9},
        {"3m", VALUE_MONTHS, 3},
        {"1y", VALUE_MONTHS, 12},
        {"0.25y", VALUE_MONTHS, 3},
        {"-30%", VALUE_RATIO, -0.3},
        {"- 3 m", VALUE_MONTHS, -3},
        {"0.000000001", VALUE_NUMBER, 1e-9},
        {"0.0000000004", VALUE_NUMBER, 0},
        {"2024-05", VALUE_PERIOD, 2024 * 12 + 4},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct fixture f;
        struct expr *expr;
        struct node scalar = scalar_of(cases[i].text);
        fixture_init(&f);
        if (expr_parse_literal(&scalar, &f.arena, &expr, &f.diags) < 0)
            fail_msg("%s: %s", cases[i].text, f.diags.items[0].text);
        if (expr->type != cases[i].type || expr->number != cases[i].number)
            fail_msg("%s: %d %.17g", cases[i].text, (int)expr->type, expr->number);
        fixture_deinit(&f);
    }
}

static void every_whole_percentage_is_the_nearest_double(void **state)
{
    (void)state;
    for (int percent = 0; percent <= 1000; percent++) {
        char text[16];
        size_t offset = 0;
        snprintf(text, sizeof text, "%d%%", percent);
        struct token token = expr_next_token(slice_of(text), &offset);
        assert_true(token.number == percent / 100.0);
    }
}

static void threshold_is_a_literal_alone(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "g3", "30% + 1%", "--5", "$x", "(5)", "30%%", "5 6"};
    for (size_t i = 0; i < LEN(texts); i++) {
        struct fixture f;
        struct expr *expr = NULL;
        struct node scalar = scalar_of(texts[i]);
        fixture_init(&f);
        assert_int_equal(expr_parse_literal(&scalar, &f.arena, &expr, &f.diags), -EINVAL);
        assert_null(expr);
        assert_int_equal(f.diags.errors, 1);
        fixture_deinit(&f);
    }
}

/* ---- limits ---- */

/* The code that an expression is refused with, or "". */
static const char *fault_of(const char *text, char code[8])
{
    struct fixture f;
    struct expr *expr;
    struct node scalar = scalar_of(text);
    fixture_init(&f);
    int r = expr_parse(&scalar, &f.arena, &expr, &f.diags);
    assert_int_equal(f.diags.errors, r < 0); /* one fault, and only one */
    snprintf(code, 8, "%s", r < 0 ? f.diags.items[0].code : "");
    fixture_deinit(&f);
    return code;
}

/* `n` times `left`, then 1, then `n` times `right`. */
static const char *nested(const char *left, size_t n, const char *right, struct buf *out)
{
    buf_init(out, 1 << 20);
    for (size_t i = 0; i < n; i++)
        (void)buf_puts(out, left);
    (void)buf_puts(out, "1");
    for (size_t i = 0; i < n; i++)
        (void)buf_puts(out, right);
    return buf_text(out);
}

static void size_and_depth_are_bounded(void **state)
{
    (void)state;
    static const struct {
        const char *left, *right;
        size_t n;
        const char *code;
    } cases[] = {
        {"(", ")", 20, ""},
        {"(", ")", 30, "E006"},
        {"(", ")", 100000, "E006"},
        {"-", "", 40, ""},
        {"-", "", 60, "E006"},
        {"not ", "", 40, ""},
        {"not ", "", 60, "E006"},
        {"not ", "", 100000, "E006"},
        {"", " + 1", 200, ""},
        {"", " + 1", 300, "E004"},
        {"", " and 1", 200, ""},
        {"f(", ")", 30, "E006"},
        {"f(", "", 20, "E002"},
        {"", " + 1", 100000, "E004"},
    };
    for (size_t i = 0; i < LEN(cases); i++) {
        struct buf text;
        char code[8];
        nested(cases[i].left, cases[i].n, cases[i].right, &text);
        if (!str_equal(fault_of(buf_text(&text), code), cases[i].code))
            fail_msg("case %zu: %s", i, code);
        buf_deinit(&text);
    }
}

/* What parses can be printed and parsed again, also where it is as long and as deep as may be. */
static void longest_expressions_survive_printing(void **state)
{
    (void)state;
    static const struct {
        const char *left, *right;
        size_t n;
    } cases[] = {
        {"", " + 1", 255}, {"", " and 1", 255}, {"-", "", 46}, {"(1 - ", ")", 22}, {"f(", ", 2)", 23}};
    for (size_t i = 0; i < LEN(cases); i++) {
        struct fixture f;
        struct buf text;
        struct expr *expr, *again;
        fixture_init(&f);
        struct node scalar = scalar_of(nested(cases[i].left, cases[i].n, cases[i].right, &text));
        assert_int_equal(expr_parse(&scalar, &f.arena, &expr, &f.diags), 0);
        struct node second = scalar_of(printed(&f, expr));
        assert_int_equal(expr_parse(&second, &f.arena, &again, &f.diags), 0);
        assert_string_equal(tree_text(&f, again), tree_text(&f, expr));
        buf_deinit(&text);
        fixture_deinit(&f);
    }
}

static void expression_must_be_text(void **state)
{
    (void)state;
    struct fixture f;
    struct expr *expr = NULL;
    struct node map = {.kind = NODE_MAP, .place = {"rules.yaml", 7, 3}};
    fixture_init(&f);
    assert_int_equal(expr_parse(&map, &f.arena, &expr, &f.diags), -EINVAL);
    assert_null(expr);
    assert_string_equal(f.diags.items[0].code, "E009");
    assert_int_equal(f.diags.items[0].line, 7);
    fixture_deinit(&f);
}

/* Every fault of types is said in one run; of syntax, the first. */
static void all_type_faults_are_reported(void **state)
{
    (void)state;
    struct fixture f;
    struct expr *expr;
    fixture_init(&f);
    struct node scalar = scalar_of("grwth(exports, 3m) > 5% and sum(exprts.value, 3) > $flor");
    assert_int_equal(expr_parse(&scalar, &f.arena, &expr, &f.diags), 0);
    assert_int_equal(expr_check(expr, &scalar, &names, &f.diags), -EINVAL);
    assert_int_equal(f.diags.errors, 4);
    fixture_deinit(&f);
}

/* ---- random trees ---- */

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U; /* Numerical Recipes; the same everywhere */
    return *seed >> 16;
}

static struct expr *random_tree(struct arena *arena, uint32_t *seed, int depth)
{
    static const char *const leaves[] = {"1", "30%", "5 MUSD", "3m", "2024-05", "g3", "exports.quantity"};
    struct expr *expr = arena_alloc(arena, sizeof *expr);
    uint32_t kind = depth == 0 ? next_random(seed) % 2 : next_random(seed) % 8;
    if (kind <= 1) {
        expr->kind = kind == 0 ? EXPR_THRESHOLD : EXPR_NAME;
        expr->name = kind == 0 ? slice_of("t") : slice_of(leaves[next_random(seed) % LEN(leaves)]);
        return expr;
    }
    expr->kind = kind == 2 ? EXPR_CALL : EXPR_OPERATOR;
    expr->name = slice_of("f");
    expr->op = (enum expr_operator)(next_random(seed) % (OP_OR + 1));
    bool unary = expr->op == OP_NEGATE || expr->op == OP_NOT;
    expr->arg_count = kind == 2 ? next_random(seed) % 4 : unary ? 1 : expr->op == OP_BETWEEN ? 3 : 2;
    expr->args = arena_array(arena, expr->arg_count, sizeof(struct expr *));
    for (size_t i = 0; i < expr->arg_count; i++)
        expr->args[i] = random_tree(arena, seed, depth - 1);
    return expr;
}

static void any_tree_survives_printing(void **state)
{
    (void)state;
    uint32_t seed = 20250731;
    for (int i = 0; i < 3000; i++) {
        struct fixture f;
        struct expr *again;
        fixture_init(&f);
        const struct expr *expr = random_tree(&f.arena, &seed, 4);
        struct node scalar = scalar_of(printed(&f, expr));
        if (expr_parse(&scalar, &f.arena, &again, &f.diags) < 0 && !str_equal(f.diags.items[0].code, "E004"))
            fail_msg("%s: %s", scalar.text.data, f.diags.items[0].text);
        if (f.diags.errors == 0)
            assert_string_equal(tree_text(&f, again), tree_text(&f, expr));
        fixture_deinit(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_expressions_have_a_tree_and_a_type),
        cmocka_unit_test(wrong_expressions_say_what_where_and_what_to_do),
        cmocka_unit_test(literals_are_the_nearest_double),
        cmocka_unit_test(every_whole_percentage_is_the_nearest_double),
        cmocka_unit_test(threshold_is_a_literal_alone),
        cmocka_unit_test(size_and_depth_are_bounded),
        cmocka_unit_test(longest_expressions_survive_printing),
        cmocka_unit_test(expression_must_be_text),
        cmocka_unit_test(all_type_faults_are_reported),
        cmocka_unit_test(any_tree_survives_printing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
