/* link: tests/support/rows daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_xml feeds/decode_xlsx feeds/caption feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/format feeds/ask feeds/url feeds/payload feeds/vocabulary feeds/words feeds/answer */
/* What the program's own decoders make of files, for tests that compute it a second time.
 *
 *     decoded FEED STATUS FILE        the answer and what comes of it
 *     decoded --cuts FEED STATUS FILE    of each beginning of it that is accepted, its length and its rows
 *
 * The first line is what the answer means by the feed's descriptor and what the source says, as in "data HTTP
 * 200". Where it means data a line follows for each row (reporter, flow, partner, product, month, value,
 * quantity, unit, weight, flags, with tabs between them; figures are thousandths, "" where there is none) or
 * for each fault ("! D016 3:12 …"). */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "core/period.h"
#include "feeds/answer.h"
#include "feeds/decode.h"
#include "io/file.h"
#include "io/yaml.h"
#include "tests/support/rows.h"

enum { FILE_BYTES_MAX = 64 * 1024 * 1024 };

struct source {
    struct arena arena;
    struct diag_list diags;
    struct descriptor feed;
    struct countries countries;
    long status;
};

static const struct node *read_document(struct source *source, const char *path)
{
    struct slice text;
    const struct node *document;
    if (file_read(path, FILE_BYTES_MAX, &source->arena, &text) == 0 &&
        yaml_parse(path, text, &source->arena, &document, &source->diags) == 0)
        return document;
    fprintf(stderr, "%s cannot be read\n", path);
    exit(EXIT_FAILURE);
}

static void read_source(struct source *source, const char *feed)
{
    const struct node *list = node_get(read_document(source, "feeds/countries.yaml"), "countries");
    if (countries_add(&source->countries, list, &source->diags) == 0 &&
        descriptor_read(read_document(source, feed), &source->feed, &source->diags) == 0)
        return;
    for (size_t i = 0; i < source->diags.len; i++)
        fprintf(stderr, "%s\n", diag_line(&source->diags, &source->diags.items[i]));
    exit(EXIT_FAILURE);
}

/* ---- what comes of it ---- */

static void print_figure(const struct observation *row, enum column column)
{
    if (row->present[column])
        printf("%" PRId64, row->figure[column]);
    putchar('\t');
}

static void print_row(const struct observation *row)
{
    char period[PERIOD_TEXT_SIZE];
    printf("%s\t%s\t%s\t%s\t%s\t", row->reporter, row->flow == FLOW_EXPORT ? "export" : "import",
        row->partner, row->product, period_format(row->period, period));
    print_figure(row, COLUMN_VALUE);
    print_figure(row, COLUMN_QUANTITY);
    printf("%s\t", row->unit);
    print_figure(row, COLUMN_WEIGHT);
    printf("%s%s%s\n", row->flags & OBSERVATION_PRELIMINARY ? "preliminary" : "",
        row->flags & OBSERVATION_ESTIMATED ? "estimated" : "",
        row->flags & OBSERVATION_SUPPRESSED ? "suppressed" : "");
}

static void print_answer(struct source *source, struct slice body)
{
    char text[ANSWER_TEXT_SIZE];
    struct datasets read;
    struct observations rows;
    struct decode_input input = {&source->feed, &source->countries, body, "payload", 1};
    enum ask_meaning meaning = answer_meaning(&source->feed.ask, source->status, body);
    printf("%s %s\n", ask_meaning_names[meaning], answer_text(source->status, body, NULL, text));
    if (meaning != ASK_DATA)
        return;
    (void)decode_payload(&input, &read, &source->diags);
    rows_of_payload(&read, &source->arena, &rows);
    for (size_t i = 0; i < rows.len; i++)
        print_row(&rows.items[i]);
    for (size_t i = 0; i < source->diags.len; i++) {
        const struct diag *diag = &source->diags.items[i];
        printf("! %s %d:%d %s\n", diag->code, diag->line, diag->column, diag->text);
    }
    datasets_deinit(&read);
}

/* Rows of a payload that is accepted; 0 where it is refused, or has fewer than the feed takes for a whole.
 * The decoder borrows the bytes: a copy of just their size shows a read behind their end. */
static size_t accepted_rows(struct source *source, struct slice body)
{
    char *copy = alloc_resize(NULL, body.len > 0 ? body.len : 1, 1);
    struct diag_list diags = DIAG_LIST_NULL;
    struct datasets read = {0};
    size_t rows = 0;
    memcpy(copy, body.data, body.len);
    struct decode_input input = {&source->feed, &source->countries, {copy, body.len}, "payload", 1};
    if (answer_meaning(&source->feed.ask, source->status, input.payload) == ASK_DATA &&
        decode_payload(&input, &read, &diags) == 0)
        for (size_t i = 0; i < read.len; i++)
            rows += read.items[i].rows;
    datasets_deinit(&read);
    diag_list_deinit(&diags);
    alloc_free(copy);
    return rows < (size_t)source->feed.rows_at_least ? 0 : rows;
}

static void print_cuts(struct source *source, struct slice body)
{
    for (size_t len = 0; len <= body.len; len++) {
        size_t rows = accepted_rows(source, (struct slice){body.data, len});
        if (rows > 0)
            printf("%zu %zu\n", len, rows);
    }
}

int main(int argc, char **argv)
{
    struct source source = {.status = 0};
    struct slice body;
    bool cuts = argc == 5 && strcmp(argv[1], "--cuts") == 0;
    char **words = cuts ? argv + 2 : argv + 1;
    if (!cuts && argc != 4) {
        fputs("usage: decoded [--cuts] FEED STATUS FILE\n", stderr);
        return EXIT_FAILURE;
    }
    read_source(&source, words[0]);
    source.status = strtol(words[1], NULL, 10);
    if (file_read(words[2], FILE_BYTES_MAX, &source.arena, &body) < 0)
        return EXIT_FAILURE;
    if (cuts)
        print_cuts(&source, body);
    else
        print_answer(&source, body);
    countries_deinit(&source.countries);
    descriptor_deinit(&source.feed);
    diag_list_deinit(&source.diags);
    arena_deinit(&source.arena);
    return EXIT_SUCCESS;
}
