/* The shape of a file of receivers, for its published schema: what config_receivers.c and config_routes.c
 * check beyond the table of keys. */
#include "app/config_keys.h"
#include "core/code.h"

#define CLOCK "([01][0-9]|2[0-3]):[0-5][0-9]"

static const char *const languages[] = {"vi", "en", NULL};
static const char *const severities[] = {"watch", "caution", "warning", "critical", NULL};

static const struct shape language_word = {.kind = SHAPE_TEXT, .words = languages};
static const struct shape language_list = {.kind = SHAPE_LIST, .items = &language_word, .min_items = 1};
static const struct shape *const language_choices[] = {&language_word, &language_list, NULL};
const struct shape config_languages_shape = {
    .kind = SHAPE_ANY, .expected = "expected [vi, en], vi or en", .choices = language_choices};

static const struct shape severity_word = {.kind = SHAPE_TEXT, .words = severities};
static const struct shape severity_list = {.kind = SHAPE_LIST, .items = &severity_word};
static const struct shape *const severity_choices[] = {&severity_word, &severity_list, NULL};
const struct shape config_severities_shape = {.kind = SHAPE_ANY,
    .expected = "expected severities such as [warning, critical]",
    .choices = severity_choices};

static const struct shape country_list = {.kind = SHAPE_LIST, .items = &code_country_shape};
static const struct shape *const country_choices[] = {&code_country_shape, &country_list, NULL};
const struct shape config_countries_shape = {
    .kind = SHAPE_ANY, .expected = "expected countries such as [US, EU]", .choices = country_choices};

static const struct shape selector_list = {.kind = SHAPE_LIST, .items = &selector_shape};
static const struct shape *const selector_choices[] = {&selector_shape, &selector_list, NULL};
const struct shape config_products_shape = {
    .kind = SHAPE_ANY, .expected = "expected baskets, their ids, or codes", .choices = selector_choices};

const struct shape config_zone_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected a name of the IANA database such as Asia/Ho_Chi_Minh",
    .pattern = "^[A-Za-z][A-Za-z0-9/_+-]*$",
};

const struct shape config_quiet_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected two times such as 22:00-07:00",
    .pattern = "^(" CLOCK "-" CLOCK ")?$",
};

const struct shape config_cadence_shape = {
    .kind = SHAPE_TEXT,
    .expected = "expected at once, daily 08:00 or weekly monday 08:00",
    .pattern = "^(at once|daily " CLOCK
               "|weekly ([Mm]on|[Tt]ues|[Ww]ednes|[Tt]hurs|[Ff]ri|[Ss]atur|[Ss]un)day " CLOCK ")$",
};

static const char *const channels[] = {"email", "webhook", NULL};

const struct shape config_cadences_shape = {
    .kind = SHAPE_MAP, .keys = cadence_keys, .key_count = SEVERITY_COUNT};

static const struct shape name_text = {
    .kind = SHAPE_TEXT, .expected = "expected the name of a receiver", .pattern = "^[a-z0-9._:-]+$"};
static const struct shape name_list = {.kind = SHAPE_LIST, .items = &name_text, .min_items = 1};
static const struct shape *const name_choices[] = {&name_text, &name_list, NULL};
const struct shape config_names_shape = {
    .kind = SHAPE_ANY, .expected = "expected names of receivers", .choices = name_choices};

const struct shape config_escalation_shape = {
    .kind = SHAPE_MAP, .keys = escalation_keys, .key_count = ESCALATION_KEYS};

static const struct shape receiver_shape = {
    .kind = SHAPE_MAP,
    .name = "receiver",
    .keys = receiver_keys,
    .key_count = RECEIVER_KEYS,
    .one_of = channels,
    .needs = {{"secret", "webhook"}, {"webhook", "secret"}},
};

const struct shape config_receiver_list_shape = {
    .kind = SHAPE_LIST, .items = &receiver_shape, .max_items = RECEIVERS_MAX};

const struct shape receiver_file_shape = {.kind = SHAPE_MAP, .keys = receiver_file_keys, .key_count = 1};
