/* link: daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/digest daemon/base/str daemon/core/period feeds/detector feeds/pick feeds/scan_csv */
/* Values of answers: the first line is the path, what follows the answer. A detector reads it too, and what
 * it says of an answer is the same each time. */
#include <stdlib.h>
#include <string.h>

#include "feeds/detector.h"
#include "feeds/pick.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void pick(struct slice body, const char *path, struct arena *arena)
{
    struct picked picked;
    if (pick_values(body, path, arena, &picked) == 0)
        for (size_t i = 0; i < picked.len; i++)
            if (strlen(picked.items[i]) > body.len * 4)
                abort();
    picked_deinit(&picked);
}

static void detect(struct slice body, const char *path, struct arena *arena)
{
    struct ask_detector detector = {.url = "", .value = path, .month = path};
    struct detector_answer answer = {body, NULL, NULL};
    const char *now = detector_text(&detector, &answer, arena);
    int32_t *months;
    if (now != NULL && detector_changed(now, now, arena, &months) != 0)
        abort();
    if (now != NULL && detector_changed("", now, arena, &months) == 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = ARENA_NULL;
    const char *text = arena_strndup(&arena, (const char *)data, size);
    size_t line = strcspn(text, "\n");
    const char *path = arena_strndup(&arena, text, line);
    struct slice body = {(const char *)data + line, size - line};
    pick(body, path, &arena);
    detect(body, path, &arena);
    arena_deinit(&arena);
    return 0;
}
