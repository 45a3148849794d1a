/* Which alerts go to whom: the list of routes, and the products that routes and receivers name. */
#include <errno.h>
#include <string.h>

#include "app/config_read.h"

static bool is_pattern(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && name[len - 1] == '*';
}

static bool is_receiver(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->receiver_count; i++)
        if (config->receivers[i].name != NULL && str_equal(config->receivers[i].name, name))
            return true;
    return false;
}

static void check_receivers(const struct loading *loading, struct place place, const struct texts *names)
{
    const struct config *config = loading->config;
    for (size_t i = 0; i < names->len; i++) {
        if (is_pattern(names->items[i]) || is_receiver(config, names->items[i]))
            continue;
        diag_error(
            loading->diags, place, "C023", "'to' of a route: there is no receiver '%.60s'", names->items[i]);
        diag_hint(loading->diags, "write the name of a receiver, or its beginning with a star");
    }
}

static void read_route(const struct loading *loading, const struct node *map)
{
    struct config *config = loading->config;
    struct route_draft draft = {0};
    struct filter *filter = &draft.route.filter;
    int r = keys_read(
        map, route_table.keys, route_table.n, route_table.what, &draft, &config->arena, loading->diags);
    if (r < 0 && map->kind != NODE_MAP)
        return;
    draft.route.place = loading_place(loading, map);
    loading_check_countries(
        loading, loading_place_of(loading, map, "markets"), "'markets' of a route", &filter->markets);
    loading_check_countries(
        loading, loading_place_of(loading, map, "origins"), "'origins' of a route", &filter->origins);
    filter->severities = loading_severities(
        loading, loading_place_of(loading, map, "severities"), "'severities' of a route", &draft.severities);
    /* The words stand in the order of the bits, behind "any". */
    filter->audiences = draft.audience > 0 ? 1U << (draft.audience - 1) : 0;
    filter->abouts = draft.about > 0 ? 1U << (draft.about - 1) : 0;
    check_receivers(loading, loading_place_of(loading, map, "to"), &draft.route.to);
    config->route_products[config->routing.len] = draft.products;
    config->routing.items[config->routing.len++] = draft.route;
}

void config_read_routes(const struct loading *loading, const struct node *list)
{
    struct config *config = loading->config;
    if (loading_is_absent(list))
        return;
    if (list->kind != NODE_SEQUENCE || list->len > ROUTES_MAX) {
        diag_error(loading->diags, loading_place(loading, list), "C022",
            "'routes': expected a list of at most %d routes", ROUTES_MAX);
        diag_hint(loading->diags, "begin each route with '- '");
        return;
    }
    config->routing.items = arena_array(&config->arena, list->len, sizeof *config->routing.items);
    config->route_products = arena_array(&config->arena, list->len, sizeof *config->route_products);
    for (size_t i = 0; i < list->len; i++)
        read_route(loading, list->items[i]);
}

/* ---- products ---- */

/* What it is, for messages, and where it stands. */
struct products {
    const char *what;
    struct place place;
    const struct texts *texts;
};

static void bind(struct config *config, const struct baskets *baskets, const struct products *products,
    struct filter *filter, struct diag_list *diags)
{
    const struct texts *texts = products->texts;
    struct selector *selectors = arena_array(&config->arena, texts->len, sizeof *selectors);
    filter->product_count = 0;
    for (size_t i = 0; i < texts->len; i++) {
        if (selector_read(texts->items[i], baskets, &config->arena, &selectors[filter->product_count])) {
            filter->product_count++;
            continue;
        }
        const char *near = baskets_did_you_mean(baskets, texts->items[i], &config->arena);
        diag_error(diags, products->place, "C020", "'products' of %s: '%.60s' is neither a basket nor a code",
            products->what, texts->items[i]);
        if (near != NULL)
            diag_hint(diags, "did you mean '%s'?", near);
        else
            diag_hint(diags, "write a basket of the tables, an HS number, or a beginning such as \"44*\"");
    }
    filter->products = selectors;
}

int config_bind(struct config *config, const struct baskets *baskets, struct diag_list *diags)
{
    size_t errors = diags->errors;
    for (size_t i = 0; i < config->receiver_count; i++) {
        struct receiver *receiver = &config->receivers[i];
        struct products products = {"a receiver", receiver->products_place, &receiver->products};
        bind(config, baskets, &products, &receiver->follows, diags);
    }
    for (size_t i = 0; i < config->routing.len; i++) {
        struct route *route = &config->routing.items[i];
        struct products products = {"a route", route->place, &config->route_products[i]};
        bind(config, baskets, &products, &route->filter, diags);
    }
    return diags->errors > errors ? -EINVAL : 0;
}

struct follower config_follower(const struct receiver *receiver)
{
    return (struct follower){receiver->name, (enum audience)receiver->audience, &receiver->follows};
}
