/* Tests beside rule packs (x.test.yaml beside x.yaml): a scope, series, and what the machine is to say in
 * each month. Run by what the daemon runs: panel, judge and ledger, month by month. */
#ifndef APP_RULE_TEST_H
#define APP_RULE_TEST_H

#include "core/judge.h"
#include "core/ledger.h"
#include "core/reference.h"

/* What a figure of the rule is to be. */
enum test_relation {
    TEST_EQUAL, /* within the tolerance */
    TEST_NOT_EQUAL,
    TEST_LESS,
    TEST_LESS_EQUAL,
    TEST_GREATER,
    TEST_GREATER_EQUAL,
    TEST_UNKNOWN,
};

struct test_figure {
    struct place place;
    const char *text; /* as it is written */
    size_t let;       /* its number in rule->lets */
    enum test_relation relation;
    double number, tolerance;
    enum unknown reason; /* TEST_UNKNOWN; KNOWN: any */
};

/* A word of a list, or TEST_ANY. */
enum { TEST_ANY = -1 };

struct test_choice {
    int value;
    struct place place;
};

/* What is expected of one month. */
struct expectation {
    int32_t period;
    struct test_choice state;   /* enum alert_state */
    struct test_choice verdict; /* enum verdict */
    struct texts events;        /* names, in order; "none" alone where nothing may be told */
    bool asks_events;
    struct place events_place;
    struct test_figure *figures;
    size_t figure_count;
};

/* A text that a message holds, or lacks. */
struct test_phrase {
    struct place place;
    enum language language;
    bool lacks;
    const char *text;
};

/* Who is to get it; by the words of `to`. */
enum test_receiver { TEST_PUBLIC, TEST_EXPORTERS, TEST_INTERNAL, TEST_NOBODY };

struct test_message {
    struct test_choice to; /* enum test_receiver */
    struct test_phrase *phrases;
    size_t phrase_count;
    struct place place; /* file NULL: nothing is asked of it */
};

/* The series' months, or one revision. */
struct test_step {
    struct observations rows;
    int32_t vintage; /* month in which a revision becomes known; PERIOD_NONE: the series themselves */
    struct expectation *expectations;
    size_t expectation_count;
    struct test_message message;
};

/* A series that the test gives figures of. */
struct test_series {
    struct series_key key;
    enum column column;
    struct place place;
};

enum { TEST_STEPS_MAX = 64, TEST_SERIES_MAX = 200 };

struct rule_test {
    const char *name;
    struct place place;
    const struct rule *rule;
    struct scope scope;
    struct place scope_place;
    const char *home;
    int32_t start, end; /* first and last month of the series */
    bool absent_is_zero;
    struct reference reference; /* measures and quotas are its own, the others those of the pack */
    struct test_series *series;
    size_t series_count;
    struct test_step *steps; /* [0]: the series; then the revisions */
    size_t step_count;
};

struct rule_tests {
    struct rule_test *items;
    size_t len;
};

/* What reading needs. Everything is borrowed for the tests' life. */
struct test_reader {
    const struct ruleset *ruleset;
    const struct reference *reference;
    const char *home; /* where a test names none */
    struct arena *arena;
    struct diag_list *diags;
};

extern const char test_source[]; /* the feed that reports all series of a test */

extern const struct shape rule_tests_shape; /* of one file */

/* Reads the tests of a file. 0, or -EINVAL with every fault in `diags` (codes S0xx, and those of keys,
 * literals and tables); rule_tests_deinit in either case. */
int rule_tests_read(
    const struct test_reader *reader, const struct node *document, struct rule_tests *ret_tests);
void rule_tests_deinit(struct rule_tests *tests);

/* An expectation that was not met. Texts in the run's arena. */
struct test_finding {
    struct place place;
    const char *text;  /* "2025-02 state: expected firing, got pending" */
    const char *trace; /* lines with the month's figures and clauses; "" where another finding has them */
};

struct test_result {
    struct test_finding *items;
    size_t len, cap;
};

struct coverage;

/* Whether the rule has the test's scope and reads its series; says what is wrong (S011, S012). */
int rule_test_check_scope(const struct rule_test *test, struct diag_list *diags);

/* Runs a test that was read without faults. Result: alloc_free(items). */
void rule_test_run(const struct rule_test *test, struct coverage *coverage, struct arena *arena,
    struct test_result *ret_result);

#endif
