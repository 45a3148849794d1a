/* Conditions, figures and thresholds in aligned columns. */
#include <string.h>

#include "app/explain_print.h"
#include "base/alloc.h"
#include "base/buf.h"

enum { INDENT = 2, CLAUSE_MAX = 64, VALUES_MAX = 40, OUTCOME_MAX = 48, NOTE_MAX = 4096 };

/* One line of a tree, before the widths are known. */
struct line {
    int depth;
    const char *clause, *values, *outcome, *note;
};

struct lines {
    struct line *items;
    size_t len, cap;
    struct arena arena;
};

static const char *format(const struct figure *figure, struct arena *arena)
{
    char text[FIGURE_TEXT_SIZE];
    return arena_strdup(arena, figure_format(figure, LANGUAGE_EN, text));
}

/* ---- what a part says ---- */

static const char *clause_of(const struct explained_part *part)
{
    switch (part->kind) {
    case EXPLAINED_ALL:
        return "all of these";
    case EXPLAINED_ANY:
        return "any of these";
    case EXPLAINED_NOT:
        return "not this";
    case EXPLAINED_VALUE:
    case EXPLAINED_COMPARISON:
    case EXPLAINED_KIND_COUNT:
        break;
    }
    return part->text;
}

/* "44% >= 40%", "3 between 1 and 5", "12 in (1, 2)". What is not known is said in the outcome. */
static const char *values_of(const struct explained_part *part, struct arena *arena)
{
    if (part->kind != EXPLAINED_COMPARISON)
        return part->value.type == VALUE_BOOLEAN || part->value.unknown != KNOWN
                   ? ""
                   : format(&part->value, arena);
    bool listed = str_equal(part->symbol, "in");
    const char *text = "";
    for (size_t i = 0; i < part->side_count; i++) {
        const char *joint = i == 0   ? ""
                            : i == 1 ? arena_printf(arena, " %s %s", part->symbol, listed ? "(" : "")
                            : listed ? ", "
                                     : " and ";
        const struct figure *side = &part->sides[i];
        text = arena_printf(
            arena, "%s%s%s", text, joint, side->unknown == KNOWN ? format(side, arena) : "unknown");
    }
    return listed ? arena_printf(arena, "%s)", text) : text;
}

static const char *outcome_of(const struct explained_part *part, struct arena *arena)
{
    if (part->value.unknown != KNOWN)
        return arena_printf(arena, "unknown: %s", unknown_text(part->value.unknown, LANGUAGE_EN));
    if (part->value.type != VALUE_BOOLEAN)
        return "";
    bool holds = part->value.value != 0;
    if (!part->has_margin || (part->margin.value >= 0 && part->margin.value <= 0))
        return holds ? "holds" : "does not hold";
    struct figure distance = part->margin;
    distance.value = distance.value < 0 ? -distance.value : distance.value;
    const char *word = holds ? "holds" : part->over ? "over" : "short";
    return arena_printf(arena, "%s by %s", word, format(&distance, arena));
}

static const char *threshold_note(const struct explained_threshold *threshold, struct arena *arena)
{
    if (!threshold->overridden)
        return arena_printf(arena, "$%s by default", threshold->value.name);
    return arena_printf(arena, "$%s by the override at %s:%d, else %s", threshold->value.name,
        threshold->place.file, threshold->place.line, format(&threshold->written, arena));
}

static const char *note_of(const struct explained_part *part, struct arena *arena)
{
    const char *from = part->kind == EXPLAINED_COMPARISON && part->threshold != NULL
                           ? threshold_note(part->threshold, arena)
                           : "";
    if (!part->stopped)
        return from;
    return arena_printf(arena, "THIS STOPPED IT%s%s", from[0] != '\0' ? "; " : "", from);
}

/* ---- lines ---- */

static struct line *next_line(struct lines *lines, int depth)
{
    lines->items = alloc_grow(lines->items, lines->len, &lines->cap, sizeof *lines->items);
    lines->items[lines->len] = (struct line){.depth = depth};
    return &lines->items[lines->len++];
}

static void add_part(struct lines *lines, const struct explained_part *part, int depth)
{
    struct line *line = next_line(lines, depth);
    line->clause = clause_of(part);
    line->values = values_of(part, &lines->arena);
    line->outcome = outcome_of(part, &lines->arena);
    line->note = note_of(part, &lines->arena);
    for (size_t i = 0; i < part->part_count; i++)
        add_part(lines, &part->parts[i], depth + 1);
}

static void add_let(struct lines *lines, const struct explained_let *let)
{
    struct line *line = next_line(lines, 1);
    line->clause = let->name;
    line->values = let->part.value.unknown == KNOWN ? format(&let->part.value, &lines->arena) : "unknown";
    line->outcome = let->part.text;
    line->note = let->part.value.unknown == KNOWN ? "" : unknown_text(let->part.value.unknown, LANGUAGE_EN);
    for (size_t i = 0; i < let->part.part_count; i++)
        add_part(lines, &let->part.parts[i], 2);
}

/* Of the three columns that have others behind them. */
struct widths {
    size_t clause, values, outcome;
};

static void widen(size_t *width, size_t len, size_t max)
{
    if (len > *width && len <= max)
        *width = len;
}

static struct widths widths_of(const struct lines *lines)
{
    struct widths widths = {0};
    for (size_t i = 0; i < lines->len; i++) {
        const struct line *line = &lines->items[i];
        widen(&widths.clause, strlen(line->clause) + (size_t)line->depth * INDENT, CLAUSE_MAX);
        widen(&widths.values, strlen(line->values), VALUES_MAX);
        widen(&widths.outcome, strlen(line->outcome), OUTCOME_MAX);
    }
    return widths;
}

/* A clause that is too long for its column stands on a line of its own, and its values below it. */
static void print_line(const struct line *line, const struct widths *widths, FILE *out)
{
    struct buf text;
    buf_init(&text, CLAUSE_MAX * NOTE_MAX);
    int indent = line->depth * INDENT;
    size_t len = strlen(line->clause) + (size_t)indent;
    bool apart = len > widths->clause;
    if (apart && (line->values[0] != '\0' || line->outcome[0] != '\0'))
        fprintf(out, "%*s%s\n", indent, "", line->clause);
    (void)buf_printf(&text, "%*s%-*s  %-*s  %-*s  %s", indent, "", (int)widths->clause - indent,
        apart ? "" : line->clause, (int)widths->values, line->values, (int)widths->outcome, line->outcome,
        line->note);
    while (text.len > 0 && text.data[text.len - 1] == ' ')
        text.len--;
    fprintf(out, "%.*s\n", (int)text.len, text.len > 0 ? text.data : "");
    buf_deinit(&text);
}

static void print_lines(struct lines *lines, FILE *out)
{
    struct widths widths = widths_of(lines);
    for (size_t i = 0; i < lines->len; i++)
        print_line(&lines->items[i], &widths, out);
    alloc_free(lines->items);
    arena_deinit(&lines->arena);
    *lines = (struct lines){0};
}

/* ---- sections ---- */

static void print_thresholds(const struct explanation *explanation, FILE *out)
{
    struct lines lines = {0};
    size_t n = explanation->rule->threshold_count;
    for (size_t i = 0; i < n; i++) {
        const struct explained_threshold *threshold = &explanation->thresholds[i];
        struct line *line = next_line(&lines, 1);
        line->clause = arena_printf(&lines.arena, "$%s", threshold->value.name);
        line->values = format(&threshold->value, &lines.arena);
        line->outcome =
            threshold->overridden
                ? arena_printf(&lines.arena, "by the override at %s:%d, else %s", threshold->place.file,
                      threshold->place.line, format(&threshold->written, &lines.arena))
                : arena_printf(
                      &lines.arena, "by default, %s:%d", threshold->place.file, threshold->place.line);
        line->note = "";
    }
    if (n > 0)
        fputs("\nTHRESHOLDS\n", out);
    print_lines(&lines, out);
}

static void print_lets(const struct explanation *explanation, FILE *out)
{
    struct lines lines = {0};
    size_t n = explanation->rule->let_count;
    if (n > 0)
        fputs("\nFIGURES\n", out);
    for (size_t i = 0; i < n; i++)
        add_let(&lines, &explanation->lets[i]);
    print_lines(&lines, out);
}

void explain_print_conditions(const struct explanation *explanation, FILE *out)
{
    struct lines lines = {0};
    fputs("\nIT FIRES WHEN\n", out);
    add_part(&lines, &explanation->when, 1);
    print_lines(&lines, out);
    fputs("\nIT CLEARS WHEN\n", out);
    if (explanation->clear.text != NULL)
        add_part(&lines, &explanation->clear, 1);
    else
        fputs("  the condition above does not hold\n", out);
    print_lines(&lines, out);
    print_lets(explanation, out);
    print_thresholds(explanation, out);
}
