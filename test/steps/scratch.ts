/** Folders, rows and runs of steps for the tests: small data, made by DuckDB itself. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ModelManifest, ModelSchema } from '../../constructs/spec/artifact';
import { runStep } from '../../runtime/steps';
import { Database } from '../../runtime/steps/database';

/** Everything that the tests of one file write. */
const base = mkdtempSync(join(tmpdir(), 'steps-'));
afterAll(() => rmSync(base, { recursive: true }));

/** A folder of its own for each test; it is gone after the last one. */
export class Scratch {
  readonly root = mkdtempSync(join(base, 't-'));

  path(...names: string[]): string {
    return join(this.root, ...names);
  }

  /** Makes a file, and the folders above it; an object becomes JSON. Returns the folder. */
  write(file: string, content: string | object): string {
    const path = this.path(file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return dirname(path);
  }

  /** Makes a Parquet file of a query's rows. Returns the folder. */
  async parquet(file: string, query: string): Promise<string> {
    const path = this.path(file);
    mkdirSync(dirname(path), { recursive: true });
    await Database.use((db) => db.writeParquet(query, path));
    return dirname(path);
  }

  json<T = Record<string, unknown>>(...names: string[]): T {
    return JSON.parse(readFileSync(this.path(...names), 'utf8')) as T;
  }

  text(...names: string[]): string {
    return readFileSync(this.path(...names), 'utf8');
  }

  /** Rows of a Parquet file; `select` is SQL. */
  rows<Row = Record<string, unknown>>(file: string, select = '*'): Promise<Row[]> {
    return Database.use((db) => db.rows<Row>(`SELECT ${select} FROM read_parquet('${this.path(file)}')`));
  }
}

export interface Run {
  readonly code: number;
  /** All that it told. */
  readonly said: string;
}

/** Runs a step with directories and parameters by name; a parameter that is no text is given as JSON. */
export async function run(
  step: string,
  directories: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, unknown>>,
): Promise<Run> {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const argv = [
    step,
    ...Object.entries(directories).flatMap(([name, directory]) => [`--${name}`, directory]),
    ...Object.entries(parameters).flatMap(([name, value]) => [`--param.${name}`, text(value)]),
  ];
  const lines: string[] = [];
  const code = await runStep(argv, (line) => lines.push(line));
  return { code, said: lines.join('\n') };
}

/** Hours since the start of 2024. */
export const hour = (n: number): string => new Date(Date.UTC(2024, 0, 1, n)).toISOString();

/** A dataset with a key of two columns, one of them its time, a number, a category, and a label. */
export const schema: ModelSchema = {
  time: 'when',
  key: ['shop', 'when'],
  label: 'sold',
  features: {
    price: { kind: 'number', range: [0, 100], nulls: 0.25 },
    day: { kind: 'category', range: false, nulls: 0.25 },
  },
};

/** `n` hourly rows of that dataset, as SQL; `shift` moves the price. */
export const rowsSql = (n: number, shift = 0): string =>
  `SELECT 'a' AS shop, TIMESTAMP '2024-01-01' + to_hours(CAST(i AS INTEGER)) AS "when",
     CAST(i * 7 % 60 + ${shift} AS DOUBLE) AS price, i % 5 AS day, CAST(10 + i % 9 AS DOUBLE) AS sold FROM range(${n}) AS r(i)`;

export const manifest = (change: Partial<ModelManifest> = {}): ModelManifest => ({
  format: 1,
  pipeline: 'training',
  candidate: 'ridge',
  parameters: { alpha: 1 },
  schema,
  metrics: {},
  data: { from: hour(0), to: hour(99), rows: 100 },
  code: 'c0de',
  libraries: { python: '3.12.0' },
  files: {},
  ...change,
});
