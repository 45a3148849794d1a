#include "core/message_sample.h"

#include <math.h>

#include "core/date.h"
#include "core/period.h"

static const char *const names[SAMPLE_FIGURES] = {"growth_3m", "share_12m", "unit_value_change"};
static const enum value_type types[SAMPLE_FIGURES] = {VALUE_RATIO, VALUE_RATIO, VALUE_RATIO};

/* Now, a month before, and as they were told. */
static const struct figure figures[SAMPLE_FIGURES] = {
    {"growth_3m", VALUE_RATIO, KNOWN, 0.62},
    {"share_12m", VALUE_RATIO, KNOWN, 0.127},
    {"unit_value_change", VALUE_RATIO, UNKNOWN_SUPPRESSED, 0},
};
static const struct figure figures_before[SAMPLE_FIGURES] = {
    {"growth_3m", VALUE_RATIO, KNOWN, 0.48},
    {"share_12m", VALUE_RATIO, KNOWN, 0.127},
    {"unit_value_change", VALUE_RATIO, KNOWN, -0.055},
};
static const struct figure figures_told[SAMPLE_FIGURES] = {
    {"growth_3m", VALUE_RATIO, KNOWN, 0.41},
    {"share_12m", VALUE_RATIO, KNOWN, 0.127},
    {"unit_value_change", VALUE_RATIO, KNOWN, -0.055},
};

static const char *const basis[] = {"19 USC 1677(7)(C)(i) — significant increase in the volume of imports",
    "19 USC 1677j(b)(3)(A) — pattern of trade", NULL};

static const struct measure measures[] = {
    {.id = "A-570-051",
        .market = "US",
        .against = "CN",
        .basket = "plywood",
        .type = MEASURE_ANTI_DUMPING_AND_COUNTERVAILING,
        .from = 17535, /* 2018-01-04 */
        .to = DATE_NONE,
        .rate = 1.8336,
        .title = "Hardwood plywood",
        .source = "83 FR 504"},
    {.id = "A-552-837",
        .market = "US",
        .against = "VN",
        .basket = "plywood",
        .type = MEASURE_ANTI_DUMPING,
        .petition = 20230, /* 2025-05-22 */
        .from = DATE_NONE,
        .to = DATE_NONE,
        .rate = NAN,
        .title = "Hardwood and decorative plywood",
        .source = "90 FR 25225"},
};

static const struct deadline deadlines[] = {
    {.market = "US",
        .types = 1u << MEASURE_ANTI_DUMPING,
        .days = 140,
        .what = {{"Bộ Thương mại Hoa Kỳ kết luận sơ bộ về bán phá giá",
            "the Department of Commerce determines preliminarily on dumping"}},
        .basis = "19 USC 1673b(b)(1)"},
};

/* growth(imports.quantity, 3m); share(imports.quantity, market.quantity, 12m);
 * growth(imports.unit_value, 3m) */
static void make_rule(struct message_sample *sample)
{
    const struct expr quantity = {.kind = EXPR_SERIES, .role = ROLE_IMPORTS, .column = SERIES_QUANTITY};
    const struct expr whole = {.kind = EXPR_SERIES, .role = ROLE_MARKET, .column = SERIES_QUANTITY};
    const struct expr price = {.kind = EXPR_SERIES, .role = ROLE_IMPORTS, .column = SERIES_UNIT_VALUE};
    const struct expr quarter = {.kind = EXPR_LITERAL, .type = VALUE_MONTHS, .number = 3};
    const struct expr year = {.kind = EXPR_LITERAL, .type = VALUE_MONTHS, .number = 12};
    const struct expr arguments[SAMPLE_FIGURES][SAMPLE_ARGUMENTS] = {
        {quantity, quarter}, {quantity, whole, year}, {price, quarter}};
    static const char *const functions[SAMPLE_FIGURES] = {"growth", "share", "growth"};
    static const size_t counts[SAMPLE_FIGURES] = {2, 3, 2};
    for (size_t i = 0; i < SAMPLE_FIGURES; i++) {
        for (size_t k = 0; k < counts[i]; k++) {
            sample->arguments[i][k] = arguments[i][k];
            sample->pointers[i][k] = &sample->arguments[i][k];
        }
        sample->calls[i] = (struct expr){.kind = EXPR_CALL,
            .type = types[i],
            .name = slice_of(functions[i]),
            .args = sample->pointers[i],
            .arg_count = counts[i]};
        sample->lets[i] = (struct rule_let){names[i], types[i], 0, &sample->calls[i]};
    }
    sample->rule = (struct rule){
        .id = "us-surge-under-existing-duty", .lets = sample->lets, .let_count = SAMPLE_FIGURES};
}

static struct figure known(enum value_type type, double value)
{
    return (struct figure){"", type, KNOWN, value};
}

/* A year of quiet trade, then a rise. */
static void make_months(struct evidence *evidence, int32_t period)
{
    evidence->curve.first = evidence->trade.first = period - EVIDENCE_MONTHS + 1;
    evidence->curve.len = evidence->trade.len = EVIDENCE_MONTHS;
    evidence->trade_role = &series_roles[ROLE_IMPORTS];
    for (int i = 0; i < EVIDENCE_MONTHS; i++) {
        double rise = i > 15 ? (i - 15) * 0.062 : 0, season = 0.08 * (i % 4);
        evidence->trade.values[i] = known(VALUE_MONEY, 42e6 * (1 + rise + season));
        evidence->curve.values[i] = known(VALUE_RATIO, i == 24 ? 0.62 : season / 2 - 0.1 + rise);
    }
    evidence->curve.values[9].unknown = UNKNOWN_MONTH;
}

static void make_evidence(struct message_sample *sample, int32_t period)
{
    struct evidence *evidence = &sample->evidence;
    evidence->rule = &sample->rule;
    evidence->before_count = SAMPLE_FIGURES;
    for (size_t i = 0; i < SAMPLE_FIGURES; i++)
        evidence->before[i] = figures_before[i];
    struct figure none = {"", VALUE_POINTS, UNKNOWN_NO_SERIES, 0};
    evidence->limits[0] =
        (struct evidence_limit){0, ">=", known(VALUE_RATIO, 0.3), none, known(VALUE_POINTS, 0.32), true};
    evidence->limits[1] = (struct evidence_limit){
        1, "between", known(VALUE_RATIO, 0.03), known(VALUE_RATIO, 0.25), known(VALUE_POINTS, 0.097), true};
    evidence->limits[2] = (struct evidence_limit){2, "<=", known(VALUE_RATIO, -0.05), none, none, false};
    evidence->limit_count = 3;
    make_months(evidence, period);
    evidence->measures[0] = (struct evidence_measure){&measures[1], MEASURE_OPEN_CASE};
    evidence->measures[1] = (struct evidence_measure){&measures[0], MEASURE_IN_FORCE};
    evidence->measure_count = 2;
    evidence->measure_total = 5;
    evidence->deadlines[0] = (struct evidence_deadline){&deadlines[0], &measures[1], 20353};
    evidence->deadline_count = 1;
    evidence->quality = 1u << FLAG_SMALL_BASE | 1u << FLAG_TET_WINDOW;
    evidence->flags = OBSERVATION_PRELIMINARY | OBSERVATION_ESTIMATED | OBSERVATION_SUPPRESSED;
}

static struct alert_record trade_record(void)
{
    return (struct alert_record){
        .id = "5f2b8c0d9a7e41c38b6a0d2e4f617283",
        .reason = "threshold",
        .scope = {"us-surge-under-existing-duty", "plywood", "US", "CN"},
        .product_title = {{"Gỗ dán", "Plywood"}},
        .period = period_make(2025, 7),
        .raised = period_make(2025, 6),
        .severity = SEVERITY_WARNING,
        .title = {{"{{product}}: nhập khẩu của {{market}} từ Việt Nam tăng {{growth_3m}}",
            "{{product}}: {{market}} imports from Viet Nam up {{growth_3m}}"}},
        .advice = {{"Lưu chứng từ nguồn gốc nguyên liệu từ {{origin}}; chuẩn bị hồ sơ xin mức thuế riêng.",
            "Keep records of inputs from {{origin}}; prepare a separate-rate application."}},
        .basis = basis,
        .figures = figures,
        .figure_count = SAMPLE_FIGURES,
        .sources = "us-census-imports",
        .vintage = "9d5ed678fe57bcca610140957afab571e0b8f8d7f3bb9c9a8dcf1d7d2b1a7c11",
        .ruleset = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        .at_ms = INT64_C(1757320200000), /* 2025-09-08T08:30:00Z */
    };
}

static struct alert_record feed_record(void)
{
    return (struct alert_record){
        .id = "0c7e1d5a3b9f48e2a6d4c8b0f1e2d3c4",
        .reason = "feed",
        .scope = {"feed-late", "us-census-imports", "", ""},
        .product_title = {{"us-census-imports", "us-census-imports"}},
        .period = period_make(2025, 8),
        .raised = period_make(2025, 8),
        .severity = SEVERITY_CAUTION,
        .audience = AUDIENCE_INTERNAL,
        .title = {{"Nguồn dữ liệu {{product}}: tháng mới đến muộn", "Feed {{product}}: a new month is late"}},
        .advice = {{"Xem tdwatch feed status.", "See tdwatch feed status."}},
        .sources = "us-census-imports",
        .vintage = "",
        .ruleset = "",
        .at_ms = INT64_C(1757320200000),
    };
}

void message_sample_make(enum message_sample_kind kind, enum alert_event event, enum alert_state state,
    struct message_sample *ret_sample)
{
    struct message_sample *sample = ret_sample;
    *sample = (struct message_sample){.record = kind == SAMPLE_FEED ? feed_record() : trade_record()};
    bool first = event == EVENT_RAISED && kind != SAMPLE_WHOLE;
    sample->record.event = event;
    sample->record.state = state;
    sample->record.seq = first ? 1 : 2;
    sample->last = (struct alert_last){EVENT_RAISED, SEVERITY_CAUTION, period_make(2025, 6),
        INT64_C(1754641800000), figures_told, kind == SAMPLE_FEED ? 0 : SAMPLE_FIGURES};
    if (!first)
        sample->record.last = &sample->last;
    if (kind == SAMPLE_FEED)
        return;
    make_rule(sample);
    make_evidence(sample, sample->record.period);
    sample->record.evidence = &sample->evidence;
}
