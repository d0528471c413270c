/** The report on several policies: one HTML file, with each one's own report inside. */
import { METRICS, type Metric } from '../../constructs/spec/metric';
import { compareRehearsals, type Comparison, type PolicyOutcome, type Rehearsal } from '../comparison';
import { FIGURES, mishaps } from '../comparison-text';
import { changeInWords } from '../variant';
import { figure } from './chart';
import { colourOf, comparisonChart } from './comparison-chart';
import { document } from './document';
import { html, Html } from './html';
import { reportBody } from './page';

/** The spec itself comes first. */
export async function comparisonPage(rehearsals: readonly Rehearsal[]): Promise<string> {
  const comparison = compareRehearsals(rehearsals);
  const { spec, endpoint, from, to, policies, rows } = comparison;
  const title = `Policies for ${spec} / ${endpoint}`;
  return document(
    title,
    html`<header>
        <p class="kicker">${title} · ${from.slice(0, 10)} to ${to.slice(0, 10)}</p>
        <h1>${headline(comparison)}</h1>
        <p class="lede">
          The same history, lived through ${policies.length} times. Errors are pooled over the
          ${rows.toLocaleString('en-US')} rows that each policy answered.
        </p>
      </header>
      ${matrix(comparison)}
      <section>
        <h2>What is different</h2>
        <table class="changes">
          ${policies.slice(1).map(changesOf)}
        </table>
        ${policies.flatMap(mishaps).map((mishap) => html`<p class="mishap">${mishap}</p>`)}
      </section>
      ${rows > 0 ? await chartSection(rehearsals, comparison.metric) : html``}
      <section>
        <h2>Each one by itself</h2>
        ${await Promise.all(rehearsals.map((rehearsal, i) => ownReport(rehearsal, policies[i]!, i, comparison.metric)))}
      </section>
      <footer>
        <p>
          Job minutes are those of all trainings and monitors; what came from the cache counts with the time that it
          took when it ran. “Never retrained” is each policy’s first version on the same rows.
        </p>
      </footer>`,
  );
}

async function chartSection(rehearsals: readonly Rehearsal[], metric: Metric): Promise<Html> {
  return html`<section>
    <h2>Where they part</h2>
    <p>
      ${metric}, ${METRICS[metric].is}, by window; ${METRICS[metric].better} is better. A filled dot is a training whose
      winner became a version, a hollow one was refused or failed, a cross was rolled back.
    </p>
    ${await figure((frame) => comparisonChart(rehearsals, frame))}
  </section>`;
}

/** The best one against the spec. */
function headline({ metric, policies }: Comparison): string {
  const [own, ...others] = policies;
  const better = METRICS[metric].better === 'lower' ? -1 : 1;
  const best = others
    .filter(({ error }) => error !== null)
    .sort((a, b) => better * (b.error! - a.error!))
    .find(({ error }) => own!.error === null || better * (error! - own!.error) > 0);
  if (best)
    return `With ${best.name}, ${metric} was ${round(best.error)}; with the spec as it is, ${round(own!.error)}`;
  return `No policy did better than the spec as it is: ${metric} was ${round(own!.error)}`;
}

function matrix({ metric, policies }: Comparison): Html {
  const coloured = (i: number) => new Html(` style="color:${colourOf(i)}"`);
  return html`<table class="matrix">
    <thead>
      <tr>
        <th></th>
        ${policies.map(({ name }, i) => html`<th${coloured(i)}>${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${FIGURES.map(
        ({ label, of }, row) =>
          html`<tr>
            <td>${label(metric)}</td>
            ${policies.map((outcome, i) => html`<td${row === 0 ? coloured(i) : html``}>${of(outcome)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function changesOf({ name, changes }: PolicyOutcome, i: number): Html {
  const lines = changes.map((change) => html`<code>${changeInWords(change)}</code>`);
  return html`<tr>
    <th style="color:${colourOf(i + 1)}">${name}</th>
    <td>${lines.length > 0 ? lines : html`changes nothing`}</td>
  </tr>`;
}

async function ownReport({ recording }: Rehearsal, outcome: PolicyOutcome, i: number, metric: Metric): Promise<Html> {
  const { trainings } = outcome.summary;
  return html`<details class="own">
    <summary>
      <b style="color:${colourOf(i)}">${outcome.name}</b>
      <span>${metric} ${round(outcome.error)}, ${trainings.count} trainings</span>
    </summary>
    ${await reportBody(recording)}
  </details>`;
}

const round = (value: number | null): string => (value === null ? 'none' : value.toFixed(3));
