/** The record of one endpoint on AWS, by a person's own clients. */
import { OperatorRecord } from '../../runtime/cloud/operator-record';
import type { Time } from '../../runtime/loop/platform';
import type { ResolvedMlops } from '../spec/mlops';
import { AWS, partsOf, type Clients } from './assemble.runtime';
import { lastLook } from './heartbeat.runtime';
import { jobFolders } from './output.runtime';
import { tasksOf } from './run-log.runtime';
import type { LoopSettings } from './settings';
import { S3Store } from './store.runtime';

export interface RecordOptions {
  readonly settings: LoopSettings;
  /** Counts until the loop has looked and written down which one it follows. */
  readonly spec: ResolvedMlops;
  readonly clients: Clients;
  readonly clock: () => Time;
}

export const recordOf = ({ settings, spec, clients, clock }: RecordOptions): OperatorRecord =>
  new OperatorRecord({
    target: AWS,
    ...{ settings, spec, clock },
    store: new S3Store(clients.s3, settings.bucket),
    foldersOf: jobFolders,
    partsOf: (followed, store) => partsOf({ settings, spec: followed, clients, clock, log: () => undefined }, store),
    lastLook: () => lastLook(clients.cloudwatch, settings, clock()),
    tasksOf: (run) => tasksOf(clients.sagemaker, run),
    serving: `the endpoint ${settings.endpointName}`,
  });
