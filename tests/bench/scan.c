/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str feeds/record feeds/scan_csv daemon/io/file */
/* How fast CSV is cut into fields: our scanner, each of its ways, and libcsv. One core, the file in memory.
 *
 *     scan FILE ROUNDS
 *
 * Prints a line for each round and way: its name, rows, fields, and nanoseconds. All must count the same. */
#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "feeds/scan_csv.h"
#include "io/file.h"

static const size_t FILE_BYTES_MAX = (size_t)16 << 30;

struct counts {
    size_t rows, fields, bytes;
};

static struct counts count_by_scanner(struct slice text, enum scan_way way)
{
    struct scan scan;
    struct record record;
    struct counts counts = {0};
    scan_init(&scan, text, ',', way);
    while (scan_next(&scan, &record) > 0) {
        counts.rows++;
        counts.fields += record.len;
        for (size_t i = 0; i < record.len; i++)
            counts.bytes += record_field(&record, i).len;
    }
    scan_deinit(&scan);
    return counts;
}

static void on_field(void *text, size_t len, void *userdata)
{
    (void)text;
    ((struct counts *)userdata)->fields++;
    ((struct counts *)userdata)->bytes += len;
}

static void on_row(int end, void *userdata)
{
    (void)end;
    ((struct counts *)userdata)->rows++;
}

static struct counts count_by_libcsv(struct slice text)
{
    struct csv_parser parser;
    struct counts counts = {0};
    if (csv_init(&parser, CSV_STRICT) != 0)
        abort();
    csv_parse(&parser, text.data, text.len, on_field, on_row, &counts);
    csv_fini(&parser, on_field, on_row, &counts);
    csv_free(&parser);
    return counts;
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

enum { LIBCSV = SCAN_WAY_COUNT, WAYS };

static void measure(struct slice text, int way)
{
    static const char *const names[WAYS] = {
        [SCAN_PORTABLE] = "portable", [SCAN_SSE2] = "SSE2", [SCAN_AVX2] = "AVX2", [LIBCSV] = "libcsv"};
    if (way != LIBCSV && !scan_has_way((enum scan_way)way))
        return;
    int64_t begun = now_ns();
    struct counts counts = way == LIBCSV ? count_by_libcsv(text) : count_by_scanner(text, (enum scan_way)way);
    printf("%s %zu %zu %lld\n", names[way], counts.rows, counts.fields, (long long)(now_ns() - begun));
}

int main(int argc, char **argv)
{
    struct arena arena = ARENA_NULL;
    struct slice text;
    if (argc != 3 || file_read(argv[1], FILE_BYTES_MAX, &arena, &text) < 0) {
        fputs("usage: scan FILE ROUNDS; and FILE must be readable\n", stderr);
        return 2;
    }
    for (int round = 0; round < atoi(argv[2]); round++)
        for (int way = 0; way < WAYS; way++)
            measure(text, way);
    arena_deinit(&arena);
    return 0;
}
