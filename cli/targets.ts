/** The targets that commands work against, and what commands need of one: a later one joins here. */
import type { AddedLabels, LabelsFile } from '../constructs/local/add-labels';
import { support as aws } from '../constructs/aws/support';
import { support as gcp } from '../constructs/gcp/support';
import { support as local } from '../constructs/local/support';
import { UserError, type ResolvedMlops, type Support } from '../constructs/spec';
import type { LoopEvent, Request, RunTags, Time, Version } from '../runtime/loop/platform';
import type { Io, Place } from './io';
import type { EndpointStatus } from './status-view';

export interface Target {
  readonly name: string;
  readonly support: Support;
  /** Finds the system that a spec describes. It need not run. */
  open(place: Place, io: Io): Promise<System>;
}

/** One system on a target: its record, its loops, and what people can ask of them. */
export interface System {
  /** Those that have a loop. */
  readonly endpoints: readonly string[];
  /** What says which there are, in the middle of a sentence. */
  readonly holder: string;
  /** What makes something happen, where nothing has yet. */
  readonly hint: string;
  /** Between two looks at something that is waited for, in milliseconds. */
  readonly poll: number;
  /** Of an endpoint, oldest first: at least all since then. */
  events(endpoint: string, since: Time): Promise<readonly LoopEvent[]>;
  /** Of an endpoint, oldest first. */
  versions(endpoint: string): Promise<readonly Version[]>;
  /** Oldest first. */
  runs(): Promise<readonly RunOnRecord[]>;
  /** As far as it has come. */
  runLog(run: RunOnRecord): Promise<RunLog>;
  /** What the servers of a version printed so far. */
  serverLog(endpoint: string, version: string): Promise<ServerLog>;
  /** Files what the loop picks up. */
  request(endpoint: string, request: Request): Promise<void>;
  addLabels(file: Omit<LabelsFile, 'stateDir'>): Promise<AddedHere>;
  loop(endpoint: string): Promise<LoopState>;
  /** Throws `Unavailable` where nothing runs that could tell. */
  status(): Promise<Status>;
  /** Stops what runs and removes the endpoints; data, versions and reports are kept unless the spec says otherwise. */
  down(spec: ResolvedMlops): Promise<Down>;
  /** Lets its endpoints serve again where they were taken down. Not where `mlops up` is what runs it. */
  up?(): Promise<readonly Up[]>;
}

export interface RunOnRecord {
  readonly id: string;
  /** What it belongs to: a training run to a pipeline, a monitor's run to an endpoint. */
  readonly owner: string;
  readonly tags: RunTags;
  readonly state: 'running' | 'succeeded' | 'failed';
  readonly started: Time;
  readonly ended?: Time;
  readonly error?: string;
  readonly decision?: { readonly decision: string; readonly why?: string };
  readonly report?: { readonly verdict: string; readonly why?: string };
}

export interface RunLog {
  readonly tasks: readonly TaskOnRecord[];
  /** By task, what it printed. */
  readonly lines: Readonly<Record<string, readonly string[]>>;
  /** Why the run ended as it did, where its record does not say. */
  readonly why?: string;
  /** Where to find more, once for all tasks. */
  readonly hint?: string;
}

export interface TaskOnRecord {
  readonly name: string;
  readonly state: string;
  /** Its outputs were there already. */
  readonly cached: boolean;
  readonly error?: string;
  /** Where what it printed can be read, where it cannot be printed here. */
  readonly where?: string;
}

export interface ServerLog {
  readonly lines: readonly { readonly at: Time; readonly deployment: string; readonly line: string }[];
  /** Where they can be read, where they cannot be printed here. */
  readonly where?: string;
}

export interface AddedHere extends AddedLabels {
  /** What could not be said of them. */
  readonly remark?: string;
}

/** Whether somebody looks after an endpoint now. */
export type LoopState =
  | { readonly looks: true; readonly name: string; readonly waits: readonly string[] }
  /** Why not, with the way out; and when what was asked for will be done. */
  | { readonly looks: false; readonly why: string; readonly later: string };

export interface Status {
  /** Lines above the endpoints. */
  readonly heading: readonly string[];
  /** What `--json` prints beside the endpoints. */
  readonly facts: object;
  readonly endpoints: readonly EndpointStatus[];
}

export interface Down {
  /** Something was running. */
  readonly stopped: boolean;
  readonly kept: readonly string[];
  /** Where that is, and how to remove it too. */
  readonly hint: string;
}

export interface Up {
  readonly endpoint: string;
  /** What became of it, as the rest of a sentence. */
  readonly text: string;
}

/* eslint-disable @typescript-eslint/no-require-imports --
   What a target needs is loaded when it is asked for: it would make every command slow to start. */
export const TARGETS: Readonly<Record<string, Target>> = {
  local: {
    name: 'local',
    support: local,
    open: async (place) => new (require('./local-system') as typeof import('./local-system')).LocalSystem(place),
  },
  aws: {
    name: 'aws',
    support: aws,
    open: (place, io) => (require('./aws/open') as typeof import('./aws/open')).openAws(place, io),
  },
  gcp: {
    name: 'gcp',
    support: gcp,
    open: (place, io) => (require('./gcp/open') as typeof import('./gcp/open')).openGcp(place, io),
  },
};
/* eslint-enable @typescript-eslint/no-require-imports */

/** `name`, or `local`. */
export function targetOf(name = 'local'): Target {
  const target = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined;
  if (target) return target;
  throw new UserError(
    `--target: got ${JSON.stringify(name)}, expected one of ${Object.keys(TARGETS).join(', ')}; fix: leave it out, or use one of these.`,
  );
}
