/* link: daemon/io/question_json daemon/io/order_json daemon/io/json_value daemon/core/figure daemon/core/date daemon/core/period daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/clock_text daemon/base/str */
/* Arbitrary bytes as what the control socket is asked: a question, or an order for the outbox. What is taken
 * is written, and read again it is the same. */
#include <assert.h>
#include <stdint.h>

#include "io/order_json.h"
#include "io/question_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void ask(struct slice body, struct arena *arena)
{
    struct explain_question question, again;
    struct buf text;
    const char *fault;
    if (question_json_read(body, arena, &question, &fault) < 0)
        return;
    buf_init(&text, 1024 * 1024);
    int r = question_json_write(&question, &text);
    assert(r == 0);
    r = question_json_read((struct slice){buf_text(&text), text.len}, arena, &again, &fault);
    assert(r == 0 && again.period == question.period && str_equal(again.scope.rule, question.scope.rule));
    buf_deinit(&text);
}

static void order(struct slice body, struct arena *arena)
{
    struct outbox_order order = {.who = "root"}, again = {.who = "root"};
    struct buf text;
    const char *fault;
    if (order_json_read(body, arena, &order, &fault) < 0)
        return;
    buf_init(&text, 1024 * 1024);
    int r = order_json_write(&order, &text);
    assert(r == 0);
    r = order_json_read((struct slice){buf_text(&text), text.len}, arena, &again, &fault);
    assert(r == 0 && again.action == order.action && again.delivery == order.delivery);
    buf_deinit(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = ARENA_NULL;
    ask((struct slice){(const char *)bytes, len}, &arena);
    order((struct slice){(const char *)bytes, len}, &arena);
    arena_deinit(&arena);
    return 0;
}
