/* Where the messages went. */
#include "app/explain_print.h"
#include "base/clock.h"
#include "core/period.h"

static void print_delivery(const struct explained_delivery *delivery, FILE *out)
{
    char at[CLOCK_TEXT_SIZE];
    if (delivery->channel[0] == '\0') {
        bool held = delivery->at_ms != 0;
        fprintf(out, "      %s: %s%s%s: %s\n", delivery->receiver, delivery->state, held ? " until " : "",
            held ? clock_format(delivery->at_ms, at) : "", delivery->text);
        return;
    }
    bool pending = str_equal(delivery->state, "pending");
    fprintf(out, "      %s by %s: %s%s %s, %d attempt%s%s%s\n", delivery->receiver, delivery->channel,
        delivery->state, pending ? ", next" : "", clock_format(delivery->at_ms, at), delivery->attempts,
        delivery->attempts == 1 ? "" : "s", delivery->text[0] != '\0' ? ": " : "", delivery->text);
}

static void print_event(const struct explained_event *event, FILE *out)
{
    char period[PERIOD_TEXT_SIZE], at[CLOCK_TEXT_SIZE];
    fprintf(out, "    %d. %s %s for %s (%s)\n", event->seq, alert_event_name(event->event),
        clock_format(event->at_ms, at), period_format(event->period, period), event->reason);
    for (size_t i = 0; i < event->delivery_count; i++)
        print_delivery(&event->deliveries[i], out);
}

void explain_print_messages(const struct explanation *explanation, FILE *out)
{
    fputs("\nMESSAGES\n", out);
    if (explanation->silence != NULL)
        fprintf(out, "  nobody was told for this period: %s\n", explanation->silence);
    for (size_t i = 0; i < explanation->alert_count; i++) {
        const struct explained_alert *alert = &explanation->alerts[i];
        char raised[PERIOD_TEXT_SIZE];
        fprintf(out, "  alert %s, raised by %s, %s\n", alert->id, period_format(alert->raised, raised),
            alert->open ? "open" : "closed");
        for (size_t k = 0; k < alert->event_count; k++)
            print_event(&alert->events[k], out);
    }
}
