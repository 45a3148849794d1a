#include "core/report_html.h"

#include <math.h>
#include <stdio.h>

#include "core/chart.h"
#include "core/period.h"

enum { CELL_SIZE = 96 };

/* Every text stands out from its ground by 4.5:1 and every mark by 3:1 (WCAG 2.1, 1.4.3 and 1.4.11), in both
 * schemes. */
static const char style[] =
    ":root{color-scheme:light dark;--page:#fff;--ink:#1c2430;--muted:#55606c;--line:#d5dae0;--soft:#f3f5f7;"
    "--window:#eaf1f7;--lead:#2a6fa8;--base:#b5651d;--late:#b3261e;--watch:#5b8db8;--caution:#a87f00;"
    "--warning:#cc5a1a;--critical:#8f1414;--notice:#fff6dd;--notice-line:#a87f00}\n"
    "@media (prefers-color-scheme:dark){:root{--page:#14181d;--ink:#e6eaee;--muted:#a3adb8;--line:#39424c;"
    "--soft:#1d232a;--window:#1d2b38;--lead:#6fb0e6;--base:#e0a15c;--late:#ff8a80;--watch:#6fa3d0;--caution:#"
    "d9b44a;"
    "--warning:#f0883e;--critical:#ff6b6b;--notice:#2c2612;--notice-line:#d9b44a}}\n"
    "@media "
    "print{:root{color-scheme:light;--page:#fff;--ink:#000;--muted:#444;--line:#bbb;--soft:#fff;--window:#"
    "eef3f7;"
    "--lead:#2a6fa8;--base:#b5651d;--late:#b3261e;--watch:#5b8db8;--caution:#a87f00;--warning:#cc5a1a;"
    "--critical:#8f1414;--notice:#fff;--notice-line:#000}*{print-color-adjust:exact}"
    "figure,tr{break-inside:avoid}h2{break-after:avoid}body{max-width:none;padding:0}}\n"
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:1040px;padding:24px 16px 48px;background:var(--page);color:var(--ink);"
    "font:15px/1.5 system-ui,'DejaVu Sans',Arial,sans-serif}\n"
    "h1{font-size:26px;line-height:1.25;margin:0 0 4px}h2{font-size:19px;margin:36px 0 8px}p{max-width:76ch}"
    ".muted,figcaption,caption{color:var(--muted)}.notice{background:var(--notice);border-left:4px solid "
    "var(--notice-line);padding:10px 14px;max-width:none}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;margin:16px 0}dt{color:var(--muted)}"
    "dd{margin:0;overflow-wrap:anywhere}\n"
    ".key{display:flex;flex-wrap:wrap;gap:12px;padding:0;margin:20px 0;list-style:none}"
    ".key li{flex:1 1 150px;border:1px solid var(--line);border-radius:6px;padding:10px "
    "14px;color:var(--muted)}"
    ".key b{display:block;font-size:24px;line-height:1.3;color:var(--ink)}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;margin:8px 0}"
    "caption{text-align:left;padding:4px 0}th,td{text-align:left;padding:5px 10px 5px 0;vertical-align:top;"
    "border-bottom:1px solid var(--line)}thead th{border-bottom:2px solid var(--line);font-weight:600;"
    "vertical-align:bottom}tbody th{font-weight:400}.n{text-align:right;white-space:nowrap;"
    "padding-left:14px;font-variant-numeric:tabular-nums}thead "
    ".n{white-space:normal}.d{white-space:nowrap}.total>*{font-weight:600}\n"
    "figure{margin:12px "
    "0;overflow-x:auto}figcaption{font-size:14px;max-width:76ch}svg{display:block;max-width:100%;height:auto}"
    "@media screen{svg{min-width:720px}figcaption{position:sticky;left:0}}"
    "details{margin:8px 0}summary{cursor:pointer}\n"
    "svg text{font-size:12px;fill:var(--muted)}svg .name{fill:var(--ink)}svg "
    ".strong{fill:var(--ink);font-weight:600}"
    "svg .faint{font-style:italic}svg .halo{paint-order:stroke;stroke:var(--page);stroke-width:4px}svg "
    ".grid{stroke:var(--line)}svg .axis{stroke:var(--muted)}"
    "svg .petition{stroke:var(--ink);stroke-width:2}svg .window{fill:var(--window)}"
    "svg .lead,svg .recall{fill:var(--lead)}svg .lead.proxy{fill:none;stroke:var(--lead)}svg "
    ".base{fill:var(--base)}"
    "svg .mark{fill:var(--lead);stroke:var(--page);stroke-width:1.5}"
    "svg .mark.hollow{fill:var(--page);stroke:var(--lead);stroke-width:2}svg .late{fill:var(--late)}"
    "svg .missed{fill:none;stroke:var(--muted);stroke-dasharray:4 3}"
    "svg .watch{fill:var(--watch)}svg .caution{fill:var(--caution)}svg .warning{fill:var(--warning)}"
    "svg .critical{fill:var(--critical)}svg .curve{fill:none;stroke:var(--lead);stroke-width:2}"
    "svg .mark-alerts{fill:var(--lead)}svg .base-line{stroke:var(--base);stroke-dasharray:6 4}\n";

/* ---- cells ---- */

static void put_cell(struct markup *markup, const char *text)
{
    markup_element(markup, "<td>", text, "</td>");
}

static void put_day(struct markup *markup, int32_t day)
{
    char text[DATE_TEXT_SIZE];
    markup_element(markup, "<td class=\"d\">", date_format(day, text), "</td>");
}

static void put_count(struct markup *markup, size_t n)
{
    markup_format(markup, "<td class=\"n\">%zu</td>", n);
}

/* "67 % (4 of 6)"; "–" of none. */
static const char *share_text(size_t part, size_t whole, char buf[CELL_SIZE])
{
    char percent[SCORE_PERCENT_SIZE];
    if (whole == 0)
        return "–";
    snprintf(buf, CELL_SIZE, "%s (%zu of %zu)", score_percent(part, whole, percent), part, whole);
    return buf;
}

static void put_share(struct markup *markup, size_t part, size_t whole)
{
    char text[CELL_SIZE];
    markup_element(markup, "<td class=\"n\">", share_text(part, whole, text), "</td>");
}

static void put_lead(struct markup *markup, const struct score_result *result)
{
    markup_put(markup, "<td class=\"n\">");
    if (result->outcome == SCORE_LATE)
        markup_format(markup, "%d days late<br><span class=\"muted\">%.1f months</span></td>", -result->lead,
            score_months(-result->lead));
    else if (result->standing)
        markup_format(markup, "≥ %d days<br><span class=\"muted\">≥ %d months</span></td>", result->lead,
            SCORE_WINDOW_MONTHS);
    else
        markup_format(markup, "%d days<br><span class=\"muted\">%.1f months</span></td>", result->lead,
            score_months(result->lead));
}

struct heading {
    const char *text;
    bool number;
};

static void put_table_start(
    struct markup *markup, const char *caption, const struct heading *headings, size_t n)
{
    markup_element(markup, "<div class=\"scroll\"><table>\n<caption>", caption, "</caption>\n<thead><tr>");
    for (size_t i = 0; i < n; i++)
        markup_element(markup, headings[i].number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">",
            headings[i].text, "</th>");
    markup_put(markup, "</tr></thead>\n<tbody>\n");
}

static void put_table_end(struct markup *markup)
{
    markup_put(markup, "</tbody>\n</table></div>\n");
}

/* ---- the head ---- */

static void put_start(struct markup *markup, const char *title)
{
    markup_put(markup, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"color-scheme\" content=\"light dark\">\n");
    markup_element(markup, "<title>", title, "</title>\n<style>\n");
    markup_put(markup, style);
    markup_element(markup, "</style>\n</head>\n<body>\n<main>\n<h1>", title, "</h1>\n");
}

static void put_fact(struct markup *markup, const char *open, const char *text)
{
    if (text != NULL && text[0] != '\0')
        markup_element(markup, open, text, "</dd>\n");
}

static void put_run(struct markup *markup, const struct score_run *run)
{
    char first[PERIOD_TEXT_SIZE], last[PERIOD_TEXT_SIZE];
    markup_put(markup, "<dl>\n");
    put_fact(markup, "<dt>Rules</dt><dd>", run->rules);
    put_fact(markup, "<dt>Rule set</dt><dd>", run->ruleset);
    markup_element(markup, "<dt>Months of publication</dt><dd>", period_format(run->first, first), " to ");
    markup_element(markup, "", period_format(run->last, last), "</dd>\n");
    put_fact(markup, "<dt>Data</dt><dd>", run->data);
    put_fact(markup, "<dt>Cases</dt><dd>", run->cases);
    put_fact(markup, "<dt>Made by</dt><dd>", run->program);
    markup_put(markup, "</dl>\n");
}

/* `revised` of `alerts` were raised by figures of which only the revised state is known. */
static void put_notice(struct markup *markup, const struct score_run *run, size_t revised, size_t alerts)
{
    if (run->vintage && revised == 0)
        return;
    markup_format(markup,
        "<p class=\"notice\" role=\"note\"><strong>no vintage: only revised figures exist; publication lag "
        "of %d days "
        "assumed.</strong>",
        run->lag_days);
    char percent[SCORE_PERCENT_SIZE];
    markup_format(markup, " This concerns %s of the figures.",
        score_percent(run->figures_revised, run->figures, percent));
    if (revised > 0 && revised < alerts)
        markup_format(markup, " They raised %zu of %zu alerts.", revised, alerts);
    markup_put(markup,
        " What was published at the time may have looked different, so an alert may have come earlier "
        "or later than shown, or not at all.</p>\n");
}

static void put_key_figures(struct markup *markup, const struct score *score)
{
    char text[CELL_SIZE];
    const struct score_rate *all = &score->all;
    markup_put(markup, "<ul class=\"key\">\n");
    markup_element(markup, "<li><b>", share_text(all->hits, all->scored, text),
        "</b>cases with an alert in time</li>\n");
    markup_element(markup, "<li><b>", share_text(all->placebo_hits, all->placebos, text),
        "</b>windows without a case that an alert was in</li>\n");
    if (all->leads > 0)
        markup_format(markup, "<li><b>%.1f months</b>median lead (%zu cases with sourced dates)</li>\n",
            score_months(all->lead_median), all->leads);
    else
        markup_put(markup, "<li><b>–</b>median lead: no hit with sourced dates</li>\n");
    if (score->month_count > 0)
        markup_format(markup, "<li><b>%.1f</b>alerts per month</li>\n", score_alerts_per_month(score));
    markup_put(markup, "</ul>\n");
}

/* ---- recall ---- */

static void put_rate(
    struct markup *markup, const char *letter, const char *title, const struct score_rate *rate)
{
    markup_element(markup, "<th scope=\"row\">", letter, " ");
    markup_element(markup, "", title, "</th>");
    put_count(markup, rate->cases);
    put_count(markup, rate->scored);
    put_share(markup, rate->hits, rate->scored);
    put_count(markup, rate->proxies);
    put_count(markup, rate->late);
    put_count(markup, rate->missed);
    put_share(markup, rate->placebo_hits, rate->placebos);
    if (rate->leads > 0)
        markup_format(markup, "<td class=\"n\">%d (%d to %d; n = %zu)</td></tr>\n", rate->lead_median,
            rate->lead_min, rate->lead_max, rate->leads);
    else
        markup_put(markup, "<td class=\"n\">–</td></tr>\n");
}

static void put_rates(struct markup *markup, const struct score *score)
{
    static const struct heading headings[] = {{"Kind of case", false}, {"Cases", true}, {"Scored", true},
        {"Recall", true}, {"of it by proxy", true}, {"Late", true}, {"Missed", true}, {"Base rate", true},
        {"Median lead, days (range)", true}};
    markup_put(markup, "<section>\n<h2>Recall against base rate</h2>\n<figure>\n");
    chart_rates(markup, score);
    markup_put(markup, "<figcaption>Recall says something only where it is well above the base rate: a rule "
                       "that is always on finds "
                       "every case. With few cases a share is uncertain; read the numbers in "
                       "brackets.</figcaption>\n</figure>\n");
    put_table_start(markup, "By kind of case", headings, sizeof headings / sizeof *headings);
    for (enum stratum stratum = 0; stratum < STRATUM_COUNT; stratum++) {
        if (score->rates[stratum].cases == 0)
            continue;
        markup_put(markup, "<tr>");
        put_rate(markup, stratum_letters[stratum], stratum_titles[stratum], &score->rates[stratum]);
    }
    markup_put(markup, "<tr class=\"total\">");
    put_rate(markup, "all", "cases", &score->all);
    put_table_end(markup);
    markup_put(markup, "</section>\n");
}

/* ---- cases ---- */

/* The result, the first alert, its lead and its rule; one cell over all four where there was no alert. */
static void put_outcome(struct markup *markup, const struct score_result *result)
{
    const char *outcome = score_outcome_names[result->outcome];
    if (result->first == NULL) {
        markup_element(markup, "<td colspan=\"4\">", outcome, result->gap != SCORE_GAP_NONE ? ": " : "");
        markup_element(markup, "", score_gap_texts[result->gap], "</td>");
        return;
    }
    markup_element(markup, "<td>", outcome, result->proxy ? ", chapter proxy" : "");
    markup_put(markup, result->standing ? ", open when the window began</td>" : "</td>");
    put_day(markup, result->first->known);
    put_lead(markup, result);
    markup_element(markup, "<td>", result->first->rule, " <span class=\"muted\">");
    markup_element(markup, "", result->first->product, "</span></td>");
}

static void put_confidence(struct markup *markup, const struct score_result *result)
{
    markup_element(markup, "<td>", confidence_letters[result->about->confidence], "");
    if (result->about->confidence == CASE_GENERAL)
        markup_put(markup, ": lead time not to be published");
    markup_put(markup, "</td></tr>\n");
}

static void put_case(struct markup *markup, const struct score_result *result)
{
    char text[DATE_TEXT_SIZE];
    const struct score_case *about = result->about;
    markup_element(markup, "<tr><th scope=\"row\" class=\"d\">", about->id, "</th>");
    put_cell(markup, stratum_letters[about->stratum]);
    put_cell(markup, about->product);
    put_cell(markup, about->market);
    markup_element(markup, "<td class=\"d\">", date_format(about->petition, text),
        about->estimated ? "<br><span class=\"muted\">estimated</span></td>" : "</td>");
    put_outcome(markup, result);
    put_confidence(markup, result);
}

static void put_cases(struct markup *markup, const struct score *score)
{
    static const struct heading headings[] = {{"Case", false}, {"Kind", false}, {"Product", false},
        {"Market", false}, {"Petition", false}, {"Result", false}, {"First alert", false}, {"Lead", true},
        {"Rule and product", false}, {"Dates", false}};
    markup_put(markup, "<section>\n<h2>First alert before each petition</h2>\n<figure>\n");
    chart_leads(markup, score);
    markup_put(markup, "<figcaption>A bar reaches from the first alert to the petition, its length in months "
                       "beside it. An arrow to the "
                       "left: the alert was open before the window began. Hollow: only an alert on a coarser "
                       "code (chapter proxy). "
                       "A dashed box: no alert in time; a red mark: the first alert came after the petition. "
                       "G: dates from general "
                       "knowledge, lead time not to be published.</figcaption>\n</figure>\n");
    put_table_start(markup, "By case", headings, sizeof headings / sizeof *headings);
    for (size_t i = 0; i < score->case_count; i++)
        put_case(markup, &score->results[i]);
    put_table_end(markup);
    markup_put(markup,
        "<p class=\"muted\">Dates: S confirmed in a source, P partly, G general knowledge. Lead statistics "
        "leave G out. "
        "Where only month or year of a petition is known, its first day counts.</p>\n</section>\n");
}

/* ---- months, precision, rules ---- */

static void put_month_rows(struct markup *markup, const struct score *score)
{
    for (size_t i = 0; i < score->month_count; i++) {
        const struct score_month *month = &score->months[i];
        char period[PERIOD_TEXT_SIZE];
        markup_element(markup, "<tr><th scope=\"row\">", period_format(month->period, period), "</th>");
        for (enum severity severity = 0; severity < SEVERITY_COUNT; severity++)
            put_count(markup, month->by_severity[severity]);
        put_count(markup, month->raised);
        markup_put(markup, "</tr>\n");
    }
}

static void put_months(struct markup *markup, const struct score *score)
{
    static const struct heading headings[] = {{"Published in", false}, {"watch", true}, {"caution", true},
        {"warning", true}, {"critical", true}, {"Alerts", true}};
    _Static_assert(sizeof headings / sizeof *headings == SEVERITY_COUNT + 2, "a column for each severity");
    markup_put(markup, "<section>\n<h2>Alerts per month</h2>\n");
    if (score->month_count == 0) {
        markup_put(markup, "<p>No month was judged.</p>\n</section>\n");
        return;
    }
    markup_put(markup, "<figure>\n");
    chart_months(markup, score);
    markup_format(markup,
        "<figcaption>%zu alerts in %zu months, by the month in which the figures that raised them were "
        "published.</figcaption>\n</figure>\n<details><summary>The same as a table</summary>\n",
        score->alert_count, score->month_count);
    put_table_start(markup, "Alerts raised, by severity", headings, sizeof headings / sizeof *headings);
    put_month_rows(markup, score);
    put_table_end(markup);
    markup_put(markup, "</details>\n</section>\n");
}

static void put_precision(struct markup *markup, const struct score *score)
{
    static const struct heading headings[] = {
        {"Alerts of each month, by stake", false}, {"Alerts", true}, {"Followed by a petition", true}};
    char day[DATE_TEXT_SIZE];
    markup_put(markup, "<section>\n<h2>Precision</h2>\n");
    put_table_start(markup, "Precision at K", headings, sizeof headings / sizeof *headings);
    for (size_t k = 0; k < SCORE_TOP_COUNT; k++) {
        markup_format(markup, "<tr><th scope=\"row\">top %d</th>", score_tops[k]);
        put_count(markup, score->tops[k].taken);
        put_share(markup, score->tops[k].hits, score->tops[k].taken);
        markup_put(markup, "</tr>\n");
    }
    put_table_end(markup);
    markup_format(markup,
        "<p class=\"muted\">Of the K alerts with the largest value at stake in a month, the share that a "
        "petition of the "
        "case list followed within %d months. What is no case yet may become one, and the list does not hold "
        "every case, so "
        "this is a lower bound. Counted are the %zu months of %zu with at least %d months of follow-up "
        "before the list "
        "ends",
        SCORE_WINDOW_MONTHS, score->followed_up, score->month_count, SCORE_FOLLOW_UP_MONTHS);
    markup_element(markup, " (",
        score->cases_end != DATE_NONE ? date_format(score->cases_end, day) : "no case",
        ").</p>\n</section>\n");
}

static void put_rules(struct markup *markup, const struct score *score)
{
    static const struct heading headings[] = {{"Rule", false}, {"Alerts raised", true},
        {"Followed by a petition", true}, {"Cases found", true}, {"Open at the end", true}};
    markup_put(markup, "<section>\n<h2>Rules</h2>\n");
    put_table_start(markup, "By rule", headings, sizeof headings / sizeof *headings);
    for (size_t i = 0; i < score->rule_count; i++) {
        const struct score_rule *rule = &score->rules[i];
        markup_element(markup, "<tr><th scope=\"row\">", rule->rule, "</th>");
        put_count(markup, rule->raised);
        put_count(markup, rule->hits);
        put_count(markup, rule->cases);
        put_count(markup, rule->open);
        markup_put(markup, "</tr>\n");
    }
    if (score->rule_count == 0)
        markup_put(markup, "<tr><td colspan=\"5\">No rule raised an alert.</td></tr>\n");
    put_table_end(markup);
    markup_put(markup, "</section>\n");
}

/* ---- how to read it ---- */

static void put_method(struct markup *markup)
{
    markup_format(markup,
        "<section>\n<h2>How this was counted</h2>\n<ul>\n"
        "<li><b>Hit</b>: an alert of the case’s market that covers its product stood open in the %d months "
        "before the "
        "petition.</li>\n",
        SCORE_WINDOW_MONTHS);
    markup_put(markup,
        "<li><b>Lead</b>: days from the publication that raised the first such alert to the petition, and "
        "not to the "
        "initiation. An alert that was open already when the window began counts from there.</li>\n"
        "<li><b>Late</b>: the first alert came on the day of the petition or within 18 months after "
        "it.</li>\n"
        "<li><b>Scored</b>: cases whose figures begin at least 24 months before the petition.</li>\n"
        "<li><b>Base rate</b>: the same count for windows of 18 months that end 24, 36, 48 … months before "
        "each petition, "
        "as far as figures reach, without those that another case on the product falls into. They overlap by "
        "six "
        "months, so they are fewer independent trials than their number says.</li>\n"
        "<li><b>Chapter proxy</b>: the alert is on a code above the codes of the case. It counts, and says "
        "less.</li>\n"
        "<li><b>Petition (estimated)</b>: only the initiation is known; 20 days before it in US, 45 "
        "elsewhere.</li>\n"
        "</ul>\n<p class=\"muted\">An alert says that a pattern is consistent with one that investigators "
        "have relied on. "
        "It says nothing about any company.</p>\n</section>\n");
    _Static_assert(SCORE_WINDOW_MONTHS == 18 && SCORE_HISTORY_MONTHS == 24, "the text above names them");
}

int report_html(const struct score_run *run, const struct score *score, struct buf *out)
{
    struct markup markup = markup_on(out);
    put_start(&markup, "Backtest");
    markup_put(&markup,
        "<p class=\"muted\">Past alerts of a rule set, measured against known trade-remedy cases.</p>\n");
    put_run(&markup, run);
    put_notice(&markup, run, score->revised, score->alert_count);
    put_key_figures(&markup, score);
    put_rates(&markup, score);
    put_cases(&markup, score);
    put_months(&markup, score);
    put_precision(&markup, score);
    put_rules(&markup, score);
    put_method(&markup);
    markup_put(&markup, "</main>\n</body>\n</html>\n");
    return markup_end(&markup);
}

static void put_monthly(struct markup *markup, const struct score_point *point)
{
    if (point->months > 0)
        markup_format(markup, "<td class=\"n\">%.1f</td>", score_ratio(point->alerts, point->months));
    else
        markup_put(markup, "<td class=\"n\">–</td>");
}

int report_html_tune(const struct score_run *run, const char *threshold, const struct score_point *points,
    size_t n, struct buf *out)
{
    static const struct heading headings[] = {
        {"Value", false}, {"Alerts", true}, {"A month", true}, {"Recall", true}, {"Base rate", true}};
    struct markup markup = markup_on(out);
    put_start(&markup, "Threshold");
    put_run(&markup, run);
    put_notice(&markup, run, 0, 0);
    markup_put(&markup, "<section>\n<h2>Alerts and recall against the threshold</h2>\n<figure>\n");
    chart_tune(&markup, threshold, points, n);
    markup_put(&markup, "</figure>\n");
    put_table_start(&markup, threshold, headings, sizeof headings / sizeof *headings);
    for (size_t i = 0; i < n; i++) {
        markup_element(&markup, "<tr><th scope=\"row\">", points[i].text, "</th>");
        put_count(&markup, points[i].alerts);
        put_monthly(&markup, &points[i]);
        put_share(&markup, points[i].hits, points[i].scored);
        put_share(&markup, points[i].placebo_hits, points[i].placebos);
        markup_put(&markup, "</tr>\n");
    }
    put_table_end(&markup);
    markup_put(&markup, "</section>\n</main>\n</body>\n</html>\n");
    return markup_end(&markup);
}
