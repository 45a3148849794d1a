/* link: tests/support/archives tests/support/random daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/str feeds/unpack feeds/payload */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feeds/unpack.h"
#include "tests/support/archives.h"
#include "tests/support/random.h"

enum { ARCHIVE_MAX = 1 << 20, MUTANTS = 5000 };

static const char text[] = "REPORTER,PARTNER,PERIOD,VALUE_EUR\nDE,VN,202609,4739\nFR,VN,202609,1200\n";

struct fixture {
    struct descriptor descriptor;
    struct diag_list diags;
    struct unpacked unpacked;
    int r;
};

static void run(struct fixture *f, enum feed_unpack kind, struct slice payload, int64_t max_bytes)
{
    *f = (struct fixture){.descriptor = {.feed = "f", .unpack = (int)kind, .max_bytes = max_bytes}};
    struct decode_input input = {&f->descriptor, NULL, payload, "a.7z", 1, NULL};
    f->r = unpack_payload(&input, &f->unpacked, &f->diags);
    assert_true((f->r == 0) == (f->diags.errors == 0) && f->diags.errors <= 1);
}

static void end(struct fixture *f)
{
    unpacked_deinit(&f->unpacked);
    diag_list_deinit(&f->diags);
}

/* An archive of one file, of just its size. */
static struct slice make(enum feed_unpack kind, const char *name, struct slice data)
{
    struct archive_file file = {name, data};
    char *buf = malloc(ARCHIVE_MAX);
    size_t len = archives_write(kind, &file, 1, buf, ARCHIVE_MAX);
    return (struct slice){realloc(buf, len), len};
}

static void the_only_file_is_the_document(void **state)
{
    (void)state;
    for (int kind = UNPACK_7Z; kind <= UNPACK_ZIP; kind++) {
        struct fixture f;
        struct slice archive = make((enum feed_unpack)kind, "COMEXT/full_202609.dat", slice_of(text));
        run(&f, (enum feed_unpack)kind, archive, 1 << 20);
        assert_int_equal(f.r, 0);
        assert_true(slice_equal(f.unpacked.input.payload, text));
        assert_string_equal(f.unpacked.input.file, "a.7z:full_202609.dat");
        end(&f);
        free((char *)archive.data);
    }
}

static void without_an_archive_nothing_is_unpacked(void **state)
{
    (void)state;
    struct fixture f;
    run(&f, UNPACK_NONE, slice_of(text), 1 << 20);
    assert_int_equal(f.r, 0);
    assert_ptr_equal(f.unpacked.input.payload.data, text);
    assert_string_equal(f.unpacked.input.file, "a.7z");
    end(&f);
}

static void directories_are_no_files(void **state)
{
    (void)state;
    struct archive_file files[] = {{"a/", {"", 0}}, {"a/b.csv", slice_of(text)}, {"c", {"", 0}}};
    static char buf[ARCHIVE_MAX];
    struct fixture f;
    run(&f, UNPACK_7Z, (struct slice){buf, archives_write(UNPACK_7Z, files, 2, buf, sizeof buf)}, 1 << 20);
    assert_int_equal(f.r, 0);
    assert_string_equal(f.unpacked.input.file, "a.7z:b.csv");
    end(&f);
    run(&f, UNPACK_7Z, (struct slice){buf, archives_write(UNPACK_7Z, files, 3, buf, sizeof buf)}, 1 << 20);
    assert_string_equal(f.diags.items[0].code, "D059");
    end(&f);
    run(&f, UNPACK_7Z, (struct slice){buf, archives_write(UNPACK_7Z, files, 1, buf, sizeof buf)}, 1 << 20);
    assert_string_equal(f.diags.items[0].text, "the archive has no file; expected one");
    end(&f);
}

/* By the feed's maximum and by the ratio; each byte counts. */
static void more_than_is_allowed_is_refused(void **state)
{
    (void)state;
    struct fixture f;
    char *zeros = calloc(1, 64 << 20);
    struct slice archive = make(UNPACK_7Z, "a", slice_of(text));
    run(&f, UNPACK_7Z, archive, (int64_t)archive.len);
    assert_int_equal(f.r, archive.len < sizeof text - 1 ? -EBADMSG : 0);
    end(&f);
    struct slice bomb = make(UNPACK_7Z, "a", (struct slice){zeros, 64 << 20});
    assert_true(bomb.len * UNPACK_RATIO_MAX < 60 << 20);
    run(&f, UNPACK_7Z, bomb, 1 << 30);
    assert_string_equal(f.diags.items[0].code, "D058");
    end(&f);
    struct slice exact = make(UNPACK_7Z, "a", (struct slice){zeros, 200000});
    run(&f, UNPACK_7Z, exact, 200000);
    assert_int_equal(f.r, 0);
    end(&f);
    run(&f, UNPACK_7Z, exact, 199999);
    assert_string_equal(f.diags.items[0].code, "D058");
    end(&f);
    run(&f, UNPACK_7Z, exact, (int64_t)exact.len - 1);
    assert_string_equal(f.diags.items[0].code, "D007");
    end(&f);
    free((char *)archive.data);
    free((char *)bomb.data);
    free((char *)exact.data);
    free(zeros);
}

static void what_is_no_archive_is_refused_as_what_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *code, *text;
    } cases[] = {
        {"", "D001", "the payload is empty"},
        {"<!DOCTYPE html>", "D002", "the payload is HTML or XML, not a 7z archive"},
        {"{\"error\":1}", "D002", "the payload is JSON, not a 7z archive"},
        {"busy, try later", "D002", "the payload is text, not a 7z archive: \"busy, try later\""},
        {"PK\x03\x04xyz", "D002", "the payload is a ZIP archive, not a 7z archive"},
        {"7z\xbc\xaf\x27\x1c", "D059", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f;
        run(&f, UNPACK_7Z, slice_of(cases[i].payload), 1 << 20);
        assert_string_equal(f.diags.items[0].code, cases[i].code);
        if (cases[i].text != NULL)
            assert_string_equal(f.diags.items[0].text, cases[i].text);
        end(&f);
    }
}

static void an_archive_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (int kind = UNPACK_7Z; kind <= UNPACK_ZIP; kind++) {
        struct slice archive = make((enum feed_unpack)kind, "a.csv", slice_of(text));
        for (size_t len = 0; len < archive.len; len++) {
            struct fixture f;
            char *exact = malloc(len + 1);
            memcpy(exact, archive.data, len);
            run(&f, (enum feed_unpack)kind, (struct slice){exact, len}, 1 << 12);
            assert_int_equal(f.r, -EBADMSG);
            end(&f);
            free(exact);
        }
        free((char *)archive.data);
    }
}

/* Checksums tell: a mutant is refused, or is the text. */
static void no_mutant_is_another_text(void **state)
{
    (void)state;
    struct random random = {7};
    for (int kind = UNPACK_7Z; kind <= UNPACK_ZIP; kind++) {
        struct slice archive = make((enum feed_unpack)kind, "a.csv", slice_of(text));
        char *mutant = malloc(archive.len);
        for (int i = 0; i < MUTANTS; i++) {
            struct fixture f;
            memcpy(mutant, archive.data, archive.len);
            for (int k = 0; k <= i % 3; k++)
                mutant[(size_t)(random_uniform(&random) * (double)archive.len)] ^=
                    (char)(1 << (int)(random_uniform(&random) * 8));
            run(&f, (enum feed_unpack)kind, (struct slice){mutant, archive.len}, 1 << 12);
            assert_true(f.r < 0 || slice_equal(f.unpacked.input.payload, text));
            end(&f);
        }
        free(mutant);
        free((char *)archive.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_only_file_is_the_document),
        cmocka_unit_test(without_an_archive_nothing_is_unpacked),
        cmocka_unit_test(directories_are_no_files),
        cmocka_unit_test(more_than_is_allowed_is_refused),
        cmocka_unit_test(what_is_no_archive_is_refused_as_what_it_is),
        cmocka_unit_test(an_archive_cut_anywhere_is_refused),
        cmocka_unit_test(no_mutant_is_another_text),
    };
    return cmocka_run_group_tests_name("unpack", tests, NULL, NULL);
}
