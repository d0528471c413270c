/** A recording made up for the tests: two years of a label that grows, six versions, one refused and one rolled back. */
import { resolve } from '../../constructs/spec';
import type { RunRecord, TaskRecord } from '../../constructs/local/run';
import type { Decision } from '../../constructs/spec/decision';
import type { Report } from '../../constructs/spec/report';
import { DAY, HOUR } from '../../replay/clock';
import type { Recording, ScoredRow } from '../../replay/recording';
import type { Action, LoopEvent, RunTags, Time } from '../../runtime/loop/platform';
import { bikeRentals } from '../../stacks/bike-rentals/spec';

const FROM = Date.UTC(2011, 0, 1);
const SERVED = FROM + 90 * DAY;
const WEEK = 7 * DAY;

interface Life {
  readonly n: number;
  readonly candidate: string;
  /** Days after the first version serves. */
  readonly trained: number;
  readonly fate: 'live' | 'refused' | 'rolledBack';
}
const LIVES: readonly Life[] = [
  { n: 1, candidate: 'boosting', trained: 0, fate: 'live' },
  { n: 2, candidate: 'forest', trained: 42, fate: 'live' },
  { n: 3, candidate: 'boosting', trained: 98, fate: 'refused' },
  { n: 4, candidate: 'boosting', trained: 133, fate: 'live' },
  { n: 5, candidate: 'ridge', trained: 260, fate: 'rolledBack' },
  { n: 6, candidate: 'forest', trained: 330, fate: 'live' },
];

/** `days` from the first answer on. */
export function recorded(days = 640): Recording {
  const until = SERVED + days * DAY;
  const lives = LIVES.filter(({ trained }) => trained + 4 < days);
  return {
    spec: resolve(bikeRentals),
    endpoint: 'online',
    span: { from: FROM, to: until },
    events: lives.flatMap(eventsOf).sort((a, b) => a.at - b.at),
    runs: [...lives.map(trainingRun), ...driftRuns(until)].sort((a, b) => a.started - b.started),
    rows: Array.from({ length: days * 24 }, (_, i) => row(lives, i)),
    notCaptured: 0,
    seconds: { wall: 58.2, cpu: 131.4 },
  };
}

function row(lives: readonly Life[], i: number): ScoredRow {
  const at = SERVED + i * HOUR;
  const day = i / 24;
  const served = lives.filter(({ fate, trained }) => fate !== 'refused' && trained <= day);
  const newest = served.at(-1)!;
  const age = day - newest.trained;
  const before = served
    .filter(({ fate }) => fate === 'live' && (newest.fate === 'live' || true))
    .filter((life) => life !== newest)
    .at(-1);
  const canary = before !== undefined && (age < 2 || newest.fate === 'rolledBack');
  const chosen = canary && !(age < 2 && i % 10 === 0) ? before : newest;
  const label = 120 + 0.2 * day + 60 * Math.sin((2 * Math.PI * i) / 24) + 30 * Math.sin((2 * Math.PI * day) / 365);
  const wrong = (share: number) => label * (1 + share * (i % 2 === 0 ? 1 : -1) * (1 + 0.4 * Math.sin(day / 5)));
  return {
    at,
    label,
    version: `v${chosen.n}`,
    prediction: wrong(0.2 + Math.min(0.35, (day - chosen.trained) / 300)),
    never: wrong(0.22 + Math.min(0.4, day / 400)),
    everyWindow: wrong(0.21),
  };
}

function eventsOf({ n, trained, fate }: Life): LoopEvent[] {
  const at = SERVED + trained * DAY;
  const version = `v${n}`;
  const id = `${version}-1a2b`;
  const tags: RunTags = { n, reason: n === 1 ? 'bootstrap' : 'alarm:quality', at, generation: 1 };
  const cause =
    n === 1
      ? 'there is no version yet'
      : 'quality was violated in 2 of the last 3 windows (2011-05-05T00:00Z, 2011-05-12T00:00Z)';
  const events: LoopEvent[] = [
    ...(n === 1 ? [] : [event(at, { do: 'tell', monitor: 'quality', degraded: true, why: cause })]),
    event(at, { do: 'start', id: `train-${n}`, kind: 'train', tags, why: `${cause}: training run ${n}` }),
  ];
  if (fate === 'refused') return events;
  const placed: Action = {
    do: 'place',
    id,
    version,
    revision: '1a2b',
    ifMatch: '',
    why: `${version} is placed beside what serves`,
  };
  events.push(
    event(at, {
      do: 'register',
      version,
      n,
      run: `train-${n}`,
      status: 'approved',
      at,
      why: `training run ${n} passed its gate: ${version} is registered`,
    }),
    event(at, placed),
  );
  if (n > 1) events.push(shift(at, { 'v0-1a2b': 90, [id]: 10 }, `${version} goes to 10 %`));
  const [next, last] = [at + 2 * DAY, at + 3 * DAY];
  if (fate === 'rolledBack') {
    const why = `${version} is rejected: its quality is violated in trial against v4`;
    events.push(event(next, { do: 'mark', version, patch: { status: 'rejected', trial: null }, why }));
    events.push(shift(next, { 'v4-1a2b': 100 }, `all traffic goes to v4: ${version} may not serve`));
    return events;
  }
  events.push(
    shift(n === 1 ? at : next, { [id]: 100 }, n === 1 ? 'v1 is the first to serve' : `${version} goes to 100 %`),
  );
  const live = { revision: '1a2b', at: last };
  events.push(
    event(last, {
      do: 'mark',
      version,
      patch: { live, trial: null },
      why: `${version} is live: it came through its bake at 100 %`,
    }),
  );
  return events;
}

const event = (at: Time, action: Action): LoopEvent => ({
  at,
  endpoint: 'online',
  what: action.do,
  text: action.why,
  outcome: 'done',
  action,
});
const shift = (at: Time, shares: Readonly<Record<string, number>>, why: string): LoopEvent =>
  event(at, { do: 'shift', shares, guarded: true, ifMatch: '', why });

function trainingRun({ n, candidate, trained, fate }: Life): RunRecord {
  const at = SERVED + trained * DAY;
  const scores: Readonly<Record<string, number>> = { ridge: 0.41, boosting: 0.27, forest: 0.29, [candidate]: 0.243 };
  const decision: Decision = {
    format: 1,
    decision: fate === 'refused' ? 'keep' : 'register',
    why:
      fate === 'refused'
        ? `${candidate} has wape 0.31, the champion 0.305 on the same 672 rows: not 1 % better`
        : `${candidate} has wape 0.243, at most 0.5 allowed`,
    metric: 'wape',
    winner: candidate,
    candidates: Object.fromEntries(
      Object.entries(scores).map(([name, wape]) => [name, { parameters: { kind: name }, scores: { wape } }]),
    ),
    champion: n > 1 && { candidate: 'boosting', rows: 672, champion: { wape: 0.42 }, winner: { wape: 0.243 } },
    test: { from: new Date(at - 28 * DAY).toISOString(), to: new Date(at).toISOString(), rows: 672 },
  };
  return {
    id: `train-${n}`,
    kind: 'train',
    owner: 'training',
    state: 'succeeded',
    started: at,
    ended: at,
    decision,
    tags: { n, reason: n === 1 ? 'bootstrap' : 'alarm:quality', at, generation: 1 },
    tasks: ['prepare', ...Object.keys(scores), 'champion', 'select'].map((name): TaskRecord => ({
      name,
      state: 'succeeded',
      seconds: 1,
      cached: n === 2,
      log: '',
    })),
  };
}

function driftRuns(until: Time): RunRecord[] {
  const first = Math.ceil(SERVED / WEEK) * WEEK;
  return Array.from({ length: Math.max(0, Math.floor((until - first) / WEEK)) }, (_, i) => {
    const window = { from: first + i * WEEK, to: first + (i + 1) * WEEK };
    const season = Math.abs(Math.sin((Math.PI * i) / 26));
    const values = (
      [
        ['hour', 0.01, 0.1],
        ['weekday', 0.02, 0.1],
        ['working_day', 0.04, 0.1],
        ['weather', 0.03 + 0.1 * season ** 4, 0.1],
        ['temperature', 0.1 + 0.6 * season, 0.2],
        ['humidity', 0.08 + 0.2 * season ** 2, 0.2],
        ['wind_speed', 0.06 + 0.1 * season, 0.2],
      ] as const
    ).map(([name, value, threshold]) => ({
      name,
      metric: 'jsDistance',
      value,
      threshold,
      violated: value > threshold,
    }));
    const verdict = values.some(({ violated }) => violated) ? 'violated' : 'fine';
    const report: Report = {
      format: 1,
      monitor: 'inputs',
      kind: 'data-drift',
      endpoint: 'online',
      version: 'v1',
      scope: 'window',
      window: { from: new Date(window.from).toISOString(), to: new Date(window.to).toISOString() },
      rows: 168,
      measured: 168,
      verdict,
      why: '',
      values,
    };
    return {
      id: `inputs-v1-${window.from}-1`,
      kind: 'monitor',
      owner: 'online',
      state: 'succeeded',
      started: window.to,
      ended: window.to,
      tasks: [],
      report,
      tags: { reason: 'window', at: window.to, generation: 1, monitor: 'inputs', window, version: 'v1' },
    };
  });
}
