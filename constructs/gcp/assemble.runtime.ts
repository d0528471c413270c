/** Puts the parts of the loop on Google Cloud together, in the order in which they need each other. */
import { hostOf, platformOf, type CloudParts, type Situation } from '../../runtime/cloud/assemble';
import type { CloudTarget, LoopHost } from '../../runtime/cloud/loop-host';
import { Outputs } from '../../runtime/cloud/output';
import type { Store } from '../../runtime/cloud/store';
import type { Time } from '../../runtime/loop/platform';
import type { ResolvedMlops } from '../spec/mlops';
import { Alarms } from './alarms.runtime';
import { CAPTURE_LAG, Captures } from './capture.runtime';
import { VertexServedEndpoint } from './endpoint.runtime';
import { unlessAbsent } from './google-error.runtime';
import type { Google } from './google.runtime';
import { HealthFigures } from './health.runtime';
import { Hosting } from './hosting.runtime';
import { PubSubTopic, secretsOf } from './notify.runtime';
import { taskFolders } from './output.runtime';
import { Runs } from './pipeline.runtime';
import { Registry } from './registry.runtime';
import type { LoopSettings } from './settings';
import { GcsStore } from './store.runtime';

export interface AssembleOptions {
  readonly settings: LoopSettings;
  /** At least this endpoint, its pipeline and its dataset. */
  readonly spec: ResolvedMlops;
  readonly google: Google;
  readonly clock: () => Time;
  readonly log: (line: string) => void;
}

export const GCP: CloudTarget = { name: 'gcp', captureLag: CAPTURE_LAG };

export function assemble(options: AssembleOptions): LoopHost {
  const store = new GcsStore(options.google, options.settings.bucket);
  return hostOf(situationOf(options, store), partsOf(options, store));
}

/** All of the port and its parts, on a store that may be another than the loop's own. */
export function platformFor(options: AssembleOptions, store: Store) {
  const parts = partsOf(options, store);
  const { endpoint, alarms, registry } = parts;
  return { endpoint, alarms, registry, ...platformOf(situationOf(options, store), parts) };
}

const situationOf = ({ settings, spec, clock, log }: AssembleOptions, store: Store): Situation => ({
  target: GCP,
  ...{ settings, spec, clock, log },
  outputs: new Outputs(store, taskFolders),
});

export function partsOf({ google, settings, clock }: AssembleOptions, store: Store): CloudParts {
  const { project, location, endpointId, awaited } = settings;
  const registry = new Registry({ google, store, settings, clock });
  const endpoint = new VertexServedEndpoint({
    settings,
    hosting: new Hosting(google, `projects/${project}/locations/${location}/endpoints/${endpointId}`),
    ...{ store, clock },
    modelOf: (version) => registry.servable(version),
    align: (view) => registry.alignAliases(view),
  });
  return {
    rollout: 'stepped',
    runs: (conclude, period) => new Runs({ google, store, settings, period, clock, conclude }),
    registry,
    endpoint,
    health: new HealthFigures(google, settings, clock),
    alarms: new Alarms({ google, settings, clock }),
    captures: new Captures({ google, store, settings, clock }),
    topic: new PubSubTopic(google, settings.topic),
    webhook: settings.webhook,
    secretOf: secretsOf(google),
    ...(awaited !== false && { missing: missing(google, awaited, settings.image) }),
  };
}

/** The image, while Cloud Build builds it; once it has been there it is there. */
function missing(google: Google, awaited: string, image: string): () => Promise<string | undefined> {
  let isThere = false;
  return async () => {
    isThere ||= (await unlessAbsent(google.call('artifactregistry', 'GET', awaited))) !== undefined;
    return isThere ? undefined : `the image ${image} is still being built`;
  };
}
