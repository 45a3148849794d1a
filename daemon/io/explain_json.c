#include "io/explain_json.h"

#include <errno.h>
#include <json.h>

#include "io/json_value.h"

typedef struct json_object *item_fn(const void *item);

/* An array of what fn makes of each item. */
static void add_list(
    struct json_object *object, const char *key, const void *items, size_t n, size_t size, item_fn *fn)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < n; i++)
        json_object_array_add(array, fn((const char *)items + i * size));
    json_object_object_add(object, key, array);
}

#define ADD_LIST(object, key, items, n, fn) add_list(object, key, items, n, sizeof *(items), fn)

/* ---- figures ---- */

static struct json_object *figure_item(const void *item)
{
    return json_figure(item);
}

/* ---- conditions ---- */

static struct json_object *part_item(const void *item)
{
    const struct explained_part *part = item;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "expression", part->text);
    json_add_text(object, "kind", explained_kind_names[part->kind]);
    json_add_figure(object, &part->value);
    if (part->kind == EXPLAINED_COMPARISON) {
        json_add_text(object, "operator", part->symbol);
        ADD_LIST(object, "sides", part->sides, part->side_count, figure_item);
        json_add_text(object, "threshold", part->threshold != NULL ? part->threshold->value.name : NULL);
    }
    if (part->has_margin)
        json_object_object_add(object, "margin", json_number(part->margin.value));
    json_add_bool(object, "stopped", part->stopped);
    if (part->part_count > 0)
        ADD_LIST(object, "parts", part->parts, part->part_count, part_item);
    return object;
}

static struct json_object *let_item(const void *item)
{
    const struct explained_let *let = item;
    struct json_object *object = part_item(&let->part);
    json_add_text(object, "name", let->name);
    return object;
}

static void add_place(struct json_object *object, const struct place *place)
{
    json_add_text(object, "file", place->file);
    json_add_count(object, "line", place->line);
}

static struct json_object *threshold_item(const void *item)
{
    const struct explained_threshold *threshold = item;
    struct json_object *object = figure_item(&threshold->value);
    json_object_object_add(object, "default", json_figure_value(&threshold->written));
    json_add_bool(object, "overridden", threshold->overridden);
    add_place(object, &threshold->place);
    return object;
}

static struct json_object *function_item(const void *item)
{
    const struct indicator *function = *(const struct indicator *const *)item;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "function", function->synopsis);
    json_add_text(object, "formula", function->formula);
    json_add_text(object, "missing", function->missing);
    json_add_text(object, "source", function->source);
    return object;
}

/* ---- data ---- */

static struct json_object *series_item(const void *item)
{
    const struct explained_series *series = item;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "source", series->source);
    json_add_text(object, "reporter", series->reporter);
    json_add_text(object, "partner", series->partner);
    json_add_text(object, "product", series->product);
    json_add_text(object, "unit", series->unit);
    json_add_period(object, "first", series->first);
    json_add_period(object, "last", series->last);
    return object;
}

static struct json_object *month_item(const void *item)
{
    const struct explained_month *month = item;
    struct json_object *object = json_object_new_object();
    json_add_period(object, "period", month->period);
    for (int column = 0; column < COLUMN_COUNT; column++)
        json_object_object_add(
            object, series_column_names[column], json_figure_value(&month->columns[column]));
    json_add_bool(object, "preliminary", (month->flags & OBSERVATION_PRELIMINARY) != 0);
    json_add_bool(object, "estimated", (month->flags & OBSERVATION_ESTIMATED) != 0);
    json_add_bool(object, "suppressed", (month->flags & OBSERVATION_SUPPRESSED) != 0);
    return object;
}

static struct json_object *revision_item(const void *item)
{
    const struct explained_revision *revision = item;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "product", revision->series->product);
    json_add_text(object, "partner", revision->series->partner);
    json_add_period(object, "period", revision->period);
    json_add_text(object, "column", revision->old_figure.name);
    json_object_object_add(object, "old", json_figure_value(&revision->old_figure));
    json_object_object_add(object, "new", json_figure_value(&revision->new_figure));
    json_add_moment(object, "seen", revision->seen_ms);
    return object;
}

static struct json_object *period_item(const void *item)
{
    return json_period(*(const int32_t *)item);
}

static struct json_object *role_item(const void *item)
{
    const struct explained_role *role = item;
    struct json_object *object = json_object_new_object(), *faults = json_object_new_object();
    json_add_text(object, "role", role->role->name);
    json_add_text(object, "meaning", role->meaning);
    json_add_text(object, "flow", role->role->flow == FLOW_EXPORT ? "export" : "import");
    json_add_period(object, "newest", role->last);
    json_add_bool(object, "holds_back", role->holds_back);
    ADD_LIST(object, "series", role->series, role->series_count, series_item);
    for (int fault = 0; fault < MONTH_FAULT_COUNT; fault++)
        ADD_LIST(faults, month_fault_names[fault], role->faults[fault].items, role->faults[fault].len,
            period_item);
    json_object_object_add(object, "faults", faults);
    ADD_LIST(object, "months", role->months, role->month_count, month_item);
    ADD_LIST(object, "revisions", role->revisions, role->revision_count, revision_item);
    return object;
}

static struct json_object *source_item(const void *item)
{
    const struct explained_source *source = item;
    struct json_object *object = json_object_new_object();
    bool known = source->payload.hex[0] != '\0';
    json_add_text(object, "source", source->name);
    json_add_text(object, "payload", known ? source->payload.hex : NULL);
    json_add_moment(object, "seen", source->seen_ms);
    json_add_count(object, "rows", (int64_t)source->rows);
    json_add_count(object, "revised", (int64_t)source->revised);
    return object;
}

/* ---- tables ---- */

static struct json_object *measure_item(const void *item)
{
    const struct explained_measure *measure = item;
    const struct measure *row = measure->row;
    struct figure rate = {"rate", VALUE_RATIO, KNOWN, row->rate};
    struct json_object *object = json_object_new_object();
    json_add_text(object, "id", row->id);
    json_add_text(object, "type", measure_type_names[row->type]);
    json_add_text(object, "market", row->market);
    json_add_text(object, "against", row->against);
    json_add_text(object, "title", row->title);
    json_add_text(object, "source", row->source);
    json_add_date(object, "petition", row->petition);
    json_add_date(object, "initiation", row->initiation);
    json_add_date(object, "announced", row->announced);
    json_add_date(object, "from", row->from);
    json_add_date(object, "to", row->to);
    json_add_date(object, "ended", row->ended);
    json_object_object_add(object, "rate", json_figure_value(&rate));
    json_add_text(object, "standing", measure_standing_names[measure->standing]);
    return object;
}

static struct json_object *quota_item(const void *item)
{
    const struct quota *quota = *(const struct quota *const *)item;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "id", quota->id);
    json_add_text(object, "market", quota->market);
    json_add_text(object, "against", quota->against);
    json_add_text(object, "title", quota->title);
    json_add_text(object, "source", quota->source);
    json_add_text(object, "column", series_column_names[quota->column]);
    json_object_object_add(object, "limit", json_number((double)quota->limit / FIGURE_SCALE));
    json_add_count(object, "months", quota->months);
    return object;
}

/* ---- messages ---- */

static struct json_object *delivery_item(const void *item)
{
    const struct explained_delivery *delivery = item;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "receiver", delivery->receiver);
    json_add_text(object, "channel", delivery->channel[0] != '\0' ? delivery->channel : NULL);
    json_add_text(object, "state", delivery->state);
    json_add_text(object, "text", delivery->text);
    json_add_count(object, "attempts", delivery->attempts);
    json_add_moment(object, "at", delivery->at_ms);
    return object;
}

static struct json_object *event_item(const void *item)
{
    const struct explained_event *event = item;
    struct json_object *object = json_object_new_object();
    json_add_count(object, "seq", event->seq);
    json_add_text(object, "event", alert_event_name(event->event));
    json_add_text(object, "reason", event->reason);
    json_add_period(object, "period", event->period);
    json_add_moment(object, "at", event->at_ms);
    json_add_text(object, "vintage", event->vintage);
    json_add_text(object, "ruleset", event->ruleset);
    ADD_LIST(object, "deliveries", event->deliveries, event->delivery_count, delivery_item);
    return object;
}

static struct json_object *alert_item(const void *item)
{
    const struct explained_alert *alert = item;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "id", alert->id);
    json_add_bool(object, "open", alert->open);
    json_add_period(object, "raised", alert->raised);
    ADD_LIST(object, "events", alert->events, alert->event_count, event_item);
    return object;
}

/* ---- the whole ---- */

static void add_rule(struct json_object *document, const struct explanation *explanation)
{
    const struct rule *rule = explanation->rule;
    struct json_object *object = json_object_new_object(), *basis = json_object_new_array();
    json_add_text(object, "id", rule->id);
    add_place(object, &rule->place);
    json_add_text(object, "severity", severity_name(rule->severity));
    json_add_text(object, "audience", rule->audience == AUDIENCE_PUBLIC ? "public" : "internal");
    json_add_bool(object, "shadow", rule->shadow);
    json_add_count(object, "need", rule->policy.need);
    json_add_count(object, "of", rule->policy.of);
    json_add_period(object, "valid_from", rule->valid_from);
    json_add_period(object, "valid_to", rule->valid_to);
    for (const char *const *law = rule->basis; law != NULL && *law != NULL; law++)
        json_object_array_add(basis, json_object_new_string(*law));
    json_object_object_add(object, "basis", basis);
    json_object_object_add(document, "rule", object);
    json_add_text(document, "ruleset", explanation->ruleset);
}

static void add_scope(struct json_object *document, const struct explanation *explanation)
{
    const struct scope *scope = explanation->scope;
    struct json_object *object = json_object_new_object();
    json_add_text(object, "product", scope->product);
    json_add_text(object, "product_title", explanation->product_title);
    json_add_text(object, "market", scope->market);
    json_add_text(object, "origin", scope->origin[0] != '\0' ? scope->origin : NULL);
    json_object_object_add(document, "scope", object);
}

static void add_standing(struct json_object *document, const struct explanation *explanation)
{
    static const char *const verdicts[VERDICT_COUNT] = {
        [VERDICT_UNKNOWN] = "unknown",
        [VERDICT_TRUE] = "true",
        [VERDICT_HOLD] = "hold",
        [VERDICT_CLEAR] = "clear",
        [VERDICT_NOT_JUDGED] = "not judged",
    };
    json_add_text(document, "title", explanation->title);
    json_add_period(document, "period", explanation->period);
    json_add_period(document, "first", explanation->first);
    json_add_period(document, "horizon", explanation->horizon);
    json_add_bool(document, "in_force", explanation->in_force);
    json_add_text(document, "verdict", verdicts[explanation->verdict]);
    json_add_text(document, "state", alert_state_name(explanation->track.state));
    json_add_period(document, "raised", explanation->track.raised);
    json_add_count(document, "held", explanation->held);
}

static void add_conditions(struct json_object *document, const struct explanation *explanation)
{
    const struct rule *rule = explanation->rule;
    bool clears = explanation->clear.text != NULL;
    json_object_object_add(document, "when", part_item(&explanation->when));
    json_object_object_add(document, "clear", clears ? part_item(&explanation->clear) : NULL);
    ADD_LIST(document, "figures", explanation->lets, rule->let_count, let_item);
    ADD_LIST(document, "thresholds", explanation->thresholds, rule->threshold_count, threshold_item);
    ADD_LIST(document, "functions", explanation->functions, explanation->function_count, function_item);
}

int explain_print_json(const struct explanation *explanation, FILE *out)
{
    struct json_object *document = json_object_new_object();
    add_rule(document, explanation);
    add_scope(document, explanation);
    add_standing(document, explanation);
    add_conditions(document, explanation);
    ADD_LIST(document, "data", explanation->roles, explanation->role_count, role_item);
    ADD_LIST(document, "sources", explanation->sources, explanation->source_count, source_item);
    ADD_LIST(document, "measures", explanation->measures, explanation->measure_count, measure_item);
    ADD_LIST(document, "quotas", explanation->quotas, explanation->quota_count, quota_item);
    ADD_LIST(document, "quality", explanation->flags, explanation->flag_count, figure_item);
    ADD_LIST(document, "alerts", explanation->alerts, explanation->alert_count, alert_item);
    json_add_text(document, "nobody_told", explanation->silence);
    int r = fprintf(out, "%s\n",
                json_object_to_json_string_ext(
                    document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)) < 0
                ? -EIO
                : 0;
    json_object_put(document);
    return r;
}
