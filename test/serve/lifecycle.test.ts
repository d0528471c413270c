/** The model server under load, and how it starts and stops. */
import {
  directoryOf,
  DOUBLING,
  INSTALL_MS,
  modelCode,
  ModelServer,
  openGate,
  program,
  python,
  row,
  SCHEMA,
} from './harness';

beforeAll(async () => void (await python()), INSTALL_MS);

describe('under load', () => {
  /** Holds the model with one slow request, lets others queue behind it, and releases it. */
  async function gathered(values: readonly number[], flags = {}) {
    const { server, model } = await ModelServer.start(DOUBLING, flags);
    const slow = server.predict([row(15)]);
    await server.until(async () => (await server.metric('mlops_predict_calls_total')) === 1);
    const answers = values.map((x) => server.predict([row(x), row(x + 100)]));
    await server.until(async () => (await server.metric('mlops_requests_in_flight')) === values.length + 1);
    openGate(model);
    expect((await slow).body).toEqual({ predictions: [30] });
    const all = await Promise.all(answers);
    const calls = await server.metric('mlops_predict_calls_total');
    await server.stop();
    return { all, calls };
  }
  const fifty = Array.from({ length: 50 }, (_, index) => 20 + index);

  test('the requests that wait are one call, and each gets its own predictions', async () => {
    const { all, calls } = await gathered(fifty);
    expect(all.map(({ body }) => body)).toEqual(fifty.map((x) => ({ predictions: [2 * x, 2 * x + 200] })));
    expect(calls).toBe(2);
  });

  test('no more of them than asked for', async () => {
    expect((await gathered(fifty, { 'param.gather': '10' })).calls).toBe(6);
  });

  test('a row that raises, or has no number, fails its own request only', async () => {
    const values = fifty.map((x) => (x === 30 ? 13 : x === 40 ? 14 : x));
    const { all, calls } = await gathered(values);
    const expected = values.map((x) => (x === 13 || x === 14 ? 500 : 200));
    expect(all.map(({ status }) => status)).toEqual(expected);
    expect(all.filter(({ status }) => status === 200).map(({ body }) => body)).toEqual(
      values.filter((x) => x >= 20).map((x) => ({ predictions: [2 * x, 2 * x + 200] })),
    );
    expect(calls).toBe(52);
  });
});

describe('starts and stops', () => {
  test('health and metrics are answered while a prediction takes its time', async () => {
    const { server, model } = await ModelServer.start(DOUBLING);
    const slow = server.predict([row(15)]);
    await server.until(async () => (await server.metric('mlops_predict_calls_total')) === 1);
    expect((await server.get('/health/live')).status).toBe(200);
    expect((await server.get('/health/ready')).status).toBe(200);
    openGate(model);
    expect((await slow).status).toBe(200);
    await server.stop();
  });

  test('on SIGTERM it is not ready, answers what is in flight and what still comes, and exits with 0', async () => {
    const { server, model } = await ModelServer.start(DOUBLING);
    const slow = server.predict([row(15)]);
    await server.until(async () => (await server.metric('mlops_predict_calls_total')) === 1);
    server.child.kill('SIGTERM');
    await server.until(async () => (await server.get('/health/ready')).status === 503);
    // It still listens, for many turns of its own: whoever routes to it has the time to see that it is not ready.
    for (let look = 0; look < 30; look++) {
      expect((await server.get('/health/ready')).status).toBe(503);
      await new Promise((next) => setTimeout(next, 20));
    }
    expect((await server.get('/health/live')).status).toBe(200);
    const late = server.predict([row(1)]);
    await server.until(async () => (await server.metric('mlops_requests_in_flight')) === 2);
    openGate(model);
    expect([await slow, await late].map(({ body }) => body)).toEqual([{ predictions: [30] }, { predictions: [2] }]);
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' });
  });

  test('listens at once, and is not ready before the model is loaded', async () => {
    const load =
      'def load(model):\n    while not os.path.exists(os.path.join(model, "gate")): time.sleep(0.005)\n    return model\n';
    const starting = ModelServer.start(DOUBLING + load, {}, async (server, model) => {
      expect(await server.get('/health/live')).toMatchObject({ status: 200 });
      expect(await server.get('/health/ready')).toMatchObject({ status: 503 });
      expect(await server.predict([row(1)])).toMatchObject({
        status: 503,
        body: { error: { message: 'the model is being loaded' } },
      });
      openGate(model);
    });
    await (await starting).server.stop();
  });

  test('a model that does not bear the warm-up row serves all the same, and the log says so', async () => {
    const { server } = await ModelServer.start(modelCode('return [float(len(color)) for color in batch["color"]]'));
    expect((await server.predict([row(1)])).body).toEqual({ predictions: [3] });
    expect((await server.stop()).stderr).toContain('the model does not predict a row of missing values: model.py:6');
  });

  test.each([
    [
      'a model that cannot be loaded',
      { 'code/model.py': 'def load(model):\n    raise RuntimeError("no such weights")\n' },
      'model.py:2 in load: RuntimeError: no such weights',
    ],
    ['code that cannot be read', { 'code/model.py': 'def load(model:\n' }, 'model.py:1: SyntaxError'],
    [
      'code without load',
      { 'code/model.py': 'pass\n' },
      'model.py has no function load: expected train, load and predict',
    ],
    ['an artifact without code', {}, 'code has no model.py: expected one with train, load and predict'],
  ])('refuses %s with exit code 64 and one line', async (_, files, message) => {
    const model = directoryOf({ 'model.json': { schema: SCHEMA }, ...files });
    const { code, stderr } = await program('serve', { 'in.model': model, 'param.port': '0' });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(64);
  });

  test('refuses a port that is taken', async () => {
    const { server } = await ModelServer.start(DOUBLING);
    const model = directoryOf({ 'model.json': { schema: SCHEMA }, 'code/model.py': DOUBLING });
    const { code, stderr } = await program('serve', { 'in.model': model, 'param.port': String(server.port) });
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${server.port}`);
    expect(code).toBe(64);
    await server.stop();
  });
});
