/* link: tests/support/rows daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/payload feeds/vocabulary feeds/words daemon/core/rates feeds/caption feeds/unpack */
/* Arbitrary bytes as a CSV payload. Whatever is accepted, written as CSV again, decodes to the same
 * observations. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "core/period.h"
#include "feeds/decode.h"
#include "tests/support/rows.h"

enum { TEXT_MAX = 16 * 1024 * 1024 };

static struct field_pair flows[] = {{.from = "X", .to = "export"}, {.from = "M", .to = "import"}};
static struct field_pair flags[] = {{.from = "", .to = "none"}, {.from = "p", .to = "preliminary"},
    {.from = "e", .to = "estimated"}, {.from = "c", .to = "suppressed"}};

static const struct descriptor descriptor = {
    .feed = "fuzz",
    .file = "fuzz.yaml",
    .format = FEED_CSV,
    .max_bytes = TEXT_MAX,
    .delimiter = ',',
    .fields =
        {
            [FIELD_REPORTER] = {.given = true, .value = "VN", .prefix = "", .unit = "", .scale = 1},
            [FIELD_FLOW] =
                {.given = true, .column = "f", .prefix = "", .unit = "", .map = flows, .map_len = 2},
            [FIELD_PARTNER] = {.given = true, .column = "c", .prefix = "", .unit = ""},
            [FIELD_PRODUCT] = {.given = true, .column = "g", .prefix = "n:", .unit = ""},
            [FIELD_PERIOD] = {.given = true, .column = "t", .prefix = "", .unit = ""},
            [FIELD_VALUE] = {.given = true, .column = "v", .prefix = "", .unit = "", .scale = 1000},
            [FIELD_QUANTITY] = {.given = true, .column = "q", .prefix = "", .unit = "", .scale = 1},
            [FIELD_UNIT] = {.given = true, .column = "u", .prefix = "", .unit = ""},
            [FIELD_FLAGS] =
                {.given = true, .column = "s", .prefix = "", .unit = "", .map = flags, .map_len = 4},
        },
};

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "property broken: %s\n", what);
    abort();
}

static void write_figure(struct buf *out, const struct observation *row, enum column column, int64_t scale)
{
    int64_t figure = row->figure[column], unit = FIGURE_SCALE * scale;
    uint64_t size = figure < 0 ? -(uint64_t)figure : (uint64_t)figure;
    int digits = scale == 1 ? 3 : 6;
    if (row->present[column])
        buf_printf(out, ",%s%llu.%0*llu", figure < 0 ? "-" : "", (unsigned long long)(size / (uint64_t)unit),
            digits, (unsigned long long)(size % (uint64_t)unit));
    else
        buf_puts(out, ",");
}

static const char *flag_text(unsigned flag)
{
    return flag == OBSERVATION_PRELIMINARY  ? "p"
           : flag == OBSERVATION_ESTIMATED  ? "e"
           : flag == OBSERVATION_SUPPRESSED ? "c"
                                            : "";
}

static void write_rows(const struct observations *rows, struct buf *out)
{
    buf_puts(out, "s,u,q,v,t,g,c,f\n");
    for (size_t i = 0; i < rows->len; i++) {
        const struct observation *row = &rows->items[i];
        char period[PERIOD_TEXT_SIZE];
        buf_printf(out, "%s,%s", flag_text(row->flags), row->unit);
        write_figure(out, row, COLUMN_QUANTITY, 1);
        write_figure(out, row, COLUMN_VALUE, 1000);
        buf_printf(out, ",%s,\"%s\",%s,%s\n", period_format(row->period, period), row->product + 2,
            row->partner, row->flow == FLOW_EXPORT ? "X" : "M");
    }
}

static void compare(const struct observation *a, const struct observation *b)
{
    must(strcmp(a->reporter, b->reporter) == 0 && strcmp(a->partner, b->partner) == 0, "countries");
    must(strcmp(a->product, b->product) == 0 && strcmp(a->unit, b->unit) == 0, "product and unit");
    must(a->flow == b->flow && a->period == b->period && a->flags == b->flags, "flow, period, flags");
    for (int column = 0; column < COLUMN_COUNT; column++) {
        must(a->present[column] == b->present[column], "presence");
        must(!a->present[column] || a->figure[column] == b->figure[column], "figures");
    }
}

/* What the header of decode.h promises of every row. */
static void check_rows(const struct observations *rows)
{
    for (size_t i = 0; i < rows->len; i++) {
        must(strncmp(rows->items[i].product, "n:", 2) == 0 && strlen(rows->items[i].product) < 64, "product");
        must(
            rows->items[i].unit[0] != '\0' || !rows->items[i].present[COLUMN_QUANTITY], "unit of a quantity");
        must(i == 0 || rows->items[i].line > rows->items[i - 1].line, "lines rise");
    }
}

static int decode_rows(const struct decode_input *input, struct arena *arena, struct observations *ret_rows,
    struct diag_list *diags)
{
    struct datasets payload;
    int r = decode_payload(input, &payload, diags);
    rows_of_payload(&payload, arena, ret_rows);
    datasets_deinit(&payload);
    return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct observations rows, again;
    struct decode_input input = {&descriptor, NULL, {(const char *)bytes, len}, "fuzz.csv", 1, NULL};
    int r = decode_rows(&input, &arena, &rows, &diags);
    must((r == 0) == (diags.errors == 0), "refused with a reason, accepted without");
    must(r == 0 || rows.len == 0, "nothing of a refused payload");
    if (r == 0) {
        struct buf text;
        buf_init(&text, TEXT_MAX);
        check_rows(&rows);
        write_rows(&rows, &text);
        struct decode_input written = {&descriptor, NULL, {text.data, text.len}, "again.csv", 1, NULL};
        must(decode_rows(&written, &arena, &again, &diags) == 0, "what was written is accepted");
        must(rows.len == again.len, "as many rows");
        for (size_t i = 0; i < rows.len; i++)
            compare(&rows.items[i], &again.items[i]);
        buf_deinit(&text);
    }
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return 0;
}
