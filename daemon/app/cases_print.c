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
        {"NEWEST", TABLE_TEXT}, {"NOTICE", TABLE_TEXT}, {"CODES", TABLE_TEXT}, {"PRODUCT", TABLE_WRAP}};
    enum { CODES_TEXT_MAX = 256 };
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    struct buf codes;
    buf_init(&codes, CODES_TEXT_MAX);
    for (size_t i = 0; table != NULL && i < cases->len; i++) {
        const struct trade_case *one = &cases->items[i];
        char since[DATE_TEXT_SIZE], newest[DATE_TEXT_SIZE];
        const char *texts[] = {one->market, one->id, one->against, measure_type_names[one->type],
            case_state_names[trade_case_state(one)], date_format(day_of_state(one), since),
            date_format(one->newest, newest), one->url[0] != '\0' ? one->url : one->newest_notice,
            some_codes(one, &codes), one->product};
        if (chosen[i])
            table_add(table, texts);
    }
    if (table != NULL)
        table_print(table, out);
    table_free(table);
    buf_deinit(&codes);
}
