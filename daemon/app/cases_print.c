#include "app/cases_print.h"

#include "base/buf.h"
#include "io/table.h"

/* ---- for people ---- */

/* The newest step that has a day. */
static int32_t day_of_state(const struct trade_case *one)
{
    const int32_t days[CASE_STATE_COUNT] = {
        [CASE_UNKNOWN] = DATE_NONE,
        [CASE_PETITION] = one->petition,
        [CASE_INVESTIGATION] = one->initiation,
        [CASE_PRELIMINARY] = one->preliminary,
        [CASE_FINAL] = one->final,
        [CASE_IN_FORCE] = one->from,
        [CASE_SUSPENDED] = DATE_NONE,
        [CASE_ENDED] = one->ended,
        [CASE_REVOKED] = one->revoked,
    };
    return days[trade_case_state(one)];
}

/* The first few HS numbers. */
static const char *some_codes(const struct trade_case *one, struct buf *text)
{
    enum { SHOWN = 3 };
    buf_clear(text);
    for (size_t i = 0; i < one->codes.len && i < SHOWN; i++)
        (void)buf_printf(text, "%s%s", i > 0 ? " " : "", one->codes.items[i]);
    if (one->codes.len > SHOWN)
        (void)buf_printf(text, " +%zu", one->codes.len - SHOWN);
    return buf_text(text);
}

void cases_print(const struct trade_cases *cases, const bool *chosen, FILE *out)
{
    static const struct table_column columns[] = {{"MARKET", TABLE_TEXT}, {"CASE", TABLE_TEXT},
        {"AGAINST", TABLE_TEXT}, {"TYPE", TABLE_TEXT}, {"STATE", TABLE_TEXT}, {"SINCE", TABLE_TEXT},
        {"NEWEST", TABLE_TEXT}, {"CODES", TABLE_TEXT}, {"PRODUCT", TABLE_WRAP}};
    enum { CODES_TEXT_MAX = 256 };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    struct buf codes;
    buf_init(&codes, CODES_TEXT_MAX);
    for (size_t i = 0; table != NULL && i < cases->len; i++) {
        const struct trade_case *one = &cases->items[i];
        char since[DATE_TEXT_SIZE], newest[DATE_TEXT_SIZE];
        const char *texts[] = {one->market, one->id, one->against, measure_type_names[one->type],
            case_state_names[trade_case_state(one)], date_format(day_of_state(one), since),
            date_format(one->newest, newest), some_codes(one, &codes), one->product};
        if (chosen[i])
            table_add(table, texts);
    }
    if (table != NULL)
        table_print(table, out);
    table_free(table);
    buf_deinit(&codes);
}

/* ---- as tables ---- */

/* A text in double quotes, as YAML has them. */
static void print_quoted(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(out, "\\x%02x", c);
        else
            putc(c, out);
    }
    putc('"', out);
}

static void print_date(FILE *out, const char *key, int32_t date)
{
    char text[DATE_TEXT_SIZE];
    if (date != DATE_NONE)
        fprintf(out, "    %s: %s\n", key, date_format(date, text));
}

/* The days of a row, which stand in order: a step that is dated behind its successor was a listing's day. */
struct row_days {
    int32_t petition, initiation, from, to, ended;
};

static int32_t before(int32_t day, int32_t next)
{
    return next == DATE_NONE || day <= next ? day : DATE_NONE;
}

static struct row_days days_of(const struct trade_case *one)
{
    struct row_days days = {.petition = one->petition, .from = one->from};
    days.ended = days.from == DATE_NONE ? one->ended : DATE_NONE;
    days.to = days.from != DATE_NONE && one->revoked != DATE_NONE ? one->revoked - 1 : DATE_NONE;
    int32_t next = days.from != DATE_NONE ? days.from : days.ended;
    days.initiation = before(one->initiation, next);
    days.petition = before(one->petition, days.initiation != DATE_NONE ? days.initiation : next);
    return days;
}

static bool has_row(const struct measures *known, const struct trade_case *one)
{
    for (size_t i = 0; i < known->len; i++)
        if (str_equal(known->items[i].id, one->id) && measure_is_against(&known->items[i], one->against))
            return true;
    return false;
}

static void print_row(FILE *out, const struct trade_case *one, const struct row_days *days)
{
    fputs("  - id: ", out);
    print_quoted(out, one->id);
    fputs("\n    title: ", out);
    print_quoted(out, one->product);
    fprintf(out, "\n    market: %s\n    against: %s\n    type: %s\n    codes: [", one->market, one->against,
        measure_type_names[one->type]);
    for (size_t i = 0; i < one->codes.len; i++)
        fprintf(out, "%s\"%s\"", i > 0 ? ", " : "", one->codes.items[i]);
    fputs("]\n", out);
    print_date(out, "petition", days->petition);
    print_date(out, "initiation", days->initiation);
    print_date(out, "from", days->from);
    print_date(out, "to", days->to);
    print_date(out, "ended", days->ended);
    fputs("    confidence: partly\n    source: ", out);
    const char *seen = one->listed_only ? "; initiation is the day on which a list first had it" : "";
    struct buf source;
    enum { SOURCE_MAX = 512 };
    buf_init(&source, SOURCE_MAX);
    (void)buf_printf(&source, "%zu notices, the newest %s%s", one->notices, one->newest_notice, seen);
    print_quoted(out, buf_text(&source));
    fputs("\n", out);
    buf_deinit(&source);
}

size_t cases_print_tables(
    const struct trade_cases *cases, const bool *chosen, const struct measures *known, FILE *out)
{
    size_t left_out = 0, printed = 0;
    for (size_t i = 0; i < cases->len; i++) {
        const struct trade_case *one = &cases->items[i];
        struct row_days days = days_of(one);
        bool dated = days.petition != DATE_NONE || days.initiation != DATE_NONE || days.from != DATE_NONE;
        if (!chosen[i])
            continue;
        bool is_row = dated && one->codes.len > 0 && !one->suspended && !has_row(known, one);
        left_out += !is_row;
        if (is_row && printed++ == 0)
            fputs("measures:\n", out);
        if (is_row)
            print_row(out, one, &days);
    }
    if (printed == 0)
        fputs("measures: []\n", out);
    return left_out;
}
