/** The report: one file with everything in it. */
import { reportPage } from '../../replay/report/page';
import { html } from '../../replay/report/html';
import { recorded } from './recorded';

const page = reportPage(recorded());

it('shows each chart at two widths', async () => {
  const charts = [...(await page).matchAll(/<svg role="img" aria-label="([^"]+)"/g)].map(([, title]) => title);
  expect(charts).toEqual(
    [
      'wape by window: with this policy, never retrained, retrained every window',
      'Share of the requests that each version answered, by day',
      'Distance of inputs and predictions from the reference, by window, against the threshold',
    ].flatMap((title) => [title, title]),
  );
});

it('needs nothing but itself, runs nothing and stays small', async () => {
  const text = await page;
  expect(text).not.toMatch(/https?:|<script|<link|<img|\bsrc=|\bhref=|url\(|@import/);
  expect(text.length).toBeLessThan(400_000);
});

it('marks what happened: alarms, trainings, rollouts and the version that was rolled back', async () => {
  const [first] = (await page).split('</svg>');
  const words = [...first!.matchAll(/<t(?:ext|span)[^>]*>([^<]+)<\/t/g)].map(([, word]) => word);
  expect(words).toEqual(expect.arrayContaining(['alarm', 'training', 'goes live', 'v1', 'v2', 'v4', '✕ v5', 'v6']));
  expect(words).toEqual(expect.arrayContaining(['this policy', 'never retrained', 'every window', '2012']));
  expect(words).not.toContain('v3');
});

it('shows each feature with its threshold and how often it was beyond it', async () => {
  const text = await page;
  for (const word of ['temperature', '&gt; 0.2: 79 of 90', '&gt; 0.1: 23 of 90', '&gt; 0.1: 0 of 90'])
    expect(text).toContain(`>${word}</text>`);
  expect(text).toContain('Drift alone does not retrain here');
});

it('tells each training with its candidates, the comparison and the outcome', async () => {
  const text = (await page).replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
  expect(text).toContain(
    'boosting 0.243 forest 0.290 ridge 0.410 boosting 0.243 champion (boosting) 0.420 on the same 672 new rows refused by the gate',
  );
  expect(text).toContain('v5, rolled back v5 is rejected: its quality is violated in trial against v4');
  expect(text).toContain('Trained 6 times, wape was 0.463. Never retrained, it would have been 0.582.');
  expect(text).toContain('v4 goes to 10 %');
});

it('shows drift that a p-value tells below its threshold', async () => {
  const recording = recorded(60);
  const runs = recording.runs.map((run) =>
    run.report
      ? {
          ...run,
          report: {
            ...run.report,
            values: [{ name: 'weather', metric: 'chi2', value: 0.001, threshold: 0.01, violated: true }],
          },
        }
      : run,
  );
  expect(await reportPage({ ...recording, runs })).toContain('>&lt; 0.01: 7 of 7</text>');
});

it('says what there is when nothing was ever served', async () => {
  const text = await reportPage({ ...recorded(0), rows: [], runs: [], events: [] });
  expect(text).toContain('<h1>Nothing was ever served</h1>');
  expect(text).not.toContain('<svg');
});

it('escapes what comes from the spec, in text and in charts', async () => {
  const recording = recorded(60);
  const evil = '<script>&"\'';
  const runs = recording.runs.map((run) =>
    run.report
      ? { ...run, report: { ...run.report, values: run.report.values.map((value) => ({ ...value, name: evil })) } }
      : { ...run, error: evil, state: 'failed' as const },
  );
  const text = await reportPage({ ...recording, spec: { ...recording.spec, name: evil }, runs });
  expect(text).not.toContain('<script');
  expect(html`<b>${evil}</b>`.text).toBe('<b>&lt;script&gt;&amp;&quot;&#39;</b>');
});
