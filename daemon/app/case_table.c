#include "app/case_table.h"

#include <string.h>

#include "feeds/notice_text.h"

enum { NAME_BYTES_MAX = 200, URL_BYTES_MAX = 500 };

/* The character that UTF-8 begins with. */
static uint32_t first_character(const char *text, size_t *ret_len)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    uint32_t character = len == 1 ? at[0] : at[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++)
        character = character << 6 | (at[i] & 0x3fu);
    *ret_len = len;
    return character;
}

/* What files of tables do not take, or take for the end of a line (YAML 1.1, 5.1 and 5.4). */
static bool is_unwritable(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x2028 ||
           character == 0x2029 || character == 0xfeff || character == 0xfffe || character == 0xffff;
}

/* Within a text in double quotes, as YAML has them: at most so many bytes of it, in whole characters. */
static void put_escaped(struct buf *out, const char *text, size_t max)
{
    size_t len;
    for (size_t done = 0; text[done] != '\0'; done += len) {
        uint32_t character = first_character(text + done, &len);
        if (done + len > max)
            return;
        if (character == '"' || character == '\\')
            (void)buf_puts(out, "\\");
        if (is_unwritable(character))
            (void)buf_puts(out, " ");
        else
            (void)buf_append(out, text + done, len);
    }
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
    (void)buf_puts(out, "  - id: \"");
    put_escaped(out, one->id, NAME_BYTES_MAX);
    (void)buf_printf(out, "%s%s\"\n", again ? " " : "", again ? measure_type_names[one->type] : "");
}

/* The notice of the newest step: it stays the same until there is another. */
static void put_source(struct buf *out, const struct trade_case *one)
{
    (void)buf_puts(out, "    source: \"notice ");
    put_escaped(out, one->step_notice, NAME_BYTES_MAX);
    (void)buf_puts(out, one->step_url[0] != '\0' ? ", " : "");
    put_escaped(out, one->step_url, URL_BYTES_MAX);
    if (one->listed_only)
        (void)buf_puts(out, "; initiation is the day on which a list first had it");
    if (one->codes.len == 0)
        (void)buf_puts(out, "; the product is known by its name");
    (void)buf_puts(out, "\"\n");
}

static void put_row(struct buf *out, const struct trade_cases *cases, size_t i, const struct row_days *days,
    const struct basket *basket)
{
    const struct trade_case *one = &cases->items[i];
    put_id(out, cases, i);
    (void)buf_puts(out, "    title: \"");
    put_escaped(out, one->product[0] != '\0' ? one->product : one->id, URL_BYTES_MAX);
    (void)buf_printf(out, "\"\n    market: %s\n    against: %s\n    type: %s\n", one->market, one->against,
        measure_type_names[one->type]);
    put_product(out, one, basket);
    put_date(out, "petition", days->petition);
    put_date(out, "initiation", days->initiation);
    put_date(out, "from", days->from);
    put_date(out, "to", days->to);
    put_date(out, "ended", days->ended);
    (void)buf_puts(out, "    confidence: partly\n");
    put_source(out, one);
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
