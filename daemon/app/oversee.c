#include "app/oversee.h"

#include <string.h>

#include "app/announce.h"
#include "app/target.h"
#include "base/digest.h"
#include "base/log.h"
#include "core/period.h"
#include "io/store_receiver.h"

/* One trouble is raised, or is over. */
static int tell(
    struct engine *engine, const char *receiver, enum delivery_trouble trouble, bool bad, int64_t now_ms)
{
    struct announcement why = {now_ms, "delivery", "", PERIOD_NONE};
    return announce_delivery(engine, receiver, trouble, bad, &why);
}

/* What of it is to be said. */
static int tell_all(
    struct engine *engine, const char *receiver, const struct receiver_trouble *trouble, int64_t now_ms)
{
    int r = tell(engine, receiver, DELIVERY_TROUBLE_DISABLED, trouble->disabled, now_ms);
    /* That it is disabled says why it is parked. */
    if (r == 0)
        r = tell(engine, receiver, DELIVERY_TROUBLE_PARKED, trouble->parked && !trouble->disabled, now_ms);
    return r == 0 ? tell(engine, receiver, DELIVERY_TROUBLE_DELAYED, trouble->delayed, now_ms) : r;
}

int oversee_receiver(struct engine *engine, const char *receiver, bool delivered, int64_t now_ms)
{
    struct receiver_trouble trouble;
    if (target_find(engine->setup->config, receiver) == NULL)
        return 0; /* taken out of the configuration; announce_orphans has ended what was said of it */
    int r = store_receiver_trouble(engine->store, receiver, now_ms, &trouble);
    if (r == 0 && delivered && trouble.delayed)
        return 0; /* what else is late is on its way */
    return r == 0 ? tell_all(engine, receiver, &trouble, now_ms) : r;
}

int oversee_receivers(struct engine *engine, int64_t now_ms)
{
    const struct config *config = engine->setup->config;
    int r = 0;
    for (size_t i = 0; r == 0 && i < config->receiver_count; i++)
        r = oversee_receiver(engine, config->receivers[i].name, false, now_ms);
    return r;
}

int oversee_meet(struct engine *engine, int64_t now_ms)
{
    const struct config *config = engine->setup->config;
    int r = 0;
    for (size_t i = 0; r == 0 && i < config->receiver_count; i++) {
        const struct receiver *receiver = &config->receivers[i];
        bool enabled = false;
        struct digest address = digest_of(receiver->address, strlen(receiver->address));
        r = store_meet_receiver(engine->store, receiver->name, address.hex, now_ms, &enabled);
        if (r == 0 && enabled)
            log_notice("receiver enabled, since its address has changed receiver=%s", receiver->name);
    }
    return r;
}
