/** SageMaker's dialect: its content types in and out, and the container's contract. */
import { artifact, directoryOf, INSTALL_MS, modelCode, ModelServer, python, row, SCHEMA } from './harness';

/** Twice x, and the length of the color. */
const CODE = modelCode(
  'return np.nan_to_num(batch["x"]) * 2 + np.array([len(color or "") for color in batch["color"]])',
);

let server: ModelServer;
beforeAll(async () => {
  await python();
  server = await ModelServer.launch({ 'in.model': artifact(CODE) });
  await server.untilReady();
}, INSTALL_MS);
afterAll(() => server.stop());

const invoke = (body: string, type?: string, accept?: string) =>
  server.send('POST', '/invocations', body, { ...(type && { 'content-type': type }), ...(accept && { accept }) });

test('ping is answered with 200 and an empty body', async () => {
  expect(await server.send('GET', '/ping')).toMatchObject({ status: 200, text: '' });
});

const JSON_ROWS = JSON.stringify({ instances: [row(1), row(2)] });
test.each([
  [undefined, undefined, JSON_ROWS, 'application/json', '{"predictions":[5.0,7.0]}'],
  ['application/json; charset=utf-8', '*/*', JSON_ROWS, 'application/json', '{"predictions":[5.0,7.0]}'],
  ['application/json', 'text/csv', JSON_ROWS, 'text/csv', '5.0\n7.0\n'],
  ['text/csv', undefined, '1,red\n2,red', 'text/csv', '5.0\n7.0\n'],
  [
    'text/csv; charset=utf-8',
    'application/json',
    '1,red\r\n2,red\r\n',
    'application/json',
    '{"predictions":[5.0,7.0]}',
  ],
  [
    'text/csv',
    'image/png, application/jsonlines;q=0.9',
    '1,red\n2,red\n',
    'application/jsonlines',
    '{"prediction":5.0}\n{"prediction":7.0}\n',
  ],
  [
    'application/jsonlines',
    '',
    `${JSON.stringify(row(1))}\n${JSON.stringify(row(2))}`,
    'application/jsonlines',
    '{"prediction":5.0}\n{"prediction":7.0}\n',
  ],
])('content type %s, accepting %s', async (type, accept, body, answered, text) => {
  expect(await invoke(body, type, accept)).toEqual({ status: 200, type: answered, text });
});

test.each([
  ['without a header the cells are the features, in their order', 'text/csv', '1,red\n', [5]],
  ['with one they are what it says, key and time too', 'text/csv; header=present', 'color,id,at,x\nred,7,,1\n', [5]],
  ['nothing is a missing value, quoted or not', 'text/csv', ',red\n1,""\n,\n', [3, 2, 0]],
  ['a category is its text as it is', 'text/csv', '1, 5.0\n1,"a ""b"",\nc"\n1,a\u2028b\n', [6, 10, 5]],
  ['infinities are missing', 'text/csv', 'inf,a\n1e3,a\n', [1, 2001]],
  ['no rows', 'text/csv', '', []],
])('in CSV %s', async (_, type, body, predictions) => {
  expect(JSON.parse((await invoke(body, type, 'application/json')).text)).toEqual({ predictions });
});

test('no JSON lines have no predictions', async () => {
  expect(await invoke('', 'application/jsonlines')).toMatchObject({ status: 200, text: '' });
});

test.each([
  ['a content type that it does not read', 'image/png', undefined, '', 415, 'content-type: got image/png, expected one of application/json, text/csv, application/jsonlines'], // prettier-ignore
  ['a type that it does not write', 'text/csv', 'image/png', '1,red', 406, 'accept: got image/png, expected one of'],
  ['too few cells', 'text/csv', undefined, '1,red\n1\n', 400, 'instances[1]: got 1 cells, expected 2: x, color'],
  ['an empty line in CSV', 'text/csv', undefined, '1,red\n\n1,red\n', 400, 'instances[1]: got 0 cells, expected 2'],
  ['text for a number', 'text/csv', undefined, '1,red\nwarm,red', 400, "instances[1].x: got 'warm', expected a number"],
  ['an open quote', 'text/csv', undefined, '1,red\n1,"red\n', 400, 'instances[1]: the row is not CSV'],
  ['a header without a feature', 'text/csv;header=present', undefined, 'x\n1', 400, 'instances[0].color is missing'],
  [
    'a header with a stranger',
    'text/csv;header=present',
    undefined,
    'x,color,y\n1,red,1',
    400,
    'instances[0].y is unknown',
  ],
  ['a line that is no JSON', 'application/jsonlines', undefined, '{"x": 1, "color": "red"}\n{', 400, 'instances[1]: the line is not JSON'], // prettier-ignore
  [
    'a line that is no object',
    'application/jsonlines',
    undefined,
    '3\n',
    400,
    'instances[0]: got 3, expected an object',
  ],
])('refuses %s', async (_, type, accept, body, status, message) => {
  const answer = await invoke(body, type, accept);
  expect(answer).toMatchObject({ status, type: 'application/json' });
  expect(JSON.parse(answer.text)).toMatchObject({ error: { message: expect.stringContaining(message) } });
});

test('refuses text that is not UTF-8', async () => {
  const answer = await server.send('POST', '/invocations', Buffer.from([0xff, 0x2c]), { 'content-type': 'text/csv' });
  expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('the body is not UTF-8')]);
});

test('a feature alone may be missing in CSV', async () => {
  const schema = { ...SCHEMA, features: { x: SCHEMA.features.x } };
  const code = modelCode('return np.nan_to_num(batch["x"])');
  const alone = await ModelServer.launch({
    'in.model': directoryOf({ 'model.json': { schema }, 'code/model.py': code }),
  });
  await alone.untilReady();
  expect((await alone.send('POST', '/invocations', '1\n""\n', { 'content-type': 'text/csv' })).text).toBe('1.0\n0.0\n');
  await alone.stop();
});
