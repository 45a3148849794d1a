#include "app/casebook.h"

#include "app/case_table.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/store_notice.h"

int casebook_read(struct store *store, const struct countries *countries, struct casebook *ret_book)
{
    struct casebook *book = ret_book;
    *book = (struct casebook){0};
    int r = store_load_notices(store, &book->notices);
    if (r == 0)
        trade_cases_fold(&book->notices, countries, &book->cases);
    return r;
}

void casebook_deinit(struct casebook *book)
{
    trade_cases_deinit(&book->cases);
    notices_deinit(&book->notices);
}

int casebook_write(const struct casebook *book, const struct setup *setup, struct buf *out)
{
    const struct trade_cases *cases = &book->cases;
    struct measures of_files = setup->reference.measures; /* a view */
    of_files.len = setup->file_measures;
    bool *chosen = alloc_zeroed(cases->len, sizeof *chosen);
    size_t left_out;
    for (size_t i = 0; i < cases->len; i++)
        chosen[i] = true;
    struct case_table table = {&setup->reference.baskets, &of_files};
    int r = case_table_write(&table, cases, chosen, out, &left_out);
    if (r == 0 && left_out == cases->len)
        buf_clear(out);
    alloc_free(chosen);
    return r;
}

void casebook_apply(const char *text, struct setup *setup)
{
    struct diag_list diags = DIAG_LIST_NULL;
    if (setup_take_cases(setup, text, &diags) < 0)
        for (size_t i = 0; i < diags.len; i++)
            log_error("cases: %s", diag_line(&diags, &diags.items[i]));
    diag_list_deinit(&diags);
}

int casebook_load(struct store *store, struct setup *setup)
{
    struct casebook book;
    struct buf text;
    buf_init(&text, CASEBOOK_BYTES_MAX);
    int r = casebook_read(store, &setup->reference.countries, &book);
    if (r == 0)
        r = casebook_write(&book, setup, &text);
    if (r == 0)
        casebook_apply(buf_text(&text), setup);
    buf_deinit(&text);
    casebook_deinit(&book);
    return r;
}
