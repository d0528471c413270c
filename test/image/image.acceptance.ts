/**
 * The image, really built and really run: `npm run test:image`. Every program runs inside it over the example's data, laid out as SageMaker
 * does, with no network; and what a step says there is what it says here.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelManifest } from '../../constructs/spec/artifact';
import type { Graph } from '../../constructs/spec/component';
import type { Decision } from '../../constructs/spec/decision';
import type { MonitorSubject, Report } from '../../constructs/spec/report';
import { resolve } from '../../constructs/spec/resolve';
import { batchGraph } from '../../pipelines/batch';
import { compilePlan, taskArguments } from '../../pipelines/compile/plan';
import { monitoringGraph, trialGraph } from '../../pipelines/monitoring';
import { trainingGraph } from '../../pipelines/training';
import { Database, runStep } from '../../runtime/steps';
import { bikeRentals } from '../../stacks/bike-rentals/spec';
import { writeCaptures, writeRows, writeText } from './bikes';
import { Container } from './container';
import { runPipeline } from './sagemaker';
import { serving } from './serving';

const STACK = join(__dirname, '../../stacks/bike-rentals');
const spec = resolve(bikeRentals, { root: STACK });
const [JUNE, JULY, LATER] = ['2011-06-01', '2011-07-01', '2011-07-29'] as const;
const subject = (monitor: string): MonitorSubject => ({
  monitor,
  endpoint: 'online',
  version: 'v1',
  window: { from: `${JULY}T00:00:00Z`, to: `${LATER}T00:00:00Z` },
  scope: 'window',
});
const json = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

let container: Container;
let seconds: number;
beforeAll(() => {
  const start = Date.now();
  container = Container.build(join(STACK, 'model'));
  seconds = (Date.now() - start) / 1000;
});
afterAll(() => container?.remove());

/** The model of spring, and what it predicts for July; each test needs the ones before it. */
let model: string;
let predictions: string;

test('trains: prepare, three candidates, no champion, select', async () => {
  const externals = {
    Data: await writeRows(container, 'spring', `time < '${JUNE}'`),
    Code: join(STACK, 'model'),
    Champion: writeText(container, 'nobody/none.json', '{}'),
  };
  const graph = trainingGraph(spec, 'training');
  const output = runPipeline(container, graph, externals);
  const decision = json<Decision>(output('select', 'decision'), 'decision.json');
  expect([decision.decision, Object.keys(decision.candidates).sort()]).toEqual([
    'register',
    ['boosting', 'forest', 'ridge'],
  ]);
  model = output('select', 'model');
  expect(json<ModelManifest>(model, 'model.json').candidate).toBe(decision.winner);
  await sameHere(graph, 'prepare', { data: externals.Data }, output('prepare', 'report'));
});

test('scores a month in batch', async () => {
  const Data = await writeRows(container, 'july', `time >= '${JULY}' AND time < '${LATER}'`);
  predictions = runPipeline(container, batchGraph(spec, 'training'), { Data, Model: model })('score', 'predictions');
  const count = `SELECT count(*) AS n FROM read_parquet('${predictions}/*.parquet') WHERE isfinite(prediction)`;
  expect(await Database.use((db) => db.row(count))).toEqual({ n: 28 * 24 });
});

test('trains again: the champion predicts the same rows', async () => {
  const Data = await writeRows(container, 'summer', `time < '${LATER}'`);
  const externals = { Data, Code: join(STACK, 'model'), Champion: model };
  const output = runPipeline(container, trainingGraph(spec, 'training'), externals);
  expect(readdirSync(output('champion', 'predictions'))).toEqual(['predictions.parquet']);
  const { champion } = json<Decision>(output('select', 'decision'), 'decision.json');
  expect(champion && champion.rows).toBe(28 * 24);
});

test('watches: drift and quality of the traffic, and a trial', async () => {
  const { captures, labels } = await writeCaptures(container, predictions, 'v1');
  const externals = { Captures: captures, Labels: labels, Model: model, Champion: model };
  for (const name of ['inputs', 'quality']) {
    const Subject = JSON.stringify(subject(name));
    const graph = monitoringGraph(spec, 'online', name);
    const output = runPipeline(container, graph, { ...externals, Subject });
    const report = json<Report>(output('report', 'report'), 'report.json');
    expect([report.rows, report.measured, report.verdict === 'unclear']).toEqual([28 * 24, 28 * 24, false]);
    await sameHere(graph, 'report', { captures, labels, model }, output('report', 'report'), { subject: Subject });
  }
  const Subject = JSON.stringify({ ...subject('quality'), scope: 'trial' });
  const output = runPipeline(container, trialGraph(spec, 'online'), { ...externals, Subject });
  const report = json<Report>(output('report', 'report'), 'report.json');
  // The challenger is the champion here, so neither is better.
  expect([report.verdict, report.values[0]!.value]).toEqual(['fine', report.values[0]!.baseline]);
});

test('serves as SageMaker starts it: /ping, /invocations as JSON and CSV, and an end at SIGTERM', async () => {
  const server = await serving(container, model);
  try {
    expect((await server.send('/ping')).status).toBe(200);
    const rows = await server.rows(predictions, 3);
    const answer = await server.send('/invocations', JSON.stringify({ instances: rows.instances }), 'application/json');
    expect(answer.status).toBe(200);
    // The same predict in batch and online.
    expect((JSON.parse(answer.body) as { predictions: number[] }).predictions).toEqual(rows.predictions);
    const csv = await server.send('/invocations', rows.csv, 'text/csv; header=present');
    expect(csv.body.trim().split('\n').map(Number)).toEqual(rows.predictions);
    expect((await server.send('/invocations', '{"instances": [{}]}', 'application/json')).status).toBe(400);
  } finally {
    expect(await server.stop()).toBe(0);
  }
});

test('any user may run it, and a mistake of the user is told with exit code 64', () => {
  for (const program of ['mlops-step', 'mlops-model']) {
    const ended = container.run([program, 'nothing'], { user: '65532:65532' });
    expect([ended.code, ended.output.includes('nothing')]).toEqual([64, true]);
  }
  for (const program of ['python', 'node']) expect(container.run([program, '--version']).code).toBe(0);
  expect(container.run(['sh', '-c', 'echo $OMP_NUM_THREADS']).output).toBe('1\n');
});

test('holds nothing of the machine that built it', () => {
  const root = container.mount();
  const size = (path: string) => statSync(join(root, path), { throwIfNoEntry: false })?.size ?? 0;
  // Where a volume was there is an empty file.
  expect(['etc/pip.conf', 'root/.npmrc', 'run/authorities.crt'].map(size)).toEqual([0, 0, 0]);
  expect(readdirSync(join(root, 'root')).filter((name) => /cache|npm$|config/.test(name))).toEqual([]);
  expect(readdirSync(join(root, 'opt/mlops/python/bin')).filter((name) => name.startsWith('pip'))).toEqual([]);
  expect(container.inspect('{{.OCIv1.Config.Cmd}} {{.OCIv1.Config.Entrypoint}}{{.OCIv1.Config.User}}')).toBe(
    '[serve] []',
  );
  console.log(`the image was there after ${seconds.toFixed(0)} s`);
});

/** Runs a task's step program in this process on the same inputs: what it writes is the same, byte for byte. */
async function sameHere(
  graph: Graph,
  name: string,
  inputs: Readonly<Record<string, string>>,
  written: string,
  given: Readonly<Record<string, string>> = {},
): Promise<void> {
  const task = compilePlan(graph).tasks.find((one) => one.name === name)!;
  const here = (output: string) => join(container.scratch, 'here', graph.name, output);
  const directories = { inputs, outputs: Object.fromEntries(task.outputs.map((output) => [output, here(output)])) };
  const known = Object.fromEntries(Object.keys(task.inputs).map((input) => [input, inputs[input]!]));
  expect(await runStep(taskArguments(task, { ...directories, inputs: known }, given), () => undefined)).toBe(0);
  const files = readdirSync(here('report')).sort();
  expect([files.length > 0, files]).toEqual([true, readdirSync(written).sort()]);
  for (const file of files)
    expect(readFileSync(join(written, file), 'utf8')).toBe(readFileSync(join(here('report'), file), 'utf8'));
}
