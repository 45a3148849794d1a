#include "core/gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/lanes.h"
#include "core/period.h"

/* When a series is read, and when its absence means that nothing was traded. */
struct gather_dates {
    int32_t from, until;           /* of the code; all periods where open */
    int32_t zero_first, zero_last; /* of the publication; no period where none */
};

/* A series that a role of a lane reads. */
struct gather_reading {
    uint32_t group; /* in the panel */
    uint8_t at, lane, role;
    struct gather_dates dates;
};

/* Where a reading comes from in its group, and goes to: what the innermost loop needs of it. */
struct gather_place {
    uint8_t at, lane;
};

/* Readings first … end − 1 of one group, role and dates. Those of a lane stand together. */
struct gather_run {
    uint32_t group, first, end;
    uint8_t role;
    struct gather_dates dates;
};

/* Fewer series of one group are cheaper to get figure by figure than to unpack it. */
enum { READ_MIN = 6, ANY_COLUMN = (1 << COLUMN_COUNT) - 1 };

void gathered_deinit(struct gathered *gathered)
{
    for (size_t role = 0; role < ROLE_COUNT; role++)
        for (int column = 0; column < COLUMN_COUNT; column++) {
            alloc_free(gathered->columns[role][column].sums);
            alloc_free(gathered->columns[role][column].unknown);
            alloc_free(gathered->columns[role][column].inexact);
        }
    alloc_free(gathered->readings);
    alloc_free(gathered->places);
    alloc_free(gathered->runs);
    *gathered = (struct gathered){0};
}

/* ---- what is gathered ---- */

static void plan_role(struct gather_plan *plan, const struct program *program, uint8_t role, unsigned columns)
{
    if (series_roles[program->roles[role]].partner != PLACE_EACH)
        plan->columns[role] |= (uint8_t)columns;
}

void gather_plan_add(struct gather_plan *plan, const struct program *program)
{
    for (size_t i = 0; i < program->len; i++) {
        const struct instruction *code = &program->code[i];
        if (code->op != PROGRAM_WINDOW && code->op != PROGRAM_PROBE)
            continue;
        if (program->role_count > 0)
            plan_role(plan, program, code->role, 1U << code->column);
        if (code->op == PROGRAM_PROBE && code->exact)
            plan_role(plan, program, code->role, 1U << COLUMN_QUANTITY);
    }
}

/* ---- readings ---- */

static void push_reading(struct gathered *gathered, const struct series_use *use, uint8_t lane, uint8_t role)
{
    bool zero = use->zero_first != PERIOD_NONE;
    gathered->readings =
        alloc_grow(gathered->readings, gathered->len, &gathered->cap, sizeof *gathered->readings);
    gathered->readings[gathered->len++] = (struct gather_reading){
        .group = use->id / PANEL_BLOCK,
        .at = (uint8_t)(use->id % PANEL_BLOCK),
        .lane = lane,
        .role = role,
        .dates =
            {
                .from = use->from != PERIOD_NONE ? use->from : INT32_MIN,
                .until = use->until != PERIOD_NONE ? use->until : INT32_MAX,
                .zero_first = zero ? use->zero_first : INT32_MAX,
                .zero_last = zero ? use->zero_last : INT32_MIN,
            },
    };
}

/* By group and role: what is unpacked together stands together. */
static int compare_readings(const void *left, const void *right)
{
    const struct gather_reading *a = left, *b = right;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return a->role != b->role ? (a->role < b->role ? -1 : 1) : (a->lane > b->lane) - (a->lane < b->lane);
}

/* Whether the role reads the same in the lane as in the one before: the market of one product, whatever the
 * origin. Bindings are shared where they are the same. */
static bool repeats(const struct program_input *input, size_t role_count, size_t role, size_t lane)
{
    const struct binding *binding = &input->bindings[lane * role_count + role];
    return lane > 0 && binding->count > 0 && binding_equal(binding, binding - role_count);
}

static void push_readings(struct gathered *gathered, const struct program_input *input, size_t role_count)
{
    gathered->len = 0;
    for (size_t role = 0; role < role_count; role++)
        for (size_t lane = 0; lane < input->lanes && gathered->plan.columns[role] != 0; lane++) {
            struct binding binding = input->bindings[lane * role_count + role];
            if (repeats(input, role_count, role, lane))
                continue;
            for (uint32_t i = 0; i < binding.count; i++)
                push_reading(gathered, &input->uses[binding.first + i], (uint8_t)lane, (uint8_t)role);
        }
    if (gathered->len > 0)
        qsort(gathered->readings, gathered->len, sizeof *gathered->readings, compare_readings);
}

static bool are_together(const struct gather_run *run, const struct gather_reading *reading)
{
    const struct gather_dates *a = &run->dates, *b = &reading->dates;
    return run->group == reading->group && run->role == reading->role && a->from == b->from &&
           a->until == b->until && a->zero_first == b->zero_first && a->zero_last == b->zero_last;
}

static void find_runs(struct gathered *gathered)
{
    gathered->run_len = 0;
    if (gathered->place_cap < gathered->len) {
        gathered->place_cap = gathered->cap;
        gathered->places = alloc_resize(gathered->places, gathered->place_cap, sizeof *gathered->places);
    }
    for (uint32_t i = 0; i < gathered->len; i++) {
        const struct gather_reading *reading = &gathered->readings[i];
        gathered->places[i] = (struct gather_place){reading->at, reading->lane};
        if (gathered->run_len == 0 || !are_together(&gathered->runs[gathered->run_len - 1], reading)) {
            gathered->runs =
                alloc_grow(gathered->runs, gathered->run_len, &gathered->run_cap, sizeof *gathered->runs);
            gathered->runs[gathered->run_len++] = (struct gather_run){
                .group = reading->group, .first = i, .role = reading->role, .dates = reading->dates};
        }
        gathered->runs[gathered->run_len - 1].end = i + 1;
    }
}

/* ---- months ---- */

/* One month of one role's column, over the lanes. */
struct gathered_month {
    int64_t sums[PROGRAM_LANES];
    uint8_t unknown[PROGRAM_LANES], inexact[PROGRAM_LANES];
};

/* What is at work. */
struct gathering {
    struct gathered *gathered;
    const struct program_input *input;
    size_t role_count;
    struct gathered_month *months; /* [role * COLUMN_COUNT + column] */
    uint64_t *magnitudes;          /* as months, by lane: no figure is greater */
    uint32_t *counts;              /* [role * PROGRAM_LANES + lane]: series of the role */
    uint8_t *leaders;              /* as counts: the lane that reads for it, mostly itself */
    bool any_repeats[ROLE_COUNT];
};

static bool is_outside(const struct gather_dates *dates, int32_t period)
{
    return period < dates->from || period > dates->until;
}

/* Whether a month without a row means that nothing was traded, see missing_month of program_run.c. */
static bool is_zero(const struct gather_dates *dates, int32_t period)
{
    return is_outside(dates, period) || (period >= dates->zero_first && period <= dates->zero_last);
}

static uint64_t magnitude_of(int64_t figure)
{
    return (uint64_t)(figure ^ figure >> 63);
}

/* Whether no figure means that nothing was traded, unless the row has one of these columns or is
 * confidential.
 */
struct absence {
    bool is_zero;
    uint8_t known;
};

static struct absence absence_of(const struct gather_dates *dates, int32_t period)
{
    return (struct absence){is_zero(dates, period), is_outside(dates, period) ? 0 : ANY_COLUMN};
}

/* What is wrong with a figure. */
enum { LACKS_FIGURE = 1, LACKS_EXACTNESS = 2 };

/* Of each row of the block, several at a time: as bits of the above. */
EACH_PROCESSOR static void find_lacks(
    const struct panel_month *month, enum column column, struct absence absence, uint8_t lacks[PANEL_BLOCK])
{
    uint8_t bit = (uint8_t)(1U << column), nothing = absence.is_zero ? 0 : 0xff;
    for (size_t i = 0; i < PANEL_BLOCK; i++) {
        uint8_t known = month->known[i], flags = month->flags[i];
        uint8_t unlike_zero = nothing | (known & absence.known) | (flags & OBSERVATION_SUPPRESSED);
        bool missing = (known & bit) == 0 && unlike_zero != 0;
        bool inexact = missing || (flags & OBSERVATION_ESTIMATED) != 0;
        lacks[i] = (uint8_t)((missing ? LACKS_FIGURE : 0) | (inexact ? LACKS_EXACTNESS : 0));
    }
}

static void take_column(const struct gathering *gathering, const struct gather_run *run, enum column column,
    struct absence absence, const struct panel_month *month)
{
    size_t slot = (size_t)run->role * COLUMN_COUNT + column;
    struct gathered_month *out = &gathering->months[slot];
    uint64_t *magnitudes = &gathering->magnitudes[slot * PROGRAM_LANES];
    const int64_t *figures = month->figures[column];
    const struct gather_place *place = gathering->gathered->places + run->first;
    const struct gather_place *end = gathering->gathered->places + run->end;
    uint8_t lacks[PANEL_BLOCK];
    find_lacks(month, column, absence, lacks);
    while (place < end) {
        uint8_t lane = place->lane, lack = 0;
        uint64_t sum = 0, magnitude = 0;
        for (; place < end && place->lane == lane; place++) {
            sum += (uint64_t)figures[place->at];
            magnitude |= magnitude_of(figures[place->at]);
            lack |= lacks[place->at];
        }
        out->sums[lane] = (int64_t)((uint64_t)out->sums[lane] + sum);
        magnitudes[lane] |= magnitude;
        out->unknown[lane] |= lack & LACKS_FIGURE;
        out->inexact[lane] |= lack / LACKS_EXACTNESS;
    }
}

/* A run of whose group the panel has nothing in the month. */
static void take_nothing(const struct gathering *gathering, const struct gather_run *run, int32_t period)
{
    for (size_t i = run->first; i < run->end && !is_zero(&run->dates, period); i++)
        for (int column = 0; column < COLUMN_COUNT; column++) {
            struct gathered_month *out =
                &gathering->months[(size_t)run->role * COLUMN_COUNT + (size_t)column];
            uint8_t lane = gathering->gathered->places[i].lane;
            out->unknown[lane] = out->inexact[lane] = 1;
        }
}

static void take_run(const struct gathering *gathering, const struct gather_run *run, int32_t period,
    const struct panel_month *month)
{
    uint8_t columns = gathering->gathered->plan.columns[run->role];
    struct absence absence = absence_of(&run->dates, period);
    for (int column = 0; column < COLUMN_COUNT; column++)
        if ((columns >> column & 1) != 0)
            take_column(gathering, run, (enum column)column, absence, month);
}

/* The month of a few series, figure by figure. */
static void get_month(const struct gathering *gathering, const struct gather_reading *readings, size_t n,
    int32_t period, struct panel_month *month)
{
    const struct panel *panel = gathering->input->panel;
    for (size_t i = 0; i < n; i++) {
        uint32_t id = readings[i].group * PANEL_BLOCK + readings[i].at;
        unsigned known = 0;
        for (int column = 0; column < COLUMN_COUNT; column++) {
            int64_t *figure = &month->figures[column][readings[i].at];
            if (panel_get(panel, id, (enum column)column, period, figure))
                known |= 1U << column;
            else
                *figure = 0;
        }
        month->known[readings[i].at] = (uint8_t)known;
        month->flags[readings[i].at] = (uint8_t)panel_flags(panel, id, period);
    }
}

/* Runs of one group: `run` … `end` − 1. */
static void take_group(const struct gathering *gathering, const struct gather_run *run,
    const struct gather_run *end, int32_t period, struct panel_month *month)
{
    size_t n = end[-1].end - run->first;
    bool any = true;
    if (n < READ_MIN)
        get_month(gathering, gathering->gathered->readings + run->first, n, period, month);
    else
        any = panel_read(gathering->input->panel, run->group, period, month);
    for (; run < end; run++)
        if (any)
            take_run(gathering, run, period, month);
        else
            take_nothing(gathering, run, period);
}

/* An empty month: known to be nothing but where a lane's role has no series. */
static void begin_month(const struct gathering *gathering)
{
    for (size_t role = 0; role < gathering->role_count; role++)
        for (int column = 0; column < COLUMN_COUNT; column++) {
            struct gathered_month *month = &gathering->months[role * COLUMN_COUNT + (size_t)column];
            if ((gathering->gathered->plan.columns[role] >> column & 1) == 0)
                continue;
            memset(month->sums, 0, gathering->input->lanes * sizeof *month->sums);
            for (size_t lane = 0; lane < gathering->input->lanes; lane++)
                month->unknown[lane] = month->inexact[lane] =
                    gathering->counts[role * PROGRAM_LANES + lane] == 0;
        }
}

/* Row `row + 1` of a column: all that is before the next month. */
EACH_PROCESSOR static void add_month(
    struct gathered_column *column, size_t row, const struct gathered_month *month, size_t lanes)
{
    size_t before = row * PROGRAM_LANES, after = before + PROGRAM_LANES;
    for (size_t lane = 0; lane < lanes; lane++)
        column->sums[after + lane] =
            (int64_t)((uint64_t)column->sums[before + lane] + (uint64_t)month->sums[lane]);
    for (size_t lane = 0; lane < lanes; lane++)
        column->unknown[after + lane] = (uint8_t)(column->unknown[before + lane] + month->unknown[lane]);
    for (size_t lane = 0; lane < lanes; lane++)
        column->inexact[after + lane] = (uint8_t)(column->inexact[before + lane] + month->inexact[lane]);
}

/* Lanes that read what an earlier one does have what that has gathered. */
EACH_PROCESSOR static void repeat_lanes(const struct gathering *gathering, size_t role)
{
    const uint8_t *leaders = &gathering->leaders[role * PROGRAM_LANES];
    for (size_t column = 0; column < COLUMN_COUNT; column++) {
        struct gathered_month *month = &gathering->months[role * COLUMN_COUNT + column];
        if ((gathering->gathered->plan.columns[role] >> column & 1) == 0)
            continue;
        for (size_t lane = 0; lane < gathering->input->lanes; lane++) {
            month->sums[lane] = month->sums[leaders[lane]];
            month->unknown[lane] = month->unknown[leaders[lane]];
            month->inexact[lane] = month->inexact[leaders[lane]];
        }
    }
}

static void gather_month(const struct gathering *gathering, int32_t period, struct panel_month *month)
{
    struct gathered *gathered = gathering->gathered;
    begin_month(gathering);
    for (size_t first = 0, end; first < gathered->run_len; first = end) {
        uint32_t group = gathered->runs[first].group;
        for (end = first; end < gathered->run_len && gathered->runs[end].group == group; end++)
            ;
        take_group(gathering, gathered->runs + first, gathered->runs + end, period, month);
    }
    for (size_t role = 0; role < gathering->role_count; role++)
        if (gathering->any_repeats[role])
            repeat_lanes(gathering, role);
    for (size_t role = 0; role < gathering->role_count; role++)
        for (size_t column = 0; column < COLUMN_COUNT; column++)
            if ((gathered->plan.columns[role] >> column & 1) != 0)
                add_month(&gathered->columns[role][column], (size_t)(period - gathered->first),
                    &gathering->months[role * COLUMN_COUNT + column], gathering->input->lanes);
}

/* ---- columns ---- */

static void reserve(struct gathered_column *column, size_t rows)
{
    if (rows > column->cap) {
        column->cap = rows + rows / 2;
        column->sums = alloc_resize(column->sums, column->cap * PROGRAM_LANES, sizeof *column->sums);
        column->unknown = alloc_resize(column->unknown, column->cap * PROGRAM_LANES, 1);
        column->inexact = alloc_resize(column->inexact, column->cap * PROGRAM_LANES, 1);
    }
    memset(column->sums, 0, PROGRAM_LANES * sizeof *column->sums);
    memset(column->unknown, 0, PROGRAM_LANES);
    memset(column->inexact, 0, PROGRAM_LANES);
}

/* A window has WINDOW_MONTHS_MAX months at most, and each of the lane's series one figure in each. */
static void mark_wide(
    struct gathered_column *column, const uint64_t *magnitudes, const uint32_t *counts, size_t lanes)
{
    column->any_wide = false;
    for (size_t lane = 0; lane < lanes; lane++) {
        uint64_t figures = (uint64_t)counts[lane] * WINDOW_MONTHS_MAX;
        column->wide[lane] = figures > 0 && magnitudes[lane] >= (uint64_t)INT64_MAX / figures;
        column->any_wide = column->any_wide || column->wide[lane] != 0;
    }
}

static void find_leaders(struct gathering *gathering, size_t role)
{
    uint8_t *leaders = &gathering->leaders[role * PROGRAM_LANES];
    for (size_t lane = 0; lane < gathering->input->lanes; lane++) {
        bool repeated = repeats(gathering->input, gathering->role_count, role, lane);
        leaders[lane] = repeated ? leaders[lane - 1] : (uint8_t)lane;
        gathering->any_repeats[role] = gathering->any_repeats[role] || repeated;
        gathering->counts[role * PROGRAM_LANES + lane] =
            gathering->input->bindings[lane * gathering->role_count + role].count;
    }
}

/* The greatest figures of lanes that others read for. */
static void repeat_magnitudes(const struct gathering *gathering, size_t slot)
{
    const uint8_t *leaders = &gathering->leaders[slot / COLUMN_COUNT * PROGRAM_LANES];
    uint64_t *magnitudes = &gathering->magnitudes[slot * PROGRAM_LANES];
    for (size_t lane = 0; lane < gathering->input->lanes; lane++)
        magnitudes[lane] = magnitudes[leaders[lane]];
}

void gather(struct gathered *gathered, const struct gather_plan *plan, const struct program_input *input,
    size_t role_count, int32_t first, int32_t last)
{
    size_t slots = role_count * COLUMN_COUNT;
    struct gathering gathering = {
        .gathered = gathered,
        .input = input,
        .role_count = role_count,
        .months = alloc_zeroed(slots, sizeof *gathering.months),
        .magnitudes = alloc_zeroed(slots * PROGRAM_LANES, sizeof *gathering.magnitudes),
        .counts = alloc_zeroed(role_count * PROGRAM_LANES, sizeof *gathering.counts),
        .leaders = alloc_zeroed(role_count * PROGRAM_LANES, sizeof *gathering.leaders),
    };
    struct panel_month month = {{0}, {0}, {{0}}};
    gathered->plan = *plan;
    gathered->first = first;
    gathered->last = last;
    push_readings(gathered, input, role_count);
    find_runs(gathered);
    for (size_t role = 0; role < role_count; role++)
        find_leaders(&gathering, role);
    for (size_t i = 0; i < slots; i++)
        if ((plan->columns[i / COLUMN_COUNT] >> i % COLUMN_COUNT & 1) != 0)
            reserve(&gathered->columns[i / COLUMN_COUNT][i % COLUMN_COUNT], (size_t)(last - first) + 2);
    for (int32_t period = first; period <= last; period++)
        gather_month(&gathering, period, &month);
    for (size_t i = 0; i < slots; i++)
        repeat_magnitudes(&gathering, i);
    for (size_t i = 0; i < slots; i++)
        mark_wide(&gathered->columns[i / COLUMN_COUNT][i % COLUMN_COUNT],
            gathering.magnitudes + i * PROGRAM_LANES, gathering.counts + i / COLUMN_COUNT * PROGRAM_LANES,
            input->lanes);
    alloc_free(gathering.months);
    alloc_free(gathering.magnitudes);
    alloc_free(gathering.counts);
    alloc_free(gathering.leaders);
}

bool gathered_rows(
    const struct gathered *gathered, const struct gathered_window *window, struct gathered_rows *ret_rows)
{
    if (gathered == NULL || (gathered->plan.columns[window->role] >> window->column & 1) == 0 ||
        window->from < gathered->first || window->to > gathered->last || window->from > window->to ||
        window->to - window->from >= WINDOW_MONTHS_MAX)
        return false;
    const struct gathered_column *column = &gathered->columns[window->role][window->column];
    size_t from = (size_t)(window->from - gathered->first) * PROGRAM_LANES;
    size_t to = (size_t)(window->to + 1 - gathered->first) * PROGRAM_LANES;
    const uint8_t *counts = window->exact ? column->inexact : column->unknown;
    *ret_rows =
        (struct gathered_rows){column->sums + from, column->sums + to, counts + from, counts + to, column};
    return true;
}
