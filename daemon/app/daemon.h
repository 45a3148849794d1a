/* The daemon: loop thread and engine, wired together. */
#ifndef APP_DAEMON_H
#define APP_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

struct daemon;

/* Sets everything up and starts the engine; nothing is served yet. NULL where the system lacks descriptors.
 */
struct daemon *daemon_new(const char *config_path);

/* Ends what is under way and frees. Deliveries not yet committed stay pending in the store. */
void daemon_free(struct daemon *daemon);

/* One turn: clock → loop → engine's answers → outbox → poller → watchdog. False once the daemon has ended. */
bool daemon_turn(struct daemon *daemon);

/* As SIGTERM and SIGHUP do. */
void daemon_stop(struct daemon *daemon);
void daemon_reload(struct daemon *daemon);

/* Whether it has ended while the engine was still at work. Then it cannot be freed before that ends; but what
 * is not committed is nowhere, and the process may go as it is. */
bool daemon_gave_up(const struct daemon *daemon);

/* 0, or 1 where the daemon could not start. For exit(). */
int daemon_exit_code(const struct daemon *daemon);

/* Whether nothing is under way: no fetch, no delivery, no message. For tests that move the clock. */
bool daemon_idle(const struct daemon *daemon);

/* When something is due next, wall ms; INT64_MAX: nothing. */
int64_t daemon_next_ms(const struct daemon *daemon);

#endif
