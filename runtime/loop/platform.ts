/**
 * The port between the loop and a platform, and the plain data that crosses it.
 *
 * A target implements `Platform` in its `*.runtime.ts` files; `decide` sees only `Observed`. Times are milliseconds since
 * the epoch by the loop's own clock, never by the platform's.
 */
import type { Verdict } from '../../constructs/spec/report';

export type Time = number;
/** Percent of traffic by deployment id; adds up to 100. */
export type Shares = Readonly<Record<string, number>>;

/** A run of a pipeline. Its tags are ours, stored with the platform's run. */
export interface Run {
  readonly id: string;
  readonly kind: 'train' | 'monitor';
  readonly state: 'running' | 'succeeded' | 'failed';
  /** Of a run that failed: what its program said, and where its log is. */
  readonly error?: string;
  readonly tags: RunTags;
  /** From decision.json, when a training run succeeded. */
  readonly decision?: 'register' | 'keep';
}
export interface RunTags {
  /** Training runs are numbered: run n makes version v<n>, and n + 1 exists only after n was seen finished. */
  readonly n?: number;
  /** request | bootstrap | new-code | schedule:<slot> | alarm:<monitor> | window | trial */
  readonly reason: string;
  readonly at: Time;
  readonly generation: number;
  readonly code?: string;
  readonly requests?: readonly string[];
  readonly monitor?: string;
  readonly window?: Window;
  readonly version?: string;
  /** The version that the trial is compared with on the same rows. */
  readonly champion?: string;
}
/** From inclusive, to exclusive. */
export interface Window {
  readonly from: Time;
  readonly to: Time;
}

export interface Version {
  /** v<n>, made by training run n. */
  readonly name: string;
  readonly n: number;
  readonly status: 'pending' | 'approved' | 'rejected';
  readonly at: Time;
  /** Written before traffic first moves; `before` is the endpoint's etag at that moment. */
  readonly trial?: { readonly revision: string; readonly before: string };
  /** The last revision of this version that came through its bake. */
  readonly live?: { readonly revision: string; readonly at: Time };
  /** Revisions that failed although the version itself is proven. */
  readonly bad?: readonly string[];
}

/** A version at a revision; its id is `<version>-<revision>`. An endpoint has two slots. */
export interface Deployment {
  readonly id: string;
  readonly version: string;
  readonly revision: string;
  readonly state: 'creating' | 'ready' | 'failed' | 'deleting';
  readonly share: number;
}
export interface Endpoint {
  readonly exists: boolean;
  /** An operation is in progress: no change of traffic or deployments is accepted. */
  readonly busy: boolean;
  readonly etag: string;
  readonly deployments: readonly Deployment[];
  /** How the platform's last change of traffic ended. Required where `rollout` is `native`: nothing else tells of a rollback. */
  readonly last?: { readonly deployment: string; readonly outcome: 'done' | 'rolledBack' | 'failed' };
}

/** What clients of one deployment saw since the present shares began; p99 in milliseconds. */
export type Health = 'unknown' | { readonly requests: number; readonly errorRate: number; readonly p99: number };

/** What the loop reads of a report.json. A `trial` report compares a deployment under trial with the champion. */
export interface MonitorReport {
  readonly monitor: string;
  readonly version: string;
  readonly window: Window;
  readonly scope: 'window' | 'trial';
  readonly verdict: Verdict;
}

/** What a person asked for, by `mlops` or by an event. */
export type Request = { readonly id: string; readonly at: Time } & (
  { readonly kind: 'train' } | { readonly kind: 'rollback' | 'approve' | 'reject'; readonly version: string }
);

/** One look at the world. */
export interface Observed {
  /** All in flight, all since the longest period in the spec, and always the newest ten trainings and the newest that succeeded. */
  readonly runs: readonly Run[];
  readonly versions: readonly Version[];
  readonly endpoint: Endpoint;
  /** By deployment id, for deployments with traffic. */
  readonly health: Readonly<Record<string, Health>>;
  /** At least those of each monitor's last `of` final windows, and those of the trial under way. */
  readonly reports: readonly MonitorReport[];
  /** Monitors whose native alarm rings now. */
  readonly alarms: readonly string[];
  readonly requests: readonly Request[];
  /** `false` while there is too little data to train on; else the time of the newest row. */
  readonly data: { readonly newest: Time } | false;
  /** Who moves the traffic: the loop in steps, or the platform by its own guardrails. */
  readonly rollout: 'stepped' | 'native';
}

/** A cache of first sightings: losing it makes the loop slower, never wrong. */
export interface Memory {
  readonly generation: number;
  /** Grows with every look that acts: the compare-and-swap on it is the lock. */
  readonly turn: number;
  /** The highest number that a training run ever had. */
  readonly lastRun: number;
  /** The highest number that a version ever had: one that somebody deletes is not registered again. */
  readonly lastVersion: number;
  /** When the present shares were first seen. */
  readonly step?: { readonly shares: string; readonly since: Time };
  /** A deployment's health unknown without a break, as seen by so many looks. */
  readonly blind?: { readonly id: string; readonly since: Time; readonly last: Time; readonly looks: number };
  /** Failures to start, by deployment id; `failed` while the last one is still there, so that it counts once. */
  readonly failures: Readonly<Record<string, { readonly count: number; readonly failed: boolean }>>;
  /** Judged but not yet seen in the registry, by deployment id; for this trial only, should a person overrule it. */
  readonly rejecting: Readonly<Record<string, { readonly why: string; readonly trial?: string }>>;
  /** The gauge as last told, by monitor. */
  readonly degraded: Readonly<Record<string, boolean>>;
}

/** What changes of a version. `bad` is added to the revisions that are there; a version that is rejected stays so. */
export type VersionPatch = Partial<Pick<Version, 'status' | 'live' | 'bad'>> & {
  readonly trial?: Version['trial'] | null;
};

/** Every action is safe alone, idempotent and conditional; `why` is read by people. */
export type Action = { readonly why: string } & (
  | { readonly do: 'start'; readonly id: string; readonly kind: Run['kind']; readonly tags: RunTags }
  | { readonly do: 'cancel'; readonly id: string }
  | {
      readonly do: 'register';
      readonly version: string;
      readonly n: number;
      readonly run: string;
      readonly status: Version['status'];
      readonly at: Time;
    }
  | { readonly do: 'mark'; readonly version: string; readonly patch: VersionPatch }
  | {
      readonly do: 'place';
      readonly id: string;
      readonly version: string;
      readonly revision: string;
      readonly ifMatch: string;
    }
  /** `guarded`: the platform's own alarms may undo it. */
  | { readonly do: 'shift'; readonly shares: Shares; readonly guarded: boolean; readonly ifMatch: string }
  /** Refused while the deployment has traffic. */
  | { readonly do: 'retire'; readonly id: string; readonly ifMatch: string }
  | { readonly do: 'remove' }
  /** Publish the gauge that the native alarm watches: at every look while degraded, since alarms take silence for fine. */
  | { readonly do: 'tell'; readonly monitor: string; readonly degraded: boolean }
  /** Acknowledge a request. */
  | { readonly do: 'done'; readonly request: string }
);

export interface Decision {
  readonly actions: readonly Action[];
  readonly memory: Memory;
  /** In plain words, what the loop is waiting for: what `mlops status` prints. */
  readonly waits: readonly string[];
}

/** A call whose condition no longer holds, or an endpoint that is busy: look again later. Nothing was changed. */
export class Refused extends Error {}

export interface Platform {
  readonly rollout: Observed['rollout'];
  readMemory(): Promise<{ readonly memory?: Memory; readonly etag: string }>;
  /** Compare-and-swap: throws `Refused` unless the document is still the one that `ifMatch` names. */
  writeMemory(memory: Memory, ifMatch: string): Promise<void>;
  runs(): Promise<readonly Run[]>;
  versions(): Promise<readonly Version[]>;
  endpoint(): Promise<Endpoint>;
  health(deployment: string, since: Time): Promise<Health>;
  reports(): Promise<readonly MonitorReport[]>;
  alarms(): Promise<readonly string[]>;
  requests(): Promise<readonly Request[]>;
  data(): Promise<Observed['data']>;
  /** Idempotent and conditional. `Refused` means: look again; any other error is recorded, and thrown when all acts were tried. */
  act(action: Action): Promise<void>;
  /** Append to the event log. Called after an action has been done, or was refused. */
  record(event: LoopEvent): Promise<void>;
}

/** One line of the append-only event log: what the loop saw or did, in words, with the data behind it. */
export interface LoopEvent {
  readonly at: Time;
  readonly endpoint: string;
  readonly what: Action['do'];
  readonly text: string;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly action: Action;
}
