/* The commands below `tdwatch feed`. Each takes its arguments with its own name first, and returns an exit
 * code. */
#ifndef APP_CMD_FEED_H
#define APP_CMD_FEED_H

int feed_check(const char *config_path, int argc, char **argv);
int feed_compare(const char *config_path, int argc, char **argv);
int feed_fetch(const char *config_path, int argc, char **argv);
int feed_quarantine(const char *config_path, int argc, char **argv);
int feed_status(const char *config_path, int argc, char **argv);

#endif
