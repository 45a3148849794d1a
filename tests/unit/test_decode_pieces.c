/* link: tests/support/archives tests/support/rows daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/payload feeds/vocabulary feeds/words feeds/ask feeds/url feeds/fields_check feeds/rate_columns daemon/core/rates feeds/condition feeds/unpack feeds/decode_pieces daemon/io/file feeds/caption feeds/format feeds/notices_form feeds/json_alike feeds/header feeds/decode_set feeds/calendar */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "feeds/decode_pieces.h"
#include "io/yaml.h"
#include "tests/support/archives.h"
#include "tests/support/rows.h"

enum { CSV_MAX = 16 << 20, ROWS = 420000, PARTS = 2 };

static const char feed[] =
    "feed: f\ntitle: t\nlicence: l\nend: { rows_at_least: 1 }\nmax_bytes: 32MiB\nunpack: zip\n"
    "fields:\n"
    "  reporter: { value: VN }\n"
    "  flow:     { column: f, map: { X: export } }\n"
    "  partner:  { column: p }\n"
    "  product:  { column: c }\n"
    "  period:   { column: t }\n"
    "  value:    { column: v }\n";

/* What a payload came to. */
struct result {
    int r;
    size_t rows, parts;
    int64_t sum;
    struct diag_list diags;
};

struct fixture {
    struct arena arena;
    struct descriptor descriptor;
    struct buf csv;
    char *archive;
    size_t archive_len;
};

/* Some 11 MB: more than a piece of two parts. `odd` stands in the last quarter. */
static void make(struct fixture *f, const char *odd)
{
    struct diag_list diags = DIAG_LIST_NULL;
    const struct node *document;
    *f = (struct fixture){0};
    assert_int_equal(yaml_parse("feed.yaml", slice_of(feed), &f->arena, &document, &diags), 0);
    assert_int_equal(descriptor_read(document, &f->descriptor, &diags), 0);
    diag_list_deinit(&diags);
    buf_init(&f->csv, CSV_MAX);
    buf_puts(&f->csv, "f,p,c,t,v\n");
    for (int i = 0; i < ROWS; i++) {
        if (i == ROWS - ROWS / 4)
            buf_puts(&f->csv, odd);
        buf_printf(&f->csv, "X,US,p%06d,2025-%02d,%d\n", i / 12, i % 12 + 1, i);
    }
    struct archive_file file = {"full.csv", {f->csv.data, f->csv.len}};
    f->archive = malloc(CSV_MAX);
    f->archive_len = archives_write(UNPACK_ZIP, &file, 1, f->archive, CSV_MAX);
}

static void end(struct fixture *f)
{
    descriptor_deinit(&f->descriptor);
    arena_deinit(&f->arena);
    buf_deinit(&f->csv);
    free(f->archive);
}

static struct decode_input input_of(const struct fixture *f, size_t parts)
{
    return (struct decode_input){&f->descriptor, NULL, {f->archive, f->archive_len}, "a.zip", parts, NULL};
}

static struct result sum_up(struct datasets *payload, int r)
{
    struct result result = {.r = r, .parts = payload->len};
    struct arena arena = ARENA_NULL;
    struct observations rows;
    rows_of_payload(payload, &arena, &rows);
    result.rows = rows.len;
    for (size_t i = 0; i < rows.len; i++)
        result.sum += rows.items[i].figure[COLUMN_VALUE];
    datasets_deinit(payload);
    arena_deinit(&arena);
    return result;
}

static void pieces_give_what_the_whole_gives(void **state)
{
    (void)state;
    static const char *const odds[] = {"", "X,US,\"p1\",\"2024-01\",\n"};
    for (size_t i = 0; i < sizeof odds / sizeof *odds; i++) {
        struct fixture f;
        struct datasets payload;
        struct diag_list diags = DIAG_LIST_NULL;
        make(&f, odds[i]);
        struct decode_input many = input_of(&f, PARTS), one = input_of(&f, 1);
        assert_true(decode_has_pieces(&many) && !decode_has_pieces(&one));
        struct result pieces = sum_up(&payload, decode_pieces(&many, &payload));
        assert_int_equal(pieces.r, 0);
        assert_true(pieces.parts > PARTS);
        struct result whole = sum_up(&payload, decode_payload(&one, &payload, &diags));
        assert_int_equal(whole.r, 0);
        assert_int_equal(whole.parts, 1);
        assert_int_equal(pieces.rows, ROWS + (i > 0));
        assert_int_equal(pieces.rows, whole.rows);
        assert_int_equal(pieces.sum, whole.sum);
        diag_list_deinit(&diags);
        end(&f);
    }
}

/* Its place is that in the whole document. */
static void a_fault_is_told_as_of_the_whole(void **state)
{
    (void)state;
    struct fixture f;
    struct datasets payload;
    struct diag_list diags = DIAG_LIST_NULL;
    make(&f, "X,US,p1,2024-01,x\n");
    struct decode_input many = input_of(&f, PARTS);
    assert_int_equal(decode_payload(&many, &payload, &diags), -EBADMSG);
    assert_null(payload.items);
    assert_int_equal(diags.errors, 1);
    assert_string_equal(diags.items[0].code, "D016");
    assert_string_equal(diags.items[0].file, "a.zip:full.csv");
    assert_int_equal(diags.items[0].line, ROWS - ROWS / 4 + 2);
    diag_list_deinit(&diags);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_give_what_the_whole_gives),
        cmocka_unit_test(a_fault_is_told_as_of_the_whole),
    };
    return cmocka_run_group_tests_name("decode_pieces", tests, NULL, NULL);
}
