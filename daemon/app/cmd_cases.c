#include <getopt.h>
#include <string.h>

#include "app/asset.h"
#include "app/case_table.h"
#include "app/casebook.h"
#include "app/cases_print.h"
#include "app/command.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "core/code.h"
#include "feeds/notices.h"
#include "io/cases_json.h"
#include "io/file.h"

/*~ Notices and the cases that they are about: those that the store holds, or those of recorded payloads.
 * Nothing is stored here, and the same notices give the same cases. */

enum { NOTICE_FILE_MAX = 256 * 1024 * 1024 };

/* What is asked. */
struct question {
    const char *country, *market, *product;
    int32_t day, since; /* since: DATE_NONE where it is not asked */
    enum { AS_TABLE, AS_JSON, AS_TABLES } form;
};

/* ---- files ---- */

/* The shipped tables: what countries are called, and which cases have a row. */
static int load_reference(struct reference *ret_reference, struct arena *arena, struct diag_list *diags)
{
    struct table_files files = {0};
    int r = 0;
    for (const struct asset *table = asset_tables; r == 0 && table->name != NULL; table++)
        r = table_files_add(&files, table->name, table->text, arena, diags);
    return r == 0 ? table_files_read(&files, ret_reference, diags) : r;
}

static void tell_page(const char *path, const struct notices_page *page)
{
    fprintf(stderr, "%s: %s, %zu documents, %zu of them new notices\n", path, notices_form_name(page->form),
        page->documents, page->added);
    if (page->next != NULL)
        fprintf(stderr, "%s: this is one page of %lld documents; the next is %s\n", path,
            (long long)page->count, page->next);
}

static int read_notices(const char *path, const struct question *question, const struct countries *countries,
    struct notices *notices, struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct notices_page page;
    struct notices_input input = {.file = path, .countries = countries, .day = question->day};
    int r = file_read(path, NOTICE_FILE_MAX, &arena, &input.payload);
    if (r < 0)
        fprintf(stderr, "%s: %s\n", path, strerror(-r));
    else
        r = notices_read(&input, notices, &page, diags);
    if (r == 0)
        tell_page(path, &page);
    arena_deinit(&arena);
    return r;
}

/* ---- the answer ---- */

static bool is_chosen(const struct trade_case *one, const struct question *question)
{
    return (question->since == DATE_NONE || one->newest >= question->since) &&
           (question->country == NULL || str_equal(one->against, question->country)) &&
           (question->market == NULL || str_equal(one->market, question->market)) &&
           (question->product == NULL || trade_case_concerns(one, question->product));
}

static int print_tables(
    const struct trade_cases *cases, const bool *chosen, const struct reference *reference)
{
    struct case_table table = {&reference->baskets, &reference->measures};
    size_t left_out;
    struct buf text;
    buf_init(&text, CASEBOOK_BYTES_MAX);
    int r = case_table_write(&table, cases, chosen, &text, &left_out);
    if (r == 0)
        fputs(buf_text(&text), stdout);
    if (r == 0 && left_out > 0)
        fprintf(stderr, "%zu cases are no rows: without a day or a known product, or in the tables already\n",
            left_out);
    buf_deinit(&text);
    return r;
}

static int answer(
    const struct trade_cases *cases, const struct question *question, const struct reference *reference)
{
    bool *chosen = alloc_zeroed(cases->len, sizeof *chosen);
    int r = 0;
    for (size_t i = 0; i < cases->len; i++)
        chosen[i] = is_chosen(&cases->items[i], question);
    if (question->form == AS_JSON) {
        r = cases_json_write(cases, chosen, stdout);
    } else if (question->form == AS_TABLES) {
        r = print_tables(cases, chosen, reference);
    } else {
        cases_print(cases, chosen, stdout);
    }
    alloc_free(chosen);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

static int answer_files(char **files, const struct question *question)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct reference reference = REFERENCE_NULL;
    struct casebook book = {.notices = NOTICES_NULL};
    int code = load_reference(&reference, &arena, &diags) == 0 ? EXIT_OK : EXIT_FAULT;
    for (; code == EXIT_OK && *files != NULL; files++)
        code = read_notices(*files, question, &reference.countries, &book.notices, &diags) == 0 ? EXIT_OK
                                                                                                : EXIT_FAULT;
    if (code == EXIT_OK) {
        trade_cases_fold(&book.notices, &reference.countries, &book.cases);
        code = answer(&book.cases, question, &reference);
    } else {
        command_print_diags(stderr, &diags);
    }
    casebook_deinit(&book);
    reference_deinit(&reference);
    diag_list_deinit(&diags);
    arena_deinit(&arena);
    return code;
}

static int answer_store(const char *config_path, const struct question *question)
{
    struct setup *setup = command_load_setup(command_config_path(config_path));
    struct store *store = setup != NULL ? command_open_store(setup) : NULL;
    int code = EXIT_FAULT;
    if (store != NULL) {
        struct casebook book;
        if (casebook_read(store, &setup->reference.countries, &book) == 0)
            code = answer(&book.cases, question, &setup->reference);
        else
            fprintf(stderr, "%s\n", store_error(store));
        casebook_deinit(&book);
    }
    (void)store_close(store); /* read only: nothing to lose */
    setup_free(setup);
    return code;
}

/* ---- options ---- */

static int usage(const char *text)
{
    fprintf(stderr,
        "%s\nusage: tdwatch cases [--country CC] [--market CC] [--product HS] [--since YYYY-MM-DD] "
        "[--json|--tables] [[--day YYYY-MM-DD] FILE...]\n",
        text);
    return EXIT_USAGE;
}

static int take_option(int option, struct question *question)
{
    switch (option) {
    case 'c':
        question->country = optarg;
        return code_is_country(slice_of(optarg)) ? EXIT_OK : usage("a country is two capital letters");
    case 'm':
        question->market = optarg;
        return code_is_country(slice_of(optarg)) ? EXIT_OK : usage("a market is two capital letters");
    case 'p':
        question->product = optarg;
        return code_is_hs(slice_of(optarg)) ? EXIT_OK : usage("a product is an HS number without dots");
    case 'd':
    case 's':
        return date_parse(slice_of(optarg), option == 'd' ? &question->day : &question->since) == 0
                   ? EXIT_OK
                   : usage("a day is written 2026-11-26");
    case 'j':
        question->form = AS_JSON;
        return EXIT_OK;
    case 't':
        question->form = AS_TABLES;
        return EXIT_OK;
    default:
        return usage("");
    }
}

int cmd_cases(const char *config_path, int argc, char **argv)
{
    static const struct option options[] = {{"country", required_argument, NULL, 'c'},
        {"market", required_argument, NULL, 'm'}, {"product", required_argument, NULL, 'p'},
        {"day", required_argument, NULL, 'd'}, {"since", required_argument, NULL, 's'},
        {"json", no_argument, NULL, 'j'}, {"tables", no_argument, NULL, 't'}, {0}};
    struct question question = {.day = date_of_ms(clock_wall_ms()), .since = DATE_NONE};
    for (int option, code; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if ((code = take_option(option, &question)) != EXIT_OK)
            return code;
    return optind < argc ? answer_files(argv + optind, &question) : answer_store(config_path, &question);
}
