#include "app/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR_MIN = 10, BAR_MAX = 40, WIDTH_MAX = 200 };

void progress_start(struct progress *progress, size_t all)
{
    struct winsize size = {0};
    *progress = (struct progress){.all = all, .start_ms = clock_monotonic_ms()};
    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        progress->width = size.ws_col > 0 && size.ws_col < WIDTH_MAX ? size.ws_col : 80;
}

/* "1,234,567" */
static const char *grouped(uint64_t n, char buf[32])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, n), out = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf[out++] = ',';
        buf[out++] = digits[i];
    }
    buf[out] = '\0';
    return buf;
}

/* "45 s", "12 min", "3 h 20 min" */
static const char *duration(int64_t s, char buf[32])
{
    if (s < 90)
        snprintf(buf, 32, "%" PRId64 " s", s);
    else if (s < 90 * 60)
        snprintf(buf, 32, "%" PRId64 " min", (s + 30) / 60);
    else
        snprintf(buf, 32, "%" PRId64 " h %" PRId64 " min", s / 3600, s % 3600 / 60);
    return buf;
}

static const char *time_left(const struct progress *progress, int64_t passed_ms, char buf[32])
{
    if (progress->done == 0)
        return "…";
    return duration(
        passed_ms * (int64_t)(progress->all - progress->done) / (int64_t)progress->done / 1000, buf);
}

const char *progress_text(const struct progress *progress, int64_t now_ms, char buf[PROGRESS_TEXT_SIZE])
{
    char rows[32], rate[32], left[32], facts[200], bar[BAR_MAX + 1];
    int64_t passed_ms = now_ms - progress->start_ms;
    uint64_t a_second = passed_ms > 0 ? progress->rows * UINT64_C(1000) / (uint64_t)passed_ms : 0;
    int used = snprintf(facts, sizeof facts, " %zu/%zu months, %s rows, %s/s, %s left", progress->done,
        progress->all, grouped(progress->rows, rows), grouped(a_second, rate),
        time_left(progress, passed_ms, left));
    int room = progress->width - used - 3; /* its brackets, and the column that must stay free */
    room = room > BAR_MAX ? BAR_MAX : room;
    if (room < BAR_MIN) {
        snprintf(buf, PROGRESS_TEXT_SIZE, "%s", facts + 1);
        return buf;
    }
    size_t full = progress->all > 0 ? (size_t)room * progress->done / progress->all : 0;
    memset(bar, '#', full);
    memset(bar + full, '.', (size_t)room - full);
    bar[room] = '\0';
    snprintf(buf, PROGRESS_TEXT_SIZE, "[%s]%s", bar, facts);
    return buf;
}

void progress_draw(const struct progress *progress)
{
    char text[PROGRESS_TEXT_SIZE];
    if (progress->width == 0)
        return;
    printf("\r\033[K%s", progress_text(progress, clock_monotonic_ms(), text)); /* ECMA-48: erase in line */
    (void)fflush(stdout);
}

void progress_clear(const struct progress *progress)
{
    if (progress->width > 0)
        fputs("\r\033[K", stdout);
}
