/** The report on one rehearsal. */
import { METRICS } from '../../constructs/spec/metric';
import type { LoopEvent } from '../../runtime/loop/platform';
import type { Recording } from '../recording';
import { summarize, type ReplaySummary } from '../summary';
import { driftSentence } from '../terminal';
import { figure } from './chart';
import { document } from './document';
import { driftChart } from './drift-chart';
import { errorChart } from './error-chart';
import { html, type Html } from './html';
import { trafficChart } from './traffic-chart';
import { trainingsTable } from './trainings-table';

export async function reportPage(recording: Recording): Promise<string> {
  const { spec, endpoint } = recording;
  return document(`Rehearsal of ${spec.name} / ${endpoint}`, await reportBody(recording));
}

/** The report without the page around it. */
export async function reportBody(recording: Recording): Promise<Html> {
  const summary = summarize(recording);
  const body =
    summary.firstServed === null
      ? html`<section><p>No version ever served: the events below say why.</p></section>`
      : await charts(recording, summary);
  return html`<header>
      <p class="kicker">
        Rehearsal of ${summary.spec} / ${summary.endpoint} · ${day(summary.from)} to ${day(summary.to)}
      </p>
      <h1>${headline(summary)}</h1>
      <p class="lede">${sentence(summary.policy)}</p>
    </header>
    ${figures(summary)} ${body}
    <section>
      <h2>What was trained, and what came of it</h2>
      <p>
        Each candidate is scored on the newest rows, then trained again on all of them. Winner and champion are compared
        on rows that the champion has not seen.
      </p>
      ${trainingsTable(recording)}
    </section>
    <section>
      <h2>Everything the loop did</h2>
      ${eventLog(recording.events)}
    </section>
    ${footer(summary)}`;
}

async function charts(recording: Recording, summary: ReplaySummary): Promise<Html> {
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
    ${await driftSection(recording, summary)}`;
}

async function driftSection(recording: Recording, { drift }: ReplaySummary): Promise<Html> {
  const { windows, drifted, predictions } = drift;
  if (windows + predictions.windows === 0) return html``;
  const found = [
    ...(windows > 0 ? [`inputs drifted in ${drifted} of ${windows} windows`] : []),
    ...(predictions.windows > 0 ? [`predictions in ${predictions.drifted} of ${predictions.windows}`] : []),
  ];
  return html`<section>
    <h2>${capitalized(found.join(', '))}</h2>
    <p>
      ${driftSentence(drift.retrains)} Grey <i class="key" style="background:var(--calm);opacity:.12"></i
      ><i class="key" style="background:var(--calm);opacity:.36"></i> is below the threshold, the stronger the nearer;
      <span class="never">vermilion</span> <i class="key" style="background:var(--never);opacity:.4"></i
      ><i class="key" style="background:var(--never)"></i> is beyond it. A blue line is a new version, with a reference
      of its own.
    </p>
    ${await figure((frame) => driftChart(recording, frame))}
  </section>`;
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
    ${item('every window', round(error.everyWindow), error.everyWindow === null ? 'not for this pipeline' : `${error.windows} trainings, no gate`, 'every')}
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
const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
const sentence = (text: string): string => `${capitalized(text)}.`;
