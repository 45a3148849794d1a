/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/dataset daemon/core/date daemon/core/notice daemon/core/period daemon/core/rates daemon/core/row feeds/decode feeds/decode_csv feeds/decode_json feeds/decode_rates feeds/decode_xml feeds/decode_xlsx feeds/notice_text feeds/number feeds/payload feeds/record feeds/said feeds/scan_csv feeds/unpack feeds/vocabulary feeds/wanted feeds/words feeds/workbook */
/* Arbitrary bytes as exchange rates, by month, by day with a currency a column, and as XML. Whatever is
 * accepted is in order and can be converted by. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/decode_rates.h"

enum { LAST = 2026 * 12 + 9 };

static const char *const none[] = {"N/A"};
static const struct descriptor descriptors[] = {
    {.feed = "f",
        .format = FEED_CSV,
        .delimiter = ',',
        .max_bytes = 1 << 24,
        .rates = {.base = "EUR", .month = "t", .currency = "c", .rate = "r"}},
    {.feed = "f",
        .format = FEED_CSV,
        .delimiter = ',',
        .max_bytes = 1 << 24,
        .rates = {.base = "EUR", .day = "Date", .none = {none, 1}}},
    {.feed = "f",
        .format = FEED_XML,
        .xml = {.record = "Cube@c"},
        .max_bytes = 1 << 24,
        .rates = {.base = "EUR", .day = "@t", .currency = "@c", .rate = "@r"}},
};

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "property broken: %s\n", what);
    abort();
}

static void check(const struct rate_list *list)
{
    for (size_t i = 0; i < list->len; i++) {
        const struct rate *rate = &list->items[i];
        struct rate_pair pair = {rate->rate, rate->rate};
        int64_t figure;
        must(rates_is_currency(slice_of(rate->currency)) && rate->rate > 0 && rate->period <= LAST, "a rate");
        must(rates_convert(slice_of("1.2345"), 1000, &pair, &figure) == 0 && figure == 1235, "converts");
        int order = i > 0 ? strcmp(rate[-1].currency, rate->currency) : -1;
        must(order < 0 || (order == 0 && rate[-1].period < rate->period), "in order, each once");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < sizeof descriptors / sizeof *descriptors; i++) {
        struct decode_input input = {&descriptors[i], NULL, {(const char *)bytes, len}, "fuzz", 1, NULL};
        struct diag_list diags = DIAG_LIST_NULL;
        struct rate_list list;
        int r = decode_rates(&input, LAST, &list, &diags);
        must((r == 0) == (diags.errors == 0), "refused with a reason, accepted without");
        must(r == 0 || list.items == NULL, "nothing of a refused payload");
        check(&list);
        for (size_t k = 0; k < diags.len; k++)
            must(str_is_utf8(slice_of(diags.items[k].text)), "a message is UTF-8");
        rate_list_deinit(&list);
        diag_list_deinit(&diags);
    }
    return 0;
}
