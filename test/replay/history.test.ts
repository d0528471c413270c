/** The history: what is known when, and what a client sends. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, HOUR } from '../../replay/clock';
import { History } from '../../replay/history';
import { labelBatches, type LabelBatches } from '../../replay/labels';
import type { ResolvedDataset } from '../../constructs/spec/mlops';
import { Database } from '../../runtime/steps/database';

const dataset: ResolvedDataset = {
  source: './data',
  time: 'at',
  key: ['id', 'at'],
  label: 'label',
  features: {
    hour: { kind: 'category', range: false, nulls: 0.5 },
    warmth: { kind: 'number', range: false, nulls: 0.5 },
  },
};
const START = Date.UTC(2024, 1, 27);
const HOURS = 24 * 6;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  const rows = Array.from({ length: HOURS }, (_, i) => ({
    at: new Date(START + i * HOUR).toISOString(),
    id: i % 7,
    hour: i % 24,
    warmth: i === 3 ? null : i / 2,
    label: i === 5 ? null : i,
    note: `row ${i}`,
  }));
  const lines = (from: number, to: number) => rows.slice(from, to).map((row) => `${JSON.stringify(row)}\n`);
  writeFileSync(join(folder, 'b.jsonl'), lines(0, 70).join(''));
  writeFileSync(join(folder, 'a.jsonl'), lines(70, HOURS).join(''));
});
afterEach(() => rmSync(folder, { recursive: true }));

const withHistory = <T>(batches: LabelBatches, work: (history: History, db: Database) => Promise<T>): Promise<T> =>
  Database.use(async (db) => work(await History.open(db, folder, dataset, batches), db));

const within = (labelsWithin: `${number} hours`) =>
  labelBatches({
    monitors: {
      quality: {
        kind: 'model-quality',
        every: '1 day',
        metric: 'wape',
        worseThanBaseline: 1.25,
        above: false,
        below: false,
        labelsWithin,
        leastRows: 20,
        violations: { count: 1, of: 1 },
      },
    },
  });

it('sends key, time and features in the order of time, never the label', async () => {
  const rows = await withHistory(within('24 hours'), (history) => history.rows({ from: START, to: START + 4 * HOUR }));
  expect(rows.map(({ at, label }) => [at, label])).toEqual([0, 1, 2, 3].map((i) => [START + i * HOUR, i]));
  expect(JSON.parse(rows[1]!.instance)).toEqual({ id: '1', at: '2024-02-27T01:00:00.000Z', hour: '1', warmth: 0.5 });
  expect(JSON.parse(rows[3]!.instance)).toHaveProperty('warmth', null);
});

describe.each([
  { labelsWithin: '24 hours', every: 24, spread: 1 },
  { labelsWithin: '72 hours', every: 24, spread: 3 },
  { labelsWithin: '6 hours', every: 6, spread: 1 },
  { labelsWithin: '0.5 hours', every: 1, spread: 1 },
] as const)('with labels within $labelsWithin', ({ labelsWithin, every, spread }) => {
  it(`delivers every ${every} hours, spread over ${spread} batches`, () => {
    expect(within(labelsWithin)).toEqual({ every: every * HOUR, spread });
  });

  it('never delivers the future, and nothing twice or late', async () => {
    const batches = within(labelsWithin);
    const limit = Math.max(spread * batches.every, HOUR);
    await withHistory(batches, async (history, db) => {
      const to = { data: join(folder, 'own'), labels: join(folder, 'known') };
      for (let now = START; now <= START + 9 * DAY; now += HOUR) {
        await history.deliver({ from: now - HOUR, to: now }, to);
        // Every fifth hour: coprime to the batches, so that each hour of a day is looked at.
        if (now < START + DAY || ((now - START) / HOUR) % 5 !== 0) continue;
        const files = (name: 'data' | 'labels') => `read_parquet('${to[name]}/*.parquet')`;
        const known = `SELECT max(epoch_ms(CAST(CAST("at" AS TIMESTAMPTZ) AS TIMESTAMP))) AS newest, count(*) AS rows, count(DISTINCT note) AS notes FROM ${files('data')}`;
        const { newest, rows, notes } = await db.row<{ newest: number; rows: number; notes: number }>(known);
        expect(newest).toBeLessThan(now);
        expect(notes).toBe(rows);
        const happened = Math.min(HOURS, Math.floor((now - limit - START) / HOUR) + 1);
        expect(rows).toBeGreaterThanOrEqual(Math.max(0, happened - 1));
        const { labels } = await db.row<{ labels: number }>(`SELECT count(*) AS labels FROM ${files('labels')}`);
        expect(labels).toBe(rows);
      }
      expect(readdirSync(to.data).length).toBeLessThanOrEqual(Math.ceil(HOURS / every) + spread);
    });
  });
});

it('refuses a history without a file that can be read, without a column or without a time', async () => {
  const opening = () => withHistory(within('24 hours'), async () => undefined);
  rmSync(join(folder, 'b.jsonl'));
  writeFileSync(join(folder, 'a.jsonl'), '{"at": null, "id": 1, "hour": 1, "warmth": 1, "label": 1}\n');
  await expect(opening()).rejects.toThrow('./data: got no row with a time in at, expected a history to replay.');
  writeFileSync(join(folder, 'a.jsonl'), '{"at": null, "id": 1, "hour": 1, "warm": 1}\n');
  await expect(opening()).rejects.toThrow(
    './data: got no column label, warmth, expected it among at, id, hour, warm; correct the dataset.',
  );
  writeFileSync(join(folder, 'c.parquet'), 'no Parquet');
  await expect(opening()).rejects.toThrow(/^.\/data: 1 problem\n.*\n    got a file that cannot be read/);
  rmSync(join(folder, 'c.parquet'));
  rmSync(join(folder, 'a.jsonl'));
  await expect(opening()).rejects.toThrow(
    './data: got no file to replay, expected Parquet, CSV with a header, or JSON lines.',
  );
});
