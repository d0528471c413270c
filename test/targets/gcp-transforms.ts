/** A mark on all that a transform of Google Cloud is given, by the resource that must bear it. A new transform does not compile without. */
import type { GcpTransform } from '../../constructs/gcp';
import type { MlopsSpec } from '../../constructs/spec';
import { IMAGE, recordSystem } from '../gcp/program';

const MARK = 'marked-by-its-transform';

type Transforms = Required<GcpTransform>;

const marked: { readonly [K in keyof Transforms]: readonly [type: string, change: Transforms[K]] } = {
  key: ['kms.CryptoKey', (args) => ({ ...args, labels: { mark: MARK } })],
  bucket: ['storage.Bucket', (args) => ({ ...args, name: MARK })],
  repository: ['artifactregistry.Repository', (args) => ({ ...args, description: MARK })],
  trigger: ['cloudbuild.Trigger', (args) => ({ ...args, description: MARK })],
  document: [
    'storage.BucketObject',
    (document) => ({ ...document, pipelineInfo: { ...document.pipelineInfo, description: MARK } }),
  ],
  endpoint: ['vertex.AiEndpoint', (args) => ({ ...args, description: MARK })],
  requestLog: ['bigquery.Dataset', (args) => ({ ...args, description: MARK })],
  alert: ['monitoring.AlertPolicy', (args) => ({ ...args, displayName: MARK })],
  topic: ['pubsub.Topic', (args) => ({ ...args, labels: { mark: MARK } })],
  service: ['cloudrunv2.Service', (args) => ({ ...args, description: MARK })],
  schedule: ['cloudscheduler.Job', (args) => ({ ...args, description: MARK })],
  dashboard: ['monitoring.Dashboard', (args) => ({ ...args, dashboardJson: JSON.stringify({ displayName: MARK }) })],
};

/** By transform: how often it was called, and how many resources bear its mark, each transform by itself. */
export const gcpHatches = Object.keys(marked) as readonly (keyof Transforms)[];

export async function useHatch(name: string, spec: MlopsSpec, root: string): Promise<{ called: number; made: number }> {
  const [type, change] = marked[name as keyof Transforms];
  let called = 0;
  const counted = (given: never): unknown => {
    called += 1;
    return (change as (given: never) => unknown)(given);
  };
  const { resources } = await recordSystem(spec, root, {
    encryption: 'customer',
    ...(/artifactregistry|cloudbuild/.test(type) ? {} : { image: IMAGE }),
    transform: { [name]: counted },
  });
  const bears = resources.filter((each) => JSON.stringify(each.inputs).includes(MARK));
  return { called, made: bears.filter((each) => each.type.replace(/^gcp:(\w+)\/\w+:/, '$1.') === type).length };
}
