#include "core/inhibition.h"

#include "base/str.h"
#include "core/code.h"

static bool is_same_route(const struct alert_scope *a, const struct alert_scope *b)
{
    return str_equal(a->market, b->market) && str_equal(a->origin, b->origin);
}

static bool is_below(const char *code, const char *heading)
{
    return code_is_hs(slice_of(code)) && code_is_hs(slice_of(heading)) && !str_equal(code, heading) &&
           code_is_within(code, heading);
}

enum inhibition inhibition_of(const struct alert_scope *greater, enum severity greater_severity,
    const struct alert_scope *lesser, enum severity lesser_severity)
{
    if (!is_same_route(greater, lesser))
        return INHIBITION_NONE;
    bool heading = str_equal(greater->rule, lesser->rule) && greater_severity >= lesser_severity &&
                   is_below(lesser->product, greater->product);
    if (heading)
        return INHIBITION_HEADING;
    bool critical = greater_severity == SEVERITY_CRITICAL && lesser_severity == SEVERITY_WATCH &&
                    str_equal(greater->product, lesser->product);
    return critical ? INHIBITION_CRITICAL : INHIBITION_NONE;
}

const char *inhibition_name(enum inhibition inhibition)
{
    static const char *const names[] = {
        [INHIBITION_NONE] = "", [INHIBITION_HEADING] = "heading", [INHIBITION_CRITICAL] = "critical"};
    return names[inhibition];
}
