/* link: tests/support/fake_clock daemon/app/progress */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/progress.h"

static void the_line_fits_the_terminal(void **state)
{
    static const struct {
        int width;
        const char *line;
    } cases[] = {
        {120,
            "[##########..............................] 34/136 months, 1,234,567 rows, 20,576/s, 3 min left"},
        {80, "[######...................] 34/136 months, 1,234,567 rows, 20,576/s, 3 min left"},
        {60, "34/136 months, 1,234,567 rows, 20,576/s, 3 min left"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct progress progress = {
            .done = 34, .all = 136, .rows = 1234567, .start_ms = 1000, .width = cases[i].width};
        char text[PROGRESS_TEXT_SIZE];
        assert_string_equal(progress_text(&progress, 61000, text), cases[i].line);
        assert_true((int)strlen(text) < cases[i].width);
    }
}

static void at_the_beginning_nobody_knows_how_long_it_takes(void **state)
{
    struct progress progress = {.all = 10, .width = 80};
    char text[PROGRESS_TEXT_SIZE];
    (void)state;
    assert_string_equal(progress_text(&progress, 0, text),
        "[........................................] 0/10 months, 0 rows, 0/s, … left");
}

static void long_times_are_hours(void **state)
{
    struct progress progress = {.done = 1, .all = 4, .width = 80};
    char text[PROGRESS_TEXT_SIZE];
    (void)state;
    assert_non_null(strstr(progress_text(&progress, 3600 * 1000, text), ", 3 h 0 min left"));
    assert_non_null(strstr(progress_text(&progress, 20 * 1000, text), ", 60 s left"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_line_fits_the_terminal),
        cmocka_unit_test(at_the_beginning_nobody_knows_how_long_it_takes),
        cmocka_unit_test(long_times_are_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
