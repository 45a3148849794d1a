/* How feeds are, as JSON. */
#ifndef IO_FEED_JSON_H
#define IO_FEED_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct feed_status {
    const char *feed, *health, *text;
    int32_t newest;                              /* month; PERIOD_NONE */
    int lag;                                     /* months that are due and not there */
    int64_t due_ms;                              /* when the next month is due; 0: nobody knows */
    int64_t succeeded_ms, attempted_ms, next_ms; /* 0: never */
    int failures;                                /* in a row */
    bool any;                                    /* a payload was accepted */
    size_t rows, revised;                        /* of the newest one */
    size_t held;                                 /* payloads in quarantine */
    const char *host;                            /* NULL: it is imported only */
    int64_t used, per_day;                       /* requests to the host today; per_day 0: no limit */
};

/* {"feeds": [...]}, one object for each. 0 or -EIO. */
int feed_json_write(const struct feed_status *feeds, size_t n, FILE *out);

#endif
