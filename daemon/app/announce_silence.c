/* What is said of silences: that one is about to end, and that one has met no alert. */
#include <stdio.h>

#include "app/announce.h"
#include "base/clock.h"
#include "core/period.h"

/* A silence's alert, by what is said. */
static const struct {
    const char *rule;
    enum alert_event event;
    struct phrase title, advice;
} news_of[] = {
    [SILENCE_NEWS_ENDING] = {"silence-ending", EVENT_RAISED,
        {{"Lệnh tạm im {{product}} sắp hết hạn", "Silence {{product}} is about to end"}},
        {{"Nếu vẫn cần, lập lệnh mới bằng tdwatch silence add; tdwatch silence list liệt kê các lệnh.",
            "If it is still needed, make another with tdwatch silence add; tdwatch silence list shows "
            "all."}}},
    [SILENCE_NEWS_ENDED] = {"silence-ending", EVENT_CLEARED,
        {{"Lệnh tạm im {{product}} đã hết hạn", "Silence {{product}} has ended"}}, {{"", ""}}},
    [SILENCE_NEWS_UNMET] = {"silence-unmet", EVENT_RAISED,
        {{"Lệnh tạm im {{product}} không gặp cảnh báo nào", "Silence {{product}} has met no alert"}},
        {{"Kiểm tra xem các điều kiện của lệnh có viết đúng không.",
            "Check whether what it names is what was meant."}}},
};

/* "7 (rule=surge market=US, until 2026-12-01T08:00:00Z)" */
static const char *name_of(const struct silence *silence, struct arena *arena)
{
    char end[CLOCK_TEXT_SIZE];
    return arena_printf(arena, "%lld (%s; %s)", (long long)silence->id,
        matcher_texts_format(&silence->texts, arena), clock_format(silence_end_ms(silence), end));
}

int announce_silence(
    struct engine *engine, const struct silence_entry *entry, enum silence_news news, int64_t now_ms)
{
    struct arena arena = ARENA_NULL;
    const char *name = name_of(&entry->silence, &arena);
    const char *id = arena_printf(&arena, "%lld", (long long)entry->silence.id);
    int32_t month = period_of_ms(now_ms);
    bool ended = news == SILENCE_NEWS_ENDED;
    struct alert_record record = {
        .event = news_of[news].event,
        .reason = "silence",
        .scope = {news_of[news].rule, id, "", ""},
        .product_title = {{name, name}},
        .period = month,
        .raised = month,
        .severity = SEVERITY_WATCH,
        .state = ended ? ALERT_INACTIVE : ALERT_FIRING,
        .audience = AUDIENCE_INTERNAL,
        .title = news_of[news].title,
        .advice = news_of[news].advice,
        .sources = "",
        .vintage = "",
        .ruleset = engine->setup->ruleset->digest.hex,
        .at_ms = now_ms,
    };
    int r = announce_other(engine, &record, news == SILENCE_NEWS_UNMET);
    arena_deinit(&arena);
    return r;
}
