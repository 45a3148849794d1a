#include "core/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/period.h"

enum { DECIMAL_SIZE = 32 };

/* A double holds whole numbers exactly below this, and grouped digits of it still fit FIGURE_TEXT_SIZE. */
static const double decimal_limit = 1e15;

const char *value_type_name(enum value_type type)
{
    static const char *const names[VALUE_TYPE_COUNT] = {
        [VALUE_NUMBER] = "number",
        [VALUE_RATIO] = "ratio",
        [VALUE_POINTS] = "points",
        [VALUE_MONEY] = "money",
        [VALUE_QUANTITY] = "quantity",
        [VALUE_WEIGHT] = "weight",
        [VALUE_UNIT_VALUE] = "unit_value",
        [VALUE_MONTHS] = "months",
        [VALUE_PERIOD] = "period",
        [VALUE_BOOLEAN] = "boolean",
    };
    return names[type];
}

const char *const unknown_names[UNKNOWN_COUNT + 1] = {
    [KNOWN] = "known",
    [UNKNOWN_NO_SERIES] = "no_series",
    [UNKNOWN_MONTH] = "month",
    [UNKNOWN_ZERO_BASE] = "zero_base",
    [UNKNOWN_ESTIMATED] = "estimated",
    [UNKNOWN_SUPPRESSED] = "suppressed",
    [UNKNOWN_EARLY] = "early",
    [UNKNOWN_RANGE] = "range",
    [UNKNOWN_SPREAD] = "spread",
    [UNKNOWN_RIVALS] = "rivals",
    [UNKNOWN_QUOTA] = "quota",
    [UNKNOWN_MEASURE] = "measure",
    [UNKNOWN_CALENDAR] = "calendar",
};

const char *unknown_text(enum unknown unknown, enum language language)
{
    /* Each fits FIGURE_TEXT_SIZE: a figure may consist of it. */
    static const char *const texts[UNKNOWN_COUNT][LANGUAGE_COUNT] = {
        [KNOWN] = {"", ""},
        [UNKNOWN_NO_SERIES] = {"không có nguồn số liệu", "no source reports it"},
        [UNKNOWN_MONTH] = {"thiếu số liệu một tháng", "a month is missing"},
        [UNKNOWN_ZERO_BASE] = {"kỳ gốc bằng 0", "the base is zero"},
        [UNKNOWN_ESTIMATED] = {"lượng do nguồn ước tính", "the quantity is an estimate"},
        [UNKNOWN_SUPPRESSED] = {"số liệu được giữ kín", "a figure is confidential"},
        [UNKNOWN_EARLY] = {"lũy kế chưa đủ (trước tháng 4)", "year to date starts in April"},
        [UNKNOWN_RANGE] = {"số quá lớn, không tính được", "too large to compute"},
        [UNKNOWN_SPREAD] = {"chuỗi số liệu không biến động", "the series does not vary"},
        [UNKNOWN_RIVALS] = {"không có nước khác để so sánh", "no other origin to compare with"},
        [UNKNOWN_QUOTA] = {"không có hạn ngạch áp dụng", "no quota is in force"},
        [UNKNOWN_MEASURE] = {"không có biện pháp áp dụng", "no measure is in force"},
        [UNKNOWN_CALENDAR] = {"ngoài bảng ngày Tết", "outside the Tet calendar"},
    };
    return texts[unknown][language];
}

/* Writes digits of "1234567.5" with the language's separators: 1,234,567.5 or, in Vietnamese, 1.234.567,5. */
static void punctuate(const char *plain, enum language language, char out[DECIMAL_SIZE])
{
    char thousands = language == LANGUAGE_VI ? '.' : ',', point = language == LANGUAGE_VI ? ',' : '.';
    size_t whole = strcspn(plain, "."), sign = plain[0] == '-' ? 1 : 0, n = 0;
    for (size_t i = 0; plain[i] != '\0'; i++) {
        if (i > sign && i < whole && (whole - i) % 3 == 0)
            out[n++] = thousands;
        out[n++] = i == whole ? point : plain[i];
    }
    out[n] = '\0';
}

/* Whether the rounded text is "-0", "-0.0": a sign without a number. */
static bool is_minus_zero(const char *plain)
{
    return plain[0] == '-' && strspn(plain + 1, "0.") == strlen(plain + 1);
}

static const char *decimal(double value, int decimals, enum language language, char out[DECIMAL_SIZE])
{
    char plain[DECIMAL_SIZE];
    if (!(fabs(value) < decimal_limit)) {
        snprintf(out, DECIMAL_SIZE, "%.3g", value);
        return out;
    }
    snprintf(plain, sizeof plain, "%.*f", decimals, value);
    punctuate(is_minus_zero(plain) ? plain + 1 : plain, language, out);
    return out;
}

/* Decimals that show three significant digits of a value once it is rounded to them: 9.996 has one fewer
 * than 9.99. */
static int decimals_of_three(double value)
{
    double size = fabs(value);
    int decimals = 2;
    if (size >= 99.95 || size == 0)
        decimals = 0;
    else if (size >= 9.995)
        decimals = 1;
    for (double limit = 0.9995; decimals > 0 && decimals < 6 && size < limit; limit /= 10)
        decimals++;
    return decimals;
}

static const char *three_digits(double value, enum language language, char out[DECIMAL_SIZE])
{
    return decimal(value, decimals_of_three(value), language, out);
}

/* Three digits without zeros that say nothing: 4 and 0.31, not 4.00 and 0.310. */
static const char *short_number(double value, enum language language, char out[DECIMAL_SIZE])
{
    int decimals = decimals_of_three(value);
    double scale = pow(10, decimals);
    for (double units = round(value * scale); decimals > 0 && fmod(units, 10) == 0; units /= 10)
        decimals--;
    return decimal(value, decimals, language, out);
}

static void format_percent(double value, enum language language, char *buf)
{
    char number[DECIMAL_SIZE];
    double percent = value * 100;
    decimal(percent, fabs(percent) >= 9.95 ? 0 : 1, language, number);
    snprintf(buf, FIGURE_TEXT_SIZE, "%s%%", number);
}

static void format_points(double value, enum language language, char *buf)
{
    char number[DECIMAL_SIZE];
    snprintf(buf, FIGURE_TEXT_SIZE, "%s %s", decimal(value * 100, 1, language, number),
        language == LANGUAGE_VI ? "điểm %" : "pp");
}

static void format_money(double value, enum language language, char *buf)
{
    static const struct {
        double from, unit; /* `from`: what rounds to 1.00 of the unit */
        const char *name[LANGUAGE_COUNT];
    } scales[] = {
        {999.5e6, 1e9, {" tỷ USD", " bn USD"}},
        {999.5e3, 1e6, {" triệu USD", " m USD"}},
        {999.5, 1e3, {" nghìn USD", " k USD"}},
        {0, 1, {" USD", " USD"}},
    };
    size_t i = 0;
    while (scales[i].from > 0 && !(fabs(value) >= scales[i].from))
        i++;
    char number[DECIMAL_SIZE];
    snprintf(buf, FIGURE_TEXT_SIZE, "%s%s", three_digits(value / scales[i].unit, language, number),
        scales[i].name[language]);
}

static void format_weight(double kilograms, enum language language, char *buf)
{
    char number[DECIMAL_SIZE];
    bool tonnes = fabs(kilograms) >= 999.5;
    const char *tonne = language == LANGUAGE_VI ? "tấn" : "t";
    snprintf(buf, FIGURE_TEXT_SIZE, "%s %s",
        three_digits(tonnes ? kilograms / 1000 : kilograms, language, number), tonnes ? tonne : "kg");
}

static void format_quantity(double value, enum language language, char *buf)
{
    char number[DECIMAL_SIZE];
    if (fabs(value) < 100)
        short_number(value, language, number);
    else
        decimal(value, 0, language, number);
    snprintf(buf, FIGURE_TEXT_SIZE, "%s", number);
}

static void format_unit_value(double value, enum language language, char *buf)
{
    char number[DECIMAL_SIZE];
    snprintf(buf, FIGURE_TEXT_SIZE, "%s USD/%s", three_digits(value, language, number),
        language == LANGUAGE_VI ? "đơn vị" : "unit");
}

static void format_months(double value, enum language language, char *buf)
{
    char number[DECIMAL_SIZE];
    short_number(value, language, number);
    const char *word = strcmp(number, "1") == 0 ? "month" : "months";
    snprintf(buf, FIGURE_TEXT_SIZE, "%s %s", number, language == LANGUAGE_VI ? "tháng" : word);
}

static void format_period(double value, enum language language, char *buf)
{
    char text[PERIOD_TEXT_SIZE];
    int32_t period = (int32_t)value;
    if (language == LANGUAGE_VI)
        snprintf(buf, FIGURE_TEXT_SIZE, "%02d/%04d", period_month(period), period_year(period));
    else
        snprintf(buf, FIGURE_TEXT_SIZE, "%s", period_format(period, text));
}

static void format_boolean(double value, enum language language, char *buf)
{
    static const char *const words[2][LANGUAGE_COUNT] = {{"không", "no"}, {"có", "yes"}};
    snprintf(buf, FIGURE_TEXT_SIZE, "%s", words[value != 0][language]);
}

const char *figure_format(const struct figure *figure, enum language language, char buf[FIGURE_TEXT_SIZE])
{
    static void (*const formats[VALUE_TYPE_COUNT])(double, enum language, char *) = {
        [VALUE_NUMBER] = format_quantity,
        [VALUE_RATIO] = format_percent,
        [VALUE_POINTS] = format_points,
        [VALUE_MONEY] = format_money,
        [VALUE_QUANTITY] = format_quantity,
        [VALUE_WEIGHT] = format_weight,
        [VALUE_UNIT_VALUE] = format_unit_value,
        [VALUE_MONTHS] = format_months,
        [VALUE_PERIOD] = format_period,
        [VALUE_BOOLEAN] = format_boolean,
    };
    if (figure->unknown != KNOWN)
        snprintf(buf, FIGURE_TEXT_SIZE, "%s", unknown_text(figure->unknown, language));
    else
        formats[figure->type](figure->value, language, buf);
    return buf;
}
