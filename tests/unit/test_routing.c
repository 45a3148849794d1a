/* link: daemon/core/routing daemon/core/filter daemon/core/selector daemon/core/basket daemon/core/code daemon/core/row daemon/core/alert daemon/core/period daemon/base/keys daemon/base/node daemon/base/map daemon/base/digest daemon/base/diag daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str tests/support/cases */
#include "core/routing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/cases.h"

enum { RECEIVERS_MAX = 16 };

static struct basket_code plywood_codes[] = {{.code = "4412"}}, steel_codes[] = {{.code = "7210"}};
static struct basket basket_items[] = {
    {.id = "plywood", .codes = {plywood_codes, 1}, .except = {(const char *const[]){"441294"}, 1}},
    {.id = "steel", .codes = {steel_codes, 1}},
};
static const struct baskets baskets = {.items = basket_items, .len = 2};

/* What one case defines. */
struct table {
    struct arena arena;
    struct routing routing;
    struct follower receivers[RECEIVERS_MAX];
    struct filter follows[RECEIVERS_MAX];
    size_t receiver_count;
};

static int word_index(const char *text, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (str_equal(text, words[i]))
            return i;
    fail_msg("unknown word '%s'", text);
    return -1;
}

static const char *const severities[] = {"watch", "caution", "warning", "critical", NULL};
static const char *const audiences[] = {"public", "internal", NULL};
static const char *const abouts[] = {"trade", "feeds", NULL};

static struct texts split(char *list, struct arena *arena)
{
    const char **items = arena_array(arena, 8, sizeof *items);
    size_t n = 0;
    for (char *word; (word = strsep(&list, ",")) != NULL;)
        items[n++] = word;
    return (struct texts){items, n};
}

static unsigned bits(struct texts words, const char *const *names)
{
    unsigned set = 0;
    for (size_t i = 0; i < words.len; i++)
        set |= 1U << word_index(words.items[i], names);
    return set;
}

static void set_products(struct filter *filter, struct texts texts, struct arena *arena)
{
    struct selector *selectors = arena_array(arena, texts.len, sizeof *selectors);
    for (size_t i = 0; i < texts.len; i++)
        assert_true(selector_read(texts.items[i], &baskets, arena, &selectors[i]));
    filter->products = selectors;
    filter->product_count = texts.len;
}

static void set(struct filter *filter, const char *key, char *value, struct arena *arena)
{
    struct texts texts = split(value, arena);
    if (str_equal(key, "products"))
        set_products(filter, texts, arena);
    else if (str_equal(key, "rules"))
        filter->rules = texts;
    else if (str_equal(key, "markets"))
        filter->markets = texts;
    else if (str_equal(key, "origins"))
        filter->origins = texts;
    else if (str_equal(key, "severities"))
        filter->severities = bits(texts, severities);
    else if (str_equal(key, "audience"))
        filter->audiences = bits(texts, audiences);
    else if (str_equal(key, "about"))
        filter->abouts = bits(texts, abouts);
    else
        fail_msg("unknown key '%s'", key);
}

static void read_route(struct table *table, char *words)
{
    struct route *route = &table->routing.items[table->routing.len++];
    for (char *word; (word = strsep(&words, " ")) != NULL;) {
        char *key = strsep(&word, "=");
        if (str_equal(key, "continue"))
            route->goes_on = true;
        else if (str_equal(key, "to"))
            route->to = split(word, &table->arena);
        else
            set(&route->filter, key, word, &table->arena);
    }
}

static void read_receiver(struct table *table, char *words)
{
    struct filter *follows = &table->follows[table->receiver_count];
    struct follower *receiver = &table->receivers[table->receiver_count++];
    *receiver = (struct follower){strsep(&words, " "), AUDIENCE_PUBLIC, follows};
    for (char *word; (word = strsep(&words, " ")) != NULL;) {
        char *key = strsep(&word, "=");
        if (str_equal(key, "internal"))
            receiver->audience = AUDIENCE_INTERNAL;
        else
            set(follows, key, word, &table->arena);
    }
}

static struct labels read_labels(char *words)
{
    struct labels labels = {{"us-surge", "plywood", "US", ""}, SEVERITY_CAUTION, AUDIENCE_PUBLIC, false};
    for (char *word; (word = strsep(&words, " ")) != NULL;) {
        char *key = strsep(&word, "=");
        const char **text = str_equal(key, "rule")      ? &labels.scope.rule
                            : str_equal(key, "product") ? &labels.scope.product
                            : str_equal(key, "market")  ? &labels.scope.market
                            : str_equal(key, "origin")  ? &labels.scope.origin
                                                        : NULL;
        if (text != NULL)
            *text = word;
        else if (str_equal(key, "severity"))
            labels.severity = (enum severity)word_index(word, severities);
        else if (str_equal(key, "audience"))
            labels.audience = (enum audience)word_index(word, audiences);
        else if (str_equal(key, "about"))
            labels.feed = word_index(word, abouts) == 1;
        else
            fail_msg("unknown label '%s'", key);
    }
    return labels;
}

/* "a b": who is told, in the order of the receivers. */
static const char *told(struct table *table, const struct labels *labels)
{
    struct routed routed;
    const char *names = "";
    routing_route(&table->routing, labels, &baskets, &routed);
    for (size_t i = 0; i < table->receiver_count; i++)
        if (routing_reach(&table->routing, &routed, labels, &baskets, &table->receivers[i], NULL) ==
            REACH_TOLD)
            names = arena_printf(
                &table->arena, "%s%s%s", names, names[0] != '\0' ? " " : "", table->receivers[i].name);
    return names;
}

static bool take_line(struct table *table, char *line)
{
    char *kind = strsep(&line, " ");
    if (str_equal(kind, "route"))
        read_route(table, line);
    else if (str_equal(kind, "receiver"))
        read_receiver(table, line);
    else
        return false;
    return true;
}

static void start(struct table *table)
{
    *table = (struct table){0};
    table->routing.items = arena_array(&table->arena, ROUTES_MAX, sizeof *table->routing.items);
}

static void alerts_reach_whom_routes_and_receivers_say(void **state)
{
    struct cases cases;
    (void)state;
    cases_open(&cases, "tests/cases/routing/routes.txt");
    while (cases_next(&cases)) {
        struct table table;
        start(&table);
        for (size_t i = 0; i < cases.len; i++) {
            char *line = arena_strdup(&table.arena, cases.lines[i].text);
            if (take_line(&table, arena_strdup(&table.arena, line)))
                continue;
            char *labels_text = line + strlen("alert ");
            char *expected = strstr(labels_text, " =");
            assert_non_null(expected);
            *expected = '\0';
            expected += expected[2] != '\0' ? 3 : 2;
            struct labels labels = read_labels(labels_text);
            if (!str_equal(told(&table, &labels), expected))
                cases_fault(&cases, i, "told '%s'", told(&table, &labels));
        }
        arena_deinit(&table.arena);
    }
    cases_close(&cases);
}

static void route_behind_a_wider_one_is_found(void **state)
{
    struct cases cases;
    (void)state;
    cases_open(&cases, "tests/cases/routing/shadows.txt");
    while (cases_next(&cases)) {
        struct table table;
        const char *expected = "", *found = "";
        start(&table);
        for (size_t i = 0; i < cases.len; i++)
            if (!take_line(&table, arena_strdup(&table.arena, cases.lines[i].text)))
                expected = arena_printf(&table.arena, "%s%s\n", expected, cases.lines[i].text);
        for (size_t i = 0; i < table.routing.len; i++) {
            const struct route *by = routing_shadow(&table.routing, i);
            if (by != NULL)
                found = arena_printf(
                    &table.arena, "%sshadowed %zu by %td\n", found, i + 1, by - table.routing.items + 1);
        }
        if (!str_equal(found, expected))
            cases_fault(&cases, 0, "found:\n%s", found);
        arena_deinit(&table.arena);
    }
    cases_close(&cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alerts_reach_whom_routes_and_receivers_say),
        cmocka_unit_test(route_behind_a_wider_one_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
