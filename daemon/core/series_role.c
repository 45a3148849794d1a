#include "core/series_role.h"

const struct role series_roles[ROLE_COUNT] = {
    [ROLE_EXPORTS] = {"exports", PLACE_HOME, PLACE_MARKET, FLOW_EXPORT, false},
    [ROLE_EXPORTS_ALL] = {"exports_all", PLACE_HOME, PLACE_WORLD, FLOW_EXPORT, false},
    [ROLE_IMPORTS] = {"imports", PLACE_MARKET, PLACE_HOME, FLOW_IMPORT, false},
    [ROLE_MARKET] = {"market", PLACE_MARKET, PLACE_WORLD, FLOW_IMPORT, false},
    [ROLE_FROM_ORIGIN] = {"from_origin", PLACE_MARKET, PLACE_ORIGIN, FLOW_IMPORT, false},
    [ROLE_INPUTS] = {"inputs", PLACE_HOME, PLACE_ORIGIN, FLOW_IMPORT, true},
    [ROLE_SAME_FROM_ORIGIN] = {"same_from_origin", PLACE_HOME, PLACE_ORIGIN, FLOW_IMPORT, false},
};

const char *const series_role_names[ROLE_COUNT + 2] = {
    "exports",
    "exports_all",
    "imports",
    "market",
    "from_origin",
    "inputs",
    "same_from_origin",
    "rivals",
};

const char *const series_column_names[SERIES_COLUMN_COUNT] = {"value", "quantity", "weight", "unit_value"};
