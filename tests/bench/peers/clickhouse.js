// ClickHouse's engine in process (chdb).
//     node clickhouse.js all FILE OUT THREADS DIRECTORY     the job; DIRECTORY is for its own files
//     node clickhouse.js version
'use strict';
const fs = require('fs');
const { Session } = require('chdb');
const { COLUMNS, FROM_ALL, job, phases } = require('./common.js');

const TYPES = {
    FLOW: 'UInt8', PERIOD: 'UInt32', VALUE_EUR: 'Int64', QUANTITY_KG: 'Float64', PARTNER: 'FixedString(2)', PRODUCT_NC: 'FixedString(8)',
};
const columns = COLUMNS.map((name) => `${name} ${TYPES[name] || 'String'}`).join(', ');

function all(file, out, threads, directory) {
    const time = phases();
    fs.mkdirSync(directory, { recursive: true });
    const session = new Session(directory);
    const run = (sql) => session.query(sql, 'CSV');
    run('CREATE DATABASE d ENGINE = Atomic');
    run('CREATE TABLE d.s (hs FixedString(6), pt FixedString(2), m Int32, v Float64, q Float64) ENGINE = Memory');
    run(`INSERT INTO d.s SELECT toFixedString(substring(PRODUCT_NC, 1, 6), 6) AS hs, PARTNER AS pt,
        toInt32(intDiv(PERIOD, 100) * 12 + PERIOD % 100 - 1) AS m, toFloat64(sum(VALUE_EUR)) AS v, sum(QUANTITY_KG) AS q
        FROM file('${file}', 'CSVWithNames', '${columns}') WHERE FLOW = 1 GROUP BY hs, pt, m
        SETTINGS max_threads = ${threads}, max_insert_threads = ${threads}`);
    time.end('load');
    const query = job(FROM_ALL).replaceAll('FROM s ', 'FROM d.s ').replaceAll(' MATERIALIZED', '');
    run(`INSERT INTO FUNCTION file('${out}', 'CSVWithNames') SELECT * FROM (${query})
        SETTINGS max_threads = ${threads}, engine_file_truncate_on_insert = 1`);
    time.end('judge');
    time.print();
}

function printVersion() {
    const { query } = require('chdb');
    console.log(`ClickHouse ${query('SELECT version()', 'TSV').trim()} (chdb)`);
}

const [, , mode, ...words] = process.argv;
({ all, version: printVersion })[mode](...words);
process.exit(0);
