#include "core/alert_diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

const char *const alert_diff_names[DIFF_KIND_COUNT] = {
    [DIFF_SAME] = "same",
    [DIFF_GAINED] = "gained",
    [DIFF_LOST] = "lost",
    [DIFF_EARLIER] = "earlier",
    [DIFF_LATER] = "later",
    [DIFF_ENDS_EARLIER] = "ends earlier",
    [DIFF_ENDS_LATER] = "ends later",
};

static int compare_scopes(const struct score_alert *a, const struct score_alert *b)
{
    const char *const left[] = {a->rule, a->product, a->market, a->origin};
    const char *const right[] = {b->rule, b->product, b->market, b->origin};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        int order = strcmp(left[i], right[i]);
        if (order != 0)
            return order;
    }
    return 0;
}

static int32_t end_of(const struct score_alert *alert)
{
    return alert->cleared_known == DATE_NONE ? INT32_MAX : alert->cleared_known;
}

static int compare_alerts(const void *left, const void *right)
{
    const struct score_alert *a = *(const struct score_alert *const *)left;
    const struct score_alert *b = *(const struct score_alert *const *)right;
    int order = compare_scopes(a, b);
    if (order != 0)
        return order;
    if (a->known != b->known)
        return a->known < b->known ? -1 : 1;
    return (end_of(a) > end_of(b)) - (end_of(a) < end_of(b));
}

static const struct score_alert **in_order(const struct score_alert *alerts, size_t n)
{
    const struct score_alert **sorted = alloc_zeroed(n, sizeof *sorted);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &alerts[i];
    if (n > 0)
        qsort(sorted, n, sizeof *sorted, compare_alerts);
    return sorted;
}

/* An episode may end on the day on which it was raised, and another begin on the day on which one has ended.
 */
static bool overlap(const struct score_alert *a, const struct score_alert *b)
{
    return a->known == b->known || (a->known < end_of(b) && b->known < end_of(a));
}

static enum alert_diff_kind kind_of(const struct score_alert *before, const struct score_alert *after)
{
    if (before == NULL || after == NULL)
        return before == NULL ? DIFF_GAINED : DIFF_LOST;
    if (before->known != after->known)
        return after->known < before->known ? DIFF_EARLIER : DIFF_LATER;
    if (end_of(before) != end_of(after))
        return end_of(after) < end_of(before) ? DIFF_ENDS_EARLIER : DIFF_ENDS_LATER;
    return DIFF_SAME;
}

/* The line of a rule; pairs come by rule, so it is the last one or new. */
static struct alert_diff_rule *rule_of(struct alert_diff *diff, const char *rule)
{
    if (diff->rule_count > 0 && strcmp(diff->rules[diff->rule_count - 1].rule, rule) == 0)
        return &diff->rules[diff->rule_count - 1];
    diff->rules = alloc_grow(diff->rules, diff->rule_count, &diff->rule_cap, sizeof *diff->rules);
    diff->rules[diff->rule_count] = (struct alert_diff_rule){.rule = rule};
    return &diff->rules[diff->rule_count++];
}

static void push_pair(
    struct alert_diff *diff, const struct score_alert *before, const struct score_alert *after, int32_t since)
{
    bool old = before != NULL && before->known >= since, new = after != NULL && after->known >= since;
    if (!old && !new)
        return;
    struct alert_pair pair = {kind_of(before, after), before, after};
    struct alert_diff_rule *rule = rule_of(diff, before != NULL ? before->rule : after->rule);
    rule->before += old;
    rule->after += new;
    rule->counts[pair.kind]++;
    diff->pairs = alloc_grow(diff->pairs, diff->len, &diff->cap, sizeof *diff->pairs);
    diff->pairs[diff->len++] = pair;
}

/* Which of two comes alone: 0 neither, they are a pair; below 0 the first. Of two in one scope that do not
 * overlap it is the one that ends first. */
static int order_of(const struct score_alert *a, const struct score_alert *b)
{
    int order = compare_scopes(a, b);
    if (order != 0)
        return order;
    return overlap(a, b) ? 0 : a->known < b->known ? -1 : 1;
}

void alert_diff_compute(const struct score_alert *before, size_t before_count,
    const struct score_alert *after, size_t after_count, int32_t since, struct alert_diff *ret_diff)
{
    const struct score_alert **old = in_order(before, before_count), **new = in_order(after, after_count);
    size_t i = 0, k = 0;
    *ret_diff = (struct alert_diff){0};
    while (i < before_count || k < after_count) {
        int order = i == before_count ? 1 : k == after_count ? -1 : order_of(old[i], new[k]);
        push_pair(ret_diff, order <= 0 ? old[i] : NULL, order >= 0 ? new[k] : NULL, since);
        i += order <= 0;
        k += order >= 0;
    }
    alloc_free(old);
    alloc_free(new);
}

void alert_diff_deinit(struct alert_diff *diff)
{
    alloc_free(diff->pairs);
    alloc_free(diff->rules);
    *diff = (struct alert_diff){0};
}
