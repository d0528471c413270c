/** The decision of `select`, as a pure function: rank, gate, compare with the champion. */
import type { ModelManifest } from '../../constructs/spec/artifact';
import type { ChampionComparison, Decision, Scores } from '../../constructs/spec/decision';
import { METRICS, type Metric } from '../../constructs/spec/metric';
import type { Resolved } from '../../constructs/spec/mlops';
import type { Problem } from '../../constructs/spec/problem';
import type { ChooseSpec } from '../../constructs/spec/training';
import { measureAll, type Scored } from './measure';
import type { RowSpan } from './data-table';
import { count } from './step';

/** The test rows in their order; times in microseconds since the epoch. */
export interface TestRows {
  readonly labels: Float64Array;
  readonly times: Float64Array;
  readonly span: RowSpan;
}

/** A candidate, or the champion, with its predictions for the test rows. */
export interface Contender {
  readonly name: string;
  readonly manifest: ModelManifest;
  readonly predictions: Float64Array;
}

export interface Champion {
  readonly manifest: ModelManifest;
  /** Or why there are none. */
  readonly predictions: Float64Array | Problem;
}

type Choose = Resolved<ChooseSpec>;

/** `candidates` by name, at least one. */
export function decide(
  choose: Choose,
  test: TestRows,
  candidates: readonly Contender[],
  champion: Champion | false,
): Decision {
  const { metric } = choose;
  const { task, better } = METRICS[metric];
  const scores = new Map(
    candidates.map((one) => [one, measureAll(task, { labels: test.labels, predictions: one.predictions })]),
  );
  const sign = better === 'lower' ? 1 : -1;
  const rank = (one: Contender) => (scores.get(one)![metric] ?? Infinity * sign) * sign;
  const winner = candidates.reduce((best, one) => (rank(one) < rank(best) ? one : best));
  const comparison = champion ? compare(choose, test, winner, champion) : 'there is no champion yet';
  const verdicts = [
    passesGate(choose, winner.name, scores.get(winner)![metric]),
    beatsChampion(choose, winner.name, comparison),
  ];
  return {
    format: 1,
    decision: verdicts.every(({ passed }) => passed) ? 'register' : 'keep',
    why: verdicts.map(({ why }) => why).join('; '),
    metric,
    winner: winner.name,
    candidates: Object.fromEntries(
      candidates.map((one) => [one.name, { parameters: one.manifest.parameters, scores: scores.get(one)! }]),
    ),
    champion: typeof comparison === 'string' ? false : comparison,
    test: test.span,
  };
}

interface Passed {
  readonly passed: boolean;
  readonly why: string;
}

function passesGate({ metric, atMost, atLeast }: Choose, name: string, value: number | undefined): Passed {
  if (value === undefined) return { passed: false, why: `${metric} of ${name} is not defined on these test rows` };
  const has = `${name} has ${metric} ${show(value)}`;
  if (atMost !== false && value > atMost) return { passed: false, why: `${has}, at most ${atMost} is allowed` };
  if (atLeast !== false && value < atLeast) return { passed: false, why: `${has}, at least ${atLeast} is needed` };
  const gate = [atMost !== false && `at most ${atMost}`, atLeast !== false && `at least ${atLeast}`].filter(Boolean);
  return { passed: true, why: gate.length > 0 ? `${has} (${gate.join(', ')})` : has };
}

/** On the test rows newer than the champion's own training data, or why that cannot be done. */
function compare(choose: Choose, test: TestRows, winner: Contender, champion: Champion): ChampionComparison | string {
  const { manifest, predictions } = champion;
  if (!(predictions instanceof Float64Array)) return `the champion cannot be compared: it gave ${predictions.got}`;
  const until = Date.parse(manifest.data.to) * 1000;
  const isNew = (_: number, i: number) => test.times[i]! > until;
  const labels = test.labels.filter(isNew);
  if (labels.length < choose.leastNewRows)
    return `the champion is not compared: ${count(labels.length, 'test row')} newer than its training data (to ${manifest.data.to}), ${choose.leastNewRows} needed`;
  const { task } = METRICS[choose.metric];
  const score = (all: Float64Array): Scores =>
    measureAll(task, { labels, predictions: all.filter(isNew) } satisfies Scored);
  return {
    candidate: manifest.candidate,
    rows: labels.length,
    champion: score(predictions),
    winner: score(winner.predictions),
  };
}

function beatsChampion(
  { metric, beatChampionBy }: Choose,
  name: string,
  comparison: ChampionComparison | string,
): Passed {
  if (typeof comparison === 'string') return { passed: true, why: `${comparison}, so the gate alone decides` };
  const [winner, champion] = [comparison.winner[metric], comparison.champion[metric]];
  const on = `on ${count(comparison.rows, 'row')} newer than the champion's training data`;
  if (winner === undefined || champion === undefined)
    return { passed: true, why: `${metric} is not defined ${on}, so the gate alone decides` };
  const better = isBetter(metric, winner, champion, beatChampionBy);
  const by = beatChampionBy > 0 ? ` by the ${Number((100 * beatChampionBy).toFixed(4))} % that is asked for` : '';
  const against = `${show(winner)} against the champion's ${show(champion)} ${on}`;
  return { passed: better, why: `${name} has ${against}: ${better ? '' : 'not '}better${by}` };
}

/** Better at all, and by that share of the champion's value; metrics that may be negative are compared by its size. */
export function isBetter(metric: Metric, value: number, champion: number, by: number): boolean {
  const step = by * Math.abs(champion);
  if (METRICS[metric].better === 'lower') return value < champion && value <= champion - step;
  return value > champion && value >= champion + step;
}

const show = (value: number): string => String(Number(value.toPrecision(4)));
