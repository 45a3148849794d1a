/* Judging: a rule set bound to a panel. Which scopes there are, what each rule says of every period, where
 * each alert stands.
 *
 * Everything is a function of panel and rules. A verdict is kept per rule, scope and period; new figures make
 * only those verdicts again that read them. */
#ifndef CORE_JUDGE_H
#define CORE_JUDGE_H

#include "core/panel.h"
#include "core/program_run.h"
#include "core/publication.h"
#include "core/ruleset.h"

struct judge;

/* Everything is borrowed. `sources`: feeds in order of preference; where several report a series, the first
 * one that has it is read. */
struct judge *judge_new(const struct ruleset *ruleset, const struct reference *reference, const char *home,
    const struct sources *sources);
void judge_free(struct judge *judge);

/* A scope whose verdicts were made again. */
struct judge_touched {
    uint32_t rule, scope; /* numbers, for the functions below */
    bool revised;         /* a figure that was known before has changed */
};

struct judge_result {
    struct judge_touched *items;
    size_t len, cap;
};

/* Finds scopes and series anew and judges everything: after start or a reload. */
void judge_all(struct judge *judge, const struct panel *panel, struct judge_result *ret_result);

/* For a question about one scope: finds scopes and series, and judges none; then judges one. */
void judge_bind(struct judge *judge, const struct panel *panel);
void judge_one(struct judge *judge, const struct panel *panel, uint32_t rule, uint32_t scope);

/* Judges again what the changes reach. Where series have been added since, scopes and series are found anew;
 * verdicts that cannot differ are kept. Numbers of scopes hold until then. */
void judge_changes(struct judge *judge, const struct panel *panel, const struct panel_changes *changes,
    struct judge_result *ret_result);

void judge_result_deinit(struct judge_result *result);

const struct rule *judge_rule(const struct judge *judge, uint32_t rule);
const struct scope *judge_scope(const struct judge *judge, uint32_t rule, uint32_t scope);

/* The scope of a rule, by name; false where there is none. */
bool judge_find(
    const struct judge *judge, const struct alert_scope *scope, uint32_t *ret_rule, uint32_t *ret_scope);

/* The newest period that the scope's figures allow to be judged: that of the role that is furthest behind, of
 * those that have any series. PERIOD_NONE: none has a figure. */
int32_t judge_horizon(const struct judge *judge, uint32_t rule, uint32_t scope);

size_t judge_rule_count(const struct judge *judge);
size_t judge_scope_count(const struct judge *judge, uint32_t rule);

/* First period with any figure that the scope reads; PERIOD_NONE: none. */
int32_t judge_first(const struct judge *judge, uint32_t rule, uint32_t scope);

/* What the rule says of a period up to the horizon; VERDICT_NOT_JUDGED outside. */
enum verdict judge_verdict(const struct judge *judge, uint32_t rule, uint32_t scope, int32_t period);

/* Where the alert stands at the horizon, or stood at an earlier period. */
struct alert_track judge_track(const struct judge *judge, uint32_t rule, uint32_t scope);
struct alert_track judge_track_at(const struct judge *judge, uint32_t rule, uint32_t scope, int32_t period);

/* The rule's figures of one period, into figures[RULE_LETS_MAX]. Returns how many. */
size_t judge_figures(struct judge *judge, const struct panel *panel, uint32_t rule, uint32_t scope,
    int32_t period, struct figure *figures);

/* One register's value, as judge_evaluate left it. */
struct judged_value {
    enum unknown unknown;
    double value;
};

/* Runs the rule's program for one scope and period; every part of its expressions (expr->reg) can then be
 * asked for. */
void judge_evaluate(
    struct judge *judge, const struct panel *panel, uint32_t rule, uint32_t scope, int32_t period);
struct judged_value judge_value(const struct judge *judge, int reg);

/* The series that a role of the rule's program (its number there) reads in the scope, and the thresholds that
 * hold. */
const struct series_use *judge_uses(
    const struct judge *judge, uint32_t rule, uint32_t scope, size_t role, size_t *ret_count);
const double *judge_thresholds(const struct judge *judge, uint32_t rule, uint32_t scope);

/* The feeds whose series the scope reads, "a, b", into buf. Returns buf. */
const char *judge_sources(const struct judge *judge, const struct panel *panel, uint32_t rule, uint32_t scope,
    char *buf, size_t size);

#endif
