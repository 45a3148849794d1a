#include "app/announce.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/target.h"
#include "base/alloc.h"
#include "core/period.h"
#include "io/channel.h"

/* ---- what has been told ---- */

static size_t scope_text(const struct alert_scope *scope, char *buf, size_t size)
{
    int n = snprintf(buf, size, "%s\n%s\n%s\n%s", scope->rule, scope->product, scope->market, scope->origin);
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

enum { SCOPE_TEXT_MAX = 512 };

/* The scope's entry; a new one says that nothing has been told. */
static struct told_alert *told_of(struct engine *engine, const struct alert_scope *scope)
{
    struct told_alerts *told = &engine->told;
    char text[SCOPE_TEXT_MAX];
    size_t len = scope_text(scope, text, sizeof text);
    uint32_t index;
    if (map_get(&told->by_scope, text, len, &index))
        return &told->items[index];
    told->items = alloc_grow(told->items, told->len, &told->cap, sizeof *told->items);
    map_put(&told->by_scope, text, len, (uint32_t)told->len);
    struct told_alert *alert = &told->items[told->len++];
    *alert = (struct told_alert){
        .scope =
            {
                .rule = arena_strdup(&told->arena, scope->rule),
                .product = arena_strdup(&told->arena, scope->product),
                .market = arena_strdup(&told->arena, scope->market),
                .origin = arena_strdup(&told->arena, scope->origin),
            },
    };
    return alert;
}

/* As told_of, but NULL where the scope was never spoken of; keeps quiet scopes out of memory. */
static struct told_alert *told_find(struct engine *engine, const struct alert_scope *scope)
{
    char text[SCOPE_TEXT_MAX];
    uint32_t index;
    size_t len = scope_text(scope, text, sizeof text);
    return map_get(&engine->told.by_scope, text, len, &index) ? &engine->told.items[index] : NULL;
}

static void load_row(void *userdata, const struct alert_row *row)
{
    struct told_alert *alert = told_of(userdata, &row->scope);
    alert->told = row->told;
    alert->audience = row->audience;
    alert->seq = row->seq;
    snprintf(alert->id, sizeof alert->id, "%s", row->id);
}

int announce_load(struct engine *engine)
{
    alloc_free(engine->told.items);
    map_deinit(&engine->told.by_scope);
    arena_deinit(&engine->told.arena);
    engine->told = (struct told_alerts){0};
    return store_each_alert(engine->store, true, load_row, engine);
}

/* ---- one event: journal and deliveries ---- */

static bool event_closes(enum alert_event event)
{
    return event == EVENT_CLEARED || event == EVENT_RETRACTED;
}

/* Whether the receiver is to know. That an alert has ended concerns those who were told of it: not a receiver
 * that is newer, and nobody where the rule ran in the shadow. 0 or -errno. */
static int wants(struct engine *engine, const struct receiver *receiver, const struct alert_record *record,
    bool *ret_wants)
{
    *ret_wants = alert_event_notifies(record->event) &&
                 (receiver->audience == AUDIENCE_INTERNAL || record->audience == AUDIENCE_PUBLIC);
    if (!*ret_wants || !event_closes(record->event))
        return 0;
    return store_was_told(engine->store, record->id, receiver->name, ret_wants);
}

static int add_delivery(
    struct engine *engine, const struct receiver *receiver, const struct alert_record *record)
{
    struct arena arena = ARENA_NULL;
    const struct channel *channel = target_channel(receiver);
    struct channel_target target = target_of(engine->setup->config, receiver);
    struct delivery_row row = {
        .alert = record->id,
        .seq = record->seq,
        .receiver = receiver->name,
        .channel = channel->name,
        .state = DELIVERY_PENDING,
        .created_ms = record->at_ms,
        .next_ms = record->at_ms,
        .subject = "",
        .text = "",
        .html = "",
        .body = "",
        .thread = "",
        .last_text = "",
    };
    int64_t id;
    int r = channel->render(record, &target, &arena, &row);
    if (r == 0)
        r = store_put_delivery(engine->store, &row, &id);
    arena_deinit(&arena);
    return r;
}

static int tell(struct engine *engine, const struct alert_record *record, bool closes, bool silent)
{
    const struct config *config = engine->setup->config;
    int r = store_put_event(engine->store, record, closes);
    for (size_t i = 0; r == 0 && !silent && i < config->receiver_count; i++) {
        bool wanted;
        r = wants(engine, &config->receivers[i], record, &wanted);
        if (r == 0 && wanted)
            r = add_delivery(engine, &config->receivers[i], record);
    }
    return r;
}

/* Gives the alert its id and the event its number, tells, and remembers that it was told. */
static int tell_and_remember(
    struct engine *engine, struct told_alert *alert, struct alert_record *record, bool silent)
{
    if (record->event == EVENT_RAISED) {
        struct arena arena = ARENA_NULL;
        struct alert_row before;
        alert_id(&record->scope, record->raised, alert->id);
        int r = store_get_alert(engine->store, alert->id, &arena, &before);
        alert->seq =
            r == 0 ? before.seq : 0; /* the same alert again: a revision had undone it, another restored it */
        arena_deinit(&arena);
        if (r < 0 && r != -ENOENT)
            return r;
    }
    record->id = alert->id;
    record->seq = ++alert->seq;
    int r = tell(engine, record, event_closes(record->event), silent);
    alert->audience = record->audience;
    alert->told = (struct alert_told){
        .open = !event_closes(record->event),
        .raised = record->raised,
        .severity = record->severity,
        .state = record->state,
        .period = record->period,
    };
    return r;
}

/* ---- judged scopes ---- */

static struct phrase product_title(const struct engine *engine, const char *product)
{
    const struct basket *basket = baskets_find(&engine->setup->reference.baskets, product);
    return basket != NULL ? basket->title : (struct phrase){{product, product}};
}

/* A scope as it now stands, ready to be told. */
struct standing {
    const struct rule *rule;
    struct alert_scope scope;
    struct alert_track track;
    int32_t period;
    struct figure figures[RULE_LETS_MAX];
    size_t figure_count;
    char sources[256];
};

static void take_standing(
    struct engine *engine, const struct judge_touched *touched, struct standing *standing)
{
    const struct judge_scope *scope = judge_scope(engine->judge, touched->rule, touched->scope);
    standing->rule = judge_rule(engine->judge, touched->rule);
    standing->scope = (struct alert_scope){standing->rule->id, scope->product, scope->market, scope->origin};
    standing->track = judge_track(engine->judge, touched->rule, touched->scope);
    standing->period = judge_horizon(engine->judge, touched->rule, touched->scope);
}

static void take_figures(
    struct engine *engine, const struct judge_touched *touched, struct standing *standing)
{
    standing->figure_count = judge_figures(
        engine->judge, engine->panel, touched->rule, touched->scope, standing->period, standing->figures);
    judge_sources(engine->judge, engine->panel, touched->rule, touched->scope, standing->sources,
        sizeof standing->sources);
}

static struct alert_record record_of(const struct engine *engine, const struct standing *standing,
    const struct told_alert *alert, enum alert_event event, const struct announcement *why)
{
    bool raises = event == EVENT_RAISED;
    return (struct alert_record){
        .event = event,
        .reason = event == EVENT_RETRACTED || event == EVENT_CONFIRMED ? "revision" : why->reason,
        .scope = standing->scope,
        .product_title = product_title(engine, standing->scope.product),
        .period = standing->period,
        .raised = raises ? standing->track.raised : alert->told.raised,
        .severity = standing->rule->severity,
        .state = event_closes(event) ? ALERT_INACTIVE : standing->track.state,
        .audience = standing->rule->audience,
        .title = standing->rule->title,
        .advice = standing->rule->advice,
        .basis = standing->rule->basis,
        .figures = standing->figures,
        .figure_count = standing->figure_count,
        .sources = standing->sources,
        .vintage = why->vintage,
        .ruleset = engine->setup->ruleset->digest.hex,
        .at_ms = why->now_ms,
    };
}

/* Another rule set did not revise any figure: what it no longer holds has ended, and was no error. */
static enum alert_event by_reason(enum alert_event event, const struct announcement *why)
{
    return event == EVENT_RETRACTED && str_equal(why->reason, "rules") ? EVENT_CLEARED : event;
}

static int follow(struct engine *engine, struct told_alert *alert, const struct standing *standing)
{
    if (!alert->told.open || alert->told.period == standing->period)
        return 0;
    alert->told.period = standing->period;
    alert->told.state = standing->track.state;
    return store_touch_alert(engine->store, alert->id, standing->track.state, standing->period,
        standing->figures, standing->figure_count);
}

static int announce_scope(
    struct engine *engine, const struct judge_touched *touched, const struct announcement *why)
{
    static const struct alert_told nothing_told;
    struct standing standing;
    take_standing(engine, touched, &standing);
    struct told_alert *alert = told_find(engine, &standing.scope);
    enum alert_event event = alert_next_event(alert != NULL ? &alert->told : &nothing_told, &standing.track,
        standing.rule->severity, touched->revised);
    bool open = alert != NULL && alert->told.open;
    if (standing.period == PERIOD_NONE || (event == EVENT_NONE && !open))
        return 0;
    take_figures(engine, touched, &standing);
    alert = told_of(engine, &standing.scope);
    /* At most two: what was told has ended, and another episode is open already. */
    for (int i = 0; i < 2 && event != EVENT_NONE; i++) {
        struct alert_record record = record_of(engine, &standing, alert, by_reason(event, why), why);
        int r = tell_and_remember(engine, alert, &record, standing.rule->shadow);
        if (r < 0)
            return r;
        event = alert_next_event(&alert->told, &standing.track, standing.rule->severity, false);
    }
    return follow(engine, alert, &standing);
}

int announce_judged(struct engine *engine, const struct judge_result *result, const struct announcement *why)
{
    for (size_t i = 0; i < result->len; i++) {
        int r = announce_scope(engine, &result->items[i], why);
        if (r < 0)
            return r;
    }
    return 0;
}

/* ---- alerts that nobody judges any more ---- */

static int close_alert(struct engine *engine, struct told_alert *alert, const struct announcement *why)
{
    struct alert_record record = {
        .event = EVENT_CLEARED,
        .reason = why->reason,
        .scope = alert->scope,
        .product_title = product_title(engine, alert->scope.product),
        .period = alert->told.period,
        .raised = alert->told.raised,
        .severity = alert->told.severity,
        .state = ALERT_INACTIVE,
        .audience = alert->audience,
        .title = {{"{{rule}}: {{product}}, {{market}}", "{{rule}}: {{product}}, {{market}}"}},
        .advice = {{"Quy tắc này không còn hiệu lực; không cần làm gì thêm.",
            "This rule is no longer in force; nothing needs to be done."}},
        .sources = "",
        .vintage = "",
        .ruleset = engine->setup->ruleset->digest.hex,
        .at_ms = why->now_ms,
    };
    return tell_and_remember(engine, alert, &record, false);
}

/* ---- feeds ---- */

/* What is said of a feed's trouble, by class. */
static const struct {
    const char *rule;
    enum severity severity;
    struct phrase title, advice;
} feed_troubles[] = {
    {"feed-quarantine", SEVERITY_WARNING,
        {{"Nguồn dữ liệu {{product}}: gói dữ liệu bị giữ lại, lịch sử không thay đổi",
            "Feed {{product}}: a payload was quarantined, history is unchanged"}},
        {{"Xem lý do trong nhật ký; nếu nguồn đã đổi định dạng, sửa tệp mô tả nguồn rồi nạp lại.",
            "See the reasons in the log; if the source has changed its format, mend the feed's descriptor "
            "and reload."}}},
    {"feed-transport", SEVERITY_CAUTION,
        {{"Nguồn dữ liệu {{product}}: nhiều lần liên tiếp không tải được",
            "Feed {{product}}: several fetches in a row have failed"}},
        {{"Kiểm tra địa chỉ, mạng và khóa truy cập của nguồn. Quy tắc vẫn dùng số liệu cũ.",
            "Check the feed's address, the network and its key. Rules go on with the figures they have."}}},
};

static bool is_feed_alert(const struct told_alert *alert)
{
    for (size_t i = 0; i < sizeof feed_troubles / sizeof *feed_troubles; i++)
        if (str_equal(alert->scope.rule, feed_troubles[i].rule))
            return true;
    return false;
}

static int announce_trouble(
    struct engine *engine, const char *feed, size_t trouble, bool bad, const struct announcement *why)
{
    static const char *const basis[] = {NULL};
    struct alert_scope scope = {feed_troubles[trouble].rule, feed, "", ""};
    struct told_alert *alert = told_find(engine, &scope);
    bool open = alert != NULL && alert->told.open;
    if (open == bad)
        return 0;
    alert = told_of(engine, &scope);
    int32_t month = period_of_ms(why->now_ms);
    struct alert_record record = {
        .event = bad ? EVENT_RAISED : EVENT_CLEARED,
        .reason = "feed",
        .scope = scope,
        .product_title = {{feed, feed}},
        .period = month,
        .raised = bad ? month : alert->told.raised,
        .severity = feed_troubles[trouble].severity,
        .state = bad ? ALERT_FIRING : ALERT_INACTIVE,
        .audience = AUDIENCE_INTERNAL,
        .title = feed_troubles[trouble].title,
        .advice = feed_troubles[trouble].advice,
        .basis = basis,
        .sources = feed,
        .vintage = why->vintage,
        .ruleset = engine->setup->ruleset->digest.hex,
        .at_ms = why->now_ms,
    };
    return tell_and_remember(engine, alert, &record, false);
}

static const char *class_of(size_t trouble)
{
    return feed_troubles[trouble].rule + strlen("feed-");
}

int announce_feed(struct engine *engine, const char *feed, const char *class, const struct announcement *why)
{
    for (size_t i = 0; i < sizeof feed_troubles / sizeof *feed_troubles; i++) {
        bool bad = str_equal(class_of(i), class);
        if (!bad && str_equal(class, "transport"))
            continue;
        int r = announce_trouble(engine, feed, i, bad, why);
        if (r < 0)
            return r;
    }
    return 0;
}

bool announce_feed_is_open(struct engine *engine, const char *feed, const char *class)
{
    for (size_t i = 0; i < sizeof feed_troubles / sizeof *feed_troubles; i++) {
        struct alert_scope scope = {feed_troubles[i].rule, feed, "", ""};
        const struct told_alert *alert = str_equal(class_of(i), class) ? told_find(engine, &scope) : NULL;
        if (alert != NULL && alert->told.open)
            return true;
    }
    return false;
}

/* ---- what has no source any more ---- */

static bool is_orphan(struct engine *engine, const struct told_alert *alert)
{
    uint32_t rule, scope;
    if (is_feed_alert(alert))
        return setup_feed(engine->setup, alert->scope.product) == NULL;
    return !judge_find(engine->judge, &alert->scope, &rule, &scope);
}

int announce_orphans(struct engine *engine, const struct announcement *why)
{
    for (size_t i = 0; i < engine->told.len; i++) {
        struct told_alert *alert = &engine->told.items[i];
        if (!alert->told.open || !is_orphan(engine, alert))
            continue;
        int r = close_alert(engine, alert, why);
        if (r < 0)
            return r;
    }
    return 0;
}
