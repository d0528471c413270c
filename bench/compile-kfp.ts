/**
 * What compiling costs: the example's training pipeline by our compiler, beside the same pipeline in Kubeflow's own
 * language by its own compiler: `npx tsx bench/compile-kfp.ts`. CPU time in a process that has loaded all it needs, from
 * the spec to the text, or from the components to the file, as kfp writes no text without one; writing it is less than a
 * hundredth of that. Rounds alternate, so that a busy machine is busy for both. Needs Python and, the first time, a network.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import { resolve } from '../constructs/spec/resolve';
import { canonical, compileKfp, taskName, type PipelineSpec } from '../pipelines/compile/kfp';
import { LAUNCH } from '../pipelines/compile/kfp-launch';
import { trainingGraph } from '../pipelines/training';
import { bikeRentals } from '../stacks/bike-rentals/spec';
import { kubeflow } from '../test/kfp/kubeflow';

const ROOT = join(__dirname, '..');
const ROUNDS = 7;
/** One alone is shorter than the clock's tick. */
const OURS_A_ROUND = 200;
const THEIRS_A_ROUND = 5;
/** What this bench is there to show. */
const LEAST_RATIO = 50;

const spec = resolve(bikeRentals, { root: join(ROOT, 'stacks/bike-rentals') });
const image = 'example/mlops:1';
const settings = { image: () => image, machine: () => ({ cores: 1, memoryGiB: 2 }) };
const folder = mkdtempSync(join(tmpdir(), 'mlops-bench-'));
const THEIRS = join(folder, 'theirs.yaml');

const compile = (): string => canonical(compileKfp(trainingGraph(spec, 'training'), settings));

/** CPU milliseconds of one. */
function ours(): number {
  const start = process.cpuUsage();
  for (let i = 0; i < OURS_A_ROUND; i += 1) compile();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / OURS_A_ROUND;
}

function theirs(python: string, given: string): number {
  const args = [join(__dirname, 'compile-kfp/peer.py'), given, THEIRS, String(THEIRS_A_ROUND + 1)];
  const [, ...rounds] = execFileSync(python, args, { encoding: 'utf8' }).trim().split('\n').map(Number);
  return rounds.reduce((sum, one) => sum + one, 0) / rounds.length;
}

/** What the peer is told: the values that its pipeline has from our spec. */
function write(given: string): void {
  const { tasks } = trainingGraph(spec, 'training');
  const parameters = Object.fromEntries(Object.entries(tasks).map(([name, task]) => [name, task.parameters]));
  const env = { MLOPS_RETRIES: '3', MLOPS_TIMEOUT: String(tasks['prepare']!.timeoutSeconds), OMP_NUM_THREADS: '1' };
  writeFileSync(given, JSON.stringify({ image, launch: LAUNCH, memory: '2Gi', parameters, env }));
}

/** The containers of the graph's tasks, and how many tasks there are: what importers are called differs. */
function pipeline(document: PipelineSpec): unknown {
  const { executors } = document.deploymentSpec;
  const names = Object.keys(trainingGraph(spec, 'training').tasks).map(taskName);
  return [Object.keys(document.root.dag.tasks).length, ...names.map((name) => executors[`exec-${name}`])];
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function main(): Promise<void> {
  const python = await kubeflow();
  const given = join(folder, 'given.json');
  write(given);
  theirs(python, given);
  const [our, their] = [JSON.parse(compile()), parse(readFileSync(THEIRS, 'utf8'))] as PipelineSpec[];
  if (!isDeepStrictEqual(pipeline(our!), pipeline(their!)))
    throw new Error("The pipeline in Kubeflow's language is another one");
  ours();
  const rounds = Array.from({ length: ROUNDS }, () => ({ ours: ours(), theirs: theirs(python, given) }));
  const ratio = median(rounds.map(({ ours, theirs }) => theirs / ours));
  const load = loadavg()[0]!.toFixed(1);
  console.log(
    `compiling the training pipeline, ${Object.keys(our!.root.dag.tasks).length} tasks, in process; CPU, median of ${ROUNDS} rounds (load ${load} on ${cpus().length} cores)`,
  );
  console.log(
    `  compileKfp ${median(rounds.map(({ ours }) => ours)).toFixed(2)} ms, kfp ${median(rounds.map(({ theirs }) => theirs)).toFixed(1)} ms, ratio ${ratio.toFixed(0)}`,
  );
  if (ratio < LEAST_RATIO) throw new Error(`the ratio is ${ratio.toFixed(0)}, expected at least ${LEAST_RATIO}`);
}

void main().finally(() => rmSync(folder, { recursive: true, force: true }));
