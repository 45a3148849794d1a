#include <getopt.h>
#include <string.h>

#include "app/announce.h"
#include "app/command.h"
#include "base/clock.h"
#include "core/date.h"
#include "io/route_json.h"
#include "io/table.h"

enum { JSON_BYTES_MAX = 64 * 1024 * 1024, DAY_S = 24 * 3600 };

/* What is asked: an alert by its product, market and origin, of one rule or of all that range over them; or
 * one about a feed. */
struct question {
    const char *product, *market, *origin, *rule, *feed;
    int severity; /* -1: the rule's */
    bool json;
};

struct report {
    const struct setup *setup;
    int64_t now_ms;
    struct route_answers *answers;
    size_t len;
    struct arena arena;
};

static int usage(const char *text)
{
    fprintf(stderr,
        "%s\nusage: tdwatch route --product CODE --market CC [--origin CC] [--severity S] [--rule ID] "
        "[--json]\n       tdwatch route --feed NAME [--json]\n",
        text);
    return EXIT_USAGE;
}

static int read_severity(const char *text)
{
    int severity = 0;
    while (severity < SEVERITY_COUNT && !str_equal(text, severity_name((enum severity)severity)))
        severity++;
    return severity < SEVERITY_COUNT ? severity : -1;
}

static int read_question(int argc, char **argv, struct question *question)
{
    static const struct option options[] = {
        {"product", required_argument, NULL, 'p'},
        {"market", required_argument, NULL, 'm'},
        {"origin", required_argument, NULL, 'o'},
        {"severity", required_argument, NULL, 's'},
        {"rule", required_argument, NULL, 'r'},
        {"feed", required_argument, NULL, 'f'},
        {"json", no_argument, NULL, 'j'},
        {0},
    };
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        const char **text = option == 'p'   ? &question->product
                            : option == 'm' ? &question->market
                            : option == 'o' ? &question->origin
                            : option == 'r' ? &question->rule
                            : option == 'f' ? &question->feed
                                            : NULL;
        if (option == '?')
            return usage("");
        if (text != NULL)
            *text = optarg;
        question->json = question->json || option == 'j';
        if (option == 's' && (question->severity = read_severity(optarg)) < 0)
            return usage("a severity is watch, caution, warning or critical");
    }
    bool scope = question->product != NULL && question->market != NULL;
    if (optind < argc || scope == (question->feed != NULL))
        return usage("a product and a market are needed, or a feed");
    return EXIT_OK;
}

/* ---- asking ---- */

static void ask(struct report *report, const struct labels *labels, bool shadow)
{
    const struct config *config = report->setup->config;
    const struct baskets *baskets = &report->setup->reference.baskets;
    struct route_answer *answers = arena_array(&report->arena, config->receiver_count, sizeof *answers);
    struct routed routed;
    routing_route(&config->routing, labels, baskets, &routed);
    for (size_t i = 0; i < config->receiver_count; i++) {
        const struct receiver *receiver = &config->receivers[i];
        struct follower follower = config_follower(receiver);
        answers[i].receiver = receiver->name;
        answers[i].reach =
            routing_reach(&config->routing, &routed, labels, baskets, &follower, &answers[i].route);
        if (answers[i].reach == REACH_TOLD)
            answers[i].holding = agenda_hold(&receiver->agenda, labels->severity, report->now_ms);
    }
    report->answers[report->len++] = (struct route_answers){*labels, shadow, answers, config->receiver_count};
}

static bool has(const struct texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->len; i++)
        if (str_equal(texts->items[i], text))
            return true;
    return false;
}

/* Whether the rule can raise it. */
static bool ranges_over(
    const struct rule *rule, const struct question *question, const struct baskets *baskets)
{
    bool product = false;
    for (size_t i = 0; i < rule->product_count; i++)
        product = product || selector_matches(&rule->products[i], baskets, question->product);
    bool origin = question->origin != NULL ? has(&rule->origins, question->origin) : rule->origins.len == 0;
    return product && origin && (rule->all_markets || has(&rule->markets, question->market));
}

static void ask_rules(struct report *report, const struct question *question)
{
    const struct ruleset *ruleset = report->setup->ruleset;
    const struct baskets *baskets = &report->setup->reference.baskets;
    const char *origin = question->origin != NULL ? question->origin : "";
    report->answers = arena_array(&report->arena, ruleset->len, sizeof *report->answers);
    for (size_t i = 0; i < ruleset->len; i++) {
        const struct rule *rule = &ruleset->rules[i];
        bool asked = question->rule != NULL ? str_equal(rule->id, question->rule)
                                            : ranges_over(rule, question, baskets);
        struct labels labels = {{rule->id, question->product, question->market, origin},
            question->severity >= 0 ? (enum severity)question->severity : rule->severity, rule->audience,
            false};
        if (asked)
            ask(report, &labels, rule->shadow);
    }
}

static void ask_feed(struct report *report, const struct question *question)
{
    struct labels labels;
    size_t n = 0;
    while (announce_feed_labels(n, &labels))
        n++;
    report->answers = arena_array(&report->arena, n, sizeof *report->answers);
    for (size_t i = 0; announce_feed_labels(i, &labels); i++) {
        labels.scope.product = question->feed;
        if (question->severity < 0 || (int)labels.severity == question->severity)
            ask(report, &labels, false);
    }
}

/* ---- printing ---- */

/* "2025-07-07 08:00" by the receiver's clock. */
static const char *moment(const struct zone *zone, int64_t at_ms, struct arena *arena)
{
    char day[DATE_TEXT_SIZE];
    int64_t local_s = zone != NULL ? zone_local(zone, at_ms / 1000) : at_ms / 1000;
    return arena_printf(arena, "%s %02d:%02d %s", date_format((int32_t)(local_s / DAY_S), day),
        (int)(local_s % DAY_S / 3600), (int)(local_s % 3600 / 60), zone != NULL ? zone->name : "UTC");
}

static const char *when(struct report *report, const struct route_answers *answers, size_t number)
{
    const struct receiver *receiver = &report->setup->config->receivers[number];
    const struct route_answer *answer = &answers->items[number];
    if (answers->shadow || answer->reach != REACH_TOLD)
        return "no";
    if (answer->holding.why == HOLD_NONE)
        return hold_name(HOLD_NONE);
    return arena_printf(&report->arena, "%s (%s)",
        moment(receiver->agenda.zone, answer->holding.until_ms, &report->arena),
        hold_name(answer->holding.why));
}

static const char *why(struct report *report, const struct route_answers *answers, size_t number)
{
    const struct receiver *receiver = &report->setup->config->receivers[number];
    const struct route_answer *answer = &answers->items[number];
    if (answers->shadow)
        return "the rule runs in the shadow";
    switch (answer->reach) {
    case REACH_INTERNAL:
        return "the alert is internal, the receiver is not";
    case REACH_ELSEWHERE:
        return "no route that the alert reaches names it";
    case REACH_NOT_FOLLOWED:
        return arena_printf(
            &report->arena, "it does not follow this (%s:%d)", receiver->place.file, receiver->place.line);
    case REACH_TOLD:
        break;
    }
    if (answer->route == NULL)
        return "it follows this, and there are no routes";
    return arena_printf(&report->arena, "route %s:%d", answer->route->place.file, answer->route->place.line);
}

static void print_answers(struct report *report, const struct route_answers *answers)
{
    static const struct table_column columns[] = {
        {"RECEIVER", TABLE_TEXT}, {"TOLD", TABLE_TEXT}, {"WHY", TABLE_WRAP}};
    const struct labels *labels = &answers->labels;
    struct table *table = table_new(columns, sizeof columns / sizeof *columns);
    printf("%s: %s%s%s%s%s, %s, %s\n", labels->scope.rule, labels->scope.product,
        labels->scope.market[0] != '\0' ? ", " : "", labels->scope.market,
        labels->scope.origin[0] != '\0' ? " from " : "", labels->scope.origin,
        severity_name(labels->severity), labels->audience == AUDIENCE_INTERNAL ? "internal" : "public");
    for (size_t i = 0; table != NULL && i < answers->len; i++)
        table_add(table, (const char *const[]){
                             answers->items[i].receiver, when(report, answers, i), why(report, answers, i)});
    if (table != NULL && answers->len > 0)
        table_print(table, stdout);
    table_free(table);
}

static int print(struct report *report, bool json)
{
    struct buf out;
    for (size_t i = 0; !json && i < report->len; i++) {
        if (i > 0)
            putchar('\n');
        print_answers(report, &report->answers[i]);
    }
    if (!json)
        return EXIT_OK;
    buf_init(&out, JSON_BYTES_MAX);
    int r = route_json_write(report->answers, report->len, &out);
    fputs(buf_text(&out), stdout);
    buf_deinit(&out);
    return r == 0 ? EXIT_OK : EXIT_FAULT;
}

static int answer(const struct setup *setup, const struct question *question)
{
    struct report report = {.setup = setup, .now_ms = clock_wall_ms()};
    if (question->feed != NULL)
        ask_feed(&report, question);
    else
        ask_rules(&report, question);
    int code = EXIT_FAULT;
    if (question->rule != NULL && report.len == 0)
        fprintf(stderr, "tdwatch: there is no rule '%s'\n", question->rule);
    else if (report.len == 0)
        fprintf(stderr, "tdwatch: no rule ranges over %s in %s%s%s; --rule asks one all the same\n",
            question->product, question->market, question->origin != NULL ? " from " : "",
            question->origin != NULL ? question->origin : " without an origin");
    else
        code = print(&report, question->json);
    arena_deinit(&report.arena);
    return code;
}

int cmd_route(const char *config_path, int argc, char **argv)
{
    struct question question = {.severity = -1};
    int code = read_question(argc, argv, &question);
    if (code != EXIT_OK)
        return code;
    struct setup *setup = command_load_setup(command_config_path(config_path));
    code = setup != NULL ? answer(setup, &question) : EXIT_FAULT;
    setup_free(setup);
    return code;
}
