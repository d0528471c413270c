/** What the servers of each version printed: kept line by line, for `mlops logs`. */
import { join } from 'node:path';
import type { Deployment, Time } from '../../runtime/loop/platform';
import { layout } from '../spec/layout';
import { readLines } from './disk';
import type { Storage } from './storage';

export interface ServerLine {
  readonly at: Time;
  readonly deployment: string;
  readonly line: string;
}

/** Keeps the lines of an endpoint's servers, and hands them on; one that cannot be kept was handed on nonetheless. */
export function serverLog(storage: Storage, endpoint: string, log: (line: string) => void) {
  return ({ id, version }: Pick<Deployment, 'id' | 'version'>, line: string): void => {
    log(`${id}: ${line}`);
    storage
      .append(layout.serverLog(endpoint, version), { at: Date.now(), deployment: id, line } satisfies ServerLine)
      .catch((error: Error) => log(`${id}: its log cannot be written: ${error.message}`));
  };
}

/** Of one version, oldest first; nothing where its servers have not printed anything. */
export const readServerLog = (stateDir: string, endpoint: string, version: string): Promise<readonly ServerLine[]> =>
  readLines(join(stateDir, layout.serverLog(endpoint, version)));
