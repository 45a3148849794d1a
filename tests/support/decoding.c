#include "tests/support/decoding.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/period.h"
#include "io/yaml.h"
#include "tests/support/cases.h"
#include "tests/support/random.h"
#include "tests/support/rows.h"

enum { TEXT_MAX = 8 * 1024 * 1024 };

/* ---- one payload ---- */

char *decoding_read(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        print_message("%s is not there\n", path);
        return NULL;
    }
    char *bytes = malloc(TEXT_MAX);
    *ret_len = fread(bytes, 1, TEXT_MAX, file);
    assert_true(*ret_len < TEXT_MAX);
    fclose(file);
    return bytes;
}

/* The table is read once; its memory is the test program's. */
static const struct countries *shipped_countries(void)
{
    static struct countries countries;
    static struct arena arena;
    if (countries.len > 0)
        return &countries;
    size_t len;
    struct diag_list diags = DIAG_LIST_NULL;
    const struct node *document;
    char *text = decoding_read("feeds/countries.yaml", &len);
    assert_non_null(text);
    assert_int_equal(yaml_parse("countries", (struct slice){text, len}, &arena, &document, &diags), 0);
    assert_int_equal(countries_add(&countries, node_get(document, "countries"), &diags), 0);
    free(text);
    return &countries;
}

static void read_descriptor(struct decoding *decoding, const char *feed)
{
    const struct node *document;
    *decoding = (struct decoding){0};
    int r = yaml_parse("feed.yaml", slice_of(feed), &decoding->arena, &document, &decoding->diags);
    if (r == 0)
        r = descriptor_read(document, &decoding->descriptor, &decoding->diags);
    for (size_t i = 0; i < decoding->diags.len; i++)
        print_message("%s\n", diag_line(&decoding->diags, &decoding->diags.items[i]));
    assert_int_equal(r, 0);
}

static void decode(struct decoding *decoding, struct slice payload)
{
    struct decode_input input = {&decoding->descriptor, shipped_countries(), payload, "a", 1, NULL};
    struct datasets read;
    decoding->r = decode_payload(&input, &read, &decoding->diags);
    rows_of_payload(&read, &decoding->arena, &decoding->rows);
    datasets_deinit(&read);
    if (decoding->r == 0)
        assert_int_equal(decoding->diags.errors, 0);
    else
        assert_true(decoding->r == -EBADMSG && decoding->diags.errors > 0 && decoding->rows.len == 0);
}

/* The decoder borrows the payload: a copy of just its size shows a read behind its end. */
static void decode_copy(struct decoding *decoding, struct slice payload)
{
    char *copy = malloc(payload.len > 0 ? payload.len : 1);
    memcpy(copy, payload.data, payload.len);
    decode(decoding, (struct slice){copy, payload.len});
    free(copy);
}

void decoding_run(struct decoding *decoding, const char *feed, struct slice payload)
{
    read_descriptor(decoding, feed);
    decode_copy(decoding, payload);
}

/* What came of a payload; the descriptor stays. */
static void forget_result(struct decoding *decoding)
{
    diag_list_deinit(&decoding->diags);
    arena_deinit(&decoding->arena);
}

void decoding_deinit(struct decoding *decoding)
{
    descriptor_deinit(&decoding->descriptor);
    diag_list_deinit(&decoding->diags);
    arena_deinit(&decoding->arena);
}

/* ---- what came of it ---- */

static void print_row(const struct observation *row, struct buf *out)
{
    static const char *const columns[COLUMN_COUNT] = {"v", "q", "w"};
    char period[PERIOD_TEXT_SIZE];
    buf_printf(out, "= %s %s %s %s %s", row->reporter, row->flow == FLOW_EXPORT ? "export" : "import",
        row->partner, row->product, period_format(row->period, period));
    for (int i = 0; i < COLUMN_COUNT; i++)
        if (row->present[i])
            buf_printf(out, " %s=%lld%s", columns[i], (long long)row->figure[i],
                i == COLUMN_QUANTITY ? row->unit : "");
    buf_printf(out, "%s%s%s\n", row->flags & OBSERVATION_PRELIMINARY ? " preliminary" : "",
        row->flags & OBSERVATION_ESTIMATED ? " estimated" : "",
        row->flags & OBSERVATION_SUPPRESSED ? " suppressed" : "");
}

static void print_fault(const struct diag *diag, struct buf *out)
{
    buf_printf(out, "! %s ", diag->code);
    if (diag->file[1] == ':')
        buf_printf(out, "%s", diag->file + 2);
    else
        buf_printf(out, "%d:%d", diag->line, diag->column);
    buf_printf(out, " %s\n", diag->text);
}

void decoding_print(struct decoding *decoding, struct buf *out)
{
    for (size_t i = 0; i < decoding->rows.len; i++)
        print_row(&decoding->rows.items[i], out);
    for (size_t i = 0; i < decoding->diags.len; i++)
        print_fault(&decoding->diags.items[i], out);
    if (out->len == 0)
        buf_puts(out, "= nothing\n");
}

/* ---- cases ---- */

static void put_line(const char *text, struct buf *out)
{
    for (const char *p = text; *p != '\0'; p++) {
        unsigned byte = (unsigned char)*p;
        if (p[0] == '\\' && p[1] == 'x') {
            assert_int_equal(sscanf(p + 2, "%2x", &byte), 1);
            p += 3;
        }
        char c = (char)byte;
        buf_append(out, &c, 1);
    }
    buf_puts(out, "\n");
}

static bool is_expected(const char *line)
{
    return strncmp(line, "= ", 2) == 0 || strncmp(line, "! ", 2) == 0;
}

/* A row has to be as written; of a fault code and place, and its text has to have what is written. */
static bool fits(const char *expected, const char *found)
{
    if (expected[0] == '=')
        return strcmp(expected, found) == 0;
    const char *text = expected + 2;
    for (int words = 0; words < 2 && text != NULL; words++) {
        text = strchr(text, ' ');
        text = text != NULL ? text + 1 : NULL;
    }
    if (text == NULL)
        return strncmp(expected, found, strlen(expected)) == 0 && found[strlen(expected)] == ' ';
    size_t before = (size_t)(text - expected);
    return strncmp(expected, found, before) == 0 && strstr(found + before, text) != NULL;
}

static const char *find_feed(const char *name, const struct decoding_feed *feeds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(name, "feed ", 5) == 0 && strcmp(name + 5, feeds[i].name) == 0)
            return feeds[i].text;
    fail_msg("no feed for the line \"%s\"", name);
    return NULL;
}

static void check_case(
    struct cases *cases, const struct decoding_feed *feeds, size_t n, decoding_maker *maker)
{
    struct buf lines, payload, found;
    buf_init(&lines, TEXT_MAX);
    buf_init(&payload, TEXT_MAX);
    buf_init(&found, TEXT_MAX);
    size_t i = 1;
    for (; i < cases->len && !is_expected(cases->lines[i].text); i++)
        put_line(cases->lines[i].text, &lines);
    if (maker != NULL)
        maker((struct slice){buf_text(&lines), lines.len}, &payload);
    else
        buf_append(&payload, buf_text(&lines), lines.len);
    struct decoding decoding;
    decoding_run(&decoding, find_feed(cases->lines[0].text, feeds, n),
        (struct slice){buf_text(&payload), payload.len});
    decoding_print(&decoding, &found);
    char *rest = NULL, *line = strtok_r(found.data, "\n", &rest);
    if (i == cases->len)
        cases_fault(cases, i, "nothing is expected; found %s", line);
    for (; i < cases->len || line != NULL; i++, line = strtok_r(NULL, "\n", &rest))
        if (i >= cases->len || line == NULL || !fits(cases->lines[i].text, line))
            cases_fault(cases, i, "found %s", line != NULL ? line : "no more");
    decoding_deinit(&decoding);
    buf_deinit(&lines);
    buf_deinit(&payload);
    buf_deinit(&found);
}

void decoding_check_cases(
    const char *path, const struct decoding_feed *feeds, size_t n, decoding_maker *maker)
{
    struct cases cases;
    cases_open(&cases, path);
    while (cases_next(&cases))
        check_case(&cases, feeds, n, maker);
    cases_close(&cases);
}

/* ---- cut and mutated ---- */

void decoding_check_cuts(const char *feed, struct slice payload, size_t whole)
{
    for (size_t len = 0; len < whole; len++) {
        struct decoding decoding;
        decoding_run(&decoding, feed, (struct slice){payload.data, len});
        if (decoding.r == 0)
            fail_msg("%zu of %zu bytes give %zu rows", len, payload.len, decoding.rows.len);
        decoding_deinit(&decoding);
    }
}

static size_t below(struct random *random, size_t n)
{
    return (size_t)(random_uniform(random) * (double)n);
}

/* Changes one byte, removes a piece, or writes a piece once more elsewhere. */
static size_t mutate(struct random *random, char *bytes, size_t len)
{
    size_t at = below(random, len), n = 1 + below(random, len - at < 40 ? len - at : 40);
    switch (below(random, 4)) {
    case 0:
        bytes[at] = (char)below(random, 256);
        return len;
    case 1:
        bytes[at] = "\"{}[],:<>/&;-0eE\\"[below(random, 17)];
        return len;
    case 2:
        memmove(bytes + at, bytes + at + n, len - at - n);
        return len - n;
    default:
        memmove(bytes + below(random, len - n + 1), bytes + at, n);
        return len;
    }
}

static void run_mutant(struct decoding *decoding, struct slice bytes, decoding_maker *maker)
{
    struct buf payload;
    buf_init(&payload, TEXT_MAX);
    if (maker != NULL)
        maker(bytes, &payload);
    decode_copy(decoding, maker != NULL ? (struct slice){buf_text(&payload), payload.len} : bytes);
    forget_result(decoding);
    buf_deinit(&payload);
}

void decoding_check_made_mutants(const char *feed, struct slice lines, decoding_maker *maker, size_t n)
{
    struct random random = {lines.len};
    struct decoding decoding;
    char *bytes = malloc(lines.len);
    read_descriptor(&decoding, feed);
    forget_result(&decoding);
    for (size_t i = 0; i < n; i++) {
        size_t len = lines.len;
        memcpy(bytes, lines.data, len);
        for (size_t changes = 1 + below(&random, 4); changes > 0 && len > 1; changes--)
            len = mutate(&random, bytes, len);
        run_mutant(&decoding, (struct slice){bytes, len}, maker);
    }
    decoding_deinit(&decoding);
    free(bytes);
}

void decoding_check_mutants(const char *feed, struct slice payload, size_t n)
{
    decoding_check_made_mutants(feed, payload, NULL, n);
}
