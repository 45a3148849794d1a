#include "feeds/vocabulary.h"

#include <errno.h>
#include <string.h>

#include "core/code.h"
#include "core/observation.h"
#include "core/period.h"

static int read_country(struct slice text, uint32_t *ret_number)
{
    if (!code_is_country(text))
        return -EINVAL;
    *ret_number = 0;
    return 0;
}

/* Units have the syntax of codes: "t", "kg", "m3". */
static int read_code(struct slice text, uint32_t *ret_number)
{
    if (!code_is_product(text))
        return -EINVAL;
    *ret_number = 0;
    return 0;
}

/* Some sources write a point: 2026.01. */
static int read_period(struct slice text, uint32_t *ret_number)
{
    int32_t period;
    char dashed[PERIOD_TEXT_SIZE];
    if (text.len == sizeof dashed - 1 && text.data[4] == '.') {
        memcpy(dashed, text.data, text.len);
        dashed[4] = '-';
        text.data = dashed;
    }
    if (period_parse(text, &period) < 0)
        return -EINVAL;
    *ret_number = (uint32_t)period;
    return 0;
}

/* 1 to 12, with or without a zero before it; the number is added to January's. */
static int read_month(struct slice text, uint32_t *ret_number)
{
    int64_t month;
    if (text.len > 2 || str_to_int64(text, &month) < 0 || month < 1 || month > 12)
        return -EINVAL;
    *ret_number = (uint32_t)month - 1;
    return 0;
}

static int read_flow(struct slice text, uint32_t *ret_number)
{
    bool export = slice_equal(text, "export");
    if (!export && !slice_equal(text, "import"))
        return -EINVAL;
    *ret_number = export ? FLOW_EXPORT : FLOW_IMPORT;
    return 0;
}

/* "none" is for codes of a source that say nothing we act on; an empty text is the usual absence of any. */
static const struct {
    const char *name;
    uint32_t flag;
} flags[] = {
    {"", 0},
    {"none", 0},
    {"preliminary", OBSERVATION_PRELIMINARY},
    {"estimated", OBSERVATION_ESTIMATED},
    {"suppressed", OBSERVATION_SUPPRESSED},
};

static int read_flag(struct slice text, uint32_t *ret_number)
{
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (slice_equal(text, flags[i].name)) {
            *ret_number = flags[i].flag;
            return 0;
        }
    }
    return -EINVAL;
}

static const struct {
    const char *name, *expected;
    int (*read)(struct slice text, uint32_t *ret_number);
} roles[FIELD_COUNT] = {
    [FIELD_REPORTER] = {"reporter", "a country code: two upper-case letters, or W for the world",
        read_country},
    [FIELD_FLOW] = {"flow", "export or import", read_flow},
    [FIELD_PARTNER] = {"partner", "a country code: two upper-case letters, or W for the world", read_country},
    [FIELD_PRODUCT] = {"product", "a product code: 1 to 63 letters, digits and : . _ -", read_code},
    [FIELD_PERIOD] = {"period", "a month such as 2025-07 or 202507", read_period},
    [FIELD_MONTH] = {"month", "a month of the year, 1 to 12", read_month},
    [FIELD_VALUE] = {"value", NULL, NULL},
    [FIELD_QUANTITY] = {"quantity", NULL, NULL},
    [FIELD_WEIGHT] = {"weight", NULL, NULL},
    [FIELD_UNIT] = {"unit", "a unit: 1 to 63 letters, digits and : . _ -", read_code},
    [FIELD_FLAGS] = {"flags", "preliminary, estimated, suppressed or none", read_flag},
    [FIELD_CONFIDENTIALITY] = {"confidentiality", "preliminary, estimated, suppressed or none", read_flag},
};

const char *vocabulary_role_name(enum field_role role)
{
    return roles[role].name;
}

const char *vocabulary_expected(enum field_role role)
{
    return roles[role].expected;
}

int vocabulary_read(enum field_role role, struct slice text, uint32_t *ret_number)
{
    return roles[role].read != NULL ? roles[role].read(text, ret_number) : -EINVAL;
}

int vocabulary_read_year(struct slice text, uint32_t *ret_number)
{
    int64_t year;
    if (text.len != 4 || str_to_int64(text, &year) < 0 || year < PERIOD_YEAR_MIN || year > PERIOD_YEAR_MAX)
        return -EINVAL;
    *ret_number = (uint32_t)period_make((int)year, 1);
    return 0;
}
