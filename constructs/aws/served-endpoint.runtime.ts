/** What both kinds of endpoints are made of: those whose traffic the loop moves in steps, and those where SageMaker does. */
import type { Store } from '../../runtime/cloud/store';
import type { Time } from '../../runtime/loop/platform';
import type { HostedSettings } from './endpoint-config.runtime';
import type { Hosting } from './hosting.runtime';
import type { Scaling } from './scaling.runtime';

export interface EndpointParts {
  readonly settings: HostedSettings;
  readonly hosting: Hosting;
  readonly scaling: Scaling;
  readonly store: Store;
  readonly clock: () => Time;
  /** S3 URI of a version's model. */
  readonly modelOf: (version: string) => Promise<string>;
}
