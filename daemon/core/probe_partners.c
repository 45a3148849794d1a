/* Series by origin and by market. A partner with a missing month is left out: what one country does not
 * report must not silence what all others do. */
#include "base/alloc.h"
#include "core/probe.h"
#include "core/statistics.h"

/* The series of one partner: bindings stand sorted by partner. */
struct partner {
    const char *code;
    struct binding binding;
};

static const struct series *series_at(const struct probe *probe, uint32_t use)
{
    return panel_series(probe->input->panel, probe->input->uses[use].id);
}

/* The next partner of the role behind *at, which starts at 0. */
static bool next_partner(const struct probe *probe, uint8_t role, uint32_t *at, struct partner *ret_partner)
{
    struct binding all = probe_binding(probe, role);
    if (*at >= all.count)
        return false;
    uint32_t first = *at;
    const char *code = series_at(probe, all.first + first)->key.partner;
    while (*at < all.count && str_equal(series_at(probe, all.first + *at)->key.partner, code))
        ++*at;
    *ret_partner = (struct partner){code, {all.first + first, *at - first}};
    return true;
}

static enum unknown partner_sum(
    const struct probe *probe, struct binding binding, enum column column, double *ret_sum)
{
    struct role_window window = {
        .binding = binding,
        .column = column,
        .exact = probe->code->exact,
        .from = probe->input->period - probe->code->months + 1,
        .to = probe->input->period,
    };
    return program_role_sum(probe->input, &window, ret_sum);
}

/* ---- concentration ---- */

enum unknown probe_hhi(const struct probe *probe, double *ret_value)
{
    struct partner partner;
    double total = 0, squares = 0, sum;
    bool any = false;
    for (uint32_t at = 0; next_partner(probe, probe->code->role, &at, &partner);) {
        if (partner_sum(probe, partner.binding, (enum column)probe->code->column, &sum) != KNOWN)
            continue;
        any = true;
        total += sum;
        squares += sum * sum;
    }
    if (!any)
        return probe_binding(probe, probe->code->role).count == 0 ? UNKNOWN_NO_SERIES : UNKNOWN_MONTH;
    if (total == 0)
        return UNKNOWN_ZERO_BASE;
    *ret_value = squares / (total * total);
    return KNOWN;
}

/* ---- shares below a bound ---- */

enum unknown probe_cumulated(const struct probe *probe, double *ret_value)
{
    struct partner partner;
    double market, sum, below = 0;
    enum unknown unknown = probe->argument_unknown;
    enum column column = (enum column)probe->code->column;
    if (unknown == KNOWN)
        unknown = partner_sum(probe, probe_binding(probe, probe->code->other), column, &market);
    if (unknown == KNOWN && market == 0)
        unknown = UNKNOWN_ZERO_BASE;
    if (unknown == KNOWN && probe_binding(probe, probe->code->role).count == 0)
        unknown = UNKNOWN_NO_SERIES;
    if (unknown != KNOWN)
        return unknown;
    for (uint32_t at = 0; next_partner(probe, probe->code->role, &at, &partner);)
        if (partner_sum(probe, partner.binding, column, &sum) == KNOWN && sum / market < probe->argument)
            below += sum;
    *ret_value = below / market;
    return KNOWN;
}

/* ---- undercutting ---- */

/* The least share of the market of an origin whose unit value counts. */
static const double rival_share = 0.01;

/* At most a hundred origins have a share of 1 % each. */
enum { RIVALS_MAX = 128 };

static enum unknown unit_value(
    const struct probe *probe, struct binding binding, double *ret_value, double *ret_unit_value)
{
    double quantity;
    enum unknown unknown = partner_sum(probe, binding, COLUMN_VALUE, ret_value);
    if (unknown == KNOWN)
        unknown = partner_sum(probe, binding, (enum column)probe->code->column, &quantity);
    if (unknown == KNOWN && quantity == 0)
        unknown = UNKNOWN_ZERO_BASE;
    if (unknown == KNOWN)
        *ret_unit_value = *ret_value / quantity;
    return unknown;
}

static size_t rivals_of(const struct probe *probe, double market, struct statistics_weighted *rivals)
{
    struct partner partner;
    size_t n = 0;
    for (uint32_t at = 0; n < RIVALS_MAX && next_partner(probe, probe->code->role, &at, &partner);) {
        double value, price;
        if (str_equal(partner.code, probe->input->home) ||
            unit_value(probe, partner.binding, &value, &price) != KNOWN || value / market < rival_share)
            continue;
        rivals[n++] = (struct statistics_weighted){price, value};
    }
    return n;
}

enum unknown probe_undercut(const struct probe *probe, double *ret_value)
{
    double market, value, own;
    struct statistics_weighted rivals[RIVALS_MAX];
    enum unknown unknown = unit_value(probe, probe_binding(probe, probe->code->other), &value, &own);
    if (unknown == KNOWN)
        unknown = partner_sum(probe, probe_binding(probe, probe->code->third), COLUMN_VALUE, &market);
    if (unknown == KNOWN && market == 0)
        unknown = UNKNOWN_ZERO_BASE;
    if (unknown != KNOWN)
        return unknown;
    size_t n = rivals_of(probe, market, rivals);
    double median;
    if (n == 0 || statistics_weighted_median(rivals, n, &median) != 0)
        return UNKNOWN_RIVALS;
    if (median == 0)
        return UNKNOWN_ZERO_BASE;
    *ret_value = 1 - own / median;
    return KNOWN;
}

/* ---- the same goods in and out ---- */

/* What came in under the code of an import series; nothing where no series has that code. */
static enum unknown same_code(const struct probe *probe, const char *product, double *ret_sum)
{
    struct binding binding = probe_binding(probe, probe->code->role);
    *ret_sum = 0;
    for (uint32_t i = 0; i < binding.count; i++)
        if (str_equal(series_at(probe, binding.first + i)->key.product, product))
            return partner_sum(
                probe, (struct binding){binding.first + i, 1}, (enum column)probe->code->column, ret_sum);
    return KNOWN;
}

enum unknown probe_rerouted(const struct probe *probe, double *ret_value)
{
    struct binding out = probe_binding(probe, probe->code->other);
    double total = 0, rerouted = 0;
    if (out.count == 0 || probe_binding(probe, probe->code->role).count == 0)
        return UNKNOWN_NO_SERIES;
    for (uint32_t i = 0; i < out.count; i++) {
        double sold, bought;
        struct binding one = {out.first + i, 1};
        enum unknown unknown = partner_sum(probe, one, (enum column)probe->code->column, &sold);
        if (unknown == KNOWN)
            unknown = same_code(probe, series_at(probe, out.first + i)->key.product, &bought);
        if (unknown != KNOWN)
            return unknown;
        total += sold;
        rerouted += bought < sold ? bought : sold;
    }
    if (total == 0)
        return UNKNOWN_ZERO_BASE;
    *ret_value = rerouted / total;
    return KNOWN;
}
