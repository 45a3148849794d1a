/* A rule pack with the tests beside it: x.yaml and x.test.yaml. */
#ifndef APP_TEST_PACK_H
#define APP_TEST_PACK_H

#include "app/coverage.h"
#include "app/rule_test.h"
#include "app/table_files.h"

struct test_pack {
    const char *rules_path, *tests_path;
    bool has_tests;             /* there is a file of tests */
    struct reference reference; /* the tables, and the baskets of the tests */
    struct ruleset *ruleset;
    struct rule_tests tests;
    struct coverage coverage;
    struct diag_list diags; /* not empty: nothing can be run */
    struct arena arena;
};

/* Reads both files of a pack; `path` is that of the rules. Compiled as `check` does, against the tables.
 * Faults are in pack->diags; test_pack_deinit in any case. */
void test_pack_read(
    struct test_pack *ret_pack, const char *path, const struct table_files *tables, const char *home);
void test_pack_deinit(struct test_pack *pack);

#endif
