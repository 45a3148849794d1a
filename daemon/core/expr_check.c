#include <errno.h>
#include <string.h>

#include "core/expr.h"
#include "core/indicator.h"

/* Of an expression whose fault has been reported: nothing more is said about what contains it. */
#define TYPE_FAULTY VALUE_TYPE_COUNT

struct checker {
    const struct node *scalar;
    const struct expr_names *names;
    struct diag_list *diags;
};

static enum value_type check(const struct checker *checker, struct expr *expr);

static struct place place_of(const struct checker *checker, const struct expr *expr)
{
    return node_place_at(checker->scalar, expr->at);
}

#define NAME_ARGS(slice) (int)(slice).len, (slice).data

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- names ---- */

static int find_name(struct slice name, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_equal(name, names[i]))
            return (int)i;
    return -1;
}

/* Turns the name into a series where it is one ("exports", "exports.quantity"). 1 it is; 0 no; -EINVAL
 * reported. */
static int resolve_series(const struct checker *checker, struct expr *expr)
{
    const char *dot = memchr(expr->name.data, '.', expr->name.len);
    struct slice role = {expr->name.data, dot != NULL ? (size_t)(dot - expr->name.data) : expr->name.len};
    struct slice column = slice_of("value");
    if (dot != NULL)
        column = (struct slice){dot + 1, expr->name.len - role.len - 1};
    int r = series_role_find(role);
    int c = find_name(column, series_column_names, SERIES_COLUMN_COUNT);
    if (r >= 0 && c >= 0) {
        expr->kind = EXPR_SERIES;
        expr->role = (enum series_role)r;
        expr->column = (enum series_column)c;
        return 1;
    }
    if (dot == NULL)
        return 0;
    bool known_role = r >= 0;
    struct slice wrong = known_role ? column : role;
    diag_error(checker->diags, place_of(checker, expr), "T001", "there is no %s '%.*s'",
        known_role ? "column" : "series", NAME_ARGS(wrong));
    const char *near = known_role ? str_did_you_mean(wrong, series_column_names, SERIES_COLUMN_COUNT)
                                  : str_did_you_mean(wrong, series_names, SERIES_NAMES);
    if (near != NULL)
        diag_hint(checker->diags, "did you mean '%s'?", near);
    return -EINVAL;
}

static void report_unknown_name(const struct checker *checker, const struct expr *expr)
{
    const struct expr_names *names = checker->names;
    diag_error(checker->diags, place_of(checker, expr), "T002", "there is no series or let name '%.*s'",
        NAME_ARGS(expr->name));
    const char *near = str_did_you_mean(expr->name, names->lets, names->let_count);
    if (near == NULL)
        near = str_did_you_mean(expr->name, series_names, SERIES_NAMES);
    int function = indicator_find(expr->name);
    if (find_name(expr->name, names->thresholds, names->threshold_count) >= 0)
        diag_hint(checker->diags, "a threshold is written $%.*s", NAME_ARGS(expr->name));
    else if (function >= 0)
        diag_hint(checker->diags, "a function is written %s", indicators[function].synopsis);
    else if (near != NULL)
        diag_hint(checker->diags, "did you mean '%s'?", near);
}

static enum value_type check_name(const struct checker *checker, struct expr *expr)
{
    expr->index = find_name(expr->name, checker->names->lets, checker->names->let_count);
    if (expr->index >= 0)
        return checker->names->let_types[expr->index];
    int series = resolve_series(checker, expr);
    if (series > 0) {
        diag_error(checker->diags, place_of(checker, expr), "T003",
            "'%.*s' is a series of months, not a figure", NAME_ARGS(expr->name));
        diag_hint(checker->diags, "take sum(%.*s, 12m), last(%.*s) or growth(%.*s, 3m)",
            NAME_ARGS(expr->name), NAME_ARGS(expr->name), NAME_ARGS(expr->name));
    } else if (series == 0) {
        report_unknown_name(checker, expr);
    }
    return TYPE_FAULTY;
}

static enum value_type check_threshold(const struct checker *checker, struct expr *expr)
{
    const struct expr_names *names = checker->names;
    expr->index = find_name(expr->name, names->thresholds, names->threshold_count);
    if (expr->index >= 0)
        return names->threshold_types[expr->index]; /* TYPE_FAULTY where its value has been reported */
    diag_error(checker->diags, place_of(checker, expr), "T004", "there is no threshold '%.*s'",
        NAME_ARGS(expr->name));
    const char *near = str_did_you_mean(expr->name, names->thresholds, names->threshold_count);
    if (near != NULL)
        diag_hint(checker->diags, "did you mean '$%s'?", near);
    else
        diag_hint(checker->diags, "define it under `thresholds:`");
    return TYPE_FAULTY;
}

/* ---- calls ---- */

static enum value_type column_type(enum series_column column)
{
    switch (column) {
    case SERIES_VALUE:
    case SERIES_COLUMN_COUNT:
        break;
    case SERIES_QUANTITY:
        return VALUE_QUANTITY;
    case SERIES_WEIGHT:
        return VALUE_WEIGHT;
    case SERIES_UNIT_VALUE:
        return VALUE_UNIT_VALUE;
    }
    return VALUE_MONEY;
}

static int argument_fault(
    const struct checker *checker, const struct expr *arg, const char *expected, const char *hint)
{
    diag_error(checker->diags, place_of(checker, arg), "T005", "expected %s here", expected);
    diag_hint(checker->diags, "%s", hint);
    return -EINVAL;
}

static int check_series(const struct checker *checker, struct expr *arg)
{
    int series = arg->kind == EXPR_NAME ? resolve_series(checker, arg) : 0;
    if (series != 0)
        return series > 0 ? 0 : series;
    int r = argument_fault(
        checker, arg, "a series", "such as exports, imports.quantity, market, inputs or rivals.unit_value");
    const char *near =
        arg->kind == EXPR_NAME ? str_did_you_mean(arg->name, series_names, SERIES_NAMES) : NULL;
    if (near != NULL)
        diag_hint(checker->diags, "did you mean '%s'?", near);
    return r;
}

/* A series that some source reports: a difference of two has no history of its own. */
static int check_plain_series(const struct checker *checker, struct expr *arg)
{
    int r = check_series(checker, arg);
    if (r < 0 || arg->role != ROLE_RIVALS)
        return r;
    return argument_fault(
        checker, arg, "a series that a source reports", "rivals is a difference: take market");
}

/* One of the words that the parameter takes. */
static int check_word(const struct checker *checker, const struct expr *arg, enum parameter parameter)
{
    if (indicator_word(parameter, arg) >= 0)
        return 0;
    const char *const *words = indicator_words(parameter);
    struct arena *arena = &checker->diags->arena;
    const char *all = words[0];
    size_t n = 1;
    for (; words[n] != NULL; n++)
        all = arena_printf(arena, "%s%s%s", all, words[n + 1] == NULL ? " or " : ", ", words[n]);
    diag_error(checker->diags, place_of(checker, arg), "T005", "expected %s here", all);
    const char *near = arg->kind == EXPR_NAME ? str_did_you_mean(arg->name, words, n) : NULL;
    if (near != NULL)
        diag_hint(checker->diags, "did you mean '%s'?", near);
    return -EINVAL;
}

static int check_ratio(const struct checker *checker, struct expr *arg)
{
    arg->type = check(checker, arg);
    if (arg->type == TYPE_FAULTY || arg->type == VALUE_RATIO)
        return arg->type == VALUE_RATIO ? 0 : -EINVAL;
    return argument_fault(checker, arg, "a ratio", "such as 3% or a $threshold of that kind");
}

static int check_argument(const struct checker *checker, struct expr *arg, enum parameter parameter)
{
    switch (parameter) {
    case PARAMETER_SERIES:
        return check_series(checker, arg);
    case PARAMETER_PLAIN_SERIES:
        return check_plain_series(checker, arg);
    case PARAMETER_WINDOW:
        if (indicator_window(arg) >= 0)
            return 0;
        return argument_fault(checker, arg, "a window", "whole months (3m, 12m, 1y; at most 120m), or ytd");
    case PARAMETER_MONTHS:
        if (indicator_window(arg) > 0)
            return 0;
        return argument_fault(checker, arg, "a number of months", "such as 3m or 1y; at most 120m");
    case PARAMETER_EARLY:
        if (indicator_word(parameter, arg) >= 0)
            return 0;
        return argument_fault(checker, arg, "the word early", "it lets ytd be judged before April");
    case PARAMETER_BASIS:
    case PARAMETER_PLACE:
    case PARAMETER_COLUMN:
    case PARAMETER_OVER:
    case PARAMETER_FLAG:
        return check_word(checker, arg, parameter);
    case PARAMETER_RATIO:
        return check_ratio(checker, arg);
    case PARAMETER_VALUE:
        arg->type = check(checker, arg);
        return arg->type != TYPE_FAULTY ? 0 : -EINVAL;
    case PARAMETER_COUNT:
        break;
    }
    return -EINVAL;
}

static void report_unknown_function(const struct checker *checker, const struct expr *expr)
{
    const char **names = arena_array(&checker->diags->arena, indicator_count, sizeof *names);
    for (size_t i = 0; i < indicator_count; i++)
        names[i] = indicators[i].name;
    diag_error(checker->diags, place_of(checker, expr), "T006", "there is no function '%.*s'",
        NAME_ARGS(expr->name));
    const char *near = str_did_you_mean(expr->name, names, indicator_count);
    if (near != NULL)
        diag_hint(checker->diags, "did you mean '%s'?", near);
}

/* Two series of one call must count the same thing. */
static int check_columns(const struct checker *checker, const struct expr *expr)
{
    if (expr->arg_count < 2 || expr->args[0]->kind != EXPR_SERIES || expr->args[1]->kind != EXPR_SERIES ||
        expr->args[0]->column == expr->args[1]->column)
        return 0;
    diag_error(checker->diags, place_of(checker, expr->args[1]), "T007", "%.*s compares %s with %s",
        NAME_ARGS(expr->name), series_column_names[expr->args[0]->column],
        series_column_names[expr->args[1]->column]);
    diag_hint(checker->diags, "take the same column of both series");
    return -EINVAL;
}

/* `early` lifts the guard of a year to date; with any other window it would say something that is not so. */
static int check_early(const struct checker *checker, const struct expr *expr)
{
    for (size_t i = 1; i < expr->arg_count; i++) {
        if (indicator_word(PARAMETER_EARLY, expr->args[i]) < 0 || indicator_window(expr->args[i - 1]) <= 0)
            continue;
        diag_error(
            checker->diags, place_of(checker, expr->args[i]), "T014", "early goes with the window ytd only");
        diag_hint(checker->diags, "leave it out");
        return -EINVAL;
    }
    return 0;
}

/* What is wrong with arguments that are each right. */
static int check_together(
    const struct checker *checker, const struct expr *expr, const struct indicator *indicator)
{
    const char *fault = indicator->fault != NULL ? indicator->fault(expr) : NULL;
    if (fault == NULL)
        return 0;
    diag_error(checker->diags, place_of(checker, expr), "T015", "%s: %s", indicator->name, fault);
    diag_hint(checker->diags, "%s", indicator->synopsis);
    return -EINVAL;
}

/* A plain number may stand for a quantity, whose unit is the product's own. */
static bool comparable(enum value_type a, enum value_type b)
{
    return a == b || (a == VALUE_QUANTITY && b == VALUE_NUMBER) || (a == VALUE_NUMBER && b == VALUE_QUANTITY);
}

static enum value_type result_type(
    const struct checker *checker, const struct expr *expr, const struct indicator *indicator)
{
    switch (indicator->result) {
    case RESULT_COLUMN:
        return column_type(expr->args[0]->column);
    case RESULT_RATIO:
        return VALUE_RATIO;
    case RESULT_POINTS:
        return VALUE_POINTS;
    case RESULT_NUMBER:
        return VALUE_NUMBER;
    case RESULT_MONTHS:
        return VALUE_MONTHS;
    case RESULT_BOOLEAN:
        return VALUE_BOOLEAN;
    case RESULT_ARGUMENT:
        break;
    }
    enum value_type first = expr->args[0]->type, second = expr->args[1]->type;
    if (comparable(first, second))
        return first == VALUE_NUMBER ? second : first;
    diag_error(checker->diags, place_of(checker, expr->args[1]), "T008", "%.*s chooses between %s and %s",
        NAME_ARGS(expr->name), value_type_name(first), value_type_name(second));
    return TYPE_FAULTY;
}

static void report_count(
    const struct checker *checker, const struct expr *expr, const struct indicator *indicator)
{
    struct arena *arena = &checker->diags->arena;
    const char *least =
        indicator->required < indicator->count
            ? arena_printf(arena, indicator->required + 1 < indicator->count ? "%zu to " : "%zu or ",
                  indicator->required)
            : "";
    diag_error(checker->diags, place_of(checker, expr), "T009", "%s takes %s%zu value%s, not %zu",
        indicator->name, least, indicator->count, indicator->count == 1 ? "" : "s", expr->arg_count);
    diag_hint(checker->diags, "%s", indicator->synopsis);
}

static enum value_type check_call(const struct checker *checker, struct expr *expr)
{
    expr->index = indicator_find(expr->name);
    if (expr->index < 0) {
        report_unknown_function(checker, expr);
        return TYPE_FAULTY;
    }
    const struct indicator *indicator = &indicators[expr->index];
    if (expr->arg_count < indicator->required || expr->arg_count > indicator->count) {
        report_count(checker, expr, indicator);
        return TYPE_FAULTY;
    }
    int r = 0;
    for (size_t i = 0; i < expr->arg_count; i++)
        if (check_argument(checker, expr->args[i], indicator->parameters[i]) < 0)
            r = -EINVAL;
    if (r < 0 || check_columns(checker, expr) < 0 || check_early(checker, expr) < 0 ||
        check_together(checker, expr, indicator) < 0)
        return TYPE_FAULTY;
    return result_type(checker, expr, indicator);
}

/* ---- operators ---- */

/* What the writer may have meant by comparing a figure of type `a` with `arg`: the same number with the unit
 * that fits. */
static void hint_comparison(const struct checker *checker, enum value_type a, const struct expr *arg)
{
    static const char *const units[VALUE_TYPE_COUNT] = {
        [VALUE_NUMBER] = "",
        [VALUE_RATIO] = "%",
        [VALUE_POINTS] = "pp",
        [VALUE_MONEY] = " MUSD",
        [VALUE_WEIGHT] = " kt",
        [VALUE_MONTHS] = "m",
    };
    bool is_number = arg->kind == EXPR_LITERAL && arg->type != VALUE_PERIOD;
    struct slice digits = is_number ? arg->name : slice_of("5");
    while (digits.len > 1 && !is_digit(digits.data[digits.len - 1]))
        digits.len--;
    if (a == VALUE_QUANTITY)
        diag_hint(checker->diags,
            "a quantity compares with a plain number in the product's own unit; kg and t are for weight");
    else if (a == VALUE_UNIT_VALUE)
        diag_hint(checker->diags, "a unit value compares with another unit value: take its growth");
    else if (units[a] != NULL)
        diag_hint(checker->diags, "did you mean %.*s%s?", NAME_ARGS(digits), units[a]);
}

static enum value_type check_comparison(const struct checker *checker, const struct expr *expr)
{
    enum value_type left = expr->args[0]->type;
    for (size_t i = 1; i < expr->arg_count; i++) {
        enum value_type right = expr->args[i]->type;
        if (comparable(left, right))
            continue;
        diag_error(checker->diags, place_of(checker, expr->args[i]), "T010", "'%s' compares %s with %s",
            expr_operator_texts[expr->op], value_type_name(left), value_type_name(right));
        hint_comparison(checker, left, expr->args[i]);
        return TYPE_FAULTY;
    }
    if (left == VALUE_BOOLEAN && expr->op != OP_EQUAL && expr->op != OP_NOT_EQUAL) {
        diag_error(checker->diags, place_of(checker, expr), "T011", "'%s' cannot order true and false",
            expr_operator_texts[expr->op]);
        return TYPE_FAULTY;
    }
    return VALUE_BOOLEAN;
}

static enum value_type check_logic(const struct checker *checker, const struct expr *expr)
{
    for (size_t i = 0; i < expr->arg_count; i++) {
        if (expr->args[i]->type == VALUE_BOOLEAN)
            continue;
        diag_error(checker->diags, place_of(checker, expr->args[i]), "T012",
            "'%s' joins conditions, and this is %s", expr_operator_texts[expr->op],
            value_type_name(expr->args[i]->type));
        diag_hint(checker->diags, "compare it with something, for example >= 30%%");
        return TYPE_FAULTY;
    }
    return VALUE_BOOLEAN;
}

/* A plain number scales anything, and a ratio anything but a plain number, which it turns into a ratio.
 * TYPE_FAULTY: means nothing. */
static enum value_type product_type(enum value_type a, enum value_type b)
{
    if (a == VALUE_NUMBER || b == VALUE_NUMBER)
        return a == VALUE_NUMBER ? b : a;
    if (a == VALUE_RATIO || b == VALUE_RATIO)
        return a == VALUE_RATIO ? b : a;
    return TYPE_FAULTY;
}

static enum value_type quotient_type(enum value_type a, enum value_type b)
{
    if (a == b)
        return a == VALUE_NUMBER ? VALUE_NUMBER : VALUE_RATIO;
    if (b == VALUE_NUMBER || b == VALUE_RATIO)
        return a;
    if (a == VALUE_MONEY && (b == VALUE_QUANTITY || b == VALUE_WEIGHT))
        return VALUE_UNIT_VALUE;
    return TYPE_FAULTY;
}

static enum value_type sum_type(enum value_type a, enum value_type b)
{
    if (a == VALUE_PERIOD)
        return b == VALUE_MONTHS ? VALUE_PERIOD : TYPE_FAULTY;
    if (a == b)
        return a;
    if ((a == VALUE_RATIO && b == VALUE_POINTS) || (a == VALUE_POINTS && b == VALUE_RATIO))
        return VALUE_RATIO;
    return TYPE_FAULTY;
}

static enum value_type arithmetic_type(enum expr_operator op, enum value_type a, enum value_type b)
{
    bool scales = op == OP_MULTIPLY || op == OP_DIVIDE;
    if (a == VALUE_BOOLEAN || b == VALUE_BOOLEAN || (scales && (a == VALUE_PERIOD || b == VALUE_PERIOD)))
        return TYPE_FAULTY;
    if (op == OP_MULTIPLY)
        return product_type(a, b);
    return op == OP_DIVIDE ? quotient_type(a, b) : sum_type(a, b);
}

static enum value_type check_arithmetic(const struct checker *checker, const struct expr *expr)
{
    enum value_type a = expr->args[0]->type;
    if (expr->op == OP_NEGATE) {
        if (a != VALUE_BOOLEAN && a != VALUE_PERIOD)
            return a;
        diag_error(
            checker->diags, place_of(checker, expr), "T013", "'-' of %s means nothing", value_type_name(a));
        return TYPE_FAULTY;
    }
    enum value_type b = expr->args[1]->type;
    enum value_type type = arithmetic_type(expr->op, a, b);
    if (type == TYPE_FAULTY)
        diag_error(checker->diags, place_of(checker, expr), "T013", "'%s' of %s and %s means nothing",
            expr_operator_texts[expr->op], value_type_name(a), value_type_name(b));
    return type;
}

static enum value_type check_operator(const struct checker *checker, struct expr *expr)
{
    bool faulty = false;
    for (size_t i = 0; i < expr->arg_count; i++) {
        expr->args[i]->type = check(checker, expr->args[i]);
        faulty = faulty || expr->args[i]->type == TYPE_FAULTY;
    }
    if (faulty)
        return TYPE_FAULTY;
    switch (expr->op) {
    case OP_AND:
    case OP_OR:
    case OP_NOT:
        return check_logic(checker, expr);
    case OP_LESS:
    case OP_LESS_EQUAL:
    case OP_GREATER:
    case OP_GREATER_EQUAL:
    case OP_EQUAL:
    case OP_NOT_EQUAL:
    case OP_BETWEEN:
    case OP_IN:
        return check_comparison(checker, expr);
    case OP_NEGATE:
    case OP_MULTIPLY:
    case OP_DIVIDE:
    case OP_ADD:
    case OP_SUBTRACT:
        break;
    }
    return check_arithmetic(checker, expr);
}

static enum value_type check(const struct checker *checker, struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_LITERAL:
    case EXPR_SERIES:
        return expr->type;
    case EXPR_THRESHOLD:
        return check_threshold(checker, expr);
    case EXPR_NAME:
        return check_name(checker, expr);
    case EXPR_CALL:
        return check_call(checker, expr);
    case EXPR_OPERATOR:
        return check_operator(checker, expr);
    }
    return TYPE_FAULTY;
}

int expr_check(
    struct expr *expr, const struct node *scalar, const struct expr_names *names, struct diag_list *diags)
{
    struct checker checker = {scalar, names, diags};
    expr->type = check(&checker, expr);
    return expr->type == TYPE_FAULTY ? -EINVAL : 0;
}
