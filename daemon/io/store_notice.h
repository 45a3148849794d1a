/* The store's notices, and the cases that they are about. */
#ifndef IO_STORE_NOTICE_H
#define IO_STORE_NOTICE_H

#include "core/notice.h"
#include "core/trade_case.h"
#include "io/store.h"

/* Keeps every notice that is new, and every one that says something else than its newest version as another
 * version. The day on which a list was had is nothing that it says. How many were kept in *ret_kept. */
int store_put_notices(struct store *store, const struct notices *notices, int64_t payload, size_t *ret_kept);

/* Adds the newest version of every notice. -E2BIG: more than NOTICES_MAX. */
int store_load_notices(struct store *store, struct notices *notices);

/* Puts the cases in place of those that are there. */
int store_put_cases(struct store *store, const struct trade_cases *cases);

#endif
