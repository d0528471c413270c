/** AWS as one of the targets: the resources of a template. */
import type { AwsMlops } from '../../constructs/aws';
import { support } from '../../constructs/aws/support';
import { registerOf, resolve, type MlopsSpec } from '../../constructs/spec';
import { loopSpec } from '../../runtime/loop/loop-spec';
import { postureOf } from '../aws/gates/posture/rules';
import { readTemplate } from '../aws/gates/template';
import { imageReference, synthesize, type Synthesized, type Template } from '../aws/synthesize';
import { full } from '../cases/full';
import { minimal } from '../cases/minimal';
import { awsHatches, useHatch } from './aws-transforms';
import { AWS_TYPES } from './aws-types';
import type { Target } from './targets';

/** Where the image comes from is nothing that a spec says: one that exists takes the least time. */
const IMAGE = { kind: 'digest', reference: imageReference('models') } as const;

const known = new Map<string, Synthesized>();

/** With no options; once, because nobody changes what it reads. */
function plain(spec: MlopsSpec, root: string): Synthesized {
  const key = JSON.stringify([spec, root]);
  const made = known.get(key) ?? synthesize(spec, root);
  known.set(key, made);
  return made;
}

export const aws: Target = {
  support,
  adapt: (spec) =>
    JSON.parse(JSON.stringify(spec).replaceAll('ghcr.io/example/trainer:3', imageReference('trainer'))) as MlopsSpec,
  async resources(spec, root) {
    const { mlops, template } = synthesize(spec, root, () => ({ image: IMAGE }));
    return { ...withoutLoopFiles(template), ...loopsOf(resolve(spec), mlops) };
  },
  async made(spec, root) {
    return Object.values(plain(spec, root).template.Resources).map(({ Type }) => Type);
  },
  types: AWS_TYPES,
  async outputs(spec, root) {
    const { pipelines, endpoints } = plain(spec, root).mlops.outputs;
    return { pipelines: Object.keys(pipelines), endpoints: Object.keys(endpoints) };
  },
  async kept(spec, root) {
    const resources = Object.values(plain(spec, root).template.Resources);
    return resources.filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain')).map(({ Type }) => Type);
  },
  async open(spec, root) {
    const template = readTemplate(plain({ ...spec, onDestroy: 'retain' }, root).template as never);
    return postureOf(template).map(({ id, path }) => `${id} ${path}`);
  },
  unseen: {
    'endpoints.online.notify.on': 'a notice is compared with it when it is told: test/aws/runtime/notify.test.ts',
    'pipelines.own.metric': 'a decision is told in it: test/aws/runtime/runs.test.ts',
  },
  hatches: { names: awsHatches, use: useHatch },
  refuses: {
    'an image that SageMaker cannot pull': { asked: full, wayOut: 'Amazon ECR' },
    'a real-time endpoint without a machine': {
      asked: { ...minimal, endpoints: { online: { model: 'training', replicas: { min: 0, max: 1 } } } },
      wayOut: 'set replicas.min to 1 in the spec, or kind to "serverless" or "asynchronous"',
    },
  },
};

/**
 * The loop's function holds the whole spec, so that every field would change it. What it makes of the spec stands beside it
 * instead.
 */
function withoutLoopFiles({ Resources }: Template): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(Resources);
  const digests = [...text.matchAll(/deployment\W+([0-9a-f]{16})/g)].map(([, digest]) => digest!);
  const loops = Object.values(Resources).filter((resource) => JSON.stringify(resource).includes('MLOPS_SETTINGS'));
  const files = loops.flatMap(({ Properties }) => /[0-9a-f]{64}/.exec(JSON.stringify(Properties!['Code'])) ?? []);
  const blank = [...digests, ...files].reduce((rest, digest) => rest.replaceAll(digest, '<loop>'), text);
  return JSON.parse(blank) as Readonly<Record<string, unknown>>;
}

function loopsOf(spec: ReturnType<typeof resolve>, { nodes }: AwsMlops): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(nodes.endpoints).map(([name, { endpoint }]) => {
      const { model } = spec.endpoints[name]!;
      const { code } = nodes.pipelines[model]!.training;
      const facts = { generation: 0, revision: endpoint.revision, code, teardown: false };
      return [`loop/${name}`, { spec: loopSpec(spec, name, facts), registers: registerOf(spec.pipelines[model]!) }];
    }),
  );
}
