/* link:  */
/* Writes a bulk file in the form of Eurostat's Comext, 18 columns, as the benchmark reads it.
 *
 *     gen ROWS MONTHS SEED FILE           a history of MONTHS months to 2025-12, about ROWS rows
 *     gen ROWS MONTHS SEED FILE --next    the release that follows it: 2026-01, and 2025-12 revised
 *
 * The figures are made up, in the manner of the real ones: CN8 codes x 240 partners x 27 reporters, of which
 * few trade with each other; sizes by Zipf; small flows with many empty months; seasons; trends; and surges,
 * half of them with a falling price, which are what the job looks for.
 *
 * Every figure is a hash of the seed, its series and its month, so that a file depends on nothing but its
 * arguments, and the next release agrees with the history that it follows. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PRODUCTS = 5600, /* of six digits; the HS of 2022 has 5,612 */
    PARTNERS = 240,
    REPORTERS = 27,
    CN_CODES = 3, /* of eight digits in each of six */
    MONTHS_MIN = 36,
    MONTHS_MAX = 240,
    END_YEAR = 2026, /* the history ends before it */
    SURGE_MONTHS = 14,
    AGAIN_MONTHS = 1,    /* that a release brings again, whole, as statistical offices do … */
    REVISED_ONE_IN = 50, /* … with 2 % of them revised */
    TEXT_MAX = 1 << 20,
    ROW_MAX = 256,
};

/* ISO 3166-1, the greatest traders first. */
static const char partners[] =
    "CNUSGBCHNORUTRJPKRINBRTWMXCAVNAUZAUATHMYIDSGHKSAAEILEGMADZTNNGARCLPECOKZPKBDPHNZIQKWQAOMIRRSBAMKALME"
    "DEFRNLITESBEPLATCZSEIEDKHUPTROSKFIGRBGLTSIHREELVLUCYMT"
    "MDGEAMAZBYUZTMKGTJMNLKNPMMKHLABNMVBTAFLBJOSYYEBHPSLYSDETKETZUGRWBIGHCICMGAGNSNMLBFNEBJTGSLLRGMGWCVMRTDCF"
    "CGCDAOZMZWMZMGMUSCKMBWNALSSZMWSODJERSSSTGQRESHYTEHUYPYBOECVEPACRGTHNSVNICUDOHTJMTTBBBSBZGYSRGFGPMQAGDMGD"
    "KNLCVCAIVGVIKYTCMSAWCWSXBQBLMFPRBMPMGLFOISLIADSMVAMCGIIMJEGGAXFJPGSBVUNCPFWSTOTVKINRPWFMMHMPGUASCKNUTK"
    "WFNFCXCCFKMOKPTL";

static const char reporters[] = "DEFRNLITESBEPLATCZSEIEDKHUPTROSKFIGRBGLTSIHREELVLUCYMT";

static const char header[] = "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_"
                             "CPA22,PRODUCT_BEC,PRODUCT_BEC5,"
                             "PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,"
                             "QUANTITY_KG,QUANTITY_SUPPL_UNIT\n";

_Static_assert(sizeof partners == 2 * PARTNERS + 1, "two letters each");
_Static_assert(sizeof reporters == 2 * REPORTERS + 1, "two letters each");

/* ---- chance ---- */

/* splitmix64 (Steele, Lea, Flood, 2014): one step of it is a good hash too. */
static uint64_t hash(uint64_t x)
{
    x += 0x9E3779B97F4A7C15;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return x ^ x >> 31;
}

/* 0 ≤ x < 1. */
static double unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

/* Mean 0, variance 1, nearly normal: the sum of four. */
static double normal(uint64_t bits)
{
    double sum = 0;
    for (int i = 0; i < 4; i++)
        sum += (double)(bits >> 16 * i & 0xFFFF) / 65536;
    return (sum - 2) * sqrt(3);
}

static uint64_t next(uint64_t *state)
{
    return hash((*state)++);
}

static double next_unit(uint64_t *state)
{
    return unit(next(state));
}

/* Ranks 0 … n − 1, drawn with a chance of (rank + 1)^−exponent. */
struct zipf {
    double cumulated[PRODUCTS];
    int n;
};

static void zipf_init(struct zipf *zipf, int n, double exponent)
{
    double sum = 0;
    zipf->n = n;
    for (int i = 0; i < n; i++)
        zipf->cumulated[i] = sum += pow(i + 1, -exponent);
}

static int zipf_draw(const struct zipf *zipf, uint64_t *state)
{
    double at = next_unit(state) * zipf->cumulated[zipf->n - 1];
    int low = 0, high = zipf->n - 1;
    while (low < high) {
        int middle = (low + high) / 2;
        if (zipf->cumulated[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- series ---- */

struct series {
    uint64_t key; /* reporter, partner, product, CN code, flow: the order of the rows of a month */
    int reporter, partner, product, cn, flow;
    int start, end;         /* months in which it is there */
    int surge;              /* its first month, or -1 */
    double size, chance;    /* EUR a month; of a month with trade */
    double season, trend;   /* amplitude; growth a month */
    double noise, price;    /* of the logarithm; EUR per kg */
    double factor, cheaper; /* of a surge: on value and price */
    int phase;
};

struct world {
    uint64_t seed;
    int months;
    double target; /* rows */
    struct series *series;
    size_t len, cap;
    double price[PRODUCTS]; /* EUR per kg */
    int rank[PRODUCTS];     /* so that the greatest products are not those with the least codes */
};

static uint64_t series_key(const struct series *series)
{
    uint64_t key = (uint64_t)series->reporter * PARTNERS + (uint64_t)series->partner;
    key = (key * PRODUCTS + (uint64_t)series->product) * CN_CODES + (uint64_t)series->cn;
    return key * 2 + (uint64_t)(series->flow - 1);
}

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static void draw_life(struct series *series, int months, uint64_t *state)
{
    series->start = 0;
    series->end = months + 1; /* the next release too */
    if (next_unit(state) < 0.2)
        series->start = (int)(next_unit(state) * months * 0.75);
    if (next_unit(state) < 0.08)
        series->end = months / 2 + (int)(next_unit(state) * months / 2);
}

/* Some surges are under way when the history ends, the others lie anywhere behind the first two years. */
static void draw_surge(struct series *series, int months, uint64_t *state)
{
    double kind = next_unit(state), at = next_unit(state);
    series->surge = kind < 0.012  ? months - 1 - (int)(at * SURGE_MONTHS)
                    : kind < 0.03 ? 24 + (int)(at * (months - 24))
                                  : -1;
    series->factor = 2.5 + 7 * next_unit(state);
    series->cheaper = next_unit(state) < 0.5 ? 0.55 + 0.25 * next_unit(state) : 1;
    if (series->surge >= 0) {
        series->end = months + 1;
        series->chance = fmax(series->chance, 0.6);
    }
}

static void draw_size(struct series *series, const struct world *world, uint64_t *state)
{
    double rank = 1 + next_unit(state) * 200000;
    series->size = 6e7 * pow(rank, -0.9) * exp(0.8 * normal(next(state))) * pow(series->partner + 1, -0.4);
    series->size = fmax(series->size, 200 + 800 * next_unit(state));
    double magnitude = log10(series->size);
    series->chance = clamp((magnitude - 2) / 4, 0.08, 0.98); /* small flows are sparse … */
    series->noise = fmax(0.9 - 0.12 * magnitude, 0.15);      /* … and restless */
    series->season = 0.5 * next_unit(state) * next_unit(state);
    series->phase = (int)(next_unit(state) * 12);
    series->trend = (0.03 + 0.08 * normal(next(state))) / 12;
    series->price = world->price[series->product] * exp(0.25 * normal(next(state)));
}

/* Numbers of series by key, open addressing, so that each is drawn once. */
struct seen {
    uint64_t *keys; /* key + 1; 0: free */
    size_t cap;
};

static bool seen_add(struct seen *seen, uint64_t key)
{
    size_t at = hash(key) & (seen->cap - 1);
    while (seen->keys[at] != 0) {
        if (seen->keys[at] == key + 1)
            return false;
        at = (at + 1) & (seen->cap - 1);
    }
    seen->keys[at] = key + 1;
    return true;
}

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    if (memory == NULL)
        abort();
    return memory;
}

static void draw_codes(struct world *world, uint64_t *state)
{
    for (int i = 0; i < PRODUCTS; i++)
        world->rank[i] = i;
    for (int i = PRODUCTS - 1; i > 0; i--) {
        int other = (int)(next_unit(state) * (i + 1)), kept = world->rank[i];
        world->rank[i] = world->rank[other];
        world->rank[other] = kept;
    }
    for (int i = 0; i < PRODUCTS; i++)
        world->price[i] = exp(1.2 + 1.5 * normal(next(state)));
}

static int compare_series(const void *left, const void *right)
{
    const struct series *a = left, *b = right;
    return a->key < b->key ? -1 : a->key > b->key;
}

/* Draws series until they promise as many rows as are wanted. */
static void draw_world(struct world *world)
{
    static struct zipf products, origins, members;
    uint64_t state = hash(world->seed) << 8;
    zipf_init(&products, PRODUCTS, 0.75);
    zipf_init(&origins, PARTNERS, 1.0);
    zipf_init(&members, REPORTERS, 0.7);
    draw_codes(world, &state);
    world->cap = (size_t)(world->target / 8) + 1024; /* a series has about 45 rows in 120 months */
    world->series = allocate(world->cap, sizeof *world->series);
    struct seen seen = {.cap = 1024};
    while (seen.cap < 2 * world->cap)
        seen.cap *= 2;
    seen.keys = allocate(seen.cap, sizeof *seen.keys);
    for (double rows = 0; rows < world->target && world->len < world->cap;) {
        struct series *series = &world->series[world->len];
        series->product = world->rank[zipf_draw(&products, &state)];
        series->partner = zipf_draw(&origins, &state);
        series->reporter = zipf_draw(&members, &state);
        series->cn = (int)(next_unit(&state) * CN_CODES);
        series->flow = next_unit(&state) < 0.75 ? 1 : 2;
        series->key = series_key(series);
        if (memcmp(partners + 2 * series->partner, reporters + 2 * series->reporter, 2) == 0 ||
            !seen_add(&seen, series->key))
            continue;
        draw_size(series, world, &state);
        draw_life(series, world->months, &state);
        draw_surge(series, world->months, &state);
        int end = series->end < world->months ? series->end : world->months;
        rows += series->chance * (end - series->start);
        world->len++;
    }
    free(seen.keys);
    qsort(world->series, world->len, sizeof *world->series, compare_series);
}

/* ---- figures ---- */

struct figures {
    uint64_t eur;
    uint64_t grams; /* weight; whole tenths of a kg above 100 kg */
};

/* False: no trade in that month. */
static bool figures_of(
    const struct series *series, const struct world *world, int month, struct figures *ret_figures)
{
    uint64_t chance = hash(hash(series->key + (world->seed << 40)) + (uint64_t)month);
    if (month < series->start || month >= series->end || unit(chance) > series->chance)
        return false;
    bool surges = series->surge >= 0 && month >= series->surge && month < series->surge + SURGE_MONTHS;
    double season = 1 + series->season * sin((month + series->phase) * 2 * 3.14159265358979 / 12);
    double value = series->size * season * exp(series->noise * normal(hash(chance)) + series->trend * month);
    double price = series->price * exp(0.1 * normal(hash(hash(chance))));
    if (surges) {
        value *= series->factor;
        price *= series->cheaper;
    }
    double kg = value / price;
    ret_figures->eur = (uint64_t)value + 1;
    ret_figures->grams = kg > 100 ? (uint64_t)(kg * 10) * 100 : (uint64_t)(kg * 1000) + 1;
    return true;
}

static bool is_revised(const struct series *series, const struct world *world, int month)
{
    return hash(series->key * MONTHS_MAX + (uint64_t)month + (world->seed << 32)) % REVISED_ONE_IN == 0;
}

/* By up to 5 %, either way. */
static void revise(struct figures *figures, const struct series *series, int month)
{
    double by = 0.95 + 0.1 * unit(hash(series->key ^ hash((uint64_t)month)));
    figures->eur = (uint64_t)((double)figures->eur * by) + 1;
}

/* ---- text ---- */

struct writer {
    FILE *file;
    char *text;
    size_t len;
    size_t rows;
};

static void put_bytes(struct writer *writer, const char *bytes, size_t len)
{
    memcpy(writer->text + writer->len, bytes, len);
    writer->len += len;
}

static void put_text(struct writer *writer, const char *text)
{
    put_bytes(writer, text, strlen(text));
}

static void put_number(struct writer *writer, uint64_t number, size_t digits_least)
{
    char digits[24];
    size_t at = sizeof digits;
    while (number > 0 || sizeof digits - at < digits_least) {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    }
    put_bytes(writer, digits + at, sizeof digits - at);
}

/* kg with at most three decimals, as Comext writes them. */
static void put_weight(struct writer *writer, uint64_t grams)
{
    put_number(writer, grams / 1000, 1);
    uint64_t rest = grams % 1000;
    size_t digits = 3;
    for (; rest > 0 && rest % 10 == 0; rest /= 10)
        digits--;
    if (rest == 0)
        return;
    put_text(writer, ".");
    put_number(writer, rest, digits);
}

/* 96 chapters (77 is not used) of up to ten headings of six subheadings. */
static uint64_t hs6_of(int product)
{
    enum { IN_CHAPTER = 59 };
    int chapter = 1 + product / IN_CHAPTER, within = product % IN_CHAPTER;
    chapter += chapter >= 77 ? 1 : 0;
    return (uint64_t)(chapter * 10000 + (1 + within / 6) * 100 + 10 * (1 + within % 6));
}

/* Columns that the job does not read are there, of the length that they have. */
static void put_classes(struct writer *writer, const struct series *series)
{
    uint64_t product = (uint64_t)series->product;
    static const uint64_t from[] = {10000, 1000000, 1000000, 100, 100000, 1};
    static const uint64_t step[] = {7, 131, 131, 1, 1, 1};
    static const uint64_t most[] = {PRODUCTS, PRODUCTS, PRODUCTS, 400, 800, 21};
    for (size_t i = 0; i < sizeof from / sizeof *from; i++) {
        put_text(writer, ",");
        put_number(writer, from[i] + product % most[i] * step[i], 1);
    }
}

static bool is_reporter(const char *code)
{
    for (int i = 0; i < REPORTERS; i++)
        if (memcmp(reporters + 2 * i, code, 2) == 0)
            return true;
    return false;
}

static void put_row(
    struct writer *writer, const struct series *series, int period, const struct figures *figures)
{
    bool is_counted = series->product % 3 == 0; /* has a supplementary unit */
    bool is_member = is_reporter(partners + 2 * series->partner);
    put_bytes(writer, reporters + 2 * series->reporter, 2);
    put_text(writer, ",");
    put_bytes(writer, partners + 2 * series->partner, 2);
    put_text(writer, is_member ? ",I," : ",E,");
    put_number(writer, hs6_of(series->product) * 100 + (uint64_t)series->cn * 30, 8);
    put_classes(writer, series);
    put_text(writer, series->flow == 1 ? ",1,1," : ",2,1,");
    put_text(writer, is_counted ? "NAR," : "NO_SU,");
    put_number(writer, (uint64_t)period, 6);
    put_text(writer, ",");
    put_number(writer, figures->eur, 1);
    put_text(writer, ",");
    put_number(writer, figures->eur, 1);
    put_text(writer, ",");
    put_weight(writer, figures->grams);
    put_text(writer, ",");
    if (is_counted)
        put_number(writer, figures->grams / 3000 + 1, 1);
    put_text(writer, "\n");
    writer->rows++;
}

static void flush(struct writer *writer, size_t limit)
{
    if (writer->len < limit)
        return;
    fwrite(writer->text, 1, writer->len, writer->file);
    writer->len = 0;
}

static int period_of(const struct world *world, int month)
{
    int since = END_YEAR * 12 - world->months + month;
    return since / 12 * 100 + since % 12 + 1;
}

static void write_month(struct writer *writer, const struct world *world, int month, bool again)
{
    struct figures figures;
    for (size_t i = 0; i < world->len; i++) {
        const struct series *series = &world->series[i];
        if (!figures_of(series, world, month, &figures))
            continue;
        if (again && is_revised(series, world, month))
            revise(&figures, series, month);
        put_row(writer, series, period_of(world, month), &figures);
        flush(writer, TEXT_MAX);
    }
}

static int write_file(const struct world *world, const char *path, bool next_release)
{
    struct writer writer = {.file = fopen(path, "w")};
    if (writer.file == NULL)
        return perror(path), 1;
    writer.text = allocate(TEXT_MAX + ROW_MAX, 1);
    put_text(&writer, header);
    int last = world->months - 1;
    for (int month = next_release ? last - AGAIN_MONTHS + 1 : 0; month <= last; month++)
        write_month(&writer, world, month, next_release);
    if (next_release)
        write_month(&writer, world, world->months, false);
    flush(&writer, 0);
    free(writer.text);
    bool failed = ferror(writer.file) != 0;
    if (fclose(writer.file) != 0 || failed)
        return perror(path), 1;
    printf("rows=%zu series=%zu\n", writer.rows, world->len);
    return 0;
}

int main(int argc, char **argv)
{
    bool next_release = argc == 6 && strcmp(argv[5], "--next") == 0;
    if (argc != 5 && !next_release) {
        fputs("usage: gen ROWS MONTHS SEED FILE [--next]\n", stderr);
        return 2;
    }
    static struct world world;
    world.target = atof(argv[1]);
    world.months = atoi(argv[2]);
    world.seed = strtoull(argv[3], NULL, 10);
    if (world.target < 1 || world.months < MONTHS_MIN || world.months >= MONTHS_MAX) {
        fprintf(stderr, "ROWS is at least 1, MONTHS %d to %d\n", MONTHS_MIN, MONTHS_MAX - 1);
        return 2;
    }
    draw_world(&world);
    int code = write_file(&world, argv[4], next_release);
    free(world.series);
    return code;
}
