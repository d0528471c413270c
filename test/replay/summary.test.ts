/** The figures of a replay, and how they read. */
import { errorsByWindow, errorsOf } from '../../replay/errors';
import { DAY } from '../../replay/clock';
import type { ScoredRow } from '../../replay/recording';
import { versionStories } from '../../replay/story';
import { summarize } from '../../replay/summary';
import { summaryText } from '../../replay/terminal';
import { recorded } from './recorded';

const row = (at: number, label: number | null, prediction: number | null, never = 0, everyWindow = 0): ScoredRow => ({
  at,
  label,
  prediction,
  version: 'v1',
  never: label === null ? null : never,
  everyWindow: label === null ? null : everyWindow,
});

describe('errors', () => {
  const rows = [
    row(0, 10, 8, 0, 11),
    row(DAY - 1, 30, 30, 0, 33),
    row(DAY, 100, 50, 100, 100),
    row(DAY, null, 5),
    row(DAY, 50, null, 1, 1),
  ];

  it('are pooled over the rows that were answered and have a label', () => {
    expect(errorsOf('wape', rows)).toEqual({ rows: 3, policy: 52 / 140, never: 40 / 140, everyWindow: 4 / 140 });
  });

  it('are told by window, without windows that have no rows', () => {
    const apart = [...rows, row(5 * DAY, 10, 5, 10, 10)];
    expect(
      errorsByWindow('wape', apart, DAY).map(({ window, rows: n, policy }) => [window.from / DAY, n, policy]),
    ).toEqual([
      [0, 2, 0.05],
      [1, 1, 0.5],
      [5, 1, 0.5],
    ]);
  });

  it('are none where the metric is not defined', () => {
    expect(errorsOf('wape', [row(0, 0, 1, 1, 1)])).toEqual({ rows: 1, policy: null, never: null, everyWindow: null });
  });
});

it('tells the life of each version', () => {
  const { events, runs, span, rows } = recorded();
  const day = (time: number | undefined) => time !== undefined && (time - rows[0]!.at) / DAY;
  const lives = versionStories(events, runs, span.to).map((story) => ({
    version: story.version,
    candidate: story.candidate,
    served: day(story.served),
    canary: story.canary && [day(story.canary.from), day(story.canary.to)],
    live: day(story.live),
    rejected: day(story.rejected?.at),
  }));
  expect(lives).toEqual([
    { version: 'v1', candidate: 'boosting', served: 0, canary: undefined, live: 3, rejected: false },
    { version: 'v2', candidate: 'forest', served: 42, canary: [42, 44], live: 45, rejected: false },
    { version: 'v4', candidate: 'boosting', served: 133, canary: [133, 135], live: 136, rejected: false },
    { version: 'v5', candidate: 'ridge', served: 260, canary: [260, 262], live: false, rejected: 262 },
    { version: 'v6', candidate: 'forest', served: 330, canary: [330, 332], live: 333, rejected: false },
  ]);
});

it('counts trainings, rollouts, requests and drift', () => {
  const summary = summarize(recorded());
  expect(summary).toMatchObject({
    firstServed: '2011-04-01T00:00:00.000Z',
    trainings: {
      count: 6,
      byReason: { 'alarm:quality': 5, bootstrap: 1 },
      registered: { boosting: 2, forest: 2, ridge: 1 },
      refused: [{ run: 'train-3', at: '2011-07-08T00:00:00.000Z' }],
      failed: [],
    },
    rollouts: {
      live: 4,
      canaries: 4,
      answeredByBoth: 4,
      rolledBack: [{ version: 'v5', at: '2011-12-19T00:00:00.000Z' }],
    },
    requests: { served: 15_360, failed: 0, firstFailure: null },
    drift: { windows: 90, drifted: 79, byFeature: { temperature: 79, humidity: 37, weather: 23 }, retrains: [] },
    tasks: { count: 36, cached: 6 },
  });
  expect(Object.keys(summary.requests.byVersion)).toEqual(['v1', 'v2', 'v4', 'v5', 'v6']);
});

it('does not take a canary for one that both answered when one of them answered nothing', () => {
  const recording = recorded(60);
  const { rollouts } = summarize({ ...recording, rows: recording.rows.map((r) => ({ ...r, version: 'v1' })) });
  expect(rollouts).toMatchObject({ canaries: 1, answeredByBoth: 0 });
});

it('counts failed requests and keeps the first failure', () => {
  const recording = recorded(10);
  const rows = recording.rows.map((r, i) => (i % 100 === 7 ? { ...r, prediction: null, failure: `500 at ${i}` } : r));
  const { requests } = summarize({ ...recording, rows });
  expect(requests).toEqual({
    served: 237,
    failed: 3,
    byVersion: { v1: 237 },
    notCaptured: 0,
    firstFailure: '500 at 7',
  });
});

it('says all of it in a terminal', () => {
  const text = summaryText(summarize(recorded()));
  expect(text.split('\n').every((line) => line.length <= 100)).toBe(true);
  expect(`${text}\n`).toBe(EXPECTED);
});

it('says what the monitors did not see', () => {
  expect(summaryText(summarize({ ...recorded(10), notCaptured: 12 }))).toContain(
    '12 were not captured: the monitors did not see them',
  );
});

it('says so when nothing was ever served', () => {
  const recording = { ...recorded(0), rows: [], runs: [], events: [] };
  const text = summaryText(summarize(recording));
  expect(text).toContain('nothing was ever served');
  expect(text).toContain('with this policy          none');
});

it('says when drift alone retrains', () => {
  const recording = recorded(60);
  const { online } = recording.spec.endpoints;
  const retrain = { ...(online!.retrain as Exclude<typeof online, undefined>['retrain'] & object), on: ['inputs'] };
  const spec = { ...recording.spec, endpoints: { online: { ...online!, retrain } } };
  expect(summaryText(summarize({ ...recording, spec }))).toContain(
    'The alarm of inputs retrains: drift alone is enough here.',
  );
});

const EXPECTED = `bike-rentals / online: 2011-01-01 to 2012-12-31, first served on 2011-04-01

policy      retrain when wape is over 1.25 × the version's own test score in 2 of 3 windows of 7
              days; 14 days apart, at most 4 in 90 days; rolled out behind a canary of 10 %, each
              step for 1 day
error       wape, pooled over 15,360 answered rows
            with this policy         0.463   0.80 times that of never retraining
            never retrained          0.582
            retrained every window   0.211   92 trainings
trainings   6: alarm of quality 5, bootstrap 1
            chosen: boosting 2, forest 2, ridge 1
            refused 2011-07-08: boosting has wape 0.31, the champion 0.305 on the same 672 rows: not
              1 % better
rollouts    4 came live, 1 rolled back; both versions answered in 4 of 4 canaries
            2011-12-19: v5 is rejected: its quality is violated in trial against v4
requests    15,360 served, 0 failed
            v1 1,051, v2 2,185, v4 4,722, v5 5, v6 7,397
drift       inputs drifted in 79 of 90 windows: temperature 79, humidity 37, weather 23
            Drift alone does not retrain here: no drift monitor is named in retrain.on.
jobs        36 in all, 0.6 minutes; 6 of 36 training tasks from the cache
took        58 s, 131 CPU-seconds
`;
