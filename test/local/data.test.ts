import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Dataset } from '../../constructs/local/data';
import { arrivalOf, labelsName } from '../../constructs/local/labels';
import type { ResolvedDataset } from '../../constructs/spec/mlops';
import { Database } from '../../runtime/steps/database';
import { temporaryFolders } from './temporary';

const folder = temporaryFolders();
const HOUR = 3_600_000;
const DATASET: ResolvedDataset = { source: './data', time: 'time', key: ['time'], label: 'rentals', features: {} };

let db: Database;
beforeAll(async () => {
  db = await Database.open();
});
afterAll(() => db.close());

class Files {
  readonly path = folder();
  readonly log: string[] = [];
  readonly dataset: Dataset;
  constructor() {
    mkdirSync(this.path, { recursive: true });
    const scratch = `${this.path}-scratch`;
    this.dataset = new Dataset({
      dataset: DATASET,
      path: this.path,
      db,
      scratch,
      log: (line) => this.log.push(line),
    });
  }

  /** A CSV file with a row an hour; an empty label for `unlabelled` rows at its end. */
  add(name: string, from: number, hours: number, unlabelled = 0): void {
    const row = (_: unknown, i: number) =>
      `${new Date((from + i) * HOUR).toISOString()},${i < hours - unlabelled ? i : ''}`;
    writeFileSync(join(this.path, name), ['time,rentals', ...Array.from({ length: hours }, row)].join('\n'));
  }
}

it('is too little until the labelled rows span the history, the last one standing for a step', async () => {
  const files = new Files();
  expect(await files.dataset.look(24 * HOUR)).toBe(false);
  files.add('a.csv', 0, 23);
  expect(await files.dataset.look(24 * HOUR)).toBe(false);
  files.add('b.csv', 23, 2, 2);
  expect(await files.dataset.look(24 * HOUR)).toBe(false);
  files.add('c.csv', 23, 1);
  expect(await files.dataset.look(24 * HOUR)).toEqual({ newest: 23 * HOUR });
});

it('sees each new file, a changed one and one that went away', async () => {
  const files = new Files();
  files.add('a.csv', 0, 24);
  expect(await files.dataset.look(HOUR)).toEqual({ newest: 23 * HOUR });
  files.add('b.csv', 24, 24);
  expect(await files.dataset.look(HOUR)).toEqual({ newest: 47 * HOUR });
  files.add('b.csv', 24, 48);
  expect(await files.dataset.look(HOUR)).toEqual({ newest: 71 * HOUR });
  rmSync(join(files.path, 'b.csv'));
  expect(await files.dataset.look(HOUR)).toEqual({ newest: 23 * HOUR });
});

it('goes on without a file that cannot be read, and says so', async () => {
  const files = new Files();
  files.add('a.csv', 0, 24);
  writeFileSync(join(files.path, 'b.parquet'), 'no parquet');
  expect(await files.dataset.look(HOUR)).toBe(false);
  expect(files.log.join()).toContain('b.parquet');
  files.add('c.csv', 0, 24);
  expect(await files.dataset.look(HOUR)).toEqual({ newest: 23 * HOUR });
});

it('is read again only when its folder has changed', async () => {
  const files = new Files();
  files.add('a.csv', 0, 24);
  utimesSync(files.path, 1, 1);
  await files.dataset.look(HOUR);
  const asked = jest.spyOn(db, 'row').mockRejectedValue(new Error('asked again'));
  expect(await files.dataset.look(HOUR)).toEqual({ newest: 23 * HOUR });
  asked.mockRestore();
});

it('gives a run the files as they were when it started', async () => {
  const files = new Files();
  files.add('a.csv', 0, 24);
  writeFileSync(join(files.path, '.hidden.csv'), '');
  const snapshot = folder();
  await files.dataset.snapshot(snapshot);
  files.add('b.csv', 24, 24);
  expect(readdirSync(snapshot)).toEqual(['a.csv']);
});

it('may be one file', async () => {
  const files = new Files();
  files.add('a.csv', 0, 24);
  const path = join(files.path, 'a.csv');
  const dataset = new Dataset({ dataset: DATASET, path, db, scratch: folder(), log: () => {} });
  expect(await dataset.look(HOUR)).toEqual({ newest: 23 * HOUR });
});

it('a file of labels says in its name when it came', () => {
  const at = Date.parse('2011-02-03T04:05:06Z');
  expect(labelsName(at)).toBe('2011-02-03T040506Z');
  expect(arrivalOf(`${labelsName(at)}.parquet`)).toBe(at);
  expect(arrivalOf('2011-02-03T04Z.jsonl')).toBe(Date.parse('2011-02-03T04:00:00Z'));
  expect(arrivalOf('labels.parquet')).toBeUndefined();
});
