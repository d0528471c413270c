/** KServe's V1 protocol and the Open Inference Protocol (V2): requests as their documents show them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { artifact, DOUBLING, INSTALL_MS, ModelServer, python } from './harness';
import { tensor } from './spoken';

let server: ModelServer;
beforeAll(async () => {
  await python();
  server = await ModelServer.launch({ 'in.model': artifact(DOUBLING), 'param.name': 'bikes' });
  await server.untilReady();
}, INSTALL_MS);
afterAll(() => server.stop());

const VERSION = (JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string })
  .version;

test.each([
  ['/v1/models', { models: ['bikes'] }],
  ['/v1/models/bikes', { name: 'bikes', ready: true }],
  ['/v2', { name: 'mlops-model', version: VERSION, extensions: [] }],
  ['/v2/health/live', { live: true }],
  ['/v2/health/ready', { ready: true }],
  ['/v2/models/bikes/ready', { name: 'bikes', ready: true }],
  [
    '/v2/models/bikes',
    {
      name: 'bikes',
      platform: 'mlops-constructs',
      inputs: [
        { name: 'x', datatype: 'FP64', shape: [-1] },
        { name: 'color', datatype: 'BYTES', shape: [-1] },
      ],
      outputs: [{ name: 'prediction', datatype: 'FP64', shape: [-1] }],
    },
  ],
])('GET %s', async (path, body) => {
  expect(await server.get(path)).toEqual({ status: 200, body });
});

test.each(['/v1/models/other', '/v1/models/other:predict', '/v2/models/other', '/v2/models/other/infer'])(
  'refuses another model: %s',
  async (path) => {
    const error = expect.stringContaining(`got the path ${path}, expected one of`);
    expect(await server.post(path, '{}')).toEqual({ status: 404, body: { error } });
  },
);

test('refuses a wrong method in its own words', async () => {
  expect(await server.get('/v2/models/bikes/infer')).toEqual({
    status: 405,
    body: { error: 'got GET /v2/models/bikes/infer, expected POST' },
  });
});

describe('infer', () => {
  const infer = (document: unknown) => server.post('/v2/models/bikes/infer', JSON.stringify(document));
  const x = tensor('x', 'FP64', [1, 2]);
  const color = tensor('color', 'BYTES', ['red', null]);

  test('answers in one tensor; id and parameters come back', async () => {
    const [id, parameters] = ['42', { trace: 'on' }];
    expect(await infer({ id, parameters, inputs: [x, color], outputs: [{ name: 'prediction' }] })).toEqual({
      status: 200,
      body: {
        model_name: 'bikes',
        id,
        parameters,
        outputs: [{ name: 'prediction', datatype: 'FP64', shape: [2], data: [2, 4] }],
      },
    });
  });

  test('answers without id and parameters where none came', async () => {
    expect(Object.keys((await infer({ inputs: [x, color] })).body as object)).toEqual(['model_name', 'outputs']);
  });

  test.each([
    ['whole numbers', tensor('x', 'INT64', [1, 2]), [2, 4]],
    ['unsigned bytes', tensor('x', 'UINT8', [1, 255]), [2, 510]],
    ['numbers of half precision', tensor('x', 'FP16', [1.5, 2]), [3, 4]],
    ['truths', tensor('x', 'BOOL', [true, false]), [2, 0]],
    ['what is missing', tensor('x', 'FP64', [null, 2]), [0, 4]],
    ['a column of a table, flat', { ...x, shape: [2, 1] }, [2, 4]],
    ['a column of a table, nested', { ...x, shape: [2, 1], data: [[1], [2]] }, [2, 4]],
  ])('takes %s', async (_, input, data) => {
    expect((await infer({ inputs: [color, input] })).body).toMatchObject({ outputs: [{ data }] });
  });

  test('takes categories that are numbers or truths, key and time', async () => {
    const [at, id] = [tensor('at', 'BYTES', ['2026-01-01', null]), tensor('id', 'INT64', [1, 2])];
    for (const values of [tensor('color', 'INT64', [5, 6]), tensor('color', 'BOOL', [true, null])]) {
      expect((await infer({ inputs: [x, values, at, id] })).status).toBe(200);
    }
  });

  test('predicts no rows', async () => {
    const inputs = [tensor('x', 'FP64', []), tensor('color', 'BYTES', [])];
    expect((await infer({ inputs })).body).toMatchObject({ outputs: [{ shape: [0], data: [] }] });
  });

  test.each([
    ['no inputs', {}, 'inputs is missing or empty'],
    ['inputs that are no list', { inputs: {} }, 'inputs: got dict, expected'],
    ['an unknown field', { inputs: [x, color], more: 1 }, 'more: got int, expected'],
    ['a number as id', { inputs: [x, color], id: 1 }, 'id: got int, expected'],
    ['another output', { inputs: [x, color], outputs: [{ name: 'y' }] }, 'expected none, or only prediction'],
    ['what is no tensor', { inputs: [3] }, 'inputs[0]: got 3, expected an object with a name'],
    [
      'an unknown datatype',
      { inputs: [tensor('x', 'TEXT', [1])] },
      "inputs.x.datatype: got 'TEXT', expected one of BOOL",
    ],
    [
      'a datatype that is no text',
      { inputs: [{ ...x, datatype: [] }] },
      'inputs.x.datatype: got list, expected one of',
    ],
    ['no data', { inputs: [{ ...x, data: undefined }] }, 'inputs.x.data: got NoneType, expected a list'],
    [
      'a shape that the data has not',
      { inputs: [{ ...x, shape: [3] }] },
      'inputs.x.shape: got [3], expected [2] or [2, 1]',
    ],
    ['more than one value a row', { inputs: [{ ...x, shape: [1, 2] }] }, 'inputs.x.shape: got [1, 2], expected [2]'],
    ['a wider shape', { inputs: [{ ...x, shape: [2, 3] }] }, 'inputs.x.shape: got [2, 3], expected [2]'],
    ['no shape', { inputs: [{ ...x, shape: undefined }] }, 'inputs.x.shape: got None'],
    ['parameters that change the data', { inputs: [{ ...x, parameters: { binary_data_size: 9 } }] }, "inputs.x.parameters: got {'binary_data_size': 9}, expected none"], // prettier-ignore
    ['a column twice', { inputs: [x, x] }, 'inputs.x is given twice'],
    ['columns of different lengths', { inputs: [x, tensor('color', 'BYTES', ['red'])] }, "inputs: got columns of different lengths {'x': 2, 'color': 1}"], // prettier-ignore
    ['a fraction among whole numbers', { inputs: [tensor('x', 'INT64', [1, 1.5]), color] }, 'inputs.x.data[1]: got 1.5, expected INT64, or null'], // prettier-ignore
    ['a column too few', { inputs: [x] }, 'inputs.color.data[0] is missing: expected text'],
    ['a column too many', { inputs: [x, color, tensor('y', 'BOOL', [true, true])] }, 'inputs.y.data[0] is unknown: expected x, color, at, id'], // prettier-ignore
    ['a fraction as category', { inputs: [x, tensor('color', 'FP32', [1, 1.5])] }, 'inputs.color.data[1]: got 1.5, expected text'], // prettier-ignore
  ])('refuses %s', async (_, document, error) => {
    expect(await infer(document)).toEqual({ status: 400, body: { error: expect.stringContaining(error) } });
  });
});
