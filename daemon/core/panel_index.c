#include "core/panel_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* qsort_r hands the panel to the comparison. */
static int compare_series(const void *left, const void *right, void *userdata)
{
    const struct panel *panel = userdata;
    const struct series_key *a = &panel_series(panel, *(const uint32_t *)left)->key;
    const struct series_key *b = &panel_series(panel, *(const uint32_t *)right)->key;
    int order = (a->flow > b->flow) - (a->flow < b->flow);
    order = order != 0 ? order : strcmp(a->reporter, b->reporter);
    order = order != 0 ? order : strcmp(a->partner, b->partner);
    order = order != 0 ? order : strcmp(a->product, b->product);
    return order != 0 ? order : strcmp(a->source, b->source);
}

void panel_index_init(struct panel_index *index, const struct panel *panel)
{
    size_t len = panel_series_count(panel);
    *index = (struct panel_index){panel, alloc_zeroed(len, sizeof *index->ids), len};
    for (size_t i = 0; i < len; i++)
        index->ids[i] = (uint32_t)i;
    qsort_r(index->ids, len, sizeof *index->ids, compare_series, (void *)panel);
}

void panel_index_deinit(struct panel_index *index)
{
    alloc_free(index->ids);
    *index = (struct panel_index){0};
}

/* What a range is asked for; a product compares by its beginning only. */
struct question {
    enum flow flow;
    const char *reporter, *partner, *beginning;
};

static int compare_question(const struct series_key *key, const struct question *question)
{
    int order = (key->flow > question->flow) - (key->flow < question->flow);
    order = order != 0 ? order : strcmp(key->reporter, question->reporter);
    order = order != 0 ? order : strcmp(key->partner, question->partner);
    return order != 0 ? order : strncmp(key->product, question->beginning, strlen(question->beginning));
}

/* The first series that is not below the question, or (`past`) that is above it. */
static size_t bound(const struct panel_index *index, const struct question *question, bool past)
{
    size_t low = 0, high = index->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare_question(&panel_series(index->panel, index->ids[middle])->key, question);
        if (order < 0 || (past && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct panel_range panel_index_find(const struct panel_index *index, enum flow flow, const char *reporter,
    const char *partner, const char *beginning)
{
    struct question question = {flow, reporter, partner, beginning};
    return (struct panel_range){bound(index, &question, false), bound(index, &question, true)};
}

const char *panel_index_next_partner(
    const struct panel_index *index, enum flow flow, const char *reporter, const char *partner)
{
    struct question question = {flow, reporter, partner, ""};
    size_t next = bound(index, &question, true);
    if (next == index->len)
        return NULL;
    const struct series_key *key = &panel_series(index->panel, index->ids[next])->key;
    return key->flow == flow && str_equal(key->reporter, reporter) ? key->partner : NULL;
}
