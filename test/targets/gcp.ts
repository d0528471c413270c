/** Google Cloud as one of the targets: what a Pulumi program asks the engine for. */
import type { GcpMlops, GcpOptions } from '../../constructs/gcp';
import { support } from '../../constructs/gcp/support';
import { registerOf, resolve, type MlopsSpec } from '../../constructs/spec';
import { loopSpec } from '../../runtime/loop/loop-spec';
import { full } from '../cases/full';
import { minimal } from '../cases/minimal';
import { postureOf } from '../gcp/posture';
import { IMAGE, imageReference, recordProgramOf, systemOf } from '../gcp/program';
import type { Recorded, Registration } from '../pulumi/record';
import { gcpHatches, useHatch } from './gcp-transforms';
import { GCP_TYPES } from './gcp-types';
import type { Target } from './targets';

interface Made {
  readonly recorded: Recorded;
  readonly mlops: GcpMlops;
}

async function record(spec: MlopsSpec, root: string, options: Partial<GcpOptions> = {}): Promise<Made> {
  let mlops: GcpMlops | undefined;
  const recorded = await recordProgramOf(() => (mlops = systemOf(spec, root, options)).outputs);
  return { recorded, mlops: mlops! };
}

const known = new Map<string, Promise<Made>>();

/** With no options; once, because nobody changes what it reads. */
function plain(spec: MlopsSpec, root: string): Promise<Made> {
  const key = JSON.stringify([spec, root]);
  const made = known.get(key) ?? record(spec, root);
  known.set(key, made);
  return made;
}

export const gcp: Target = {
  support,
  adapt: (spec) =>
    JSON.parse(JSON.stringify(spec).replaceAll('ghcr.io/example/trainer:3', imageReference('trainer'))) as MlopsSpec,
  async resources(spec, root) {
    const { recorded, mlops } = await record(spec, root, { image: IMAGE });
    return { ...withoutLoopFiles(recorded.resources), ...loopsOf(resolve(spec), mlops) };
  },
  async made(spec, root) {
    const { resources } = (await plain(spec, root)).recorded;
    return resources.filter(({ custom }) => custom).map(({ type }) => shortType(type));
  },
  types: GCP_TYPES,
  async outputs(spec, root) {
    const { pipelines, endpoints } = (await plain(spec, root)).mlops.outputs;
    return { pipelines: Object.keys(pipelines), endpoints: Object.keys(endpoints) };
  },
  async kept(spec, root) {
    const { resources } = (await plain(spec, root)).recorded;
    const keeps = spec.onDestroy !== 'delete';
    return resources
      .filter(({ options, type }) => options.retainOnDelete && (keeps || !INSIDE.test(type)))
      .map(({ name }) => name);
  },
  async open(spec, root) {
    return postureOf((await plain(spec, root)).recorded.resources).map(({ rule, resource }) => `${rule}: ${resource}`);
  },
  unseen: {
    'endpoints.online.notify.on': 'a notice is compared with it when it is told: test/aws/runtime/notify.test.ts',
    'pipelines.own.metric': 'a decision is told in it: test/gcp/runtime/runs.test.ts',
  },
  hatches: { names: gcpHatches, use: useHatch },
  refuses: {
    'an image that Vertex AI cannot pull': { asked: full, wayOut: 'Artifact Registry' },
    'an endpoint without a replica': {
      asked: { ...minimal, endpoints: { online: { model: 'training', replicas: { min: 0, max: 1 } } } },
      wayOut: 'at least one replica',
    },
  },
};

/** An object of the bucket goes with the bucket, whoever deletes it. */
const INSIDE = /:BucketObject$/;

/** `gcp:storage/bucket:Bucket` as `storage.Bucket`. */
export const shortType = (type: string): string => type.replace(/^gcp:(\w+)\/\w+:/, '$1.');

/**
 * The loop's service is told of a document that holds the whole spec, so that every field would change both. What it makes of the spec
 * stands beside them instead.
 */
function withoutLoopFiles(resources: readonly Registration[]): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(Object.fromEntries(resources.map((each) => [each.urn, each])));
  const found = [...text.matchAll(/specs\/([0-9a-f]{16})\.json|deployment\W+([0-9a-f]{16})/g)];
  const digests = found.map(([, spec, deployment]) => spec ?? deployment!);
  const blank = digests.reduce((rest, digest) => rest.replaceAll(digest, '<loop>'), text);
  const all = JSON.parse(blank) as Record<string, { inputs?: Record<string, unknown>; name?: string }>;
  for (const each of Object.values(all)) if (each.name?.endsWith('/loop/spec')) delete each.inputs!['content'];
  return all;
}

function loopsOf(spec: ReturnType<typeof resolve>, { nodes }: GcpMlops): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(nodes.endpoints).map(([name, { endpoint }]) => {
      const { model } = spec.endpoints[name]!;
      const { code } = nodes.pipelines[model]!.training;
      const facts = { generation: 0, revision: endpoint.revision, code, teardown: false };
      return [`loop/${name}`, { spec: loopSpec(spec, name, facts), registers: registerOf(spec.pipelines[model]!) }];
    }),
  );
}
