#!/bin/sh
# SQLite's command line.
#     sqlite.sh all FILE OUT DIRECTORY      the job; DIRECTORY is for its database, which is thrown away: no journal, no sync
#     sqlite.sh keep FILE DATABASE          the figures into a database, with a key
#     sqlite.sh add FILE DATABASE OUT       a release into that database, committed durably, and its months judged
#     sqlite.sh version
set -eu
here=$(dirname "$0")
first_month=$((2017 * 12 + 11)) release_month=$((2025 * 12 + 11))

job() {
    sed -e '/^--/d' -e "s/:from/$1/g" "$here/job.sql"
}

# SQLite reads all totals for every pair, unless they have a key and the order of the tables is given.
totals() {
    echo "CREATE TEMP TABLE keyed_totals (hs, m, tv, tq, PRIMARY KEY (hs, m)) WITHOUT ROWID; INSERT INTO keyed_totals"
    job "$1" | sed '/^SELECT/,$d'
    echo "SELECT * FROM totals;"
}

# Seconds since 1970, for phases.
stamp() {
    echo ".mode list"
    echo "SELECT '$1', (julianday('now') - 2440587.5) * 86400;"
}

settings='PRAGMA temp_store = MEMORY; PRAGMA cache_size = -2000000; PRAGMA threads = 2;'
careless='PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;'

# Rows into table t, sums of imports into table $2.
load() {
    cat <<SQL
CREATE TEMP TABLE t (REPORTER TEXT, PARTNER TEXT, TRADE_TYPE TEXT, PRODUCT_NC TEXT, PRODUCT_SITC TEXT, PRODUCT_CPA21 TEXT, PRODUCT_CPA22 TEXT,
    PRODUCT_BEC TEXT, PRODUCT_BEC5 TEXT, PRODUCT_SECTION TEXT, FLOW INTEGER, STAT_PROCEDURE TEXT, SUPPL_UNIT TEXT, PERIOD INTEGER,
    VALUE_EUR INTEGER, VALUE_NAC INTEGER, QUANTITY_KG REAL, QUANTITY_SUPPL_UNIT TEXT);
.mode csv
.import --skip 1 '$1' t
INSERT OR REPLACE INTO s SELECT substr(PRODUCT_NC, 1, 6), PARTNER, PERIOD / 100 * 12 + PERIOD % 100 - 1,
    sum(VALUE_EUR) * 1.0, sum(QUANTITY_KG) FROM t WHERE FLOW = 1 GROUP BY 1, 2, 3;
SQL
}

write() {
    totals "$1"
    printf '.headers on\n.mode csv\n.once %s\n' "$2"
    job "$1" | sed 's/JOIN totals/CROSS JOIN keyed_totals/'
    echo ';'
    echo '.headers off'
}

table='s (hs TEXT, pt TEXT, m INTEGER, v REAL, q REAL, PRIMARY KEY (hs, pt, m)) WITHOUT ROWID;'
# What is printed: the names and times of stamp, turned into phases.
phases() {
    awk -F'|' '$1 == "begin" { t = $2 } $1 == "load" || $1 == "judge" { printf "%s_ms=%.0f ", $1, ($2 - t) * 1000; t = $2 } END { print "" }'
}

case "$1" in
all)
    mkdir -p "$4"
    database=$4/job.sqlite
    rm -f "$database"
    {
        echo "$careless $settings"
        stamp begin
        echo "CREATE TABLE $table"
        load "$2"
        stamp load
        write "$first_month" "$3"
        stamp judge
    } | sqlite3 "$database" | phases
    ;;
keep)
    rm -f "$3" "$3-wal" "$3-shm"
    {
        echo "$careless $settings"
        echo "CREATE TABLE $table"
        load "$2"
        echo "CREATE INDEX by_month ON s (m);"
    } | sqlite3 "$3" >/dev/null
    ;;
add)
    {
        echo "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; $settings"
        stamp begin
        echo "BEGIN;"
        load "$2"
        echo "COMMIT;"
        stamp load
        write "$release_month" "$4"
        stamp judge
    } | sqlite3 "$3" | phases
    ;;
version) echo "SQLite $(sqlite3 --version | cut -d' ' -f1)" ;;
esac
