#include "core/notice.h"

#include <errno.h>

#include "base/alloc.h"

const char *const notice_proceeding_names[PROCEEDING_COUNT + 1] = {
    [PROCEEDING_OTHER] = "other",
    [PROCEEDING_INVESTIGATION] = "investigation",
    [PROCEEDING_REVIEW] = "review",
    [PROCEEDING_SUNSET] = "sunset-review",
    [PROCEEDING_CHANGED_CIRCUMSTANCES] = "changed-circumstances",
    [PROCEEDING_CIRCUMVENTION] = "circumvention",
    [PROCEEDING_SCOPE] = "scope",
    [PROCEEDING_SUSPENSION] = "suspension",
};

const char *const notice_step_names[STEP_COUNT + 1] = {
    [STEP_OTHER] = "other",
    [STEP_INSTITUTION] = "institution",
    [STEP_INITIATION] = "initiation",
    [STEP_PRELIMINARY] = "preliminary",
    [STEP_FINAL] = "final",
    [STEP_ORDER] = "order",
    [STEP_CONTINUATION] = "continuation",
    [STEP_REVOCATION] = "revocation",
    [STEP_TERMINATION] = "termination",
    [STEP_RESCISSION] = "rescission",
    [STEP_POSTPONEMENT] = "postponement",
    [STEP_SCHEDULING] = "scheduling",
    [STEP_REGISTRATION] = "registration",
};

const char *const notice_outcome_names[OUTCOME_COUNT + 1] = {
    [OUTCOME_NONE] = "none",
    [OUTCOME_AFFIRMATIVE] = "affirmative",
    [OUTCOME_NEGATIVE] = "negative",
};

int notices_push(struct notices *notices, const struct notice *notice)
{
    struct slice id = slice_of(notice->id);
    uint32_t known;
    if (map_get(&notices->ids, id.data, id.len, &known)) {
        struct notice *first = &notices->items[known];
        if (first->listed && notice->listed && notice->published < first->published)
            first->published = notice->published;
        return 1;
    }
    if (notices->len == NOTICES_MAX)
        return -E2BIG;
    map_put(&notices->ids, id.data, id.len, (uint32_t)notices->len);
    notices->items = alloc_grow(notices->items, notices->len, &notices->cap, sizeof *notices->items);
    notices->items[notices->len++] = *notice;
    return 0;
}

void notices_deinit(struct notices *notices)
{
    alloc_free(notices->items);
    map_deinit(&notices->ids);
    arena_deinit(&notices->arena);
    *notices = NOTICES_NULL;
}
