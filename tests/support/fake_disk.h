/* The disk of scenarios: SQLite's own file layer, which can be full, counts its writes and never waits for
 * the platter.
 *
 * What a crash leaves is what has been written, so syncing would only cost time here; that it is asked for is
 * the store's own test. */
#ifndef TESTS_FAKE_DISK_H
#define TESTS_FAKE_DISK_H

#include <stdbool.h>

typedef void fake_disk_fn(void *userdata);

/* Once, before any database is opened. `before_write` is called before every write. */
void fake_disk_install(fake_disk_fn *before_write, void *userdata);

/* From now on writes fail as on a full disk, or succeed again. */
void fake_disk_fill(bool full);

#endif
