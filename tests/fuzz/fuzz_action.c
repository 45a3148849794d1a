/* link: daemon/io/action_json daemon/io/json_value daemon/core/action daemon/core/matchers daemon/core/moment daemon/core/alert daemon/core/figure daemon/core/selector daemon/core/basket daemon/core/row daemon/core/date daemon/core/period daemon/core/code daemon/base/alloc daemon/base/arena daemon/base/diag daemon/base/buf daemon/base/clock daemon/base/clock_text daemon/base/digest daemon/base/keys daemon/base/map daemon/base/node daemon/base/str */
/* Arbitrary bytes as the body of a request to the control socket: read, checked, matched, written and read
 * again. */
#include <assert.h>
#include <stdint.h>

#include "io/action_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct baskets none;

/* What is taken is on one line, and comes back as it was. */
static void write_and_read(const struct action_request *request, struct arena *arena)
{
    struct action_request again = {0};
    struct buf text;
    const char *fault;
    buf_init(&text, 1024 * 1024);
    int r = action_json_write(request, &text);
    assert(r == 0);
    r = action_json_read((struct slice){buf_text(&text), text.len}, arena, &again, &fault);
    assert(r == 0 && again.kind == request->kind && again.silence == request->silence);
    assert(request->text == NULL || str_equal(request->text, again.text));
    buf_deinit(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena arena = ARENA_NULL;
    struct action_request request = {.login = "root"};
    struct matchers matchers;
    const char *fault = NULL;
    int64_t from_ms, until_ms;
    int r = action_json_read((struct slice){(const char *)bytes, len}, &arena, &request, &fault);
    if (r == 0) {
        write_and_read(&request, &arena);
        r = action_check(&request, INT64_C(1751803200000), &arena, &from_ms, &until_ms, &fault);
    }
    if (r == 0) {
        assert(str_is_line(slice_of(request.who)) &&
               (request.text == NULL || str_is_line(slice_of(request.text))));
        assert(until_ms >= from_ms);
        struct alert_scope scope = {"surge", "7210", "US", ""};
        if (matchers_read(&request.matchers, &none, &arena, &matchers, &fault) == 0)
            (void)matchers_hold(&matchers, &none, &scope, SEVERITY_WATCH);
    }
    assert(r == 0 || fault != NULL);
    arena_deinit(&arena);
    return 0;
}
