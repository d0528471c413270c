/** Whether runs fail: what the gauges of a loop tell at each look. */
import type { Run } from '../loop/platform';

/** The newest training that has ended failed: so it stays until one succeeds, however long nobody tries. */
export function trainingFails(runs: readonly Run[]): boolean {
  const ended = runs.filter(({ kind, state }) => kind === 'train' && state !== 'running');
  return newest(ended)?.state === 'failed';
}

/** The newest run that has ended of any monitor failed. */
export function monitorFails(runs: readonly Run[]): boolean {
  const ended = runs.filter(({ kind, state }) => kind === 'monitor' && state !== 'running');
  const monitors = new Set(ended.map(({ tags }) => tags.monitor));
  return [...monitors].some((name) => newest(ended.filter(({ tags }) => tags.monitor === name))?.state === 'failed');
}

const newest = (runs: readonly Run[]): Run | undefined =>
  runs.reduce<Run | undefined>((best, run) => (best && best.tags.at >= run.tags.at ? best : run), undefined);
