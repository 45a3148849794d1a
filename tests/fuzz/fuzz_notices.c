/* link: feeds/notices feeds/notice_us feeds/notice_eu feeds/notice_title_us feeds/notice_title_eu feeds/notice_text feeds/payload daemon/core/notice daemon/core/trade_case daemon/core/country daemon/core/row daemon/core/code daemon/core/date daemon/core/period daemon/core/measure daemon/core/basket daemon/core/expr_lex daemon/core/expr_parse daemon/base/node daemon/base/keys daemon/base/alloc daemon/base/digest daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/map daemon/base/str feeds/notices_form daemon/app/case_table daemon/core/reference daemon/core/quota daemon/io/yaml daemon/io/file daemon/core/concordance daemon/core/deadline */
/* Any bytes as a payload of notices. What is refused says why; what is taken folds to cases, and these make a
 * file of tables that is read without a fault, beside one of baskets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/case_table.h"
#include "base/alloc.h"
#include "feeds/notices.h"
#include "io/yaml.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static const char baskets[] =
    "baskets:\n"
    "  - { id: tubes, title: { vi: a, en: b }, codes: ['7306'], names: [tubes, welded tubes],\n"
    "      source: test }\n"
    "  - { id: wood, title: { vi: a, en: b }, codes: ['4412'], names: [plywood], source: test }\n";

static void fail(struct diag_list *diags, const char *text)
{
    fprintf(stderr, "%s\n%s\n", diag_line(diags, &diags->items[0]), text);
    abort();
}

static const struct node *parse(const char *text, struct arena *arena, struct diag_list *diags)
{
    const struct node *document = NULL;
    if (yaml_parse("tables.yaml", slice_of(text), arena, &document, diags) < 0)
        fail(diags, text);
    return document;
}

static void check_table(const struct trade_cases *cases)
{
    enum { TABLE_BYTES_MAX = 16 * 1024 * 1024 };
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct reference beside = REFERENCE_NULL, read = REFERENCE_NULL;
    struct buf text;
    size_t left_out;
    bool *chosen = alloc_zeroed(cases->len, sizeof *chosen);
    const struct node *documents[2] = {parse(baskets, &arena, &diags)};
    buf_init(&text, TABLE_BYTES_MAX);
    require(reference_read(documents, 1, &beside, &diags) == 0);
    for (size_t i = 0; i < cases->len; i++)
        chosen[i] = true;
    struct case_table table = {&beside.baskets, &beside.measures};
    require(case_table_write(&table, cases, chosen, &text, &left_out) == 0);
    documents[1] = parse(buf_text(&text), &arena, &diags);
    if (reference_read(documents, 2, &read, &diags) < 0)
        fail(&diags, buf_text(&text));
    require(read.measures.len == cases->len - left_out);
    reference_deinit(&read);
    reference_deinit(&beside);
    diag_list_deinit(&diags);
    buf_deinit(&text);
    alloc_free(chosen);
    arena_deinit(&arena);
}

static void check_cases(struct notices *notices)
{
    struct trade_cases cases;
    trade_cases_fold(notices, NULL, &cases);
    for (size_t i = 0; i < cases.len; i++) {
        const struct trade_case *one = &cases.items[i];
        require(one->id != NULL && one->against != NULL && one->product != NULL && one->notices > 0);
        require(one->first <= one->newest && trade_case_state(one) < CASE_STATE_COUNT);
        (void)trade_case_concerns(one, "7306");
    }
    check_table(&cases);
    trade_cases_deinit(&cases);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct notices notices = NOTICES_NULL;
    struct notices_page page;
    struct diag_list diags = DIAG_LIST_NULL;
    struct notices_input input = {{(const char *)data, size}, "fuzz.json", NULL, 20000, NOTICES_NONE};
    int r = notices_read(&input, &notices, &page, &diags);
    require((r == 0) == (diags.errors == 0));
    require(r == 0 || notices.len == 0);
    check_cases(&notices);
    notices_deinit(&notices);
    diag_list_deinit(&diags);
    return 0;
}
