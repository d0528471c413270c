/** What the programs of a pipeline need to know of a dataset, as the text of a parameter. */
import type { ModelSchema } from '../constructs/spec/artifact';
import type { ResolvedDataset } from '../constructs/spec/mlops';
import { milliseconds, type Duration } from '../constructs/spec/units';

export function modelSchema({ time, key, label, features }: ResolvedDataset): ModelSchema {
  return { time, key, label, features };
}

export const seconds = (duration: Duration): string => String(milliseconds(duration) / 1000);
