/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/diag daemon/base/keys daemon/base/map daemon/base/node daemon/base/parallel daemon/base/str daemon/core/code daemon/core/country daemon/core/date daemon/core/dataset daemon/core/period daemon/core/row daemon/io/file daemon/io/yaml feeds/decode feeds/decode_csv feeds/decode_json feeds/json_alike feeds/decode_xml feeds/decode_xlsx feeds/caption feeds/workbook feeds/number feeds/wanted feeds/said feeds/record feeds/scan_csv feeds/descriptor feeds/format feeds/ask feeds/url feeds/payload feeds/vocabulary feeds/words feeds/condition feeds/fields_check feeds/notices_form feeds/rate_columns daemon/core/rates feeds/unpack feeds/calendar feeds/decode_set feeds/header feeds/decode_pieces */
/* How fast records of UN Comtrade are decoded: the descriptor's fields of each, as a feed does it. One core;
 * the file is mapped.
 *
 *     json make FILE RECORDS     writes made-up records of 47 members, as a list
 *     json read FEED FILE        prints rows, the sum of their values, and the memory of its own in MB */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/period.h"
#include "feeds/decode.h"
#include "io/file.h"
#include "io/yaml.h"

static const size_t FILE_BYTES_MAX = (size_t)16 << 30;

/* ---- the file ---- */

static uint64_t mix(uint64_t n)
{
    n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9); /* splitmix64 */
    n = (n ^ n >> 27) * UINT64_C(0x94d049bb133111eb);
    return n ^ n >> 31;
}

/* As the service writes them without descriptions. */
static void put_record(FILE *file, size_t i)
{
    static const int reporters[] = {392, 410, 699, 124, 36}, partners[] = {0, 704, 156, 764, 360};
    uint64_t random = mix(i + 1);
    int month = (int)(i / 25 % 120), year = 2016 + month / 12;
    double value = (double)(random % 1000000000) / 100;
    fprintf(file,
        "%s{\"typeCode\":\"C\",\"freqCode\":\"M\",\"refPeriodId\":%d%02d01,\"refYear\":%d,\"refMonth\":%d,"
        "\"period\":\"%d%02d\",\"reporterCode\":%d,\"reporterISO\":null,\"reporterDesc\":null,\"flowCode\":"
        "\"M\",\"flowDesc\":null,\"partnerCode\":%d,\"partnerISO\":null,\"partnerDesc\":null,"
        "\"partner2Code\":0,\"partner2ISO\":null,\"partner2Desc\":null,\"classificationCode\":\"H6\","
        "\"classificationSearchCode\":\"HS\",\"isOriginalClassification\":true,\"cmdCode\":\"%06zu\","
        "\"cmdDesc\":null,\"aggrLevel\":null,\"isLeaf\":null,\"customsCode\":\"C00\",\"customsDesc\":null,"
        "\"mosCode\":\"0\",\"motCode\":0,\"motDesc\":null,\"qtyUnitCode\":8,\"qtyUnitAbbr\":null,\"qty\":%."
        "3f,"
        "\"isQtyEstimated\":false,\"altQtyUnitCode\":8,\"altQtyUnitAbbr\":null,\"altQty\":%.1f,"
        "\"isAltQtyEstimated\":false,\"netWgt\":%.3f,\"isNetWgtEstimated\":%s,\"grossWgt\":0.0,"
        "\"isGrossWgtEstimated\":false,\"cifvalue\":%.2f,\"fobvalue\":null,\"primaryValue\":%.2f,"
        "\"legacyEstimationFlag\":0,\"isReported\":false,\"isAggregate\":true}",
        i > 0 ? "," : "[", year, month % 12 + 1, year, month % 12 + 1, year, month % 12 + 1, reporters[i % 5],
        partners[i / 5 % 5], 10000 + i / 3000, value / 3, value / 3, value / 3,
        random % 7 == 0 ? "true" : "false", value, value);
}

static int make(const char *path, size_t records)
{
    FILE *file = fopen(path, "w");
    for (size_t i = 0; file != NULL && i < records; i++)
        put_record(file, i);
    return file != NULL && fputs("]\n", file) >= 0 && fclose(file) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- reading ---- */

/* Memory that is not the file's. */
static double own_mb(void)
{
    char line[128];
    double kb = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "RssAnon:", 8) == 0)
            kb = strtod(line + 8, NULL);
    if (status != NULL)
        fclose(status);
    return kb / 1024;
}

static int64_t sum_values(const struct datasets *payload)
{
    int64_t sum = 0;
    int32_t first, last;
    struct dataset_entry row;
    datasets_span(payload, &first, &last);
    for (size_t i = 0; i < payload->len; i++)
        for (int32_t period = first; period <= last; period++) {
            struct dataset_cursor cursor = dataset_month(&payload->items[i], period);
            while (dataset_next(&cursor, &row))
                sum += row.figures[COLUMN_VALUE];
        }
    return sum;
}

static const struct node *document_of(const char *path, struct arena *arena, struct diag_list *diags)
{
    struct slice text;
    const struct node *document;
    if (file_read(path, 1 << 20, arena, &text) == 0 && yaml_parse(path, text, arena, &document, diags) == 0)
        return document;
    exit(EXIT_FAILURE);
}

static int read_file(const char *feed, const char *path)
{
    struct arena arena = ARENA_NULL;
    struct diag_list diags = DIAG_LIST_NULL;
    struct countries countries = COUNTRIES_NULL;
    struct descriptor descriptor;
    struct slice text;
    struct datasets payload;
    if (countries_add(&countries, node_get(document_of("feeds/countries.yaml", &arena, &diags), "countries"),
            &diags) < 0 ||
        descriptor_read(document_of(feed, &arena, &diags), &descriptor, &diags) < 0 ||
        file_map(path, FILE_BYTES_MAX, &arena, &text) < 0)
        return EXIT_FAILURE;
    descriptor.json.records = "";
    descriptor.max_bytes = (int64_t)FILE_BYTES_MAX;
    struct decode_input input = {&descriptor, &countries, text, path, 1, NULL};
    if (decode_payload(&input, &payload, &diags) < 0) {
        fprintf(stderr, "%s\n", diag_line(&diags, &diags.items[0]));
        return EXIT_FAILURE;
    }
    printf("rows=%zu sum=%" PRId64 " own_mb=%.1f\n", payload.items[0].rows, sum_values(&payload), own_mb());
    return EXIT_SUCCESS; /* the system frees all */
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "make") == 0)
        return make(argv[2], strtoul(argv[3], NULL, 10));
    if (argc == 4 && strcmp(argv[1], "read") == 0)
        return read_file(argv[2], argv[3]);
    fputs("usage: json make FILE RECORDS | json read FEED FILE\n", stderr);
    return EXIT_FAILURE;
}
