/** What SageMaker does with a pipeline's definition, as far as a container can tell: one job after the other, folders below /opt/ml. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Graph } from '../../constructs/spec/component';
import { compileSagemaker } from '../../pipelines/compile/sagemaker';
import type { TrainingJob, TrainingStep } from '../../pipelines/compile/sagemaker-definition';
import type { Container } from './container';

const COMPILE = join(__dirname, '../../pipelines/compile');

/**
 * Runs a graph as it is compiled for SageMaker. `parameters` are the pipeline's, those of externals as folders of this machine.
 * Returns where an output of a task is.
 */
export function runPipeline(
  container: Container,
  graph: Graph,
  parameters: Readonly<Record<string, string>>,
): (task: string, output: string) => string {
  const { Steps } = compileSagemaker(graph, {
    image: () => 'the one that is tested',
    machine: () => ({ type: 'ml.m5.large', takesVolumeKey: true }),
    role: 'role',
    key: 'key',
    launcher: join(container.scratch, 'launcher'),
    network: false,
    isolation: true,
    spot: false,
  });
  copyObjects(COMPILE, join(container.scratch, 'launcher'), (path) => path === 'launch.sh');
  const folder = mkdtempSync(join(container.scratch, `${graph.name}-`));
  const done = new Set<string>();
  const isReady = (step: TrainingStep) => !done.has(step.Name) && needs(step.Arguments).every((task) => done.has(task));
  for (let step = Steps.find(isReady); step; step = Steps.find(isReady)) {
    runJob(container, step, join(folder, step.Name), (reference) => {
      const [kind, name] = reference.split('.') as [string, string];
      return kind === 'Steps' ? join(folder, name, 'model') : parameters[name]!;
    });
    done.add(step.Name);
  }
  expect(done.size).toBe(Steps.length);
  return (task, output) => join(folder, task, 'model', output);
}

function runJob(container: Container, step: TrainingStep, ml: string, resolve: (reference: string) => string): void {
  const { AlgorithmSpecification, Environment, InputDataConfig } = step.Arguments;
  const text = (value: string | { readonly Get: string }) => (typeof value === 'string' ? value : resolve(value.Get));
  for (const { ChannelName, DataSource } of InputDataConfig)
    copyObjects(text(DataSource.S3DataSource.S3Uri), join(ml, 'input/data', ChannelName));
  mkdirSync(join(ml, 'model'), { recursive: true });
  const command = [...AlgorithmSpecification.ContainerEntrypoint, ...AlgorithmSpecification.ContainerArguments];
  const environment = Object.fromEntries(Object.entries(Environment).map(([name, value]) => [name, text(value)]));
  const { code, output } = container.run(command, { ml, environment });
  if (code === 0) return;
  const failure = join(ml, 'output/failure');
  const reason = existsSync(failure) ? readFileSync(failure, 'utf8') : 'none was written';
  throw new Error(`${step.Name} ended with ${code}:\n${output}\nFailureReason: ${reason}`);
}

const needs = ({ InputDataConfig }: TrainingJob): string[] =>
  InputDataConfig.map(({ DataSource }) => DataSource.S3DataSource.S3Uri)
    .map((uri) => (typeof uri === 'string' ? '' : uri.Get))
    .filter((reference) => reference.startsWith('Steps.'))
    .map((reference) => reference.split('.')[1]!);

/** Files alone, without their modes: that is all that comes out of a bucket. A prefix without an object is refused. */
function copyObjects(from: string, to: string, chosen: (path: string) => boolean = () => true): void {
  const files = readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(from, join(entry.parentPath, entry.name)))
    .filter(chosen);
  if (files.length === 0) throw new Error(`no object begins with ${from}`);
  for (const file of files) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    copyFileSync(join(from, file), join(to, file));
  }
}
