#include "io/order_json.h"

#include <errno.h>
#include <json.h>

#include "io/json_value.h"

enum { DEPTH_MAX = 4 };

static const char *const action_names[] = {
    [OUTBOX_RETRY] = "retry", [OUTBOX_DROP] = "drop", [OUTBOX_ENABLE] = "enable"};

int order_json_write(const struct outbox_order *order, struct buf *out)
{
    struct json_object *object = json_object_new_object();
    json_add_text(object, "action", action_names[order->action]);
    json_object_object_add(object, "delivery", json_object_new_int64(order->delivery));
    json_add_text(object, "receiver", order->receiver != NULL ? order->receiver : "");
    json_add_text(object, "reason", order->reason);
    int r = buf_puts(out, json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN));
    json_object_put(object);
    return r;
}

/* "" where it is not there. */
static const char *text_at(struct json_object *object, const char *key, struct arena *arena)
{
    const char *text = json_text_at(object, key, arena);
    return text != NULL ? text : "";
}

static int read_object(struct json_object *object, struct arena *arena, struct outbox_order *ret_order)
{
    struct json_object *value;
    struct outbox_order order = {.who = ret_order->who, .reason = text_at(object, "reason", arena)};
    const char *name = text_at(object, "action", arena);
    int action = OUTBOX_RETRY;
    while (action <= OUTBOX_ENABLE && !str_equal(name, action_names[action]))
        action++;
    if (json_object_object_get_ex(object, "delivery", &value))
        order.delivery = json_object_get_int64(value);
    order.receiver = text_at(object, "receiver", arena);
    order.action = (enum outbox_action)action;
    bool named = order.receiver[0] != '\0';
    bool whole = (action == OUTBOX_RETRY && (order.delivery > 0) != named) ||
                 (action == OUTBOX_DROP && order.delivery > 0) || (action == OUTBOX_ENABLE && named);
    if (whole)
        *ret_order = order;
    return whole ? 0 : -EINVAL;
}

int order_json_read(
    struct slice body, struct arena *arena, struct outbox_order *ret_order, const char **ret_fault)
{
    struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    struct json_object *object = json_tokener_parse_ex(tokener, body.data, (int)body.len);
    int r = json_object_is_type(object, json_type_object) ? read_object(object, arena, ret_order) : -EINVAL;
    if (r < 0)
        *ret_fault =
            "expected an action, retry, drop or enable, with the delivery or the receiver it is about";
    json_object_put(object);
    json_tokener_free(tokener);
    return r;
}
