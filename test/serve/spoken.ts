/** The dialects of the model server as their documentation shows them: how rows are asked about, and how answers are read. */
import { row } from './harness';

export interface Row {
  readonly id: number;
  readonly x: number | string | null;
  readonly color: string | null;
}

export interface Spoken {
  readonly health: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: (rows: readonly Row[]) => string;
  readonly predictions: (text: string) => unknown;
  /** The error's body; where a row is to blame, with its place. */
  readonly error: (problem: string, place?: { readonly instance: number; readonly field: string }) => unknown;
}

export const VERTEX = {
  AIP_HEALTH_ROUTE: '/v1/endpoints/7/deployedModels/8',
  AIP_PREDICT_ROUTE: '/v1/endpoints/7/deployedModels/8:predict',
};

const json = { 'content-type': 'application/json' };
const instances = (rows: readonly Row[]) => JSON.stringify({ instances: rows });
const predictions = (text: string) => (JSON.parse(text) as { predictions: unknown }).predictions;
const place = (at?: { instance: number; field: string }) => (at ? `instances[${at.instance}].${at.field}` : '');
const objectError: Spoken['error'] = (problem, at) => ({ error: { message: place(at) + problem, ...at } });
const ours = { headers: json, body: instances, predictions, error: objectError };

export const cell = (value: Row[keyof Row]) => (value === null ? '' : String(value));
export const csv = (rows: readonly Row[]) => rows.map(({ x, color }) => `${cell(x)},${cell(color)}\n`).join('');
export const tensor = (name: string, datatype: string, data: readonly unknown[]) => ({
  name,
  shape: [data.length],
  datatype,
  data,
});

/** A column of numbers is one of text as soon as there is text in it. */
function column(rows: readonly Row[], name: keyof Row, datatype: string) {
  const values = rows.map((each) => each[name]);
  return tensor(name, values.some((value) => typeof value === 'string') ? 'BYTES' : datatype, values);
}

export const SPOKEN: Readonly<Record<string, Spoken>> = {
  'our own': { ...ours, health: '/health/ready', path: '/predict' },
  'SageMaker, JSON': { ...ours, health: '/ping', path: '/invocations' },
  'SageMaker, CSV': {
    ...ours,
    health: '/ping',
    path: '/invocations',
    headers: { 'content-type': 'text/csv' },
    body: csv,
    predictions: (text) => text.trimEnd().split('\n').map(Number),
  },
  'SageMaker, JSON lines': {
    ...ours,
    health: '/ping',
    path: '/invocations',
    headers: { 'content-type': 'application/jsonlines' },
    body: (rows) => rows.map((each) => `${JSON.stringify(each)}\n`).join(''),
    predictions: (text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { prediction: unknown }).prediction),
  },
  'Vertex AI': {
    ...ours,
    health: VERTEX.AIP_HEALTH_ROUTE,
    path: VERTEX.AIP_PREDICT_ROUTE,
    body: (rows) => JSON.stringify({ instances: rows, parameters: {} }),
  },
  'Azure ML': { ...ours, health: '/health/ready', path: '/score' },
  'KServe V1': {
    ...ours,
    health: '/v1/models/bikes',
    path: '/v1/models/bikes:predict',
    error: (problem, at) => ({ error: place(at) + problem }),
  },
  'KServe V2': {
    headers: json,
    health: '/v2/models/bikes/ready',
    path: '/v2/models/bikes/infer',
    body: (rows) =>
      JSON.stringify({
        inputs: [column(rows, 'id', 'INT64'), column(rows, 'x', 'FP64'), column(rows, 'color', 'BYTES')],
      }),
    predictions: (text) => (JSON.parse(text) as { outputs: [{ data: unknown }] }).outputs[0].data,
    error: (problem, at) => ({ error: (at ? `inputs.${at.field}.data[${at.instance}]` : '') + problem }),
  },
};

export const ROWS: readonly Row[] = [
  row(0.1),
  row(2.5, { color: null }),
  row(null, { color: '5' }),
  row(-3, { color: 'a, "b"' }),
  row(1 / 3, { color: 'été' }),
  row(1e-7),
  row(12345678.9, { color: ' red' }),
];
