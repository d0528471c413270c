/** The report: one HTML file that needs nothing but itself. */
import { METRICS } from '../../constructs/spec/metric';
import type { LoopEvent } from '../../runtime/loop/platform';
import type { Recording } from '../recording';
import { summarize, type ReplaySummary } from '../summary';
import { driftSentence } from '../terminal';
import { draw, NARROW, WIDE, type Chart, type Frame } from './chart';
import { driftChart, driftReports } from './drift-chart';
import { errorChart } from './error-chart';
import { html, type Html } from './html';
import { STYLE } from './style';
import { trafficChart } from './traffic-chart';
import { trainingsTable } from './trainings-table';

export async function reportPage(recording: Recording): Promise<string> {
  const summary = summarize(recording);
  const title = `Rehearsal of ${summary.spec} / ${summary.endpoint}`;
  const body =
    summary.firstServed === null
      ? html`<section><p>No version ever served: the events below say why.</p></section>`
      : await charts(recording, summary);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${STYLE}
        </style>
      </head>
      <body>
        <main>
          <header>
            <p class="kicker">${title} · ${day(summary.from)} to ${day(summary.to)}</p>
            <h1>${headline(summary)}</h1>
            <p class="lede">${sentence(summary.policy)}</p>
          </header>
          ${figures(summary)} ${body}
          <section>
            <h2>What was trained, and what came of it</h2>
            <p>
              Each candidate is scored on the newest rows, then trained again on all of them. Winner and champion are
              compared on rows that the champion has not seen.
            </p>
            ${trainingsTable(recording)}
          </section>
          <section>
            <h2>Everything the loop did</h2>
            ${eventLog(recording.events)}
          </section>
          ${footer(summary)}
        </main>
      </body>
    </html> `.text;
}

async function charts(recording: Recording, summary: ReplaySummary): Promise<Html> {
  const { spec, endpoint } = recording;
  const drifts = Object.entries(spec.endpoints[endpoint]!.monitors).filter(
    ([name, { kind }]) => kind === 'data-drift' && driftReports(recording, name).length > 0,
  );
  const { metric } = summary.error;
  return html`<section>
      <h2>${errorHeadline(summary)}</h2>
      <p>
        ${metric}, ${METRICS[metric].is}, by window; ${METRICS[metric].better} is better. A filled dot is a training
        whose winner became a version, a hollow one was refused.
      </p>
      ${await figure((frame) => errorChart(recording, frame))}
    </section>
    <section>
      <h2>Who answered</h2>
      <p>
        Share of each day’s requests by
        version.${summary.rollouts.rolledBack.length > 0 ? html` In <span class="never">vermilion</span>, versions that were rolled back.` : ''}
      </p>
      ${await figure((frame) => trafficChart(recording, frame))}
    </section>
    ${await Promise.all(drifts.map(([name]) => driftSection(recording, summary, name)))}`;
}

async function driftSection(recording: Recording, { drift }: ReplaySummary, monitor: string): Promise<Html> {
  const reports = driftReports(recording, monitor);
  const drifted = reports.filter(({ verdict }) => verdict === 'violated').length;
  return html`<section>
    <h2>Inputs drifted in ${drifted} of ${reports.length} windows</h2>
    <p>
      ${driftSentence(drift.retrains)} Grey <i class="key" style="background:var(--calm);opacity:.12"></i
      ><i class="key" style="background:var(--calm);opacity:.36"></i> is below the threshold, the stronger the nearer;
      <span class="never">vermilion</span> <i class="key" style="background:var(--never);opacity:.4"></i
      ><i class="key" style="background:var(--never)"></i> is beyond it. A blue line is a new version, with a reference
      of its own.
    </p>
    ${await figure((frame) => driftChart(recording, monitor, frame))}
  </section>`;
}

async function figure(chart: (frame: Frame) => Chart): Promise<Html> {
  const [wide, narrow] = await Promise.all([draw(chart(WIDE), WIDE), draw(chart(NARROW), NARROW)]);
  return html`<figure>
    <div class="wide">${wide}</div>
    <div class="narrow">${narrow}</div>
  </figure>`;
}

function headline({ error: { metric, policy, never }, trainings, firstServed }: ReplaySummary): string {
  if (firstServed === null) return 'Nothing was ever served';
  const times = `Trained ${trainings.count === 1 ? 'once' : `${trainings.count} times`}`;
  if (policy === null || never === null) return `${times}; the error could not be measured`;
  return `${times}, ${metric} was ${round(policy)}. Never retrained, it would have been ${round(never)}.`;
}

function errorHeadline({ error: { metric, policy, never, ratio } }: ReplaySummary): string {
  if (policy === null || never === null || ratio === null || !METRICS[metric].ratio) return 'Error by window';
  const lower = METRICS[metric].better === 'lower';
  const change = Math.round(Math.abs(1 - ratio) * 100);
  const better = lower === ratio < 1;
  return `With this policy, ${metric} was ${change} % ${lower === better ? 'lower' : 'higher'} than without retraining`;
}

function figures({ error, trainings, rollouts, requests }: ReplaySummary): Html {
  const item = (label: string, value: string, note: string, kind = '') =>
    html`<div>
      <dt>${label}</dt>
      <dd class="${kind}">${value}</dd>
      <dd>${note}</dd>
    </div>`;
  const refused =
    trainings.refused.length > 0 ? `${trainings.refused.length} refused by the gate` : 'none refused by the gate';
  return html`<dl class="figures">
    ${item(`${error.metric}, this policy`, round(error.policy), `on ${number(error.rows)} rows`, 'policy')}
    ${item('never retrained', round(error.never), 'same rows, first version', 'never')}
    ${item('every window', round(error.everyWindow), `${error.windows} trainings, no gate`, 'every')}
    ${item('trainings', number(trainings.count), refused)}
    ${item('rollouts', number(rollouts.live), `${rollouts.rolledBack.length} rolled back`)}
    ${item('failed requests', number(requests.failed), `of ${number(requests.served + requests.failed)}`)}
  </dl>`;
}

function eventLog(events: readonly LoopEvent[]): Html {
  const line = ({ at, text, outcome }: LoopEvent) =>
    html`<tr><td>${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}</td><td${outcome === 'done' ? html`` : html` class="bad"`}>${text}</td></tr>`;
  return html`<details>
    <summary>${number(events.length)} events</summary>
    <table class="log">
      ${events.map(line)}
    </table>
  </details>`;
}

function footer({ tasks, seconds, error, requests }: ReplaySummary): Html {
  const cpu = seconds.cpu === null ? '' : ` and ${seconds.cpu.toFixed(0)} CPU-seconds`;
  return html`<footer>
    <p>
      Real trainings, real requests through the real gateway, on a virtual clock. Each row of the history was one
      request at its own time; its label became known later, and only then could a training or a monitor see it. Errors
      are pooled over the ${number(error.rows)} rows that were answered and have a label, out of
      ${number(requests.served + requests.failed)} requests.
    </p>
    <p>
      “Never retrained” is the first version on the same rows. “Retrained every window” fits the current winner’s
      candidate anew before each window, without a gate.
    </p>
    <p>
      It took ${seconds.wall.toFixed(0)} seconds${cpu}; ${tasks.cached} of ${tasks.count} training tasks came from the
      cache.
    </p>
  </footer>`;
}

const day = (iso: string): string => iso.slice(0, 10);
const round = (value: number | null): string => (value === null ? '–' : value.toFixed(3));
const number = (value: number): string => value.toLocaleString('en-US');
const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
