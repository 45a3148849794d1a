#include "feeds/ask.h"

#include <string.h>

#include "core/period.h"
#include "feeds/url.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

const char *const ask_meaning_names[] = {
    [ASK_DATA] = "data",
    [ASK_NOT_YET] = "not-yet",
    [ASK_KEY] = "key",
    [ASK_QUOTA] = "quota",
    [ASK_TOO_MUCH] = "too-much",
    [ASK_CHANGED] = "changed",
    [ASK_FAILED] = "failed",
    NULL,
};

/* ---- the tables of keys ---- */

static const struct key parameter_keys[] = {
    {.name = "values",
        .kind = KEY_TEXTS,
        .offset = offsetof(struct ask_parameter, values),
        .required = true,
        .help = "What the name stands for in the URL; percent-encoded when it is put there."},
    {.name = "join",
        .kind = KEY_TEXT,
        .offset = offsetof(struct ask_parameter, join),
        .help = "Put between all values in one request, as it is written; left out, each value is asked for "
                "in a request of its own."},
};

static const struct shape parameter_shape = {
    .kind = SHAPE_MAP, .keys = parameter_keys, .key_count = LENGTH(parameter_keys)};
static const struct shape parameter_name_shape = {.kind = SHAPE_TEXT, .pattern = "^[a-z_]+$"};
const struct shape ask_parameters_shape = {.kind = SHAPE_MAP,
    .names = &parameter_name_shape,
    .items = &parameter_shape,
    .min_items = 1,
    .max_items = ASK_PARAMETERS_MAX};

struct period_keys {
    const char *from;
    int64_t window, revise, per_request;
};

#define PERIODS(field) offsetof(struct period_keys, field)

static const struct key period_keys[] = {
    {.name = "from",
        .kind = KEY_TEXT,
        .offset = PERIODS(from),
        .required = true,
        .help = "The first month that the source has.",
        .shape = &period_shape},
    {.name = "window",
        .kind = KEY_INTEGER,
        .offset = PERIODS(window),
        .fallback = "12",
        .min = 1,
        .max = 240,
        .help = "So many of the newest months are asked for where history has none."},
    {.name = "revise",
        .kind = KEY_INTEGER,
        .offset = PERIODS(revise),
        .fallback = "3",
        .min = 0,
        .max = 240,
        .help = "So many of the newest months in history are asked for again when a new one comes."},
    {.name = "per_request",
        .kind = KEY_INTEGER,
        .offset = PERIODS(per_request),
        .fallback = "1",
        .min = 1,
        .max = 240,
        .help = "So many months go into one request at most."},
};

const struct shape ask_periods_shape = {
    .kind = SHAPE_MAP, .keys = period_keys, .key_count = LENGTH(period_keys)};

#define ASK(field) offsetof(struct ask, field)

static const struct key key_keys[] = {
    {.name = "credential",
        .kind = KEY_TEXT,
        .offset = ASK(credential),
        .required = true,
        .help = "The name of the credential that holds the key, or the path of a file of mode 0600.",
        .shape = &shape_some_text},
    {.name = "parameter",
        .kind = KEY_TEXT,
        .offset = ASK(key_parameter),
        .help = "The parameter of the URL that takes it.",
        .shape = &shape_some_text},
    {.name = "header",
        .kind = KEY_TEXT,
        .offset = ASK(key_header),
        .help = "The header of the request that takes it.",
        .shape = &shape_some_text},
};

static const char *const parameter_or_header[] = {"parameter", "header", NULL};
const struct shape ask_key_shape = {
    .kind = SHAPE_MAP, .keys = key_keys, .key_count = LENGTH(key_keys), .one_of = parameter_or_header};

#define ANSWER(field) offsetof(struct ask_answer, field)

static const struct key answer_keys[] = {
    {.name = "status",
        .kind = KEY_INTEGER,
        .offset = ANSWER(status),
        .fallback = "200",
        .min = 100,
        .max = 599,
        .help = "The HTTP status."},
    {.name = "starts",
        .kind = KEY_TEXT,
        .offset = ANSWER(starts),
        .help = "How the body begins.",
        .shape = &shape_some_text},
    {.name = "contains",
        .kind = KEY_TEXT,
        .offset = ANSWER(contains),
        .help = "A text in the first 64 KiB of the body.",
        .shape = &shape_some_text},
    {.name = "count",
        .kind = KEY_TEXT,
        .offset = ANSWER(count),
        .help = "What at_least and at_most are about: lines, or the name of a number in the outermost object "
                "of a JSON body.",
        .shape = &shape_some_text},
    {.name = "at_least",
        .kind = KEY_INTEGER,
        .offset = ANSWER(at_least),
        .fallback = "-1",
        .help = "Of the count."},
    {.name = "at_most",
        .kind = KEY_INTEGER,
        .offset = ANSWER(at_most),
        .fallback = "-1",
        .help = "Of the count."},
    {.name = "means",
        .kind = KEY_CHOICE,
        .offset = ANSWER(means),
        .required = true,
        .choices = ask_meaning_names,
        .help = "What such an answer means."},
};

static const struct shape answer_shape = {.kind = SHAPE_MAP,
    .keys = answer_keys,
    .key_count = LENGTH(answer_keys),
    .needs = {{"at_least", "count"}, {"at_most", "count"}}};
const struct shape ask_answers_shape = {
    .kind = SHAPE_LIST, .items = &answer_shape, .min_items = 1, .max_items = ASK_ANSWERS_MAX};

static const struct key limit_keys[] = {
    {.name = "pause",
        .kind = KEY_DURATION,
        .offset = ASK(pause_s),
        .fallback = "1s",
        .min = 0,
        .max = 3600,
        .help = "Time between two requests to the host, whichever feeds they are for."},
    {.name = "per_day",
        .kind = KEY_INTEGER,
        .offset = ASK(per_day),
        .fallback = "0",
        .min = 0,
        .max = 1000000,
        .help = "So many requests to the host a day at most, counted from midnight UTC; 0: any number."},
};

const struct shape ask_limits_shape = {
    .kind = SHAPE_MAP, .keys = limit_keys, .key_count = LENGTH(limit_keys)};

#define PAGES(field) offsetof(struct ask_pages, field)

static const struct key pages_keys[] = {
    {.name = "first",
        .kind = KEY_TEXT,
        .offset = PAGES(first),
        .fallback = "1",
        .help = "What {page} of the URL stands for in the first request."},
    {.name = "step",
        .kind = KEY_INTEGER,
        .offset = PAGES(step),
        .fallback = "1",
        .min = 1,
        .max = 1000000,
        .help = "From one {page} to the next: 1 counts pages, the size of a page counts records."},
    {.name = "pages",
        .kind = KEY_TEXT,
        .offset = PAGES(pages),
        .help = "The value of the answer that says how many pages there are.",
        .shape = &shape_some_text},
    {.name = "total",
        .kind = KEY_TEXT,
        .offset = PAGES(total),
        .help = "The value of the answer that says how many records there are.",
        .shape = &shape_some_text},
    {.name = "records",
        .kind = KEY_TEXT,
        .offset = PAGES(records),
        .help = "A value that each record has: behind a page with `size` of them there may be another.",
        .shape = &shape_some_text},
    {.name = "size",
        .kind = KEY_INTEGER,
        .offset = PAGES(size),
        .fallback = "0",
        .min = 0,
        .max = 100000,
        .help = "With total or records: records in a page."},
    {.name = "next",
        .kind = KEY_TEXT,
        .offset = PAGES(next),
        .help = "The value of the answer that is {page} of the next request, or its URL; absent on the last "
                "page.",
        .shape = &shape_some_text},
};

static const char *const page_ways[] = {"pages", "total", "records", "next", NULL};
const struct shape ask_pages_shape = {.kind = SHAPE_MAP,
    .keys = pages_keys,
    .key_count = LENGTH(pages_keys),
    .one_of = page_ways,
    .needs = {{"total", "size"}, {"records", "size"}}};

static const char *const header_names[] = {[ASK_HEADER_NONE] = "none",
    [ASK_HEADER_ETAG] = "etag",
    [ASK_HEADER_LAST_MODIFIED] = "last-modified",
    NULL};

#define DETECTOR(field) offsetof(struct ask_detector, field)

static const struct key detector_keys[] = {
    {.name = "url",
        .kind = KEY_TEXT,
        .offset = DETECTOR(url),
        .required = true,
        .help =
            "What is asked first. A parameter in braces stands for all its values, {first:…} and {last:…} "
            "for the first and the newest month that the source can have.",
        .shape = &shape_some_text},
    {.name = "value",
        .kind = KEY_TEXT,
        .offset = DETECTOR(value),
        .help = "The values of its answer that tell one state of the source from another.",
        .shape = &shape_some_text},
    {.name = "month",
        .kind = KEY_TEXT,
        .offset = DETECTOR(month),
        .help = "The month of each of these values: only months whose values differ are asked for.",
        .shape = &shape_some_text},
    {.name = "header",
        .kind = KEY_CHOICE,
        .offset = DETECTOR(header),
        .fallback = "none",
        .choices = header_names,
        .help = "A header of its answer that tells one state from another, instead of a value."},
};

static const char *const value_or_header[] = {"value", "header", NULL};
const struct shape ask_detector_shape = {.kind = SHAPE_MAP,
    .keys = detector_keys,
    .key_count = LENGTH(detector_keys),
    .one_of = value_or_header,
    .needs = {{"month", "value"}}};

/* ---- the sections ---- */

/* What is being read. */
struct reading {
    struct ask *ask;
    const char *url;
    struct place url_place;
    struct arena *arena;
    struct diag_list *diags;
};

static void read_parameter(const struct reading *reading, const struct node *name, const struct node *map)
{
    struct ask *ask = reading->ask;
    struct ask_parameter parameter = {0};
    if (keys_read(map, parameter_keys, LENGTH(parameter_keys), "a parameter of the URL", &parameter,
            reading->arena, reading->diags) < 0)
        return;
    parameter.name = arena_strndup(reading->arena, name->text.data, name->text.len);
    if (parameter.values.len == 0 || parameter.values.len > ASK_VALUES_MAX)
        diag_error(reading->diags, map->place, "F020", "the parameter %s needs 1 to %d values",
            parameter.name, ASK_VALUES_MAX);
    if (!url_uses(reading->url, parameter.name))
        diag_error(reading->diags, name->place, "F020", "the URL has no {%s}", parameter.name);
    ask->parameters[ask->parameter_len++] = parameter;
}

static void read_parameters(const struct reading *reading, const struct node *section)
{
    if (section->kind != NODE_MAP || section->len == 0 || section->len > ASK_PARAMETERS_MAX) {
        diag_error(reading->diags, section->place, "F020",
            "expected a map of at most %d names of the URL to their values", ASK_PARAMETERS_MAX);
        return;
    }
    for (size_t i = 0; i < section->len; i++)
        read_parameter(reading, section->keys[i], section->items[i]);
}

static void read_periods(const struct reading *reading, const struct node *section)
{
    struct ask *ask = reading->ask;
    struct period_keys keys = {0};
    if (keys_read(
            section, period_keys, LENGTH(period_keys), "periods", &keys, reading->arena, reading->diags) < 0)
        return;
    if (period_parse(slice_of(keys.from), &ask->from) < 0)
        diag_error(reading->diags, node_get(section, "from")->place, "F021",
            "\"%.40s\" is not a month such as 2015-01", keys.from);
    if (!url_uses(reading->url, "period") && !url_uses(reading->url, "first"))
        diag_error(reading->diags, reading->url_place, "F021",
            "periods need {period:…}, or {first:…} and {last:…}, in the URL");
    ask->by_period = true;
    ask->window = keys.window;
    ask->revise = keys.revise;
    ask->per_request = keys.per_request;
}

static void read_key(const struct reading *reading, const struct node *section)
{
    struct ask *ask = reading->ask;
    if (keys_read(section, key_keys, LENGTH(key_keys), "the key", ask, reading->arena, reading->diags) < 0)
        return;
    if ((ask->key_parameter != NULL) == (ask->key_header != NULL))
        diag_error(reading->diags, section->place, "F022", "a key goes into either a parameter or a header");
}

static void read_answers(const struct reading *reading, const struct node *section)
{
    struct ask *ask = reading->ask;
    if (section->kind != NODE_SEQUENCE || section->len > ASK_ANSWERS_MAX) {
        diag_error(
            reading->diags, section->place, "F023", "expected a list of at most %d answers", ASK_ANSWERS_MAX);
        return;
    }
    ask->answers = arena_array(reading->arena, section->len, sizeof *ask->answers);
    for (size_t i = 0; i < section->len; i++) {
        struct ask_answer *answer = &ask->answers[ask->answer_len++];
        (void)keys_read(section->items[i], answer_keys, LENGTH(answer_keys), "an answer", answer,
            reading->arena, reading->diags);
        bool limits = answer->at_least >= 0 || answer->at_most >= 0;
        if (limits != (answer->count != NULL))
            diag_error(reading->diags, section->items[i]->place, "F023",
                "a count needs at_least or at_most, and they need a count");
    }
}

static void read_pages(const struct reading *reading, const struct node *section)
{
    struct ask_pages pages = {0};
    if (keys_read(section, pages_keys, LENGTH(pages_keys), "pages", &pages, reading->arena, reading->diags) <
        0)
        return;
    bool sized = pages.total != NULL || pages.records != NULL;
    int given = sized + (pages.pages != NULL) + (pages.next != NULL);
    int64_t first;
    if (given != 1 || (pages.total != NULL && pages.records != NULL))
        diag_error(
            reading->diags, section->place, "F025", "pages need one of pages, total, records and next");
    if (sized != (pages.size > 0))
        diag_error(reading->diags, section->place, "F025", "a total or records need the size of a page");
    if (pages.next == NULL && str_to_int64(slice_of(pages.first), &first) < 0)
        diag_error(reading->diags, section->place, "F025", "the first page is no number");
    if (!url_uses(reading->url, "page"))
        diag_error(reading->diags, reading->url_place, "F025", "pages need {page} in the URL");
    reading->ask->pages = pages;
}

static void read_detector(const struct reading *reading, const struct node *section)
{
    struct ask_detector detector = {0};
    if (keys_read(section, detector_keys, LENGTH(detector_keys), "the detector", &detector, reading->arena,
            reading->diags) < 0)
        return;
    if ((detector.value != NULL) == (detector.header != ASK_HEADER_NONE))
        diag_error(reading->diags, section->place, "F026", "a detector looks at either a value or a header");
    if (detector.month != NULL && (detector.value == NULL || !reading->ask->by_period))
        diag_error(
            reading->diags, section->place, "F026", "months of a detector need its value, and periods");
    reading->ask->detector = detector;
}

static bool is_known(const struct ask *ask, struct slice name)
{
    static const char *const months[] = {"period", "first", "last"};
    for (size_t i = 0; ask->by_period && i < LENGTH(months); i++)
        if (slice_equal(name, months[i]))
            return true;
    for (size_t i = 0; i < ask->parameter_len; i++)
        if (slice_equal(name, ask->parameters[i].name))
            return true;
    return ask->pages.first != NULL && slice_equal(name, "page");
}

/* Every name in braces stands for something. */
static void check_url(const struct reading *reading, const char *url, struct place place)
{
    struct url_name name;
    const char *at = url;
    int r;
    while ((r = url_next_name(&at, &name)) > 0) {
        bool month = slice_equal(name.name, "period") || slice_equal(name.name, "first") ||
                     slice_equal(name.name, "last");
        if (!is_known(reading->ask, name.name))
            diag_error(reading->diags, place, "F024", "{%.*s} of the URL is no %s", (int)name.name.len,
                name.name.data, month ? "month without periods" : "parameter");
        else if (month != (name.format.len > 0))
            diag_error(reading->diags, place, "F024", "{%.*s} of the URL takes %s format", (int)name.name.len,
                name.name.data, month ? "a" : "no");
        else if (!url_is_format(name.format))
            diag_error(
                reading->diags, place, "F024", "a month is written with %%Y and %%m, as in {period:%%Y-%%m}");
    }
    if (r < 0)
        diag_error(reading->diags, place, "F024", "a brace of the URL is not closed");
}

/* The detector's URL goes to the same host: keys and limits are that host's. */
static void check_detector(const struct reading *reading, const struct node *section)
{
    struct arena arena = ARENA_NULL;
    const char *url = reading->ask->detector.url;
    struct place place = node_get(section, "url")->place;
    if (!str_equal(url_host(url, &arena), url_host(reading->url, &arena)) ||
        strncmp(url, reading->url, strcspn(reading->url, ":")) != 0)
        diag_error(reading->diags, place, "F026", "the detector asks another host than the feed's URL");
    arena_deinit(&arena);
    check_url(reading, url, place);
}

void ask_read(const struct ask_sections *sections, const char *url, struct place url_place,
    struct ask *ret_ask, struct arena *arena, struct diag_list *diags)
{
    struct reading reading = {ret_ask, url != NULL ? url : "", url_place, arena, diags};
    if (sections->parameters != NULL)
        read_parameters(&reading, sections->parameters);
    if (sections->periods != NULL)
        read_periods(&reading, sections->periods);
    if (sections->key != NULL)
        read_key(&reading, sections->key);
    if (sections->answers != NULL)
        read_answers(&reading, sections->answers);
    if (sections->limits != NULL)
        (void)keys_read(sections->limits, limit_keys, LENGTH(limit_keys), "limits", ret_ask, arena, diags);
    if (sections->pages != NULL)
        read_pages(&reading, sections->pages);
    if (sections->detector != NULL)
        read_detector(&reading, sections->detector);
    ret_ask->probe = sections->probe;
    if (sections->probe != NULL && (sections->probe[0] == '\0' || strpbrk(sections->probe, " #{}") != NULL))
        diag_error(diags, url_place, "F027", "the probe is no query such as countOnly=true");
    check_url(&reading, reading.url, url_place);
    if (ret_ask->detector.url != NULL)
        check_detector(&reading, sections->detector);
}

/* ---- copies ---- */

static const char *copy(struct arena *arena, const char *text)
{
    return text != NULL ? arena_strdup(arena, text) : NULL;
}

static struct ask_parameter copy_parameter(const struct ask_parameter *from, struct arena *arena)
{
    const char **items = arena_array(arena, from->values.len, sizeof *items);
    for (size_t i = 0; i < from->values.len; i++)
        items[i] = copy(arena, from->values.items[i]);
    return (struct ask_parameter){
        copy(arena, from->name), {items, from->values.len}, copy(arena, from->join)};
}

struct ask ask_copy(const struct ask *ask, struct arena *arena)
{
    struct ask to = *ask;
    for (size_t i = 0; i < ask->parameter_len; i++)
        to.parameters[i] = copy_parameter(&ask->parameters[i], arena);
    to.credential = copy(arena, ask->credential);
    to.key_parameter = copy(arena, ask->key_parameter);
    to.key_header = copy(arena, ask->key_header);
    to.probe = copy(arena, ask->probe);
    to.pages.first = copy(arena, ask->pages.first);
    to.pages.pages = copy(arena, ask->pages.pages);
    to.pages.records = copy(arena, ask->pages.records);
    to.pages.total = copy(arena, ask->pages.total);
    to.pages.next = copy(arena, ask->pages.next);
    to.detector.url = copy(arena, ask->detector.url);
    to.detector.value = copy(arena, ask->detector.value);
    to.detector.month = copy(arena, ask->detector.month);
    to.answers = arena_array(arena, ask->answer_len, sizeof *to.answers);
    for (size_t i = 0; i < ask->answer_len; i++) {
        to.answers[i] = ask->answers[i];
        to.answers[i].starts = copy(arena, ask->answers[i].starts);
        to.answers[i].contains = copy(arena, ask->answers[i].contains);
        to.answers[i].count = copy(arena, ask->answers[i].count);
    }
    return to;
}

bool ask_is_single(const struct ask *ask)
{
    if (ask->by_period || ask->pages.first != NULL || ask->detector.url != NULL)
        return false;
    for (size_t i = 0; i < ask->parameter_len; i++)
        if (ask->parameters[i].join == NULL && ask->parameters[i].values.len > 1)
            return false;
    return true;
}
