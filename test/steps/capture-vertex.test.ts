/** What Vertex AI logged of requests, in both shapes that it may have: it makes the rows that our own capture of the same traffic makes. */
import { join } from 'node:path';
import { Captures } from '../../constructs/local/capture';
import { Storage } from '../../constructs/local/storage';
import type { ModelSchema } from '../../constructs/spec/artifact';
import type { VertexCaptures } from '../../constructs/spec/capture';
import type { MonitorSubject } from '../../constructs/spec/report';
import { openCaptures } from '../../runtime/steps/captures';
import { Database } from '../../runtime/steps/database';
import type { StepError } from '../../runtime/steps/step';
import { model, qualityMonitor, subject as shopSubject } from './captured';
import { hour, rowsSql, run, schema as shop, Scratch } from './scratch';

const feature = (kind: 'number' | 'category') => ({ kind, range: false, nulls: 0.5 }) as const;
const SCHEMA: ModelSchema = {
  time: 'time',
  key: ['station', 'time'],
  label: 'rentals',
  features: { hour: feature('category'), wind: feature('number') },
};
const window = { from: '2026-11-20T10:00:00Z', to: '2026-11-20T12:00:00Z' };
const subject: MonitorSubject = { monitor: 'inputs', endpoint: 'online', version: 'v3', window, scope: 'window' };

let db: Database;
beforeEach(async () => {
  db = await Database.open();
});
afterEach(() => db.close());

interface Exchange {
  readonly at: string;
  readonly instances: readonly string[];
  readonly predictions: readonly string[];
}

type Shape = (name: string, rows: readonly string[]) => readonly string[];

const SHAPES: Readonly<Record<string, Shape>> = {
  'as a whole': (name, rows) => [`{"${name}": [${rows.join(', ')}],\n "parameters": {}}`],
  'row by row': (_, rows) => rows,
};

/** As BigQuery exports it: numbers of 64 bits and more are texts. */
const lineOf = ({ at, instances, predictions }: Exchange, shape: Shape): string =>
  JSON.stringify({
    request_id: at,
    logging_time: at,
    deployed_model_id: '34837',
    request_payload: shape('instances', instances),
    response_payload: shape('predictions', predictions),
  });

/** A directory as the loop makes it. Each text is a file. */
function captured(files: readonly string[], change: Partial<VertexCaptures> = {}): string {
  const scratch = new Scratch();
  const names = files.map((_, i) => `1/${String(i).padStart(12, '0')}.jsonl`);
  files.forEach((text, i) => scratch.write(`captures/${names[i]!}`, text));
  const manifest = { format: 1, dialect: 'vertex', version: 'v3', schema: SCHEMA, files: names, window, ...change };
  return scratch.write('captures/manifest.json', manifest);
}

async function rowsIn(directory: string, columns = 'id, "at", version, station, time, hour, wind, prediction') {
  const { rows } = await openCaptures(db, directory, subject);
  return db.rows(`SELECT * REPLACE (epoch_ms("at") AS "at") FROM ${rows(() => columns)} ORDER BY "at", id, prediction`);
}

/** The same traffic, captured by this machine. */
async function rowsCapturedHere(exchanges: readonly Exchange[]) {
  const storage = new Storage(new Scratch().root);
  const here = new Captures({ storage, db, schema: () => SCHEMA, log: () => undefined });
  for (const { at, instances, predictions } of exchanges)
    here.add({
      ...{ id: at, at: Date.parse(at), endpoint: 'online', version: 'v3' },
      request: Buffer.from(`{"instances": [${instances.join(',')}]}`),
      response: Buffer.from(`{"predictions": [${predictions.join(',')}]}`),
    });
  const { from, to } = window;
  const directory = join(storage.root, 'given');
  await here.window('online', 'v3', { from: Date.parse(from), to: Date.parse(to) }, directory);
  return rowsIn(directory);
}

const EXCHANGES: readonly Exchange[] = [
  {
    at: '2026-11-20T10:00:00.123Z',
    // A number that JavaScript would round, and a category that is a decimal.
    instances: ['{"station": 12345678901234567890, "time": "2026-11-20T10:00:00Z", "hour": 5.0, "wind": 0.1}'],
    predictions: ['12.25'],
  },
  {
    at: '2026-11-20T10:30:00.000Z',
    instances: ['{"station":"7","time":"x","hour":null,"wind":null}', '{"station":"8","time":"x","hour":5,"wind":-1}'],
    predictions: ['1', '2e-3'],
  },
  {
    at: '2026-11-20T11:59:59.000Z',
    instances: ['{"station":"7","time":"x","hour":true,"wind \\"speed\\"":1,"wind":3}'],
    predictions: ['-0.5'],
  },
  { at: '2026-11-20T12:00:00.000Z', instances: ['{"hour":5,"wind":1}'], predictions: ['1'] },
];

test.each(Object.keys(SHAPES))('requests that are logged %s make the rows of our own capture', async (name) => {
  const lines = EXCHANGES.map((exchange) => lineOf(exchange, SHAPES[name]!));
  const directory = captured([lines.slice(0, 2).join('\n'), `${lines.slice(2).join('\n')}\n`]);
  const rows = await rowsIn(directory);
  expect(rows).toEqual(await rowsCapturedHere(EXCHANGES));
  expect(rows.map((row) => (row as { readonly prediction: number }).prediction)).toEqual([12.25, 0.002, 1, -0.5]);
});

const at = '2026-11-20T10:00:00.000Z';
const good: Exchange = { at, instances: ['{"hour":5,"wind":1.5}'], predictions: ['7'] };
const whole = (change: object): string =>
  JSON.stringify({ ...(JSON.parse(lineOf(good, SHAPES['as a whole']!)) as object), ...change });

test('what was refused, and what has no answer, makes no row', async () => {
  const lines = [
    whole({ response_payload: ['{"error":{"message":"instances[0].wind is missing"}}'] }),
    whole({ response_payload: [] }),
    whole({ response_payload: null }),
    whole({ response_payload: ['7', '8'] }),
    whole({ request_payload: ['not JSON'] }),
    whole({ request_payload: ['[5, 1.5]'] }),
    whole({ logging_time: undefined }),
    whole({}),
    '',
  ];
  expect(await rowsIn(captured([lines.join('\n')]))).toMatchObject([{ id: at, hour: '5', wind: 1.5, prediction: 7 }]);
});

test('a window without traffic has no rows, and a version has only its own', async () => {
  expect(await rowsIn(captured([]))).toEqual([]);
  expect(await rowsIn(captured([''], {}))).toEqual([]);
  expect(await rowsIn(captured([whole({})], { version: 'v33' }))).toEqual([]);
});

test('a file is read on where a piece of it ends, in the middle of a line or of a letter', async () => {
  const long = lineOf(
    { ...good, instances: [`{"hour":"${'é\u2028'.repeat(250_000)}","wind":1.5}`] },
    SHAPES['row by row']!,
  );
  const rows = await rowsIn(
    captured([[long, whole({}), long].join('\n')]),
    'id, "at", prediction, length(hour) AS letters',
  );
  expect(rows.map((row) => (row as { readonly letters: bigint }).letters.toString()).sort()).toEqual([
    '1',
    '500000',
    '500000',
  ]);
});

test('refuses a line that is not JSON, with the name of its file', async () => {
  const problems = openCaptures(db, captured(['{"request_id":']), subject).catch((error: StepError) => error.problems);
  expect(await problems).toMatchObject([{ path: 'in.captures: 1/000000000000.jsonl' }]);
});

test('a monitor of labels reads them like our own captures', async () => {
  const scratch = new Scratch();
  const rows = await db.rows<{ shop: string; when: Date; price: number; day: number; sold: number }>(rowsSql(48));
  const lines = rows.slice(24).map(({ shop: name, when, price, day, sold }) =>
    lineOf(
      {
        at: when.toISOString(),
        instances: [JSON.stringify({ shop: name, when: when.toISOString(), price, day: String(day) })],
        predictions: [String(sold * 1.5)],
      },
      SHAPES['as a whole']!,
    ),
  );
  const labels = rows.map(({ shop: name, when, sold }) =>
    JSON.stringify({ shop: name, when, label: sold, at: hour(50) }),
  );
  scratch.write('captures/a.jsonl', lines.join('\n'));
  scratch.write('labels/a.jsonl', labels.join('\n'));
  const manifest = { format: 1, dialect: 'vertex', version: 'v2', schema: shop, files: ['a.jsonl'], window };
  const done = await run(
    'quality',
    {
      'in.captures': scratch.write('captures/manifest.json', manifest),
      'in.labels': scratch.path('labels'),
      'in.model': await model(scratch, 100),
      'out.report': scratch.path('report'),
    },
    { monitor: qualityMonitor, subject: shopSubject },
  );
  expect(done).toEqual({ code: 0, said: 'quality: fine: wape 0.5 on 24 rows; limit 0.5 (from 0.4) kept' });
});
