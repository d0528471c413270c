/**
 * A Google cloud for tests, in this process: REST on 127.0.0.1, state in memory, a clock that only the test moves.
 * What Google documents holds; what nobody documents is marked `[unverified]` where it is decided.
 */
import { Clock } from './clock';
import { Faults } from './faults';
import { RequestLog } from './requests';
import { FakeBigQuery } from './bigquery';
import { FakeLogging } from './logging';
import { FakeMonitoring } from './monitoring';
import { FakeObjects } from './objects';
import { FakePubSub } from './pubsub';
import { FakeRegistry } from './registry';
import { FakeRun } from './run';
import { FakeSecrets } from './secrets';
import { FakeVertex } from './vertex';
import { serve } from './http';

export interface GoogleOptions {
  /** @default 'shop-project' */
  readonly project?: string;
  /** What Google's answers call the project. @default '123456789012' */
  readonly projectNumber?: string;
  /** @default 'europe-west4' */
  readonly location?: string;
  /** Milliseconds of the clock at the start. @default 2026-11-20T00:00:00Z */
  readonly now?: number;
  /** Buckets that exist. @default ['record'] */
  readonly buckets?: readonly string[];
}

export interface Google {
  /** Base of every service's REST address, without a slash at its end: no two services share a path. */
  readonly url: string;
  readonly project: string;
  readonly projectNumber: string;
  readonly location: string;
  readonly clock: Clock;
  readonly vertex: FakeVertex;
  readonly monitoring: FakeMonitoring;
  readonly bigquery: FakeBigQuery;
  readonly pubsub: FakePubSub;
  readonly secrets: FakeSecrets;
  readonly registry: FakeRegistry;
  readonly run: FakeRun;
  readonly logging: FakeLogging;
  readonly objects: FakeObjects;
  /** All requests so far. */
  readonly requests: RequestLog;
  readonly faults: Faults;
  stop(): Promise<void>;
}

const DEFAULTS = {
  project: 'shop-project',
  projectNumber: '123456789012',
  location: 'europe-west4',
  now: Date.UTC(2026, 10, 20),
  buckets: ['record'],
} as const;

export async function startGoogle(options: GoogleOptions = {}): Promise<Google> {
  const { now, buckets, ...place } = { ...DEFAULTS, ...options };
  const clock = new Clock(now);
  const faults = new Faults();
  const requests = new RequestLog();
  const objects = new FakeObjects(clock, buckets);
  const pubsub = new FakePubSub();
  const services = {
    vertex: new FakeVertex(place, clock, faults, objects),
    monitoring: new FakeMonitoring(place, clock, pubsub),
    bigquery: new FakeBigQuery(place, clock, faults, objects),
    ...{ pubsub, objects, logging: new FakeLogging() },
    ...{ secrets: new FakeSecrets(place), registry: new FakeRegistry(place), run: new FakeRun(place) },
  };
  const routes = Object.values(services).flatMap((service) => service.routes());
  const server = await serve({ routes, clock, faults, requests });
  return { ...place, ...services, ...server, clock, faults, requests };
}
