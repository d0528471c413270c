/** What came of a replay, in figures: pure, and the same for the same recording. */
import type { Metric } from '../constructs/spec/metric';
import type { Report } from '../constructs/spec/report';
import type { RunRecord } from '../constructs/local/run';
import type { Time } from '../runtime/loop/platform';
import { errorsByWindow, errorsOf, type Errors } from './errors';
import { policyInWords, yardstick } from './policy';
import type { Recording, Seconds } from './recording';
import { versionStories, type VersionStory } from './story';

type Counts = Readonly<Record<string, number>>;

/** Times are ISO 8601 in UTC. */
export interface ReplaySummary {
  readonly spec: string;
  readonly endpoint: string;
  readonly from: string;
  readonly to: string;
  /** When the first version began to serve; everything is counted from there. `null` where none ever did. */
  readonly firstServed: string | null;
  readonly policy: string;
  readonly error: Errors & {
    readonly metric: Metric;
    /** The error with this policy over the error never retrained. */
    readonly ratio: number | null;
    readonly windows: number;
  };
  readonly trainings: {
    readonly count: number;
    /** `bootstrap`, `alarm:quality`, `schedule`, … to how often. */
    readonly byReason: Counts;
    /** Winners that were registered, by the candidate's name. */
    readonly registered: Counts;
    readonly refused: readonly { readonly at: string; readonly run: string; readonly why: string }[];
    readonly failed: readonly { readonly at: string; readonly run: string; readonly why: string }[];
  };
  readonly rollouts: {
    readonly live: number;
    /** Of those that began as a canary, how many had both versions answering. */
    readonly canaries: number;
    readonly answeredByBoth: number;
    readonly rolledBack: readonly { readonly at: string; readonly version: string; readonly why: string }[];
  };
  readonly requests: {
    readonly served: number;
    readonly failed: number;
    readonly byVersion: Counts;
    /** Answered, but lost to the monitors. */
    readonly notCaptured: number;
    /** What the first failed request was told. */
    readonly firstFailure: string | null;
  };
  readonly drift: {
    /** Windows in which inputs were measured, and those with any feature over its threshold. */
    readonly windows: number;
    readonly drifted: number;
    readonly byFeature: Counts;
    /** Windows in which predictions were measured, and those over the threshold. */
    readonly predictions: { readonly windows: number; readonly drifted: number };
    /** Drift monitors whose alarm retrains. */
    readonly retrains: readonly string[];
  };
  /** Tasks of training runs, and how many of them had their outputs in the cache already. */
  readonly tasks: { readonly count: number; readonly cached: number };
  /** Tasks of trainings and monitors that ran; what came from the cache counts with the time that it took when it ran. */
  readonly jobs: { readonly count: number; readonly minutes: number };
  readonly seconds: Seconds;
}

export function summarize(recording: Recording): ReplaySummary {
  const { spec, endpoint, span, rows, runs, seconds } = recording;
  const { metric, every } = yardstick(spec, endpoint);
  const errors = errorsOf(metric, rows);
  const tasks = runs.filter(({ kind }) => kind === 'train').flatMap((run) => run.tasks);
  return {
    spec: spec.name,
    endpoint,
    from: iso(span.from),
    to: iso(span.to),
    firstServed: rows[0] ? iso(rows[0].at) : null,
    policy: policyInWords(spec.endpoints[endpoint]!),
    error: {
      metric,
      ...errors,
      ratio: errors.policy !== null && errors.never ? errors.policy / errors.never : null,
      windows: errorsByWindow(metric, rows, every).length,
    },
    trainings: trainings(runs),
    rollouts: rollouts(recording),
    requests: requests(recording),
    drift: drift(recording),
    tasks: { count: tasks.length, cached: tasks.filter(({ cached }) => cached).length },
    jobs: jobs(runs),
    seconds,
  };
}

function trainings(all: readonly RunRecord[]): ReplaySummary['trainings'] {
  const runs = all.filter(({ kind }) => kind === 'train');
  const about = (run: RunRecord, why: string) => ({ at: iso(run.tags.at), run: run.id, why });
  return {
    count: runs.length,
    byReason: count(runs.map(({ tags }) => tags.reason.replace(/^schedule:.*/, 'schedule'))),
    registered: count(runs.flatMap(({ decision }) => (decision?.decision === 'register' ? [decision.winner] : []))),
    refused: runs.flatMap((run) => (run.decision?.decision === 'keep' ? [about(run, run.decision.why)] : [])),
    failed: runs.flatMap((run) => (run.state === 'failed' ? [about(run, run.error ?? 'no reason was given')] : [])),
  };
}

function rollouts({ events, runs, rows, span }: Recording): ReplaySummary['rollouts'] {
  const stories = versionStories(events, runs, span.to);
  const canaries = stories.filter(({ canary }) => canary);
  const answeredByBoth = canaries.filter(({ canary, version }) => {
    const during = new Set(rows.filter(({ at }) => at >= canary!.from && at < canary!.to).map((row) => row.version));
    return during.size > 1 && during.has(version);
  });
  return {
    live: stories.filter(({ live }) => live !== undefined).length,
    canaries: canaries.length,
    answeredByBoth: answeredByBoth.length,
    rolledBack: stories.flatMap(({ version, rejected, served }: VersionStory) =>
      rejected && served !== undefined ? [{ at: iso(rejected.at), version, why: rejected.why }] : [],
    ),
  };
}

function requests({ rows, notCaptured }: Recording): ReplaySummary['requests'] {
  const failures = rows.filter(({ prediction }) => prediction === null);
  return {
    served: rows.length - failures.length,
    failed: failures.length,
    byVersion: byVersion(rows),
    notCaptured,
    firstFailure: failures[0]?.failure ?? null,
  };
}

/** In the order in which they first answered. */
function byVersion(rows: Recording['rows']): Counts {
  const counts: Record<string, number> = {};
  for (const { version, prediction } of rows)
    if (version !== null && prediction !== null) counts[version] = (counts[version] ?? 0) + 1;
  return counts;
}

function drift({ spec, endpoint, runs }: Recording): ReplaySummary['drift'] {
  const reports = (of: Report['kind']) =>
    runs.flatMap(({ report }) => (report?.kind === of && report.verdict !== 'unclear' ? [report] : []));
  const drifted = (all: readonly Report[]) => all.filter(({ verdict }) => verdict === 'violated').length;
  const [inputs, predictions] = [reports('data-drift'), reports('prediction-drift')];
  const { monitors, retrain } = spec.endpoints[endpoint]!;
  return {
    windows: inputs.length,
    drifted: drifted(inputs),
    byFeature: count(inputs.flatMap(({ values }) => values.filter(({ violated }) => violated).map(({ name }) => name))),
    predictions: { windows: predictions.length, drifted: drifted(predictions) },
    retrains: (retrain ? retrain.on : []).filter((name) => monitors[name]?.kind.endsWith('drift')),
  };
}

function jobs(runs: readonly RunRecord[]): ReplaySummary['jobs'] {
  const ran = runs.flatMap(({ tasks }) => tasks).filter(({ state }) => state === 'succeeded' || state === 'failed');
  return { count: ran.length, minutes: ran.reduce((sum, { seconds }) => sum + seconds, 0) / 60 };
}

/** The most frequent first. */
function count(names: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}

const iso = (time: Time): string => new Date(time).toISOString();
