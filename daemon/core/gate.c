/* One pass over the rows builds an index (series, and rows by series and month) and judges each row alone;
 * what concerns the payload as a whole is judged on the index afterwards. Text and figures have been read
 * exactly by then: the gate asks whether they can be true. */
#include "core/gate.h"

#include <errno.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/map.h"
#include "core/period.h"

/* G106: how many series of a hundred may be missing before a payload counts as partial. */
enum { GONE_PERCENT = 10 };

/* G108: the least sample, the share of it in percent that must move together, and the powers of ten that are
 * looked for. Tenfold is left out: seasonal goods do that by themselves. A hundredfold step in a fifth of all
 * series is a change of unit. */
enum { STEP_SERIES_MIN = 10, STEP_PERCENT = 20, STEP_POWER_MIN = 2, STEP_POWER_MAX = 9 };

static const char *const column_names[COLUMN_COUNT] = {
    [COLUMN_VALUE] = "value", [COLUMN_QUANTITY] = "quantity", [COLUMN_WEIGHT] = "weight"};

/* A series of the payload. */
struct payload_series {
    const struct observation *newest; /* row of its newest period */
    const char *unit;                 /* of the panel, else of its first row with a quantity */
    uint32_t id;                      /* in the panel, or SERIES_NONE */
    bool has_figure;
    bool unit_changed;
};

/* The payload, indexed for the checks. */
struct survey {
    const struct gate *gate;
    const struct panel *panel;
    const struct observations *rows;
    struct diag_list *diags;
    struct map by_key; /* key of a series → index in `series` */
    struct map by_row; /* struct row_key → the same */
    struct buf key;
    uint32_t *series_of; /* per row: index in `series` */
    uint32_t *cells;     /* hash table of series and month → its first row + 1; 0 where free */
    size_t cell_count;   /* a power of two, at least twice the rows */
    struct payload_series *series;
    size_t len, cap;
    bool *doubled;        /* per row: an earlier row says the same */
    size_t distinct;      /* rows that are not doubled */
    int32_t first_period; /* PERIOD_NONE while there is no row */
};

/* ---- what messages say ---- */

enum { DESCRIPTION_SIZE = 256 };

static const char *describe(const struct observation *row, char buf[DESCRIPTION_SIZE])
{
    char period[PERIOD_TEXT_SIZE];
    snprintf(buf, DESCRIPTION_SIZE, "%s %s %s, %s, %s", row->reporter,
        row->flow == FLOW_EXPORT ? "export to" : "import from", row->partner, row->product,
        period_format(row->period, period));
    return buf;
}

static struct place row_place(const struct survey *survey, const struct observation *row)
{
    return (struct place){survey->gate->file, (int)row->line, 1};
}

static struct place payload_place(const struct survey *survey)
{
    return (struct place){survey->gate->file, 0, 0};
}

/* A figure in whole units with its thousandths. */
enum { AMOUNT_SIZE = 32 };

static const char *format_amount(int64_t figure, char buf[AMOUNT_SIZE])
{
    uint64_t size = figure < 0 ? -(uint64_t)figure : (uint64_t)figure;
    snprintf(buf, AMOUNT_SIZE, "%s%llu.%03llu", figure < 0 ? "-" : "",
        (unsigned long long)(size / FIGURE_SCALE), (unsigned long long)(size % FIGURE_SCALE));
    return buf;
}

/* ---- one row ---- */

/* A confidential figure counts: the source speaks of the series. */
static bool has_any_figure(const struct observation *row)
{
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (row->present[column])
            return true;
    return (row->flags & OBSERVATION_SUPPRESSED) != 0;
}

/* Sources repeat rows across sheets and pages; that does no harm as long as the rows agree in everything. */
static bool says_the_same(const struct observation *a, const struct observation *b)
{
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (a->present[column] != b->present[column] ||
            (a->present[column] && a->figure[column] != b->figure[column]))
            return false;
    return a->flags == b->flags && str_equal(a->unit, b->unit);
}

/* Corrections are published as new figures, never as negative ones: those are balancing entries of another
 * table. */
static void check_figures(const struct survey *survey, const struct observation *row)
{
    char text[DESCRIPTION_SIZE], amount[AMOUNT_SIZE];
    for (int column = 0; column < COLUMN_COUNT; column++) {
        int64_t figure = row->figure[column];
        if (!row->present[column] || (figure >= 0 && figure <= FIGURE_MAX))
            continue;
        diag_error(survey->diags, row_place(survey, row), figure < 0 ? "G103" : "G104", "%s: the %s %s is %s",
            describe(row, text), column_names[column], format_amount(figure, amount),
            figure < 0 ? "negative" : "several times world trade");
        if (figure > FIGURE_MAX)
            diag_hint(
                survey->diags, "compare the unit of the source with the scale in the feed's descriptor");
    }
}

static void check_period(const struct survey *survey, const struct observation *row)
{
    char text[DESCRIPTION_SIZE], newest[PERIOD_TEXT_SIZE];
    if (row->period <= survey->gate->newest_period)
        return;
    diag_error(survey->diags, row_place(survey, row), "G102", "%s: the month is in the future; we are in %s",
        describe(row, text), period_format(survey->gate->newest_period, newest));
    diag_hint(survey->diags, "if the month is right, the clock of this machine is wrong");
}

/* A unit value over a change of unit would be an alert out of nothing. Once per series: the rest follows from
 * it. */
static void check_unit(
    const struct survey *survey, struct payload_series *series, const struct observation *row)
{
    char text[DESCRIPTION_SIZE];
    if (!row->present[COLUMN_QUANTITY] || str_equal(row->unit, series->unit))
        return;
    if (series->unit[0] == '\0') {
        series->unit = row->unit;
    } else if (!series->unit_changed) {
        series->unit_changed = true;
        diag_error(survey->diags, row_place(survey, row), "G107",
            "%s: the unit of the quantity is \"%s\", until now it was \"%s\"", describe(row, text), row->unit,
            series->unit);
        diag_hint(survey->diags,
            "a series keeps its unit; convert in the source, or give the new one another feed");
    }
}

/* ---- the index ---- */

/* The index of the series with the row's texts, new or known. */
static uint32_t find_series_by_text(struct survey *survey, const struct observation *row)
{
    uint32_t index;
    buf_clear(&survey->key);
    buf_printf(&survey->key, "%s\n%d\n%s\n%s", row->reporter, row->flow, row->partner, row->product);
    if (map_get(&survey->by_key, survey->key.data, survey->key.len, &index))
        return index;
    index = (uint32_t)survey->len;
    map_put(&survey->by_key, survey->key.data, survey->key.len, index);
    struct series_key key = {survey->gate->feed, row->reporter, row->flow, row->partner, row->product};
    uint32_t id = panel_find(survey->panel, &key);
    survey->series = alloc_grow(survey->series, survey->len, &survey->cap, sizeof *survey->series);
    survey->series[survey->len++] = (struct payload_series){
        .newest = row, .unit = id != SERIES_NONE ? panel_series(survey->panel, id)->unit : "", .id = id};
    return index;
}

static uint32_t find_series(struct survey *survey, const struct observation *row)
{
    struct row_key texts = row_key(row);
    uint32_t index;
    if (map_get(&survey->by_row, &texts, sizeof texts, &index))
        return index;
    index = find_series_by_text(survey, row);
    map_put(&survey->by_row, &texts, sizeof texts, index);
    return index;
}

static void survey_init(struct survey *survey)
{
    size_t rows = survey->rows->len;
    buf_init(&survey->key, 4 * PANEL_TEXT_MAX);
    survey->doubled = alloc_zeroed(rows, sizeof *survey->doubled);
    survey->series_of = alloc_zeroed(rows, sizeof *survey->series_of);
    for (survey->cell_count = 16; survey->cell_count < 2 * rows;)
        survey->cell_count *= 2;
    survey->cells = alloc_zeroed(survey->cell_count, sizeof *survey->cells);
}

/* The cell of a series and month, or the free one where it would be. */
static uint32_t *find_cell(const struct survey *survey, uint32_t series, int32_t period)
{
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio: spreads near numbers */
    uint64_t hash = ((uint64_t)series << 32 | (uint32_t)period) * golden;
    for (size_t i = hash >> 32;; i++) {
        uint32_t *cell = &survey->cells[i & (survey->cell_count - 1)];
        if (*cell == 0 ||
            (survey->series_of[*cell - 1] == series && survey->rows->items[*cell - 1].period == period))
            return cell;
    }
}

/* Reports a second row of the same series and month, unless it says the same. */
static void check_double(struct survey *survey, uint32_t series, size_t i)
{
    const struct observation *row = &survey->rows->items[i];
    uint32_t *cell = find_cell(survey, series, row->period);
    survey->series_of[i] = series;
    if (*cell == 0) {
        *cell = (uint32_t)i + 1;
        survey->distinct++;
        return;
    }
    const struct observation *earlier = &survey->rows->items[*cell - 1];
    survey->doubled[i] = says_the_same(earlier, row);
    if (survey->doubled[i])
        return;
    char text[DESCRIPTION_SIZE];
    diag_error(survey->diags, row_place(survey, row), "G101", "%s: line %u says something else of it",
        describe(row, text), earlier->line);
}

static void survey_row(struct survey *survey, size_t i)
{
    const struct observation *row = &survey->rows->items[i];
    uint32_t index = find_series(survey, row);
    struct payload_series *series = &survey->series[index];
    check_double(survey, index, i);
    check_period(survey, row);
    check_figures(survey, row);
    check_unit(survey, series, row);
    series->has_figure |= has_any_figure(row);
    if (row->period > series->newest->period)
        series->newest = row;
    if (survey->first_period == PERIOD_NONE || row->period < survey->first_period)
        survey->first_period = row->period;
}

/* ---- the payload as a whole ---- */

/* Doubled rows do not count, or a page delivered twice would stand in for one that is missing. */
static void check_rows(const struct survey *survey)
{
    if (survey->distinct >= survey->gate->min_rows)
        return;
    diag_error(survey->diags, payload_place(survey), "G105",
        "%zu rows; the feed promises at least %zu, so this payload is not whole", survey->distinct,
        survey->gate->min_rows);
    diag_hint(survey->diags,
        "if the source publishes less from now on, lower end.rows_at_least in the feed's descriptor");
}

/* Whether the payload speaks of months for which the panel knows this series. `last` of a series holds a
 * figure, so no month needs to be looked at. */
static bool is_expected(const struct survey *survey, const struct series *series)
{
    return str_equal(series->key.source, survey->gate->feed) && series->last != PERIOD_NONE &&
           series->last >= survey->first_period;
}

/* G106. */
static void check_gone(const struct survey *survey)
{
    size_t count = panel_series_count(survey->panel), expected = 0, gone = 0;
    bool *here = alloc_zeroed(count, sizeof *here);
    for (size_t i = 0; i < survey->len; i++)
        if (survey->series[i].id != SERIES_NONE && survey->series[i].has_figure)
            here[survey->series[i].id] = true;
    const struct series_key *example = NULL;
    for (size_t id = 0; id < count; id++) {
        const struct series *series = panel_series(survey->panel, (uint32_t)id);
        if (!is_expected(survey, series))
            continue;
        expected++;
        if (here[id])
            continue;
        gone++;
        example = example != NULL ? example : &series->key;
    }
    alloc_free(here);
    if (gone * 100 <= expected * GONE_PERCENT)
        return;
    char period[PERIOD_TEXT_SIZE];
    diag_error(survey->diags, payload_place(survey), "G106",
        "%zu of the %zu series known since %s are gone, %s %s %s, %s for one", gone, expected,
        period_format(survey->first_period, period), example->reporter,
        example->flow == FLOW_EXPORT ? "export to" : "import from", example->partner, example->product);
    diag_hint(
        survey->diags, "a partial payload, or the source has renamed its codes; see what it publishes now");
}

/* The figure that a series' newest one is compared with: what is known of the same month, else of the month
 * before. The panel comes first, because a payload with another scale has it in all its months. */
static bool find_base(const struct survey *survey, uint32_t index, enum column column, int64_t *ret_figure)
{
    const struct payload_series *series = &survey->series[index];
    int32_t period = series->newest->period;
    if (series->id != SERIES_NONE &&
        (panel_get(survey->panel, series->id, column, period, ret_figure) ||
            panel_get(survey->panel, series->id, column, period - 1, ret_figure)))
        return true;
    uint32_t row = *find_cell(survey, index, period - 1);
    if (row == 0 || !survey->rows->items[row - 1].present[column])
        return false;
    *ret_figure = survey->rows->items[row - 1].figure[column];
    return true;
}

/* The power of ten by which a figure has stepped, 0 for none. Trade itself moves meanwhile: half to double is
 * allowed for. */
static int step_power(int64_t from, int64_t to)
{
    double ratio = to > from ? (double)to / (double)from : (double)from / (double)to;
    double factor = 10;
    for (int power = STEP_POWER_MIN; power <= STEP_POWER_MAX; power++) {
        factor *= 10;
        if (ratio >= factor / 2 && ratio <= factor * 2)
            return to > from ? power : -power;
    }
    return 0;
}

/* One power of ten of one column. */
struct step {
    size_t count;
    const struct observation *example;
};

static void report_step(
    const struct survey *survey, enum column column, int power, const struct step *step, size_t compared)
{
    char text[DESCRIPTION_SIZE];
    long long factor = 1;
    for (int i = 0; i < power || i < -power; i++)
        factor *= 10;
    diag_error(survey->diags, row_place(survey, step->example), "G108",
        "in %zu of %zu series the %s is about %s%lld%s what was known, %s for one", step->count, compared,
        column_names[column], power < 0 ? "1/" : "", factor, power < 0 ? " of" : " times",
        describe(step->example, text));
    diag_hint(
        survey->diags, "the source has changed its unit; compare it with the scale in the feed's descriptor");
}

/* G108. Zero is left out: nothing is a multiple of it. */
static void check_steps(const struct survey *survey, enum column column)
{
    struct step steps[2 * STEP_POWER_MAX + 1] = {{0}};
    size_t compared = 0;
    for (uint32_t i = 0; i < survey->len; i++) {
        const struct observation *newest = survey->series[i].newest;
        int64_t base;
        if (!newest->present[column] || newest->figure[column] <= 0 || !find_base(survey, i, column, &base) ||
            base <= 0)
            continue;
        compared++;
        struct step *step = &steps[STEP_POWER_MAX + step_power(base, newest->figure[column])];
        step->count++;
        step->example = newest;
    }
    if (compared < STEP_SERIES_MIN)
        return;
    for (int power = -STEP_POWER_MAX; power <= STEP_POWER_MAX; power++) {
        const struct step *step = &steps[STEP_POWER_MAX + power];
        if (power != 0 && step->count * 100 > compared * STEP_PERCENT)
            report_step(survey, column, power, step, compared);
    }
}

/* Only once all is accepted; a refused payload stays as it came, for those who look at it. */
static void drop_doubled(const struct survey *survey, struct observations *rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->len; i++)
        if (!survey->doubled[i])
            rows->items[kept++] = rows->items[i];
    rows->len = kept;
}

static void survey_deinit(struct survey *survey)
{
    map_deinit(&survey->by_key);
    map_deinit(&survey->by_row);
    buf_deinit(&survey->key);
    alloc_free(survey->series);
    alloc_free(survey->doubled);
    alloc_free(survey->series_of);
    alloc_free(survey->cells);
}

int gate_check(
    const struct gate *gate, const struct panel *panel, struct observations *rows, struct diag_list *diags)
{
    struct survey survey = {.gate = gate, .panel = panel, .rows = rows, .diags = diags};
    size_t errors = diags->errors;
    survey_init(&survey);
    for (size_t i = 0; i < rows->len; i++)
        survey_row(&survey, i);
    check_rows(&survey);
    if (rows->len > 0)
        check_gone(&survey);
    for (int column = 0; column < COLUMN_COUNT; column++)
        check_steps(&survey, (enum column)column);
    int r = diags->errors > errors ? -EBADMSG : 0;
    if (r == 0)
        drop_doubled(&survey, rows);
    survey_deinit(&survey);
    return r;
}
