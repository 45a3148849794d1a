/* Alerts for people: loaded with what people have done about them, chosen, printed. */
#ifndef APP_ALERT_LIST_H
#define APP_ALERT_LIST_H

#include <stdio.h>

#include "app/silences.h"
#include "io/alert_json.h"

struct alert_list {
    struct alert_view *items; /* the gravest first, then by rule and product */
    size_t len, cap;
    struct silences silences;
    struct arena arena;
};

#define ALERT_LIST_NULL ((struct alert_list){0})

/* Loads open alerts, or all. 0 or -errno. */
int alert_list_load(struct store *store, const struct baskets *baskets, bool open_only, int64_t now_ms,
    struct alert_list *ret_list);
void alert_list_deinit(struct alert_list *list);

/* Keeps those that fit. */
void alert_list_keep(struct alert_list *list,
    bool (*fits)(const void *userdata, const struct alert_view *view), const void *userdata);

/* Prints a table; nothing where there is no alert. */
void alert_list_print(const struct alert_list *list, FILE *out);

#endif
