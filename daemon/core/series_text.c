#include "core/series_text.h"

#include <errno.h>

struct reader {
    struct slice text;
    size_t at;
    struct series_points *points;
    const char *expected; /* NULL while all is well */
};

static const struct {
    char letter;
    int64_t factor;
} suffixes[] = {{'k', 1000}, {'M', 1000000}, {'G', 1000000000}};

static const struct {
    char letter;
    unsigned flag;
} marks[] = {{'e', OBSERVATION_ESTIMATED}, {'p', OBSERVATION_PRELIMINARY}};

enum { SUFFIXES = sizeof suffixes / sizeof *suffixes, MARKS = sizeof marks / sizeof *marks };

/* ---- shapes, for the schema ---- */

#define BLANK  "[ \\n\\t]"
#define NUMBER "[0-9.]*[0-9][0-9.]*[kMG]?"
#define TIMES  "x0*[1-9][0-9]*"
#define MARK   "e?p?"
#define ITEM   "(" NUMBER MARK "(" TIMES MARK ")?|" NUMBER "[+-]" NUMBER TIMES MARK "|[_~](" TIMES ")?)"

const struct shape series_text_shape = {
    .kind = SHAPE_TEXT,
    .name = "figures",
    .expected = "expected figures such as 100x12 110; 10x3 is 10 10 10, 10+2x3 is 10 12 14 16, "
                "_ is not published, ~ suppressed",
    .pattern = "^" BLANK "*" ITEM "(" BLANK "+" ITEM ")*" BLANK "*$",
    .also = ALSO_NUMBER | ALSO_NULL,
    .max = FIGURE_MAX / FIGURE_SCALE,
};

const struct shape series_point_shape = {
    .kind = SHAPE_TEXT,
    .name = "figure",
    .expected = "expected one figure, or ~",
    .pattern = "^" BLANK "*(" NUMBER MARK "|~)" BLANK "*$",
    .also = ALSO_NUMBER | ALSO_NULL,
    .max = FIGURE_MAX / FIGURE_SCALE,
};

/* ---- reading ---- */

static char peek(const struct reader *reader)
{
    return reader->at < reader->text.len ? reader->text.data[reader->at] : '\0';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

/* Always false. */
static bool fail(struct reader *reader, size_t at, const char *expected)
{
    reader->at = at;
    reader->expected = expected;
    return false;
}

static bool push(struct reader *reader, size_t at, struct series_point point)
{
    if (reader->points->len == SERIES_POINTS_MAX)
        return fail(reader, at, "at most 480 months");
    if (point.figure < 0 || point.figure > FIGURE_MAX)
        return fail(reader, at, "figures from 0 to 10000G");
    reader->points->items[reader->points->len++] = point;
    return true;
}

static int64_t read_suffix(struct reader *reader)
{
    for (size_t i = 0; i < SUFFIXES; i++)
        if (peek(reader) == suffixes[i].letter) {
            reader->at++;
            return suffixes[i].factor;
        }
    return 1;
}

/* Digits with a fraction and a letter, in thousandths. */
static bool read_number(struct reader *reader, int64_t *ret_number)
{
    size_t start = reader->at;
    while ((peek(reader) >= '0' && peek(reader) <= '9') || peek(reader) == '.')
        reader->at++;
    struct slice digits = {reader->text.data + start, reader->at - start};
    int r = str_to_fixed(digits, FIGURE_SCALE * read_suffix(reader), ret_number);
    if (r == -EINVAL)
        return fail(reader, start, "a figure, _ or ~");
    if (r < 0 || *ret_number > FIGURE_MAX)
        return fail(reader, start, "figures from 0 to 10000G");
    return true;
}

/* "x3"; `otherwise` where there is none. More than fit are noticed when they are put. */
static bool read_times(struct reader *reader, int otherwise, int *ret_times)
{
    *ret_times = otherwise;
    if (peek(reader) != 'x')
        return true;
    size_t start = ++reader->at;
    for (*ret_times = 0; peek(reader) >= '0' && peek(reader) <= '9'; reader->at++)
        if (*ret_times <= SERIES_POINTS_MAX)
            *ret_times = *ret_times * 10 + (peek(reader) - '0');
    return *ret_times > 0 || fail(reader, start, "how many times, at least 1");
}

static unsigned read_marks(struct reader *reader)
{
    unsigned flags = 0;
    for (size_t i = 0; i < MARKS; i++)
        if (peek(reader) == marks[i].letter) {
            flags |= marks[i].flag;
            reader->at++;
        }
    return flags;
}

static bool read_figures(struct reader *reader)
{
    size_t start = reader->at;
    int64_t figure, step = 0;
    int times;
    if (!read_number(reader, &figure))
        return false;
    char sign = peek(reader);
    bool steps = sign == '+' || sign == '-';
    reader->at += steps;
    if (steps && !read_number(reader, &step))
        return false;
    if (steps && peek(reader) != 'x')
        return fail(reader, reader->at, "how many steps, as in 10+2x5");
    /* A mark stands before or behind the repetition: 10ex3 and 10x3e. */
    unsigned flags = read_marks(reader);
    if (!read_times(reader, 1, &times))
        return false;
    flags |= read_marks(reader);
    for (int i = 0; i < times + steps; i++) {
        struct series_point point = {true, figure + (sign == '-' ? -step : step) * i, flags};
        if (!push(reader, start, point))
            return false;
    }
    return true;
}

static bool read_gap(struct reader *reader)
{
    size_t start = reader->at;
    struct series_point point = {.flags = peek(reader) == '~' ? OBSERVATION_SUPPRESSED : 0};
    int times;
    reader->at++;
    if (!read_times(reader, 1, &times))
        return false;
    while (times-- > 0)
        if (!push(reader, start, point))
            return false;
    return true;
}

static bool read_item(struct reader *reader)
{
    bool gap = peek(reader) == '_' || peek(reader) == '~';
    if (!(gap ? read_gap(reader) : read_figures(reader)))
        return false;
    return reader->at == reader->text.len || is_space(peek(reader)) ||
           fail(reader, reader->at, "a blank behind the figure");
}

int series_text_read(struct slice text, struct series_points *ret_points, struct series_text_fault *ret_fault)
{
    struct reader reader = {.text = text, .points = ret_points};
    ret_points->len = 0;
    do {
        while (reader.at < text.len && is_space(peek(&reader)))
            reader.at++;
        if (reader.at == text.len && ret_points->len > 0)
            return 0;
    } while (read_item(&reader));
    *ret_fault = (struct series_text_fault){reader.at, reader.expected};
    return -EINVAL;
}

/* ---- printing ---- */

static bool is_same(const struct series_point *a, const struct series_point *b)
{
    return a->known == b->known && a->flags == b->flags && (!a->known || a->figure == b->figure);
}

static int print_point(const struct series_point *point, struct buf *out)
{
    if (!point->known)
        return buf_puts(out, (point->flags & OBSERVATION_SUPPRESSED) != 0 ? "~" : "_");
    int thousandths = (int)(point->figure % FIGURE_SCALE), digits = 3;
    int r = buf_printf(out, "%lld", (long long)(point->figure / FIGURE_SCALE));
    for (; thousandths > 0 && thousandths % 10 == 0; thousandths /= 10)
        digits--;
    if (r == 0 && thousandths > 0)
        r = buf_printf(out, ".%0*d", digits, thousandths);
    for (size_t i = 0; r == 0 && i < MARKS; i++)
        if ((point->flags & marks[i].flag) != 0)
            r = buf_append(out, &marks[i].letter, 1);
    return r;
}

int series_text_print(const struct series_point *points, size_t n, struct buf *out)
{
    int r = 0;
    for (size_t i = 0, times; i < n && r == 0; i += times) {
        for (times = 1; i + times < n && is_same(&points[i], &points[i + times]);)
            times++;
        if (i > 0)
            r = buf_puts(out, " ");
        if (r == 0)
            r = print_point(&points[i], out);
        if (r == 0 && times > 1)
            r = buf_printf(out, "x%zu", times);
    }
    return r;
}
