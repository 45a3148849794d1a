#include "app/announce.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/budget.h"
#include "app/deliver.h"
#include "app/restrain.h"
#include "app/target.h"
#include "app/whole.h"
#include "core/message_view.h"
#include "core/period.h"
#include "io/store_event.h"

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

/* About deliveries, not about trade. */
static bool is_delivery_alert(const char *rule)
{
    return str_starts(rule, "delivery-");
}

static bool is_internal_elsewhere(const struct receiver *receiver, const struct receiver *subject)
{
    return receiver->audience == AUDIENCE_INTERNAL &&
           (target_channel(receiver) == &channel_email) != (target_channel(subject) == &channel_email);
}

/* Whether the receiver may be told how deliveries to another one go: by mail where webhooks fail and the
 * other way round, so that one fault does not silence its own notice. */
static bool may_hear_of(const struct config *config, const struct receiver *receiver, const char *about)
{
    const struct receiver *subject = target_find(config, about);
    if (subject == NULL || receiver == subject || receiver->audience != AUDIENCE_INTERNAL)
        return false;
    if (is_internal_elsewhere(receiver, subject))
        return true;
    for (size_t i = 0; i < config->receiver_count; i++)
        if (is_internal_elsewhere(&config->receivers[i], subject))
            return false;
    return true;
}

/* One event on its way to those who are to know. */
struct telling {
    struct engine *engine;
    const struct alert_record *record;
    unsigned manner; /* bits of enum ledger_manner */
    int64_t now_ms;
    struct labels labels, summary_labels;
    struct restraint restraint;
    struct routed routed, summary_routed; /* the latter where a summary names the alert */
    struct whole whole;
};

static struct telling telling_of(
    struct engine *engine, const struct alert_record *record, unsigned manner, int64_t now_ms)
{
    const struct setup *setup = engine->setup;
    struct telling telling = {
        .engine = engine,
        .record = record,
        .whole = {.record = *record},
        .manner = manner,
        .now_ms = now_ms,
        .labels = {record->scope, record->severity, record->audience,
            message_is_feed(record) || message_is_silence(record)},
        .restraint =
            {
                .alert = record->id,
                .scope = record->scope,
                .severity = record->severity,
                .repeats = alert_event_repeats(record->event),
                .now_ms = now_ms,
            },
    };
    restrain_find(engine, &telling.restraint);
    telling.summary_labels = telling.labels;
    telling.summary_labels.scope.product = telling.summary_labels.scope.market = ledger_summary_product;
    telling.summary_labels.scope.origin = "";
    routing_route(&setup->config->routing, &telling.labels, &setup->reference.baskets, &telling.routed);
    if ((manner & LEDGER_SUMMED) != 0)
        routing_route(&setup->config->routing, &telling.summary_labels, &setup->reference.baskets,
            &telling.summary_routed);
    return telling;
}

/* Whether routes bring it to the receiver, and it follows it. Who gets the summary that names the alert does
 * not get the alert as well. */
static bool reaches(const struct telling *telling, const struct receiver *receiver)
{
    const struct setup *setup = telling->engine->setup;
    const struct routing *routing = &setup->config->routing;
    const struct baskets *baskets = &setup->reference.baskets;
    struct follower follower = config_follower(receiver);
    if (routing_reach(routing, &telling->routed, &telling->labels, baskets, &follower, NULL) != REACH_TOLD)
        return false;
    return (telling->manner & LEDGER_SUMMED) == 0 ||
           routing_reach(routing, &telling->summary_routed, &telling->summary_labels, baskets, &follower,
               NULL) != REACH_TOLD;
}

/* An acknowledgement has ended: said again to those who know. */
static bool is_said_again(const struct alert_record *record)
{
    return str_equal(record->reason, "lapsed");
}

/* What is said of a silence is for its author, or for the house. */
static bool is_told_of_silence(const struct telling *telling, const struct receiver *receiver)
{
    const struct engine *engine = telling->engine;
    const struct receiver *author = NULL;
    for (size_t i = 0; i < engine->silences.len; i++) {
        const struct silence *silence = &engine->silences.items[i].silence;
        char id[24];
        snprintf(id, sizeof id, "%lld", (long long)silence->id);
        if (str_equal(id, telling->record->scope.product))
            author = target_find(engine->setup->config, silence->author);
    }
    if (receiver->audience != AUDIENCE_INTERNAL)
        return false;
    return author == NULL || author->audience != AUDIENCE_INTERNAL || receiver == author;
}

/* Whether the receiver is to know. What becomes of an alert concerns those who were told of it, wherever
 * routes would send it by now; that it has ended, nobody else. 0 or -errno. */
static int wants(const struct telling *telling, const struct receiver *receiver, bool *ret_wants)
{
    const struct alert_record *record = telling->record;
    bool closes = (telling->manner & LEDGER_CLOSES) != 0;
    bool again = is_said_again(record);
    *ret_wants = false;
    if (message_is_silence(record)) {
        *ret_wants = is_told_of_silence(telling, receiver);
        return 0;
    }
    if (is_delivery_alert(record->scope.rule)) { /* no route leads round a fault */
        *ret_wants = may_hear_of(telling->engine->setup->config, receiver, record->scope.product);
        return *ret_wants && closes ? store_was_told(telling->engine->store, record->id, record->scope.rule,
                                          receiver->name, ret_wants)
                                    : 0;
    }
    if ((!alert_event_notifies(record->event) && !again) || (telling->manner & LEDGER_SILENT) != 0 ||
        (receiver->audience != AUDIENCE_INTERNAL && record->audience == AUDIENCE_INTERNAL))
        return 0;
    if (record->event == EVENT_RAISED || (!closes && !again))
        *ret_wants = reaches(telling, receiver);
    if (record->event == EVENT_RAISED || *ret_wants)
        return 0;
    return store_was_told(telling->engine->store, record->id, record->scope.rule, receiver->name, ret_wants);
}

/* Whether the receiver is told now, or when and why only then: the one place where that is decided.
 * `messages`: how many it would take to tell it now. */
static int decide(const struct telling *telling, const struct receiver *receiver, size_t messages,
    struct holding *ret_holding)
{
    const struct alert_record *record = telling->record;
    int64_t left, now_ms = telling->now_ms;
    int r = 0;
    *ret_holding = HOLDING_NONE;
    if (!message_is_silence(record)) /* no silence holds back that it ends */
        r = restrain(telling->engine, &telling->restraint, receiver, ret_holding);
    if (r < 0 || ret_holding->why != HOLD_NONE)
        return r;
    *ret_holding = agenda_hold(&receiver->agenda, record->severity, now_ms);
    if (ret_holding->why != HOLD_NONE)
        return 0;
    r = budget_left(telling->engine, receiver, now_ms, &left);
    /* Until now: what a flood leaves over is told at its end. */
    if (r == 0 && left < (int64_t)messages + budget_reserve(receiver))
        *ret_holding = (struct holding){HOLD_LIMIT, now_ms};
    return r;
}

static int tell_receiver(struct telling *telling, const struct receiver *receiver)
{
    struct engine *engine = telling->engine;
    const struct alert_record *record = telling->record;
    struct arena arena = ARENA_NULL;
    struct held_row held = {.receiver = receiver->name, .alert = record->id, .seq = record->seq};
    struct held_rows before = {0};
    int r = record->seq > 1 ? store_held_before(engine->store, &held, &arena, &before) : 0;
    if (r == 0)
        r = decide(telling, receiver, before.len + 1, &held.holding);
    if (r == 0 && held.holding.why != HOLD_NONE)
        r = store_put_held(engine->store, &held);
    else if (r == 0)
        r = deliver_events(engine, receiver, &before, &telling->whole, telling->now_ms);
    arena_deinit(&arena);
    return r;
}

static int tell(void *userdata, const struct alert_record *record, unsigned manner)
{
    struct engine *engine = userdata;
    const struct config *config = engine->setup->config;
    struct telling telling = telling_of(engine, record, manner, record->at_ms);
    int r = store_put_event(engine->store, record, (manner & LEDGER_CLOSES) != 0);
    for (size_t i = 0; r == 0 && i < config->receiver_count; i++) {
        bool wanted;
        r = wants(&telling, &config->receivers[i], &wanted);
        if (r == 0 && wanted)
            r = tell_receiver(&telling, &config->receivers[i]);
    }
    /* What it held back may be told now. */
    if (r == 0 && (manner & LEDGER_CLOSES) != 0)
        r = restrain_wake(engine, HOLD_INHIBITED, record->at_ms);
    whole_deinit(&telling.whole);
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
        .silent_before = why->silent_before,
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

/* What is said of something that is not well: a feed, or the deliveries to a receiver. */
struct trouble {
    const char *rule;
    enum severity severity;
    struct phrase title, advice;
};

static const struct trouble feed_troubles[] = {
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

bool announce_feed_labels(size_t i, struct labels *ret_labels)
{
    if (i == sizeof feed_troubles / sizeof *feed_troubles)
        return false;
    *ret_labels = (struct labels){
        {feed_troubles[i].rule, "", "", ""}, feed_troubles[i].severity, AUDIENCE_INTERNAL, true};
    return true;
}

static bool is_feed_alert(const struct ledger_entry *alert)
{
    for (size_t i = 0; i < sizeof feed_troubles / sizeof *feed_troubles; i++)
        if (str_equal(alert->scope.rule, feed_troubles[i].rule))
            return true;
    return false;
}

/* `subject`: the feed or the receiver. */
static int announce_trouble(struct engine *engine, const struct trouble *trouble, const char *subject,
    bool bad, const struct announcement *why)
{
    static const char *const basis[] = {NULL};
    struct alert_scope scope = {trouble->rule, subject, "", ""};
    struct ledger_entry *alert = ledger_find(&engine->ledger, &scope);
    bool open = alert != NULL && alert->told.open;
    if (open == bad)
        return 0;
    alert = ledger_of(&engine->ledger, &scope);
    int32_t month = period_of_ms(why->now_ms);
    struct alert_record record = {
        .event = bad ? EVENT_RAISED : EVENT_CLEARED,
        .reason = why->reason,
        .scope = scope,
        .product_title = {{subject, subject}},
        .period = month,
        .raised = bad ? month : alert->told.raised,
        .severity = trouble->severity,
        .state = bad ? ALERT_FIRING : ALERT_INACTIVE,
        .audience = AUDIENCE_INTERNAL,
        .title = trouble->title,
        .advice = trouble->advice,
        .basis = basis,
        .sources = subject,
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
            return announce_trouble(engine, &feed_troubles[i], feed, late, why);
    return 0;
}

int announce_feed(struct engine *engine, const char *feed, const char *class, const struct announcement *why)
{
    for (size_t i = 0; i < sizeof feed_troubles / sizeof *feed_troubles; i++) {
        bool bad = str_equal(class_of(i), class);
        if (!bad && says_nothing_of(class, class_of(i)))
            continue;
        int r = announce_trouble(engine, &feed_troubles[i], feed, bad, why);
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

/* ---- deliveries ---- */

static const struct trouble delivery_troubles[] = {
    [DELIVERY_TROUBLE_DELAYED] = {"delivery-delayed", SEVERITY_WARNING,
        {{"Nơi nhận {{product}}: cảnh báo gửi chậm, chưa tới nơi",
            "Receiver {{product}}: alerts are delayed and have not arrived"}},
        {{"Xem lý do bằng tdwatch outbox. Hệ thống vẫn tiếp tục gửi; báo cho nơi nhận bằng cách khác nếu "
          "gấp.",
            "See the reason in tdwatch outbox. Sending goes on; tell the receiver by other means if it is "
            "urgent."}}},
    [DELIVERY_TROUBLE_PARKED] = {"delivery-parked", SEVERITY_WARNING,
        {{"Nơi nhận {{product}}: có cảnh báo không gửi được và đã ngừng gửi",
            "Receiver {{product}}: alerts could not be delivered and are not sent any more"}},
        {{"Xem tdwatch outbox --parked; sau khi sửa, dùng tdwatch outbox retry hoặc tdwatch outbox drop.",
            "See tdwatch outbox --parked; when it is mended, use tdwatch outbox retry, or tdwatch outbox "
            "drop."}}},
    [DELIVERY_TROUBLE_DISABLED] = {"delivery-disabled", SEVERITY_WARNING,
        {{"Nơi nhận {{product}}: máy chủ nhận báo đã ngừng nhận (410), đã tắt nơi nhận này",
            "Receiver {{product}}: it answers that it is gone (410), and is disabled"}},
        {{"Sửa địa chỉ trong cấu hình rồi nạp lại, hoặc dùng tdwatch outbox enable. Cảnh báo mới được giữ "
          "lại cho "
          "tới lúc đó.",
            "Change its address in the configuration and reload, or use tdwatch outbox enable. What is "
            "decided until "
            "then is parked."}}},
};

int announce_delivery(struct engine *engine, const char *receiver, enum delivery_trouble trouble, bool bad,
    const struct announcement *why)
{
    return announce_trouble(engine, &delivery_troubles[trouble], receiver, bad, why);
}

/* ---- what people do ---- */

int announce_to(
    struct engine *engine, const struct receiver *receiver, const struct alert_record *record, int64_t now_ms)
{
    if (receiver->audience != AUDIENCE_INTERNAL && record->audience == AUDIENCE_INTERNAL)
        return 0;
    struct telling telling = telling_of(engine, record, LEDGER_ALOUD, now_ms);
    return tell_receiver(&telling, receiver);
}

int announce_lapsed(struct engine *engine, const struct alert_scope *scope, int64_t now_ms)
{
    struct arena arena = ARENA_NULL;
    struct ledger_entry *alert = ledger_find(&engine->ledger, scope);
    struct alert_record record;
    struct figure *figures = NULL;
    if (alert == NULL || !alert->told.open)
        return 0;
    int r = store_get_record(engine->store, alert->id, alert->seq, &arena, &record);
    if (r == 0)
        r = store_alert_figures(engine->store, alert->id, &arena, &figures, &record.figure_count);
    if (r == 0) {
        record.event = EVENT_CONFIRMED;
        record.reason = "lapsed";
        record.vintage = ""; /* no payload caused it: it says what is known by now */
        record.period = alert->told.period;
        record.state = alert->told.state;
        record.figures = figures;
        record.at_ms = now_ms;
        struct announcement why = {now_ms, record.reason, record.vintage, PERIOD_NONE};
        r = tell_other(engine, alert, &record, &why);
    }
    arena_deinit(&arena);
    return r;
}

int announce_other(struct engine *engine, struct alert_record *record, bool closes)
{
    const struct ledger_entry *before = ledger_find(&engine->ledger, &record->scope);
    bool open = before != NULL && before->told.open;
    if (alert_event_closes(record->event) != open)
        return 0;
    if (open)
        record->raised = before->told.raised;
    struct announcement why = {record->at_ms, record->reason, "", PERIOD_NONE};
    struct ledger_sink sink = sink_of(engine);
    struct ledger_turn turn = turn_of(engine, &sink, &why);
    return ledger_tell(
        &turn, ledger_of(&engine->ledger, &record->scope), record, closes ? LEDGER_CLOSES : LEDGER_ALOUD);
}

static bool is_silence_alert(const struct ledger_entry *alert)
{
    return str_starts(alert->scope.rule, "silence-");
}

/* ---- what has no source any more ---- */

static bool is_orphan(struct engine *engine, const struct ledger_entry *alert)
{
    uint32_t rule, scope;
    if (is_delivery_alert(alert->scope.rule))
        return target_find(engine->setup->config, alert->scope.product) == NULL;
    if (is_silence_alert(alert))
        return false;
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
