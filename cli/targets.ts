/** The targets that commands work against: a later one joins here. */
import { readEvents, readRunLog, readRuns, readVersions } from '../constructs/local/record';
import { fileRequest } from '../constructs/local/requests';
import { readServerLog } from '../constructs/local/server-log';
import { support } from '../constructs/local/support';
import { UserError } from '../constructs/spec';

/* eslint-disable @typescript-eslint/no-require-imports --
   What reads data is loaded when it is asked for: DuckDB would make every command slow to start. */
const local = {
  name: 'local',
  support,
  checkData: () =>
    (require('../constructs/local/check-data') as typeof import('../constructs/local/check-data')).checkData,
  /** Reads the record of a system, whether it runs or not. */
  events: readEvents,
  versions: readVersions,
  runs: readRuns,
  runLog: readRunLog,
  serverLog: readServerLog,
  /** Writes to it what the loop and the monitors pick up. */
  request: fileRequest,
  addLabels: () =>
    (require('../constructs/local/add-labels') as typeof import('../constructs/local/add-labels')).addLabels,
} as const;
/* eslint-enable @typescript-eslint/no-require-imports */

/** What commands need of a target. */
export type Target = typeof local;

export const TARGETS: Readonly<Record<string, Target>> = { local };

/** `name`, or `local`. */
export function targetOf(name = 'local'): Target {
  const target = Object.hasOwn(TARGETS, name) ? TARGETS[name] : undefined;
  if (target) return target;
  throw new UserError(
    `--target: got ${JSON.stringify(name)}, expected one of ${Object.keys(TARGETS).join(', ')}; fix: leave it out, or use one of these.`,
  );
}
