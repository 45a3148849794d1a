/* The service manager's protocol, by its documentation (sd_notify(3)), without linking libsystemd. */
#ifndef IO_SD_H
#define IO_SD_H

#include <stdint.h>

/* Sends "READY=1", "STATUS=…" and the like to $NOTIFY_SOCKET. Does nothing without one. */
void sd_notify(const char *state);

/* Half of $WATCHDOG_USEC in ms, if it is meant for this process; 0 where no watchdog is wanted. */
int64_t sd_watchdog_interval_ms(void);

#endif
