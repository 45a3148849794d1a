#include "io/thread.h"

#include <signal.h>

int thread_start(void *(*body)(void *userdata), void *userdata, pthread_t *ret_thread)
{
    /* A thread inherits its creator's mask, so blocking must come before: after it, a signal could already
     * have landed. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int r = pthread_create(&thread, NULL, body, userdata);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (r != 0)
        return -r;
    *ret_thread = thread;
    return 0;
}
