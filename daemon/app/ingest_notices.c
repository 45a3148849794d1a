#include "app/ingest_notices.h"

#include <errno.h>

#include "app/enforce.h"
#include "core/date.h"
#include "feeds/notices.h"
#include "io/store_notice.h"

/* Documents of the pages of one search, so far. */
struct search {
    int64_t documents;
};

/* The last page of a search says how many documents all of them have. */
static void check_whole(
    struct search *search, const struct notices_page *page, const char *file, struct diag_list *diags)
{
    search->documents += (int64_t)page->documents;
    if (page->next != NULL)
        return;
    if (page->count >= 0 && search->documents != page->count)
        diag_error(diags, (struct place){file, 0, 0}, "P009",
            "the source counts %lld documents, and its pages have %lld", (long long)page->count,
            (long long)search->documents);
    search->documents = 0;
}

int ingest_read_notices(const struct setup *setup, const struct descriptor *feed,
    const struct engine_message *message, const char *file, struct notices *ret_notices,
    struct diag_list *diags)
{
    struct arena arena = ARENA_NULL;
    struct search search = {0};
    size_t n = message->end_count > 1 ? message->end_count : 1, errors = diags->errors;
    *ret_notices = NOTICES_NULL;
    for (size_t i = 0, from = 0; i < n; i++) {
        size_t end = n > 1 ? message->ends[i] : message->body.len;
        struct notices_page page;
        struct notices_input input = {
            .payload = {message->body.data + from, end - from},
            .file = n > 1 ? arena_printf(&arena, "%s[%zu]", file, i + 1) : file,
            .countries = &setup->reference.countries,
            .day = date_of_ms(message->now_ms),
            .form = (enum notices_form)feed->notices,
        };
        if (notices_read(&input, ret_notices, &page, diags) == 0)
            check_whole(&search, &page, input.file, diags);
        from = end;
    }
    arena_deinit(&arena);
    return diags->errors > errors ? -EBADMSG : 0;
}

int ingest_commit_notices(struct engine *engine, const struct notices *notices, int64_t payload,
    const struct announcement *why, size_t *ret_kept)
{
    struct announcement news = *why;
    size_t kept = 0;
    int r = store_put_notices(engine->store, notices, payload, &kept);
    news.reason = "case";
    if (r == 0 && kept > 0)
        r = enforce_cases(engine, &news);
    if (r == 0)
        *ret_kept = kept;
    return r;
}
