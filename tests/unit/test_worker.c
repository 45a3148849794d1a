/* link: daemon/base/alloc daemon/base/clock daemon/base/log daemon/io/loop daemon/io/thread daemon/io/worker */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/worker.h"

enum { ANSWERS_MAX = 1024 };

struct fixture {
    struct loop *loop;
    struct worker *worker;
    pthread_t loop_thread;
    pthread_mutex_t gate; /* held by a test that wants the worker to stand still */
    sem_t entered;        /* posted when a message is in the worker's hands */
    int answers_per_message;
    intptr_t answers[ANSWERS_MAX];
    size_t n;
};

static void handle(void *userdata, void *message)
{
    struct fixture *f = userdata;
    assert_false(pthread_equal(pthread_self(), f->loop_thread));
    sem_post(&f->entered);
    pthread_mutex_lock(&f->gate);
    pthread_mutex_unlock(&f->gate);
    for (int i = 0; i < f->answers_per_message; i++)
        worker_answer(f->worker, message);
}

static void answer(void *userdata, void *message)
{
    struct fixture *f = userdata;
    assert_true(pthread_equal(pthread_self(), f->loop_thread));
    f->answers[f->n++] = (intptr_t)message;
}

static int setup(void **state)
{
    static struct fixture f;
    f = (struct fixture){.loop = loop_new(), .loop_thread = pthread_self(), .answers_per_message = 1};
    pthread_mutex_init(&f.gate, NULL);
    sem_init(&f.entered, 0, 0);
    f.worker = worker_new(f.loop, &(struct worker_handlers){handle, answer, &f});
    *state = &f;
    return f.loop != NULL && f.worker != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    worker_free(f->worker);
    loop_free(f->loop);
    sem_destroy(&f->entered);
    return 0;
}

static void turn_until_idle(struct fixture *f)
{
    while (!worker_idle(f->worker)) {
        worker_take(f->worker);
        if (!worker_idle(f->worker))
            loop_turn(f->loop, 5000);
    }
}

static void answers_come_in_order_on_the_loop_thread(void **state)
{
    struct fixture *f = *state;
    for (intptr_t i = 1; i <= 500; i++)
        while (worker_post(f->worker, (void *)i) == -EAGAIN) {
            loop_turn(f->loop, 5000);
            worker_take(f->worker);
        }
    turn_until_idle(f);
    assert_int_equal(f->n, 500);
    for (intptr_t i = 0; i < 500; i++)
        assert_int_equal(f->answers[i], i + 1);
}

static void full_queue_refuses_and_the_caller_keeps_the_message(void **state)
{
    struct fixture *f = *state;
    pthread_mutex_lock(&f->gate);
    assert_int_equal(worker_post(f->worker, (void *)(intptr_t)1), 0);
    sem_wait(&f->entered);
    for (int i = 0; i < WORKER_QUEUE_MAX; i++)
        assert_int_equal(worker_post(f->worker, (void *)(intptr_t)2), 0);
    assert_int_equal(worker_post(f->worker, (void *)(intptr_t)3), -EAGAIN);
    pthread_mutex_unlock(&f->gate);
    turn_until_idle(f);
    assert_int_equal(f->n, 1 + WORKER_QUEUE_MAX);
    assert_int_equal(worker_post(f->worker, (void *)(intptr_t)4), 0);
}

static void idle_only_when_nothing_is_queued_handled_or_untaken(void **state)
{
    struct fixture *f = *state;
    assert_true(worker_idle(f->worker));
    pthread_mutex_lock(&f->gate);
    assert_int_equal(worker_post(f->worker, (void *)(intptr_t)7), 0);
    assert_false(worker_idle(f->worker)); /* queued or being handled */
    assert_int_equal(worker_take(f->worker), 0);
    pthread_mutex_unlock(&f->gate);
    int taken = 0;
    for (int i = 0; i < 100 && taken == 0; i++) {
        loop_turn(f->loop, 100);
        assert_false(worker_idle(f->worker)); /* untaken, whatever the thread has done by now */
        taken = worker_take(f->worker);
    }
    assert_int_equal(taken, 1);
    turn_until_idle(f);
    assert_true(worker_idle(f->worker));
}

static void message_without_answer_wakes_the_loop(void **state)
{
    struct fixture *f = *state;
    f->answers_per_message = 0;
    int64_t start = clock_monotonic_ms();
    assert_int_equal(worker_post(f->worker, (void *)(intptr_t)1), 0);
    turn_until_idle(f);
    assert_true(clock_monotonic_ms() - start < 2000);
    assert_int_equal(f->n, 0);
}

static void freeing_finishes_what_is_queued_and_hands_out_answers(void **state)
{
    struct fixture *f = *state;
    f->answers_per_message = 2;
    pthread_mutex_lock(&f->gate);
    for (intptr_t i = 0; i < 10; i++)
        assert_int_equal(worker_post(f->worker, (void *)i), 0);
    pthread_mutex_unlock(&f->gate);
    worker_free(f->worker);
    f->worker = NULL;
    assert_int_equal(f->n, 20);
    assert_int_equal(f->answers[19], 9);
}

static void free_takes_null(void **state)
{
    (void)state;
    worker_free(NULL);
    loop_free(NULL);
}

static void count_signal(int signo, void *userdata)
{
    assert_int_equal(signo, SIGUSR1);
    ++*(int *)userdata;
}

static void signals_arrive_on_the_loop(void **state)
{
    struct fixture *f = *state;
    int count = 0;
    loop_on_signal(f->loop, SIGUSR1, count_signal, &count);
    kill(getpid(), SIGUSR1);
    for (int i = 0; i < 10 && count == 0; i++)
        loop_turn(f->loop, 1000);
    assert_int_equal(count, 1);
}

static void turn_waits_no_longer_than_told(void **state)
{
    struct fixture *f = *state;
    int64_t start = clock_monotonic_ms();
    loop_turn(f->loop, 0);
    assert_true(clock_monotonic_ms() - start < 500);
    loop_turn(f->loop, 30);
    int64_t waited = clock_monotonic_ms() - start;
    assert_true(waited >= 29 && waited < 2000);
}

static void wake_before_the_turn_is_not_lost(void **state)
{
    struct fixture *f = *state;
    int64_t start = clock_monotonic_ms();
    loop_wake(f->loop);
    loop_turn(f->loop, 10000);
    assert_true(clock_monotonic_ms() - start < 5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_come_in_order_on_the_loop_thread, setup, teardown),
        cmocka_unit_test_setup_teardown(full_queue_refuses_and_the_caller_keeps_the_message, setup, teardown),
        cmocka_unit_test_setup_teardown(idle_only_when_nothing_is_queued_handled_or_untaken, setup, teardown),
        cmocka_unit_test_setup_teardown(message_without_answer_wakes_the_loop, setup, teardown),
        cmocka_unit_test_setup_teardown(
            freeing_finishes_what_is_queued_and_hands_out_answers, setup, teardown),
        cmocka_unit_test(free_takes_null),
        cmocka_unit_test_setup_teardown(signals_arrive_on_the_loop, setup, teardown),
        cmocka_unit_test_setup_teardown(turn_waits_no_longer_than_told, setup, teardown),
        cmocka_unit_test_setup_teardown(wake_before_the_turn_is_not_lost, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
