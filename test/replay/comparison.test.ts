/** Policies side by side: on the same rows, in figures, in a terminal and on a page. */
import { compareRehearsals, type Rehearsal } from '../../replay/comparison';
import { comparisonText } from '../../replay/comparison-text';
import { DAY } from '../../replay/clock';
import type { Recording, ScoredRow } from '../../replay/recording';
import { comparisonPage } from '../../replay/report/comparison-page';
import { recorded } from './recorded';

/** Three predictions of the label 100, an hour apart, by their errors; the rest is as recorded. */
const rowsOf = (errors: readonly (number | null)[], from = 0): ScoredRow[] =>
  errors.map((error, i) => ({
    at: from + i * 3_600_000,
    label: 100,
    version: 'v1',
    prediction: error === null ? null : 100 + error,
    never: 150,
    everyWindow: 100,
  }));
const rehearsal = (name: string, change: Partial<Recording>, changes: Rehearsal['changes'] = []): Rehearsal => ({
  name,
  changes,
  recording: { ...recorded(60), ...change },
});
const errors = (...all: Rehearsal[]) => {
  const { rows, policies } = compareRehearsals(all);
  return [rows, policies.map(({ error }) => error)];
};

describe('errors', () => {
  test('are measured on the rows that each policy answered', () => {
    const late = rehearsal('late', { rows: rowsOf([10, 10], 3_600_000) });
    const failing = rehearsal('failing', { rows: rowsOf([0, 20, null]) });
    expect(errors(rehearsal('spec', { rows: rowsOf([90, 30, 90]) }), late, failing)).toEqual([1, [0.3, 0.1, 0.2]]);
  });

  test('do not suffer from a policy that never served', () => {
    const none = rehearsal('none', { rows: [] });
    expect(errors(rehearsal('spec', { rows: rowsOf([10, 30]) }), none)).toEqual([2, [0.2, null]]);
  });

  test('take rows of one moment for rows of their own', () => {
    const two = (...wrong: number[]) => rowsOf(wrong).map((row) => ({ ...row, at: 0 }));
    const other = two(1, 3);
    other[0] = { ...other[0]!, prediction: null };
    expect(errors(rehearsal('spec', { rows: two(90, 5) }), rehearsal('other', { rows: other }))).toEqual([
      1,
      [0.05, 0.03],
    ]);
  });
});

const changes = [{ path: 'choose.atMost', from: 0.5, to: 0.35 }];
const better = (by: number): Recording => {
  const all = recorded();
  const rows = all.rows.map((row) => ({ ...row, prediction: row.label! + (row.prediction! - row.label!) * by }));
  return { ...all, rows, runs: all.runs.filter(({ tags }) => tags.n !== 5) };
};
const both = [rehearsal('spec', recorded()), rehearsal('strict', better(0.5), changes)];

test('says all of it in a terminal', () => {
  const broken = { ...recorded(60).rows[0]!, prediction: null, failure: '500 no lemons left' };
  const third = rehearsal('third', { ...recorded(), rows: [broken, ...recorded().rows.slice(1)] });
  expect(`\n${comparisonText(compareRehearsals([...both, third]))}\n`).toBe(`
bike-rentals / online: 2011-01-01 to 2012-12-31, 3 policies
errors are pooled over the 15,359 rows that each of them answered

                        spec    strict     third
wape                   0.463     0.231     0.463
never retrained        0.582     0.582     0.582
trainings                  6         5         6
refused                    1         1         1
failed                     0         0         0
came live                  4         4         4
rolled back                1         1         1
failed requests            0         0         1
jobs                      36        30        36
job minutes              0.6       0.5       0.6

strict changes
  choose.atMost 0.5 → 0.35
third changes nothing
spec, 2011-12-19: v5 is rejected: its quality is violated in trial against v4
strict, 2011-12-19: v5 is rejected: its quality is violated in trial against v4
third, 2011-12-19: v5 is rejected: its quality is violated in trial against v4
third: the first failed request: 500 no lemons left
`);
});

describe('the page', () => {
  const page = comparisonPage(both);
  const wordsOf = (text: string) => text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

  test('begins with the best policy, and shows the figures of all', async () => {
    const words = wordsOf(await page);
    expect(words).toContain('With strict, wape was 0.231; with the spec as it is, 0.463');
    expect(words).toContain('spec strict wape 0.463 0.231 never retrained 0.582 0.582 trainings 6 5');
    expect(words).toContain('strict choose.atMost 0.5 → 0.35');
  });

  test('says so where the spec itself is the best', async () => {
    const worse = await comparisonPage([rehearsal('spec', recorded()), rehearsal('worse', better(1.5), changes)]);
    expect(wordsOf(worse)).toContain('No policy did better than the spec as it is: wape was 0.463');
  });

  test('draws the errors over one another, a lane of trainings a policy', async () => {
    const [first] = (await page).split('</svg>');
    const words = [...first!.matchAll(/<t(?:ext|span)[^>]*>([^<]+)<\/t/g)].map(([, word]) => word);
    expect(first).toContain('aria-label="wape by window with each policy, and when each one trained"');
    expect(words.filter((word) => word === 'spec' || word === 'strict')).toHaveLength(4);
    expect(words.filter((word) => word === '✕')).toHaveLength(2);
    expect(words).toContain('never retrained');
    const hollow = first!.match(/stroke="var\(--(policy|second)\)" stroke-width="1.5"/g);
    expect(hollow).toEqual(['stroke="var(--policy)" stroke-width="1.5"', 'stroke="var(--second)" stroke-width="1.5"']);
  });

  test('holds each one’s own report, needs nothing but itself and runs nothing', async () => {
    const text = await page;
    expect(text.match(/<h1>/g)).toHaveLength(3);
    expect(text).not.toMatch(/https?:|<script|<link|<img|\bsrc=|\bhref=|url\(|@import/);
  });

  test('escapes what comes from a policy', async () => {
    const evil = '<script>&"';
    const policy = rehearsal(evil, recorded(), [{ path: 'choose', from: evil, to: evil }]);
    expect(await comparisonPage([both[0]!, policy])).not.toContain('<script');
  });

  test('can be drawn where nothing was ever served', async () => {
    const nothing = { ...recorded(0), rows: [], runs: [], events: [] };
    const words = wordsOf(await comparisonPage([rehearsal('spec', nothing), rehearsal('other', nothing)]));
    expect(words).toContain('No policy did better than the spec as it is: wape was none');
  });
});

test('days on which a policy did not serve count for nobody', () => {
  const all = recorded(60);
  const gap = all.rows.filter(({ at }) => at < all.rows[0]!.at + 10 * DAY || at >= all.rows[0]!.at + 20 * DAY);
  expect(errors(rehearsal('spec', {}), rehearsal('gap', { rows: gap }))[0]).toBe(50 * 24);
});
