/** Files of JSON lines, a request a line, that become rows like our own captures', whatever the dialect of a line. */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelSchema } from '../../constructs/spec/artifact';
import type { Body } from './captured-body';
import { identifier, literal, type Database, type Relation } from './database';
import type { Part } from './source';

/** What a line tells of a request. */
export interface Exchange {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly request: Body | undefined;
  readonly answer: Body | undefined;
}

export interface Lines {
  readonly files: readonly string[];
  readonly version: string;
  readonly schema: ModelSchema;
}

/** Requests that are read at once, so that a busy month needs no more memory than a quiet one. */
const BATCH = 10_000;
const CHUNK = 1024 * 1024;
/** Larger than any request with its answer. */
const LARGEST_OBJECT = 256 * 1024 * 1024;

/** Requests that were refused have no predictions: they make no rows, as in our own captures. */
export async function openLines(
  db: Database,
  directory: string,
  { files, version, schema }: Lines,
  read: (line: string, file: string) => Exchange,
): Promise<Part> {
  const table = identifier(directory);
  await db.run(`CREATE OR REPLACE TABLE ${table} AS ${rowsOf(nothing(schema), version)}`);
  const scratch = mkdtempSync(join(tmpdir(), 'captures-'));
  const draft = join(scratch, 'batch.json');
  const load = async (batch: readonly string[]): Promise<void> => {
    writeFileSync(draft, batch.join('\n'));
    await db.run(`INSERT INTO ${table} ${rowsOf(written(draft, schema), version)}`);
  };
  try {
    let batch: string[] = [];
    for (const file of files) {
      for await (const line of linesOf(join(directory, file))) {
        const request = line.trim() === '' ? undefined : requestWithAnswer(read(line, file));
        if (request !== undefined) batch.push(request);
        if (batch.length < BATCH) continue;
        await load(batch);
        batch = [];
      }
    }
    if (batch.length > 0) await load(batch);
  } finally {
    rmSync(scratch, { recursive: true });
  }
  const columns = await db.rows<{ column_name: string; column_type: string }>(`DESCRIBE ${table}`);
  return { from: table, types: new Map(columns.map((column) => [column.column_name, column.column_type])) };
}

/** A file may be larger than a text can be. */
async function* linesOf(file: string): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: CHUNK })) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest;
}

/** The bodies stand in it as they were sent: DuckDB reads them, so that no number is bent on its way. */
function requestWithAnswer({ id, at, request, answer }: Exchange): string | undefined {
  if (!request || !answer || request.rows !== answer.rows || Number.isNaN(at)) return undefined;
  return `{"id":${JSON.stringify(id)},"at":${at},"request":${request.json},"response":${answer.json}}`;
}

/** Types of what is in a batch, by column. */
function typesOf({ key, time, features }: ModelSchema) {
  const names = [...new Set([...key, time, ...Object.keys(features)])];
  const typeOf = (name: string) => (features[name]?.kind === 'number' ? 'DOUBLE' : 'VARCHAR');
  const instance = names.map((name) => `${identifier(name)} ${typeOf(name)}`).join(', ');
  return {
    id: 'VARCHAR',
    at: 'BIGINT',
    request: `STRUCT(instances STRUCT(${instance})[])`,
    response: 'STRUCT(predictions DOUBLE[])',
  };
}

function written(file: string, schema: ModelSchema): Relation {
  const columns = Object.entries(typesOf(schema)).map(([name, type]) => `${identifier(name)}: ${literal(type)}`);
  return `read_json(${literal(file)}, format = 'unstructured', maximum_object_size = ${LARGEST_OBJECT}, columns = {${columns.join(', ')}})`;
}

function nothing(schema: ModelSchema): Relation {
  const columns = Object.entries(typesOf(schema)).map(([name, type]) => `CAST(NULL AS ${type}) AS ${identifier(name)}`);
  return `(SELECT ${columns.join(', ')} WHERE false)`;
}

/** One row an instance. */
const rowsOf = (requests: Relation, version: string): string =>
  `SELECT id, make_timestamp("at" * 1000) AS "at", ${literal(version)} AS version, instance.*, prediction FROM (
    SELECT id, "at", unnest(request.instances) AS instance, unnest(response.predictions) AS prediction
    FROM ${requests})`;
