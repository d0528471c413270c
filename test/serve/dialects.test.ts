/** Every dialect of the model server: the same rows, the same predictions; each its own errors. */
import { artifact, directoryOf, DOUBLING, INSTALL_MS, modelCode, ModelServer, openGate, program, python, row, SCHEMA, sql, temporary } from './harness'; // prettier-ignore
import { cell, csv, ROWS, SPOKEN, VERTEX } from './spoken';

/** Twice x, and the length of the color; 13 raises. It is loaded when the file `gate` is there. */
const CODE = `${modelCode(`
x = batch["x"]
if (x == 13).any(): raise ValueError("thirteen")
return np.nan_to_num(x) * 2 + np.array([len(color or "") for color in batch["color"]])`)}
def load(model):
    while not os.path.exists(os.path.join(model, "gate")): time.sleep(0.005)
    return model
`;
const EXPECTED = ROWS.map(({ x, color }) => Number(x) * 2 + cell(color).length);
const quoted = (rows: typeof ROWS) =>
  rows.map(({ x, color }) => ({ id: 1, x, color: color && `"${color.replaceAll('"', '""')}"` }));

let server: ModelServer;
let model: string;
beforeAll(async () => {
  await python();
  model = artifact(CODE);
  openGate(model);
  server = await ModelServer.launch({ 'in.model': model, 'param.name': 'bikes' }, VERTEX);
  await server.untilReady();
}, INSTALL_MS);
afterAll(() => server.stop());

describe.each(Object.entries(SPOKEN))('%s', (name, { health, path, headers, body, predictions, error }) => {
  const post = (text: string) => server.send('POST', path, text, headers);

  test('predicts the same for the same rows', async () => {
    const { status, text } = await post(body(name === 'SageMaker, CSV' ? quoted(ROWS) : ROWS));
    expect([status, predictions(text)]).toEqual([200, EXPECTED]);
  });

  test('predicts many rows in their order', async () => {
    const { text } = await post(body(Array.from({ length: 20_000 }, (_, x) => row(x + 100))));
    expect(predictions(text)).toEqual(Array.from({ length: 20_000 }, (_, x) => 2 * x + 203));
  });

  test('refuses a row, and says which and why', async () => {
    const { status, text } = await post(body([row(null), row('warm')]));
    expect([status, JSON.parse(text)]).toEqual([
      400,
      error(`: got 'warm', expected a number, or null`, { instance: 1, field: 'x' }),
    ]);
  });

  test('refuses what cannot be read', async () => {
    const { status, type, text } = await post('{"inst"\n');
    expect([status, type]).toEqual([400, 'application/json']);
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['error']);
  });

  test('refuses what is too large', async () => {
    const { status, text } = await post(' '.repeat(16 * 1024 * 1024 + 1));
    const message = 'the body is larger than 16777216 bytes: send fewer instances, or use a batch';
    expect([status, JSON.parse(text)]).toEqual([413, error(message)]);
  });

  test('a model that raises is answered with 500 and its line', async () => {
    const { status, text } = await post(body([row(13)]));
    expect([status, JSON.parse(text)]).toEqual([500, error('model.py:8 in predict: ValueError: thirteen')]);
  });

  test('is ready', async () => {
    expect((await server.send('GET', health)).status).toBe(200);
  });
});

test('no dialect is ready, and none predicts, before the model is loaded', async () => {
  const waiting = artifact(CODE);
  const other = await ModelServer.launch({ 'in.model': waiting, 'param.name': 'bikes' }, VERTEX);
  for (const { health, path, headers, body, error } of Object.values(SPOKEN)) {
    const answers = [await other.send('GET', health), await other.send('POST', path, body([row(1)]), headers)];
    for (const { status, text } of answers) {
      expect([status, JSON.parse(text)]).toEqual([503, error('the model is being loaded')]);
    }
  }
  openGate(waiting);
  await other.untilReady();
  await other.stop();
});

test('no dialect is ready when the server stops, and all still predict', async () => {
  const stopping = artifact(DOUBLING);
  const other = await ModelServer.launch({ 'in.model': stopping, 'param.name': 'bikes' }, VERTEX);
  await other.untilReady();
  const slow = other.predict([row(15)]);
  await other.until(async () => (await other.metric('mlops_predict_calls_total')) === 1);
  other.child.kill('SIGTERM');
  await other.until(async () => (await other.get('/health/ready')).status === 503);
  for (const { health, error } of Object.values(SPOKEN)) {
    const { status, text } = await other.send('GET', health);
    expect([status, JSON.parse(text)]).toEqual([503, error('the server is stopping')]);
  }
  const spoken = Object.values(SPOKEN);
  const late = spoken.map(({ path, headers, body }) => other.send('POST', path, body([row(1), row(2)]), headers));
  await other.until(async () => (await other.metric('mlops_requests_in_flight')) === spoken.length + 1);
  openGate(stopping);
  expect((await slow).status).toBe(200);
  const answers = (await Promise.all(late)).map(({ text }, index) => spoken[index]!.predictions(text));
  expect(answers).toEqual(spoken.map(() => [2, 4]));
  expect((await other.ended).code).toBe(0);
});

test.each(['csv', 'jsonl', 'parquet'])('a batch of the same rows as .%s has the same predictions', async (format) => {
  const rows = ROWS.map((each, id) => ({ ...each, id }));
  const lines = directoryOf({ 'a.jsonl': rows.map((each) => `${JSON.stringify(each)}\n`).join('') });
  const cells = quoted(rows).map((each, id) => `${id},${csv([each])}`);
  const data = { jsonl: lines, csv: directoryOf({ 'a.csv': `id,x,color\n${cells.join('')}` }), parquet: temporary() };
  await sql(`COPY (FROM '${lines}/a.jsonl') TO '${data.parquet}/a.parquet'`);
  const predictions = temporary();
  const { stderr } = await program('batch', {
    'in.data': data[format as keyof typeof data],
    'in.model': model,
    'out.predictions': predictions,
    'param.schema': SCHEMA,
  });
  expect(stderr).toBe('');
  const scored = await sql(`FROM '${predictions}/predictions.parquet' ORDER BY CAST(id AS INT)`);
  expect(scored.map(({ prediction }) => prediction)).toEqual(EXPECTED);
});
