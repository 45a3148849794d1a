// What the peers in JavaScript share: the columns of the file, the text of the job, and how they report.
'use strict';
const fs = require('fs');
const path = require('path');

const COLUMNS = ('REPORTER PARTNER TRADE_TYPE PRODUCT_NC PRODUCT_SITC PRODUCT_CPA21 PRODUCT_CPA22 PRODUCT_BEC PRODUCT_BEC5 ' +
    'PRODUCT_SECTION FLOW STAT_PROCEDURE SUPPL_UNIT PERIOD VALUE_EUR VALUE_NAC QUANTITY_KG QUANTITY_SUPPL_UNIT').split(' ');

// Month 2017-12: the first with two years of history behind it. The release brings 2025-12 again, and 2026-01.
const FROM_ALL = 2017 * 12 + 11;
const FROM_RELEASE = 2025 * 12 + 11;

const job = (from) => fs.readFileSync(path.join(__dirname, 'job.sql'), 'utf8').replace(/^--.*\n/gm, '').replaceAll(':from', String(from)).trim();

// Milliseconds of each phase, "load_ms=12 judge_ms=7", since the process began: starting up is a part of the first.
function phases() {
    let before = 0;
    const words = [];
    return {
        end(name) {
            const now = performance.now();
            words.push(`${name}_ms=${(now - before).toFixed(0)}`);
            before = now;
        },
        print: () => console.log(words.join(' ')),
    };
}

module.exports = { COLUMNS, FROM_ALL, FROM_RELEASE, job, phases };
