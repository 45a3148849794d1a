#include "feeds/decode_rates.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/date.h"
#include "core/period.h"
#include "feeds/notice_text.h"
#include "feeds/payload.h"

/* From one month to the next a rate is neither five times as large nor a fifth: the source has changed its
 * unit. */
enum { STEP_MAX = 5, DAY_TEXT_MAX = 40 };

/* A rate as it was read. */
struct entry {
    char currency[CURRENCY_SIZE];
    int32_t when; /* a day, or a month */
    int64_t rate;
    int line;
};

struct reader {
    const struct decode_input *input;
    const struct rate_columns *columns;
    struct diag_list *diags;
    size_t errors_before;
    size_t width;
    size_t when, currency, rate;                  /* columns */
    char names[RECORD_FIELDS_MAX][CURRENCY_SIZE]; /* where each column is a currency; "" where one is not */
    struct entry *entries;
    size_t len, cap, rows;
};

/* ---- faults ---- */

static struct place place_of(const struct reader *reader, const struct record *record, size_t i)
{
    return record_place(record, i, reader->input->file, &reader->diags->arena);
}

static void refuse(
    struct reader *reader, const struct record *record, size_t i, const char *code, const char *expected)
{
    char quote[QUOTE_SIZE];
    diag_error(reader->diags, place_of(reader, record, i), code, "%s is not %s",
        payload_quote(record_field(record, i), quote), expected);
}

static bool too_many_faults(const struct reader *reader)
{
    return reader->diags->errors - reader->errors_before >= DIAG_MAX;
}

/* ---- the header ---- */

/* The ECB writes blanks behind its commas. */
static struct slice trim(struct slice text)
{
    while (text.len > 0 && strchr(" \t", text.data[0]) != NULL)
        text = (struct slice){text.data + 1, text.len - 1};
    while (text.len > 0 && strchr(" \t", text.data[text.len - 1]) != NULL)
        text.len--;
    return text;
}

/* Where the column stands; the number of names where it does not, which is said. */
static size_t find_column(struct reader *reader, const char *column, const struct record *names)
{
    char quote[QUOTE_SIZE];
    size_t found = names->len;
    for (size_t i = 0; i < names->len; i++) {
        if (!slice_equal(trim(record_field(names, i)), column))
            continue;
        if (found < names->len)
            diag_error(reader->diags, place_of(reader, names, i), "D011", "the column %s stands twice",
                payload_quote(record_field(names, i), quote));
        found = i;
    }
    if (found == names->len) {
        diag_error(reader->diags, (struct place){reader->input->file, names->line, 1}, "D010",
            "the payload has no column \"%s\"", column);
        diag_hint(reader->diags, "the source has changed its form, or this is another table or delimiter");
    }
    return found;
}

/* Each column but that of the day is a currency; one without a name is the end of a line that ends in a
 * comma. */
static void read_currencies(struct reader *reader, const struct record *names)
{
    for (size_t i = 0; i < names->len; i++) {
        struct slice name = trim(record_field(names, i));
        reader->names[i][0] = '\0';
        if (i == reader->when || name.len == 0)
            continue;
        if (rates_is_currency(name))
            memcpy(reader->names[i], name.data, CURRENCY_SIZE - 1);
        else
            refuse(reader, names, i, "D051", "a currency such as USD");
    }
}

static int on_names(void *userdata, const struct record *names)
{
    struct reader *reader = userdata;
    const struct rate_columns *columns = reader->columns;
    reader->width = names->len;
    reader->when = find_column(reader, columns->month != NULL ? columns->month : columns->day, names);
    if (columns->currency == NULL) {
        read_currencies(reader, names);
    } else {
        reader->currency = find_column(reader, columns->currency, names);
        reader->rate = find_column(reader, columns->rate, names);
    }
    return reader->diags->errors > reader->errors_before;
}

/* ---- records ---- */

static bool read_when(struct reader *reader, const struct record *record, int32_t *ret_when)
{
    char copy[DAY_TEXT_MAX];
    struct slice text = trim(record_field(record, reader->when));
    if (reader->columns->month != NULL && period_parse(text, ret_when) == 0)
        return true;
    if (reader->columns->day != NULL && text.len < sizeof copy) {
        memcpy(copy, text.data, text.len);
        copy[text.len] = '\0';
        if (notice_text_read_date(copy, ret_when) == 0)
            return true;
    }
    refuse(reader, record, reader->when, "D052",
        reader->columns->month != NULL ? "a month such as 2026-09" : "a day such as 2026-09-01");
    return false;
}

static bool is_none(const struct rate_columns *columns, struct slice text)
{
    for (size_t i = 0; i < columns->none.len; i++)
        if (slice_equal(text, columns->none.items[i]))
            return true;
    return text.len == 0;
}

/* One rate, in column `i`. */
static void read_rate(
    struct reader *reader, const struct record *record, size_t i, const char *currency, int32_t when)
{
    struct slice text = trim(record_field(record, i));
    int64_t rate;
    if (is_none(reader->columns, text))
        return;
    if (str_to_fixed(text, RATE_SCALE, &rate) < 0 || rate <= 0) {
        refuse(reader, record, i, "D053", "a rate: a plain decimal number above 0, at most 9 million");
        return;
    }
    reader->entries = alloc_grow(reader->entries, reader->len, &reader->cap, sizeof *reader->entries);
    struct entry *entry = &reader->entries[reader->len++];
    *entry = (struct entry){.when = when, .rate = rate, .line = record->line};
    memcpy(entry->currency, currency, CURRENCY_SIZE - 1);
}

static void read_named(struct reader *reader, const struct record *record, int32_t when)
{
    struct slice currency = trim(record_field(record, reader->currency));
    if (rates_is_currency(currency))
        read_rate(reader, record, reader->rate, currency.data, when);
    else
        refuse(reader, record, reader->currency, "D051", "a currency such as USD");
}

static int on_record(void *userdata, const struct record *record)
{
    struct reader *reader = userdata;
    int32_t when;
    if (record->len != reader->width) {
        diag_error(reader->diags, place_of(reader, record, 0), "D012",
            "the row has %zu fields, the header names %zu", record->len, reader->width);
    } else if (++reader->rows > RATE_ROWS_MAX) {
        diag_error(reader->diags, place_of(reader, record, 0), "D013", "more than %d rows", RATE_ROWS_MAX);
        return 1;
    } else if (read_when(reader, record, &when)) {
        for (size_t i = 0; reader->columns->currency == NULL && i < record->len; i++)
            if (reader->names[i][0] != '\0')
                read_rate(reader, record, i, reader->names[i], when);
        if (reader->columns->currency != NULL)
            read_named(reader, record, when);
    }
    return too_many_faults(reader);
}

/* ---- months ---- */

static int compare(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    int order = memcmp(a->currency, b->currency, CURRENCY_SIZE);
    if (order == 0)
        order = (a->when > b->when) - (a->when < b->when);
    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

/* Sorts the entries, and drops those that say the same once more. */
static void sort(struct reader *reader)
{
    size_t kept = 0;
    if (reader->len > 0)
        qsort(reader->entries, reader->len, sizeof *reader->entries, compare);
    for (size_t i = 0; i < reader->len; i++) {
        const struct entry *entry = &reader->entries[i],
                           *before = kept > 0 ? &reader->entries[kept - 1] : NULL;
        bool again =
            before != NULL && before->when == entry->when && strcmp(before->currency, entry->currency) == 0;
        if (again && before->rate != entry->rate)
            diag_error(reader->diags, (struct place){reader->input->file, entry->line, 1}, "D054",
                "the rate of %s: line %d says something else of it", entry->currency, before->line);
        if (!again)
            reader->entries[kept++] = *entry;
    }
    reader->len = kept;
}

/* How many days each month has, of all currencies together. */
struct calendar {
    int32_t first, last; /* months of the first and the last day */
    unsigned *days;      /* of each of them: bits */
};

static struct calendar calendar_of(const struct reader *reader)
{
    struct calendar calendar = {INT32_MAX, INT32_MIN, NULL};
    for (size_t i = 0; i < reader->len; i++) {
        int32_t month = date_period(reader->entries[i].when);
        calendar.first = month < calendar.first ? month : calendar.first;
        calendar.last = month > calendar.last ? month : calendar.last;
    }
    if (reader->len > 0)
        calendar.days = alloc_zeroed((size_t)(calendar.last - calendar.first + 1), sizeof *calendar.days);
    for (size_t i = 0; i < reader->len; i++) {
        int32_t day = reader->entries[i].when, month = date_period(day);
        calendar.days[month - calendar.first] |= 1U << (day - date_of_period(month));
    }
    return calendar;
}

static void put(struct rate_list *list, const struct entry *entry, int32_t period, int64_t rate)
{
    struct rate *item = &list->items[list->len++];
    *item = (struct rate){.period = period, .rate = rate};
    memcpy(item->currency, entry->currency, CURRENCY_SIZE);
}

static void average_days(const struct reader *reader, int32_t last, struct rate_list *list)
{
    enum { DAYS_MAX = 31 };
    struct calendar calendar = calendar_of(reader);
    int64_t rates[DAYS_MAX];
    for (size_t i = 0, n; i < reader->len; i += n) {
        const struct entry *entry = &reader->entries[i];
        int32_t month = date_period(entry->when);
        for (n = 0; i + n < reader->len && strcmp(entry[n].currency, entry->currency) == 0 &&
                    date_period(entry[n].when) == month;
             n++)
            rates[n] = entry[n].rate;
        bool whole = month > calendar.first && month < calendar.last &&
                     n == (size_t)__builtin_popcount(calendar.days[month - calendar.first]);
        if (whole && month <= last)
            put(list, entry, month, rates_average(rates, n));
    }
    alloc_free(calendar.days);
}

static void take_months(struct reader *reader, int32_t last, struct rate_list *ret_list)
{
    ret_list->rows = reader->rows;
    ret_list->items = alloc_zeroed(reader->len + 1, sizeof *ret_list->items);
    if (reader->columns->day != NULL)
        average_days(reader, last, ret_list);
    for (size_t i = 0; reader->columns->month != NULL && i < reader->len; i++)
        if (reader->entries[i].when <= last)
            put(ret_list, &reader->entries[i], reader->entries[i].when, reader->entries[i].rate);
}

/* ---- checks ---- */

static const struct rate_source *known_source(const struct reader *reader)
{
    const struct rates *rates = reader->input->rates;
    for (size_t i = 0; rates != NULL && i < rates->len; i++)
        if (str_equal(rates->sources[i].feed, reader->input->descriptor->feed))
            return &rates->sources[i];
    return NULL;
}

/* The rate with which one is compared: that of the month before, or the same one as it was known. */
static bool find_base(
    const struct rate_list *list, size_t i, const struct rate_source *known, int64_t *ret_rate)
{
    const struct rate *rate = &list->items[i];
    if (i > 0 && strcmp(rate[-1].currency, rate->currency) == 0 && rate[-1].period == rate->period - 1) {
        *ret_rate = rate[-1].rate;
        return true;
    }
    return known != NULL && (rate_source_find(known, rate->currency, rate->period, ret_rate) ||
                                rate_source_find(known, rate->currency, rate->period - 1, ret_rate));
}

static void check_steps(struct reader *reader, const struct rate_list *list)
{
    const struct rate_source *known = known_source(reader);
    char month[PERIOD_TEXT_SIZE];
    for (size_t i = 0; i < list->len; i++) {
        const struct rate *rate = &list->items[i];
        int64_t base;
        if (!find_base(list, i, known, &base) ||
            (rate->rate / STEP_MAX < base && base / STEP_MAX < rate->rate))
            continue;
        diag_error(reader->diags, (struct place){reader->input->file, 0, 0}, "D055",
            "the rate of %s in %s is over %d times what it was, or under 1/%d", rate->currency,
            period_format(rate->period, month), STEP_MAX, STEP_MAX);
        diag_hint(reader->diags, "has the source changed its unit, or the base of its rates?");
    }
}

static void check_list(struct reader *reader, const struct rate_list *list)
{
    struct place whole = {reader->input->file, 0, 0};
    int64_t least = reader->input->descriptor->rows_at_least;
    if ((int64_t)reader->rows < least)
        diag_error(reader->diags, whole, "G105",
            "%zu rows; the feed promises at least %lld, so this payload is not whole", reader->rows,
            (long long)least);
    else if (list->len == 0)
        diag_error(reader->diags, whole, "D056", "there is no rate of a whole month");
    check_steps(reader, list);
}

int decode_rates(
    const struct decode_input *input, int32_t last, struct rate_list *ret_rates, struct diag_list *diags)
{
    struct reader *reader = alloc_zeroed(1, sizeof *reader);
    struct record_sink sink = {on_names, on_record, reader};
    struct rate_list list = {0};
    *reader = (struct reader){
        .input = input, .columns = &input->descriptor->rates, .diags = diags, .errors_before = diags->errors};
    int r = decode_records(input, &sink, diags);
    if (r == 0) {
        sort(reader);
        take_months(reader, last, &list);
        check_list(reader, &list);
        r = diags->errors > reader->errors_before ? -EBADMSG : 0;
    }
    if (r < 0)
        rate_list_deinit(&list);
    alloc_free(reader->entries);
    alloc_free(reader);
    *ret_rates = list;
    return r;
}

void rate_list_deinit(struct rate_list *list)
{
    alloc_free(list->items);
    *list = (struct rate_list){0};
}
