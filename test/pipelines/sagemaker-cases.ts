/** The graphs that are compiled for SageMaker in the tests, and what a platform adds to them. */
import { resolve, type Graph, type MlopsSpec } from '../..';
import { batchGraph } from '../../pipelines/batch';
import type { SagemakerSettings } from '../../pipelines/compile/sagemaker';
import { monitoringGraph, trialGraph } from '../../pipelines/monitoring';
import { trainingGraph } from '../../pipelines/training';
import { bikeRentals } from '../../stacks/bike-rentals/spec';
import { bakery } from '../../stacks/own-graph/mlops';
import { full } from '../cases/full';
import { minimal } from '../cases/minimal';

const plain: SagemakerSettings = {
  image: () => '111122223333.dkr.ecr.eu-central-1.amazonaws.com/mlops:1',
  machine: () => ({ type: 'ml.m5.large', takesVolumeKey: true }),
  role: 'arn:aws:iam::111122223333:role/jobs',
  key: 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd',
  launcher: 's3://example/code/launcher',
  network: false,
  isolation: true,
  spot: false,
};

/** None as in `plain`; the own graph's image and cores are its own. */
const special: SagemakerSettings = {
  ...plain,
  image: (task) => (task === 'train' ? 'ghcr.io/example/trainer:3' : plain.image(task)),
  machine: (task) =>
    task.startsWith('candidate') || task === 'train'
      ? { type: 'ml.g5.xlarge', takesVolumeKey: false }
      : plain.machine(task),
  network: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'] },
  isolation: false,
  spot: true,
};

interface Case {
  readonly name: string;
  readonly graph: Graph;
  readonly settings: SagemakerSettings;
}

const of = (spec: MlopsSpec, name: string, settings: SagemakerSettings, graphs: Readonly<Record<string, GraphOf>>) =>
  Object.entries(graphs).map(([kind, graph]): Case => ({
    name: `${name}.${kind}`,
    graph: graph(resolve(spec)),
    settings,
  }));
type GraphOf = (spec: ReturnType<typeof resolve>) => Graph;

export const cases: readonly Case[] = [
  ...of(minimal, 'minimal', plain, {
    training: (spec) => trainingGraph(spec, 'training'),
    batch: (spec) => batchGraph(spec, 'training'),
  }),
  ...of(full, 'full', special, {
    training: (spec) => trainingGraph(spec, 'training'),
    own: (spec) => trainingGraph(spec, 'own'),
    inputs: (spec) => monitoringGraph(spec, 'online', 'inputs'),
    predictions: (spec) => monitoringGraph(spec, 'online', 'predictions'),
    quality: (spec) => monitoringGraph(spec, 'online', 'quality'),
    errors: (spec) => monitoringGraph(spec, 'online', 'errors'),
    trial: (spec) => trialGraph(spec, 'online'),
    batch: (spec) => batchGraph(spec, 'training'),
  }),
  ...of(bikeRentals, 'bike-rentals', plain, {
    training: (spec) => trainingGraph(spec, 'training'),
    inputs: (spec) => monitoringGraph(spec, 'online', 'inputs'),
    quality: (spec) => monitoringGraph(spec, 'online', 'quality'),
    trial: (spec) => trialGraph(spec, 'online'),
  }),
  ...of(bakery, 'bakery', plain, { training: (spec) => trainingGraph(spec, 'training') }),
];

export const settings = plain;

/** JSON with what fits on a line on one line: short enough to be read. */
export function readable(value: unknown, indent = ''): string {
  const line = inline(value);
  if (typeof value !== 'object' || value === null || indent.length + line.length <= 180) return line;
  const deeper = `${indent}  `;
  const items = Array.isArray(value)
    ? withFlags(value.map((item) => readable(item, deeper)))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${readable(item, deeper)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  return `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
}

/** A flag and its value share a line. */
const withFlags = (items: readonly string[]): string[] =>
  items.reduce<string[]>((lines, item) => {
    const last = lines.at(-1);
    return last !== undefined && /^"--[^"]*"$/.test(last)
      ? [...lines.slice(0, -1), `${last}, ${item}`]
      : [...lines, item];
  }, []);

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inline(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
