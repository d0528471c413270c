/** Runs a plan: each task as soon as those before it are done. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plan, PlanTask } from '../../pipelines/compile/plan';
import type { Artifacts } from './cache';
import type { ContentDigests } from './content';
import type { TaskRecord } from './run';
import type { TaskProgram, TaskRunner } from './task.runtime';

export interface Given {
  /** Directories from outside, by name. */
  readonly externals: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Directories by task and output. */
export type PlanOutputs = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface PlanResult {
  readonly tasks: readonly TaskRecord[];
  /** Of the tasks that succeeded. */
  readonly outputs: PlanOutputs;
  /** What the first program that failed said, and where its log is. */
  readonly error?: string;
}

export interface PlanTools {
  readonly tasks: TaskRunner;
  readonly digests: ContentDigests;
  readonly program: (command: PlanTask['command']) => Promise<TaskProgram>;
}

export interface PlanJob {
  readonly plan: Plan;
  readonly given: Given;
  /** Folder of the tasks' logs. */
  readonly logs: string;
  readonly signal: AbortSignal;
  /** Called each time that a task begins or ends. */
  readonly onTasks?: (tasks: readonly TaskRecord[]) => void;
}

/** A failed program is part of the result. Rejects with the signal's reason where the run is ended from outside. */
export async function runPlan(job: PlanJob, tools: PlanTools): Promise<PlanResult> {
  refuseIncomplete(job);
  await mkdir(job.logs, { recursive: true });
  return await new PlanRun(job, tools, await digestExternals(job, tools.digests)).result();
}

class PlanRun {
  private readonly records: Map<string, TaskRecord>;
  private readonly made = new Map<string, Promise<Artifacts | undefined>>();

  constructor(
    private readonly job: PlanJob,
    private readonly tools: PlanTools,
    private readonly externals: Artifacts,
  ) {
    this.records = new Map(job.plan.tasks.map(({ name }) => [name, waiting(name, join(job.logs, `${name}.log`))]));
  }

  async result(): Promise<PlanResult> {
    const { plan, signal } = this.job;
    for (const task of plan.tasks) this.made.set(task.name, this.run(task));
    const made = await Promise.all(plan.tasks.map(async ({ name }) => [name, await this.made.get(name)] as const));
    signal.throwIfAborted();
    const tasks = [...this.records.values()];
    const failed = tasks.find((task) => task.state === 'failed');
    return {
      tasks,
      outputs: Object.fromEntries(made.flatMap(([name, outputs]) => (outputs ? [[name, directoriesOf(outputs)]] : []))),
      ...(failed && { error: `${failed.name}: ${failed.error} (log: ${failed.log})` }),
    };
  }

  /** The task's outputs, or nothing where it failed or one before it did. */
  private async run(task: PlanTask): Promise<Artifacts | undefined> {
    const before = await Promise.all(task.after.map(async (name) => [name, await this.made.get(name)] as const));
    const ready = new Map(before.flatMap(([name, outputs]) => (outputs ? [[name, outputs]] : [])));
    if (ready.size < before.length) return this.tell(task, { state: 'skipped' });
    let started: number | undefined;
    try {
      const { outputs, cached, seconds } = await this.tools.tasks.run(
        {
          task,
          inputs: this.inputsOf(task, ready),
          parameters: this.job.given.parameters,
          log: this.records.get(task.name)!.log,
          signal: this.job.signal,
          onStart: () => {
            started = performance.now();
            this.tell(task, { state: 'running' });
          },
        },
        await this.tools.program(task.command),
      );
      this.tell(task, { state: 'succeeded', cached, seconds });
      return outputs;
    } catch (error) {
      const seconds = started === undefined ? 0 : (performance.now() - started) / 1000;
      return this.tell(task, { state: 'failed', seconds, error: (error as Error).message });
    }
  }

  private inputsOf(task: PlanTask, ready: ReadonlyMap<string, Artifacts>): Artifacts {
    const sources = Object.entries(task.inputs);
    return Object.fromEntries(
      sources.map(([name, source]) => [
        name,
        'task' in source ? ready.get(source.task)![source.output]! : this.externals[source.external]!,
      ]),
    );
  }

  private tell({ name }: PlanTask, change: Partial<TaskRecord>): undefined {
    this.records.set(name, { ...this.records.get(name)!, ...change });
    this.job.onTasks?.([...this.records.values()]);
  }
}

export const waiting = (name: string, log: string): TaskRecord => ({
  name,
  state: 'waiting',
  seconds: 0,
  cached: false,
  log,
});

const directoriesOf = (artifacts: Artifacts) =>
  Object.fromEntries(Object.entries(artifacts).map(([name, { directory }]) => [name, directory]));

function refuseIncomplete({ plan, given }: PlanJob): void {
  const missing = [
    ...plan.externals.filter((name) => !(name in given.externals)),
    ...plan.parameters.filter((name) => !(name in given.parameters)),
  ];
  if (missing.length === 0) return;
  throw new Error(
    `${plan.name}: got no ${missing.join(', ')}; expected every external and every parameter of the plan`,
  );
}

async function digestExternals({ plan, given }: PlanJob, digests: ContentDigests): Promise<Artifacts> {
  const entries = plan.externals.map(async (name) => {
    const directory = given.externals[name]!;
    return [name, { directory, digest: await digests.of(directory) }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
