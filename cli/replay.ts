/** mlops replay: rehearses the policy on the data you have, and says what would have come of it. */
import { copyFileSync } from 'node:fs';
import { resolve as absolute } from 'node:path';
import { support } from '../constructs/local/support';
import { resolve, UserError } from '../constructs/spec';
import { replay, type ReplayProgress } from '../replay/replay';
import { summaryText } from '../replay/terminal';
import { placeOf, type CommonOptions, type Io } from './io';
import { progress } from './progress';

export interface ReplayCommandOptions extends CommonOptions {
  readonly endpoint?: string;
  readonly from?: string;
  readonly until?: string;
  readonly report?: string;
}

const STEPS: Readonly<Record<ReplayProgress['phase'], string>> = {
  prepare: 'preparing: history, and a Python environment for the model',
  live: 'living through it: trainings, requests, labels',
  compare: 'comparing: never retrained, and retrained every window',
  report: 'drawing the report',
};

export async function replayCommand(options: ReplayCommandOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  const spec = resolve(place.spec, { root: place.root, target: { name: 'local', support } });
  const line = options.json ? undefined : progress(io);
  const { summary, report } = await replay(spec, {
    root: place.root,
    stateDir: place.replayDir,
    cacheDir: place.cacheDir,
    pythonDir: place.pythonDir,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.from !== undefined && { from: day('--from', options.from) }),
    ...(options.until !== undefined && { until: day('--until', options.until) }),
    onProgress: ({ phase, share, at }) => line?.show(STEPS[phase], share, new Date(at).toISOString().slice(0, 10)),
    signal: io.signal,
  }).finally(() => line?.clear());
  if (options.report !== undefined) copyFileSync(report, absolute(io.cwd, options.report));
  const shown = options.report ?? report;
  io.print(
    options.json
      ? JSON.stringify({ ...summary, report: shown }, undefined, 2)
      : `${summaryText(summary)}\nreport      ${shown}`,
  );
}

function day(option: string, text: string): number {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (Number.isNaN(time))
    throw new UserError(`${option}: got ${JSON.stringify(text)}, expected a day such as 2012-01-31.`);
  return time;
}
