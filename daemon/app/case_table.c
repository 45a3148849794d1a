#include "app/case_table.h"

#include <string.h>

#include "feeds/notice_text.h"

/* A text in double quotes, as YAML has them. */
static void put_quoted(struct buf *out, const char *text)
{
    (void)buf_puts(out, "\"");
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            (void)buf_printf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            (void)buf_printf(out, "\\x%02x", c);
        else
            (void)buf_append(out, text, 1);
    }
    (void)buf_puts(out, "\"");
}

/* ---- days ---- */

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

static void put_date(struct buf *out, const char *key, int32_t date)
{
    char text[DATE_TEXT_SIZE];
    if (date != DATE_NONE)
        (void)buf_printf(out, "    %s: %s\n", key, date_format(date, text));
}

/* The later of both; `limit` where that has not come yet. */
static int32_t newest(int32_t day, int32_t other, int32_t limit)
{
    if (other > limit)
        other = limit;
    return other > day ? other : day; /* DATE_NONE is before all days */
}

static int32_t newest_day(const struct row_days *days, int32_t limit)
{
    int32_t day = newest(days->petition, days->initiation, limit);
    day = newest(day, days->from, limit);
    day = newest(day, days->to != DATE_NONE ? days->to + 1 : DATE_NONE, limit);
    return newest(day, days->ended, limit);
}

/* ---- products ---- */

/* The basket with the longest of its names in the product; NULL: none has one. */
static const struct basket *basket_named(const struct baskets *baskets, const char *product)
{
    const struct basket *found = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < baskets->len; i++)
        for (size_t k = 0; k < baskets->items[i].names.len; k++) {
            const char *name = baskets->items[i].names.items[k];
            if (strlen(name) > longest && notice_text_has(product, name)) {
                found = &baskets->items[i];
                longest = strlen(name);
            }
        }
    return found;
}

static void put_product(struct buf *out, const struct trade_case *one, const struct basket *basket)
{
    if (one->codes.len == 0) {
        (void)buf_printf(out, "    basket: %s\n", basket->id);
        return;
    }
    (void)buf_puts(out, "    codes: [");
    for (size_t i = 0; i < one->codes.len; i++)
        (void)buf_printf(out, "%s\"%s\"", i > 0 ? ", " : "", one->codes.items[i]);
    (void)buf_puts(out, "]\n");
}

/* ---- rows ---- */

static bool has_row(const struct measures *known, const struct trade_case *one)
{
    for (size_t i = 0; i < known->len; i++)
        if (str_equal(known->items[i].id, one->id) && measure_is_against(&known->items[i], one->against))
            return true;
    return false;
}

static bool can_be_row(const struct case_table *table, const struct trade_case *one,
    const struct row_days *days, const struct basket *basket)
{
    bool dated = days->petition != DATE_NONE || days->initiation != DATE_NONE || days->from != DATE_NONE;
    return dated && (one->codes.len > 0 || basket != NULL) && !one->suspended && !has_row(table->known, one);
}

/* An order and an inquiry into its circumvention have one docket, and may be against one origin: the cases
 * before this one, which are in order, say so. */
static void put_id(struct buf *out, const struct trade_cases *cases, size_t i)
{
    const struct trade_case *one = &cases->items[i];
    bool again = i > 0 && str_equal(one->market, cases->items[i - 1].market) &&
                 str_equal(one->id, cases->items[i - 1].id) &&
                 str_equal(one->against, cases->items[i - 1].against);
    enum { ID_MAX = 256 };
    struct buf id;
    buf_init(&id, ID_MAX);
    (void)buf_printf(
        &id, "%.200s%s%s", one->id, again ? " " : "", again ? measure_type_names[one->type] : "");
    put_quoted(out, buf_text(&id));
    buf_deinit(&id);
}

/* The notice of the newest step: it stays the same until there is another. */
static void put_source(struct buf *out, const struct trade_case *one)
{
    enum { SOURCE_MAX = 1024 };
    struct buf source;
    buf_init(&source, SOURCE_MAX);
    (void)buf_printf(&source, "notice %.200s%s%.500s%s", one->step_notice,
        one->step_url[0] != '\0' ? ", " : "", one->step_url,
        one->listed_only ? "; initiation is the day on which a list first had it" : "");
    if (one->codes.len == 0)
        (void)buf_puts(&source, "; the product is known by its name");
    put_quoted(out, buf_text(&source));
    buf_deinit(&source);
}

static void put_row(struct buf *out, const struct trade_cases *cases, size_t i, const struct row_days *days,
    const struct basket *basket)
{
    const struct trade_case *one = &cases->items[i];
    (void)buf_puts(out, "  - id: ");
    put_id(out, cases, i);
    (void)buf_puts(out, "\n    title: ");
    put_quoted(out, one->product[0] != '\0' ? one->product : one->id);
    (void)buf_printf(out, "\n    market: %s\n    against: %s\n    type: %s\n", one->market, one->against,
        measure_type_names[one->type]);
    put_product(out, one, basket);
    put_date(out, "petition", days->petition);
    put_date(out, "initiation", days->initiation);
    put_date(out, "from", days->from);
    put_date(out, "to", days->to);
    put_date(out, "ended", days->ended);
    (void)buf_puts(out, "    confidence: partly\n    source: ");
    put_source(out, one);
    (void)buf_puts(out, "\n");
}

static int32_t newest_notice(const struct trade_cases *cases)
{
    int32_t day = DATE_NONE;
    for (size_t i = 0; i < cases->len; i++)
        day = cases->items[i].newest > day ? cases->items[i].newest : day;
    return day;
}

int case_table_write(const struct case_table *table, const struct trade_cases *cases, const bool *chosen,
    struct buf *out, size_t *ret_left_out)
{
    size_t left_out = 0, rows = 0;
    int32_t limit = newest_notice(cases), as_of = DATE_NONE;
    for (size_t i = 0; i < cases->len; i++) {
        const struct trade_case *one = &cases->items[i];
        struct row_days days = days_of(one);
        const struct basket *basket = one->codes.len == 0 ? basket_named(table->baskets, one->product) : NULL;
        bool is_row = chosen[i] && can_be_row(table, one, &days, basket);
        left_out += chosen[i] && !is_row;
        if (!is_row)
            continue;
        (void)buf_puts(out, rows++ == 0 ? "measures:\n" : "");
        put_row(out, cases, i, &days, basket);
        int32_t day = newest_day(&days, limit);
        as_of = day > as_of ? day : as_of;
    }
    char text[DATE_TEXT_SIZE];
    *ret_left_out = left_out;
    if (rows == 0)
        return buf_puts(out, "measures: []\n");
    return buf_printf(out, "as_of: %s\n", date_format(as_of, text));
}
