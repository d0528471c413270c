/** Folders of the example's rows, of captures made of them, and of their labels. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Database } from '../../runtime/steps';
import type { Container } from './container';

const BIKES = join(__dirname, '../../stacks/bike-rentals/data/bike-rentals.parquet');

/** The rows that a condition holds for, as one Parquet file. Returns its folder. */
export async function writeRows({ scratch }: Container, name: string, condition: string): Promise<string> {
  const folder = join(scratch, name);
  await write(`SELECT * FROM read_parquet('${BIKES}') WHERE ${condition}`, join(folder, 'rows.parquet'));
  return folder;
}

export function writeText({ scratch }: Container, path: string, text: string): string {
  const file = join(scratch, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return dirname(file);
}

/** Captures of a version that answered what a batch predicted, in our own dialect, and the labels of those rows an hour later. */
export async function writeCaptures(
  container: Container,
  predictions: string,
  version: string,
): Promise<{ readonly captures: string; readonly labels: string }> {
  const captures = writeText(
    container,
    'captures/manifest.json',
    JSON.stringify({ format: 1, dialect: 'parquet', files: ['rows.parquet'] }),
  );
  const answered = `(SELECT * FROM read_parquet('${BIKES}') AS rows JOIN read_parquet('${predictions}/*.parquet') AS predicted USING (time))`;
  await write(
    `SELECT 'r' || hash(time) AS id, time AS at, '${version}' AS version, * EXCLUDE (rentals) FROM ${answered}`,
    join(captures, 'rows.parquet'),
  );
  const labels = join(container.scratch, 'labels');
  await write(
    `SELECT time, rentals AS label, time + INTERVAL 1 HOUR AS at FROM ${answered}`,
    join(labels, 'labels.parquet'),
  );
  return { captures, labels };
}

/** Some rows as they were predicted in batch: as instances, as CSV, and the predictions. */
export async function predictedRows(
  predictions: string,
  count: number,
): Promise<{ readonly instances: object[]; readonly csv: string; readonly predictions: number[] }> {
  const rows = await Database.use((db) =>
    db.rows<Record<string, string | number>>(
      `SELECT strftime(time, '%Y-%m-%dT%H:%M:%SZ') AS time, hour, weekday, CAST(working_day AS VARCHAR) AS working_day, weather,
         temperature, humidity, wind_speed, prediction
       FROM read_parquet('${BIKES}') AS rows JOIN read_parquet('${predictions}/*.parquet') AS predicted USING (time) ORDER BY time LIMIT ${count}`,
    ),
  );
  const instances = rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'prediction')),
  );
  return {
    instances,
    csv: [Object.keys(instances[0]!), ...instances.map((instance) => Object.values(instance))]
      .map((cells) => `${cells.join(',')}\n`)
      .join(''),
    predictions: rows.map(({ prediction }) => Number(prediction)),
  };
}

async function write(query: string, file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  await Database.use((db) => db.writeParquet(query, file));
}
