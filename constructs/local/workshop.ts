/** Where plans are run: the cache, the cores, and the programs with their Python. */
import { availableParallelism } from 'node:os';
import { Cache } from './cache';
import { ContentDigests } from './content';
import { modelCodeOf, Environments, type EnvironmentOptions } from './environments';
import { runPlan, type PlanJob, type PlanResult } from './plan.runtime';
import { Slots } from './slots';
import { TaskRunner } from './task.runtime';

export class Workshop {
  readonly environments: Environments;
  private readonly digests = new ContentDigests();
  private readonly cache: Cache;
  private readonly tasks: TaskRunner;

  constructor(cacheDir: string, options: EnvironmentOptions) {
    this.environments = new Environments(options, this.digests);
    this.cache = new Cache(cacheDir, this.digests);
    this.tasks = new TaskRunner(this.cache, new Slots(availableParallelism()));
  }

  /** Clears away what a crash left half made. */
  sweep(): Promise<void> {
    return this.cache.sweep();
  }

  run(job: PlanJob): Promise<PlanResult> {
    const code = modelCodeOf(job.given.externals);
    const program = (command: Parameters<Environments['program']>[0]) => this.environments.program(command, code);
    return runPlan(job, { tasks: this.tasks, digests: this.digests, program });
  }
}
