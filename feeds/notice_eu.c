/* The European Commission: TRON's lists and details, and CELLAR's SPARQL results. */
#include <errno.h>
#include <string.h>

#include "feeds/notice_form.h"
#include "feeds/notice_title.h"
#include "feeds/payload.h"

/* ---- TRON ---- */

/* A case as a list or its details name it. */
struct tron_case {
    const char *number; /* AD725 */
    const char *product;
    struct text_set origins;
    unsigned laws;
    const char *about; /* articleOfToc, or "" */
    const char *url;   /* of its page, or "" */
};

/* AD is anti-dumping and AS anti-subsidy; R and other letters in front are reviews of them. */
static unsigned laws_of_number(const char *number)
{
    return strncmp(number, "AS", 2) == 0   ? LAW_COUNTERVAILING
           : strncmp(number, "SG", 2) == 0 ? LAW_SAFEGUARD
           : strncmp(number, "AD", 2) == 0 ? LAW_ANTI_DUMPING
                                           : 0u;
}

/* "Example product (China)" without the countries behind it. */
static const char *product_of(struct notice_form *form, const char *name)
{
    size_t len = strlen(name);
    const char *open = len > 0 && name[len - 1] == ')' ? strrchr(name, '(') : NULL;
    struct text_set origins = {.len = 0};
    if (open != NULL)
        notice_text_countries(open, form->input->countries, &origins, form->arena);
    return notice_title_trim(
        (struct slice){name, origins.len > 0 ? (size_t)(open - name) : len}, form->arena);
}

static void read_tron_countries(
    struct notice_form *form, struct json_object *object, const char *name, struct text_set *origins)
{
    struct json_object *list = form_get(object, "caseCountries");
    const struct countries *countries = form->input->countries;
    if (json_object_is_type(list, json_type_string))
        notice_text_countries(json_object_get_string(list), countries, origins, form->arena);
    for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list);
         i++) {
        const char *country = form_text(json_object_array_get_idx(list, i), "countryName");
        notice_text_countries(country != NULL ? country : "", countries, origins, form->arena);
    }
    if (list == NULL && strchr(name, '(') != NULL)
        notice_text_countries(strrchr(name, '('), countries, origins, form->arena);
}

/* Lists name the page of a case by `id`, the search by `caseInitId`. */
static const char *tron_url(struct notice_form *form, struct json_object *object)
{
    static const char page[] = "https://tron.trade.ec.europa.eu/investigations/case-view?caseId=";
    struct json_object *id = form_get(object, "id");
    if (id == NULL)
        id = form_get(object, "caseInitId");
    return json_object_is_type(id, json_type_int)
               ? arena_printf(form->arena, "%s%lld", page, (long long)json_object_get_int64(id))
               : "";
}

/* False with a fault where it is none. */
static bool read_tron_case(
    struct notice_form *form, struct json_object *object, const char *number, struct tron_case *ret_case)
{
    const char *about = form_text(object, "articleOfToc");
    struct tron_case read = {.number = number, .about = about != NULL ? about : ""};
    const char *name = form_need(form, object, "shortName", "a case of TRON");
    if (name == NULL)
        return false;
    read.product = product_of(form, name);
    read.laws = laws_of_number(number);
    read.url = tron_url(form, object);
    read_tron_countries(form, object, name, &read.origins);
    *ret_case = read;
    return true;
}

static enum notice_proceeding proceeding_of(const char *about)
{
    static const struct title_word words[] = {
        {"circumvention", PROCEEDING_CIRCUMVENTION},
        {"expiry", PROCEEDING_SUNSET},
        {"review", PROCEEDING_REVIEW},
        {"reopening", PROCEEDING_REVIEW},
    };
    int found = notice_title_first_row(about, words, sizeof words / sizeof *words);
    return found >= 0 ? (enum notice_proceeding)found : PROCEEDING_INVESTIGATION;
}

/* A step that TRON dates; or, where `listed`, that a list had it on the day: at first, or once more. */
static struct notice tron_notice(
    struct notice_form *form, const struct tron_case *tron, enum notice_step step, int32_t day, bool listed)
{
    struct text_set cases = {.len = 0};
    char date[DATE_TEXT_SIZE];
    text_set_add(&cases, slice_of(tron->number), form->arena);
    return (struct notice){
        .id = listed ? arena_printf(form->arena, "TRON %s %s", tron->number, notice_step_names[step])
                     : arena_printf(form->arena, "TRON %s %s %s", tron->number, notice_step_names[step],
                           date_format(day, date)),
        .market = "EU",
        .agency = "EC",
        .title = tron->product,
        .url = tron->url,
        .product = tron->product,
        .cases = text_set_copy(&cases, form->arena),
        .origins = text_set_copy(&tron->origins, form->arena),
        .proceeding = proceeding_of(tron->about),
        .step = step,
        .outcome = step == STEP_PRELIMINARY || step == STEP_ORDER ? OUTCOME_AFFIRMATIVE : OUTCOME_NONE,
        .laws = tron->laws,
        .listed = listed,
        .published = day,
        .effective = DATE_NONE,
        .due = DATE_NONE,
    };
}

/* A case of list/ongoing is open on the day of the list. One of the search may be over long since: it is
 * taken only where it is said to be under way or in force. */
static void read_tron_entry(struct notice_form *form, struct json_object *entry, const char *number)
{
    struct tron_case tron;
    const char *ongoing = form_text(entry, "ongoingInvestigation");
    const char *status = form_text(entry, "measureStatus");
    if (!read_tron_case(form, entry, number, &tron))
        return;
    bool open = ongoing == NULL || str_equal(ongoing, "Y");
    bool in_force = status != NULL && strcasecmp(status, "Measures in force") == 0;
    if (!open && !in_force)
        return;
    enum notice_step step = open && !in_force ? STEP_INITIATION : STEP_OTHER;
    struct notice notice = tron_notice(form, &tron, step, form->input->day, true);
    notice.in_force = in_force;
    form_push(form, &notice);
}

static void read_tron_item(struct notice_form *form, struct json_object *item)
{
    struct json_object *related = form_get(item, "relatedCases");
    const char *number = form_text(item, "caseNumber");
    form->page.documents++;
    if (number == NULL && json_object_is_type(related, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(related); i++) {
            struct json_object *one = json_object_array_get_idx(related, i);
            form_seek(form, form_text(one, "caseNumber"));
            number = form_need(form, one, "caseNumber", "a related case of TRON");
            if (number != NULL)
                read_tron_entry(form, item, number);
        }
        return;
    }
    form_seek(form, number);
    number = form_need(form, item, "caseNumber", "a case of TRON");
    if (number != NULL)
        read_tron_entry(form, item, number);
}

void form_read_tron_list(struct notice_form *form, struct json_object *list)
{
    form->page.count = (int64_t)json_object_array_length(list);
    for (size_t i = 0; i < json_object_array_length(list); i++)
        read_tron_item(form, json_object_array_get_idx(list, i));
}

/* A day as TRON writes it: "12 March 2026", or "Not applicable". DATE_NONE with a fault where it is neither.
 */
static int32_t read_tron_day(struct notice_form *form, struct json_object *object, const char *key)
{
    const char *text = form_text(object, key);
    int32_t date;
    char quote[QUOTE_SIZE];
    if (text == NULL || text[0] == '\0' || strcasecmp(text, "Not applicable") == 0)
        return DATE_NONE;
    if (notice_text_read_date(text, &date) == 0)
        return date;
    diag_error(form->diags, form_place(form), "P005", "%s %s is not a day such as 12 March 2026", key,
        payload_quote(slice_of(text), quote));
    return DATE_NONE;
}

/* What is planned for a later day has not happened. */
static void push_step(
    struct notice_form *form, const struct tron_case *tron, int32_t day, enum notice_step step)
{
    if (day == DATE_NONE || day > form->input->day)
        return;
    struct notice notice = tron_notice(form, tron, step, day, false);
    form_push(form, &notice);
}

void form_read_tron_details(struct notice_form *form, struct json_object *details)
{
    struct tron_case tron;
    form->page.documents++;
    form_seek(form, form_text(details, "caseNumber"));
    const char *number = form_need(form, details, "caseNumber", "a case of TRON");
    if (number == NULL || !read_tron_case(form, details, number, &tron))
        return;
    push_step(form, &tron, read_tron_day(form, details, "provMeasures"), STEP_PRELIMINARY);
    push_step(form, &tron, read_tron_day(form, details, "defMeasures"), STEP_ORDER);
    struct json_object *ongoing = form_get(details, "ongoing");
    if (!json_object_is_type(ongoing, json_type_boolean) || !json_object_get_boolean(ongoing))
        return;
    struct notice open = tron_notice(form, &tron, STEP_INITIATION, form->input->day, true);
    form_push(form, &open);
}

/* ---- CELLAR ---- */

/* The value of a variable in a row of results. */
static const char *binding(struct json_object *row, const char *name)
{
    return form_text(form_get(row, name), "value");
}

/* The service for texts sits behind this address, and needs no script in the browser. */
static const char *act_url(struct notice_form *form, const char *celex)
{
    return arena_printf(form->arena, "http://publications.europa.eu/resource/celex/%s", celex);
}

static void read_act(struct notice_form *form, struct json_object *row)
{
    const char *celex = binding(row, "celex"), *day = binding(row, "date"), *title = binding(row, "title");
    int32_t published;
    form->page.documents++;
    form_seek(form, celex);
    if (celex == NULL || day == NULL || title == NULL) {
        diag_error(form->diags, form_place(form), "P004",
            "a row of CELLAR has no value of \"celex\", \"date\" or \"title\"");
        return;
    }
    if (notice_text_read_date(day, &published) < 0) {
        char quote[QUOTE_SIZE];
        diag_error(form->diags, form_place(form), "P005", "date %s is not a day such as 2025-04-07",
            payload_quote(slice_of(day), quote));
        return;
    }
    struct notice_title read;
    notice_title_eu(title, form->input->countries, form->arena, &read);
    struct notice notice = {
        .id = arena_strdup(form->arena, celex),
        .market = "EU",
        .agency = "EC",
        .title = arena_strdup(form->arena, title),
        .url = act_url(form, celex),
        .product = read.product,
        .origins = text_set_copy(&read.origins, form->arena),
        .proceeding = read.proceeding,
        .step = read.step,
        .outcome = read.outcome,
        .laws = read.laws,
        .correction = read.correction,
        .published = published,
        .effective = DATE_NONE,
        .due = DATE_NONE,
    };
    if (read.proceeding != PROCEEDING_OTHER)
        form_push(form, &notice);
}

void form_read_cellar(struct notice_form *form, struct json_object *answer)
{
    struct json_object *rows = form_get(form_get(answer, "results"), "bindings");
    if (!json_object_is_type(rows, json_type_array)) {
        diag_error(
            form->diags, form_place(form), "P004", "an answer of CELLAR has no list \"results.bindings\"");
        return;
    }
    form->page.count = (int64_t)json_object_array_length(rows);
    for (size_t i = 0; i < json_object_array_length(rows); i++)
        read_act(form, json_object_array_get_idx(rows, i));
}
