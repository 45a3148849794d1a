#include "feeds/pages.h"

#include <stdio.h>
#include <string.h>

#include "feeds/pick.h"
#include "feeds/url.h"

/* What is being read. */
struct reading {
    struct pages *pages;
    const struct ask *ask;
    const struct ask_pages *words;
    const char *feed_url;
    struct slice body;
    struct arena *arena;
};

static enum paging refuse(const struct reading *reading, enum ask_meaning meaning, const char *before,
    const char *what, const char *behind)
{
    reading->pages->meaning = meaning;
    snprintf(reading->pages->fault, PAGES_FAULT_SIZE, "%s%.100s%s", before, what, behind);
    return PAGE_WRONG;
}

/* What stands at a path of the answer, first; NULL: nothing. */
static const char *pick_first(const struct reading *reading, const char *path)
{
    struct picked picked;
    int r = pick_values(reading->body, path, reading->arena, &picked);
    const char *first = r == 0 && picked.len > 0 && picked.items[0][0] != '\0' ? picked.items[0] : NULL;
    picked_deinit(&picked);
    return first;
}

/* ---- an answer names the next one ---- */

static bool is_same_host(const struct reading *reading, const char *url)
{
    const char *feed_url = reading->feed_url;
    return url_fault(url) == NULL && strncmp(url, feed_url, strcspn(feed_url, ":") + 1) == 0 &&
           str_equal(url_host(url, reading->arena), url_host(feed_url, reading->arena));
}

/* Where {page} stands for nothing, what the answer names can only be the next URL. */
static bool uses_page(const struct reading *reading)
{
    bool used = url_uses(reading->feed_url, "page");
    for (size_t i = 0; i < reading->ask->field_len; i++)
        used = used || form_uses(reading->ask->fields[i].value, "page");
    return used;
}

static enum paging take_next(const struct reading *reading)
{
    struct pages *pages = reading->pages;
    const char *next = pick_first(reading, reading->words->next);
    if (next == NULL)
        return PAGE_LAST;
    bool is_url = !uses_page(reading) || str_starts(next, "https://") || str_starts(next, "http://");
    const char *before = is_url ? pages->url : pages->text;
    if (before != NULL && str_equal(next, before))
        return refuse(reading, ASK_CHANGED, "the answer names itself as the next page, ", next, "");
    if (is_url && !is_same_host(reading, next))
        return refuse(reading, ASK_CHANGED, "the next page is on another host: ", next, "");
    if (is_url)
        pages->url = next;
    else
        pages->text = next;
    return PAGE_MORE;
}

/* ---- pages are counted ---- */

/* The next number in a row. */
static enum paging count_on(const struct reading *reading)
{
    int64_t first = 0;
    (void)str_to_int64(slice_of(reading->words->first), &first); /* ask_read has seen that it is one */
    first += reading->words->step * (int64_t)(reading->pages->number + 1);
    reading->pages->text = arena_printf(reading->arena, "%lld", (long long)first);
    return PAGE_MORE;
}

/* The source says how many pages or records there are. One that says something else in the middle has changed
 * meanwhile. */
static enum paging take_count(const struct reading *reading)
{
    struct pages *pages = reading->pages;
    const struct ask_pages *words = reading->words;
    const char *path = words->pages != NULL ? words->pages : words->total;
    const char *text = pick_first(reading, path);
    int64_t n;
    if (text == NULL || str_to_int64(slice_of(text), &n) < 0 || n < 0)
        return refuse(reading, ASK_CHANGED, "the answer has no number ", path, "");
    if (pages->number == 0)
        pages->said = n;
    if (n != pages->said)
        return refuse(reading, ASK_FAILED, "", path, " has changed from one page to the next");
    pages->count = words->pages != NULL ? n : (n + words->size - 1) / words->size;
    if (n == 0)
        return PAGE_NONE;
    return (int64_t)pages->number + 1 < pages->count ? count_on(reading) : PAGE_LAST;
}

/* It does not say: behind a full page there may be another. */
static enum paging take_records(const struct reading *reading)
{
    struct picked picked;
    int r = pick_values(reading->body, reading->words->records, reading->arena, &picked);
    int64_t n = (int64_t)picked.len;
    picked_deinit(&picked);
    if (r < 0)
        return refuse(reading, ASK_CHANGED, "the answer cannot be read for ", reading->words->records, "");
    if (n == 0)
        return PAGE_NONE;
    return n >= reading->words->size ? count_on(reading) : PAGE_LAST;
}

enum paging pages_take(
    struct pages *pages, const struct ask *ask, const char *feed_url, struct slice body, struct arena *arena)
{
    struct reading reading = {pages, ask, &ask->pages, feed_url, body, arena};
    enum paging paging = PAGE_LAST;
    if (ask->pages.next != NULL)
        paging = take_next(&reading);
    else if (ask->pages.records != NULL)
        paging = take_records(&reading);
    else if (ask->pages.first != NULL)
        paging = take_count(&reading);
    pages->number += paging == PAGE_MORE;
    return paging;
}
