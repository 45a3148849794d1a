// DuckDB, in process.
//     node duckdb.js all FILE OUT THREADS             the job, in memory
//     node duckdb.js keep FILE DATABASE THREADS       the figures into a database file
//     node duckdb.js add FILE DATABASE OUT THREADS    a release into that database, committed, and its months judged
//     node duckdb.js json FILE THREADS               records of UN Comtrade, the fields that a feed reads, into a table in memory
//     node duckdb.js version
'use strict';
const fs = require('fs');
const { DuckDBInstance, version } = require('@duckdb/node-api');
const { COLUMNS, FROM_ALL, FROM_RELEASE, job, phases } = require('./common.js');

const TYPES = { FLOW: 'TINYINT', PERIOD: 'INTEGER', VALUE_EUR: 'BIGINT', QUANTITY_KG: 'DOUBLE' };
const columns = COLUMNS.map((name) => `'${name}': '${TYPES[name] || 'VARCHAR'}'`).join(', ');

// Nothing is left for DuckDB to guess, which is the fastest way in.
const figures = (file) => `SELECT left(PRODUCT_NC, 6) AS hs, PARTNER AS pt, (PERIOD // 100 * 12 + PERIOD % 100 - 1)::INTEGER AS m,
    sum(VALUE_EUR)::DOUBLE AS v, sum(QUANTITY_KG) AS q
    FROM read_csv('${file}', header = true, delim = ',', quote = '"', escape = '"', auto_detect = false, columns = {${columns}})
    WHERE FLOW = 1 GROUP BY ALL`;
const write = (from, out) => `COPY (${job(from)}) TO '${out}' (HEADER)`;

async function open(database, threads) {
    const instance = await DuckDBInstance.create(database, { threads });
    const connection = await instance.connect();
    await connection.run('SET preserve_insertion_order = false');
    return connection;
}

async function all(file, out, threads) {
    const time = phases();
    const connection = await open(':memory:', threads);
    await connection.run(`CREATE TABLE s AS ${figures(file)}`);
    time.end('load');
    await connection.run(write(FROM_ALL, out));
    time.end('judge');
    time.print();
}

async function keep(file, database, threads) {
    for (const name of [database, `${database}.wal`]) fs.rmSync(name, { force: true });
    const connection = await open(database, threads);
    await connection.run(`CREATE TABLE s AS ${figures(file)}`);
    await connection.run('CHECKPOINT');
}

async function add(file, database, out, threads) {
    const time = phases();
    const connection = await open(database, threads);
    await connection.run('BEGIN');
    await connection.run(`CREATE TEMP TABLE release AS ${figures(file)}`);
    await connection.run('DELETE FROM s USING release r WHERE s.hs = r.hs AND s.pt = r.pt AND s.m = r.m');
    await connection.run('INSERT INTO s SELECT * FROM release');
    await connection.run('COMMIT');
    time.end('load');
    await connection.run(write(FROM_RELEASE, out));
    time.end('judge');
    time.print();
}

// Names and types are given, so that nothing is looked at twice.
async function json(file, threads) {
    const connection = await open(':memory:', threads);
    await connection.run(`CREATE TABLE r AS SELECT * FROM read_json('${file}', format = 'array', columns = {period: 'VARCHAR', reporterCode: 'INTEGER',
        flowCode: 'VARCHAR', partnerCode: 'INTEGER', cmdCode: 'VARCHAR', primaryValue: 'DOUBLE', netWgt: 'DOUBLE', isNetWgtEstimated: 'BOOLEAN'})`);
    const [[rows, sum]] = await (await connection.run('SELECT count(*), CAST(round(sum(primaryValue) * 1000) AS HUGEINT) FROM r')).getRows();
    console.log(`rows=${rows} sum=${sum}`);
}

const [, , mode, ...words] = process.argv;
const run = { all, keep, add, json, version: async () => console.log(`DuckDB ${version().replace(/^v/, '')}`) }[mode];
run(...words).then(() => process.exit(0), (error) => {
    console.error(error);
    process.exit(1);
});
