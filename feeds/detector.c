#include "feeds/detector.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/digest.h"
#include "core/period.h"
#include "feeds/pick.h"

enum { TEXT_MAX = 256 * 1024, MONTHS_MAX = 12 * 300, HEX_DIGITS = 16 };

/* Values of a month. */
struct month_sum {
    int32_t period;
    uint64_t sum;
};

/* The first 64 bits of SHA-256. Added up, since the same value may stand twice. */
static uint64_t sum_of(const char *value)
{
    struct digest digest = digest_of(value, strlen(value));
    digest.hex[HEX_DIGITS] = '\0';
    return strtoull(digest.hex, NULL, 16);
}

static int by_period(const void *left, const void *right)
{
    const struct month_sum *a = left, *b = right;
    return (a->period > b->period) - (a->period < b->period);
}

static const char *text_of_all(const struct picked *values, struct arena *arena)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < values->len; i++)
        sum += sum_of(values->items[i]);
    return values->len > 0 ? arena_printf(arena, "%016" PRIx64, sum) : NULL;
}

static const char *print_months(const struct month_sum *sums, size_t n, struct arena *arena)
{
    struct buf out;
    char month[PERIOD_TEXT_SIZE];
    buf_init(&out, TEXT_MAX);
    int r = 0;
    for (size_t i = 0, end; i < n && r == 0; i = end) {
        uint64_t sum = 0;
        for (end = i; end < n && sums[end].period == sums[i].period; end++)
            sum += sums[end].sum;
        r = buf_printf(&out, "%s%s=%016" PRIx64, i > 0 ? " " : "", period_format(sums[i].period, month), sum);
    }
    const char *text = r == 0 ? arena_strdup(arena, buf_text(&out)) : NULL;
    buf_deinit(&out);
    return text;
}

static const char *text_of_months(
    const struct picked *values, const struct picked *months, struct arena *arena)
{
    if (values->len == 0 || values->len != months->len)
        return NULL;
    struct month_sum *sums = alloc_zeroed(values->len, sizeof *sums);
    bool sound = true;
    for (size_t i = 0; i < values->len && sound; i++) {
        sound = period_parse(slice_of(months->items[i]), &sums[i].period) == 0;
        sums[i].sum = sum_of(values->items[i]);
    }
    qsort(sums, values->len, sizeof *sums, by_period);
    const char *text = sound ? print_months(sums, values->len, arena) : NULL;
    alloc_free(sums);
    return text;
}

static const char *text_of_values(const struct ask_detector *detector, struct slice body, struct arena *arena)
{
    struct picked values, months = {0};
    struct arena scratch = ARENA_NULL;
    const char *text = NULL;
    int r = pick_values(body, detector->value, &scratch, &values);
    if (r == 0 && detector->month != NULL)
        r = pick_values(body, detector->month, &scratch, &months);
    if (r == 0)
        text =
            detector->month != NULL ? text_of_months(&values, &months, arena) : text_of_all(&values, arena);
    picked_deinit(&values);
    picked_deinit(&months);
    arena_deinit(&scratch);
    return text;
}

const char *detector_text(
    const struct ask_detector *detector, const struct detector_answer *answer, struct arena *arena)
{
    switch ((enum ask_header)detector->header) {
    case ASK_HEADER_NONE:
        return text_of_values(detector, answer->body, arena);
    case ASK_HEADER_ETAG:
        return answer->etag != NULL ? arena_strdup(arena, answer->etag) : NULL;
    case ASK_HEADER_LAST_MODIFIED:
        return answer->last_modified != NULL ? arena_strdup(arena, answer->last_modified) : NULL;
    }
    return NULL;
}

/* ---- what differs ---- */

/* Whether the line has this word. */
static bool has_word(const char *line, struct slice word)
{
    for (size_t n; *line != '\0'; line += n + (line[n] == ' ')) {
        n = strcspn(line, " ");
        if (n == word.len && memcmp(line, word.data, n) == 0)
            return true;
    }
    return false;
}

size_t detector_changed(const char *before, const char *now, struct arena *arena, int32_t **ret_months)
{
    int32_t *months = arena_array(arena, MONTHS_MAX, sizeof *months);
    size_t len = 0;
    for (size_t n; *now != '\0' && len < MONTHS_MAX; now += n + (now[n] == ' ')) {
        n = strcspn(now, " ");
        int32_t period;
        struct slice month = {now, strcspn(now, "= ")};
        if (!has_word(before, (struct slice){now, n}) && period_parse(month, &period) == 0)
            months[len++] = period;
    }
    *ret_months = months;
    return len;
}
