#include <string.h>

#include "feeds/notice_title.h"

#define LEN(array) (sizeof(array) / sizeof *(array))

static const struct title_word proceedings[] = {
    {"circumvention", PROCEEDING_CIRCUMVENTION},
    {"consigned from", PROCEEDING_CIRCUMVENTION},
    {"expiry review", PROCEEDING_SUNSET},
    {"impending expiry", PROCEEDING_SUNSET},
    {"interim review", PROCEEDING_REVIEW},
    {"new exporter review", PROCEEDING_REVIEW},
    {"reopening", PROCEEDING_REVIEW},
    {"anti-dumping", PROCEEDING_INVESTIGATION},
    {"anti-subsidy", PROCEEDING_INVESTIGATION},
    {"countervailing", PROCEEDING_INVESTIGATION},
    {"safeguard", PROCEEDING_INVESTIGATION},
};

static const struct title_word steps[] = {
    {"terminating", STEP_TERMINATION},
    {"termination", STEP_TERMINATION},
    {"repealing", STEP_REVOCATION},
    {"notice of the expiry", STEP_REVOCATION},
    {"notice of expiry", STEP_REVOCATION},
    {"impending expiry", STEP_OTHER},
    {"notice of initiation", STEP_INITIATION},
    {"notice initiating", STEP_INITIATION},
    {"initiating", STEP_INITIATION},
    {"subject to registration", STEP_REGISTRATION},
    {"provisional", STEP_PRELIMINARY},
    {"imposing a definitive", STEP_ORDER},
    {"imposing definitive", STEP_ORDER},
    {"extending the definitive", STEP_ORDER},
    {"amending", STEP_OTHER},
};

/* The earliest of several words behind `text`, or its end. */
static const char *stop_at(const char *text, const char *const *words, size_t n)
{
    const char *end = text + strlen(text);
    for (size_t i = 0; i < n; i++) {
        const char *at = notice_text_find(text, words[i]);
        if (at != NULL && at < end)
            end = at;
    }
    return end;
}

/* "imports of Product originating in": up to where the country, or the next clause, begins. */
static const char *read_product(const char *title, struct arena *arena)
{
    static const char *const ends[] = {
        "originating in", "consigned from", "originating, inter alia", "following", "pursuant to"};
    const char *imports = notice_text_find(title, "imports of");
    if (imports == NULL)
        return "";
    imports += strlen("imports of");
    return notice_title_trim(
        (struct slice){imports, (size_t)(stop_at(imports, ends, LEN(ends)) - imports)}, arena);
}

/* Countries stand behind "originating in"; of circumvention, behind "consigned from" or else "by imports of
 * the product": those that it names last. */
static void read_origins(
    const char *title, const struct countries *countries, struct arena *arena, struct notice_title *read)
{
    static const char *const ends[] = {
        "whether declared", "following", "pursuant to", "and amending", "and repealing", "and terminating"};
    const char *from = notice_text_find(title, "consigned from");
    if (from == NULL)
        from = notice_text_find(title, "originating in");
    if (from == NULL)
        return;
    const char *end = stop_at(from, ends, LEN(ends));
    notice_text_countries(arena_strndup(arena, from, (size_t)(end - from)), countries, &read->origins, arena);
}

void notice_title_eu(
    const char *title, const struct countries *countries, struct arena *arena, struct notice_title *ret_title)
{
    struct notice_title read = {.product = read_product(title, arena), .laws = notice_text_laws(title)};
    int proceeding = notice_title_first_row(title, proceedings, LEN(proceedings));
    int step = notice_title_first_row(title, steps, LEN(steps));
    read.proceeding = proceeding >= 0 ? (enum notice_proceeding)proceeding : PROCEEDING_OTHER;
    read.step = step >= 0 ? (enum notice_step)step : STEP_OTHER;
    if (read.proceeding == PROCEEDING_SUNSET && read.step == STEP_ORDER)
        read.step = STEP_CONTINUATION; /* a definitive duty after an expiry review goes on */
    if (read.step == STEP_TERMINATION && read.proceeding == PROCEEDING_SUNSET)
        read.step = STEP_REVOCATION;
    read.correction = notice_text_has(title, "corrigendum");
    read_origins(title, countries, arena, &read);
    *ret_title = read;
}
