#include "app/status.h"

#include <inttypes.h>

#include "app/metrics.h"
#include "base/clock.h"

enum { PAGE_MAX = 16 * 1024 };

static bool outbox_adds_up(const struct store_counts *counts)
{
    return counts->pending + counts->delivered + counts->parked == counts->deliveries;
}

static const char *truth(bool value)
{
    return value ? "true" : "false";
}

int status_write(const struct status *status, struct buf *out)
{
    const struct store_counts *counts = &status->counts;
    char started[CLOCK_TEXT_SIZE];
    bool ok = !status->degraded && !status->reload_failed && outbox_adds_up(counts);
    return buf_printf(out,
        "{\"ok\":%s,\"version\":\"" TDWATCH_VERSION "\",\"started\":\"%s\",\"ruleset\":\"%s\","
        "\"rules_degraded\":%s,\"reload_failed\":%s,"
        "\"payloads\":%" PRId64 ",\"quarantined\":%" PRId64 ",\"revised\":%" PRId64
        ",\"alerts_open\":%" PRId64 ",\"events\":%" PRId64 ","
        "\"outbox\":{\"deliveries\":%" PRId64 ",\"pending\":%" PRId64 ",\"delivered\":%" PRId64
        ",\"parked\":%" PRId64 ",\"adds_up\":%s}}\n",
        truth(ok), clock_format(status->started_ms, started), status->ruleset.hex, truth(status->degraded),
        truth(status->reload_failed), counts->payloads, counts->quarantined, counts->observations_revised,
        counts->alerts_open, counts->events, counts->deliveries, counts->pending, counts->delivered,
        counts->parked, truth(outbox_adds_up(counts)));
}

static const struct page {
    const char *path, *type;
    int (*write)(const struct status *status, struct buf *out);
} PAGES[] = {
    {"/healthz", "application/json", status_write},
    {"/metrics", METRICS_TYPE, metrics_write},
};

static const struct page *find_page(const char *path)
{
    for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++)
        if (str_equal(PAGES[i].path, path))
            return &PAGES[i];
    return NULL;
}

void status_handle(void *userdata, struct http_request *request)
{
    const struct status *status = userdata;
    const struct page *page = find_page(http_request_path(request));
    struct buf text;
    if (page == NULL) {
        http_reply(request, 404, "text/plain", slice_of("the pages are /healthz and /metrics\n"));
        return;
    }
    if (str_equal(http_request_method(request), "POST")) {
        http_reply(request, 405, "text/plain", slice_of("read only\n"));
        return;
    }
    buf_init(&text, PAGE_MAX);
    int r = page->write(status, &text);
    http_reply_header(request, "Cache-Control", "no-store");
    http_reply(request, r == 0 ? 200 : 500, page->type, (struct slice){buf_text(&text), text.len});
    buf_deinit(&text);
}
