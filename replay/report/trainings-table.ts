/** Each training: why it was started, how its candidates did, and what was decided. */
import type { RunRecord } from '../../constructs/local/run';
import type { Metric } from '../../constructs/spec/metric';
import type { Recording } from '../recording';
import { done, versionStories, type VersionStory } from '../story';
import { html, type Html } from './html';

export function trainingsTable({ runs, events, span }: Recording): Html {
  const trainings = runs.filter(({ kind }) => kind === 'train');
  const stories = versionStories(events, runs, span.to);
  const causes = new Map(done(events, 'start').map(({ action }) => [action.id, action.why]));
  return html`<table class="trainings">
    <thead>
      <tr>
        <th>Training</th>
        <th>Candidates</th>
        <th>Against the champion</th>
        <th>Outcome</th>
      </tr>
    </thead>
    <tbody>
      ${trainings.map((run) =>
        row(
          run,
          causes.get(run.id) ?? run.tags.reason,
          stories.find((story) => story.run === run.id),
        ),
      )}
    </tbody>
  </table>`;
}

function row(run: RunRecord, cause: string, story: VersionStory | undefined): Html {
  const day = new Date(run.tags.at).toISOString().slice(0, 10);
  const { decision } = run;
  return html`<tr>
    <td>
      <b>${run.tags.n ?? run.id}</b> <time>${day}</time>
      <p>${cause.replace(/: training run \d+$/, '').replaceAll('T00:00Z', '')}</p>
    </td>
    <td>${decision ? candidates(decision) : html``}</td>
    <td>${decision ? comparison(decision) : html``}</td>
    <td>
      ${outcome(run, story)}
      <p>${decision?.why ?? run.error ?? ''}</p>
    </td>
  </tr>`;
}

type Decision = NonNullable<RunRecord['decision']>;

function candidates({ candidates: all, metric, winner }: Decision): Html {
  const ranked = Object.entries(all).sort(
    ([a], [b]) => Number(b === winner) - Number(a === winner) || (a < b ? -1 : 1),
  );
  const line = ([name, { scores }]: (typeof ranked)[number]) =>
    html`<tr${name === winner ? html` class="winner"` : html``}><td>${name}</td><td>${score(scores, metric)}</td></tr>`;
  return html`<table class="scores">
    ${ranked.map(line)}
  </table>`;
}

function comparison({ champion, metric, winner }: Decision): Html {
  if (!champion) return html`<p>no champion to compare with</p>`;
  return html`<table class="scores">
      <tr>
        <td>${winner}</td>
        <td>${score(champion.winner, metric)}</td>
      </tr>
      <tr>
        <td>champion (${champion.candidate})</td>
        <td>${score(champion.champion, metric)}</td>
      </tr>
    </table>
    <p>on the same ${champion.rows.toLocaleString('en-US')} new rows</p>`;
}

function outcome({ state, decision }: RunRecord, story: VersionStory | undefined): Html {
  if (state === 'failed') return html`<b class="bad">failed</b>`;
  if (decision?.decision === 'keep') return html`<b>refused by the gate</b>`;
  if (!story) return html`<b>${state}</b>`;
  if (story.rejected)
    return html`<b class="bad">${story.version}, rolled back</b>
      <p>${story.rejected.why}</p>`;
  return html`<b class="good">${story.version}${story.live === undefined ? '' : ', live'}</b>`;
}

const score = (scores: Readonly<Partial<Record<Metric, number>>>, metric: Metric): string =>
  scores[metric]?.toFixed(3) ?? 'none';
