/** Rehearses several policies, one after the other, and draws one report about all of them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { destroy } from '../constructs/local/mlops';
import { compareRehearsals, type Comparison, type Rehearsal } from './comparison';
import { replay, type ReplayOptions, type ReplayProgress } from './replay';
import { comparisonPage } from './report/comparison-page';
import type { Variant } from './variant';

export interface CompareOptions extends Omit<ReplayOptions, 'onProgress'> {
  /** Emptied first. Holds a folder for each policy, and the report about all of them. */
  readonly stateDir: string;
  readonly onProgress?: (policy: string, progress: ReplayProgress) => void;
}

/** The spec itself comes first. The policies share the cache: what two of them train alike is trained once. */
export async function compare(
  variants: readonly [Variant, ...Variant[]],
  { onProgress, ...options }: CompareOptions,
): Promise<{ readonly comparison: Comparison; readonly report: string }> {
  await destroy(options, 'delete');
  const rehearsals: Rehearsal[] = [];
  for (const { name, spec, changes } of variants) {
    const { recording } = await replay(spec, {
      ...options,
      stateDir: join(options.stateDir, name),
      onProgress: (progress) => onProgress?.(name, progress),
    });
    rehearsals.push({ name, changes, recording });
  }
  mkdirSync(options.stateDir, { recursive: true });
  const report = join(options.stateDir, 'report.html');
  writeFileSync(report, await comparisonPage(rehearsals));
  return { comparison: compareRehearsals(rehearsals), report };
}
