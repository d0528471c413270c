/**
 * What the loop guarantees, each over the same random histories: the umpire sorts what it sees by guarantee.
 *
 * MLOPS_HISTORIES (2000) and MLOPS_SEED choose the histories, MLOPS_SHARD=i/n every n-th of them from the i-th on,
 * MLOPS_CASE one alone, as a failure prints it.
 */
import { chosen, type Case } from './cases';
import { History } from './history';
import type * as Lab from './lab';
import { shuffled } from './lab';
import type { Finding, Guarantee } from './umpire';

jest.mock('../../runtime/loop/decide', () =>
  jest.requireActual<typeof Lab>('./lab').around(jest.requireActual('../../runtime/loop/decide')),
);

interface Failure {
  readonly finding: Finding;
  readonly given: Case;
}
const failures = new Map<Guarantee, Failure[]>();
const seen = new Map<string, number>();
const { histories, title } = chosen(2000);

beforeAll(async () => {
  for (const given of histories) {
    const { umpire } = await live(given);
    for (const [what, times] of umpire.seen) seen.set(what, (seen.get(what) ?? 0) + times);
    for (const finding of umpire.findings)
      failures.set(finding.guarantee, [...(failures.get(finding.guarantee) ?? []), { finding, given }]);
  }
}, 3_600_000);

const live = (given: Case) => new History(given, { decide: shuffled }).run();

describe(title, () => {
  const guarantee = (number: Guarantee, sentence: string) =>
    test(`${number}. ${sentence}`, () => upheld(number), 120_000);
  guarantee(1, 'at most one training is in flight, however many ask for one');
  guarantee(2, 'N of M, cooldown, cap and slots hold, and no backlog becomes a storm');
  guarantee(
    3,
    'only what passed its gate and may serve gains traffic, shares add up, and nothing that served goes away',
  );
  guarantee(
    4,
    'a rollout advances by healthy bakes only, and what was rejected for its own fault is never tried again',
  );
  guarantee(5, 'the same world gives the same decision, two loops do no harm, and lost memory is found again');
  guarantee(6, 'what the platform rolled back is noticed, and only that is called so');
  guarantee(7, 'when the world calms down the loop comes to rest with the best approved version');

  test('the histories go everywhere', () => {
    if (histories.length < 200) return;
    const missing = PLACES.filter((place) => ![...seen.keys()].some((what) => what.startsWith(place)));
    expect(missing).toEqual([]);
  });
});

const PLACES = [
  ...['cancel', 'done', 'live', 'mark', 'place', 'register', 'remove', 'retire', 'shift', 'tell'],
  ...['bootstrap', 'request', 'new-code', 'schedule', 'alarm'].map((reason) => `start train: ${reason}`),
  ...['start monitor: window', 'start monitor: trial', 'train run failed', 'monitor run failed'],
  ...['rolled back by the platform', 'rejected: the platform rolled it back', 'rejected: it failed to start'],
  ...[
    'rejected: its health is unknown',
    'rejected: its quality is violated in trial',
    'rejected: # % of # requests failed',
  ],
];

/** Fails with the first finding, and with a history that shows one in as few events as leaving out one by one gives. */
async function upheld(number: Guarantee): Promise<void> {
  const [first] = failures.get(number) ?? [];
  if (!first) return;
  const breaks = async (given: Case) => (await live(given)).umpire.findings.some((f) => f.guarantee === number);
  let { given } = first;
  for (let i = given.events.length - 1; i >= 0; i--) {
    const smaller = { ...given, events: given.events.toSpliced(i, 1) };
    if (await breaks(smaller)) given = smaller;
  }
  const at = new Date(first.finding.at).toISOString();
  throw new Error(
    `${failures.get(number)?.length} findings; the first, at ${at}: ${first.finding.text}\n` +
      `again, in ${given.events.length} events: MLOPS_CASE='${JSON.stringify(given)}' npx jest test/loop/guarantees`,
  );
}
