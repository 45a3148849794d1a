#include "feeds/notice_text.h"

#include <errno.h>
#include <string.h>

#include "core/code.h"
#include "core/period.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

/* ---- sets ---- */

void text_set_add(struct text_set *set, struct slice text, struct arena *arena)
{
    for (size_t i = 0; i < set->len; i++)
        if (slice_equal(text, set->items[i]))
            return;
    if (set->len < TEXT_SET_MAX)
        set->items[set->len++] = arena_strndup(arena, text.data, text.len);
}

struct texts text_set_copy(const struct text_set *set, struct arena *arena)
{
    const char **items = arena_array(arena, set->len, sizeof *items);
    if (set->len > 0)
        memcpy(items, set->items, set->len * sizeof *items);
    return (struct texts){items, set->len};
}

/* ---- bytes and words: ASCII whatever the locale; bytes above it are letters ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_word_byte(char c)
{
    return is_letter(c) || is_digit(c);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool begins_with(const char *text, const char *words, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\0' || lower(text[i]) != lower(words[i]))
            return false;
    return true;
}

static bool begins_word(const char *text, const char *at)
{
    return at == text || !is_word_byte(at[-1]);
}

const char *notice_text_find(const char *text, const char *words)
{
    size_t len = strlen(words);
    for (const char *at = text; *at != '\0'; at++)
        if (begins_word(text, at) && begins_with(at, words, len) && !is_word_byte(at[len]))
            return at;
    return NULL;
}

bool notice_text_has(const char *text, const char *words)
{
    return notice_text_find(text, words) != NULL;
}

/* ---- days ---- */

static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December"};

/* Reads 1 to `max` digits. The bytes read, or 0. */
static size_t read_number(const char *text, size_t max, int *ret_value)
{
    size_t n = 0;
    int value = 0;
    for (; n < max && is_digit(text[n]); n++)
        value = value * 10 + (text[n] - '0');
    *ret_value = value;
    return is_digit(text[n]) ? 0 : n;
}

static size_t read_month(const char *text, int *ret_month)
{
    for (size_t i = 0; i < LEN(months); i++) {
        size_t len = strlen(months[i]);
        if (begins_with(text, months[i], len) && !is_word_byte(text[len])) {
            *ret_month = (int)i + 1;
            return len;
        }
    }
    return 0;
}

static size_t skip_blanks(const char *text)
{
    return strspn(text, " \t\r\n");
}

static int make_date(int year, int month, int day, int32_t *ret_date)
{
    if (year < PERIOD_YEAR_MIN || year > PERIOD_YEAR_MAX || day < 1)
        return -EINVAL;
    int32_t date = date_make(year, month, day);
    if (date > date_end_of_period(period_make(year, month)))
        return -EINVAL;
    *ret_date = date;
    return 0;
}

static int read_iso(const char *text, int32_t *ret_date)
{
    enum { ISO_LEN = 10 };
    struct slice date = {text, strnlen(text, ISO_LEN)};
    return date.len == ISO_LEN && !is_word_byte(text[ISO_LEN]) ? date_parse(date, ret_date) : -EINVAL;
}

/* Month and day in either order, an optional comma, and the year. */
int notice_text_read_date(const char *text, int32_t *ret_date)
{
    int day = 0, month = 0, year = 0;
    const char *at = text;
    size_t n = read_month(at, &month);
    if (n == 0 && is_digit(at[0]) && read_iso(at, ret_date) == 0)
        return 0;
    if (n > 0) {
        at += n + skip_blanks(at + n);
        n = read_number(at, 2, &day);
    } else {
        n = read_number(at, 2, &day);
        at += n + (n > 0 ? skip_blanks(at + n) : 0);
        n = n > 0 ? read_month(at, &month) : 0;
    }
    if (n == 0)
        return -EINVAL;
    at += n;
    at += *at == ',';
    at += skip_blanks(at);
    return read_number(at, 4, &year) == 4 ? make_date(year, month, day, ret_date) : -EINVAL;
}

int32_t notice_text_date(const char *text)
{
    int32_t date;
    for (const char *at = text; *at != '\0'; at++)
        if (begins_word(text, at) && notice_text_read_date(at, &date) == 0)
            return date;
    return DATE_NONE;
}

/* ---- HS numbers ---- */

static size_t digits_at(const char *text)
{
    return strspn(text, "0123456789");
}

/* A number with dots: 4.2, 4.2.2, 4.2.2.2 or 4.2.4 digits. Its bytes, or 0; its digits in `code`. */
static size_t read_dotted(const char *text, char code[CODE_SIZE])
{
    static const size_t groups[] = {4, 2, 2, 2};
    size_t at = 0, len = 0, group = 0;
    while (group < LEN(groups)) {
        size_t n = digits_at(text + at);
        bool joined = group == 2 && n == 4;
        if (n != groups[group] && !joined)
            return 0;
        memcpy(code + len, text + at, n);
        len += n;
        at += n;
        group += joined ? 2 : 1;
        if (text[at] != '.' || !is_digit(text[at + 1]))
            break;
        at++;
    }
    code[len] = '\0';
    return len >= 6 && !is_word_byte(text[at]) ? at : 0;
}

/* A heading of four digits behind its word. */
static size_t read_heading(const char *text, const char *at, char code[CODE_SIZE])
{
    static const char *const words[] = {"heading ", "headings "};
    for (size_t i = 0; i < LEN(words); i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(at - text) < len || !begins_with(at - len, words[i], len))
            continue;
        if (digits_at(at) != 4 || is_word_byte(at[4]) || (at[4] == '.' && is_digit(at[5])))
            continue;
        memcpy(code, at, 4);
        code[4] = '\0';
        return 4;
    }
    return 0;
}

void notice_text_codes(const char *text, struct text_set *codes, struct arena *arena)
{
    if (!notice_text_has(text, "tariff") && !notice_text_has(text, "HTSUS") && !notice_text_has(text, "HTS"))
        return;
    for (const char *at = text; *at != '\0'; at++) {
        char code[CODE_SIZE];
        if (!is_digit(*at) || !begins_word(text, at) || (at != text && at[-1] == '.'))
            continue;
        size_t n = read_dotted(at, code);
        if (n == 0)
            n = read_heading(text, at, code);
        if (n == 0)
            continue;
        text_set_add(codes, slice_of(code), arena);
        at += n - 1;
    }
}

/* ---- case numbers ---- */

/* A-552-821. Its bytes, or 0. */
static size_t read_docket(const char *text)
{
    enum { DOCKET_LEN = 9 };
    bool is = (text[0] == 'A' || text[0] == 'C') && text[1] == '-' && digits_at(text + 2) == 3 &&
              text[5] == '-' && digits_at(text + 6) == 3;
    return is && !is_word_byte(text[DOCKET_LEN]) ? DOCKET_LEN : 0;
}

/* One for each number of 701-TA-741-746: a range of at most 50. The bytes, or 0. */
static size_t read_investigation(const char *text, struct text_set *cases, struct arena *arena)
{
    enum { RANGE_MAX = 50 };
    int first = 0, last = 0;
    if (digits_at(text) != 3 || strncmp(text + 3, "-TA-", 4) != 0)
        return 0;
    size_t at = 7, n = read_number(text + at, 4, &first);
    if (n == 0 || is_letter(text[at + n]))
        return 0;
    at += n;
    last = first;
    n = text[at] == '-' ? read_number(text + at + 1, 4, &last) : 0;
    if (n == 0 || last < first || last - first >= RANGE_MAX)
        last = first;
    else
        at += 1 + n;
    for (int i = first; i <= last; i++)
        text_set_add(cases, slice_of(arena_printf(arena, "%.3s-TA-%d", text, i)), arena);
    return at;
}

void notice_text_cases(const char *text, struct text_set *cases, struct arena *arena)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (!begins_word(text, at) || (at != text && at[-1] == '-'))
            continue;
        size_t n = read_docket(at);
        if (n > 0)
            text_set_add(cases, (struct slice){at, n}, arena);
        else
            n = read_investigation(at, cases, arena);
        at += n > 0 ? n - 1 : 0;
    }
}

/* ---- countries ---- */

/* Names that authorities use beside those of countries.yaml. Formal ones end in the short one ("the People's
 * Republic of China") and need no row. */
static const struct {
    const char *name, *iso2;
} other_names[] = {
    {"Bolivia", "BO"},
    {"Burma", "MM"},
    {"Czech Republic", "CZ"},
    {"Democratic People's Republic of Korea", "KP"},
    {"Democratic People’s Republic of Korea", "KP"},
    {"Great Britain", "GB"},
    {"Korea", "KR"},
    {"Macedonia", "MK"},
    {"North Korea", "KP"},
    {"Russia", "RU"},
    {"South Korea", "KR"},
    {"The Netherlands", "NL"},
    {"Turkey", "TR"},
    {"Vietnam", "VN"},
};

/* The longest name that the text begins with; its bytes, or 0. */
static size_t read_country(const char *text, const struct countries *countries, const char **ret_iso2)
{
    size_t longest = 0;
    for (size_t i = 0; i < LEN(other_names); i++) {
        size_t len = strlen(other_names[i].name);
        if (len > longest && begins_with(text, other_names[i].name, len) && !is_word_byte(text[len])) {
            longest = len;
            *ret_iso2 = other_names[i].iso2;
        }
    }
    for (size_t i = 0; countries != NULL && i < countries->len; i++) {
        const struct country *country = &countries->items[i];
        size_t len = strlen(country->name);
        if (len > longest && begins_with(text, country->name, len) && !is_word_byte(text[len])) {
            longest = len;
            *ret_iso2 = country->codes[COUNTRY_ISO2];
        }
    }
    return longest;
}

void notice_text_countries(
    const char *text, const struct countries *countries, struct text_set *origins, struct arena *arena)
{
    for (const char *at = text; *at != '\0'; at++) {
        const char *iso2 = NULL;
        if (!is_letter(*at) || !begins_word(text, at))
            continue;
        size_t n = read_country(at, countries, &iso2);
        if (n == 0)
            continue;
        if (!str_equal(iso2, "W") && !str_equal(iso2, "US"))
            text_set_add(origins, slice_of(iso2), arena);
        at += n - 1;
    }
}

unsigned notice_text_laws(const char *text)
{
    static const struct {
        const char *words;
        unsigned law;
    } laws[] = {
        {"antidumping", LAW_ANTI_DUMPING},
        {"anti-dumping", LAW_ANTI_DUMPING},
        {"less-than-fair-value", LAW_ANTI_DUMPING},
        {"sales at less than fair value", LAW_ANTI_DUMPING},
        {"countervailing", LAW_COUNTERVAILING},
        {"anti-subsidy", LAW_COUNTERVAILING},
        {"safeguard", LAW_SAFEGUARD},
    };
    unsigned found = 0;
    for (size_t i = 0; i < LEN(laws); i++)
        if (notice_text_has(text, laws[i].words))
            found |= laws[i].law;
    return found;
}
