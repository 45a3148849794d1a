/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/str daemon/core/period feeds/ask feeds/url feeds/answer feeds/named_text feeds/gather daemon/core/date feeds/detector feeds/pages daemon/base/digest feeds/pick feeds/scan_csv */
/* Any answers to a search with pages, one a line, the first letter of each saying its status. The gather
 * ends, and asks nobody but the feed's own host. */
#include <stdlib.h>
#include <string.h>

#include "core/date.h"
#include "core/period.h"
#include "feeds/gather.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char site[] = "https://a.example";

static void require(bool holds)
{
    if (!holds)
        abort();
}

static bool is_of_site(const char *url)
{
    size_t len = sizeof site - 1;
    return strncmp(url, site, len) == 0 && (url[len] == '\0' || strchr("/?#", url[len]) != NULL);
}

static struct ask ask_of_search(void)
{
    static struct ask_answer answers[] = {
        {.status = 200, .count = "count", .at_least = 100, .at_most = -1, .means = ASK_TOO_MUCH}};
    return (struct ask){
        .by_period = true,
        .from = period_make(2025, 1),
        .window = 4,
        .revise = 2,
        .per_request = 2,
        .fields = {{"q", "{ ?a {first:%Y-%m-%d} {} {x {last:%d}"}},
        .field_len = 1,
        .pages = {.first = "1", .step = 1, .next = "next"},
        .current = true,
        .answers = answers,
        .answer_len = 1,
    };
}

static struct gather_answer answer_of(const char *line, size_t len)
{
    static const long statuses[] = {200, 204, 413, 429, 500};
    size_t first = len > 0 ? (unsigned char)line[0] % (sizeof statuses / sizeof *statuses) : 0;
    return (struct gather_answer){
        statuses[len > 0 && line[0] == '{' ? 0 : first], {line, len}, NULL, 1, NULL, NULL, NULL};
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    struct ask ask = ask_of_search();
    struct gather_span span = {.last = period_make(2025, 11), .today = date_make(2025, 12, 7)};
    struct gather *gather = gather_new(
        "https://a.example/find?from={first:%Y-%m-%d}&to={last:%Y-%m-%d}", &ask, &span, 100 * 1000);
    const char *line = (const char *)data, *end = line + size;
    bool more = gather_url(gather) != NULL;
    for (int asked = 0; more; asked++) {
        require(asked <= 10 * GATHER_REQUESTS_MAX);
        require(is_of_site(gather_url(gather)));
        require(gather_form(gather) != NULL);
        const char *stop = line < end ? memchr(line, '\n', (size_t)(end - line)) : NULL;
        size_t len = stop != NULL ? (size_t)(stop - line) : (size_t)(end - line);
        struct gather_answer answer = answer_of(size > 0 ? line : "", len);
        more = gather_take(gather, &answer);
        line = stop != NULL ? stop + 1 : (const char *)data; /* and again from the beginning */
    }
    require(gather_url(gather) == NULL);
    gather_free(gather);
    return 0;
}
