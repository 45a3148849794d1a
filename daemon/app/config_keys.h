/* The options of tdwatch.yaml as tables: config.c reads by them, config_print.c prints them. */
#ifndef APP_CONFIG_KEYS_H
#define APP_CONFIG_KEYS_H

#include "app/config.h"
#include "base/shape.h"

/* What the top level and the `smtp` section are read into. */
struct config_draft {
    struct config config;
    const struct node *smtp, *heartbeat, *receivers, *routes;
};

/* What one entry of `receivers` is read into. */
struct receiver_draft {
    struct receiver receiver;
    const char *email, *webhook, *nats; /* exactly one */
    struct texts languages, severities;
    const char *time_zone, *quiet_hours;
    int quiet_except; /* enum severity, or SEVERITY_COUNT: none */
    const struct node *cadence, *escalate;
};

/* What one entry of `routes` is read into. */
struct route_draft {
    struct route route;
    struct texts products, severities;
    int audience, about; /* 0: any */
};

struct key_table {
    const char *what; /* in messages */
    const struct key *keys;
    size_t n;
};

extern const struct key_table config_table;     /* of struct config_draft */
extern const struct key_table smtp_table;       /* of struct config_draft */
extern const struct key_table heartbeat_table;  /* of struct config_draft */
extern const struct key_table receiver_table;   /* of struct receiver_draft */
extern const struct key_table cadence_table;    /* of an array of texts, by severity */
extern const struct key_table escalation_table; /* of struct escalation */
extern const struct key_table route_table;      /* of struct route_draft */

/* The one key of a file of receivers, into a const struct node *. */
extern const struct key_table receiver_file_table;

/* ---- shapes, beside the tables that they refer to (config_shapes.c) ---- */

enum { RECEIVER_KEYS = 19, ESCALATION_KEYS = 3 };

extern const struct key receiver_keys[RECEIVER_KEYS], cadence_keys[SEVERITY_COUNT], receiver_file_keys[1],
    escalation_keys[ESCALATION_KEYS];

extern const struct shape config_languages_shape, config_severities_shape, config_countries_shape,
    config_products_shape, config_zone_shape, config_quiet_shape, config_cadence_shape, config_cadences_shape,
    config_escalation_shape, config_names_shape, config_receiver_list_shape;

extern const struct shape receiver_file_shape; /* of a whole file of receivers */

#endif
