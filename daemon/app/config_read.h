/* What the files that read the configuration share. */
#ifndef APP_CONFIG_READ_H
#define APP_CONFIG_READ_H

#include "app/config_keys.h"

/* One loading, to keep parameter lists short. */
struct loading {
    struct config *config;
    const char *file;       /* that is being read; in the configuration's arena */
    struct slice directory; /* of tdwatch.yaml, with its last slash; empty where the path has none */
    enum config_secrets secrets;
    struct diag_list *diags;
};

/* A document ends before what is said of it, so its file's name is ours. */
struct place loading_place(const struct loading *loading, const struct node *node);

/* Where a key's value stands, or its map where it was left out. */
struct place loading_place_of(const struct loading *loading, const struct node *map, const char *key);

/* A path as it is meant: relative ones from the directory of tdwatch.yaml. */
const char *loading_resolve(const struct loading *loading, const char *path);

/* A section whose lines are all commented out is as good as none. */
bool loading_is_absent(const struct node *section);

void loading_check_address(
    const struct loading *loading, struct place place, const char *what, const char *address);

/* 0; 1 where secrets are left alone; or -errno. */
int loading_secret(const struct loading *loading, struct place place, const char *what, const char *name,
    struct slice *ret_secret);

/* The set of severities that a list names; `what` is the key, for messages. Empty: 0, which is any. */
unsigned loading_severities(
    const struct loading *loading, struct place place, const char *what, const struct texts *names);

/* Two capital letters each. */
void loading_check_countries(
    const struct loading *loading, struct place place, const char *what, const struct texts *codes);

/* An https URL without credentials; http to plain_hosts. `what` names the key. */
void config_check_https(
    const struct loading *loading, struct place place, const char *what, const char *text);

/* How a receiver is reached: email, webhook or nats, with what belongs to it. */
void config_read_channel(const struct loading *loading, const struct node *map, struct receiver_draft *draft);

/* The list `receivers` of tdwatch.yaml, and of the files that it names. */
void config_read_receivers(const struct loading *loading, const struct node *list);

/* The key `escalate` of a receiver, which may be absent; and whether the receivers that they name are there,
 * once all are known. */
void config_read_escalation(
    const struct loading *loading, const struct node *map, struct escalation *ret_escalation);
void config_check_escalations(const struct loading *loading);

/* The list `routes`, once the receivers are known. */
void config_read_routes(const struct loading *loading, const struct node *list);

#endif
