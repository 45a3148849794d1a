#include "app/drill.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "app/config_text.h"
#include "app/target.h"
#include "base/clock.h"
#include "base/digest.h"
#include "core/period.h"
#include "io/loop.h"
#include "io/transfer.h"

enum { TURN_MS = 1000 };

/* ---- the alert ---- */

static struct phrase marked(const struct phrase *title, struct arena *arena)
{
    struct phrase phrase;
    for (enum language language = 0; language < LANGUAGE_COUNT; language++)
        phrase.text[language] = arena_printf(arena, "DRILL / DIỄN TẬP: %s",
            title->text[language] != NULL ? title->text[language] : "{{rule}}");
    return phrase;
}

/* Something that the rule ranges over: the first basket, where it names a group or a level. */
static const char *some_product(const struct setup *setup, const struct rule *rule)
{
    const struct baskets *baskets = &setup->reference.baskets;
    for (size_t i = 0; i < rule->product_count; i++)
        if (rule->products[i].kind == SELECT_BASKET || rule->products[i].kind == SELECT_CODE)
            return rule->products[i].text;
    for (size_t i = 0; i < baskets->len; i++)
        for (size_t k = 0; k < rule->product_count; k++)
            if (selector_matches(&rule->products[k], baskets, baskets->items[i].id))
                return baskets->items[i].id;
    return "drill";
}

/* The rule's figures, none of them known: they are of no month. */
static const struct figure *no_figures(const struct rule *rule, struct arena *arena)
{
    struct figure *figures = arena_array(arena, rule->let_count, sizeof *figures);
    for (size_t i = 0; i < rule->let_count; i++)
        figures[i] = (struct figure){
            .name = rule->lets[i].name, .type = rule->lets[i].type, .unknown = UNKNOWN_NO_SERIES};
    return figures;
}

struct alert_record drill_record(
    const struct setup *setup, const struct rule *rule, int64_t now_ms, struct arena *arena)
{
    const char *product = some_product(setup, rule);
    const struct basket *basket = baskets_find(&setup->reference.baskets, product);
    const char *seed = arena_printf(arena, "drill %s %" PRId64, rule->id, now_ms);
    int32_t month = period_of_ms(now_ms);
    return (struct alert_record){
        .id = arena_strndup(arena, digest_of(seed, strlen(seed)).hex, ALERT_ID_SIZE - 1),
        .seq = 1,
        .event = EVENT_RAISED,
        .reason = "drill",
        .drill = true,
        .scope = {rule->id, product, rule->markets.len > 0 ? rule->markets.items[0] : "",
            rule->origins.len > 0 ? rule->origins.items[0] : ""},
        .product_title = basket != NULL ? basket->title : (struct phrase){{product, product}},
        .period = month,
        .raised = month,
        .severity = rule->severity,
        .state = ALERT_FIRING,
        .audience = rule->audience,
        .title = marked(&rule->title, arena),
        .advice = {{"Đây là diễn tập, không có cảnh báo nào. Không cần làm gì.",
            "This is a drill; there is no alert. Nothing is to be done."}},
        .basis = rule->basis,
        .figures = no_figures(rule, arena),
        .figure_count = rule->let_count,
        .sources = "drill",
        .vintage = "",
        .ruleset = setup->ruleset->digest.hex,
        .at_ms = now_ms,
    };
}

/* ---- the way to one receiver ---- */

struct hop {
    const struct receiver *receiver;
    const struct channel *channel;
    struct delivery_row row;
    int64_t rendered_us, sent_us, answered_us; /* monotonic */
    enum channel_outcome outcome;
    bool ended;
    const char *text; /* the answer, or why there was none; in the arena */
    struct arena *arena;
    size_t *left; /* hops that have not ended */
};

static void end(struct hop *hop, enum channel_outcome outcome, const char *text)
{
    hop->answered_us = clock_monotonic_us();
    hop->outcome = outcome;
    hop->text = arena_strdup(hop->arena, text);
    hop->ended = true;
    (*hop->left)--;
}

static void on_done(void *userdata, const struct transfer_reply *reply)
{
    struct hop *hop = userdata;
    end(hop, hop->channel->outcome(reply), reply->text);
}

static void start(struct hop *hop, const struct config *config, struct transfers *transfers,
    const struct alert_record *record)
{
    struct transfer_request request;
    struct channel_target target = target_of(config, hop->receiver);
    int64_t begin_us = clock_monotonic_us();
    hop->channel = target_channel(hop->receiver);
    hop->row = (struct delivery_row){.alert = record->id,
        .seq = record->seq,
        .receiver = hop->receiver->name,
        .channel = hop->channel->name,
        .created_ms = record->at_ms,
        .next_ms = record->at_ms,
        .last_text = ""};
    int r = hop->channel->render(record, &target, hop->arena, &hop->row);
    hop->sent_us = clock_monotonic_us();
    hop->rendered_us = hop->sent_us - begin_us;
    if (r < 0)
        end(hop, CHANNEL_OUR_FAULT, "the message cannot be made");
    else if (hop->channel->request(&hop->row, &target, record->at_ms, hop->arena, &request) < 0)
        end(hop, CHANNEL_OUR_FAULT, "the receiver's configuration cannot be used");
    else
        transfer_start(transfers, &request, on_done, hop);
}

/* ---- the report ---- */

static const char *const outcome_names[] = {
    [CHANNEL_DELIVERED] = "delivered",
    [CHANNEL_RETRY] = "not delivered; a real one would be tried again",
    [CHANNEL_REJECTED] = "refused; a real one would be tried three times",
    [CHANNEL_REFUSED] = "refused; a real one would be parked",
    [CHANNEL_GONE] = "gone; a real one would be parked, and the receiver disabled",
    [CHANNEL_OUR_FAULT] =
        "not delivered, for a fault on our side; a real one would be tried until it is mended",
};

/* Scheme and host of a URL: the rest may be a secret. */
static const char *where(const struct hop *hop, const struct config *config)
{
    struct url url;
    const char *text = hop->receiver->channel == CHANNEL_EMAIL ? config->smtp_url : hop->receiver->address;
    if (config_text_split_url(text, &url) < 0)
        return "?";
    return arena_printf(
        hop->arena, "%.*s://%.*s", (int)url.scheme.len, url.scheme.data, (int)url.host.len, url.host.data);
}

static void print_hop(const struct hop *hop, const struct config *config, FILE *out)
{
    fprintf(out, "%s (%s)\n", hop->receiver->name, hop->channel->name);
    fprintf(out, "  message   %.1f ms, %zu bytes%s%s\n", (double)hop->rendered_us / 1000,
        strlen(hop->row.body) + strlen(hop->row.text) + strlen(hop->row.html),
        hop->row.subject[0] != '\0' ? ": " : "", hop->row.subject);
    fprintf(out, "  id        %s\n", hop->row.message_id);
    fprintf(out, "  sent to   %s\n", where(hop, config));
    fprintf(out, "  answer    %.1f ms: %s\n", (double)(hop->answered_us - hop->sent_us) / 1000, hop->text);
    fprintf(out, "  %s\n", outcome_names[hop->outcome]);
}

/* ---- all of them ---- */

static const char *const reach_texts[] = {
    [REACH_TOLD] = "yes",
    [REACH_INTERNAL] = "no: the rule is internal, the receiver is not",
    [REACH_ELSEWHERE] = "no: no route names it",
    [REACH_NOT_FOLLOWED] = "no: it does not follow this",
};

static size_t route(const struct setup *setup, const struct alert_record *record, const char *receiver,
    struct hop *hops, FILE *out)
{
    const struct config *config = setup->config;
    const struct baskets *baskets = &setup->reference.baskets;
    struct labels labels = {record->scope, record->severity, record->audience, false};
    struct routed routed;
    size_t n = 0;
    routing_route(&config->routing, &labels, baskets, &routed);
    fputs("route\n", out);
    for (size_t i = 0; i < config->receiver_count; i++) {
        const struct receiver *candidate = &config->receivers[i];
        struct follower follower = config_follower(candidate);
        enum reach reach = routing_reach(&config->routing, &routed, &labels, baskets, &follower, NULL);
        bool wanted = receiver == NULL || str_equal(receiver, candidate->name);
        fprintf(out, "  %-20s %s\n", candidate->name,
            reach == REACH_TOLD && !wanted ? "yes, but not asked for" : reach_texts[reach]);
        if (reach == REACH_TOLD && wanted)
            hops[n++].receiver = candidate;
    }
    return n;
}

static void send_all(struct hop *hops, size_t n, const struct config *config, struct loop *loop,
    struct transfers *transfers, const struct alert_record *record)
{
    size_t left = n;
    for (size_t i = 0; i < n; i++) {
        hops[i].left = &left;
        start(&hops[i], config, transfers, record);
    }
    while (left > 0)
        loop_turn(loop, TURN_MS);
}

int drill_send(const struct setup *setup, const struct alert_record *record, const char *receiver, FILE *out)
{
    const struct config *config = setup->config;
    struct arena arena = ARENA_NULL;
    struct hop *hops = arena_array(&arena, config->receiver_count, sizeof *hops);
    size_t n = route(setup, record, receiver, hops, out);
    struct loop *loop = loop_new();
    struct transfers *transfers = loop != NULL ? transfers_new(loop, &config->plain_hosts) : NULL;
    int failed = transfers == NULL ? -EMFILE : n == 0 ? -ENOENT : 0;
    for (size_t i = 0; i < n; i++)
        hops[i].arena = &arena;
    if (failed == 0)
        send_all(hops, n, config, loop, transfers, record);
    for (size_t i = 0; failed >= 0 && i < n; i++) {
        print_hop(&hops[i], config, out);
        failed += hops[i].outcome != CHANNEL_DELIVERED;
    }
    transfers_free(transfers);
    loop_free(loop);
    arena_deinit(&arena);
    return failed;
}
