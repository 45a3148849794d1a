// Polars. POLARS_MAX_THREADS says how many threads.
//     node polars.js all FILE OUT
//     node polars.js version
'use strict';
const pl = require('nodejs-polars');
const { FROM_ALL, phases } = require('./common.js');

const { col } = pl;
const MONTHS = '12i';

// Windows of an index column that is whole numbers, (m + offset, m + offset + 12].
const roll = (frame, by, offset, sums) =>
    frame.groupByRolling({ indexColumn: 'm', by, period: MONTHS, offset, closed: 'right' }).agg(...sums);

function load(file) {
    const types = {
        PARTNER: pl.Utf8, PRODUCT_NC: pl.Int32, FLOW: pl.Int32, PERIOD: pl.Int32, VALUE_EUR: pl.Int64, QUANTITY_KG: pl.Float64,
        PRODUCT_SITC: pl.Utf8, QUANTITY_SUPPL_UNIT: pl.Utf8,
    };
    const year = col('PERIOD').div(100).floor().cast(pl.Int32);
    return pl.scanCSV(file, { dtypes: types })
        .filter(col('FLOW').eq(1))
        .select(
            col('PRODUCT_NC').div(100).floor().cast(pl.Int32).alias('hs'), col('PARTNER').alias('pt'),
            year.mul(12).plus(col('PERIOD').modulo(100)).minus(1).cast(pl.Int32).alias('m'),
            col('VALUE_EUR').cast(pl.Float64).alias('v'), col('QUANTITY_KG').alias('q'))
        .groupBy(['hs', 'pt', 'm']).agg(col('v').sum(), col('q').sum())
        .collectSync().sort(['hs', 'pt', 'm']);
}

function judge(frame) {
    const totals = roll(frame.groupBy(['hs', 'm']).agg(col('v').sum(), col('q').sum()).sort(['hs', 'm']), ['hs'], '-12i',
        [col('v').sum().alias('tv'), col('q').sum().alias('tq')]);
    const year = roll(frame, ['hs', 'pt'], '-12i', [col('v').sum().alias('v12'), col('q').sum().alias('q12')]);
    const before = roll(frame, ['hs', 'pt'], '-24i', [col('v').sum().alias('p12')]);
    const rest = col('tv').minus(col('v12')).div(col('tq').minus(col('q12')));
    return year.withColumn(before.getColumn('p12'))
        .filter(col('m').gtEq(FROM_ALL).and(col('v12').gt(1e6)).and(col('p12').gt(0)).and(col('v12').gt(col('p12').mul(1.5))))
        .join(totals, { on: ['hs', 'm'], how: 'inner' })
        .filter(col('v12').gt(col('tv').mul(0.05)).and(col('tv').gt(col('v12'))).and(col('tq').gt(col('q12'))))
        .withColumns(col('v12').div(col('tv')).alias('share'), col('v12').div(col('q12')).alias('unit'), rest.alias('others'))
        .filter(col('unit').lt(col('others').mul(0.8)))
        .sort(['hs', 'pt', 'm'])
        .select('hs', 'pt', 'm', 'v12', 'p12', 'share', 'unit', 'others');
}

function all(file, out) {
    const time = phases();
    const frame = load(file);
    time.end('load');
    judge(frame).writeCSV(out);
    time.end('judge');
    time.print();
}

const [, , mode, ...words] = process.argv;
({ all, version: () => console.log(`Polars ${pl.version} (nodejs-polars)`) })[mode](...words);
