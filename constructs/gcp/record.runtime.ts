/** The record of one endpoint on Google Cloud, by a person's own credentials. */
import { OperatorRecord } from '../../runtime/cloud/operator-record';
import type { Time } from '../../runtime/loop/platform';
import type { ResolvedMlops } from '../spec/mlops';
import { GCP, partsOf } from './assemble.runtime';
import type { Google } from './google.runtime';
import { lastLook } from './heartbeat.runtime';
import { taskFolders } from './output.runtime';
import { tasksOf } from './run-log.runtime';
import type { LoopSettings } from './settings';
import { GcsStore } from './store.runtime';

export interface RecordOptions {
  readonly settings: LoopSettings;
  /** Counts until the loop has looked and written down which one it follows. */
  readonly spec: ResolvedMlops;
  readonly google: Google;
  readonly clock: () => Time;
}

export const recordOf = ({ settings, spec, google, clock }: RecordOptions): OperatorRecord =>
  new OperatorRecord({
    target: GCP,
    ...{ settings, spec, clock },
    store: new GcsStore(google, settings.bucket),
    foldersOf: taskFolders,
    partsOf: (followed, store) => partsOf({ settings, spec: followed, google, clock, log: () => undefined }, store),
    lastLook: () => lastLook(google, settings, clock()),
    tasksOf: (run) => tasksOf(google, run),
    serving: `what the endpoint ${settings.endpointId} serves`,
  });
