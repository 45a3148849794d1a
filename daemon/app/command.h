/* The sub-commands. Each has a file cmd_NAME.c with one function; main.c holds the table. */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "app/setup.h"
#include "io/store_outbox.h"

/* Exit codes of every sub-command. */
enum { EXIT_OK = 0, EXIT_FAULT = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;
    const char *synopsis;                                       /* its arguments */
    const char *help;                                           /* one sentence */
    int (*run)(const char *config_path, int argc, char **argv); /* argv[0] is the sub-command */
};

int cmd_alerts(const char *config_path, int argc, char **argv);
int cmd_backtest(const char *config_path, int argc, char **argv);
int cmd_cases(const char *config_path, int argc, char **argv);
int cmd_check(const char *config_path, int argc, char **argv);
int cmd_config(const char *config_path, int argc, char **argv);
int cmd_demo(const char *config_path, int argc, char **argv);
int cmd_diff(const char *config_path, int argc, char **argv);
int cmd_explain(const char *config_path, int argc, char **argv);
int cmd_feed(const char *config_path, int argc, char **argv);
int cmd_import(const char *config_path, int argc, char **argv);
int cmd_outbox(const char *config_path, int argc, char **argv);
int cmd_query(const char *config_path, int argc, char **argv);
int cmd_replay(const char *config_path, int argc, char **argv);
int cmd_run(const char *config_path, int argc, char **argv);
int cmd_test(const char *config_path, int argc, char **argv);

int cmd_tune(const char *config_path, int argc, char **argv);

/* ---- what several of them need ---- */

/* The path given, or /etc/tdwatch/tdwatch.yaml. */
const char *command_config_path(const char *given);

/* Prints all findings with their source lines, and a last line that counts them. */
void command_print_diags(FILE *out, struct diag_list *diags);

/* Loads the setup, complaining on standard error. NULL: EXIT_FAULT. */
struct setup *command_load_setup(const char *config_path);

/* Opens the store of a setup for reading, complaining on standard error. NULL: EXIT_FAULT. */
struct store *command_open_store(const struct setup *setup);
struct store *command_open_store_in(const char *directory);

/* The same for who judges: the store's cases are put into the setup. */
struct store *command_open_history(struct setup *setup);

/* Prints the alerts of a store as a table; all, or only open ones. Returns how many, or -errno. */
int command_print_alerts(struct store *store, bool open_only, FILE *out);

#endif
