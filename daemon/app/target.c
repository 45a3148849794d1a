#include "app/target.h"

#include <stddef.h>

const struct channel *target_channel(const struct receiver *receiver)
{
    static const struct channel *const formats[] = {
        [FORMAT_CLOUDEVENT] = &channel_webhook,
        [FORMAT_ALERTMANAGER] = &channel_alertmanager,
        [FORMAT_SLACK] = &channel_slack,
        [FORMAT_TEAMS] = &channel_teams,
        [FORMAT_TEMPLATE] = &channel_template,
    };
    if (receiver->channel == CHANNEL_NATS)
        return &channel_nats;
    return receiver->channel == CHANNEL_EMAIL ? &channel_email : formats[receiver->format];
}

struct channel_target target_of(const struct config *config, const struct receiver *receiver)
{
    bool authenticates = config->smtp_user != NULL && config->smtp_user[0] != '\0';
    return (struct channel_target){
        .receiver = receiver->name,
        .address = receiver->address,
        .languages = receiver->languages,
        .secret = receiver->secret,
        .subject = receiver->subject,
        .template = receiver->template,
        .smtp_url = config->smtp_url,
        .smtp_from = config->smtp_from,
        .smtp_user = authenticates ? config->smtp_user : NULL,
        .smtp_password = authenticates ? config->smtp_password.data : NULL,
    };
}

const struct receiver *target_find(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->receiver_count; i++)
        if (str_equal(config->receivers[i].name, name))
            return &config->receivers[i];
    return NULL;
}
