#include <errno.h>
#include <string.h>

#include "base/shape.h"
#include "core/message.h"
#include "core/probe.h"
#include "core/rule_read.h"

/* Let names and thresholds as the expression checker wants them, and registers as the compiler does. */
struct names {
    const char *lets[RULE_LETS_MAX];
    enum value_type types[RULE_LETS_MAX];
    int registers[RULE_LETS_MAX];
    struct expr_names expr;
    struct program_builder builder;
};

static void names_init(struct names *names, const struct rule_reader *reader, struct rule *rule)
{
    *names = (struct names){0};
    names->expr = (struct expr_names){
        .lets = names->lets,
        .let_types = names->types,
        .thresholds = rule->threshold_names,
        .threshold_types = rule->threshold_types,
        .threshold_count = rule->threshold_count,
    };
    names->builder = (struct program_builder){
        .program = &rule->program,
        .arena = reader->arena,
        .lets = names->registers,
    };
}

/* Parses, checks and compiles one expression. Its register, which is also noted in the tree, or -EINVAL. */
static int compile(const struct rule_reader *reader, struct names *names, const struct node *node,
    const struct expr **ret_expr)
{
    struct expr *expr;
    if (expr_parse(node, reader->arena, &expr, reader->diags) < 0 ||
        expr_check(expr, node, &names->expr, reader->diags) < 0)
        return -EINVAL;
    int reg = program_emit(&names->builder, expr);
    *ret_expr = expr;
    if (reg < 0)
        diag_error(
            reader->diags, node->place, "R020", "the rule is too long: more than %d steps", PROGRAM_CODE_MAX);
    return reg < 0 ? -EINVAL : reg;
}

/* Words of the grammar, and of windows. */
static const char *const words[] = {"and", "or", "not", "between", "in", "ytd", "early", NULL};

/* What a let name must not be. */
static const char *const *const reserved[] = {words, series_names, message_names, NULL};

static bool is_reserved(struct slice name)
{
    for (size_t i = 0; reserved[i] != NULL; i++)
        for (size_t k = 0; reserved[i][k] != NULL; k++)
            if (slice_equal(name, reserved[i][k]))
                return true;
    return false;
}

#define NAME_PATTERN "[a-z_][a-z0-9_]*"

static const struct shape let_name_shape = {
    .kind = SHAPE_TEXT,
    .pattern = "^" NAME_PATTERN "$",
    .except = reserved,
    .max_length = RULE_NAME_MAX - 1,
};

const struct shape rule_let_shape = {
    .kind = SHAPE_MAP,
    .names = &let_name_shape,
    .items = &expr_shape,
    .max_items = RULE_LETS_MAX,
};

const struct shape rule_name_shape = {
    .kind = SHAPE_TEXT,
    .pattern = "^" NAME_PATTERN "$",
    .max_length = RULE_NAME_MAX - 1,
};

/* Every "{{" has a name and "}}" behind it. */
const struct shape rule_template_shape = {
    .kind = SHAPE_TEXT,
    .name = "template",
    .expected = "expected a text, with figures as in {{growth}}",
    .pattern = "^((?!\\{\\{)[\\s\\S]|\\{\\{ *" NAME_PATTERN " *\\}\\})+$",
    .also = ALSO_NUMBER | ALSO_BOOL,
};

int rule_check_name(const struct rule_reader *reader, const struct node *key, const char *what)
{
    struct slice name = key->text;
    size_t letters = strspn(name.data, "abcdefghijklmnopqrstuvwxyz0123456789_");
    bool good = name.len > 0 && name.len < RULE_NAME_MAX && letters == name.len;
    if (good && !(name.data[0] >= '0' && name.data[0] <= '9'))
        return 0;
    diag_error(reader->diags, key->place, "R021", "'%s' is no name for %s", name.data, what);
    diag_hint(reader->diags, "use lower-case letters, digits and _, beginning with a letter; at most %d",
        RULE_NAME_MAX - 1);
    return -EINVAL;
}

static int check_let_name(const struct rule_reader *reader, const struct node *key)
{
    if (rule_check_name(reader, key, "a figure") < 0)
        return -EINVAL;
    if (is_reserved(key->text)) {
        diag_error(reader->diags, key->place, "R022", "'%s' already means something else", key->text.data);
        return -EINVAL;
    }
    return 0;
}

/* One name. A faulty one stays known, so that what uses it is checked in every other way and not blamed. */
static void add_let(const struct rule_reader *reader, const struct node *key, const struct node *value,
    struct names *names, struct rule *rule)
{
    const struct expr *expr = NULL;
    int reg = check_let_name(reader, key);
    if (reg == 0)
        reg = compile(reader, names, value, &expr);
    enum value_type type = expr != NULL ? expr->type : VALUE_TYPE_COUNT;
    size_t n = rule->let_count++;
    names->lets[n] = arena_strdup(reader->arena, key->text.data);
    names->types[n] = reg < 0 ? VALUE_TYPE_COUNT : type;
    names->registers[n] = reg;
    names->expr.let_count = rule->let_count;
    rule->lets[n] = (struct rule_let){names->lets[n], type, reg, expr};
}

static int read_lets(
    const struct rule_reader *reader, const struct node *node, struct names *names, struct rule *rule)
{
    if (node == NULL)
        return 0;
    if (node->kind != NODE_MAP || node->len > RULE_LETS_MAX) {
        diag_error(reader->diags, node->place, "R023", "expected a map of at most %d names", RULE_LETS_MAX);
        return -EINVAL;
    }
    int r = 0;
    rule->lets = arena_array(reader->arena, node->len, sizeof *rule->lets);
    for (size_t i = 0; i < node->len; i++) {
        add_let(reader, node->keys[i], node->items[i], names, rule);
        if (rule->lets[i].reg < 0)
            r = -EINVAL;
    }
    return r;
}

static int read_condition(const struct rule_reader *reader, const struct node *node, struct names *names,
    const struct expr **ret_expr)
{
    int reg = compile(reader, names, node, ret_expr);
    if (reg < 0)
        return reg;
    if ((*ret_expr)->type != VALUE_BOOLEAN) {
        diag_error(reader->diags, node->place, "R024", "expected a condition, found %s",
            value_type_name((*ret_expr)->type));
        diag_hint(reader->diags, "compare it with something, for example >= 30%%");
        return -EINVAL;
    }
    return 0;
}

/* ---- ranking ---- */

static bool reads_role(const struct rule *rule, enum series_role role)
{
    for (size_t i = 0; i < rule->program.role_count; i++)
        if (rule->program.roles[i] == role)
            return true;
    return false;
}

/* The value at stake: what the market imports, or home exports, in twelve months; of series that the rule
 * reads anyway, so that ranking asks for no other figures. */
static int rank_by_stake(struct names *names, const struct rule *rule)
{
    enum series_role role = reads_role(rule, ROLE_IMPORTS) ? ROLE_IMPORTS : ROLE_EXPORTS;
    struct expr series = {.kind = EXPR_SERIES, .role = role, .column = SERIES_VALUE};
    return reads_role(rule, role) ? program_emit_window(&names->builder, &series, 12, 0) : -ENOENT;
}

static int read_rank(
    const struct rule_reader *reader, const struct rule_text *text, struct names *names, struct rule *rule)
{
    const struct expr *expr = NULL;
    int r = 0;
    if (text->rank == NULL)
        return 0;
    if (!text->has_top) {
        diag_error(reader->diags, text->rank->place, "R028", "rank says nothing without top");
        diag_hint(reader->diags, "add for example top: 10, or remove rank");
        r = -EINVAL;
    }
    int reg = compile(reader, names, text->rank, &expr);
    if (reg < 0)
        return reg;
    if (expr->type == VALUE_BOOLEAN) {
        diag_error(reader->diags, text->rank->place, "R029", "a rank is a figure, and this is a condition");
        r = -EINVAL;
    }
    rule->rank = reg;
    rule->rank_type = expr->type;
    rule->rank_expr = expr;
    return r;
}

/* Where top is given and rank is not. */
static int rank_by_default(
    const struct rule_reader *reader, const struct rule_text *text, struct names *names, struct rule *rule)
{
    if (rule->top == 0 || text->rank != NULL)
        return 0;
    rule->rank = rank_by_stake(names, rule);
    rule->rank_type = VALUE_MONEY;
    if (rule->rank == -ENOENT) {
        diag_error(reader->diags, text->when->place, "R029",
            "top needs a rank here, since the rule reads neither imports nor exports");
        diag_hint(reader->diags, "add for example rank: sum(inputs, 12m)");
    }
    return rule->rank < 0 ? -EINVAL : 0;
}

static void report_origin(const struct rule_reader *reader, const struct rule_text *text, const char *what)
{
    diag_error(reader->diags, text->scope->place, "R025", "'%s' needs an origin in the scope", what);
    diag_hint(reader->diags, "add for example origin: [CN]");
}

/* What is asked of an origin needs one in the scope. */
static int check_origins(
    const struct rule_reader *reader, const struct rule_text *text, const struct rule *rule)
{
    size_t errors = reader->diags->errors;
    if (!rule->no_origins)
        return 0;
    for (size_t i = 0; i < rule->program.role_count; i++) {
        enum series_role role = rule->program.roles[i];
        if (series_roles[role].partner == PLACE_ORIGIN && role != ROLE_INPUTS)
            report_origin(reader, text, series_roles[role].name);
    }
    for (size_t i = 0; i < rule->program.len; i++) {
        const struct instruction *code = &rule->program.code[i];
        if (code->op == PROGRAM_PROBE && code->probe >= PROBE_MEASURE &&
            code->probe <= PROBE_CASE_ELSEWHERE && code->word == PROBE_ORIGIN)
            report_origin(reader, text, "origin");
    }
    return reader->diags->errors > errors ? -EINVAL : 0;
}

int rule_read_conditions(const struct rule_reader *reader, const struct rule_text *text, struct rule *rule)
{
    struct names names;
    names_init(&names, reader, rule);
    int r = read_lets(reader, text->let, &names, rule);
    if (r < 0 && rule->lets == NULL)
        return r; /* no name was read at all: the conditions would only miss them */
    rule->clear = -1;
    if (text->when == NULL || read_condition(reader, text->when, &names, &rule->when_expr) < 0)
        r = -EINVAL;
    if (text->clear != NULL && read_condition(reader, text->clear, &names, &rule->clear_expr) < 0)
        r = -EINVAL;
    if (read_rank(reader, text, &names, rule) < 0)
        r = -EINVAL;
    if (r == 0)
        r = rank_by_default(reader, text, &names, rule);
    if (r == 0) {
        rule->when = rule->when_expr->reg;
        rule->clear = rule->clear_expr != NULL ? rule->clear_expr->reg : -1;
    }
    if (r == 0 && rule->program.role_count == 0) {
        diag_error(reader->diags, text->when->place, "R027",
            "the rule reads no series, so nothing would ever be judged");
        return -EINVAL;
    }
    return check_origins(reader, text, rule) < 0 ? -EINVAL : r;
}

/* ---- clauses ---- */

static void push_clauses(const struct expr *expr, const struct expr **clauses, size_t max, size_t *len)
{
    bool joins =
        expr->kind == EXPR_OPERATOR && (expr->op == OP_AND || expr->op == OP_OR || expr->op == OP_NOT);
    for (size_t i = 0; joins && i < expr->arg_count; i++)
        push_clauses(expr->args[i], clauses, max, len);
    if (joins)
        return;
    if (*len < max)
        clauses[*len] = expr;
    ++*len;
}

size_t rule_clauses(const struct rule *rule, const struct expr **ret_clauses, size_t max)
{
    size_t len = 0;
    push_clauses(rule->when_expr, ret_clauses, max, &len);
    if (rule->clear_expr != NULL)
        push_clauses(rule->clear_expr, ret_clauses, max, &len);
    return len;
}

/* ---- templates ---- */

/* Let names are taken as they are written: a faulty one has been reported, and is not missing as well. */
static bool is_known_name(const struct node *let, struct slice name)
{
    for (size_t i = 0; let != NULL && let->kind == NODE_MAP && i < let->len; i++)
        if (slice_equal(name, let->keys[i]->text.data))
            return true;
    for (size_t i = 0; message_names[i] != NULL; i++)
        if (slice_equal(name, message_names[i]))
            return true;
    return false;
}

/* The name between the braces; message_fill drops blanks there too. */
static struct slice template_name(const char *begin, const char *end)
{
    while (begin < end && *begin == ' ')
        begin++;
    while (end > begin && end[-1] == ' ')
        end--;
    return (struct slice){begin, (size_t)(end - begin)};
}

static int check_template(const struct rule_reader *reader, const struct node *node, const struct node *let)
{
    int r = 0;
    const char *text = node->text.data;
    for (const char *open = strstr(text, "{{"); open != NULL; open = strstr(open + 2, "{{")) {
        const char *close = strstr(open, "}}");
        struct place place = node_place_at(node, (size_t)(open - text));
        if (close == NULL) {
            diag_error(reader->diags, place, "R026", "'{{' has no '}}' behind it");
            return -EINVAL;
        }
        struct slice name = template_name(open + 2, close);
        if (is_known_name(let, name))
            continue;
        r = -EINVAL;
        diag_error(
            reader->diags, place, "R026", "there is no figure '%.*s' to print", (int)name.len, name.data);
        diag_hint(reader->diags, "define it under `let:`, or write product, market, origin or period");
    }
    return r;
}

int rule_check_templates(const struct rule_reader *reader, const struct rule_text *text)
{
    const struct node *phrases[] = {text->title, text->advice};
    int r = 0;
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; phrases[i] != NULL && phrases[i]->kind == NODE_MAP && k < phrases[i]->len; k++)
            if (phrases[i]->items[k]->kind == NODE_SCALAR &&
                check_template(reader, phrases[i]->items[k], text->let) < 0)
                r = -EINVAL;
    return r;
}
