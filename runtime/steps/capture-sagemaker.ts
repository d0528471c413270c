/** SageMaker's dialect of captures: JSON lines that hold requests and answers as texts. They become rows like our own captures'. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelSchema } from '../../constructs/spec/artifact';
import type { SagemakerCaptures } from '../../constructs/spec/capture';
import { answerOf, requestOf, type Captured } from './captured-body';
import { identifier, literal, type Database, type Relation } from './database';
import type { Part } from './source';
import { refuse } from './step';

/** One line. Other fields, such as `mode` and `eventVersion`, say nothing that matters here. */
interface Line {
  readonly captureData?: { readonly endpointInput?: Captured; readonly endpointOutput?: Captured };
  readonly eventMetadata?: { readonly eventId?: string; readonly inferenceTime?: string };
}

/** Requests that are read at once, so that a busy month needs no more memory than a quiet one. */
const BATCH = 10_000;
/** Larger than any request with its answer. */
const LARGEST_OBJECT = 256 * 1024 * 1024;

/** Requests that were refused have no predictions: they make no rows, as in our own captures. */
export async function openSagemaker(
  db: Database,
  directory: string,
  { files, version, schema }: SagemakerCaptures,
  path: string,
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
      for (const line of readFileSync(join(directory, file), 'utf8').split('\n')) {
        const request = line.trim() === '' ? undefined : requestWithAnswer(line, schema, `${path}: ${file}`);
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

/** The bodies stand in it as they were sent: DuckDB reads them, so that no number is bent on its way. */
function requestWithAnswer(line: string, schema: ModelSchema, path: string): string | undefined {
  const { captureData, eventMetadata } = parse(line, path);
  const at = Date.parse(eventMetadata?.inferenceTime ?? '');
  const request = requestOf(captureData?.endpointInput, schema);
  const answer = answerOf(captureData?.endpointOutput);
  if (!request || !answer || request.rows !== answer.rows || Number.isNaN(at)) return undefined;
  const id = JSON.stringify(eventMetadata?.eventId ?? '');
  return `{"id":${id},"at":${at},"request":${request.json},"response":${answer.json}}`;
}

function parse(line: string, path: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch (error) {
    const got = `a line that is not JSON (${(error as Error).message})`;
    return refuse(path, got, 'what SageMaker captured: a JSON object a line', 'remove the file');
  }
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
