/** The model server, over HTTP: what it answers. */
import { DOUBLING, INSTALL_MS, modelCode, ModelServer, python, row } from './harness';

beforeAll(async () => void (await python()), INSTALL_MS);

describe('answers', () => {
  let server: ModelServer;
  beforeAll(async () => ({ server } = await ModelServer.start(DOUBLING)));
  afterAll(() => server.stop());

  test('one prediction for each instance, in their order', async () => {
    expect(await server.predict([row(1), row(2.5), row(null)])).toEqual({
      status: 200,
      body: { predictions: [2, 5, 0] },
    });
  });

  test('none for no instances', async () => {
    expect(await server.predict([])).toEqual({ status: 200, body: { predictions: [] } });
  });

  test('with key and time in the instance, or without', async () => {
    expect((await server.predict([row(1, { at: '2026-01-01T00:00:00Z' }), { x: 1, color: null }])).status).toBe(200);
  });

  test.each([
    [
      'a missing field',
      { x: 1 },
      'instances[1].color is missing: expected text, a whole number, true or false, or null',
      'color',
    ],
    ['text for a number', row('warm'), `instances[1].x: got 'warm', expected a number, or null`, 'x'],
    [
      'a list for a category',
      row(1, { color: [] }),
      'instances[1].color: got list, expected text, a whole number, true or false, or null',
      'color',
    ],
    [
      'a fraction for a category',
      row(1, { color: 1.5 }),
      'instances[1].color: got 1.5, expected text, a whole number, true or false, or null',
      'color',
    ],
    ['an unknown field', row(1, { y: 1 }), 'instances[1].y is unknown: expected x, color, at, id', 'y'],
    ['what is not an object', 3, 'instances[1]: got 3, expected an object', undefined],
  ])('refuses %s, and says where', async (_, instance, message, field) => {
    const error = { message, instance: 1, ...(field && { field }) };
    expect(await server.predict([row(1), instance])).toEqual({ status: 400, body: { error } });
  });

  test.each(['{', '[]', '{}', '{"instances": {}}', '{"instances": [], "more": 1}'])(
    'refuses the body %s',
    async (body) => {
      const answer = await server.post('/predict', body);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({ error: { message: expect.stringContaining('the body') } });
    },
  );

  test('refuses a body that is too large', async () => {
    const answer = await server.post('/predict', ' '.repeat(16 * 1024 * 1024 + 1));
    expect(answer).toMatchObject({
      status: 413,
      body: { error: { message: expect.stringContaining('larger than 16777216 bytes') } },
    });
  });

  test('refuses an unknown path and a wrong method', async () => {
    expect(await server.get('/nope')).toMatchObject({
      status: 404,
      body: { error: { message: expect.stringContaining('/predict') } },
    });
    expect(await server.get('/predict')).toMatchObject({
      status: 405,
      body: { error: { message: expect.stringContaining('POST') } },
    });
  });

  test('a category means the same text as in training', async () => {
    const code = modelCode(
      'return [float(["5", "true", "false", "a"].index(c)) for c in batch["color"]] if batch["color"][0] else [0.0]',
    );
    const { server: other } = await ModelServer.start(code);
    const answer = await other.predict([5, 5.0, true, false, 'a'].map((color) => row(1, { color })));
    expect(answer.body).toEqual({ predictions: [0, 0, 1, 2, 3] });
    await other.stop();
  });
});

test('a model that raises costs its own request: its line in the answer, its stack in the log', async () => {
  const { server } = await ModelServer.start(DOUBLING);
  const answer = await server.predict([row(13)]);
  expect(answer).toEqual({ status: 500, body: { error: { message: 'model.py:8 in predict: ValueError: thirteen' } } });
  const { stderr } = await server.stop();
  expect(stderr).toContain('Traceback');
  expect(stderr).toContain('model.py", line 8');
  expect(stderr).not.toContain('mlops_model');
});

test.each([
  ['too few numbers', 'return [1.0]', 'predict returned 1 values, expected 2: one number a row'],
  ['a table', 'return [[1.0], [2.0]]', 'predict returned an array of shape (2, 1), expected 2: one number a row'],
  ['text', 'return ["a", "b"]', 'predict returned what is not numbers: could not convert string to float'],
  [
    'no number',
    'return [1.0, float("nan")]',
    'predict returned 1 of 2 values that are not finite numbers; the first is nan in row 1',
  ],
  ['the end of the process', 'raise SystemExit(0)', 'model.py:6 in predict: SystemExit: 0'],
])('a model that returns %s is answered with 500 and plain words', async (_, predict, message) => {
  const { server } = await ModelServer.start(modelCode(predict));
  const answer = await server.predict([row(1), row(2)]);
  expect(answer).toEqual({ status: 500, body: { error: { message: expect.stringContaining(message) } } });
  await server.stop();
});
