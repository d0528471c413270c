/** Leaves out the days on which the till was down: less than a third was sold of what is usual. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { 'in.data': { type: 'string' }, 'in.code': { type: 'string' }, 'out.data': { type: 'string' } },
});
const files = readdirSync(values['in.data']).filter((name) => name.endsWith('.csv'));
const [header] = readFileSync(join(values['in.data'], files[0]), 'utf8').split('\n');
const rows = files.flatMap((name) => readFileSync(join(values['in.data'], name), 'utf8').trim().split('\n').slice(1));
const [time, sold] = ['time', 'sold'].map((name) => header.split(',').indexOf(name));
const dayOf = (row) => row.split(',')[time].slice(0, 10);

const totals = new Map();
for (const row of rows) totals.set(dayOf(row), (totals.get(dayOf(row)) ?? 0) + Number(row.split(',')[sold]));
const usual = [...totals.values()].sort((a, b) => a - b)[Math.floor(totals.size / 2)];
const kept = rows.filter((row) => totals.get(dayOf(row)) >= usual / 3);

writeFileSync(join(values['out.data'], 'sales.csv'), `${[header, ...kept].join('\n')}\n`);
console.log(`clean: ${rows.length - kept.length} of ${rows.length} rows left out`);
