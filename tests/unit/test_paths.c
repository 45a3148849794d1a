/* link: daemon/app/paths daemon/io/file daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/paths.h"
#include "io/file.h"

static const char *const names[] = {"b.yaml", "a.yaml", "c.feed.yaml", "d.test.yaml", "e.csv", ".f.yaml"};

enum { NAMES = sizeof names / sizeof *names };

struct fixture {
    struct arena arena;
    struct diag_list diags;
    char directory[32];
};

static void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.directory = "/tmp/tdwatch-paths-XXXXXX"};
    assert_non_null(mkdtemp(f->directory));
    for (size_t i = 0; i < NAMES; i++)
        assert_int_equal(
            file_write(arena_printf(&f->arena, "%s/%s", f->directory, names[i]), slice_of("x"), 0600), 0);
}

static void fixture_deinit(struct fixture *f)
{
    for (size_t i = 0; i < NAMES; i++)
        unlink(arena_printf(&f->arena, "%s/%s", f->directory, names[i]));
    rmdir(f->directory);
    diag_list_deinit(&f->diags);
    arena_deinit(&f->arena);
}

static void a_directory_means_its_files_of_the_kind(void **state)
{
    (void)state;
    static const struct {
        const struct path_kind *kind;
        const char *files; /* their names, one after the other */
    } cases[] = {
        {&path_feeds, "c.feed.yaml "},
        {&path_tables, "a.yaml b.yaml d.test.yaml "},
        {&path_rules, "a.yaml b.yaml c.feed.yaml "},
    };
    struct fixture f;
    fixture_init(&f);
    const char *path = f.directory;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct texts files = paths_list(&(struct texts){&path, 1}, cases[i].kind, &f.arena, &f.diags);
        const char *found = "";
        for (size_t k = 0; k < files.len; k++)
            found = arena_printf(&f.arena, "%s%s ", found, strrchr(files.items[k], '/') + 1);
        assert_string_equal(found, cases[i].files);
    }
    assert_int_equal(f.diags.len, 0);
    fixture_deinit(&f);
}

static void files_come_in_the_order_of_their_paths(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const char *paths[] = {arena_printf(&f.arena, "%s/e.csv", f.directory), f.directory};
    struct texts files = paths_list(&(struct texts){paths, 2}, &path_feeds, &f.arena, &f.diags);
    assert_int_equal(files.len, 2);
    assert_string_equal(files.items[0], paths[0]); /* a file is taken whatever its name */
    fixture_deinit(&f);
}

static void a_path_without_files_is_a_fault(void **state)
{
    (void)state;
    struct fixture f;
    fixture_init(&f);
    const char *paths[] = {arena_printf(&f.arena, "%s/missing", f.directory),
        arena_printf(&f.arena, "%s/c.feed.yaml", f.directory)};
    struct texts files = paths_list(&(struct texts){paths, 2}, &path_tables, &f.arena, &f.diags);
    assert_int_equal(files.len, 0);
    assert_int_equal(f.diags.len, 2);
    assert_string_equal(f.diags.items[0].code, "C100");
    assert_string_equal(f.diags.items[1].code, "C101"); /* a descriptor is no table */
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_directory_means_its_files_of_the_kind),
        cmocka_unit_test(files_come_in_the_order_of_their_paths),
        cmocka_unit_test(a_path_without_files_is_a_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
