/* Names that nothing uses, and words that a warning must not say. */
#include <string.h>

#include "core/rule_lint_parts.h"

static const char *const phrase_keys[] = {"title", "advice"};

enum { PHRASES = sizeof phrase_keys / sizeof *phrase_keys };

/* ---- W010 ---- */

static bool uses_threshold(const struct program *program, size_t index)
{
    for (size_t i = 0; i < program->len; i++)
        if (program->code[i].op == PROGRAM_THRESHOLD && program->code[i].a == index)
            return true;
    return false;
}

static void check_thresholds(struct rule_lint *lint)
{
    const struct node *node = node_get(lint->map, "thresholds");
    for (size_t i = 0; i < lint->rule->threshold_count; i++)
        if (!uses_threshold(&lint->rule->program, i))
            rule_warn(&lint->warnings, WARN_UNUSED_THRESHOLD, node->keys[i]->place,
                "no expression uses the threshold '%s'", lint->rule->threshold_names[i]);
}

/* ---- W011 ---- */

/* Whether "{{name}}" stands in the text, also with blanks inside the braces. */
static bool mentions(const char *text, const char *name)
{
    for (const char *open = strstr(text, "{{"); open != NULL; open = strstr(open + 2, "{{")) {
        const char *begin = open + 2 + strspn(open + 2, " ");
        size_t len = strcspn(begin, " }");
        if (slice_equal((struct slice){begin, len}, name))
            return true;
    }
    return false;
}

static bool texts_mention(const struct rule *rule, const char *name)
{
    const struct phrase *phrases[PHRASES] = {&rule->title, &rule->advice};
    for (size_t i = 0; i < PHRASES; i++)
        for (size_t k = 0; k < LANGUAGE_COUNT; k++)
            if (phrases[i]->text[k] != NULL && mentions(phrases[i]->text[k], name))
                return true;
    return false;
}

static void ignore_part(void *userdata, struct rule_part part)
{
    (void)userdata;
    (void)part;
}

/* Every let name is a figure of the rule's messages, and there for no more where its author wants that. But
 * no reader wants a constant, or the same figure twice. */
static const char *why_useless(const struct rule *rule, size_t index, const char **ret_other)
{
    int reg = rule->lets[index].reg;
    enum program_op op = (enum program_op)rule->program.code[reg].op;
    *ret_other = "";
    if (op == PROGRAM_CONSTANT || op == PROGRAM_THRESHOLD)
        return "is a constant";
    for (size_t i = 0; i < rule->let_count; i++)
        if (i != index && rule->lets[i].reg == reg) {
            *ret_other = rule->lets[i].name;
            return "is the same figure as ";
        }
    return NULL;
}

static void check_lets(struct rule_lint *lint)
{
    const struct rule *rule = lint->rule;
    struct rule_walk walk = {lint, ignore_part, NULL, 0};
    rule_walk(&walk, rule_lint_part(lint, "when"));
    rule_walk(&walk, rule_lint_part(lint, "clear"));
    rule_walk(&walk, rule_lint_part(lint, "rank"));
    for (size_t i = 0; i < rule->let_count; i++) {
        if (!texts_mention(rule, rule->lets[i].name))
            continue;
        walk.lets |= UINT32_C(1) << i;
        rule_walk(&walk, rule_lint_let(lint, i));
    }
    const struct node *node = node_get(lint->map, "let");
    for (size_t i = 0; i < rule->let_count; i++) {
        const char *other, *why = why_useless(rule, i, &other);
        if ((walk.lets >> i & 1) == 0 && why != NULL)
            rule_warn(&lint->warnings, WARN_UNUSED_LET, node->keys[i]->place,
                "no condition, text or rank uses '%s', which %s%s", rule->lets[i].name, why, other);
    }
}

void rule_lint_names(struct rule_lint *lint)
{
    check_thresholds(lint);
    check_lets(lint);
}

/* ---- W014 ---- */

/* Words that call exporters guilty, or tell them that nothing can happen. `unless`: what follows where the
 * words mean something else. Vietnamese in lower case, as it stands inside a sentence. */
static const struct {
    const char *words;
    const char *unless[2];
} forbidden[] = {
    {"safe", {"harbo"}},
    {"fraud", {NULL}},
    {"fraudulent", {NULL}},
    {"cheat", {NULL}},
    {"cheating", {NULL}},
    {"illegal", {NULL}},
    {"illegally", {NULL}},
    {"transshipment", {NULL}},
    {"transhipment", {NULL}},
    {"an toàn", {"thực phẩm", "lao động"}}, /* food safety, safety at work */
    {"gian lận", {NULL}},
    {"lừa đảo", {NULL}},
    {"bất hợp pháp", {NULL}},
    {"chuyển tải trái phép", {NULL}},
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool starts_with(const char *text, const char *words)
{
    while (*words != '\0' && lower(*text) == *words) {
        text++;
        words++;
    }
    return *words == '\0';
}

/* Letters beyond ASCII have bytes of 0x80 and up; so have the quotes and dashes of U+2000 to U+203F and the
 * marks of U+0080 to U+00BF, which are none. */
static bool is_letter_byte(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || (unsigned char)c >= 0x80;
}

static bool is_mark(const char *p)
{
    return strncmp(p, "\xe2\x80", 2) == 0 || (unsigned char)*p == 0xc2;
}

static bool ends_word(const char *next)
{
    return !is_letter_byte(*next) || is_mark(next);
}

/* A hyphen belongs to the word: an anti-fraud office is no fraud. */
static bool begins_word(const char *text, const char *at)
{
    if (at == text)
        return true;
    bool is_behind_mark = (at - text >= 3 && is_mark(at - 3) && (unsigned char)at[-3] == 0xe2) ||
                          (at - text >= 2 && is_mark(at - 2) && (unsigned char)at[-2] == 0xc2);
    return is_behind_mark || (at[-1] != '-' && !is_letter_byte(at[-1]));
}

static bool is_excused(const char *behind, const char *const unless[2])
{
    behind += strspn(behind, " ");
    for (size_t i = 0; i < 2; i++)
        if (unless[i] != NULL && starts_with(behind, unless[i]))
            return true;
    return false;
}

static void check_text(struct rule_lint *lint, const char *key, const struct node *node)
{
    const char *text = node->text.data;
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        size_t len = strlen(forbidden[i].words);
        for (const char *at = text; *at != '\0'; at++)
            if (starts_with(at, forbidden[i].words) && begins_word(text, at) && ends_word(at + len) &&
                !is_excused(at + len, forbidden[i].unless))
                rule_warn(&lint->warnings, WARN_WORDING, node_place_at(node, (size_t)(at - text)),
                    "the %s says '%.*s'", key, (int)len, at);
    }
}

void rule_lint_wording(struct rule_lint *lint)
{
    for (size_t i = 0; i < PHRASES; i++) {
        const struct node *phrase = node_get(lint->map, phrase_keys[i]);
        for (size_t k = 0; k < phrase->len; k++)
            check_text(lint, phrase_keys[i], phrase->items[k]);
    }
}
