/* link: daemon/io/outcome */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "io/outcome.h"

/* ---- HTTP ---- */

static void every_http_status_has_its_class(void **state)
{
    (void)state;
    for (long status = 100; status <= 599; status++) {
        struct transfer_reply reply = {.outcome = TRANSFER_DONE, .status = status};
        enum channel_outcome expected = status / 100 == 2                ? CHANNEL_DELIVERED
                                        : status == 401 || status == 407 ? CHANNEL_OUR_FAULT
                                        : status == 410                  ? CHANNEL_GONE
                                                                         : CHANNEL_RETRY;
        if (outcome_of_http(&reply) != expected)
            fail_msg("HTTP %ld: %d", status, (int)outcome_of_http(&reply));
    }
}

static void what_ends_without_a_status_is_the_transfers(void **state)
{
    (void)state;
    static const struct {
        enum transfer_outcome outcome;
        long status;
        enum channel_outcome expected;
    } cases[] = {
        {TRANSFER_TOO_LARGE, 200, CHANNEL_DELIVERED}, /* it has the event, whatever it says of it */
        {TRANSFER_TRUNCATED, 202, CHANNEL_DELIVERED},
        {TRANSFER_TIMEOUT, 204, CHANNEL_DELIVERED}, /* a body that drips */
        {TRANSFER_TIMEOUT, 503, CHANNEL_RETRY},
        {TRANSFER_REFUSED, 0, CHANNEL_OUR_FAULT},
        {TRANSFER_UNRESOLVED, 0, CHANNEL_OUR_FAULT},
        {TRANSFER_TLS, 0, CHANNEL_OUR_FAULT},
        {TRANSFER_UNREACHED, 0, CHANNEL_RETRY},
        {TRANSFER_TIMEOUT, 0, CHANNEL_RETRY},
        {TRANSFER_TRUNCATED, 0, CHANNEL_RETRY},
        {TRANSFER_TOO_LARGE, 0, CHANNEL_RETRY},
        {TRANSFER_BROKEN, 0, CHANNEL_RETRY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct transfer_reply reply = {.outcome = cases[i].outcome, .status = cases[i].status};
        if (outcome_of_http(&reply) != cases[i].expected)
            fail_msg("case %zu: %d", i, (int)outcome_of_http(&reply));
    }
}

/* ---- SMTP ---- */

static void smtp_replies_are_judged_by_their_step(void **state)
{
    (void)state;
    static const struct {
        enum mail_stage stage;
        long status;
        enum channel_outcome expected;
    } cases[] = {
        /* the relay and we */
        {MAIL_GREETING, 421, CHANNEL_OUR_FAULT},
        {MAIL_GREETING, 554, CHANNEL_OUR_FAULT},
        {MAIL_HELLO, 502, CHANNEL_OUR_FAULT},
        {MAIL_HELLO, 454, CHANNEL_OUR_FAULT}, /* STARTTLS */
        {MAIL_AUTH, 454, CHANNEL_OUR_FAULT},
        {MAIL_AUTH, 535, CHANNEL_OUR_FAULT},
        {MAIL_SENDER, 451, CHANNEL_OUR_FAULT},
        {MAIL_SENDER, 530, CHANNEL_OUR_FAULT},
        {MAIL_SENDER, 553, CHANNEL_OUR_FAULT}, /* the sender's name, not the receiver's */
        {MAIL_SENDER, 552, CHANNEL_REJECTED},
        /* the receiver */
        {MAIL_RECIPIENT, 421, CHANNEL_RETRY},
        {MAIL_RECIPIENT, 450, CHANNEL_RETRY}, /* greylisting */
        {MAIL_RECIPIENT, 451, CHANNEL_RETRY},
        {MAIL_RECIPIENT, 452, CHANNEL_RETRY},
        {MAIL_RECIPIENT, 552, CHANNEL_RETRY}, /* mailbox full */
        {MAIL_RECIPIENT, 521, CHANNEL_REFUSED},
        {MAIL_RECIPIENT, 550, CHANNEL_REFUSED},
        {MAIL_RECIPIENT, 551, CHANNEL_REFUSED},
        {MAIL_RECIPIENT, 553, CHANNEL_REFUSED},
        {MAIL_RECIPIENT, 556, CHANNEL_REFUSED},
        {MAIL_RECIPIENT, 530, CHANNEL_OUR_FAULT},
        {MAIL_RECIPIENT, 535, CHANNEL_OUR_FAULT},
        {MAIL_RECIPIENT, 554, CHANNEL_OUR_FAULT}, /* relay access denied */
        {MAIL_RECIPIENT, 250, CHANNEL_RETRY},     /* no word yet on the mail */
        /* the message */
        {MAIL_DATA, 421, CHANNEL_RETRY},
        {MAIL_DATA, 503, CHANNEL_REJECTED},
        {MAIL_TEXT, 250, CHANNEL_DELIVERED},
        {MAIL_TEXT, 251, CHANNEL_DELIVERED},
        {MAIL_TEXT, 354, CHANNEL_RETRY},
        {MAIL_TEXT, 421, CHANNEL_RETRY},
        {MAIL_TEXT, 452, CHANNEL_RETRY},
        {MAIL_TEXT, 550, CHANNEL_REJECTED},
        {MAIL_TEXT, 552, CHANNEL_REJECTED},
        {MAIL_TEXT, 554, CHANNEL_REJECTED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct transfer_reply reply = {
            .outcome = TRANSFER_DONE, .status = cases[i].status, .stage = cases[i].stage};
        if (outcome_of_mail(&reply) != cases[i].expected)
            fail_msg(
                "%ld at step %d: %d", cases[i].status, (int)cases[i].stage, (int)outcome_of_mail(&reply));
    }
}

/* Before RCPT TO it is the relay that hangs or breaks; from there on it may be for the sake of the receiver.
 */
static void silence_is_judged_by_its_step_too(void **state)
{
    (void)state;
    static const enum transfer_outcome outcomes[] = {
        TRANSFER_TIMEOUT, TRANSFER_BROKEN, TRANSFER_TLS, TRANSFER_UNREACHED, TRANSFER_UNRESOLVED};
    for (int stage = MAIL_GREETING; stage <= MAIL_TEXT; stage++)
        for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
            struct transfer_reply reply = {.outcome = outcomes[i], .stage = (enum mail_stage)stage};
            bool ours = stage < MAIL_RECIPIENT || outcomes[i] == TRANSFER_TLS ||
                        outcomes[i] == TRANSFER_UNREACHED || outcomes[i] == TRANSFER_UNRESOLVED;
            assert_int_equal(outcome_of_mail(&reply), ours ? CHANNEL_OUR_FAULT : CHANNEL_RETRY);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_http_status_has_its_class),
        cmocka_unit_test(what_ends_without_a_status_is_the_transfers),
        cmocka_unit_test(smtp_replies_are_judged_by_their_step),
        cmocka_unit_test(silence_is_judged_by_its_step_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
