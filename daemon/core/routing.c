#include "core/routing.h"

const char *reach_name(enum reach reach)
{
    static const char *const names[] = {
        [REACH_TOLD] = "told",
        [REACH_INTERNAL] = "internal",
        [REACH_ELSEWHERE] = "elsewhere",
        [REACH_NOT_FOLLOWED] = "not followed",
    };
    return names[reach];
}

void routing_route(const struct routing *routing, const struct labels *labels, const struct baskets *baskets,
    struct routed *ret_routed)
{
    ret_routed->len = 0;
    for (size_t i = 0; i < routing->len; i++) {
        const struct route *route = &routing->items[i];
        if (!filter_matches(&route->filter, labels, baskets))
            continue;
        ret_routed->routes[ret_routed->len++] = (uint8_t)i;
        if (!route->goes_on)
            return;
    }
}

/* Whether the receiver follows it. Products and markets are asked of trade alone: who hears of feeds hears of
 * all of them. */
static bool follows(
    const struct follower *follower, const struct labels *labels, const struct baskets *baskets)
{
    const struct filter only_severity = {.severities = follower->follows->severities};
    return filter_matches(labels->feed ? &only_severity : follower->follows, labels, baskets);
}

enum reach routing_reach(const struct routing *routing, const struct routed *routed,
    const struct labels *labels, const struct baskets *baskets, const struct follower *follower,
    const struct route **ret_route)
{
    const struct route *by = NULL;
    if (labels->audience == AUDIENCE_INTERNAL && follower->audience != AUDIENCE_INTERNAL)
        return REACH_INTERNAL;
    for (size_t i = 0; i < routed->len && by == NULL; i++)
        if (filter_names(&routing->items[routed->routes[i]].to, follower->name))
            by = &routing->items[routed->routes[i]];
    if (routing->len > 0 && by == NULL)
        return REACH_ELSEWHERE;
    if (!follows(follower, labels, baskets))
        return REACH_NOT_FOLLOWED;
    if (ret_route != NULL)
        *ret_route = by;
    return REACH_TOLD;
}

const struct route *routing_shadow(const struct routing *routing, size_t route)
{
    for (size_t i = 0; i < route; i++)
        if (!routing->items[i].goes_on &&
            filter_covers(&routing->items[i].filter, &routing->items[route].filter))
            return &routing->items[i];
    return NULL;
}
