/* Parts of reading, running and comparing tests of rules. Private to rule_test*.c. */
#ifndef APP_RULE_TEST_INTERNAL_H
#define APP_RULE_TEST_INTERNAL_H

#include "app/rule_test.h"
#include "base/shape.h"

/* ---- reading ---- */

/* What these read, for the schema. A revision has its series beside its other keys. */
extern const struct shape test_series_shape, test_revision_name_shape, test_revised_shape;
extern const struct shape test_expectations_shape, test_message_shape;

/* The series of a test: a map of names to figures from its first month on (step 0). */
int test_read_series(const struct test_reader *reader, const struct node *map, struct rule_test *test);

/* The code that the series of a role have where none is named; NULL: the product has none. */
const char *test_first_code(const struct baskets *baskets, const char *product, enum role_codes codes);

/* Whether a key of a revision names a series, or is meant to. */
bool test_is_series_name(struct slice name);

/* The figures of a revision: a map of months to figures under the name of a series. Widens test->end. */
int test_read_revision(const struct test_reader *reader, const struct node *name, const struct node *months,
    struct rule_test *test, struct test_step *step);

int test_read_expectations(const struct test_reader *reader, const struct node *map,
    const struct rule_test *test, struct test_step *step);
int test_read_message(const struct test_reader *reader, const struct node *map, struct test_step *step);

/* Short rows of measures and quotas; NULL: none. */
int test_read_tables(const struct test_reader *reader, const struct node *measures, const struct node *quotas,
    struct rule_test *test);

/* ---- running and comparing ---- */

/* An event that was told. */
struct test_told {
    enum alert_event event;
    enum audience audience;
    bool silent;
    const char *text[LANGUAGE_COUNT]; /* subject and message */
};

struct test_events {
    struct test_told *items; /* in the run's arena */
    size_t len;
};

/* The machine once a month, or a revision, has become known. */
struct test_moment {
    const struct rule_test *test;
    struct judge *judge;
    const struct panel *panel;
    uint32_t rule, scope;
    int32_t period;
    struct test_events events; /* of the step */
};

void test_compare(const struct test_moment *moment, const struct expectation *expectation,
    struct arena *arena, struct test_result *result);

/* A value as a literal of the rule language that reads back as nearly the same: "60.34%". */
enum { TEST_LITERAL_SIZE = 64 };
const char *test_literal(enum value_type type, double value, char buf[TEST_LITERAL_SIZE]);

/* The same to four digits, with the tolerance that they leave: "60.34% +- 0.01pp". */
const char *test_rounded(enum value_type type, double value, char buf[TEST_LITERAL_SIZE]);

/* `told`: the event whose message it is; NULL: none was told. */
void test_compare_message(const struct test_message *message, const struct test_told *told,
    struct arena *arena, struct test_result *result);

#endif
