#include "feeds/descriptor_lint.h"

#include <string.h>
#include <strings.h>

#include "core/period.h"
#include "feeds/gather.h"
#include "feeds/notices_form.h"

#define LENGTH(array) (sizeof(array) / sizeof *(array))

enum { LICENCE_MIN = 8, OFTEN_S = 15 * 60 };

struct linting {
    const struct node *document;
    const struct descriptor *descriptor;
    struct diag_list *diags;
};

/* Where the value of a key stands; the document where the key is not there. */
static struct place key_place(const struct linting *linting, const char *key)
{
    const struct node *node = node_get(linting->document, key);
    return node != NULL ? node->place : linting->document->place;
}

/* Terms are looked up once, by who writes the descriptor, and then needed for years. */
static void check_licence(const struct linting *linting)
{
    static const char *const nothing[] = {"unknown", "none", "todo", "tbd", "n/a", "-", "?"};
    const char *licence = linting->descriptor->licence;
    bool empty = strlen(licence) < LICENCE_MIN;
    for (size_t i = 0; i < LENGTH(nothing); i++)
        empty |= strcasecmp(licence, nothing[i]) == 0;
    if (!empty)
        return;
    diag_warning(linting->diags, key_place(linting, "licence"), "F101",
        "the licence says nothing of the source's terms of use");
    diag_hint(
        linting->diags, "say who publishes, and whether the figures may be passed on and how they are named");
}

/* Nobody is told of a month that does not come. */
static void check_lateness(const struct linting *linting)
{
    const struct descriptor *descriptor = linting->descriptor;
    bool calendar = descriptor->calendar.day > 0 || descriptor->calendar.len > 0;
    if (descriptor->grace_s == 0) {
        diag_warning(linting->diags, linting->document->place, "F102",
            "without a grace no month is ever late: nobody is told when the source stops");
        diag_hint(linting->diags, "add grace: 10d");
    }
    if (!calendar && node_get(linting->document, "publication_lag") == NULL) {
        diag_warning(linting->diags, linting->document->place, "F103",
            "there is no calendar and no publication_lag: a month is taken to be due 45 days after its end");
        diag_hint(linting->diags, "add publication_lag, or the source's own days as calendar");
    }
}

static void check_calendar(const struct linting *linting, int32_t last)
{
    const struct calendar *calendar = &linting->descriptor->calendar;
    struct publishing publishing = {calendar, linting->descriptor->publication_lag_s, 0};
    if (calendar->len == 0)
        return;
    int64_t newest_ms = (calendar->days[calendar->len - 1] + INT64_C(1)) * 24 * 3600 * 1000;
    if (calendar_due_ms(&publishing, last + 1) > newest_ms)
        diag_warning(linting->diags, key_place(linting, "calendar"), "F104",
            "the calendar's last day has passed: months are due by publication_lag again");
}

/* A part of the months that is not used leaves the request without an end, or without a beginning. */
static void check_months(const struct linting *linting)
{
    const char *url = linting->descriptor->url;
    bool first = url_uses(url, "first"), last = url_uses(url, "last");
    if (first == last)
        return;
    diag_warning(linting->diags, key_place(linting, "url"), "F105",
        "{%s:…} of the URL is used without {%s:…}", first ? "first" : "last", first ? "last" : "first");
}

static void check_limits(const struct linting *linting)
{
    bool single = ask_is_single(&linting->descriptor->ask); /* its interval is a limit */
    if (!single && node_get(linting->document, "limits") == NULL) {
        diag_warning(linting->diags, linting->document->place, "F106",
            "there are no limits: the host is asked once a second, any number of times a day");
        diag_hint(linting->diags, "add limits: { pause: 1s, per_day: 450 }, as the source's terms say");
    }
    if (linting->descriptor->interval_s < OFTEN_S)
        diag_warning(linting->diags, key_place(linting, "interval"), "F107",
            "the source is asked more often than every 15 minutes for figures that are monthly");
}

static void check_requests(const struct linting *linting, int32_t last)
{
    const struct descriptor *descriptor = linting->descriptor;
    struct arena arena = ARENA_NULL;
    struct gather_span span = {.last = last};
    struct gather *gather = gather_new(descriptor->url, &descriptor->ask, &span, descriptor->max_bytes);
    int64_t n = 0;
    while (gather_planned(gather, (size_t)n, &arena) != NULL)
        n++;
    if (n == 0 && gather_meaning(gather) == ASK_CHANGED)
        diag_error(linting->diags, key_place(linting, "parameters"), "F108", "%s", gather_text(gather));
    else if (descriptor->ask.per_day > 0 && n > descriptor->ask.per_day)
        diag_warning(linting->diags, key_place(linting, "limits"), "F108",
            "the first poll makes %lld requests, and the day has %lld: it never ends", (long long)n,
            (long long)descriptor->ask.per_day);
    gather_free(gather);
    arena_deinit(&arena);
}

void descriptor_lint(
    const struct node *document, const struct descriptor *descriptor, int32_t last, struct diag_list *diags)
{
    struct linting linting = {document, descriptor, diags};
    check_licence(&linting);
    check_calendar(&linting, last);
    if (descriptor->url == NULL)
        return;
    if (descriptor->notices == NOTICES_NONE) /* they have no month that could be late */
        check_lateness(&linting);
    check_months(&linting);
    check_limits(&linting);
    check_requests(&linting, last);
}
