#include "feeds/gather.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "core/date.h"
#include "core/period.h"
#include "feeds/named_text.h"

enum { TRIES_MAX = 5 };

struct gather {
    struct arena arena;
    const char *url;
    struct ask ask;
    struct gather_span span;
    struct url_part *parts; /* what is still to be asked for, the next one last */
    size_t len, cap;
    bool revising;      /* the months of history are being asked for again */
    int tries;          /* of the request */
    const char *ticket; /* its id, where the source has queued it; NULL: it has not */
    bool ready;         /* what it queued is there */
    int64_t waited_s;   /* for it */
    size_t requests;
    int64_t wait_s;
    struct buf bytes;
    size_t *ends;
    size_t end_len, end_cap;
    enum ask_meaning meaning;
    char text[ANSWER_TEXT_SIZE];
};

/* ---- the plan ---- */

static void push(struct gather *gather, const struct url_part *part)
{
    gather->parts = alloc_grow(gather->parts, gather->len, &gather->cap, sizeof *gather->parts);
    gather->parts[gather->len++] = *part;
}

/* The i-th combination of the values that are asked for one by one. False behind the last. */
static bool choose(const struct ask *ask, size_t i, struct url_part *part)
{
    for (size_t p = ask->parameter_len; p-- > 0;) {
        const struct ask_parameter *parameter = &ask->parameters[p];
        bool each = parameter->join == NULL;
        part->values[p].first = each ? i % parameter->values.len : 0;
        part->values[p].len = each ? 1 : parameter->values.len;
        i /= each ? parameter->values.len : 1;
    }
    return i == 0;
}

static size_t combinations(const struct ask *ask)
{
    size_t n = 1;
    for (size_t p = 0; p < ask->parameter_len && n <= GATHER_REQUESTS_MAX; p++)
        n *= ask->parameters[p].join == NULL ? ask->parameters[p].values.len : 1;
    return n;
}

/* Of a month that is not over yet, its days up to today. */
static int32_t last_day(const struct gather *gather, int32_t month)
{
    int32_t end = date_end_of_period(month), today = gather->span.today;
    return gather->ask.current && today > 0 && today < end ? today : end;
}

/* Puts the months on the stack so that the oldest is asked for first. */
static void plan_months(struct gather *gather, int32_t first, int32_t last)
{
    int32_t step = (int32_t)gather->ask.per_request;
    size_t n = combinations(&gather->ask);
    int32_t groups = last < first ? 0 : (last - first) / step + 1;
    for (int32_t g = groups; g-- > 0 && gather->len <= GATHER_REQUESTS_MAX;) {
        int32_t from = first + g * step, to = from + step - 1;
        for (size_t i = n; i-- > 0;) {
            struct url_part part = {.first = from, .last = to < last ? to : last};
            part.until = last_day(gather, part.last);
            if (choose(&gather->ask, i, &part))
                push(gather, &part);
        }
    }
}

static int32_t later(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static void plan_new(struct gather *gather)
{
    const struct ask *ask = &gather->ask;
    int32_t last = gather->span.last, newest = gather->span.newest;
    int32_t window = later(last - (int32_t)ask->window + 1, ask->from);
    plan_months(gather, later(window, newest + 1), last);
}

static void plan_again(struct gather *gather)
{
    int32_t newest = gather->span.newest;
    gather->revising = true;
    if (newest != PERIOD_NONE)
        plan_months(gather, later(newest - (int32_t)gather->ask.revise + 1, gather->ask.from), newest);
}

struct gather *gather_new(
    const char *url, const struct ask *ask, const struct gather_span *span, int64_t max_bytes)
{
    struct gather *gather = alloc_zeroed(1, sizeof *gather);
    gather->url = arena_strdup(&gather->arena, url);
    gather->ask = ask_copy(ask, &gather->arena);
    gather->span = *span;
    if (ask->current) { /* the newest month of history may have been going on then */
        gather->span.last++;
        gather->span.newest -= span->newest != PERIOD_NONE;
    }
    gather->meaning = ASK_NOT_YET;
    snprintf(gather->text, sizeof gather->text, "no newer month can be published yet");
    buf_init(&gather->bytes, (size_t)max_bytes);
    if (ask->by_period) {
        plan_new(gather);
    } else {
        gather->revising = true;
        gather->ask.per_request = 1;
        plan_months(gather, 0, 0);
    }
    if (gather->len > GATHER_REQUESTS_MAX) {
        gather->len = 0;
        gather->meaning = ASK_CHANGED;
        snprintf(
            gather->text, sizeof gather->text, "more than %d requests for one payload", GATHER_REQUESTS_MAX);
    }
    return gather;
}

void gather_free(struct gather *gather)
{
    if (gather == NULL)
        return;
    arena_deinit(&gather->arena);
    buf_deinit(&gather->bytes);
    alloc_free(gather->parts);
    alloc_free(gather->ends);
    alloc_free(gather);
}

const char *gather_url(struct gather *gather)
{
    const struct ask_queue *queue = &gather->ask.queue;
    if (gather->len > 0 && gather->ticket != NULL)
        return url_with_id(gather->ready ? queue->data : queue->status, gather->ticket, &gather->arena);
    return gather_planned(gather, 0, &gather->arena);
}

const char *gather_planned(const struct gather *gather, size_t i, struct arena *arena)
{
    if (i >= gather->len)
        return NULL;
    return url_fill(gather->url, &gather->ask, &gather->parts[gather->len - 1 - i], arena);
}

const char *gather_form(struct gather *gather)
{
    return gather->len > 0 ? form_fill(&gather->ask, &gather->parts[gather->len - 1], &gather->arena) : NULL;
}

int64_t gather_room(const struct gather *gather)
{
    return (int64_t)(gather->bytes.max - gather->bytes.len);
}

/* ---- answers ---- */

static bool stop(struct gather *gather, enum ask_meaning meaning)
{
    gather->len = 0;
    gather->meaning = meaning;
    return false;
}

/* After the last request. */
static bool finish(struct gather *gather, long status)
{
    if (gather->end_len == 0)
        return stop(gather, ASK_NOT_YET);
    if (!gather->revising)
        plan_again(gather);
    if (gather->len > 0 && gather->requests + gather->len <= GATHER_REQUESTS_MAX)
        return true;
    if (gather->requests > 1)
        snprintf(gather->text, sizeof gather->text, "HTTP %ld, %zu requests", status, gather->requests);
    return stop(gather, ASK_DATA);
}

/* Where a month is not there yet, later ones are not either. */
static void drop_later(struct gather *gather, int32_t period)
{
    size_t kept = 0;
    for (size_t i = 0; i < gather->len; i++)
        if (gather->parts[i].first <= period)
            gather->parts[kept++] = gather->parts[i];
    gather->len = kept;
}

/* The first answer is kept where it is: it may be large, and mostly there is no other. */
static int keep_bytes(struct gather *gather, const struct gather_answer *answer)
{
    struct buf *storage = answer->storage;
    if (gather->bytes.len > 0 || storage == NULL || storage->data != answer->body.data ||
        answer->body.len > gather->bytes.max)
        return buf_append(&gather->bytes, answer->body.data, answer->body.len);
    buf_move(&gather->bytes, storage);
    return 0;
}

/* Only where the feed itself is: an answer sends nobody elsewhere. */
static bool is_same_host(struct gather *gather, const char *page)
{
    const char *host = url_host(gather->url, &gather->arena);
    size_t scheme = (size_t)(strstr(gather->url, "://") - gather->url);
    return strncmp(page, gather->url, scheme + strlen("://")) == 0 &&
           str_equal(url_host(page, &gather->arena), host);
}

/* Puts the page that the answer names before all that is still to be asked for. False: nobody may go there.
 */
static bool push_page(struct gather *gather, struct url_part part, struct slice body)
{
    const char *page =
        gather->ask.next_page != NULL ? answer_json_text(body, gather->ask.next_page, &gather->arena) : NULL;
    if (page == NULL || page[0] == '\0')
        return true;
    if (!is_same_host(gather, page)) {
        snprintf(gather->text, sizeof gather->text, "the next page is on another host: %.120s", page);
        return stop(gather, ASK_CHANGED);
    }
    if (part.page != NULL && str_equal(part.page, page)) {
        snprintf(gather->text, sizeof gather->text, "a page names itself as the next one: %.120s", page);
        return stop(gather, ASK_CHANGED);
    }
    part.page = page;
    push(gather, &part);
    return true;
}

/* The request is done with. */
static void forget_request(struct gather *gather)
{
    gather->tries = 0;
    gather->ticket = NULL;
    gather->ready = false;
    gather->waited_s = 0;
}

static bool next(struct gather *gather, long status)
{
    forget_request(gather);
    return gather->len > 0 || finish(gather, status);
}

static bool take_data(struct gather *gather, const struct gather_answer *answer)
{
    struct url_part part = gather->parts[gather->len - 1];
    size_t from = gather->bytes.len;
    if (keep_bytes(gather, answer) < 0) {
        snprintf(gather->text, sizeof gather->text, "reply too large");
        return stop(gather, ASK_FAILED);
    }
    gather->ends = alloc_grow(gather->ends, gather->end_len, &gather->end_cap, sizeof *gather->ends);
    gather->ends[gather->end_len++] = gather->bytes.len;
    gather->len--;
    struct slice body = {buf_text(&gather->bytes) + from, gather->bytes.len - from}; /* it may have moved */
    if (!push_page(gather, part, body))
        return false;
    if (gather->len > 0 && gather->requests >= GATHER_REQUESTS_MAX) {
        snprintf(
            gather->text, sizeof gather->text, "more than %d requests for one payload", GATHER_REQUESTS_MAX);
        return stop(gather, ASK_TOO_MUCH);
    }
    return next(gather, answer->status);
}

static bool take_not_yet(struct gather *gather, long status)
{
    struct url_part part = gather->parts[--gather->len];
    if (!gather->revising && gather->span.newest != PERIOD_NONE)
        drop_later(gather, part.first);
    return next(gather, status);
}

/* The list in one request that has the most values; false: none has two. */
static bool longest_list(const struct gather *gather, const struct url_part *part, size_t *ret_parameter)
{
    size_t longest = 1;
    for (size_t i = 0; i < gather->ask.parameter_len; i++)
        if (part->values[i].len > longest) {
            longest = part->values[i].len;
            *ret_parameter = i;
        }
    return longest > 1;
}

/* Halves of a request: of its months, or of its longest list. */
static bool split(struct gather *gather)
{
    struct url_part head = gather->parts[gather->len - 1], tail = head;
    size_t list;
    if (head.page != NULL) {
        snprintf(gather->text, sizeof gather->text, "a further page is too much for the source");
        return stop(gather, ASK_CHANGED);
    }
    if (head.last > head.first) {
        head.last = head.first + (head.last - head.first) / 2;
        head.until = last_day(gather, head.last);
        tail.first = head.last + 1;
    } else if (longest_list(gather, &head, &list)) {
        head.values[list].len /= 2;
        tail.values[list].first += head.values[list].len;
        tail.values[list].len -= head.values[list].len;
    } else {
        snprintf(gather->text, sizeof gather->text,
            "one request for a single month and value is too much for the source");
        return stop(gather, ASK_CHANGED);
    }
    forget_request(gather);
    gather->parts[gather->len - 1] = tail;
    push(gather, &head);
    return gather->requests + gather->len <= GATHER_REQUESTS_MAX || stop(gather, ASK_TOO_MUCH);
}

static bool take_quota(struct gather *gather, int64_t retry_after_s)
{
    if (retry_after_s == 0 || retry_after_s > GATHER_PATIENCE_S || ++gather->tries == TRIES_MAX)
        return stop(gather, ASK_QUOTA);
    gather->wait_s = retry_after_s;
    return true;
}

/* The source works on it. Of a status that it gives again nothing but the time counts. */
static bool take_queued(struct gather *gather, struct slice body)
{
    const struct ask_queue *queue = &gather->ask.queue;
    char id[NAMED_TEXT_SIZE];
    if (gather->ticket == NULL && !named_text_find(body, queue->id, NULL, id)) {
        snprintf(gather->text, sizeof gather->text, "the source has queued the request and names no %.64s",
            queue->id);
        return stop(gather, ASK_CHANGED);
    }
    if (gather->ticket == NULL)
        gather->ticket = arena_strdup(&gather->arena, id);
    if (gather->waited_s >= queue->patience_s) {
        snprintf(gather->text, sizeof gather->text,
            "the source has queued a request and not answered it in %lld s", (long long)gather->waited_s);
        return stop(gather, ASK_FAILED);
    }
    gather->ready = false;
    gather->waited_s += gather->wait_s = queue->pause_s;
    return true;
}

/* Once: data that are not there after all are a failure. */
static bool take_ready(struct gather *gather)
{
    if (gather->ticket == NULL || gather->ready)
        return stop(gather, ASK_FAILED);
    return gather->ready = true;
}

bool gather_take(struct gather *gather, const struct gather_answer *answer)
{
    enum ask_meaning meaning = answer_meaning(&gather->ask, answer->status, answer->body);
    gather->wait_s = 0;
    gather->requests += gather->ticket == NULL;
    if (meaning == ASK_DATA)
        snprintf(gather->text, sizeof gather->text, "HTTP %ld", answer->status);
    else
        answer_text(answer->status, answer->body, answer->key, gather->text);
    switch (meaning) {
    case ASK_DATA:
        return take_data(gather, answer);
    case ASK_NOT_YET:
        return take_not_yet(gather, answer->status);
    case ASK_TOO_MUCH:
        return split(gather);
    case ASK_QUEUED:
        return take_queued(gather, answer->body);
    case ASK_READY:
        return take_ready(gather);
    case ASK_QUOTA:
        return take_quota(gather, answer->retry_after_s);
    case ASK_KEY:
    case ASK_CHANGED:
    case ASK_FAILED:
        break;
    }
    return stop(gather, meaning);
}

int64_t gather_wait_s(const struct gather *gather)
{
    return gather->wait_s;
}

enum ask_meaning gather_meaning(const struct gather *gather)
{
    return gather->meaning;
}

const char *gather_text(const struct gather *gather)
{
    return gather->text;
}

struct slice gather_bytes(const struct gather *gather)
{
    return (struct slice){buf_text(&gather->bytes), gather->bytes.len};
}

char *gather_take_bytes(struct gather *gather, size_t *ret_len)
{
    *ret_len = gather->bytes.len;
    return buf_take(&gather->bytes);
}

size_t gather_ends(const struct gather *gather, const size_t **ret_ends)
{
    *ret_ends = gather->ends;
    return gather->end_len;
}
