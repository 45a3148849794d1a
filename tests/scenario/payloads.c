#include "tests/scenario/payloads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "core/period.h"

enum { PAYLOADS_MAX = 32, ROWS_MAX = 2000, TEXT_MAX = 1024 * 1024 };

struct row {
    char series[80]; /* "X,US,toys-sports" */
    int32_t period;
    double figure;
    bool gone;
};

struct payload {
    const char *name;
    struct row *rows; /* NULL for a mere text */
    size_t len;
    const char *text;
};

struct payloads {
    struct payload items[PAYLOADS_MAX];
    size_t len;
};

static struct payload *find(struct world *world, const char *name)
{
    for (size_t i = 0; world->payloads != NULL && i < world->payloads->len; i++)
        if (str_equal(world->payloads->items[i].name, name))
            return &world->payloads->items[i];
    return NULL;
}

/* A new one, or the old one of this name emptied. */
static struct payload *add(struct world *world, const char *name)
{
    struct payload *payload = find(world, name);
    if (world->payloads == NULL)
        world->payloads = arena_alloc(&world->arena, sizeof *world->payloads);
    if (payload == NULL && world->payloads->len == PAYLOADS_MAX) {
        world_fail(world, "too many payloads");
        return &world->payloads->items[0];
    }
    if (payload == NULL)
        payload = &world->payloads->items[world->payloads->len++];
    *payload = (struct payload){.name = name, .text = ""};
    return payload;
}

const char *payloads_find(struct world *world, const char *name)
{
    const struct payload *payload = find(world, name);
    if (payload == NULL)
        world_fail(world, "there is no payload '%s'", name);
    return payload != NULL ? payload->text : NULL;
}

/* ---- tables ---- */

static void render(struct world *world, struct payload *payload)
{
    struct buf text;
    char period[PERIOD_TEXT_SIZE];
    buf_init(&text, TEXT_MAX);
    (void)buf_puts(&text, "flow,partner,group,period,value_kusd,quantity_t\n");
    for (size_t i = 0; i < payload->len; i++) {
        const struct row *row = &payload->rows[i];
        if (!row->gone)
            (void)buf_printf(
                &text, "%s,%s,%.2f,\n", row->series, period_format(row->period, period), row->figure);
    }
    payload->text = arena_strdup(&world->arena, buf_text(&text));
    buf_deinit(&text);
}

static struct row *find_row(struct payload *payload, const char *series, int32_t period)
{
    for (size_t i = 0; i < payload->len; i++)
        if (payload->rows[i].period == period && str_equal(payload->rows[i].series, series))
            return &payload->rows[i];
    return NULL;
}

static void put_row(
    struct world *world, struct payload *payload, const char *series, int32_t period, const char *word)
{
    struct row *row = find_row(payload, series, period);
    if (row == NULL && payload->len == ROWS_MAX) {
        world_fail(world, "the payload is too long");
        return;
    }
    if (row == NULL)
        row = &payload->rows[payload->len++];
    *row = (struct row){.period = period, .figure = atof(word), .gone = word[0] == '_'};
    snprintf(row->series, sizeof row->series, "%s", series);
}

/* "50000x27": so many months with the same figure. */
static int32_t put_run(
    struct world *world, struct payload *payload, const char *series, int32_t period, const char *word)
{
    const char *times = strchr(word, 'x');
    int n = times != NULL ? atoi(times + 1) : 1;
    for (int i = 0; i < n; i++)
        put_row(world, payload, series, period++, word);
    return period;
}

/* One line of the block: its first three words name the series, the others are left in `rest`. */
static bool take_series(char **block, char series[80], char **rest)
{
    char flow[4], partner[4], group[64];
    int used = 0;
    char *line = strsep(block, "\n");
    if (line == NULL || sscanf(line, "%3s %3s %63s %n", flow, partner, group, &used) != 3)
        return false;
    snprintf(series, 80, "%s,%s,%s", flow, partner, group);
    *rest = line + used;
    return true;
}

static void fill_from(struct world *world, struct payload *payload, char *block, int32_t first)
{
    char series[80], *rest;
    while (take_series(&block, series, &rest)) {
        int32_t period = first;
        for (char *word; (word = strsep(&rest, " ")) != NULL;)
            if (word[0] != '\0')
                period = put_run(world, payload, series, period, word);
    }
}

static void fill_like(struct world *world, struct payload *payload, char *block)
{
    char series[80], *rest, month[16], figure[32];
    int32_t period;
    while (take_series(&block, series, &rest)) {
        if (sscanf(rest, "%15s %31s", month, figure) == 2 && period_parse(slice_of(month), &period) == 0)
            put_row(world, payload, series, period, figure);
        else
            world_fail(world, "expected a month and a figure, found '%s'", rest);
    }
}

void payloads_define(struct world *world, const struct step *step)
{
    bool like = step->count == 4 && str_equal(step->words[2], "like");
    const struct payload *other = like ? find(world, step->words[3]) : NULL;
    struct payload *payload = add(world, step->words[1]);
    char *block = arena_strdup(&world->arena, step->block);
    int32_t first;
    payload->rows = arena_array(&world->arena, ROWS_MAX, sizeof *payload->rows);
    if (other != NULL && other->rows != NULL) {
        memcpy(payload->rows, other->rows, other->len * sizeof *other->rows);
        payload->len = other->len;
        fill_like(world, payload, block);
    } else if (!like && step->count == 4 && period_parse(slice_of(step->words[3]), &first) == 0) {
        fill_from(world, payload, block, first);
    } else {
        world_fail(world, "expected: payload NAME from MONTH, or payload NAME like OTHER");
    }
    render(world, payload);
}

/* ---- texts ---- */

void payloads_define_text(struct world *world, const struct step *step)
{
    add(world, step->words[1])->text = step->block;
}

void payloads_cut(struct world *world, const struct step *step)
{
    const char *text = step->count == 4 ? payloads_find(world, step->words[2]) : NULL;
    size_t len = text != NULL ? strlen(text) : 0, less = text != NULL ? (size_t)atoi(step->words[3]) : 0;
    if (text == NULL || less > len) {
        world_fail(world, "expected: cut NAME OTHER BYTES");
        return;
    }
    add(world, step->words[1])->text = arena_strndup(&world->arena, text, len - less);
}

/* ---- many ---- */

void payloads_flood(struct world *world, const struct step *step)
{
    enum { MONTHS = 30, RISING = 3, BYTES_MAX = 64 * 1024 * 1024 };
    struct buf text;
    buf_init(&text, BYTES_MAX);
    (void)buf_puts(&text, "flow,partner,group,period,value_kusd,quantity_t\n");
    for (int product = 0; product < atoi(step->words[2]); product++)
        for (int month = 0; month < MONTHS; month++) {
            char period[PERIOD_TEXT_SIZE];
            int figure = month < MONTHS - RISING ? 50000 : 100000;
            (void)buf_printf(&text, "X,US,p%d,%s,%d.00,\n", product,
                period_format(period_make(2023, 1) + month, period), figure);
        }
    add(world, step->words[1])->text = arena_strdup(&world->arena, buf_text(&text));
    buf_deinit(&text);
}
