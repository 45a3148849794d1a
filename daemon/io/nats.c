#include <errno.h>

#include "io/outcome.h"
#include "io/webhook.h"

/* Events on a stream of NATS JetStream: the CloudEvent of a webhook, without its signature. */

static int nats_request(const struct delivery_row *row, const struct channel_target *target, int64_t now_ms,
    struct arena *arena, struct transfer_request *ret_request)
{
    struct transfer_publish *publish = arena_alloc(arena, sizeof *publish);
    (void)now_ms;
    if (target->subject == NULL || target->subject[0] == '\0')
        return -EINVAL;
    *publish = (struct transfer_publish){
        .subject = target->subject,
        .id = row->message_id,
        .token =
            target->secret.len > 0 ? arena_strndup(arena, target->secret.data, target->secret.len) : NULL,
    };
    *ret_request = (struct transfer_request){
        .url = target->address,
        .body = slice_of(row->body),
        .publish = publish,
    };
    return 0;
}

static int nats_render(const struct alert_record *record, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    return channel_webhook.render(record, target, arena, ret_row);
}

static int nats_render_bulletin(const struct bulletin *bulletin, const struct channel_target *target,
    struct arena *arena, struct delivery_row *ret_row)
{
    return channel_webhook.render_bulletin(bulletin, target, arena, ret_row);
}

const struct channel channel_nats = {
    .name = "nats",
    .delays_s = webhook_delays_s,
    .render = nats_render,
    .render_bulletin = nats_render_bulletin,
    .request = nats_request,
    .outcome = outcome_of_http,
};
