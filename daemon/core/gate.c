/* The payload's series are numbered, its rows folded to blocks and each looked at alone (fold.c); what
 * concerns the payload as a whole is judged on the blocks afterwards. Text and figures have been read exactly
 * by then: the gate asks whether they can be true. */
#include "core/gate.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/parallel.h"
#include "base/str.h"
#include "core/fold.h"
#include "core/numbering.h"
#include "core/period.h"

/* G106: how many series of a hundred may be missing before a payload counts as partial. */
enum { GONE_PERCENT = 10 };

/* G108: the least sample, the share of it in percent that must move together, and the powers of ten that are
 * looked for. Tenfold is left out: seasonal goods do that by themselves. A hundredfold step in a fifth of all
 * series is a change of unit. */
enum { STEP_SERIES_MIN = 10, STEP_PERCENT = 20, STEP_POWER_MIN = 2, STEP_POWER_MAX = 9 };

/* One power of ten of one column. */
struct step {
    size_t count;
    uint32_t id; /* an example */
    int32_t period;
};

struct steps {
    struct step of[COLUMN_COUNT][2 * STEP_POWER_MAX + 1]; /* from STEP_POWER_MAX tenths upwards */
    size_t compared[COLUMN_COUNT];
};

/* The payload, folded. */
struct survey {
    const struct gate *gate;
    const struct panel *panel;
    const struct folding *folding;
    const struct release *release;
    struct diag_list *diags;
    const struct panel_block **grid; /* [period - first][group]; NULL where the release has none */
    size_t groups;
    bool *here; /* per series: the payload has a figure of it, or says that it is confidential */
};

/* What is implausible and yet may be true. */
typedef void report_fn(struct diag_list *list, struct place place, const char *code, const char *format, ...);

static report_fn *implausible(const struct survey *survey)
{
    return survey->gate->waived ? diag_warning : diag_error;
}

static struct place payload_place(const struct survey *survey)
{
    return (struct place){survey->gate->file, 0, 0};
}

/* Where the row of a series and month stands. */
static struct place row_place(const struct survey *survey, uint32_t id, int32_t period)
{
    return (struct place){survey->gate->file, (int)fold_line(survey->folding, id, period), 1};
}

/* ---- G105: rows ---- */

/* Rows that say the same do not count, or a page delivered twice would stand in for one that is missing. */
static void check_rows(const struct survey *survey)
{
    if (survey->release->rows >= survey->gate->min_rows)
        return;
    implausible(survey)(survey->diags, payload_place(survey), "G105",
        "%zu rows; the feed promises at least %zu, so this payload is not whole", survey->release->rows,
        survey->gate->min_rows);
    diag_hint(survey->diags,
        "if the source publishes less from now on, lower end.rows_at_least in the feed's descriptor");
}

/* ---- G107: units ---- */

/* A unit value over a change of unit would be an alert out of nothing. Once per series: the rest follows from
 * it. */
static void check_unit(const struct survey *survey, const struct numbered *series)
{
    const char *known = series->known ? panel_series(survey->panel, series->id)->unit : "";
    const char *before = known[0] != '\0' ? known : series->unit;
    const char *unit = str_equal(series->unit, before) ? series->other : series->unit;
    char text[FOLD_TEXT_SIZE];
    if (!series->has_quantity || unit == NULL || str_equal(unit, before))
        return;
    struct place place = {survey->gate->file, (int)series->line, 1};
    diag_error(survey->diags, place, "G107",
        "%s: the unit of the quantity is \"%s\", until now it was \"%s\"",
        fold_describe(survey->folding, series->id, series->period, text), unit, before);
    diag_hint(
        survey->diags, "a series keeps its unit; convert in the source, or give the new one another feed");
}

/* ---- G106: series that are gone ---- */

static bool has_figure(const struct panel *panel, uint32_t id, int32_t period)
{
    int64_t figure;
    for (int column = 0; column < COLUMN_COUNT; column++)
        if (panel_get(panel, id, (enum column)column, period, &figure))
            return true;
    return false;
}

/* Whether the payload speaks of months for which the panel knows this series. Mostly its last figure is in
 * them; where history goes on behind them, as in a backfill, the months themselves are looked at. */
static bool is_expected(const struct survey *survey, uint32_t id)
{
    const struct series *series = panel_series(survey->panel, id);
    int32_t first = survey->folding->first, last = survey->folding->last;
    if (!str_equal(series->key.source, survey->gate->feed) || series->last == PERIOD_NONE ||
        series->last < first || series->first > last)
        return false;
    bool known = series->last <= last;
    for (int32_t period = first; period <= last && !known; period++)
        known = has_figure(survey->panel, id, period);
    return known;
}

static void check_gone(const struct survey *survey)
{
    size_t count = panel_series_count(survey->panel), expected = 0, gone = 0;
    const struct series_key *example = NULL;
    for (size_t id = 0; id < count; id++) {
        if (!is_expected(survey, (uint32_t)id))
            continue;
        expected++;
        if (survey->here[id])
            continue;
        gone++;
        example = example != NULL ? example : &panel_series(survey->panel, (uint32_t)id)->key;
    }
    if (gone * 100 <= expected * GONE_PERCENT)
        return;
    char period[PERIOD_TEXT_SIZE];
    implausible(survey)(survey->diags, payload_place(survey), "G106",
        "%zu of the %zu series known since %s are gone, %s %s %s, %s for one", gone, expected,
        period_format(survey->folding->first, period), example->reporter,
        example->flow == FLOW_EXPORT ? "export to" : "import from", example->partner, example->product);
    diag_hint(
        survey->diags, "a partial payload, or the source has renamed its codes; see what it publishes now");
}

/* ---- G108: steps of scale ---- */

static const struct panel_block *block_at(const struct survey *survey, size_t group, int32_t period)
{
    const struct folding *folding = survey->folding;
    if (period < folding->first || period > folding->last)
        return NULL;
    return survey->grid[(size_t)(period - folding->first) * survey->groups + group];
}

/* The figure that a series' newest one is compared with: what is known of the same month, else of the month
 * before, else, in a backfill, of the month behind. The panel comes first, because a payload with another
 * scale has it in all its months. */
static bool find_base(
    const struct survey *survey, uint32_t id, enum column column, int32_t period, int64_t *ret_figure)
{
    bool known = id < panel_series_count(survey->panel);
    if (known && (panel_get(survey->panel, id, column, period, ret_figure) ||
                     panel_get(survey->panel, id, column, period - 1, ret_figure) ||
                     panel_get(survey->panel, id, column, period + 1, ret_figure)))
        return true;
    const struct panel_block *before = block_at(survey, id / PANEL_BLOCK, period - 1);
    return before != NULL && panel_block_get(before, id % PANEL_BLOCK, column, ret_figure);
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

/* Compares a series' newest row. Zero is left out: nothing is a multiple of it. */
static void compare_newest(const struct survey *survey, const struct panel_block *block, uint32_t id,
    int32_t period, struct steps *steps)
{
    for (unsigned column = 0; column < COLUMN_COUNT; column++) {
        int64_t figure, base;
        if (!panel_block_get(block, id % PANEL_BLOCK, (enum column)column, &figure) || figure <= 0 ||
            !find_base(survey, id, (enum column)column, period, &base) || base <= 0)
            continue;
        steps->compared[column]++;
        struct step *step = &steps->of[column][STEP_POWER_MAX + step_power(base, figure)];
        if (step->count++ == 0)
            *step = (struct step){1, id, period};
    }
}

/* A series is here with a figure, or where it is said to be kept back. */
static void find_here(const struct survey *survey, const struct panel_block *block,
    const struct panel_rows *rows, uint32_t first)
{
    for (unsigned word = 0; word < PANEL_WORDS; word++) {
        for (uint64_t left = rows->figured[word]; left != 0; left &= left - 1)
            survey->here[first + word * 64 + (unsigned)__builtin_ctzll(left)] = true;
        for (uint64_t left = rows->flagged[word] & ~rows->figured[word]; left != 0; left &= left - 1) {
            unsigned at = word * 64 + (unsigned)__builtin_ctzll(left);
            if ((panel_block_flags(block, at) & OBSERVATION_SUPPRESSED) != 0)
                survey->here[first + at] = true;
        }
    }
}

/* Looks at a group's series from the newest month back: each is compared once, in its newest row. */
static void survey_group(const struct survey *survey, size_t group, struct steps *steps)
{
    uint32_t first = (uint32_t)group * PANEL_BLOCK;
    uint64_t compared[PANEL_WORDS] = {0};
    struct panel_rows rows;
    for (int32_t period = survey->folding->last; period >= survey->folding->first; period--) {
        const struct panel_block *block = block_at(survey, group, period);
        if (block == NULL)
            continue;
        panel_block_rows(block, &rows);
        find_here(survey, block, &rows, first);
        for (unsigned word = 0; word < PANEL_WORDS; word++) {
            for (uint64_t left = rows.rows[word] & ~compared[word]; left != 0; left &= left - 1)
                compare_newest(
                    survey, block, first + word * 64 + (unsigned)__builtin_ctzll(left), period, steps);
            compared[word] |= rows.rows[word];
        }
    }
}

/* Every n-th group, as fold.c takes months. */
struct lane {
    const struct survey *survey;
    size_t number, count;
    struct steps steps;
};

static void survey_lane(void *userdata, size_t i)
{
    struct lane *lane = (struct lane *)userdata + i;
    for (size_t group = lane->number; group < lane->survey->groups; group += lane->count)
        survey_group(lane->survey, group, &lane->steps);
}

static void add_steps(struct steps *sum, const struct steps *part)
{
    for (size_t column = 0; column < COLUMN_COUNT; column++) {
        sum->compared[column] += part->compared[column];
        for (size_t i = 0; i < 2 * STEP_POWER_MAX + 1; i++) {
            struct step *to = &sum->of[column][i];
            const struct step *from = &part->of[column][i];
            if (from->count > 0 && (to->count == 0 || from->id < to->id))
                *to = (struct step){to->count, from->id, from->period};
            to->count += from->count;
        }
    }
}

static void survey_groups(const struct survey *survey, struct steps *ret_steps)
{
    struct lane lanes[PARALLEL_MAX];
    size_t count = parallel_width();
    memset(ret_steps, 0, sizeof *ret_steps);
    for (size_t i = 0; i < count; i++)
        lanes[i] = (struct lane){.survey = survey, .number = i, .count = count};
    parallel_each(count, survey_lane, lanes);
    for (size_t i = 0; i < count; i++)
        add_steps(ret_steps, &lanes[i].steps);
}

static void report_step(
    const struct survey *survey, enum column column, int power, const struct step *step, size_t compared)
{
    char text[FOLD_TEXT_SIZE];
    long long factor = 1;
    for (int i = 0; i < power || i < -power; i++)
        factor *= 10;
    implausible(survey)(survey->diags, row_place(survey, step->id, step->period), "G108",
        "in %zu of %zu series the %s is about %s%lld%s what was known, %s for one", step->count, compared,
        fold_column_names[column], power < 0 ? "1/" : "", factor, power < 0 ? " of" : " times",
        fold_describe(survey->folding, step->id, step->period, text));
    diag_hint(
        survey->diags, "the source has changed its unit; compare it with the scale in the feed's descriptor");
}

static void check_steps(const struct survey *survey, enum column column, const struct steps *steps)
{
    size_t compared = steps->compared[column];
    if (compared < STEP_SERIES_MIN)
        return;
    for (int power = -STEP_POWER_MAX; power <= STEP_POWER_MAX; power++) {
        const struct step *step = &steps->of[column][STEP_POWER_MAX + power];
        if (power != 0 && step->count * 100 > compared * STEP_PERCENT)
            report_step(survey, column, power, step, compared);
    }
}

/* ---- the whole ---- */

static void check_blocks(struct survey *survey)
{
    const struct folding *folding = survey->folding;
    const struct release *release = survey->release;
    struct steps steps;
    size_t months = (size_t)(folding->last - folding->first + 1);
    survey->groups = (folding->numbering->end + PANEL_BLOCK - 1) / PANEL_BLOCK;
    survey->grid = alloc_zeroed(months * survey->groups, sizeof(const struct panel_block *));
    survey->here = alloc_zeroed(survey->groups * PANEL_BLOCK, sizeof *survey->here);
    for (size_t i = 0; i < release->len; i++)
        survey->grid[(size_t)(release->blocks[i].period - folding->first) * survey->groups +
                     release->blocks[i].group] = release->blocks[i].block;
    survey_groups(survey, &steps);
    check_gone(survey);
    for (int column = 0; column < COLUMN_COUNT; column++)
        check_steps(survey, (enum column)column, &steps);
    alloc_free(survey->grid);
    alloc_free(survey->here);
}

/* New series first, then those of the panel whose unit becomes known. */
static void list_series(const struct survey *survey, struct release *release)
{
    const struct numbering *numbering = survey->folding->numbering;
    release->series = alloc_resize(NULL, numbering->len, sizeof *release->series);
    for (int known = 0; known <= 1; known++) {
        for (size_t i = 0; i < numbering->len; i++) {
            const struct numbered *numbered = &numbering->series[i];
            const struct dataset *dataset = &survey->folding->payload->items[numbered->part];
            const struct dataset_series *series = &dataset->series[numbered->index];
            if (numbered->known != (known == 1) ||
                (known == 1 && (numbered->unit[0] == '\0' ||
                                   panel_series(survey->panel, numbered->id)->unit[0] != '\0')))
                continue;
            release->series[release->series_len++] = (struct release_series){
                .reporter = dataset->texts[series->reporter],
                .partner = dataset->texts[series->partner],
                .product = dataset->texts[series->product],
                .unit = numbered->unit,
                .flow = series->flow,
                .id = numbered->id,
            };
        }
    }
}

static void check_payload(const struct survey *survey, struct release *release)
{
    const struct folding *folding = survey->folding;
    struct survey whole = *survey;
    if (folding->first != PERIOD_NONE)
        fold(folding, release, survey->diags);
    for (size_t i = 0; i < folding->numbering->len; i++)
        check_unit(survey, &folding->numbering->series[i]);
    check_rows(survey);
    if (folding->first != PERIOD_NONE)
        check_blocks(&whole);
}

int gate_check(const struct gate *gate, const struct panel *panel, const struct datasets *payload,
    struct release *ret_release, struct diag_list *diags)
{
    struct numbering numbering;
    struct release release = {0};
    struct folding folding = {gate, payload, &numbering, PERIOD_NONE, PERIOD_NONE};
    struct survey survey = {
        .gate = gate, .panel = panel, .folding = &folding, .release = &release, .diags = diags};
    size_t errors = diags->errors;
    numbering_init(&numbering, panel, gate->feed, payload);
    datasets_span(payload, &folding.first, &folding.last);
    check_payload(&survey, &release);
    int r = diags->errors > errors ? -EBADMSG : 0;
    if (r == 0)
        list_series(&survey, &release);
    else
        release_deinit(&release);
    numbering_deinit(&numbering);
    *ret_release = release;
    return r;
}
