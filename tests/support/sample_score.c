#include "tests/support/sample_score.h"

#include <string.h>

#include "core/period.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

const struct score_run sample_run = {
    .program = "tdwatch 0.0",
    .ruleset = "9f2c4be1a70d55e3c8b1f6027d94aa31",
    .rules = "rules/us.yaml, rules/eu.yaml",
    .data = "made-up <figures> & nothing else",
    .cases = "cases.csv",
    .first = 2010 * 12,
    .last = 2018 * 12 + 11,
    .vintage = false,
    .lag_days = 35,
    .figures = 4000,
    .figures_revised = 3520,
};

const struct score_point sample_points[] = {
    {0.1, "10%", 412, 108, 9, 8, 31, 21},
    {0.2, "20%", 230, 108, 9, 7, 31, 12},
    {0.3, "30%", 121, 108, 9, 6, 31, 6},
    {0.4, "40%", 84, 108, 9, 4, 31, 4},
    {0.5, "50%", 52, 108, 9, 4, 31, 3},
    {0.6, "60%", 31, 108, 9, 2, 31, 1},
};
const size_t sample_point_count = LEN(sample_points);

struct sample_case {
    const char *id, *market, *product, *code, *third_country;
    enum stratum stratum;
    enum case_confidence confidence;
    int petition[3]; /* year, month, day */
    bool estimated;
    int data_from; /* year; 0: none */
};

static const struct sample_case cases[] = {
    {"US-1", "US", "Hardwood plywood", "441231", "CN order 2014", STRATUM_MEASURE, CASE_CONFIRMED,
        {2016, 9, 22}, false, 2010},
    {"US-2", "US", "Wire hangers <with \"hooks\"> & rods of iron or non-alloy steel, zinc coated", "732620",
        "CN order 2008", STRATUM_MEASURE, CASE_GENERAL, {2014, 5, 29}, false, 2010},
    {"US-3", "US", "Cold-rolled steel", "720917", "CN orders", STRATUM_MEASURE, CASE_PARTLY, {2017, 4, 11},
        false, 2010},
    {"US-4", "US", "Tôm nước ấm đông lạnh (frozen warm-water shrimp)", "030617", "", STRATUM_SURGE,
        CASE_PARTLY, {2015, 12, 28}, false, 2010},
    {"EU-1", "EU", "Footwear", "640351", "", STRATUM_SURGE, CASE_CONFIRMED, {2016, 5, 30}, false, 2010},
    {"EU-2", "EU", "Bicycles", "871200", "", STRATUM_SURGE, CASE_CONFIRMED, {2011, 3, 1}, false, 2010},
    {"CA-1", "CA", "Steel wire", "721720", "", STRATUM_CUMULATION, CASE_CONFIRMED, {2018, 6, 6}, true, 2010},
    {"AU-1", "AU", "Aluminium extrusions", "760421", "", STRATUM_SURGE, CASE_PARTLY, {2016, 6, 17}, false, 0},
    {"EA-1", "EA", "Underwear", "610711", "", STRATUM_TRIGGER, CASE_CONFIRMED, {2018, 3, 15}, false, 2010},
    {"EA-2", "EA", "Children's clothing", "611120", "", STRATUM_TRIGGER, CASE_CONFIRMED, {2018, 8, 1}, false,
        2010},
};

struct sample_alert {
    const char *rule, *product, *market;
    int known[2], cleared[2]; /* year, month; year 0: open */
    double stake;
    enum severity severity;
};

static const struct sample_alert alerts[] = {
    {"us-surge-under-existing-duty", "441231", "US", {2015, 7}, {2016, 3}, 320e6, SEVERITY_WARNING},
    {"us-surge-under-existing-duty", "732620", "US", {2012, 1}, {0}, 9e6, SEVERITY_CAUTION},
    {"chapter-growth", "72", "US", {2016, 3}, {0}, 900e6, SEVERITY_WATCH},
    {"price-fell", "030617", "US", {2016, 2}, {2016, 9}, 700e6, SEVERITY_CAUTION},
    {"price-fell", "640351", "EU", {2016, 4}, {0}, 2000e6, SEVERITY_CAUTION},
    {"price-fell", "640351", "EU", {2013, 4}, {2013, 12}, 1500e6, SEVERITY_CAUTION},
    {"quota-gauge", "610711", "EA", {2017, 9}, {0}, 12e6, SEVERITY_CRITICAL},
    {"quota-gauge", "611120", "EA", {2018, 12}, {0}, 7e6, SEVERITY_CRITICAL},
};

/* Alerts that no case follows: more in some months than in others, always the same ones. */
enum { NOISE = 300 };

static const char *const noise_products[] = {"940161", "850440", "392690", "420292", "610910"};

static struct score_alert noise_alert(unsigned i)
{
    unsigned mixed = i * 2654435761u;
    int32_t period = 2010 * 12 + (int32_t)((mixed >> 8) % 108);
    int32_t known = date_of_period(period) + (int32_t)((mixed >> 3) % 28);
    return (struct score_alert){.rule = (mixed >> 5) % 3 == 0 ? "price-fell" : "chapter-growth",
        .product = noise_products[(mixed >> 16) % LEN(noise_products)],
        .market = (mixed >> 12) % 2 == 0 ? "US" : "EU",
        .origin = "",
        .raised = period - 2,
        .known = known,
        .cleared_known = known + 90,
        .stake = 1e6 * ((mixed >> 4) % 500),
        .severity = (mixed >> 20) % 7 == 0   ? SEVERITY_WARNING
                    : (mixed >> 20) % 2 == 0 ? SEVERITY_WATCH
                                             : SEVERITY_CAUTION,
        .vintage = false};
}

static bool covers(void *userdata, const char *product, const struct score_case *known_case)
{
    (void)userdata;
    return strncmp(known_case->codes.items[0], product, strlen(product)) == 0;
}

static struct score_case case_of(const struct sample_case *from)
{
    int32_t petition = date_make(from->petition[0], from->petition[1], from->petition[2]);
    return (struct score_case){.id = from->id,
        .market = from->market,
        .product = from->product,
        .type = "AD",
        .third_country = from->third_country,
        .codes = {&from->code, 1},
        .stratum = from->stratum,
        .confidence = from->confidence,
        .petition = petition,
        .initiation = petition + 20,
        .estimated = from->estimated,
        .data_from = from->data_from != 0 ? date_make(from->data_from, 1, 1) : DATE_NONE,
        .data_to = from->data_from != 0 ? date_make(2018, 12, 31) : DATE_NONE};
}

static struct score_alert alert_of(const struct sample_alert *from)
{
    return (struct score_alert){.rule = from->rule,
        .product = from->product,
        .market = from->market,
        .origin = "",
        .raised = period_make(from->known[0], from->known[1]) - 2,
        .known = date_make(from->known[0], from->known[1], 5),
        .cleared_known = from->cleared[0] != 0 ? date_make(from->cleared[0], from->cleared[1], 5) : DATE_NONE,
        .stake = from->stake,
        .severity = from->severity,
        .vintage = false};
}

/* Static: the score borrows them. */
void sample_score(struct score *ret_score)
{
    static struct score_case all_cases[LEN(cases)];
    static struct score_alert all_alerts[LEN(alerts) + NOISE];
    for (size_t i = 0; i < LEN(cases); i++)
        all_cases[i] = case_of(&cases[i]);
    for (size_t i = 0; i < LEN(alerts); i++)
        all_alerts[i] = alert_of(&alerts[i]);
    for (unsigned i = 0; i < NOISE; i++)
        all_alerts[LEN(alerts) + i] = noise_alert(i + 1);
    struct score_input input = {.alerts = all_alerts,
        .alert_count = LEN(all_alerts),
        .cases = all_cases,
        .case_count = LEN(all_cases),
        .covers = covers,
        .first = sample_run.first,
        .last = sample_run.last,
        .cases_end = date_make(2018, 12, 31)};
    score_compute(&input, ret_score);
}
