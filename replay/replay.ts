/**
 * The rehearsal of a policy: the real loop over the user's own history, with real trainings, real requests through the real
 * gateway and labels that come late, on a virtual clock.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GrowingFolder } from '../constructs/local/growing-folder';
import { destroy, LocalMlops } from '../constructs/local/mlops';
import { readEvents } from '../constructs/local/record';
import { layout } from '../constructs/spec/layout';
import { UserError } from '../constructs/spec/problem';
import type { ResolvedMlops } from '../constructs/spec/mlops';
import { loopSpec } from '../runtime/loop/loop-spec';
import type { Time, Window } from '../runtime/loop/platform';
import { Database } from '../runtime/steps/database';
import { HOUR, VirtualClock } from './clock';
import { withOtherPolicies } from './counterfactual';
import { drive } from './drive';
import { History } from './history';
import { labelBatches, type LabelBatches } from './labels';
import { yardstick } from './policy';
import type { Recording } from './recording';
import { reportPage } from './report/page';
import { versionStories } from './story';
import { summarize, type ReplaySummary } from './summary';
import { arrival, Clients, type Answer } from './traffic';
import { startUsage } from './usage';

export interface ReplayOptions {
  /** Folder that relative paths of the spec start at. */
  readonly root: string;
  /** Emptied first. Holds the record of the replay, and its report, when it is over. */
  readonly stateDir: string;
  /** Outputs of tasks; kept, so that what was trained once is not trained again. */
  readonly cacheDir: string;
  /** Python environments; kept. */
  readonly pythonDir: string;
  /** @default the only endpoint of the spec */
  readonly endpoint?: string;
  /** The replay begins here, with all rows before it known. @default the first row */
  readonly from?: Time;
  /** The replay ends here. @default the last row */
  readonly until?: Time;
  /** Milliseconds that a request may take, as in `LocalOptions`. @default 30_000 */
  readonly answerWithin?: number;
  readonly onProgress?: (progress: ReplayProgress) => void;
  /** What the target does, a line each. @default nothing is printed */
  readonly log?: (line: string) => void;
  /** Ends the replay at the next chance; nothing is left running. */
  readonly signal?: AbortSignal;
}

export interface ReplayProgress {
  readonly phase: 'prepare' | 'live' | 'compare' | 'report';
  /** Of the phase, 0 to 1. */
  readonly share: number;
  /** Where the virtual clock stands. */
  readonly at: Time;
}

export interface ReplayResult {
  readonly summary: ReplaySummary;
  readonly recording: Recording;
  /** The report: one HTML file. */
  readonly report: string;
}

/** Throws a `UserError` where there is no history to replay, or the spec has several endpoints and none is named. */
export async function replay(spec: ResolvedMlops, options: ReplayOptions): Promise<ReplayResult> {
  const usage = startUsage();
  const endpoint = endpointOf(spec, options.endpoint);
  await destroy(options, 'delete');
  const lived = await Database.use((db) => rehearse(db, spec, endpoint, options));
  const recording: Recording = { spec, endpoint, ...lived, seconds: usage() };
  options.onProgress?.({ phase: 'report', share: 0, at: recording.span.to });
  const report = join(options.stateDir, 'report.html');
  writeFileSync(report, await reportPage(recording));
  return { summary: summarize(recording), recording, report };
}

type Lived = Omit<Recording, 'spec' | 'endpoint' | 'seconds'>;

async function rehearse(db: Database, spec: ResolvedMlops, endpoint: string, options: ReplayOptions): Promise<Lived> {
  const { root, stateDir, signal, onProgress } = options;
  const scene = await prepare(db, spec, endpoint, options);
  const { dataset, history, folders, clock, span } = scene;
  onProgress?.({ phase: 'prepare', share: 0, at: clock.now });
  const data = { [dataset]: folders.data };
  const local = await LocalMlops.open(withoutNotices(spec), { ...options, clock: () => clock.now, arrival, data });
  try {
    const answers = await live(spec, endpoint, local, scene, options);
    await local.settle();
    signal?.throwIfAborted();
    onProgress?.({ phase: 'compare', share: 0, at: clock.now });
    const [events, runs] = [await readEvents(stateDir, endpoint), local.runs()];
    const stories = versionStories(events, runs, span.to);
    const { every } = yardstick(spec, endpoint);
    const given = { spec, endpoint, root, stateDir, local, db, history, stories, answers, every };
    return { span, events, runs, rows: await withOtherPolicies(given), notCaptured: local.counters.dropped };
  } catch (error) {
    // What fails once the target closes fails because of that.
    signal?.throwIfAborted();
    throw error;
  } finally {
    await local.close();
  }
}

/** What is there before anything runs: the history, the clock, and the folders that it will fill. */
interface Scene {
  readonly dataset: string;
  readonly history: History;
  readonly batches: LabelBatches;
  readonly span: Window;
  readonly clock: VirtualClock;
  readonly folders: { readonly data: string; readonly labels: string };
}

async function prepare(db: Database, spec: ResolvedMlops, endpoint: string, options: ReplayOptions): Promise<Scene> {
  const { root, stateDir } = options;
  const { dataset } = spec.pipelines[spec.endpoints[endpoint]!.model]!;
  const noun = spec.datasets[dataset]!;
  const source = join(stateDir, 'replay', 'history');
  await new GrowingFolder(resolve(root, noun.source)).snapshot(source);
  const batches = labelBatches(spec.endpoints[endpoint]!);
  const history = await History.open(db, source, noun, batches);
  const span = spanOf(history, batches, options);
  const folders = { data: join(stateDir, layout.data(dataset)), labels: join(stateDir, layout.labels(dataset)) };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return { dataset, history, batches, span, clock: new VirtualClock(span.from), folders };
}

/** Lives through the span; what the clients saw comes back, in the order of time. */
async function live(
  spec: ResolvedMlops,
  endpoint: string,
  local: LocalMlops,
  { history, folders, batches, span, clock }: Scene,
  { signal, onProgress }: ReplayOptions,
): Promise<Answer[]> {
  const clients = new Clients(local.url, endpoint);
  const answers: Answer[] = [];
  let delivered = Number.MIN_SAFE_INTEGER;
  const world = {
    platform: local.platform(endpoint),
    spec: loopSpec(spec, endpoint, {
      generation: local.facts.generation,
      ...local.facts.endpoints[endpoint]!,
      teardown: false,
    }),
    clock,
    labelsEvery: batches.every,
    deliver: async () => {
      await history.deliver({ from: delivered, to: clock.now }, folders);
      delivered = clock.now;
    },
    idle: async () => {
      await local.idle();
      stopWithoutModel(local);
    },
    send: async (window: Window, inTurn: boolean) => {
      for (const answer of await clients.send(await history.rows(window), inTurn)) answers.push(answer);
    },
  };
  const progress = (at: Time) => onProgress?.({ phase: 'live', share: (at - span.from) / (span.to - span.from), at });
  try {
    // What is known where the replay begins, at whatever hour that is.
    await world.deliver();
    await drive(world, { until: span.to, onProgress: progress, ...(signal && { signal }) });
  } finally {
    await clients.close();
  }
  return answers;
}

/** Nobody is to be called for what only a rehearsal did. */
const withoutNotices = (spec: ResolvedMlops): ResolvedMlops => ({
  ...spec,
  endpoints: Object.fromEntries(
    Object.entries(spec.endpoints).map(([name, endpoint]) => [name, { ...endpoint, notify: false }]),
  ),
});

/** The endpoint that is asked for, else the only one. Throws a `UserError` where there is none such. */
export function endpointOf(spec: ResolvedMlops, asked: string | undefined): string {
  const names = Object.keys(spec.endpoints);
  const name = asked ?? (names.length === 1 ? names[0]! : undefined);
  if (name !== undefined && name in spec.endpoints) return name;
  const got =
    asked === undefined
      ? `${names.length} endpoints and none was named`
      : `the endpoint ${asked}, which is not in the spec`;
  throw new UserError(
    `${spec.name}: got ${got}, expected one of ${names.join(', ') || 'its endpoints, but it has none'}`,
  );
}

/** From a whole hour to a batch of labels, so that the last rows are known too. */
function spanOf(
  { span }: History,
  { every }: LabelBatches,
  { from = span.from, until = span.to }: ReplayOptions,
): Window {
  const whole = { from: Math.floor(from / HOUR) * HOUR, to: Math.ceil(until / every) * every };
  if (whole.from < whole.to) return whole;
  const [a, b] = [whole.from, whole.to].map((time) => new Date(time).toISOString());
  throw new UserError(`the replay would begin at ${a} and end at ${b}: choose an earlier begin or a later end`);
}

/** Without a first version nothing can be rehearsed, and the same code on the same rows fails again. */
function stopWithoutModel(local: LocalMlops): void {
  const trainings = local.runs().filter(({ kind }) => kind === 'train');
  const failed = trainings.at(-1);
  if (failed?.error !== undefined && trainings.every(({ state }) => state === 'failed'))
    throw new UserError(`The replay stops: its first training failed. ${failed.error}`);
}
