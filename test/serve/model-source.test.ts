/** `serve` without a flag: it finds the model where each platform puts it, and fetches it from Google Cloud Storage. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FakeGoogle } from './fake-google';
import { artifact, directoryOf, DOUBLING, INSTALL_MS, ModelServer, program, python, row, SCHEMA, temporary } from './harness'; // prettier-ignore
import { VERTEX } from './spoken';

// Retries wait, on a busy machine too.
jest.setTimeout(30_000);
beforeAll(async () => void (await python()), INSTALL_MS);

async function predictsFrom(env: NodeJS.ProcessEnv, flags = {}): Promise<void> {
  const server = await ModelServer.launch(flags, env);
  await server.untilReady();
  expect(await server.predict([row(1)])).toEqual({ status: 200, body: { predictions: [2] } });
  expect(await server.stop()).toMatchObject({ code: 0 });
}

describe('the model is found', () => {
  test('in AZUREML_MODEL_DIR', () => predictsFrom({ AZUREML_MODEL_DIR: artifact(DOUBLING) }));

  test('in the folder that was registered, below AZUREML_MODEL_DIR', () => {
    const files = { 'model/model.json': { schema: SCHEMA }, 'model/code/model.py': DOUBLING, 'notes/a.txt': '' };
    return predictsFrom({ AZUREML_MODEL_DIR: directoryOf(files) });
  });

  test('in AIP_STORAGE_URI where that is a folder', () => predictsFrom({ AIP_STORAGE_URI: artifact(DOUBLING) }));

  test('by the flag before any variable', () =>
    predictsFrom({ AIP_STORAGE_URI: temporary() }, { 'in.model': artifact(DOUBLING) }));

  /** `/opt/ml/model` and `/mnt/models`, at another place. */
  const folders = (...places: readonly string[]) => ({
    PYTHONPATH: [
      directoryOf({
        'sitecustomize.py': `import mlops_model.model_source as s\ns.FOLDERS = dict(zip(${JSON.stringify(places)}, s.FOLDERS.values()))`,
      }),
      join(__dirname, '../../runtime/serve'),
    ].join(':'),
  });

  test.each(['/opt/ml/model', '/mnt/models'])('in a folder that is mounted, as %s is', async (folder) => {
    const empty = temporary();
    const places = folder === '/opt/ml/model' ? [artifact(DOUBLING), empty] : [empty, artifact(DOUBLING)];
    await predictsFrom(folders(...places));
  });

  test('refuses to start where there is none, and says where it looked', async () => {
    const { code, stderr } = await program('serve', {});
    expect(stderr.trim()).toBe(
      'mlops-model serve: found no model: expected --in.model DIR, or one of AIP_STORAGE_URI (Vertex AI), ' +
        'AZUREML_MODEL_DIR (Azure ML), /opt/ml/model (SageMaker), /mnt/models (KServe)',
    );
    expect(code).toBe(64);
  });

  test('refuses a folder without an artifact', async () => {
    const { code, stderr } = await program('serve', {}, { AZUREML_MODEL_DIR: directoryOf({ 'a.txt': '' }) });
    expect([code, stderr]).toEqual([64, expect.stringMatching(/^mlops-model serve: .*model\.json does not exist\n$/)]);
  });
});

describe('Vertex AI', () => {
  const MODEL = { 'models/7/model.json': JSON.stringify({ schema: SCHEMA }), 'models/7/code/model.py': DOUBLING };
  const google = new FakeGoogle();
  beforeAll(() => google.listen());
  beforeEach(() => {
    google.holds('bucket', MODEL);
    google.identity = true;
  });
  afterAll(() => google.close());

  const container = (uri = 'gs://bucket/models/7') => ({ ...VERTEX, ...google.variables, AIP_STORAGE_URI: uri });
  const instances = JSON.stringify({ instances: [row(1)] });

  test('the container fetches its model, listens meanwhile, and is healthy when it can be asked', async () => {
    const release = google.hold();
    const server = await ModelServer.launch({}, container());
    expect((await server.send('GET', VERTEX.AIP_HEALTH_ROUTE)).status).toBe(503);
    expect((await server.send('POST', VERTEX.AIP_PREDICT_ROUTE, instances)).status).toBe(503);
    release();
    await server.until(async () => (await server.send('GET', VERTEX.AIP_HEALTH_ROUTE)).status === 200);
    const answer = await server.send('POST', VERTEX.AIP_PREDICT_ROUTE, instances);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { predictions: [2] }]);
    expect((await server.stop()).code).toBe(0);
  });

  test('it would listen on AIP_HTTP_PORT, to the network', async () => {
    const { stderr } = await program('serve', {}, { ...container(), AIP_HTTP_PORT: '99999' });
    expect(stderr).toContain('cannot listen on 0.0.0.0:99999');
  });

  test('its routes may be those of another dialect, and parameters may come empty', async () => {
    const routes = { AIP_HEALTH_ROUTE: '/ping', AIP_PREDICT_ROUTE: '/invocations' };
    const server = await ModelServer.launch({}, { ...container(), ...routes });
    await server.untilReady();
    expect(JSON.parse((await server.send('GET', '/ping')).text)).toEqual({ ready: true });
    for (const parameters of [{}, null]) {
      const body = JSON.stringify({ instances: [row(1)], parameters });
      expect((await server.send('POST', '/invocations', body)).status).toBe(200);
    }
    const refused = await server.send('POST', '/invocations', JSON.stringify({ instances: [], parameters: { k: 1 } }));
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('got also parameters')]);
    await server.stop();
  });

  test('every object below the folder is copied, from many pages, and nothing beside it', async () => {
    const many = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`models/7/weights/ä ${i}+?.bin`, `${i}`]));
    const listing = `${DOUBLING}def load(model):
    names = sorted(os.listdir(os.path.join(model, "weights")))
    return [len(os.listdir(model)), names[6], open(os.path.join(model, "weights", names[6])).read()]
def predict(model, batch): raise ValueError(model)
`;
    const others = { 'models/7/weights/': '', 'models/71/model.json': 'another', 'models/7/code/model.py': listing };
    google.holds('bucket', { ...MODEL, ...many, ...others });
    const server = await ModelServer.launch({}, container('gs://bucket/models/7/'));
    await server.untilReady();
    expect((await server.predict([row(1)])).body).toMatchObject({
      error: { message: expect.stringContaining("ValueError: [3, 'ä 6+?.bin', '6']") },
    });
    await server.stop();
  });

  test('what fails in passing is tried again', async () => {
    google.failsNext(503, 'cut', 'fine', 429, 'short');
    await predictsFrom(container());
    expect(google.failures).toEqual([]);
  });

  test('the copy is gone when the server is', async () => {
    const TMPDIR = temporary();
    const server = await ModelServer.launch({}, { ...container(), TMPDIR });
    await server.untilReady();
    expect(readdirSync(TMPDIR)).toHaveLength(1);
    await server.stop();
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  test.each([
    ['a folder with nothing in it', 'gs://bucket/models/8', 'gs://bucket/models/8: got no objects below it, expected a model artifact'], // prettier-ignore
    ['a bucket that does not exist', 'gs://other/models', 'gs://other/models: cannot be read (its reader needs roles/storage.objectViewer): got 404'], // prettier-ignore
    ['a bucket that it may not read', 'gs://secret/models', 'gs://secret/models: cannot be read (its reader needs roles/storage.objectViewer): got 403'], // prettier-ignore
    ['an object that would land elsewhere', 'gs://bucket/bad', 'gs://bucket/bad: got an object named bad/../../x, expected a path below the folder'], // prettier-ignore
  ])('refuses %s with one line', async (_, uri, message) => {
    google.holds('bucket', { ...MODEL, 'bad/../../x': '' });
    const { code, stderr } = await program('serve', { 'param.port': '0' }, container(uri));
    expect(stderr).toMatch(/^mlops-model serve: .*\n$/);
    expect([code, stderr]).toEqual([64, expect.stringContaining(message)]);
  });

  test('refuses a machine without an identity', async () => {
    google.identity = false;
    const { code, stderr } = await program('serve', { 'param.port': '0' }, container());
    expect([code, stderr]).toEqual([64, expect.stringMatching(/the metadata server at .* gives no token/)]);
  });
});
