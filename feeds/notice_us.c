/* The Federal Register's documents, and the list of US orders. */
#include <errno.h>
#include <string.h>

#include "core/code.h"
#include "feeds/notice_form.h"
#include "feeds/notice_title.h"
#include "feeds/payload.h"

/* The search stops there, whatever its count (max of page times per_page). */
enum { REGISTER_RESULTS_MAX = 10 * 1000 };

/* What a document names as effective lies near its publication; other days in the text are something else. */
enum { EFFECTIVE_DAYS_MAX = 400 };

/* ---- agencies ---- */

enum agency { AGENCY_UNKNOWN, AGENCY_OTHER, AGENCY_ITA, AGENCY_ITC };

static enum agency agency_of(const char *name)
{
    if (name == NULL)
        return AGENCY_OTHER;
    if (strcasecmp(name, "International Trade Administration") == 0 ||
        str_equal(name, "international-trade-administration"))
        return AGENCY_ITA;
    if (strcasecmp(name, "International Trade Commission") == 0 ||
        str_equal(name, "international-trade-commission"))
        return AGENCY_ITC;
    return AGENCY_OTHER;
}

/* A list of texts, or of objects with slug and name. */
static enum agency find_agency(struct json_object *list)
{
    enum agency found = AGENCY_OTHER;
    if (!json_object_is_type(list, json_type_array) || json_object_array_length(list) == 0)
        return AGENCY_UNKNOWN;
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        bool text = json_object_is_type(item, json_type_string);
        enum agency agency = agency_of(text ? json_object_get_string(item) : form_text(item, "slug"));
        if (agency == AGENCY_OTHER && !text)
            agency = agency_of(form_text(item, "name"));
        found = agency > found ? agency : found;
    }
    return found;
}

/* Where the feed did not ask for agencies, the two are told apart by how they write. */
static enum agency read_agency(
    struct json_object *document, const struct notice_title *title, const char *abstract)
{
    enum agency agency = find_agency(form_get(document, "agencies"));
    if (agency == AGENCY_UNKNOWN)
        agency = find_agency(form_get(document, "agency_names"));
    if (agency != AGENCY_UNKNOWN)
        return agency;
    return title->commission || str_starts(abstract, "The Commission ") ? AGENCY_ITC : AGENCY_ITA;
}

/* ---- a document ---- */

struct document {
    const char *id, *title, *abstract, *dates;
    struct notice_title read;
    int32_t published;
};

static int32_t read_day(struct notice_form *form, struct json_object *object, const char *key)
{
    const char *text = form_text(object, key);
    int32_t date;
    char quote[QUOTE_SIZE];
    if (text == NULL)
        return DATE_NONE;
    if (strlen(text) == DATE_TEXT_SIZE - 1 && date_parse(slice_of(text), &date) == 0)
        return date;
    diag_error(form->diags, form_place(form), "P005", "%s %s is not a day such as 2025-04-07", key,
        payload_quote(slice_of(text), quote));
    return DATE_NONE;
}

static const char *text_or_empty(struct json_object *object, const char *key)
{
    const char *text = form_text(object, key);
    return text != NULL ? text : "";
}

/* The day that it names in `effective_on` or in its dates: "Applicable April 7, 2025." */
static int32_t read_effective(
    struct notice_form *form, struct json_object *object, const struct document *document)
{
    int32_t date = read_day(form, object, "effective_on");
    const char *applicable = notice_text_find(document->dates, "applicable");
    if (date == DATE_NONE)
        date = notice_text_date(applicable != NULL ? applicable : document->dates);
    bool near = date != DATE_NONE && date >= document->published - EFFECTIVE_DAYS_MAX &&
                date <= document->published + EFFECTIVE_DAYS_MAX;
    return near ? date : DATE_NONE;
}

/* "must reach a preliminary determination in 45 days, or in this case by March 9, 2020". */
static int32_t read_due(struct notice_form *form, struct json_object *object, const struct document *document)
{
    static const char by[] = "in this case by";
    int32_t date = read_day(form, object, "comments_close_on");
    const char *at = notice_text_find(document->abstract, by);
    if (date == DATE_NONE && at != NULL)
        (void)notice_text_read_date(at + sizeof by, &date); /* no day there: DATE_NONE stays */
    return date;
}

/* Dockets as the register has them in a list, and those that the text names. */
static struct texts read_cases(
    struct notice_form *form, struct json_object *object, const struct document *document)
{
    struct text_set cases = {.len = 0};
    struct json_object *list = form_get(object, "docket_ids");
    if (json_object_is_type(list, json_type_array))
        for (size_t i = 0; i < json_object_array_length(list); i++) {
            struct json_object *item = json_object_array_get_idx(list, i);
            if (json_object_is_type(item, json_type_string))
                notice_text_cases(json_object_get_string(item), &cases, form->arena);
        }
    if (cases.len == 0)
        notice_text_cases(document->abstract, &cases, form->arena);
    return text_set_copy(&cases, form->arena);
}

/* Commerce's dockets say the law: A-552-821, C-552-822. */
static unsigned laws_of_dockets(const struct texts *cases)
{
    unsigned laws = 0;
    for (size_t i = 0; i < cases->len; i++)
        laws |= str_starts(cases->items[i], "A-")   ? LAW_ANTI_DUMPING
                : str_starts(cases->items[i], "C-") ? LAW_COUNTERVAILING
                                                    : 0u;
    return laws;
}

/* The register's contents put every document under a subject. What stands under another one than cases do,
 * and has no docket of theirs, is none, whatever words its title has. */
static bool is_other_subject(struct json_object *object, unsigned docket_laws)
{
    static const struct title_word words[] = {
        {"antidumping", 1}, {"countervailing", 1}, {"investigations", 1}, {"determinations", 1}};
    const char *subject = text_or_empty(object, "toc_subject");
    return subject[0] != '\0' && docket_laws == 0 &&
           notice_title_first_row(subject, words, sizeof words / sizeof *words) < 0;
}

/* "731-TA-1472 (Final)": the Commission's determinations say in the docket which phase they are of. */
static void read_phase(struct json_object *object, const struct document *document, struct notice *notice)
{
    struct json_object *list = form_get(object, "docket_ids");
    const char *dockets = list != NULL ? json_object_to_json_string(list) : "";
    const char *const texts[] = {dockets, document->abstract, document->title};
    bool determined = notice_text_has(document->title, "determination") ||
                      notice_text_has(document->title, "determinations");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!determined || notice->step != STEP_OTHER)
            return;
        if (notice_text_has(texts[i], "review") && notice_text_has(texts[i], "five-year"))
            notice->proceeding = PROCEEDING_SUNSET;
        if (strstr(texts[i], "(Preliminary)") != NULL)
            notice->step = STEP_PRELIMINARY;
        else if (strstr(texts[i], "(Final)") != NULL)
            notice->step = STEP_FINAL;
    }
}

/* The Commission says in its text what it found. */
static void read_finding(const struct document *document, struct notice *notice)
{
    static const struct title_word words[] = {
        {"no reasonable indication", OUTCOME_NEGATIVE},
        {"is not materially injured", OUTCOME_NEGATIVE},
        {"not materially injured or threatened", OUTCOME_NEGATIVE},
        {"determines that there is a reasonable indication", OUTCOME_AFFIRMATIVE},
        {"determines that an industry in the United States is materially injured", OUTCOME_AFFIRMATIVE},
        {"determines that an industry in the United States is threatened", OUTCOME_AFFIRMATIVE},
    };
    bool decides = notice->step == STEP_PRELIMINARY || notice->step == STEP_FINAL;
    int found = notice_title_first_row(document->abstract, words, sizeof words / sizeof *words);
    if (decides && notice->outcome == OUTCOME_NONE && found >= 0)
        notice->outcome = (enum notice_outcome)found;
}

/* The register prints corrections under C1-…, and what it prints again under R1-…. */
static bool is_republication(const char *id)
{
    return (id[0] == 'C' || id[0] == 'R') && id[1] >= '0' && id[1] <= '9' && id[2] == '-';
}

/* The contents of the register, "Product from Country", where the title does not say it. */
static void read_contents(struct notice_form *form, struct json_object *object, struct document *document)
{
    const char *contents = form_text(object, "toc_doc");
    if (contents == NULL || document->read.origins.len > 0)
        return;
    struct notice_title *read = &document->read, other;
    notice_title_us(contents, form->input->countries, form->arena, &other);
    read->origins = other.origins;
    read->product = other.product;
}

static struct notice notice_of(
    struct notice_form *form, struct json_object *object, struct document *document, enum agency agency)
{
    struct text_set codes = {.len = 0};
    const struct notice_title *read = &document->read;
    notice_text_codes(document->abstract, &codes, form->arena);
    struct notice notice = {
        .id = document->id,
        .market = "US",
        .agency = agency == AGENCY_ITC ? "ITC" : "ITA",
        .title = document->title,
        .url = arena_printf(form->arena, "https://www.federalregister.gov/d/%s", document->id),
        .product = read->product,
        .cases = read_cases(form, object, document),
        .origins = text_set_copy(&read->origins, form->arena),
        .codes = text_set_copy(&codes, form->arena),
        .proceeding = read->proceeding,
        .step = read->step,
        .outcome = read->outcome,
        .laws = read->laws,
        .correction =
            read->correction || is_republication(document->id) || form_get(object, "correction_of") != NULL,
        .published = document->published,
        .effective = read_effective(form, object, document),
        .due = read_due(form, object, document),
    };
    unsigned docket_laws = laws_of_dockets(&notice.cases);
    if (notice.laws == 0)
        notice.laws = docket_laws;
    if (is_other_subject(object, docket_laws))
        notice.proceeding = PROCEEDING_OTHER;
    if (agency == AGENCY_ITC) {
        read_phase(object, document, &notice);
        read_finding(document, &notice);
    }
    return notice;
}

void form_read_register_document(struct notice_form *form, struct json_object *object)
{
    size_t errors = form->diags->errors;
    struct document document = {
        .abstract = text_or_empty(object, "abstract"), .dates = text_or_empty(object, "dates")};
    form->page.documents++;
    form_seek(form, form_text(object, "document_number"));
    document.id = form_need(form, object, "document_number", "a document of the Federal Register");
    document.title = form_need(form, object, "title", "a document of the Federal Register");
    if (form_need(form, object, "publication_date", "a document of the Federal Register") != NULL)
        document.published = read_day(form, object, "publication_date");
    if (form->diags->errors > errors)
        return;
    notice_title_us(document.title, form->input->countries, form->arena, &document.read);
    enum agency agency = read_agency(object, &document.read, document.abstract);
    if (agency == AGENCY_OTHER)
        return;
    read_contents(form, object, &document);
    struct notice notice = notice_of(form, object, &document, agency);
    if (form->diags->errors == errors)
        form_push(form, &notice);
}

/* ---- a page of documents ---- */

void form_read_register_page(struct notice_form *form, struct json_object *page)
{
    struct json_object *results = form_get(page, "results");
    struct json_object *count = form_get(page, "count");
    const char *next = form_text(page, "next_page_url");
    if (!json_object_is_type(count, json_type_int)) {
        diag_error(form->diags, form_place(form), "P004",
            "a page of the Federal Register has no number "
            "\"count\"");
        return;
    }
    form->page.count = json_object_get_int64(count);
    form->page.next = next != NULL ? arena_strdup(form->arena, next) : NULL;
    if (form->page.count >= REGISTER_RESULTS_MAX) {
        diag_error(form->diags, form_place(form), "P006",
            "the search found %lld documents, and the Federal Register shows at most %d",
            (long long)form->page.count, REGISTER_RESULTS_MAX);
        diag_hint(form->diags, "ask for a shorter span of publication_date");
    }
    if (results == NULL && form->page.count == 0)
        return; /* this is how it says that there are none */
    if (!json_object_is_type(results, json_type_array)) {
        diag_error(form->diags, form_place(form), "P004",
            "a page of the Federal Register counts %lld documents and has no list \"results\"",
            (long long)form->page.count);
        return;
    }
    for (size_t i = 0; i < json_object_array_length(results); i++)
        form_read_register_document(form, json_object_array_get_idx(results, i));
}

/* ---- the list of orders ---- */

static struct texts read_hts(struct notice_form *form, struct json_object *order)
{
    struct text_set codes = {.len = 0};
    struct json_object *list = form_get(order, "hts_numbers");
    for (size_t i = 0; json_object_is_type(list, json_type_array) && i < json_object_array_length(list);
         i++) {
        struct json_object *item = json_object_array_get_idx(list, i);
        const char *text = json_object_is_type(item, json_type_string) ? json_object_get_string(item) : "";
        char code[CODE_SIZE];
        size_t len = 0;
        for (; *text != '\0' && len + 1 < sizeof code; text++)
            if (*text != '.')
                code[len++] = *text;
        if (len > 2 && code_is_hs((struct slice){code, len}))
            text_set_add(&codes, (struct slice){code, len}, form->arena);
    }
    return text_set_copy(&codes, form->arena);
}

/* An order that is in force on the day of the list; its own day is not in it. */
static void read_order(struct notice_form *form, struct json_object *order, int32_t day)
{
    struct text_set cases = {.len = 0}, origins = {.len = 0};
    const char *id = form_text(order, "case_number");
    form->page.documents++;
    form_seek(form, id);
    if (form_need(form, order, "case_number", "an order") == NULL)
        return;
    const char *product = form_need(form, order, "product", "an order");
    notice_text_cases(id, &cases, form->arena);
    if (cases.len != 1) {
        char quote[QUOTE_SIZE];
        diag_error(form->diags, form_place(form), "P005", "case_number %s is not one such as A-552-821",
            payload_quote(slice_of(id), quote));
        return;
    }
    notice_text_countries(text_or_empty(order, "country"), form->input->countries, &origins, form->arena);
    struct notice notice = {
        .id = arena_printf(form->arena, "%s@orders", cases.items[0]),
        .market = "US",
        .agency = "ITA",
        .title = product,
        .url = "",
        .product = product,
        .cases = text_set_copy(&cases, form->arena),
        .origins = text_set_copy(&origins, form->arena),
        .codes = read_hts(form, order),
        .proceeding = PROCEEDING_INVESTIGATION,
        .laws = id[0] == 'A' ? LAW_ANTI_DUMPING : LAW_COUNTERVAILING,
        .listed = true,
        .in_force = true,
        .published = day,
        .effective = DATE_NONE,
        .due = DATE_NONE,
    };
    if (product != NULL)
        form_push(form, &notice);
}

/* When the source made the list, in its own words; the day it was had where it does not say. */
static int32_t day_of_list(struct notice_form *form, struct json_object *list)
{
    struct json_object *sources = form_get(list, "sources_used");
    struct json_object *source =
        json_object_is_type(sources, json_type_array) ? json_object_array_get_idx(sources, 0) : NULL;
    const char *updated = text_or_empty(source, "source_last_updated"); /* 2019-10-23T13:38:41.273+00:00 */
    int32_t day;
    struct slice text = {updated, strnlen(updated, DATE_TEXT_SIZE - 1)};
    return date_parse(text, &day) == 0 ? day : form->input->day;
}

void form_read_orders(struct notice_form *form, struct json_object *list)
{
    struct json_object *results = form_get(list, "results");
    struct json_object *total = form_get(list, "total");
    int32_t day = day_of_list(form, list);
    if (json_object_is_type(total, json_type_int))
        form->page.count = json_object_get_int64(total);
    if (!json_object_is_type(results, json_type_array)) {
        diag_error(form->diags, form_place(form), "P004", "a list of orders has no list \"results\"");
        return;
    }
    for (size_t i = 0; i < json_object_array_length(results); i++)
        read_order(form, json_object_array_get_idx(results, i), day);
}
