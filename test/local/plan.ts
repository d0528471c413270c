/** Plans of tasks that run program.js, and what runs them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cache } from '../../constructs/local/cache';
import { ContentDigests } from '../../constructs/local/content';
import { runPlan, type Given, type PlanResult, type PlanTools } from '../../constructs/local/plan.runtime';
import { spawnProgram } from '../../constructs/local/programs';
import { Slots } from '../../constructs/local/slots';
import { TaskRunner } from '../../constructs/local/task.runtime';
import type { Plan, PlanTask } from '../../pipelines/compile/plan';

export interface TestTask {
  /** What program.js does: write, cores, fail CODE, fail-first TIMES, wait FILE, hang. */
  readonly act: string;
  readonly value?: string;
  /** Tasks whose results it reads. */
  readonly reads?: readonly string[];
  readonly timeoutSeconds?: number;
  readonly retries?: number;
  readonly cores?: number;
}

/** A folder in which plans are run as this machine runs them. */
export class Bench {
  program = 'one';
  private runs = 0;

  constructor(
    readonly folder: string,
    private readonly cores = 4,
  ) {
    mkdirSync(join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'data', 'result.json'), '"rows"');
  }

  plan(tasks: Readonly<Record<string, TestTask>>): Plan {
    const planned = Object.entries(tasks).map(([name, task]) => this.task(name, task));
    return { name: 'test', externals: ['data'], parameters: [], tasks: planned };
  }

  get given(): Given {
    return { externals: { data: join(this.folder, 'data') }, parameters: {} };
  }

  /** How often the program of a task has been started. */
  count(task: string): number {
    const file = join(this.folder, `${task}.count`);
    return existsSync(file) ? readFileSync(file, 'utf8').length : 0;
  }

  tools(): PlanTools {
    const digests = new ContentDigests();
    const tasks = new TaskRunner(new Cache(join(this.folder, 'cache'), digests), new Slots(this.cores), [1, 1, 1]);
    const run = spawnProgram([process.execPath]);
    return { tasks, digests, program: async () => ({ run, digest: this.program }) };
  }

  async run(tasks: Readonly<Record<string, TestTask>>, signal = new AbortController().signal): Promise<PlanResult> {
    this.runs += 1;
    const logs = join(this.folder, 'logs', String(this.runs));
    return await runPlan({ plan: this.plan(tasks), given: this.given, logs, signal }, this.tools());
  }

  private task(
    name: string,
    { act, value = name, reads = [], timeoutSeconds = 60, retries = 3, cores = 1 }: TestTask,
  ): PlanTask {
    const others = reads.map((task) => [task, { task, output: 'result' }] as const);
    return {
      name,
      command: ['node', join(__dirname, 'program.js')],
      inputs: { data: { external: 'data' }, ...Object.fromEntries(others) },
      outputs: ['result'],
      parameters: { act, value, count: join(this.folder, `${name}.count`) },
      takes: [],
      after: reads,
      timeoutSeconds,
      retries,
      cores,
    };
  }
}

export const resultOf = (result: PlanResult, task: string): { value: string; inputs: string[] } =>
  JSON.parse(readFileSync(join(result.outputs[task]!.result!, 'result.json'), 'utf8')) as {
    value: string;
    inputs: string[];
  };
