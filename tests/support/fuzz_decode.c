#include "tests/support/fuzz_decode.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/code.h"
#include "core/period.h"
#include "tests/support/rows.h"

static struct field_pair flows[] = {{.from = "X", .to = "export"}, {.from = "M", .to = "import"}};
static struct field_pair flags[] = {{.from = "", .to = "none"}, {.from = "p", .to = "preliminary"},
    {.from = "e", .to = "estimated"}, {.from = "c", .to = "suppressed"}};

struct descriptor fuzz_descriptor(enum feed_format format)
{
    return (struct descriptor){
        .feed = "fuzz",
        .file = "fuzz.yaml",
        .format = (int)format,
        .max_bytes = 16 * 1024 * 1024,
        .delimiter = ',',
        .fields =
            {
                [FIELD_REPORTER] = {.given = true, .value = "VN", .prefix = "", .unit = "", .scale = 1},
                [FIELD_FLOW] = {.given = true,
                    .column = "f",
                    .prefix = "",
                    .unit = "",
                    .map = flows,
                    .map_len = 2,
                    .map_translates = true},
                [FIELD_PARTNER] = {.given = true, .column = "c", .prefix = "", .unit = ""},
                [FIELD_PRODUCT] = {.given = true, .column = "g", .prefix = "n:", .unit = ""},
                [FIELD_PERIOD] = {.given = true, .column = "t", .prefix = "", .unit = ""},
                [FIELD_VALUE] = {.given = true, .column = "v", .prefix = "", .unit = "", .scale = 1000},
                [FIELD_QUANTITY] = {.given = true, .column = "q", .prefix = "", .unit = "", .scale = 1},
                [FIELD_UNIT] = {.given = true, .column = "u", .prefix = "", .unit = ""},
                [FIELD_FLAGS] = {.given = true,
                    .column = "s",
                    .prefix = "",
                    .unit = "",
                    .map = flags,
                    .map_len = 4,
                    .map_translates = true},
            },
    };
}

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "property broken: %s\n", what);
    abort();
}

static void check_row(const struct observation *row)
{
    char period[PERIOD_TEXT_SIZE];
    must(code_is_country(slice_of(row->partner)), "the partner is a country");
    must(strncmp(row->product, "n:", 2) == 0 && code_is_product(slice_of(row->product)),
        "the product is a code");
    must(strlen(period_format(row->period, period)) == 7, "the period is a month");
    must(row->unit[0] != '\0' || !row->present[COLUMN_QUANTITY], "a quantity has a unit");
}

/* Messages are shown to people, and kept as JSON. */
static void check_fault(const struct diag *diag)
{
    must(str_is_utf8(slice_of(diag->text)), "a message is UTF-8");
    must(diag->code[0] == 'D' && strlen(diag->code) == 4, "a message has a code");
}

void fuzz_decode(const struct descriptor *descriptor, const uint8_t *bytes, size_t len)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct observations rows;
    struct datasets read;
    struct decode_input input = {descriptor, NULL, {(const char *)bytes, len}, "fuzz", 1, NULL};
    int r = decode_payload(&input, &read, &diags);
    rows_of_payload(&read, &arena, &rows);
    datasets_deinit(&read);
    must((r == 0) == (diags.errors == 0), "refused with a reason, accepted without");
    must(r == 0 || rows.len == 0, "nothing of a refused payload");
    for (size_t i = 0; i < rows.len; i++)
        check_row(&rows.items[i]);
    for (size_t i = 0; i < diags.len; i++)
        check_fault(&diags.items[i]);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
}
