/* link: daemon/io/webhook daemon/io/cloudevent daemon/io/json_value daemon/core/message_fill daemon/core/message_view daemon/core/words daemon/core/figure daemon/core/date daemon/core/period daemon/core/alert daemon/base/alloc daemon/base/arena daemon/base/buf daemon/base/str daemon/base/clock_text daemon/base/digest daemon/core/bulletin daemon/core/bulletin_view daemon/core/zone daemon/core/markup daemon/core/hold daemon/io/outcome daemon/io/evidence_json daemon/core/measure daemon/core/basket daemon/core/row daemon/core/code daemon/base/keys daemon/base/node daemon/base/map daemon/base/diag daemon/core/expr_lex daemon/core/expr_parse daemon/core/series_role daemon/core/quality_flag */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/str.h"
#include "io/channel.h"
#include "tests/support/sample_record.h"

/* The test vector that Standard Webhooks publishes with its reference libraries. */
#define VECTOR_SECRET    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define VECTOR_SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define VECTOR_MS        INT64_C(1614265330000)

static const struct delivery_row vector_row = {
    .message_id = "msg_p5jXN8AQM9LWM0D4loKWxJek",
    .body = "{\"test\": 2432232314}",
};

static struct channel_target target_with(const char *secret)
{
    return (struct channel_target){
        .receiver = "vasep", .address = "https://receiver.example/hook", .secret = slice_of(secret)};
}

static const char *header(const struct transfer_request *request, const char *name)
{
    for (const char *const *line = request->headers; *line != NULL; line++)
        if (str_starts(*line, name))
            return *line + strlen(name);
    fail_msg("no header %s", name);
    return NULL;
}

static void published_vector_is_reproduced(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct transfer_request request;
    struct channel_target target = target_with(VECTOR_SECRET);
    assert_int_equal(channel_webhook.request(&vector_row, &target, VECTOR_MS, &arena, &request), 0);
    assert_string_equal(header(&request, "webhook-signature: "), VECTOR_SIGNATURE);
    assert_string_equal(header(&request, "webhook-id: "), vector_row.message_id);
    assert_string_equal(header(&request, "webhook-timestamp: "), "1614265330");
    assert_string_equal(header(&request, "Content-Type: "), "application/cloudevents+json");
    assert_string_equal(request.url, target.address);
    assert_true(slice_equal(request.body, vector_row.body));
    assert_int_equal(request.max_bytes, 4096);
    assert_int_equal(request.timeout_ms, 20000);
    assert_null(request.mail);
    arena_deinit(&arena);
}

static void two_secrets_give_two_signatures(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct transfer_request request;
    struct channel_target target =
        target_with("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= " VECTOR_SECRET "\n");
    assert_int_equal(channel_webhook.request(&vector_row, &target, VECTOR_MS, &arena, &request), 0);
    const char *signatures = header(&request, "webhook-signature: ");
    assert_true(str_starts(signatures, "v1,"));
    assert_string_equal(strchr(signatures, ' '), " " VECTOR_SIGNATURE);
    arena_deinit(&arena);
}

static void unusable_secrets_and_addresses_are_refused(void **state)
{
    (void)state;
    static const char *const secrets[] = {"", " \n", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_c2hvcnQ=" /* under 24 bytes */, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS" /* not base64 */,
        "whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", VECTOR_SECRET " whsec_x",
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+"
        "P0BBQkM=" /* 68 */};
    struct arena arena = ARENA_NULL;
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        struct transfer_request request = {.timeout_ms = 42};
        struct channel_target target = target_with(secrets[i]);
        assert_int_equal(channel_webhook.request(&vector_row, &target, VECTOR_MS, &arena, &request), -EINVAL);
        assert_int_equal(request.timeout_ms, 42);
    }
    struct transfer_request request;
    struct channel_target none = {.address = "https://receiver.example/"};
    struct channel_target file = target_with(VECTOR_SECRET);
    file.address = "file:///etc/passwd";
    assert_int_equal(channel_webhook.request(&vector_row, &none, VECTOR_MS, &arena, &request), -EINVAL);
    assert_int_equal(channel_webhook.request(&vector_row, &file, VECTOR_MS, &arena, &request), -EINVAL);
    arena_deinit(&arena);
}

static void rendering_is_stable_and_names_the_receiver(void **state)
{
    (void)state;
    struct arena arena = ARENA_NULL;
    struct alert_record record = sample_trade();
    struct channel_target target = target_with(VECTOR_SECRET);
    struct delivery_row one = {0}, two = {0}, other = {0};
    assert_int_equal(channel_webhook.render(&record, &target, &arena, &one), 0);
    assert_int_equal(channel_webhook.render(&record, &target, &arena, &two), 0);
    target.receiver = "moit";
    assert_int_equal(channel_webhook.render(&record, &target, &arena, &other), 0);
    assert_string_equal(one.message_id, two.message_id);
    assert_string_equal(one.body, two.body);
    assert_string_not_equal(one.message_id, other.message_id);
    assert_non_null(strstr(one.body, one.message_id));
    assert_null(strchr(one.message_id, '.'));
    assert_string_equal(one.subject, "");
    arena_deinit(&arena);
}

static void schedule_is_that_of_standard_webhooks(void **state)
{
    (void)state;
    int64_t total = 0;
    size_t n = 0;
    for (; channel_webhook.delays_s[n] != 0; n++)
        total += channel_webhook.delays_s[n];
    assert_int_equal(n, 9);
    assert_int_equal(channel_webhook.delays_s[0], 5);
    assert_int_equal(total, 75 * 3600 + 35 * 60 + 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_vector_is_reproduced),
        cmocka_unit_test(two_secrets_give_two_signatures),
        cmocka_unit_test(unusable_secrets_and_addresses_are_refused),
        cmocka_unit_test(rendering_is_stable_and_names_the_receiver),
        cmocka_unit_test(schedule_is_that_of_standard_webhooks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
