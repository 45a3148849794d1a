/* The configuration, tdwatch.yaml: one table of options in config.c says name, type, unit, default, range,
 * whether a reload takes it, and help. */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/keys.h"
#include "core/agenda.h"
#include "core/reference.h"
#include "core/routing.h"

enum channel_kind { CHANNEL_EMAIL, CHANNEL_WEBHOOK, CHANNEL_NATS };
/* What a webhook is sent. */
enum webhook_format { FORMAT_CLOUDEVENT, FORMAT_ALERTMANAGER, FORMAT_SLACK, FORMAT_TEAMS, FORMAT_TEMPLATE };

/* Who is told where nobody acknowledges what a receiver was told of. */
struct escalation {
    int64_t after_s;
    struct texts to; /* names of receivers; empty: nobody */
    int severity;    /* enum severity: the lowest */
    struct place place;
};

struct receiver {
    const char *name;
    int channel;             /* enum channel_kind */
    const char *address;     /* e-mail address, or https URL */
    unsigned languages;      /* bit set of enum language */
    int audience;            /* public: never internal alerts nor feed alerts; internal: all */
    const char *secret_name; /* webhook: name of the credential with the signing secret (whsec_…) */
    struct slice secret;     /* its text */
    int format;              /* webhook: enum webhook_format */
    const char *subject;     /* NATS */
    const char *template_path;
    struct slice template;  /* format: template: the file's text, checked */
    struct filter follows;  /* its products once config_bind has read them */
    struct texts products;  /* as they are written */
    struct agenda agenda;   /* no zone where it is plain */
    int64_t limit_per_hour; /* messages */
    struct escalation escalation;
    struct place place, products_place;
};

enum { RECEIVERS_MAX = 2000, CONFIG_ZONES_MAX = 32 };

struct config {
    const char *path;
    const char *home; /* ISO 3166-1 alpha-2 of the exporting country */
    const char *state_directory;
    struct texts feeds;             /* descriptor files or directories, in order of preference */
    struct texts tables;            /* reference tables, files or directories */
    struct texts rules;             /* rule files or directories */
    struct texts templates;         /* of messages, files or directories */
    struct texts plain_hosts;       /* loopback hosts where http and smtp without TLS are allowed */
    const char *user_agent_contact; /* e-mail address put in the User-Agent */
    const char *listen;             /* "127.0.0.1:9464"; "off" */
    const char *smtp_url;           /* smtps://mail.example.vn or smtp://… */
    const char *smtp_from;
    const char *smtp_user;          /* "" = no authentication */
    const char *smtp_password_name; /* credential */
    struct slice smtp_password;
    const char *heartbeat_url; /* "": none */
    int64_t heartbeat_every_s;
    struct receiver *receivers; /* in the order of the files */
    size_t receiver_count, receiver_cap;
    struct routing routing;                     /* its products once config_bind has read them */
    struct texts *route_products;               /* of each route, as they are written */
    const struct zone *zones[CONFIG_ZONES_MAX]; /* of the receivers, each once */
    size_t zone_count;
    struct arena arena;
};

/* The commands that an operator runs beside the service may not read its secrets, and need none. */
enum config_secrets {
    CONFIG_WITH_SECRETS,
    CONFIG_WITHOUT_SECRETS,
    CONFIG_WITH_KEYS, /* of feeds, and no other */
};

/* Loads and checks the file, the files of receivers that it names, and their secrets. Relative paths are
 * taken from the file's directory. 0, or -EINVAL with every fault in `diags` (codes C0xx and K0xx). */
int config_load(
    const char *path, enum config_secrets secrets, struct config **ret_config, struct diag_list *diags);
void config_free(struct config *config);

/* Reads the products that receivers follow and routes match, which are baskets of the tables or codes. 0, or
 * -EINVAL with every fault in `diags` (C020). */
int config_bind(struct config *config, const struct baskets *baskets, struct diag_list *diags);

/* What routing knows of a receiver. Borrows from it. */
struct follower config_follower(const struct receiver *receiver);

/* Prints a complete tdwatch.yaml of the defaults, each option with its help as a comment. */
void config_print_defaults(FILE *out);

/* Prints the options as the OPTIONS section of tdwatch.yaml(5), mdoc. */
void config_print_manual(FILE *out);

#endif
