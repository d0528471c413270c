/** mlops replay: rehearses the policy on the data you have, or several, and says what would have come of it. */
import { copyFileSync } from 'node:fs';
import { dirname, join, resolve as absolute } from 'node:path';
import { support } from '../constructs/local/support';
import { resolve, UserError } from '../constructs/spec';
import { compare } from '../replay/compare';
import { comparisonText } from '../replay/comparison-text';
import { endpointOf, replay, type ReplayProgress } from '../replay/replay';
import { summaryText } from '../replay/terminal';
import { variantOf } from '../replay/variant';
import { placeOf, type CommonOptions, type Io } from './io';
import { readPolicies } from './policy-file';
import { progress } from './progress';

export interface ReplayCommandOptions extends CommonOptions {
  readonly endpoint?: string;
  readonly from?: string;
  readonly until?: string;
  readonly report?: string;
  /** Files with policies that are compared with the spec's own. */
  readonly policy?: readonly string[];
}

const STEPS: Readonly<Record<ReplayProgress['phase'], string>> = {
  prepare: 'preparing: history, and a Python environment for the model',
  live: 'living through it: trainings, requests, labels',
  compare: 'comparing: never retrained, and retrained every window',
  report: 'drawing the report',
};

export async function replayCommand(options: ReplayCommandOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  const checks = { root: place.root, target: { name: 'local', support } };
  const spec = resolve(place.spec, checks);
  const line = options.json ? undefined : progress(io);
  const show = ({ phase, share, at }: ReplayProgress, policy = '') =>
    line?.show(`${policy}${STEPS[phase]}`, share, new Date(at).toISOString().slice(0, 10));
  const common = {
    root: place.root,
    cacheDir: place.cacheDir,
    pythonDir: place.pythonDir,
    ...(options.endpoint !== undefined && { endpoint: options.endpoint }),
    ...(options.from !== undefined && { from: day('--from', options.from) }),
    ...(options.until !== undefined && { until: day('--until', options.until) }),
    signal: io.signal,
  };
  const files = readPolicies(options.policy ?? [], io.cwd);
  if (files.length === 0) {
    const stateDir = place.replayDir;
    const { summary, report } = await replay(spec, { ...common, stateDir, onProgress: show }).finally(() =>
      line?.clear(),
    );
    return tell(options, io, report, summary, summaryText(summary));
  }
  const base = { spec: place.spec, endpoint: endpointOf(spec, options.endpoint), options: checks };
  const variants = files.map(({ name, policy }) => variantOf(base, name, policy));
  const { comparison, report } = await compare([{ name: 'spec', spec, changes: [] }, ...variants], {
    ...common,
    stateDir: join(dirname(place.replayDir), 'comparison'),
    onProgress: (policy, at) => show(at, `${policy}: `),
  }).finally(() => line?.clear());
  return tell(options, io, report, comparison, comparisonText(comparison));
}

function tell(options: ReplayCommandOptions, io: Io, report: string, result: object, text: string): void {
  if (options.report !== undefined) copyFileSync(report, absolute(io.cwd, options.report));
  const shown = options.report ?? report;
  io.print(options.json ? JSON.stringify({ ...result, report: shown }, undefined, 2) : `${text}\nreport      ${shown}`);
}

function day(option: string, text: string): number {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (Number.isNaN(time))
    throw new UserError(`${option}: got ${JSON.stringify(text)}, expected a day such as 2012-01-31.`);
  return time;
}
