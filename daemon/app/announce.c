#include "app/announce.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/target.h"
#include "base/log.h"
#include "core/evidence.h"
#include "core/period.h"
#include "io/channel.h"
#include "io/store_event.h"

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

/* ---- what has been told ---- */

static void load_row(void *userdata, const struct alert_row *row)
{
    struct engine *engine = userdata;
    struct ledger_entry *entry = ledger_of(&engine->ledger, &row->scope);
    entry->told = row->told;
    entry->audience = row->audience;
    entry->seq = row->seq;
    snprintf(entry->id, sizeof entry->id, "%s", row->id);
}

int announce_load(struct engine *engine)
{
    ledger_deinit(&engine->ledger);
    return store_each_alert(engine->store, true, load_row, engine);
}

/* ---- one event: journal and deliveries ---- */

/* Whether the receiver is to know. That an alert has ended concerns those who were told of it: not a receiver
 * that is newer, and nobody where the rule ran in the shadow. 0 or -errno. */
static int wants(struct engine *engine, const struct receiver *receiver, const struct alert_record *record,
    bool closes, bool *ret_wants)
{
    *ret_wants = alert_event_notifies(record->event) &&
                 (receiver->audience == AUDIENCE_INTERNAL || record->audience == AUDIENCE_PUBLIC);
    if (!*ret_wants || !closes || record->event == EVENT_RAISED)
        return 0;
    return store_was_told(engine->store, record->id, record->scope.rule, receiver->name, ret_wants);
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
        .chart = {"", ""},
        .thread = "",
        .last_text = "",
    };
    int64_t id;
    target.templates = &engine->setup->templates;
    int r = channel->render(record, &target, &arena, &row);
    if (r == CHANNEL_FELL_BACK) {
        engine->fallbacks++;
        log_warning("template failed, the built-in message is sent receiver=%s alert=%s seq=%d",
            receiver->name, record->id, record->seq);
    }
    if (r >= 0)
        r = store_put_delivery(engine->store, &row, &id);
    arena_deinit(&arena);
    return r;
}

/* A record with what only a message says: made for the first receiver who wants one. */
struct whole_record {
    struct alert_record record;
    struct evidence evidence;
    struct alert_last last;
    struct arena arena;
    bool made;
};

static int take_last(struct engine *engine, struct whole_record *whole)
{
    struct event_row row;
    if (whole->record.seq < 2)
        return 0;
    int r = store_get_event(engine->store, whole->record.id, whole->record.seq - 1, &whole->arena, &row);
    if (r < 0)
        return r;
    whole->last =
        (struct alert_last){row.event, row.severity, row.period, row.at_ms, row.figures, row.figure_count};
    whole->record.last = &whole->last;
    return 0;
}

static int make_whole(struct engine *engine, struct whole_record *whole)
{
    if (whole->made)
        return 0;
    const struct setup *setup = engine->setup;
    struct evidence_source source = {engine->judge, engine->panel, &setup->reference, setup->config->home,
        (int32_t)(whole->record.at_ms / day_ms)};
    whole->made = true;
    if (engine->judge != NULL &&
        evidence_take(&source, &whole->record.scope, whole->record.period, &whole->evidence))
        whole->record.evidence = &whole->evidence;
    return take_last(engine, whole);
}

static int tell(void *userdata, const struct alert_record *record, unsigned manner)
{
    struct engine *engine = userdata;
    const struct config *config = engine->setup->config;
    bool closes = (manner & LEDGER_CLOSES) != 0, silent = (manner & LEDGER_SILENT) != 0;
    struct whole_record whole = {.record = *record};
    int r = store_put_event(engine->store, record, closes);
    for (size_t i = 0; r == 0 && !silent && i < config->receiver_count; i++) {
        bool wanted;
        r = wants(engine, &config->receivers[i], record, closes, &wanted);
        if (r == 0 && wanted)
            r = make_whole(engine, &whole);
        if (r == 0 && wanted)
            r = add_delivery(engine, &config->receivers[i], &whole.record);
    }
    arena_deinit(&whole.arena);
    return r;
}

static int last_seq(void *userdata, const char *id, int *ret_seq)
{
    struct engine *engine = userdata;
    struct arena arena = ARENA_NULL;
    struct alert_row row;
    int r = store_get_alert(engine->store, id, &arena, &row);
    if (r == 0 || r == -ENOENT)
        *ret_seq = r == 0 ? row.seq : 0;
    arena_deinit(&arena);
    return r == -ENOENT ? 0 : r;
}

static int follow(void *userdata, const struct ledger_entry *entry, const struct figure *figures, size_t n)
{
    struct engine *engine = userdata;
    return store_touch_alert(engine->store, entry->id, entry->told.state, entry->told.period, figures, n);
}

static struct ledger_sink sink_of(struct engine *engine)
{
    return (struct ledger_sink){last_seq, tell, follow, engine};
}

static struct ledger_turn turn_of(
    const struct engine *engine, const struct ledger_sink *sink, const struct announcement *why)
{
    return (struct ledger_turn){
        .judge = engine->judge,
        .panel = engine->panel,
        .baskets = &engine->setup->reference.baskets,
        .ruleset = engine->setup->ruleset->digest.hex,
        .now_ms = why->now_ms,
        .reason = why->reason,
        .vintage = why->vintage,
        .sink = sink,
    };
}

int announce_judged(struct engine *engine, const struct judge_result *result, const struct announcement *why)
{
    struct ledger_sink sink = sink_of(engine);
    struct ledger_turn turn = turn_of(engine, &sink, why);
    return ledger_judged(&engine->ledger, &turn, result);
}

/* What is told of an alert besides what judging says. */
static int tell_other(struct engine *engine, struct ledger_entry *entry, struct alert_record *record,
    const struct announcement *why)
{
    struct ledger_sink sink = sink_of(engine);
    struct ledger_turn turn = turn_of(engine, &sink, why);
    return ledger_tell(&turn, entry, record, LEDGER_ALOUD);
}

static struct phrase product_title(const struct engine *engine, const char *product)
{
    const struct basket *basket = baskets_find(&engine->setup->reference.baskets, product);
    return basket != NULL ? basket->title : (struct phrase){{product, product}};
}

/* ---- alerts that nobody judges any more ---- */

static int close_alert(struct engine *engine, struct ledger_entry *alert, const struct announcement *why)
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
    return tell_other(engine, alert, &record, why);
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
    {"feed-key", SEVERITY_WARNING,
        {{"Nguồn dữ liệu {{product}}: nguồn không nhận khóa truy cập",
            "Feed {{product}}: the source does not take the key"}},
        {{"Kiểm tra khóa: còn hạn không, tệp mô tả nguồn gọi đúng tên và LoadCredential= có trong dịch vụ "
          "không. "
          "Lý do nằm trong tdwatch feed status.",
            "Check the key: that it is valid, that the descriptor names it and that LoadCredential= passes "
            "it to the service. The reason stands in tdwatch feed status."}}},
    {"feed-changed", SEVERITY_WARNING,
        {{"Nguồn dữ liệu {{product}}: nguồn đã thay đổi và không hiểu yêu cầu nữa",
            "Feed {{product}}: the source has changed and does not take what it is asked"}},
        {{"So sánh tệp mô tả nguồn với tài liệu của nguồn; lý do nằm trong tdwatch feed status.",
            "Compare the descriptor with the source's documents; the reason stands in tdwatch feed "
            "status."}}},
    {"feed-late", SEVERITY_CAUTION,
        {{"Nguồn dữ liệu {{product}}: tháng mới đến muộn hơn dự kiến",
            "Feed {{product}}: a new month is later than expected"}},
        {{"Xem tdwatch feed status: nguồn chưa công bố, hoặc tệp mô tả nguồn yêu cầu sai tháng. Quy tắc vẫn "
          "dùng "
          "số liệu cũ.",
            "See tdwatch feed status: the source has not published, or the descriptor asks for other months. "
            "Rules go on with the figures they have."}}},
};

static bool is_feed_alert(const struct ledger_entry *alert)
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
    struct ledger_entry *alert = ledger_find(&engine->ledger, &scope);
    bool open = alert != NULL && alert->told.open;
    if (open == bad)
        return 0;
    alert = ledger_of(&engine->ledger, &scope);
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
    return tell_other(engine, alert, &record, why);
}

static const char *class_of(size_t trouble)
{
    return feed_troubles[trouble].rule + strlen("feed-");
}

/* How a feed is asked and what it brought are two things: what is said of one leaves what stands of the
 * other. Only the months say whether it is late. */
static bool says_nothing_of(const char *class, const char *trouble)
{
    static const char *const asking[] = {"transport", "key", "changed"};
    bool quarantine = str_equal(trouble, "quarantine");
    for (size_t i = 0; i < sizeof asking / sizeof *asking; i++)
        if (str_equal(class, asking[i]) && quarantine)
            return true;
    return str_equal(trouble, "late");
}

int announce_feed_late(struct engine *engine, const char *feed, bool late, const struct announcement *why)
{
    for (size_t i = 0; i < sizeof feed_troubles / sizeof *feed_troubles; i++)
        if (str_equal(class_of(i), "late"))
            return announce_trouble(engine, feed, i, late, why);
    return 0;
}

int announce_feed(struct engine *engine, const char *feed, const char *class, const struct announcement *why)
{
    for (size_t i = 0; i < sizeof feed_troubles / sizeof *feed_troubles; i++) {
        bool bad = str_equal(class_of(i), class);
        if (!bad && says_nothing_of(class, class_of(i)))
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
        const struct ledger_entry *alert =
            str_equal(class_of(i), class) ? ledger_find(&engine->ledger, &scope) : NULL;
        if (alert != NULL && alert->told.open)
            return true;
    }
    return false;
}

/* ---- what has no source any more ---- */

static bool is_orphan(struct engine *engine, const struct ledger_entry *alert)
{
    uint32_t rule, scope;
    if (is_feed_alert(alert))
        return setup_feed(engine->setup, alert->scope.product) == NULL;
    return !judge_find(engine->judge, &alert->scope, &rule, &scope);
}

int announce_orphans(struct engine *engine, const struct announcement *why)
{
    for (size_t i = 0; i < engine->ledger.len; i++) {
        struct ledger_entry *alert = &engine->ledger.items[i];
        if (!alert->told.open || !is_orphan(engine, alert))
            continue;
        int r = close_alert(engine, alert, why);
        if (r < 0)
            return r;
    }
    return 0;
}
