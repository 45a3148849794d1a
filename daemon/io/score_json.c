#include "io/score_json.h"

#include <json.h>
#include <math.h>
#include <stdio.h>

#include "core/period.h"

static void add_text(struct json_object *object, const char *key, const char *text)
{
    json_object_object_add(object, key, text != NULL ? json_object_new_string(text) : NULL);
}

static void add_count(struct json_object *object, const char *key, size_t n)
{
    json_object_object_add(object, key, json_object_new_int64((int64_t)n));
}

static void add_bool(struct json_object *object, const char *key, bool value)
{
    json_object_object_add(object, key, json_object_new_boolean(value));
}

static void add_day(struct json_object *object, const char *key, int32_t day)
{
    char text[DATE_TEXT_SIZE];
    add_text(object, key, day != DATE_NONE ? date_format(day, text) : NULL);
}

static void add_period(struct json_object *object, const char *key, int32_t period)
{
    char text[PERIOD_TEXT_SIZE];
    add_text(object, key, period_format(period, text));
}

/* Six decimals; the counts beside it are exact. */
static void add_ratio(struct json_object *object, const char *key, size_t part, size_t whole)
{
    char text[32];
    double ratio = score_ratio(part, whole);
    snprintf(text, sizeof text, "%.6f", ratio);
    json_object_object_add(object, key, isfinite(ratio) ? json_object_new_double_s(ratio, text) : NULL);
}

static struct json_object *run_object(const struct score_run *run)
{
    struct json_object *object = json_object_new_object();
    add_text(object, "program", run->program);
    add_text(object, "ruleset", run->ruleset);
    add_text(object, "rules", run->rules);
    add_text(object, "data", run->data);
    add_text(object, "cases", run->cases);
    add_period(object, "from", run->first);
    add_period(object, "to", run->last);
    add_bool(object, "vintage", run->vintage);
    add_count(object, "figures", run->figures);
    add_count(object, "figures_without_vintage", run->figures_revised);
    json_object_object_add(object, "lag_days", run->vintage ? NULL : json_object_new_int(run->lag_days));
    return object;
}

static struct json_object *leads_object(const struct score_rate *rate)
{
    if (rate->leads == 0)
        return NULL;
    struct json_object *object = json_object_new_object();
    add_count(object, "cases", rate->leads);
    json_object_object_add(object, "median", json_object_new_int(rate->lead_median));
    json_object_object_add(object, "min", json_object_new_int(rate->lead_min));
    json_object_object_add(object, "max", json_object_new_int(rate->lead_max));
    return object;
}

static struct json_object *rate_object(const struct score_rate *rate)
{
    struct json_object *object = json_object_new_object();
    add_count(object, "cases", rate->cases);
    add_count(object, "scored", rate->scored);
    add_count(object, "hits", rate->hits);
    add_count(object, "hits_by_proxy", rate->proxies);
    add_count(object, "late", rate->late);
    add_count(object, "missed", rate->missed);
    add_ratio(object, "recall", rate->hits, rate->scored);
    add_count(object, "placebo_windows", rate->placebos);
    add_count(object, "placebo_hits", rate->placebo_hits);
    add_ratio(object, "base_rate", rate->placebo_hits, rate->placebos);
    json_object_object_add(object, "lead_days", leads_object(rate));
    return object;
}

static struct json_object *strata_array(const struct score *score)
{
    struct json_object *array = json_object_new_array();
    for (enum stratum stratum = 0; stratum < STRATUM_COUNT; stratum++) {
        struct json_object *object = rate_object(&score->rates[stratum]);
        add_text(object, "stratum", stratum_letters[stratum]);
        add_text(object, "title", stratum_titles[stratum]);
        json_object_array_add(array, object);
    }
    return array;
}

static struct json_object *alert_object(const struct score_alert *alert)
{
    if (alert == NULL)
        return NULL;
    struct json_object *object = json_object_new_object();
    struct alert_scope scope = {
        alert->rule, alert->product, alert->market, alert->origin != NULL ? alert->origin : ""};
    char id[ALERT_ID_SIZE];
    alert_id(&scope, alert->raised, id);
    add_text(object, "alert", id);
    add_text(object, "rule", alert->rule);
    add_text(object, "product", alert->product);
    add_text(object, "market", alert->market);
    add_text(object, "origin", alert->origin != NULL && alert->origin[0] != '\0' ? alert->origin : NULL);
    add_period(object, "raised", alert->raised);
    add_day(object, "known", alert->known);
    add_day(object, "cleared", alert->cleared_known);
    add_text(object, "severity", severity_name(alert->severity));
    return object;
}

static struct json_object *alerts_array(const struct score *score)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < score->alert_count; i++)
        json_object_array_add(array, alert_object(&score->alerts[i]));
    return array;
}

static struct json_object *case_object(const struct score_result *result)
{
    struct json_object *object = json_object_new_object();
    add_text(object, "id", result->about->id);
    add_text(object, "stratum", stratum_letters[result->about->stratum]);
    add_text(object, "market", result->about->market);
    add_text(object, "product", result->about->product);
    add_day(object, "petition", result->about->petition);
    add_bool(object, "estimated", result->about->estimated);
    add_text(object, "confidence", confidence_letters[result->about->confidence]);
    add_bool(object, "publish_lead", result->about->confidence != CASE_GENERAL);
    add_text(object, "outcome", score_outcome_names[result->outcome]);
    add_text(object, "reason", result->gap != SCORE_GAP_NONE ? score_gap_texts[result->gap] : NULL);
    json_object_object_add(
        object, "lead_days", result->first != NULL ? json_object_new_int(result->lead) : NULL);
    add_bool(object, "standing", result->standing);
    add_bool(object, "proxy", result->proxy);
    add_count(object, "placebo_windows", (size_t)result->placebos);
    add_count(object, "placebo_hits", (size_t)result->placebo_hits);
    json_object_object_add(object, "first_alert", alert_object(result->first));
    return object;
}

static struct json_object *cases_array(const struct score *score)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < score->case_count; i++)
        json_object_array_add(array, case_object(&score->results[i]));
    return array;
}

static struct json_object *tops_array(const struct score_top tops[SCORE_TOP_COUNT])
{
    struct json_object *array = json_object_new_array();
    for (size_t k = 0; k < SCORE_TOP_COUNT; k++) {
        struct json_object *object = json_object_new_object();
        json_object_object_add(object, "k", json_object_new_int(score_tops[k]));
        add_count(object, "alerts", tops[k].taken);
        add_count(object, "hits", tops[k].hits);
        add_ratio(object, "precision", tops[k].hits, tops[k].taken);
        json_object_array_add(array, object);
    }
    return array;
}

static struct json_object *months_array(const struct score *score)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < score->month_count; i++) {
        const struct score_month *month = &score->months[i];
        struct json_object *object = json_object_new_object();
        add_period(object, "month", month->period);
        add_count(object, "alerts", month->raised);
        for (enum severity severity = 0; severity < SEVERITY_COUNT; severity++)
            add_count(object, severity_name(severity), month->by_severity[severity]);
        json_object_object_add(object, "precision", month->followed_up ? tops_array(month->tops) : NULL);
        json_object_array_add(array, object);
    }
    return array;
}

static struct json_object *rules_array(const struct score *score)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < score->rule_count; i++) {
        const struct score_rule *rule = &score->rules[i];
        struct json_object *object = json_object_new_object();
        add_text(object, "rule", rule->rule);
        add_count(object, "alerts", rule->raised);
        add_count(object, "hits", rule->hits);
        add_count(object, "cases", rule->cases);
        add_count(object, "open", rule->open);
        json_object_array_add(array, object);
    }
    return array;
}

static int write_and_put(struct json_object *object, struct buf *out)
{
    int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
    const char *text = json_object_to_json_string_ext(object, flags);
    size_t start = out->len;
    int r = buf_puts(out, text);
    if (r == 0 && (r = buf_puts(out, "\n")) < 0) {
        out->len = start;
        out->data[start] = '\0';
    }
    json_object_put(object);
    return r;
}

int score_json_write(const struct score_run *run, const struct score *score, struct buf *out)
{
    struct json_object *object = json_object_new_object();
    json_object_object_add(object, "run", run_object(run));
    add_count(object, "alerts", score->alert_count);
    add_count(object, "alerts_without_vintage", score->revised);
    add_ratio(object, "alerts_per_month", score->alert_count, score->month_count);
    json_object_object_add(object, "all", rate_object(&score->all));
    json_object_object_add(object, "strata", strata_array(score));
    json_object_object_add(object, "cases", cases_array(score));
    add_day(object, "cases_end", score->cases_end);
    add_count(object, "months_followed_up", score->followed_up);
    json_object_object_add(object, "precision", tops_array(score->tops));
    json_object_object_add(object, "rules", rules_array(score));
    json_object_object_add(object, "months", months_array(score));
    json_object_object_add(object, "raised", alerts_array(score));
    return write_and_put(object, out);
}

int score_json_write_tune(const struct score_run *run, const char *threshold,
    const struct score_point *points, size_t n, struct buf *out)
{
    struct json_object *object = json_object_new_object(), *array = json_object_new_array();
    json_object_object_add(object, "run", run_object(run));
    add_text(object, "threshold", threshold);
    for (size_t i = 0; i < n; i++) {
        struct json_object *point = json_object_new_object();
        add_text(point, "value", points[i].text);
        add_count(point, "alerts", points[i].alerts);
        add_ratio(point, "alerts_per_month", points[i].alerts, points[i].months);
        add_count(point, "scored", points[i].scored);
        add_count(point, "hits", points[i].hits);
        add_ratio(point, "recall", points[i].hits, points[i].scored);
        add_count(point, "placebo_windows", points[i].placebos);
        add_count(point, "placebo_hits", points[i].placebo_hits);
        add_ratio(point, "base_rate", points[i].placebo_hits, points[i].placebos);
        json_object_array_add(array, point);
    }
    json_object_object_add(object, "points", array);
    return write_and_put(object, out);
}
