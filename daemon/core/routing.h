/* Routing: who is told of an alert, and by which route.
 *
 * Routes are asked in order; the first that matches ends it unless it says to go on. A receiver is told where
 * a route that was reached names it, and the alert is one that it follows. Without routes every receiver is
 * told of what it follows. An internal alert never reaches a public receiver, whatever routes say. */
#ifndef CORE_ROUTING_H
#define CORE_ROUTING_H

#include "base/diag.h"
#include "core/filter.h"
#include "core/hold.h"

enum { ROUTES_MAX = 200 };

struct route {
    struct filter filter;
    struct texts to; /* names of receivers, or beginnings with a star; empty: all */
    bool goes_on;    /* `continue` */
    struct place place;
};

struct routing {
    struct route *items;
    size_t len;
};

/* The routes that an alert reaches, by number. */
struct routed {
    uint8_t routes[ROUTES_MAX];
    size_t len;
};

_Static_assert(ROUTES_MAX <= UINT8_MAX + 1, "numbers of routes are bytes");

/* What routing knows of a receiver. */
struct follower {
    const char *name;
    enum audience audience;
    const struct filter *follows;
};

/* Whether it is told, or why not. */
enum reach {
    REACH_TOLD,
    REACH_INTERNAL,  /* the alert is, the receiver is not */
    REACH_ELSEWHERE, /* no route that the alert reaches names it */
    REACH_NOT_FOLLOWED,
};

void routing_route(const struct routing *routing, const struct labels *labels, const struct baskets *baskets,
    struct routed *ret_routed);

/* *ret_route (may be NULL) is the first route that brings it; NULL: there are no routes. */
enum reach routing_reach(const struct routing *routing, const struct routed *routed,
    const struct labels *labels, const struct baskets *baskets, const struct follower *follower,
    const struct route **ret_route);

/* "told", "internal", "elsewhere", "not followed": for JSON. */
const char *reach_name(enum reach reach);

/* What becomes of one alert for one receiver: an answer of `tdwatch route`. */
struct route_answer {
    const char *receiver;
    enum reach reach;
    const struct route *route; /* that brings it, or NULL */
    struct holding holding;    /* of who is told */
};

struct route_answers {
    struct labels labels;
    bool shadow; /* the rule is: nobody is told */
    const struct route_answer *items;
    size_t len;
};

/* The earlier route behind which this one is never reached, or NULL. */
const struct route *routing_shadow(const struct routing *routing, size_t route);

#endif
