#!/bin/sh
# PostgreSQL, over the socket of a server that the driver has started (PGHOST).
#     postgres.sh all FILE OUT THREADS     the job, in tables that are not logged
#     postgres.sh keep FILE THREADS        the figures into a logged table, with a key
#     postgres.sh add FILE OUT THREADS     a release into that table, committed durably, and its months judged
set -eu
here=$(dirname "$0")
first_month=$((2017 * 12 + 11)) release_month=$((2025 * 12 + 11))

job() {
    sed -e '/^--/d' -e "s/:from/$1/g" "$here/job.sql"
    echo ';'
}

write() {
    printf '\\pset format csv\n\\pset tuples_only off\n\\o %s\n' "$2"
    job "$1"
    printf '\\o\n\\pset tuples_only on\n\\pset format unaligned\n'
}

stamp() {
    echo "SELECT '$1', extract(epoch FROM clock_timestamp());"
}

# Rows into table t of the given kind (UNLOGGED, TEMP).
load() {
    cat <<SQL
CREATE $2 TABLE t (REPORTER text, PARTNER text, TRADE_TYPE text, PRODUCT_NC text, PRODUCT_SITC text, PRODUCT_CPA21 text, PRODUCT_CPA22 text,
    PRODUCT_BEC text, PRODUCT_BEC5 text, PRODUCT_SECTION text, FLOW smallint, STAT_PROCEDURE text, SUPPL_UNIT text, PERIOD int,
    VALUE_EUR bigint, VALUE_NAC bigint, QUANTITY_KG float8, QUANTITY_SUPPL_UNIT text);
\copy t FROM '$1' WITH (FORMAT csv, HEADER)
SQL
}

# hs and pt are compared as bytes, as the other peers do.
sums='SELECT substr(PRODUCT_NC, 1, 6) COLLATE "C" AS hs, PARTNER COLLATE "C" AS pt, PERIOD / 100 * 12 + PERIOD % 100 - 1 AS m,
    sum(VALUE_EUR)::float8 AS v, sum(QUANTITY_KG) AS q FROM t WHERE FLOW = 1 GROUP BY 1, 2, 3'

phases() {
    awk -F'|' '$1 == "begin" { t = $2 } $1 == "load" || $1 == "judge" { printf "%s_ms=%.0f ", $1, ($2 - t) * 1000; t = $2 } END { print "" }'
}

run() {
    # The parent works too, so one worker fewer than threads.
    PGOPTIONS="-c max_parallel_workers_per_gather=$(($1 - 1)) -c work_mem=1GB -c jit=off -c client_min_messages=error" \
        psql -qAt -X -v ON_ERROR_STOP=1
}

case "$1" in
all)
    {
        stamp begin
        echo "DROP TABLE IF EXISTS t, s;"
        load "$2" UNLOGGED
        echo "CREATE UNLOGGED TABLE s AS $sums; ANALYZE s;"
        stamp load
        write "$first_month" "$3"
        stamp judge
    } | run "$4" | phases
    ;;
keep)
    {
        echo "DROP TABLE IF EXISTS t, s;"
        load "$2" UNLOGGED
        echo "CREATE TABLE s AS $sums; DROP TABLE t;"
        echo "ALTER TABLE s ADD PRIMARY KEY (hs, pt, m); CREATE INDEX ON s (m);"
        echo "VACUUM ANALYZE s; CHECKPOINT;"
    } | run "$3"
    ;;
add)
    {
        stamp begin
        echo "BEGIN;"
        load "$2" TEMP
        echo "INSERT INTO s $sums ON CONFLICT (hs, pt, m) DO UPDATE SET v = excluded.v, q = excluded.q;"
        echo "COMMIT;"
        stamp load
        write "$release_month" "$3"
        stamp judge
    } | run "$4" | phases
    ;;
esac
