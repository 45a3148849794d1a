#include "core/series_role.h"

const struct role series_roles[ROLE_COUNT] = {
    [ROLE_EXPORTS] = {"exports", PLACE_HOME, PLACE_MARKET, FLOW_EXPORT, CODES_PRODUCT},
    [ROLE_EXPORTS_ALL] = {"exports_all", PLACE_HOME, PLACE_WORLD, FLOW_EXPORT, CODES_PRODUCT},
    [ROLE_IMPORTS] = {"imports", PLACE_MARKET, PLACE_HOME, FLOW_IMPORT, CODES_PRODUCT},
    [ROLE_MARKET] = {"market", PLACE_MARKET, PLACE_WORLD, FLOW_IMPORT, CODES_PRODUCT},
    [ROLE_FROM_ORIGIN] = {"from_origin", PLACE_MARKET, PLACE_ORIGIN, FLOW_IMPORT, CODES_PRODUCT},
    [ROLE_INPUTS] = {"inputs", PLACE_HOME, PLACE_ORIGIN, FLOW_IMPORT, CODES_INPUTS},
    [ROLE_SAME_FROM_ORIGIN] = {"same_from_origin", PLACE_HOME, PLACE_ORIGIN, FLOW_IMPORT, CODES_PRODUCT},
    [ROLE_WHOLE] = {"whole", PLACE_HOME, PLACE_MARKET, FLOW_EXPORT, CODES_WHOLE},
    [ROLE_BY_MARKET] = {"exports_by_market", PLACE_HOME, PLACE_EACH, FLOW_EXPORT, CODES_PRODUCT},
    [ROLE_BY_ORIGIN] = {"imports_by_origin", PLACE_MARKET, PLACE_EACH, FLOW_IMPORT, CODES_PRODUCT},
};

const char *series_role_country(enum role_place place, const struct scope *scope, const char *home)
{
    switch (place) {
    case PLACE_HOME:
        return home;
    case PLACE_MARKET:
        return scope->market;
    case PLACE_ORIGIN:
        return scope->origin[0] != '\0' ? scope->origin : "W";
    case PLACE_WORLD:
    case PLACE_EACH:
        break;
    }
    return "W";
}

const char *const series_names[SERIES_NAMES + 1] = {
    "exports",
    "exports_all",
    "imports",
    "market",
    "from_origin",
    "inputs",
    "same_from_origin",
    "whole",
    "rivals",
    NULL,
};

int series_role_find(struct slice name)
{
    for (int i = 0; i < SERIES_NAMES; i++)
        if (slice_equal(name, series_names[i]))
            return i < ROLE_BY_MARKET ? i : (int)ROLE_RIVALS;
    return -1;
}

const char *series_role_name(enum series_role role)
{
    return role == ROLE_RIVALS ? series_names[SERIES_NAMES - 1] : series_roles[role].name;
}

const char *const series_column_names[SERIES_COLUMN_COUNT] = {"value", "quantity", "weight", "unit_value"};
