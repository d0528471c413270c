import { join } from 'node:path';
import { readDecision } from '../../constructs/local/decision.runtime';
import type { RunRecord } from '../../constructs/local/run';
import { Storage } from '../../constructs/local/storage';
import { resolve, type ResolvedGraph } from '../../constructs/spec';
import { full } from '../cases/full';
import { temporaryFolders } from './temporary';

const folder = temporaryFolders();
const pipeline = resolve(full).pipelines['own'] as ResolvedGraph;
const run: RunRecord = {
  id: 'train-1',
  kind: 'train',
  owner: 'own',
  tags: { n: 1, reason: 'bootstrap', at: 0, generation: 1 },
  state: 'running',
  started: 0,
  tasks: [],
};
const MODEL = { candidate: 'tree', parameters: { depth: 3 }, metrics: { auc: 0.8 } };

/** What the task of the graph wrote, by file. */
async function written(files: Readonly<Record<string, unknown>>): Promise<Storage> {
  const storage = new Storage(folder());
  for (const [file, value] of Object.entries(files))
    await storage.write(join('artifacts/own/train-1/train', file), value);
  return storage;
}

const complete = { 'model/model.json': MODEL, 'model/reference.json': {} };
const ungated = { ...pipeline, register: { model: 'train.model', decision: false as const } };

it('says what the graph decided, and has the rest from the model', async () => {
  const decision = { decision: 'register', why: 'better on Sundays' };
  expect(await readDecision(await written({ ...complete, 'decision/decision.json': decision }), pipeline, run)).toEqual(
    {
      format: 1,
      decision: 'register',
      why: 'better on Sundays',
      metric: 'auc',
      winner: 'tree',
      candidates: { tree: { parameters: { depth: 3 }, scores: { auc: 0.8 } } },
      champion: false,
      test: false,
    },
  );
});

it('registers each run of a graph without a gate', async () => {
  const { decision, why } = await readDecision(await written(complete), ungated, run);
  expect([decision, why]).toEqual(['register', 'the graph has no gate: each run that succeeds is registered']);
});

it('needs no model where the graph decides to keep the champion', async () => {
  const storage = await written({ 'decision/decision.json': { decision: 'keep', why: 'too few rows' } });
  expect(await readDecision(storage, pipeline, run)).toMatchObject({ decision: 'keep', candidates: {} });
});

it.each([
  ['a graph that did not decide', complete, 'train.decision: decision.json: got no such file, expected {"decision"'],
  [
    'a decision without a reason',
    { ...complete, 'decision/decision.json': { decision: 'register' } },
    'decision.json: got {"decision":"register"}, expected',
  ],
])('refuses %s', async (_, files, message) => {
  await expect(readDecision(await written(files), pipeline, run)).rejects.toThrow(message);
});

it.each([
  [
    'a model without a manifest',
    {},
    'train.model cannot become a version: got no model.json, expected a model artifact',
  ],
  ['a model without a reference profile', { 'model/model.json': MODEL }, 'got no reference.json'],
  [
    'a model without the score that it is watched by',
    { ...complete, 'model/model.json': { ...MODEL, metrics: { f1: 0.5 } } },
    "got no auc in the metrics of model.json, expected the score on the test rows, as the pipeline's metric is auc",
  ],
])('refuses %s', async (_, files, message) => {
  await expect(readDecision(await written(files), ungated, run)).rejects.toThrow(message);
});
