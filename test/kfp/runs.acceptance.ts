/**
 * What the compiler writes runs: Kubeflow's own local orchestrator executes the example's pipelines with the programs of
 * the image, and what they write is what this machine's own runner writes, byte for byte. Needs Python and, the first
 * time, a network; without them it fails.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Workshop } from '../../constructs/local/workshop';
import type { ModelManifest } from '../../constructs/spec/artifact';
import type { Graph } from '../../constructs/spec/component';
import type { Decision } from '../../constructs/spec/decision';
import type { MonitorSubject, Report } from '../../constructs/spec/report';
import { resolve } from '../../constructs/spec/resolve';
import { batchGraph } from '../../pipelines/batch';
import { compilePlan } from '../../pipelines/compile/plan';
import { monitoringGraph, trialGraph } from '../../pipelines/monitoring';
import { trainingGraph } from '../../pipelines/training';
import { Database } from '../../runtime/steps';
import { bikeRentals } from '../../stacks/bike-rentals/spec';
import { Orchestrator } from './orchestrator';

const ROOT = join(__dirname, '../..');
const STACK = join(ROOT, 'stacks/bike-rentals');
const BIKES = join(STACK, 'data/bike-rentals.parquet');
const CODE = join(STACK, 'model');
const spec = resolve(bikeRentals, { root: STACK });
const [JUNE, JULY, LATER] = ['2011-06-01', '2011-07-01', '2011-07-29'] as const;

const scratch = mkdtempSync(join(tmpdir(), 'mlops-kfp-'));
const closing = new AbortController();
const workshop = new Workshop(join(scratch, 'cache'), {
  pythonDir: join(ROOT, '.mlops/python'),
  log: () => undefined,
  signal: closing.signal,
});
let orchestrator: Orchestrator;
beforeAll(async () => {
  orchestrator = await Orchestrator.create(scratch, CODE);
});
afterAll(() => {
  closing.abort();
  rmSync(scratch, { recursive: true });
});

/** Runs a graph there and here, compares every file, and returns where an output is. */
async function bothWays(
  graph: Graph,
  externals: Readonly<Record<string, string>>,
  parameters: Readonly<Record<string, string>> = {},
): Promise<(task: string, output: string) => string> {
  const output = orchestrator.run(graph, externals, parameters);
  const plan = compilePlan(graph);
  const logs = mkdtempSync(join(scratch, 'logs-'));
  const here = await workshop.run({ plan, given: { externals, parameters }, logs, signal: closing.signal });
  expect(here.error).toBeUndefined();
  for (const task of plan.tasks)
    for (const name of task.outputs)
      expect([task.name, name, contents(output(task.name, name))]).toEqual([
        task.name,
        name,
        contents(here.outputs[task.name]![name]!),
      ]);
  return output;
}

/** By path, as text that shows every byte. */
const contents = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [file.slice(folder.length + 1), readFileSync(file, 'latin1')]),
  );

async function write(query: string, ...path: string[]): Promise<string> {
  const file = join(scratch, ...path);
  mkdirSync(dirname(file), { recursive: true });
  await Database.use((db) => db.writeParquet(query, file));
  return dirname(file);
}
const rows = (name: string, condition: string) =>
  write(`SELECT * FROM read_parquet('${BIKES}') WHERE ${condition}`, name, 'rows.parquet');
const json = <T>(...path: string[]): T => JSON.parse(readFileSync(join(...path), 'utf8')) as T;

/** The model of spring, and what it predicts for July; each test needs the ones before it. */
let model: string;
let predictions: string;

test('trains: prepare, three candidates, no champion, select', async () => {
  const champion = join(scratch, 'nobody');
  mkdirSync(champion);
  writeFileSync(join(champion, 'none.json'), '{}');
  const externals = { data: await rows('spring', `time < '${JUNE}'`), code: CODE, champion };
  const output = await bothWays(trainingGraph(spec, 'training'), externals);
  const decision = json<Decision>(output('select', 'decision'), 'decision.json');
  expect([decision.decision, Object.keys(decision.candidates).sort()]).toEqual([
    'register',
    ['boosting', 'forest', 'ridge'],
  ]);
  model = output('select', 'model');
  expect(json<ModelManifest>(model, 'model.json').candidate).toBe(decision.winner);
});

test('scores a month in batch', async () => {
  const data = await rows('july', `time >= '${JULY}' AND time < '${LATER}'`);
  predictions = (await bothWays(batchGraph(spec, 'training'), { data, model }))('score', 'predictions');
  const count = `SELECT count(*) AS n FROM read_parquet('${predictions}/*.parquet') WHERE isfinite(prediction)`;
  expect(await Database.use((db) => db.row(count))).toEqual({ n: 28 * 24 });
});

test('trains again: the champion predicts the same rows', async () => {
  const externals = { data: await rows('summer', `time < '${LATER}'`), code: CODE, champion: model };
  const output = await bothWays(trainingGraph(spec, 'training'), externals);
  const { champion } = json<Decision>(output('select', 'decision'), 'decision.json');
  expect(champion && champion.rows).toBe(28 * 24);
});

test('watches: drift and quality of the traffic, and a trial, of a subject that is given at the start', async () => {
  const answered = `(SELECT * FROM read_parquet('${BIKES}') AS rows JOIN read_parquet('${predictions}/*.parquet') AS predicted USING (time))`;
  const captured = `SELECT 'r' || hash(time) AS id, time AS at, 'v1' AS version, * EXCLUDE (rentals) FROM ${answered}`;
  const captures = await write(captured, 'captures/rows.parquet');
  writeFileSync(join(captures, 'manifest.json'), '{"format": 1, "dialect": "parquet", "files": ["rows.parquet"]}');
  const labelled = `SELECT time, rentals AS label, time + INTERVAL 1 HOUR AS at FROM ${answered}`;
  const labels = await write(labelled, 'labels/labels.parquet');
  const given = { captures, labels, model, champion: model };
  const watch = async (graph: Graph, monitor: string, scope: MonitorSubject['scope']): Promise<Report> => {
    const window = { from: `${JULY}T00:00:00Z`, to: `${LATER}T00:00:00Z` };
    const subject: MonitorSubject = { monitor, endpoint: 'online', version: 'v1', window, scope };
    const externals = Object.fromEntries(
      Object.entries(given).filter(([name]) => Object.hasOwn(graph.externals, name)),
    );
    const output = await bothWays(graph, externals, { subject: JSON.stringify(subject) });
    return json<Report>(output('report', 'report'), 'report.json');
  };
  for (const name of ['inputs', 'quality']) {
    const report = await watch(monitoringGraph(spec, 'online', name), name, 'window');
    expect([report.rows, report.measured, report.verdict === 'unclear']).toEqual([28 * 24, 28 * 24, false]);
  }
  const report = await watch(trialGraph(spec, 'online'), 'quality', 'trial');
  // The challenger is the champion here, so neither is better.
  expect([report.verdict, report.values[0]!.value]).toEqual(['fine', report.values[0]!.baseline]);
});

test("a program's failure is the run's, after one try, and what it said is printed", () => {
  const nothing = join(scratch, 'empty');
  mkdirSync(nothing);
  expect(() => orchestrator.run(batchGraph(spec, 'training'), { data: nothing, model })).toThrow(
    /^(?:(?!no data files)[^])*got no data files(?!(?:[^])*got no data files)[^]*Inner task failed: \S*'score'/,
  );
});
