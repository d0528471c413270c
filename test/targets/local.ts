/** This machine as one of the targets: what it makes of a spec before anything runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { support } from '../../constructs/local';
import { destroy } from '../../constructs/local/destroy';
import { findFacts, type LocalFacts } from '../../constructs/local/facts';
import { Storage } from '../../constructs/local/storage';
import { webhooksOf } from '../../constructs/local/webhooks';
import { registerOf, resolve, type MlopsSpec, type ResolvedMlops } from '../../constructs/spec';
import { batchGraph } from '../../pipelines/batch';
import { compilePlan } from '../../pipelines/compile/plan';
import { monitoringGraph, trialGraph } from '../../pipelines/monitoring';
import { trainingGraph } from '../../pipelines/training';
import { loopSpec } from '../../runtime/loop/loop-spec';
import type { Target } from './targets';

/** Addresses that the spec only names. */
const ENVIRONMENT = { FULL_WEBHOOK: 'https://example.com/full' };

const resolved = (spec: MlopsSpec, root: string) => resolve(spec, { target: { name: 'local', support }, root });

export const local: Target = {
  support,
  adapt: (spec) => spec,
  async resources(given, root) {
    const spec = resolved(given, root);
    const { facts, kept } = await withState(async (stateDir) => ({
      facts: await findFacts({ spec, root, storage: new Storage(stateDir), server: 'the same' }),
      kept: await destroy({ stateDir }, spec.onDestroy),
    }));
    return {
      ...plansOf(spec),
      ...loopsOf(spec, facts),
      facts,
      webhooks: [...webhooksOf(spec, ENVIRONMENT)],
      keptOnDestroy: kept,
    };
  },
  async made(spec, root) {
    return Object.keys(await local.resources(spec, root)).map((id) => id.split('/')[0]!);
  },
  types: {
    minimal: {
      pipelines: [1, 'a plan of tasks, and what of a run becomes a version'],
      batch: [1, 'a plan that scores rows'],
      loop: [1, 'what the loop of the endpoint is told'],
      facts: [1, 'digests of the code and of what shapes a deployment'],
      webhooks: [1, 'addresses that notices go to'],
      keptOnDestroy: [1, 'folders of the record that outlive the system'],
    },
    full: {
      pipelines: [2, 'the ready-made plan, and that of a graph'],
      batch: [2, 'a plan that scores rows, by pipeline'],
      monitors: [4, 'a plan for each monitor'],
      trial: [1, 'a plan that judges a new version by its labels'],
      loop: [2, 'what the loop of each endpoint is told'],
      facts: [1, 'digests of the code and of what shapes a deployment'],
      webhooks: [1, 'addresses that notices go to'],
      keptOnDestroy: [1, 'nothing: the case deletes'],
    },
  },
  async kept(spec, root) {
    return (await local.resources(spec, root))['keptOnDestroy'] as string[];
  },
  // It listens on 127.0.0.1 and asks nobody to let it in.
  async open() {
    return [];
  },
  async outputs(given, root) {
    const spec = resolved(given, root);
    const { endpoints } = await withState((stateDir) =>
      findFacts({ spec, root, storage: new Storage(stateDir), server: 'the same' }),
    );
    const pipelines = Object.keys(spec.pipelines).filter((name) => compilePlan(trainingGraph(spec, name)).tasks.length);
    return { pipelines, endpoints: Object.keys(endpoints) };
  },
  unseen: {
    'datasets.rows.source': 'files are read where they lie: test/local/data.test.ts',
    'pipelines.own.metric': 'a run writes it into its decision: test/local/decision.test.ts',
    'pipelines.own.tasks.train.component.image': 'programs of this machine run, as support.ts says',
    'pipelines.own.tasks.train.component.compute.memory': 'a task has what the machine has, as support.ts says',
    'endpoints.online.replicas.max': 'replicas.min servers run, as support.ts says',
    'endpoints.online.notify.on': 'a notice is compared with it when it is told: test/local/notify.test.ts',
  },
  hatches: { names: [], use: () => ({ called: 0, made: 0 }) },
  refuses: {},
};

function plansOf(spec: ResolvedMlops): Record<string, unknown> {
  const pipelines = Object.keys(spec.pipelines).flatMap((name) => [
    [
      `pipelines/${name}`,
      { plan: compilePlan(trainingGraph(spec, name)), registers: registerOf(spec.pipelines[name]!) },
    ],
    [`batch/${name}`, compilePlan(batchGraph(spec, name))],
  ]);
  const endpoints = Object.entries(spec.endpoints).flatMap(([name, { monitors, rollout }]) => [
    ...Object.keys(monitors).map((monitor) => [
      `monitors/${name}/${monitor}`,
      compilePlan(monitoringGraph(spec, name, monitor)),
    ]),
    ...(rollout.rollBackOn.quality ? [[`trial/${name}`, compilePlan(trialGraph(spec, name))]] : []),
  ]);
  return Object.fromEntries([...pipelines, ...endpoints]) as Record<string, unknown>;
}

const loopsOf = (spec: ResolvedMlops, { generation, endpoints }: LocalFacts): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(endpoints).map(([name, facts]) => [
      `loop/${name}`,
      loopSpec(spec, name, { ...facts, generation, teardown: false }),
    ]),
  );

async function withState<T>(use: (stateDir: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-state-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
