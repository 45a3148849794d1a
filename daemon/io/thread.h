/* A thread that takes no signals: they belong to the loop thread. */
#ifndef IO_THREAD_H
#define IO_THREAD_H

#include <pthread.h>

/* 0 or -errno. The caller joins it. */
int thread_start(void *(*body)(void *userdata), void *userdata, pthread_t *ret_thread);

#endif
