/* The tables of the store and how they came to be. */
#ifndef IO_SCHEMA_H
#define IO_SCHEMA_H

#include <stdint.h>

struct sqlite3;

/* "tdwa": tells a store of ours from any other SQLite file (PRAGMA application_id; file(1) shows it). */
enum { SCHEMA_APPLICATION_ID = 0x74647761 };

/* The version that this program writes. */
int schema_newest(void);

/* Brings a store from `version` to the newest; each step is one transaction. An SQLite result code. */
int schema_migrate(struct sqlite3 *db, int version);

#endif
