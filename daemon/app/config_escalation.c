/* Who is told where nobody acknowledges: the key `escalate` of a receiver. */
#include "app/config_read.h"

void config_read_escalation(
    const struct loading *loading, const struct node *map, struct escalation *ret_escalation)
{
    struct escalation escalation = {0};
    if (loading_is_absent(map))
        return;
    if (keys_read(map, escalation_table.keys, escalation_table.n, escalation_table.what, &escalation,
            &loading->config->arena, loading->diags) < 0)
        return;
    escalation.place = loading_place_of(loading, map, "to");
    if (escalation.to.len == 0) {
        diag_error(loading->diags, escalation.place, "C024", "'to' of an escalation is empty");
        diag_hint(loading->diags, "name the receivers that are told where nobody acknowledges");
    }
    *ret_escalation = escalation;
}

static void check(const struct loading *loading, const struct receiver *receiver, const char *name)
{
    const struct config *config = loading->config;
    for (size_t i = 0; i < config->receiver_count; i++) {
        const struct receiver *other = &config->receivers[i];
        if (other->name != NULL && str_equal(other->name, name) && other != receiver)
            return;
    }
    bool self = receiver->name != NULL && str_equal(receiver->name, name);
    diag_error(loading->diags, receiver->escalation.place, "C024",
        self ? "'to' of an escalation: '%.60s' is the receiver itself"
             : "'to' of an escalation: there is no receiver '%.60s'",
        name);
    diag_hint(loading->diags, "write the name of another receiver");
}

void config_check_escalations(const struct loading *loading)
{
    const struct config *config = loading->config;
    for (size_t i = 0; i < config->receiver_count; i++)
        for (size_t k = 0; k < config->receivers[i].escalation.to.len; k++)
            check(loading, &config->receivers[i], config->receivers[i].escalation.to.items[k]);
}
