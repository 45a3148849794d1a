#include "io/evidence_json.h"

#include "core/evidence.h"
#include "io/json_value.h"

static struct json_object *limits_array(const struct evidence *evidence)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < evidence->limit_count; i++) {
        const struct evidence_limit *limit = &evidence->limits[i];
        struct json_object *object = json_object_new_object();
        json_add_text(object, "figure", evidence->rule->lets[limit->figure].name);
        json_add_text(object, "symbol", limit->symbol);
        json_object_object_add(object, "limit", json_figure_value(&limit->low));
        json_object_object_add(object, "high", json_figure_value(&limit->high));
        json_object_object_add(object, "margin", json_figure_value(&limit->margin));
        json_add_bool(object, "holds", limit->holds);
        json_object_array_add(array, object);
    }
    return array;
}

/* By name. */
static struct json_object *values_object(const struct figure *figures, size_t n)
{
    struct json_object *object = json_object_new_object();
    for (size_t i = 0; i < n; i++)
        json_object_object_add(object, figures[i].name, json_figure_value(&figures[i]));
    return object;
}

static struct json_object *measures_array(const struct evidence *evidence)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < evidence->measure_count; i++) {
        const struct measure *row = evidence->measures[i].row;
        const struct figure rate = {
            "", VALUE_RATIO, row->rate >= 0 ? KNOWN : UNKNOWN_MEASURE, row->rate}; /* NaN: not known */
        struct json_object *object = json_object_new_object();
        json_add_text(object, "id", row->id);
        json_add_text(object, "title", row->title);
        json_add_text(object, "type", measure_type_names[row->type]);
        json_add_text(object, "against", row->against);
        json_add_text(object, "standing", measure_standing_names[evidence->measures[i].standing]);
        json_add_date(object, "petition", row->petition);
        json_add_date(object, "initiation", row->initiation);
        json_add_date(object, "from", row->from);
        json_object_object_add(object, "rate", json_figure_value(&rate));
        json_add_text(object, "source", row->source);
        json_object_array_add(array, object);
    }
    return array;
}

static struct json_object *deadlines_array(const struct evidence *evidence)
{
    struct json_object *array = json_object_new_array();
    for (size_t i = 0; i < evidence->deadline_count; i++) {
        const struct evidence_deadline *deadline = &evidence->deadlines[i];
        struct json_object *object = json_object_new_object(), *what = json_object_new_object();
        json_add_text(object, "case", deadline->measure->id);
        json_add_date(object, "day", deadline->day);
        json_add_text(what, "vi", deadline->row->what.text[LANGUAGE_VI]);
        json_add_text(what, "en", deadline->row->what.text[LANGUAGE_EN]);
        json_object_object_add(object, "what", what);
        json_add_text(object, "basis", deadline->row->basis);
        json_object_array_add(array, object);
    }
    return array;
}

/* By the names of the rule language; that quantities are estimated is none of its flags. */
static struct json_object *flags_array(const struct evidence *evidence)
{
    unsigned flags = evidence->quality;
    struct json_object *array = json_object_new_array();
    if ((evidence->flags & OBSERVATION_PRELIMINARY) != 0)
        flags |= 1u << FLAG_PRELIMINARY;
    if ((evidence->flags & OBSERVATION_SUPPRESSED) != 0)
        flags |= 1u << FLAG_SUPPRESSED;
    for (int flag = 0; flag < FLAG_COUNT; flag++)
        if ((flags & 1u << flag) != 0)
            json_object_array_add(array, json_object_new_string(quality_flag_names[flag]));
    if ((evidence->flags & OBSERVATION_ESTIMATED) != 0)
        json_object_array_add(array, json_object_new_string("estimated"));
    return array;
}

static struct json_object *evidence_object(const struct evidence *evidence)
{
    struct json_object *object = json_object_new_object();
    json_object_object_add(object, "limits", limits_array(evidence));
    json_object_object_add(object, "before", values_object(evidence->before, evidence->before_count));
    json_object_object_add(object, "measures", measures_array(evidence));
    json_object_object_add(object, "deadlines", deadlines_array(evidence));
    json_object_object_add(object, "flags", flags_array(evidence));
    return object;
}

static struct json_object *last_object(const struct alert_last *last)
{
    struct json_object *object = json_object_new_object();
    json_add_text(object, "event", alert_event_name(last->event));
    json_add_text(object, "severity", severity_name(last->severity));
    json_add_period(object, "period", last->period);
    json_add_moment(object, "time", last->at_ms);
    json_object_object_add(object, "figures", values_object(last->figures, last->figure_count));
    return object;
}

void evidence_json_add(struct json_object *object, const struct alert_record *record)
{
    json_object_object_add(
        object, "evidence", record->evidence != NULL ? evidence_object(record->evidence) : NULL);
    json_object_object_add(object, "last", record->last != NULL ? last_object(record->last) : NULL);
}
