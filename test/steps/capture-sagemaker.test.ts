/** SageMaker's captures, shaped as its documentation shows them: they make the rows that our own capture of the same traffic makes. */
import { join } from 'node:path';
import { Captures } from '../../constructs/local/capture';
import { Storage } from '../../constructs/local/storage';
import type { ModelSchema } from '../../constructs/spec/artifact';
import type { SagemakerCaptures } from '../../constructs/spec/capture';
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
  readonly request: string;
  readonly response: string;
  /** Content types, encodings. @default JSON */
  readonly sent?: readonly [type: string, encoding: string];
  readonly answered?: readonly [type: string, encoding: string];
}

const JSON_BODY = ['application/json', 'JSON'] as const;
const encoded = (text: string, encoding: string) =>
  encoding === 'BASE64' ? Buffer.from(text).toString('base64') : text;

/** https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html */
function captureLine({ at, request, response, sent = JSON_BODY, answered = JSON_BODY }: Exchange, id = at): string {
  const side = (mode: string, [type, encoding]: readonly [string, string], data: string) => ({
    observedContentType: type,
    mode,
    data: encoded(data, encoding),
    encoding,
  });
  return JSON.stringify({
    captureData: { endpointInput: side('INPUT', sent, request), endpointOutput: side('OUTPUT', answered, response) },
    eventMetadata: { eventId: id, inferenceTime: at },
    eventVersion: '0',
  });
}

/** A directory as the loop makes it. Each text is a file. */
function captured(files: readonly string[], change: Partial<SagemakerCaptures> = {}): string {
  const scratch = new Scratch();
  const names = files.map((_, i) => `blue.v3-1a2b/2026/11/20/1${i}/00-00-000-x.jsonl`);
  files.forEach((text, i) => scratch.write(`captures/${names[i]!}`, text));
  const manifest = { format: 1, dialect: 'sagemaker', version: 'v3', schema: SCHEMA, files: names, window, ...change };
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
  for (const { at, request, response } of exchanges)
    here.add({
      id: at,
      at: Date.parse(at),
      endpoint: 'online',
      version: 'v3',
      request: Buffer.from(request),
      response: Buffer.from(response),
    });
  const { from, to } = window;
  const directory = join(storage.root, 'given');
  await here.window('online', 'v3', { from: Date.parse(from), to: Date.parse(to) }, directory);
  return rowsIn(directory);
}

const instance = { station: 12345678901234567890n.toString(), time: '2026-11-20T10:00:00Z', hour: 5, wind: 1.5 };
const EXCHANGES: readonly Exchange[] = [
  {
    at: '2026-11-20T10:00:00Z',
    // Pretty-printed, with a number that JavaScript would round and a category that is a decimal.
    request:
      '{\n  "instances": [{"station": 12345678901234567890, "time": "2026-11-20T10:00:00Z", "hour": 5.0, "wind": 0.1}]\n}',
    response: '{"predictions":[12.25]}',
  },
  {
    at: '2026-11-20T10:30:00Z',
    request: JSON.stringify({ instances: [instance, { ...instance, hour: null, wind: null }] }),
    response: '{"predictions": [1, 2e-3]}',
  },
  {
    at: '2026-11-20T11:59:59Z',
    request: JSON.stringify({ instances: [{ ...instance, hour: true, 'wind "speed"': 1, wind: 3 }] }),
    response: '{"predictions":[-0.5]}',
  },
  { at: '2026-11-20T12:00:00Z', request: JSON.stringify({ instances: [instance] }), response: '{"predictions":[1]}' },
];

test.each(['JSON', 'BASE64'])('JSON captured as %s makes the rows of our own capture', async (encoding) => {
  const types = { sent: [JSON_BODY[0], encoding], answered: ['application/json; charset=utf-8', encoding] } as const;
  const lines = EXCHANGES.map((exchange) => captureLine({ ...exchange, ...types }));
  const directory = captured([lines.slice(0, 2).join('\n'), `${lines.slice(2).join('\n')}\n`]);
  const rows = await rowsIn(directory);
  expect(rows).toEqual(await rowsCapturedHere(EXCHANGES));
  expect(rows.map((row) => (row as { readonly prediction: number }).prediction)).toEqual([12.25, 0.002, 1, -0.5]);
});

test('JSON that stands in the line as JSON is read too', async () => {
  const [exchange] = EXCHANGES.slice(1);
  const line = JSON.parse(captureLine(exchange!)) as {
    readonly captureData: Readonly<Record<'endpointInput' | 'endpointOutput', { data: unknown }>>;
  };
  for (const side of Object.values(line.captureData)) side.data = JSON.parse(side.data as string);
  expect(await rowsIn(captured([JSON.stringify(line)]))).toEqual(await rowsCapturedHere([exchange!]));
});

const at = '2026-11-20T10:00:00Z';
const row = {
  id: at,
  at: Date.parse(at),
  version: 'v3',
  station: null,
  time: null,
  hour: '5',
  wind: 1.5,
  prediction: 7,
};
test.each<readonly [string, Partial<Exchange>, readonly object[]]>([
  [
    'CSV without a header holds the features in their order',
    {
      request: '5,1.5\n,\n',
      response: '7.0\n8\n',
      sent: ['text/csv', 'CSV'],
      answered: ['text/csv; charset=utf-8', 'CSV'],
    },
    [row, { ...row, hour: null, wind: null, prediction: 8 }],
  ],
  [
    'CSV with a header holds what it says, quoted or not',
    {
      request: 'wind,station,hour,time\r\n1e3,007,"a ""b"",\nc",2026-11-20T10:00:00Z\r\n',
      response: '{"predictions":[7.0]}',
      sent: ['text/csv; header=present', 'BASE64'],
    },
    [{ ...row, wind: 1000, station: '007', hour: 'a "b",\nc', time: '2026-11-20T10:00:00Z' }],
  ],
  [
    'numbers that only Python writes so, and infinities, which are missing',
    { request: '5,.5\n5,+2\n5,inf', response: '7\n8\n9', sent: ['text/csv', 'CSV'], answered: ['text/csv', 'CSV'] },
    [
      { ...row, wind: 0.5 },
      { ...row, wind: 2, prediction: 8 },
      { ...row, wind: null, prediction: 9 },
    ],
  ],
  [
    'JSON lines',
    {
      request: '{"hour":5,"wind":1.5}\n{"hour":"6","wind":null}\n',
      response: '{"prediction":7.0}\n{"prediction":8.5}\n',
      sent: ['application/jsonlines', 'BASE64'],
      answered: ['application/jsonlines', 'BASE64'],
    },
    [row, { ...row, hour: '6', wind: null, prediction: 8.5 }],
  ],
])('%s', async (_, exchange, rows) => {
  const line = captureLine({ at, request: '', response: '', ...exchange });
  expect(await rowsIn(captured([line]))).toEqual(rows);
});

test('what was refused, and what has no answer, makes no row', async () => {
  const good = { at, request: '{"instances":[{"hour":5,"wind":1.5}]}', response: '{"predictions":[7]}' };
  const lines = [
    captureLine({ ...good, response: '{"error":{"message":"instances[0].wind is missing"}}' }),
    captureLine({ ...good, response: 'upstream timed out', answered: ['text/html', 'BASE64'] }),
    captureLine({ ...good, response: '{"predictions":[7,8]}' }),
    captureLine({ ...good, request: 'not JSON' }),
    JSON.stringify({ captureData: { endpointInput: { data: good.request } }, eventMetadata: { inferenceTime: at } }),
    captureLine(good),
    '',
  ];
  expect(await rowsIn(captured([lines.join('\n')]))).toEqual([row]);
});

test('a window without traffic has no rows, and a version has only its own', async () => {
  expect(await rowsIn(captured([]))).toEqual([]);
  expect(await rowsIn(captured([captureLine(EXCHANGES[1]!)], { version: 'v33' }))).toEqual([]);
});

test('more requests than are read at once are all there', async () => {
  const line = captureLine({ at, request: '{"instances":[{"hour":5,"wind":1.5}]}', response: '{"predictions":[7]}' });
  const directory = captured([Array.from({ length: 10_001 }, () => line).join('\n')]);
  expect(await rowsIn(directory)).toHaveLength(10_001);
});

test('refuses a line that is not JSON, with the name of its file', async () => {
  const problems = openCaptures(db, captured(['{"captureData": {']), subject).catch(
    (error: StepError) => error.problems,
  );
  expect(await problems).toMatchObject([{ path: 'in.captures: blue.v3-1a2b/2026/11/20/10/00-00-000-x.jsonl' }]);
});

test('a monitor of labels reads them like our own captures', async () => {
  const scratch = new Scratch();
  const rows = await db.rows<{ shop: string; when: Date; price: number; day: number; sold: number }>(rowsSql(48));
  const lines = rows.slice(24).map(({ shop: name, when, price, day, sold }) => {
    const instances = [{ shop: name, when: when.toISOString(), price, day: String(day) }];
    const [request, response] = [JSON.stringify({ instances }), JSON.stringify({ predictions: [sold * 1.5] })];
    return captureLine({ at: when.toISOString(), request, response });
  });
  const labels = rows.map(({ shop: name, when, sold }) =>
    JSON.stringify({ shop: name, when, label: sold, at: hour(50) }),
  );
  scratch.write('captures/a.jsonl', lines.join('\n'));
  scratch.write('labels/a.jsonl', labels.join('\n'));
  const manifest = { format: 1, dialect: 'sagemaker', version: 'v2', schema: shop, files: ['a.jsonl'], window };
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
