#include "core/quality_flag.h"

#include <stddef.h>

const char *const quality_flag_names[FLAG_COUNT + 1] = {
    [FLAG_SMALL_BASE] = "small_base",
    [FLAG_BASE_EFFECT] = "base_effect",
    [FLAG_TET_WINDOW] = "tet_window",
    [FLAG_PRELIMINARY] = "preliminary",
    [FLAG_HS_BREAK] = "hs_break",
    [FLAG_UNIT_BREAK] = "unit_break",
    [FLAG_SUPPRESSED] = "suppressed",
    [FLAG_ONE_SHIPMENT] = "one_shipment",
    [FLAG_FRONT_LOADING] = "front_loading",
    NULL,
};
