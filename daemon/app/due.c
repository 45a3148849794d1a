#include "app/due.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/worker.h"

enum {
    DUE_MAX = 512,        /* as many as the outbox takes */
    RETRY_MS = 60 * 1000, /* a store that could not be read is asked again */
};

struct due {
    struct worker *worker;
    char *path;
    due_found_fn *found;
    void *userdata;
    struct store *store; /* the thread's; NULL until the first question */
};

struct asked {
    struct arena arena; /* holds the lists */
    struct due_question question;
};

/* ---- on the thread ---- */

static int open_store(struct due *due)
{
    char *text = NULL;
    int r = due->store == NULL ? store_open(due->path, STORE_FOLLOW, &due->store, &text) : 0;
    if (r < 0)
        log_error("outbox cannot be read: %s", text != NULL ? text : strerror(-r));
    alloc_free(text);
    return r;
}

static int read_due(struct due *due, const struct due_question *question, struct due_answer *answer)
{
    int r = store_due_deliveries(due->store, question, &answer->arena, &answer->deliveries, &answer->count);
    if (r == 0)
        r = store_next_delivery(due->store, &answer->next_ms);
    if (r < 0 && r != -ENOENT)
        log_error("outbox cannot be read: %s", store_error(due->store));
    return r == -ENOENT ? 0 : r;
}

static void on_question(void *userdata, void *message)
{
    struct due *due = userdata;
    struct asked *asked = message;
    struct due_answer *answer = alloc_zeroed(1, sizeof *answer);
    int r = open_store(due);
    if (r == 0)
        r = read_due(due, &asked->question, answer);
    if (r < 0) {
        answer->count = 0;
        answer->next_ms = asked->question.now_ms + RETRY_MS;
    }
    arena_deinit(&asked->arena);
    alloc_free(asked);
    worker_answer(due->worker, answer);
}

/* ---- on the loop ---- */

static void on_answer(void *userdata, void *taken)
{
    struct due *due = userdata;
    struct due_answer *answer = taken;
    if (due->found != NULL)
        due->found(due->userdata, answer);
    arena_deinit(&answer->arena);
    alloc_free(answer);
}

struct due *due_new(struct loop *loop, const char *state_directory, due_found_fn *found, void *userdata)
{
    struct due *due = alloc_zeroed(1, sizeof *due);
    struct arena arena = ARENA_NULL;
    struct worker_handlers handlers = {on_question, on_answer, due};
    due->path = alloc_strdup(arena_printf(&arena, "%s/tdwatch.db", state_directory));
    arena_deinit(&arena);
    due->found = found;
    due->userdata = userdata;
    due->worker = worker_new(loop, &handlers);
    if (due->worker != NULL)
        return due;
    due_free(due);
    return NULL;
}

void due_free(struct due *due)
{
    if (due == NULL)
        return;
    due->found = NULL;
    worker_free(due->worker);
    (void)store_close(due->store); /* a reader has nothing to lose */
    alloc_free(due->path);
    alloc_free(due);
}

void due_ask(struct due *due, int64_t now_ms, const struct buf *taken, const struct buf *done)
{
    struct asked *asked = alloc_zeroed(1, sizeof *asked);
    asked->question = (struct due_question){now_ms, DUE_MAX, arena_strdup(&asked->arena, buf_text(taken)),
        arena_strdup(&asked->arena, buf_text(done))};
    (void)worker_post(due->worker, asked); /* there is room: one question at a time */
}

void due_take(struct due *due)
{
    worker_take(due->worker);
}
