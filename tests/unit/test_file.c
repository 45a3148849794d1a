/* link: daemon/io/file daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/file.h"

/* A directory of our own, removed with all that is in it. */
struct fixture {
    char directory[32];
    struct arena arena;
};

static int setup(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){.directory = "/tmp/test_file.XXXXXX"};
    *state = &fixture;
    return mkdtemp(fixture.directory) != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char command[64];
    unsetenv("CREDENTIALS_DIRECTORY");
    snprintf(command, sizeof command, "rm -rf '%s'", fixture->directory);
    arena_deinit(&fixture->arena);
    return system(command);
}

static const char *path_of(struct fixture *fixture, const char *name)
{
    return arena_printf(&fixture->arena, "%s/%s", fixture->directory, name);
}

static const char *put(struct fixture *fixture, const char *name, const char *text, mode_t mode)
{
    const char *path = path_of(fixture, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void whole_file_is_read_up_to_the_limit(void **state)
{
    struct fixture *fixture = *state;
    const char *path = put(fixture, "a", "twelve bytes", 0644);
    struct slice bytes = {0};
    assert_int_equal(file_read(path, 11, &fixture->arena, &bytes), -EFBIG);
    assert_null(bytes.data);
    assert_int_equal(file_read(path, 12, &fixture->arena, &bytes), 0);
    assert_int_equal(bytes.len, 12);
    assert_string_equal(bytes.data, "twelve bytes");
}

static void empty_file_is_an_empty_text(void **state)
{
    struct fixture *fixture = *state;
    struct slice bytes;
    assert_int_equal(file_read(put(fixture, "a", "", 0644), 10, &fixture->arena, &bytes), 0);
    assert_int_equal(bytes.len, 0);
    assert_string_equal(bytes.data, "");
}

static void unreadable_file_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    struct slice bytes;
    assert_int_equal(file_read(path_of(fixture, "none"), 10, &fixture->arena, &bytes), -ENOENT);
    assert_int_equal(file_read(fixture->directory, 10, &fixture->arena, &bytes), -EISDIR);
}

static void written_file_replaces_the_old_one_as_a_whole(void **state)
{
    struct fixture *fixture = *state;
    const char *path = put(fixture, "a", "old and longer", 0644);
    struct texts left;
    struct slice bytes;
    assert_int_equal(file_write(path, slice_of("new"), 0640), 0);
    assert_int_equal(file_read(path, 100, &fixture->arena, &bytes), 0);
    assert_string_equal(bytes.data, "new");
    assert_int_equal(mode_of(path), 0640);
    assert_int_equal(file_list(fixture->directory, "", &fixture->arena, &left), 0);
    assert_int_equal(left.len, 1);
}

static void failed_write_leaves_nothing_behind(void **state)
{
    struct fixture *fixture = *state;
    struct texts left;
    assert_int_equal(mkdir(path_of(fixture, "a"), 0700), 0);
    assert_int_equal(file_write(path_of(fixture, "a"), slice_of("x"), 0600), -EISDIR);
    assert_int_equal(file_write(path_of(fixture, "none/a"), slice_of("x"), 0600), -ENOENT);
    assert_int_equal(file_list(fixture->directory, "", &fixture->arena, &left), 0);
    assert_int_equal(left.len, 0);
}

static void credential_comes_from_its_directory(void **state)
{
    struct fixture *fixture = *state;
    struct slice secret;
    put(fixture, "key", "s3cret\n", 0440);
    assert_int_equal(file_read_secret("key", &fixture->arena, &secret), -ENOENT);
    setenv("CREDENTIALS_DIRECTORY", fixture->directory, 1);
    assert_int_equal(file_read_secret("key", &fixture->arena, &secret), 0);
    assert_string_equal(secret.data, "s3cret");
    assert_int_equal(secret.len, 6);
    assert_int_equal(file_read_secret("other", &fixture->arena, &secret), -ENOENT);
}

static void name_of_a_credential_does_not_leave_its_directory(void **state)
{
    static const char *const names[] = {"", ".", "..", "../key", "sub/key", "./key", ".key"};
    struct fixture *fixture = *state;
    struct slice secret;
    put(fixture, "key", "s3cret", 0600);
    put(fixture, ".key", "s3cret", 0600);
    setenv("CREDENTIALS_DIRECTORY", fixture->directory, 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(file_read_secret(names[i], &fixture->arena, &secret), -EINVAL);
}

static void secret_file_must_be_private(void **state)
{
    static const struct {
        mode_t mode;
        int expected;
    } cases[] = {{0600, 0}, {0400, 0}, {0640, -EPERM}, {0604, -EPERM}, {0601, -EPERM}, {0620, -EPERM}};
    struct fixture *fixture = *state;
    struct slice secret;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = put(fixture, "key", "s3cret", 0600);
        assert_int_equal(chmod(path, cases[i].mode), 0);
        assert_int_equal(file_read_secret(path, &fixture->arena, &secret), cases[i].expected);
        unlink(path);
    }
}

static void secret_is_neither_link_nor_pipe_nor_directory(void **state)
{
    struct fixture *fixture = *state;
    struct slice secret;
    const char *target = put(fixture, "key", "s3cret", 0600), *link = path_of(fixture, "link");
    const char *pipe = path_of(fixture, "pipe");
    assert_int_equal(symlink(target, link), 0);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(file_read_secret(link, &fixture->arena, &secret), -ELOOP);
    assert_int_equal(file_read_secret(pipe, &fixture->arena, &secret), -EPERM);
    assert_int_equal(file_read_secret(fixture->directory, &fixture->arena, &secret), -EPERM);
}

static void only_the_last_line_end_of_a_secret_is_dropped(void **state)
{
    static const struct {
        const char *text, *secret;
    } cases[] = {
        {"a", "a"}, {"a\n", "a"}, {"a\r\n", "a"}, {"a\n\n", "a\n"}, {" a ", " a "}, {"", ""}, {"\n", ""}};
    struct fixture *fixture = *state;
    struct slice secret;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = put(fixture, "key", cases[i].text, 0600);
        assert_int_equal(file_read_secret(path, &fixture->arena, &secret), 0);
        assert_int_equal(secret.len, strlen(cases[i].secret));
        assert_string_equal(secret.data, cases[i].secret);
    }
}

static void secret_with_a_zero_byte_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct slice secret;
    const char *path = path_of(fixture, "key");
    assert_int_equal(file_write(path, (struct slice){"a\0b", 3}, 0600), 0);
    assert_int_equal(file_read_secret(path, &fixture->arena, &secret), -EINVAL);
}

static void listing_is_sorted_and_takes_visible_files_only(void **state)
{
    struct fixture *fixture = *state;
    struct texts paths;
    put(fixture, "b.yaml", "", 0644);
    put(fixture, "a.yaml", "", 0644);
    put(fixture, "c.yml", "", 0644);
    put(fixture, ".d.yaml", "", 0644);
    put(fixture, ".yaml", "", 0644);
    assert_int_equal(mkdir(path_of(fixture, "e.yaml"), 0700), 0);
    assert_int_equal(mkfifo(path_of(fixture, "f.yaml"), 0600), 0);
    assert_int_equal(symlink("a.yaml", path_of(fixture, "g.yaml")), 0);
    assert_int_equal(file_list(fixture->directory, ".yaml", &fixture->arena, &paths), 0);
    assert_int_equal(paths.len, 3);
    assert_string_equal(paths.items[0], path_of(fixture, "a.yaml"));
    assert_string_equal(paths.items[1], path_of(fixture, "b.yaml"));
    assert_string_equal(paths.items[2], path_of(fixture, "g.yaml"));
}

static void file_lists_itself(void **state)
{
    struct fixture *fixture = *state;
    const char *path = put(fixture, "a.txt", "", 0644);
    struct texts paths;
    assert_int_equal(file_list(path, ".yaml", &fixture->arena, &paths), 0);
    assert_int_equal(paths.len, 1);
    assert_string_equal(paths.items[0], path);
    assert_int_equal(file_list(path_of(fixture, "none"), ".yaml", &fixture->arena, &paths), -ENOENT);
}

static void directories_are_made_with_their_parents(void **state)
{
    struct fixture *fixture = *state;
    const char *deep = path_of(fixture, "a/b//c/");
    assert_int_equal(file_make_directory(deep), 0);
    assert_int_equal(file_make_directory(deep), 0);
    assert_int_equal(mode_of(deep), 0700);
    assert_int_equal(mode_of(path_of(fixture, "a")), 0700);
}

static void file_in_the_way_of_a_directory_is_an_error(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "a", "", 0644);
    assert_int_equal(file_make_directory(path_of(fixture, "a")), -ENOTDIR);
    assert_int_equal(file_make_directory(path_of(fixture, "a/b")), -ENOTDIR);
    assert_int_equal(file_make_directory(""), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(whole_file_is_read_up_to_the_limit),
        TEST(empty_file_is_an_empty_text),
        TEST(unreadable_file_is_an_error),
        TEST(written_file_replaces_the_old_one_as_a_whole),
        TEST(failed_write_leaves_nothing_behind),
        TEST(credential_comes_from_its_directory),
        TEST(name_of_a_credential_does_not_leave_its_directory),
        TEST(secret_file_must_be_private),
        TEST(secret_is_neither_link_nor_pipe_nor_directory),
        TEST(only_the_last_line_end_of_a_secret_is_dropped),
        TEST(secret_with_a_zero_byte_is_refused),
        TEST(listing_is_sorted_and_takes_visible_files_only),
        TEST(file_lists_itself),
        TEST(directories_are_made_with_their_parents),
        TEST(file_in_the_way_of_a_directory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
