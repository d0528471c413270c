/** What the loop's home in a cloud is made of: each cloud has its own of these, and the rest is the same for all. */
import type { Action, Endpoint, Health, MonitorReport, Run, RunTags, Time, Version, Window } from '../loop/platform';

/** What the loop is told of where it runs, whichever cloud that is. */
export interface CloudSettings {
  /** The prefix of all names. */
  readonly system: string;
  /** In the spec. */
  readonly endpoint: string;
  /** Digest of the program, the spec and the settings; `release.json` names the one that may act. */
  readonly deployment: string;
  /** Digest of all that shapes a deployment: image, machine, replicas, environment. */
  readonly revision: string;
  /** Digest of the model code, as in the bucket's layout. */
  readonly code: string;
  readonly pipelines: Pipelines;
  /** Names of alarms by what the loop calls them: each monitor, and the user's own alarms that retrain. */
  readonly alarms: Readonly<Record<string, string>>;
}

/** As the platform calls them. */
export interface Pipelines {
  readonly training: string;
  /** By monitor. */
  readonly monitors: Readonly<Record<string, string>>;
  /** Where `rollout.rollBackOn.quality` judges trials. */
  readonly trial: string | false;
}

export interface RunRecord extends Run {
  /** The platform's own name of it: an ARN, a resource name. */
  readonly resource: string;
  /** As the platform calls it. */
  readonly pipeline: string;
  /** By the platform's clock. */
  readonly started: Time;
  /** Of a monitor's run that succeeded. */
  readonly report?: MonitorReport;
}

export interface NewRun {
  readonly id: string;
  readonly tags: RunTags;
  /** As the platform calls it. */
  readonly pipeline: string;
  /** Puts in place what the run is given, and says where. Throws `Refused` while it is not there yet. */
  readonly prepare: () => Promise<RunInputs>;
}

/** URIs of folders, without a slash at the end. */
export interface RunInputs {
  /** Where its tasks write. */
  readonly output: string;
  readonly externals: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Runs {
  /**
   * All in flight, all since the longest period that a rule asks for, of each pipeline the newest ten and the newest that
   * succeeded; newest first.
   */
  list(): Promise<readonly RunRecord[]>;
  /** Starting an id that exists changes nothing. */
  start(run: NewRun): Promise<void>;
  /** Ends a run in flight as failed; one that has ended stays as it is. */
  cancel(id: string): Promise<void>;
}

/** What a run that succeeded has left. A UserError makes it one that failed. */
export type Conclude = (run: Pick<Run, 'id' | 'kind' | 'tags'>) => Promise<Pick<RunRecord, 'decision' | 'report'>>;

export interface RegisteredVersion extends Version {
  /** The platform's own name of it. */
  readonly resource: string;
  /** The training run that made it. */
  readonly run: string;
  /** URI of the artifact, without a slash at the end. */
  readonly model: string;
}

/** What a training run made. */
export interface Made {
  /** URI of the artifact, without a slash at the end. */
  readonly model: string;
  /** URI of metrics.json, where there is one. */
  readonly metrics?: string;
  /** The platform's own name of the run that made it. */
  readonly by?: string;
}

export interface Registry {
  /** Oldest first. What the loop did not make is none of them. */
  list(): Promise<readonly RegisteredVersion[]>;
  /** Throws where there is no such version. */
  get(name: string): Promise<RegisteredVersion>;
  /** Registering a version that exists changes nothing. The model is not copied. */
  register(action: Extract<Action, { do: 'register' }>, made: Made): Promise<void>;
  /** What is rejected stays so; revisions are added to the bad ones. Throws `Refused` where it would approve what is not pending. */
  mark(action: Extract<Action, { do: 'mark' }>): Promise<void>;
}

/** What the loop's port needs of an endpoint, whoever moves its traffic. */
export interface ServedEndpoint {
  view(): Promise<Endpoint>;
  /** What the figures of a deployment are told under, as the last view showed it. */
  figuresOf(deployment: string): string | undefined;
  /** Why what was asked for last did not come, in the platform's words, as the last view showed it. */
  readonly failure: string | undefined;
  place(action: Extract<Action, { do: 'place' }>): Promise<void>;
  shift(action: Extract<Action, { do: 'shift' }>): Promise<void>;
  retire(action: Extract<Action, { do: 'retire' }>): Promise<void>;
  remove(): Promise<void>;
  /** Keeps as the settings want it what no rule decides. At each look: it changes nothing where nothing is to be done. */
  tend(): Promise<void>;
  /** Deletes what is left of deployments that are gone. */
  prune(): Promise<void>;
}

export interface HealthFigures {
  /** `figures`: as `ServedEndpoint.figuresOf` says. */
  since(figures: string, since: Time): Promise<Health>;
}

export interface Alarms {
  /** What the loop calls them. One that is muted does not ring. */
  ringing(): Promise<readonly string[]>;
  tell(monitor: string, degraded: boolean): Promise<void>;
  /** At each look: that it was, and whether runs fail. */
  tellLook(runs: readonly Run[]): Promise<void>;
}

export interface Captures {
  /**
   * Puts what was captured of a version's traffic in a window into a folder, with manifest.json. `model` is the version's artifact in
   * the bucket. Throws `Refused` while it is not all there.
   */
  window(version: string, model: string, window: Window, folder: string): Promise<void>;
}
