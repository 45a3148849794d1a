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
    [ASK_QUEUED] = "queued",
    [ASK_READY] = "ready",
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

static const struct shape field_name_shape = {.kind = SHAPE_TEXT, .pattern = "^[A-Za-z0-9_.-]+$"};
const struct shape ask_form_shape = {.kind = SHAPE_MAP,
    .names = &field_name_shape,
    .items = &shape_any_text,
    .min_items = 1,
    .max_items = ASK_FIELDS_MAX};

const struct shape ask_accept_shape = {.kind = SHAPE_TEXT,
    .expected = "expected a type of content such as application/json",
    .pattern = "^[A-Za-z0-9.+*-]+/[A-Za-z0-9.+*-]+$"};

static const struct key page_keys[] = {
    {.name = "next",
        .kind = KEY_TEXT,
        .offset = ASK(next_page),
        .required = true,
        .help = "The text in the outermost object of a JSON body that is the URL of the next page.",
        .shape = &shape_some_text},
};

const struct shape ask_pages_shape = {.kind = SHAPE_MAP, .keys = page_keys, .key_count = LENGTH(page_keys)};

struct answer_keys {
    struct ask_answer answer;
    const struct node *says;
};

#define ANSWER(field) offsetof(struct answer_keys, field)

static const struct shape says_shape = {
    .kind = SHAPE_MAP, .names = &shape_some_text, .items = &shape_some_text, .min_items = 1, .max_items = 1};

static const struct key answer_keys[] = {
    {.name = "status",
        .kind = KEY_INTEGER,
        .offset = ANSWER(answer.status),
        .fallback = "200",
        .min = 100,
        .max = 599,
        .help = "The HTTP status."},
    {.name = "starts",
        .kind = KEY_TEXT,
        .offset = ANSWER(answer.starts),
        .help = "How the body begins.",
        .shape = &shape_some_text},
    {.name = "contains",
        .kind = KEY_TEXT,
        .offset = ANSWER(answer.contains),
        .help = "A text in the first 64 KiB of the body.",
        .shape = &shape_some_text},
    {.name = "says",
        .kind = KEY_NODE,
        .offset = ANSWER(says),
        .help =
            "The name of an element, attribute or member in a body of XML or JSON, and its text; the case of "
            "letters does not matter.",
        .shape = &says_shape},
    {.name = "count",
        .kind = KEY_TEXT,
        .offset = ANSWER(answer.count),
        .help =
            "What at_least and at_most are about: lines, a tag of XML such as <item>, or a number of JSON "
            "by the names that lead to it, with points between.",
        .shape = &shape_some_text},
    {.name = "at_least",
        .kind = KEY_INTEGER,
        .offset = ANSWER(answer.at_least),
        .fallback = "-1",
        .help = "Of the count."},
    {.name = "at_most",
        .kind = KEY_INTEGER,
        .offset = ANSWER(answer.at_most),
        .fallback = "-1",
        .help = "Of the count."},
    {.name = "means",
        .kind = KEY_CHOICE,
        .offset = ANSWER(answer.means),
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

#define QUEUE(field) offsetof(struct ask, queue.field)

static const struct shape queue_url_shape = {.kind = SHAPE_TEXT,
    .expected = "expected a URL of the feed's host with {id} in it",
    .pattern = "^https?://[^/?#]+/.*[{]id[}]"};

static const struct key queue_keys[] = {
    {.name = "id",
        .kind = KEY_TEXT,
        .offset = QUEUE(id),
        .required = true,
        .help =
            "The name of the element or member with the id of the request, in an answer that means queued.",
        .shape = &shape_some_text},
    {.name = "status",
        .kind = KEY_TEXT,
        .offset = QUEUE(status),
        .required = true,
        .help = "The URL that says how it stands; {id} is the id.",
        .shape = &queue_url_shape},
    {.name = "data",
        .kind = KEY_TEXT,
        .offset = QUEUE(data),
        .required = true,
        .help = "The URL that has the answer once the status means ready.",
        .shape = &queue_url_shape},
    {.name = "pause",
        .kind = KEY_DURATION,
        .offset = QUEUE(pause_s),
        .fallback = "15s",
        .min = 1,
        .max = 3600,
        .help = "Time between two questions for the status."},
    {.name = "patience",
        .kind = KEY_DURATION,
        .offset = QUEUE(patience_s),
        .fallback = "30m",
        .min = 1,
        .max = 86400,
        .help = "After so long the request has failed."},
};

const struct shape ask_queue_shape = {.kind = SHAPE_MAP, .keys = queue_keys, .key_count = LENGTH(queue_keys)};

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

/* ---- the sections ---- */

/* What is being read. */
struct reading {
    struct ask *ask;
    const char *url;
    struct place url_place;
    struct arena *arena;
    struct diag_list *diags;
};

static bool is_used(const struct reading *reading, const char *name)
{
    bool used = url_uses(reading->url, name);
    for (size_t i = 0; i < reading->ask->field_len; i++)
        used = used || form_uses(reading->ask->fields[i].value, name);
    return used;
}

/* Letters, digits and some other bytes. */
static bool is_word(struct slice text, const char *others)
{
    bool word = text.len > 0;
    for (size_t i = 0; word && i < text.len; i++) {
        char c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        word = letter || (c != '\0' && strchr(others, c) != NULL);
    }
    return word;
}

static void check_accept(const struct reading *reading)
{
    static const char others[] = ".+*-";
    const char *type = reading->ask->accept, *slash = type != NULL ? strchr(type, '/') : NULL;
    bool good = slash != NULL && is_word((struct slice){type, (size_t)(slash - type)}, others) &&
                is_word(slice_of(slash + 1), others);
    if (type != NULL && !good)
        diag_error(reading->diags, reading->url_place, "F026",
            "accept \"%.60s\" is no type of content such as application/json", type);
}

/* Names and values of the form, before what they use. */
static void read_form(const struct reading *reading, const struct node *section)
{
    struct ask *ask = reading->ask;
    if (section->kind != NODE_MAP || section->len == 0 || section->len > ASK_FIELDS_MAX) {
        diag_error(reading->diags, section->place, "F025",
            "expected a map of at most %d fields of the form to their texts", ASK_FIELDS_MAX);
        return;
    }
    for (size_t i = 0; i < section->len; i++) {
        const struct node *name = section->keys[i], *value = section->items[i];
        if (value->kind != NODE_SCALAR)
            diag_error(reading->diags, value->place, "F025", "expected a text");
        else if (!is_word(name->text, "_.-"))
            diag_error(reading->diags, name->place, "F025",
                "the name of a field of a form has letters, digits and _ . -");
        else
            ask->fields[ask->field_len++] =
                (struct ask_field){arena_strndup(reading->arena, name->text.data, name->text.len),
                    arena_strndup(reading->arena, value->text.data, value->text.len)};
    }
}

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
    if (!is_used(reading, parameter.name))
        diag_error(reading->diags, name->place, "F020", "%s has no {%s}",
            ask->field_len > 0 ? "neither the URL nor the form" : "the URL", parameter.name);
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
    if (!is_used(reading, "period") && !is_used(reading, "first"))
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

/* One name and its text. */
static void read_says(const struct reading *reading, const struct node *says, struct ask_answer *answer)
{
    if (says->kind != NODE_MAP || says->len != 1 || says->items[0]->kind != NODE_SCALAR ||
        says->keys[0]->text.len == 0 || says->items[0]->text.len == 0) {
        diag_error(
            reading->diags, says->place, "F023", "expected one name and its text, such as { status: ERROR }");
        return;
    }
    struct slice name = says->keys[0]->text, text = says->items[0]->text;
    answer->says_name = arena_strndup(reading->arena, name.data, name.len);
    answer->says_text = arena_strndup(reading->arena, text.data, text.len);
}

static void read_answer(const struct reading *reading, const struct node *node, struct ask_answer *ret_answer)
{
    struct answer_keys keys = {0};
    (void)keys_read(
        node, answer_keys, LENGTH(answer_keys), "an answer", &keys, reading->arena, reading->diags);
    if (keys.says != NULL)
        read_says(reading, keys.says, &keys.answer);
    *ret_answer = keys.answer;
    bool limits = ret_answer->at_least >= 0 || ret_answer->at_most >= 0;
    if (limits != (ret_answer->count != NULL))
        diag_error(
            reading->diags, node->place, "F023", "a count needs at_least or at_most, and they need a count");
    bool queued = ret_answer->means == ASK_QUEUED || ret_answer->means == ASK_READY;
    if (queued && reading->ask->queue.id == NULL)
        diag_error(reading->diags, node->place, "F026", "an answer that means %s needs the section \"queue\"",
            ask_meaning_names[ret_answer->means]);
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
    for (size_t i = 0; i < section->len; i++)
        read_answer(reading, section->items[i], &ask->answers[ask->answer_len++]);
}

/* A key goes along with these too, so they stay with the feed's host; their only name is {id}. */
static void check_queue_url(
    const struct reading *reading, const struct node *section, const char *key, const char *url)
{
    struct url_name name;
    const char *at = url;
    int names = 0, r;
    while (url != NULL && (r = url_next_name(&at, &name)) > 0)
        names += slice_equal(name.name, "id") && name.format.len == 0 ? 1 : 100;
    if (url == NULL ||
        (names == 1 && r == 0 &&
            str_equal(url_origin(url, reading->arena), url_origin(reading->url, reading->arena))))
        return;
    diag_error(reading->diags, node_get(section, key)->place, "F026",
        "expected a URL of the feed's own host with {id} in it, once and alone");
}

static void read_queue(const struct reading *reading, const struct node *section)
{
    struct ask *ask = reading->ask;
    if (keys_read(section, queue_keys, LENGTH(queue_keys), "the queue", ask, reading->arena, reading->diags) <
        0)
        return;
    check_queue_url(reading, section, "status", ask->queue.status);
    check_queue_url(reading, section, "data", ask->queue.data);
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
    return false;
}

/* Every name in braces stands for something. */
static void check_name(const struct reading *reading, const struct url_name *name)
{
    bool month = slice_equal(name->name, "period") || slice_equal(name->name, "first") ||
                 slice_equal(name->name, "last");
    if (!is_known(reading->ask, name->name))
        diag_error(reading->diags, reading->url_place, "F024", "{%.*s} of the URL is no %s",
            (int)name->name.len, name->name.data, month ? "month without periods" : "parameter");
    else if (month != (name->format.len > 0))
        diag_error(reading->diags, reading->url_place, "F024", "{%.*s} of the URL takes %s format",
            (int)name->name.len, name->name.data, month ? "a" : "no");
    else if (!url_is_format(name))
        diag_error(reading->diags, reading->url_place, "F024",
            "a month is written with %%Y and %%m, as in {period:%%Y-%%m}, and its first or last day with "
            "%%d");
}

static void check_url(const struct reading *reading)
{
    struct url_name name;
    const char *at = reading->url;
    int r;
    while ((r = url_next_name(&at, &name)) > 0)
        check_name(reading, &name);
    if (r < 0)
        diag_error(reading->diags, reading->url_place, "F024", "a brace of the URL is not closed");
    for (size_t i = 0; i < reading->ask->field_len; i++)
        for (at = reading->ask->fields[i].value; form_next_name(&at, &name);)
            check_name(reading, &name);
}

void ask_read(const struct ask_sections *sections, const char *url, struct place url_place,
    struct ask *ret_ask, struct arena *arena, struct diag_list *diags)
{
    struct reading reading = {ret_ask, url != NULL ? url : "", url_place, arena, diags};
    if (sections->form != NULL)
        read_form(&reading, sections->form);
    if (sections->parameters != NULL)
        read_parameters(&reading, sections->parameters);
    if (sections->periods != NULL)
        read_periods(&reading, sections->periods);
    if (sections->key != NULL)
        read_key(&reading, sections->key);
    if (sections->queue != NULL)
        read_queue(&reading, sections->queue);
    if (sections->pages != NULL)
        (void)keys_read(sections->pages, page_keys, LENGTH(page_keys), "pages", ret_ask, arena, diags);
    if (sections->answers != NULL)
        read_answers(&reading, sections->answers);
    if (sections->limits != NULL)
        (void)keys_read(sections->limits, limit_keys, LENGTH(limit_keys), "limits", ret_ask, arena, diags);
    check_url(&reading);
    check_accept(&reading);
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
    to.accept = copy(arena, ask->accept);
    to.next_page = copy(arena, ask->next_page);
    for (size_t i = 0; i < ask->field_len; i++)
        to.fields[i] =
            (struct ask_field){copy(arena, ask->fields[i].name), copy(arena, ask->fields[i].value)};
    to.answers = arena_array(arena, ask->answer_len, sizeof *to.answers);
    for (size_t i = 0; i < ask->answer_len; i++) {
        to.answers[i] = ask->answers[i];
        to.answers[i].starts = copy(arena, ask->answers[i].starts);
        to.answers[i].contains = copy(arena, ask->answers[i].contains);
        to.answers[i].count = copy(arena, ask->answers[i].count);
        to.answers[i].says_name = copy(arena, ask->answers[i].says_name);
        to.answers[i].says_text = copy(arena, ask->answers[i].says_text);
    }
    to.queue.id = copy(arena, ask->queue.id);
    to.queue.status = copy(arena, ask->queue.status);
    to.queue.data = copy(arena, ask->queue.data);
    return to;
}

bool ask_is_single(const struct ask *ask)
{
    if (ask->by_period || ask->field_len > 0 || ask->next_page != NULL)
        return false;
    for (size_t i = 0; i < ask->parameter_len; i++)
        if (ask->parameters[i].join == NULL && ask->parameters[i].values.len > 1)
            return false;
    return true;
}
