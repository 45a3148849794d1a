/* What tests expect: states, verdicts, events, figures and messages. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "app/rule_test_internal.h"
#include "core/period.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The first word of a list stands for a key that is not there, so that its number is the enum's plus one. */
static const char *const state_words[] = {
    "any", "inactive", "pending", "firing", "clearing", "no-data", NULL};
static const char *const verdict_words[] = {"any", "unknown", "true", "hold", "clear", "not-judged", NULL};
static const char *const receiver_words[] = {"any", "public", "exporters", "internal", "nobody", NULL};
static const char *const event_words[] = {
    "none", "raised", "strengthened", "confirmed", "retracted", "cleared", "stale", NULL};

_Static_assert(COUNT(state_words) == ALERT_STATE_COUNT + 2, "a word for each state");
_Static_assert(COUNT(verdict_words) == VERDICT_COUNT + 2, "a word for each verdict");
_Static_assert(COUNT(event_words) == EVENT_COUNT + 1, "a word for each event");

struct expectation_keys {
    int state, verdict;
    struct texts events;
    const struct node *figures[RULE_LETS_MAX]; /* by the names of the rule's figures */
};

#define AT(field) offsetof(struct expectation_keys, field)

static const struct shape event_shape = {.kind = SHAPE_TEXT, .words = event_words};
static const struct shape event_list = {.kind = SHAPE_LIST, .items = &event_shape};
static const struct shape *const event_choices[] = {&event_shape, &event_list, NULL};
static const struct shape events_shape = {.kind = SHAPE_ANY, .choices = event_choices};

/* The figures of the rule are keys too, behind these. */
static const struct key expectation_keys[] = {
    {.name = "state",
        .kind = KEY_CHOICE,
        .offset = AT(state),
        .fallback = "any",
        .choices = state_words,
        .help = "Where the alert stands."},
    {.name = "verdict",
        .kind = KEY_CHOICE,
        .offset = AT(verdict),
        .fallback = "any",
        .choices = verdict_words,
        .help = "What the rule says of the month."},
    {.name = "event",
        .kind = KEY_TEXTS,
        .offset = AT(events),
        .help = "What is told when the month becomes known.",
        .shape = &events_shape},
};

/* Only the rule knows the types of its figures: any text may be one. */
static const struct shape expectation_map = {
    .kind = SHAPE_MAP,
    .keys = expectation_keys,
    .key_count = COUNT(expectation_keys),
    .names = &rule_name_shape,
    .items = &shape_any_text,
};

static const struct shape state_shape = {
    .kind = SHAPE_TEXT, .expected = "expected a state", .words = state_words};
static const struct shape *const expectation_choices[] = {&state_shape, &expectation_map, NULL};
static const struct shape expectation_shape = {
    .kind = SHAPE_ANY, .name = "expectation", .choices = expectation_choices};

const struct shape test_expectations_shape = {.kind = SHAPE_MAP,
    .name = "expectations",
    .names = &period_shape,
    .items = &expectation_shape,
    .min_items = 1};

struct message_keys {
    struct texts phrases[LANGUAGE_COUNT];
    int to;
};

static const struct shape phrase_text = {
    .kind = SHAPE_TEXT,
    .name = "phrase-of-message",
    .expected = "expected contains \"text\" or lacks \"text\"",
    .pattern = "^(contains|lacks) \"[\\s\\S]+\"$",
};
static const struct shape phrase_list = {.kind = SHAPE_LIST, .items = &phrase_text};
static const struct shape *const phrase_choices[] = {&phrase_text, &phrase_list, NULL};
static const struct shape phrases_shape = {.kind = SHAPE_ANY, .choices = phrase_choices};

static const struct key message_keys[] = {
    {.name = "vi",
        .kind = KEY_TEXTS,
        .offset = offsetof(struct message_keys, phrases[LANGUAGE_VI]),
        .help = "What the Vietnamese text contains, or lacks.",
        .shape = &phrases_shape},
    {.name = "en",
        .kind = KEY_TEXTS,
        .offset = offsetof(struct message_keys, phrases[LANGUAGE_EN]),
        .help = "What the English text contains, or lacks.",
        .shape = &phrases_shape},
    {.name = "to",
        .kind = KEY_CHOICE,
        .offset = offsetof(struct message_keys, to),
        .fallback = "any",
        .choices = receiver_words,
        .help = "Who gets it."},
};

const struct shape test_message_shape = {
    .kind = SHAPE_MAP, .name = "message", .keys = message_keys, .key_count = COUNT(message_keys)};

static int find_word(struct slice word, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (slice_equal(word, words[i]))
            return i;
    return -1;
}

static struct place place_of(const struct node *map, const char *key)
{
    const struct node *value = node_get(map, key);
    return value != NULL ? value->place : map->place;
}

/* The i-th scalar of a key that takes a list or one text. */
static const struct node *item_of(const struct node *map, const char *key, size_t i)
{
    const struct node *value = node_get(map, key);
    return value->kind == NODE_SEQUENCE ? value->items[i] : value;
}

/* ---- figures ---- */

/* By the type of a figure: the types of literals that it is compared with, and what they look like. */
static const struct {
    enum value_type literal, other;
    enum value_type tolerance;
    const char *example;
} comparable[VALUE_TYPE_COUNT] = {
    [VALUE_NUMBER] = {VALUE_NUMBER, VALUE_NUMBER, VALUE_NUMBER, "1.5 +- 0.1"},
    [VALUE_RATIO] = {VALUE_RATIO, VALUE_RATIO, VALUE_POINTS, "60% +- 1pp"},
    [VALUE_POINTS] = {VALUE_POINTS, VALUE_POINTS, VALUE_POINTS, "5pp +- 1pp"},
    [VALUE_MONEY] = {VALUE_MONEY, VALUE_MONEY, VALUE_MONEY, "5 MUSD +- 10 kUSD"},
    [VALUE_QUANTITY] = {VALUE_NUMBER, VALUE_NUMBER, VALUE_NUMBER, "1200 +- 10"},
    [VALUE_WEIGHT] = {VALUE_WEIGHT, VALUE_WEIGHT, VALUE_WEIGHT, "5 kt +- 10 t"},
    [VALUE_UNIT_VALUE] = {VALUE_MONEY, VALUE_NUMBER, VALUE_MONEY, "12.5 USD +- 0.1 USD"},
    [VALUE_MONTHS] = {VALUE_MONTHS, VALUE_NUMBER, VALUE_MONTHS, "5m +- 1m"},
    [VALUE_PERIOD] = {VALUE_PERIOD, VALUE_PERIOD, VALUE_MONTHS, "2025-02"},
    [VALUE_BOOLEAN] = {VALUE_BOOLEAN, VALUE_BOOLEAN, VALUE_BOOLEAN, "true"},
};

/* Longer symbols first. */
static const struct {
    const char *symbol;
    enum test_relation relation;
} relations[] = {
    {"<=", TEST_LESS_EQUAL},
    {">=", TEST_GREATER_EQUAL},
    {"!=", TEST_NOT_EQUAL},
    {"<", TEST_LESS},
    {">", TEST_GREATER},
    {"=", TEST_EQUAL},
};

/* A figure while it is read. */
struct figure_reading {
    const struct test_reader *reader;
    const struct node *scalar;
    const struct rule_let *let;
    struct test_figure *figure;
};

static int fail(const struct figure_reading *reading, const char *text)
{
    struct diag_list *diags = reading->reader->diags;
    diag_error(diags, reading->scalar->place, "S009", "'%s' is of type %s: %s", reading->let->name,
        value_type_name(reading->let->type), text);
    diag_hint(diags, "for example %s; \"> …\" compares, and unknown or unknown month ask for no figure",
        comparable[reading->let->type].example);
    return -EINVAL;
}

/* Bytes from…to of the scalar as one of its own, without blanks around them. */
static struct node part_of(const struct figure_reading *reading, size_t from, size_t to)
{
    struct node part = *reading->scalar;
    const char *data = part.text.data;
    while (from < to && data[from] == ' ')
        from++;
    while (to > from && data[to - 1] == ' ')
        to--;
    part.place = node_place_at(reading->scalar, from);
    part.text = (struct slice){arena_strndup(reading->reader->arena, data + from, to - from), to - from};
    part.source = part.text;
    return part;
}

static int read_literal(
    const struct figure_reading *reading, const struct node *part, struct expr **ret_literal)
{
    const struct test_reader *reader = reading->reader;
    return expr_parse_literal(part, reader->arena, ret_literal, reader->diags);
}

static int read_reason(const struct figure_reading *reading, const struct node *part)
{
    struct test_figure *figure = reading->figure;
    struct diag_list *diags = reading->reader->diags;
    figure->relation = TEST_UNKNOWN;
    if (part->text.len == 0)
        return 0;
    int reason = find_word(part->text, unknown_names);
    if (reason > KNOWN) {
        figure->reason = (enum unknown)reason;
        return 0;
    }
    diag_error(
        diags, part->place, "S009", "there is no reason '%.60s' why a figure is unknown", part->text.data);
    const char *near = str_did_you_mean(part->text, unknown_names + 1, UNKNOWN_COUNT - 1);
    if (near != NULL)
        diag_hint(diags, "did you mean '%s'?", near);
    return -EINVAL;
}

static int read_boolean(const struct figure_reading *reading, const struct node *part)
{
    static const char *const words[] = {"false", "true", NULL};
    int value = find_word(part->text, words);
    if (value < 0)
        return fail(reading, "expected true or false");
    reading->figure->number = value;
    return 0;
}

static int read_tolerance(const struct figure_reading *reading, size_t at)
{
    struct expr *literal;
    struct node part = part_of(reading, at, reading->scalar->text.len);
    if (read_literal(reading, &part, &literal) < 0)
        return -EINVAL;
    if (literal->type != comparable[reading->let->type].tolerance || literal->number < 0)
        return fail(reading, "the tolerance does not suit it");
    reading->figure->tolerance = literal->number;
    return 0;
}

/* "60% +- 1pp", from byte `at` on. */
static int read_number(const struct figure_reading *reading, size_t at)
{
    struct slice text = reading->scalar->text;
    const char *tolerance = strstr(text.data + at, "+-");
    size_t end = tolerance != NULL ? (size_t)(tolerance - text.data) : text.len;
    struct node part = part_of(reading, at, end);
    enum value_type type = reading->let->type;
    struct expr *literal;
    if (type == VALUE_BOOLEAN)
        return read_boolean(reading, &part);
    if (read_literal(reading, &part, &literal) < 0)
        return -EINVAL;
    if (literal->type != comparable[type].literal && literal->type != comparable[type].other)
        return fail(reading, "it cannot be compared with this");
    reading->figure->number = literal->number;
    if (tolerance == NULL)
        return 0;
    if (reading->figure->relation != TEST_EQUAL)
        return fail(reading, "a comparison has no tolerance");
    return read_tolerance(reading, end + strlen("+-"));
}

static int read_figure(const struct figure_reading *reading)
{
    const struct node *scalar = reading->scalar;
    struct test_figure *figure = reading->figure;
    if (scalar->kind != NODE_SCALAR)
        return fail(reading, "expected one text");
    figure->place = scalar->place;
    figure->text = arena_strdup(reading->reader->arena, scalar->text.data);
    if (str_starts(scalar->text.data, "unknown")) {
        struct node reason = part_of(reading, strlen("unknown"), scalar->text.len);
        return read_reason(reading, &reason);
    }
    size_t at = 0;
    for (size_t i = 0; i < COUNT(relations) && at == 0; i++)
        if (str_starts(scalar->text.data, relations[i].symbol)) {
            figure->relation = relations[i].relation;
            at = strlen(relations[i].symbol);
        }
    return read_number(reading, at);
}

static int read_figures(const struct test_reader *reader, const struct expectation_keys *keys,
    const struct rule *rule, struct expectation *expectation)
{
    int r = 0;
    expectation->figures = arena_array(reader->arena, rule->let_count, sizeof *expectation->figures);
    for (size_t i = 0; i < rule->let_count; i++) {
        if (keys->figures[i] == NULL)
            continue;
        struct test_figure *figure = &expectation->figures[expectation->figure_count++];
        figure->let = i;
        struct figure_reading reading = {reader, keys->figures[i], &rule->lets[i], figure};
        if (read_figure(&reading) < 0)
            r = -EINVAL;
    }
    return r;
}

/* ---- a month ---- */

static int read_events(const struct test_reader *reader, const struct node *map, struct texts events,
    struct expectation *expectation)
{
    expectation->asks_events = node_get(map, "event") != NULL;
    expectation->events = events;
    expectation->events_place = place_of(map, "event");
    for (size_t i = 0; i < events.len; i++) {
        struct slice word = slice_of(events.items[i]);
        if (find_word(word, event_words) >= 0)
            continue;
        diag_error(
            reader->diags, item_of(map, "event", i)->place, "S010", "there is no event '%.60s'", word.data);
        const char *near = str_did_you_mean(word, event_words, EVENT_COUNT);
        if (near != NULL)
            diag_hint(reader->diags, "did you mean '%s'?", near);
        return -EINVAL;
    }
    return 0;
}

static int read_map(const struct test_reader *reader, const struct node *map, const struct rule *rule,
    struct expectation *expectation)
{
    struct key all[COUNT(expectation_keys) + RULE_LETS_MAX];
    struct expectation_keys keys = {0};
    size_t n = COUNT(expectation_keys);
    memcpy(all, expectation_keys, sizeof expectation_keys);
    for (size_t i = 0; i < rule->let_count; i++)
        all[n++] = (struct key){.name = rule->lets[i].name,
            .kind = KEY_NODE,
            .offset = AT(figures[0]) + i * sizeof keys.figures[0]};
    if (keys_read(map, all, n, "what is expected of a month", &keys, reader->arena, reader->diags) < 0)
        return -EINVAL;
    expectation->state = (struct test_choice){keys.state - 1, place_of(map, "state")};
    expectation->verdict = (struct test_choice){keys.verdict - 1, place_of(map, "verdict")};
    int r = read_events(reader, map, keys.events, expectation);
    return read_figures(reader, &keys, rule, expectation) < 0 ? -EINVAL : r;
}

/* A state alone. */
static int read_state(
    const struct test_reader *reader, const struct node *scalar, struct expectation *expectation)
{
    int state = find_word(scalar->text, state_words);
    expectation->verdict.value = TEST_ANY;
    expectation->state = (struct test_choice){state - 1, scalar->place};
    if (state >= 0)
        return 0;
    diag_error(reader->diags, scalar->place, "S008", "there is no state '%.60s'", scalar->text.data);
    const char *near = str_did_you_mean(scalar->text, state_words + 1, ALERT_STATE_COUNT);
    if (near != NULL)
        diag_hint(reader->diags, "did you mean '%s'?", near);
    else
        diag_hint(reader->diags, "they are inactive, pending, firing, clearing and no-data");
    return -EINVAL;
}

static int read_period(const struct test_reader *reader, const struct node *key, const struct rule_test *test,
    int32_t *ret_period)
{
    char first[PERIOD_TEXT_SIZE], last[PERIOD_TEXT_SIZE];
    if (period_parse(key->text, ret_period) == 0 && *ret_period >= test->start && *ret_period <= test->end)
        return 0;
    diag_error(reader->diags, key->place, "S008", "expected a month of the series, %s to %s, found '%.60s'",
        period_format(test->start, first), period_format(test->end, last), key->text.data);
    return -EINVAL;
}

int test_read_expectations(const struct test_reader *reader, const struct node *map,
    const struct rule_test *test, struct test_step *step)
{
    int r = 0;
    if (map->kind != NODE_MAP || map->len == 0) {
        diag_error(reader->diags, map->place, "S008", "'expect': expected a map of months, found %s",
            map->kind == NODE_MAP ? "nothing" : node_kind_name(map));
        diag_hint(reader->diags, "write 2025-02: firing, or 2025-02: { state: firing, event: raised }");
        return -EINVAL;
    }
    step->expectations = arena_array(reader->arena, map->len, sizeof *step->expectations);
    for (size_t i = 0; i < map->len; i++) {
        struct expectation *expectation = &step->expectations[step->expectation_count++];
        const struct node *value = map->items[i];
        if (read_period(reader, map->keys[i], test, &expectation->period) < 0)
            r = -EINVAL;
        int rest = value->kind == NODE_SCALAR ? read_state(reader, value, expectation)
                                              : read_map(reader, value, test->rule, expectation);
        r = rest < 0 ? -EINVAL : r;
    }
    return r;
}

/* ---- messages ---- */

/* contains "…" or lacks "…" */
static int read_phrase(const struct test_reader *reader, const struct node *scalar, enum language language,
    struct test_phrase *ret_phrase)
{
    static const char *const words[] = {"contains \"", "lacks \"", NULL};
    struct slice text = scalar->text;
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t len = strlen(words[i]);
        if (text.len < len + 2 || !str_starts(text.data, words[i]) || text.data[text.len - 1] != '"')
            continue;
        *ret_phrase = (struct test_phrase){
            .place = scalar->place,
            .language = language,
            .lacks = i == 1,
            .text = arena_strndup(reader->arena, text.data + len, text.len - len - 1),
        };
        return 0;
    }
    diag_error(reader->diags, scalar->place, "S015",
        "expected contains \"text\" or lacks \"text\", found '%.60s'", text.data);
    return -EINVAL;
}

int test_read_message(const struct test_reader *reader, const struct node *map, struct test_step *step)
{
    struct message_keys keys = {0};
    struct test_message *message = &step->message;
    if (keys_read(map, message_keys, COUNT(message_keys), "a message", &keys, reader->arena, reader->diags) <
        0)
        return -EINVAL;
    size_t n = keys.phrases[LANGUAGE_VI].len + keys.phrases[LANGUAGE_EN].len;
    int r = 0;
    message->place = map->place;
    message->to = (struct test_choice){keys.to - 1, place_of(map, "to")};
    message->phrases = arena_array(reader->arena, n, sizeof *message->phrases);
    for (int language = 0; language < LANGUAGE_COUNT; language++)
        for (size_t i = 0; i < keys.phrases[language].len; i++) {
            const struct node *scalar = item_of(map, message_keys[language].name, i);
            struct test_phrase *phrase = &message->phrases[message->phrase_count++];
            if (read_phrase(reader, scalar, (enum language)language, phrase) < 0)
                r = -EINVAL;
        }
    return r;
}
