/** What the things of a graph are called in a SageMaker pipeline. */
import type { Source } from '../../constructs/spec/component';

/** The parameter of the pipeline with the S3 URI below which the outputs go, without a slash at the end. */
export const OUTPUT_PARAMETER = 'Output';

/** The channel with the launcher. No other name is without a hyphen. */
export const LAUNCH_CHANNEL = 'launch';

/** The parameter of the pipeline for an external or a parameter of the graph: `worse_than` becomes `WorseThan`. */
export const parameterName = (name: string): string =>
  name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** A task and an external may share a name, and either may be called `launch`; neither has a hyphen in it. */
export const channelOf = (source: Source): string =>
  'task' in source ? `task-${source.task}` : `external-${source.external}`;

/** The order of what is written must not depend on the order in which a graph was put together. */
export const inByName = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
