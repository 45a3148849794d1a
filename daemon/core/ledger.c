#include "core/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/period.h"

const char ledger_summary_product[] = "*";

/* ---- entries ---- */

enum { SCOPE_TEXT_SIZE = 512 };

/* Its four names, each ended by a newline, which no name holds. Cut where there is no room for more. */
static size_t scope_text(const struct alert_scope *scope, char buf[SCOPE_TEXT_SIZE])
{
    const char *names[] = {scope->rule, scope->product, scope->market, scope->origin};
    size_t used = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i]), room = SCOPE_TEXT_SIZE - 1 - used;
        len = len < room ? len : room;
        memcpy(buf + used, names[i], len);
        used += len;
        if (used < SCOPE_TEXT_SIZE - 1)
            buf[used++] = '\n';
    }
    return used;
}

void ledger_deinit(struct ledger *ledger)
{
    alloc_free(ledger->items);
    map_deinit(&ledger->by_scope);
    arena_deinit(&ledger->arena);
    *ledger = LEDGER_NULL;
}

struct ledger_entry *ledger_find(const struct ledger *ledger, const struct alert_scope *scope)
{
    char text[SCOPE_TEXT_SIZE];
    uint32_t index;
    return map_get(&ledger->by_scope, text, scope_text(scope, text), &index) ? &ledger->items[index] : NULL;
}

struct ledger_entry *ledger_of(struct ledger *ledger, const struct alert_scope *scope)
{
    struct ledger_entry *entry = ledger_find(ledger, scope);
    if (entry != NULL)
        return entry;
    char text[SCOPE_TEXT_SIZE];
    size_t len = scope_text(scope, text);
    ledger->items = alloc_grow(ledger->items, ledger->len, &ledger->cap, sizeof *ledger->items);
    map_put(&ledger->by_scope, text, len, (uint32_t)ledger->len);
    entry = &ledger->items[ledger->len++];
    *entry = (struct ledger_entry){
        .scope =
            {
                .rule = arena_strdup(&ledger->arena, scope->rule),
                .product = arena_strdup(&ledger->arena, scope->product),
                .market = arena_strdup(&ledger->arena, scope->market),
                .origin = arena_strdup(&ledger->arena, scope->origin),
            },
    };
    return entry;
}

/* ---- telling ---- */

int ledger_tell(
    const struct ledger_turn *turn, struct ledger_entry *entry, struct alert_record *record, unsigned manner)
{
    if (alert_event_closes(record->event))
        manner |= LEDGER_CLOSES;
    if (record->event == EVENT_RAISED) {
        alert_id(&record->scope, record->raised, entry->id);
        /* The same alert again: a revision had undone it, another restored it. */
        int r = turn->sink->last_seq(turn->sink->userdata, entry->id, &entry->seq);
        if (r < 0)
            return r;
    }
    record->id = entry->id;
    record->seq = ++entry->seq;
    int r = turn->sink->tell(turn->sink->userdata, record, manner);
    entry->audience = record->audience;
    entry->told = (struct alert_told){
        .open = (manner & LEDGER_CLOSES) == 0,
        .raised = record->raised,
        .severity = record->severity,
        .state = record->state,
        .period = record->period,
    };
    return r;
}

/* ---- judged scopes ---- */

/* A scope as it now stands, ready to be told. */
struct standing {
    const struct rule *rule;
    struct alert_scope scope;
    struct alert_track track;
    int32_t period;
    struct judged_value rank;
    struct figure figures[RULE_LETS_MAX];
    size_t figure_count;
    char sources[256];
};

static void take_standing(
    const struct ledger_turn *turn, const struct judge_touched *touched, struct standing *standing)
{
    const struct scope *scope = judge_scope(turn->judge, touched->rule, touched->scope);
    standing->rule = judge_rule(turn->judge, touched->rule);
    standing->scope = (struct alert_scope){standing->rule->id, scope->product, scope->market, scope->origin};
    standing->track = judge_track(turn->judge, touched->rule, touched->scope);
    standing->period = judge_horizon(turn->judge, touched->rule, touched->scope);
}

static void take_figures(
    const struct ledger_turn *turn, const struct judge_touched *touched, struct standing *standing)
{
    standing->figure_count = judge_figures(
        turn->judge, turn->panel, touched->rule, touched->scope, standing->period, standing->figures);
    standing->rank = (struct judged_value){UNKNOWN_NO_SERIES, 0};
    if (standing->rule->rank >= 0)
        standing->rank =
            judge_value(turn->judge, standing->rule->rank); /* judge_figures has run the program */
    judge_sources(
        turn->judge, turn->panel, touched->rule, touched->scope, standing->sources, sizeof standing->sources);
}

static struct phrase product_title(const struct ledger_turn *turn, const char *product)
{
    const struct basket *basket = baskets_find(turn->baskets, product);
    return basket != NULL ? basket->title : (struct phrase){{product, product}};
}

/* Why, in one word. A change of the rules revises no figure, and the end of a law is no change of the
 * figures. */
static const char *reason_of(
    const struct ledger_turn *turn, const struct standing *standing, enum alert_event event)
{
    const struct rule *rule = standing->rule;
    if (event == EVENT_RETRACTED || event == EVENT_CONFIRMED)
        return "revision";
    bool ended = rule->valid_to != PERIOD_NONE && standing->track.ended > rule->valid_to;
    return event == EVENT_CLEARED && ended ? "law" : turn->reason;
}

static struct alert_record record_of(const struct ledger_turn *turn, const struct standing *standing,
    const struct ledger_entry *entry, enum alert_event event)
{
    const struct rule *rule = standing->rule;
    return (struct alert_record){
        .event = event,
        .reason = reason_of(turn, standing, event),
        .scope = standing->scope,
        .product_title = product_title(turn, standing->scope.product),
        .period = standing->period,
        .raised = event == EVENT_RAISED ? standing->track.raised : entry->told.raised,
        .severity = rule->severity,
        .state = alert_event_closes(event) ? ALERT_INACTIVE : standing->track.state,
        .audience = rule->audience,
        .title = rule->title,
        .advice = rule->advice,
        .basis = rule->basis,
        .figures = standing->figures,
        .figure_count = standing->figure_count,
        .sources = standing->sources,
        .vintage = turn->vintage,
        .ruleset = turn->ruleset,
        .at_ms = turn->now_ms,
    };
}

/* Another rule set or another case did not revise any figure: what no longer holds has ended, and was no
 * error.
 */
static enum alert_event by_reason(enum alert_event event, const struct ledger_turn *turn)
{
    bool figures_stand = str_equal(turn->reason, "rules") || str_equal(turn->reason, "case");
    return event == EVENT_RETRACTED && figures_stand ? EVENT_CLEARED : event;
}

static int follow(const struct ledger_turn *turn, struct ledger_entry *entry, const struct standing *standing)
{
    if (!entry->told.open || entry->told.period == standing->period)
        return 0;
    entry->told.period = standing->period;
    entry->told.state = standing->track.state;
    return turn->sink->follow(turn->sink->userdata, entry, standing->figures, standing->figure_count);
}

/* ---- the greatest of a release ---- */

/* A new alert of a rule with `top`, before it is decided how it is told. */
struct candidate {
    struct judge_touched touched;
    double rank; /* -1 where it is not known */
};

struct candidates {
    struct candidate *items;
    size_t len, cap;
};

static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    return (a->touched.scope > b->touched.scope) - (a->touched.scope < b->touched.scope);
}

static void push_candidate(
    struct candidates *candidates, const struct judge_touched *touched, const struct standing *standing)
{
    double rank = standing->rank.unknown == KNOWN ? standing->rank.value : -1;
    candidates->items =
        alloc_grow(candidates->items, candidates->len, &candidates->cap, sizeof *candidates->items);
    candidates->items[candidates->len++] = (struct candidate){*touched, rank};
}

/* Whether its newest month is too long ago for news. */
static bool is_history(const struct ledger_turn *turn, const struct standing *standing)
{
    return standing->period < turn->silent_before;
}

static int tell_event(struct ledger *ledger, const struct ledger_turn *turn, const struct standing *standing,
    enum alert_event event, unsigned manner)
{
    struct ledger_entry *entry = ledger_of(ledger, &standing->scope);
    struct alert_record record = record_of(turn, standing, entry, by_reason(event, turn));
    if (standing->rule->shadow || (event == EVENT_RAISED && is_history(turn, standing)))
        manner |= LEDGER_SILENT;
    return ledger_tell(turn, entry, &record, manner);
}

const char *ledger_summary_name(const struct alert_scope *scope, struct arena *arena)
{
    if (scope->origin[0] == '\0')
        return arena_printf(arena, "%s, %s", scope->product, scope->market);
    return arena_printf(arena, "%s, %s (%s)", scope->product, scope->market, scope->origin);
}

/* The scope → what it ranks by. */
static struct figure summary_figure(
    const struct standing *standing, enum value_type type, struct arena *arena)
{
    const char *name = ledger_summary_name(&standing->scope, arena);
    return (struct figure){name, type, standing->rank.unknown, standing->rank.value};
}

static int tell_summary(struct ledger *ledger, const struct ledger_turn *turn, const struct rule *rule,
    struct alert_record *record, struct arena *arena)
{
    size_t n = record->figure_count;
    const char *vi = arena_printf(arena, "%zu cảnh báo khác", n);
    const char *en = arena_printf(arena, "%zu further alerts", n);
    record->event = EVENT_RAISED;
    record->reason = turn->reason;
    record->scope = (struct alert_scope){rule->id, ledger_summary_product, ledger_summary_product, ""};
    record->product_title = (struct phrase){{vi, en}};
    record->severity = rule->severity;
    record->audience = rule->audience;
    record->title = (struct phrase){{"{{rule}}, kỳ {{period}}: {{product}}, liệt kê dưới đây",
        "{{rule}}, {{period}}: {{product}}, listed below"}};
    record->advice =
        (struct phrase){{"Những cảnh báo có giá trị lớn nhất đã được gửi riêng từng cảnh báo. Xem các cảnh "
                         "báo còn lại trong bảng.",
            "The alerts with the most at stake have been sent one by one. The table names the others."}};
    record->basis = rule->basis;
    record->sources = "";
    record->vintage = turn->vintage;
    record->ruleset = turn->ruleset;
    record->at_ms = turn->now_ms;
    struct ledger_entry *entry = ledger_of(ledger, &record->scope);
    return ledger_tell(turn, entry, record, LEDGER_CLOSES | (rule->shadow ? LEDGER_SILENT : 0));
}

/* Tells the rule's new alerts: the first of them aloud, the others silently and then in one summary. */
static int tell_candidates(struct ledger *ledger, const struct ledger_turn *turn, const struct rule *rule,
    struct candidates *candidates)
{
    struct arena arena = ARENA_NULL;
    struct alert_record summary = {0};
    size_t top = (size_t)rule->top, rest = candidates->len > top ? candidates->len - top : 0;
    struct figure *figures = arena_array(&arena, rest, sizeof *figures);
    int r = 0;
    if (candidates->len > 0)
        qsort(candidates->items, candidates->len, sizeof *candidates->items, compare_candidates);
    for (size_t i = 0; i < candidates->len && r == 0; i++) {
        struct standing standing;
        take_standing(turn, &candidates->items[i].touched, &standing);
        take_figures(turn, &candidates->items[i].touched, &standing);
        r = tell_event(ledger, turn, &standing, EVENT_RAISED, i < top ? LEDGER_ALOUD : LEDGER_SUMMED);
        if (i < top)
            continue;
        figures[summary.figure_count++] = summary_figure(&standing, rule->rank_type, &arena);
        summary.period = standing.period > summary.period ? standing.period : summary.period;
    }
    summary.raised = summary.period;
    summary.figures = figures;
    if (r == 0 && rest > 0)
        r = tell_summary(ledger, turn, rule, &summary, &arena);
    arena_deinit(&arena);
    candidates->len = 0;
    return r;
}

/* ---- a turn ---- */

static int judged_scope(struct ledger *ledger, const struct ledger_turn *turn,
    const struct judge_touched *touched, struct candidates *candidates)
{
    static const struct alert_told nothing_told;
    struct standing standing;
    take_standing(turn, touched, &standing);
    const struct ledger_entry *before = ledger_find(ledger, &standing.scope);
    enum severity severity = standing.rule->severity;
    enum alert_event event = alert_next_event(
        before != NULL ? &before->told : &nothing_told, &standing.track, severity, touched->revised);
    bool open = before != NULL && before->told.open;
    if (standing.period == PERIOD_NONE || (event == EVENT_NONE && !open))
        return 0;
    take_figures(turn, touched, &standing);
    /* At most two: what was told has ended, and another episode is open already. */
    for (int i = 0; i < 2 && event != EVENT_NONE; i++) {
        if (event == EVENT_RAISED && standing.rule->top > 0 && !is_history(turn, &standing)) {
            push_candidate(candidates, touched, &standing);
            return 0;
        }
        int r = tell_event(ledger, turn, &standing, event, LEDGER_ALOUD);
        if (r < 0)
            return r;
        event = alert_next_event(&ledger_of(ledger, &standing.scope)->told, &standing.track, severity, false);
    }
    return follow(turn, ledger_of(ledger, &standing.scope), &standing);
}

/* The result has the scopes of one rule side by side. */
int ledger_judged(struct ledger *ledger, const struct ledger_turn *turn, const struct judge_result *result)
{
    struct candidates candidates = {0};
    int r = 0;
    for (size_t i = 0; i < result->len && r == 0; i++) {
        uint32_t rule = result->items[i].rule;
        r = judged_scope(ledger, turn, &result->items[i], &candidates);
        bool last = i + 1 == result->len || result->items[i + 1].rule != rule;
        if (r == 0 && last)
            r = tell_candidates(ledger, turn, judge_rule(turn->judge, rule), &candidates);
    }
    alloc_free(candidates.items);
    return r;
}
