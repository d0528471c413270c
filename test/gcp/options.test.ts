/** What the options of Google Cloud must hold, and what is said where they do not. */
import { output } from '@pulumi/pulumi';
import * as fc from 'fast-check';
import { checkOptions } from '../../constructs/gcp/check-options';
import { physicalName, type NameKind } from '../../constructs/gcp/names';
import type { GcpOptions } from '../../constructs/gcp/options';
import { support } from '../../constructs/gcp/support';
import { resolve, SpecError, type MlopsSpec, type Problem } from '../..';
import { full } from '../cases/full';
import { minimal } from '../cases/minimal';

const OPTIONS: GcpOptions = {
  root: __dirname,
  project: 'acme-ml',
  projectNumber: '123456789012',
  location: 'europe-west4',
};
const REFERENCE = `europe-west4-docker.pkg.dev/acme-ml/images/trainer@sha256:${'a'.repeat(64)}`;

function problems(options: object, spec: MlopsSpec = minimal): readonly Problem[] {
  try {
    checkOptions(resolve(spec), { ...OPTIONS, ...options });
    return [];
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
}
const paths = (options: object, spec?: MlopsSpec) => problems(options, spec).map(({ path }) => path);

const everything: GcpOptions = {
  ...OPTIONS,
  environment: 'dev-2',
  bucket: 'acme.record_1',
  encryption: { key: 'projects/keys/locations/europe-west4/keyRings/ring/cryptoKeys/key' },
  network: {
    attachment: 'projects/acme-ml/regions/europe-west4/networkAttachments/jobs',
    endpoint: { privateServiceConnect: { projects: ['acme-web'] } },
  },
  image: { kind: 'digest', reference: REFERENCE },
  host: { kind: 'image', reference: REFERENCE },
  datasets: { rows: { upload: false } },
  pipelines: { training: { image: { kind: 'docker' }, machines: { prepare: { cores: 2 } } } },
  endpoints: {
    online: {
      machine: 'n1-standard-4',
      retrainOn: { revenue: 'projects/acme-ml/alertPolicies/123' },
      webhook: 'projects/acme-ml/secrets/hook/versions/latest',
    },
  },
  batch: { nightly: { pipeline: 'training', machine: { cores: 2 } } },
  emails: ['ml@example.com'],
  labels: { team: 'pricing', 'cost-centre': '42' },
};

test('little and everything are right', () => {
  expect(problems({})).toEqual([]);
  expect(problems(everything, full)).toEqual([]);
});

test('what only the deployment knows is not looked at', () => {
  expect(problems({ bucket: output('gs://later'), encryption: { key: output('later') } })).toEqual([]);
});

test.each<[string, object]>([
  ['options.project', { project: '123456789012' }],
  ['options.project', { project: 'Acme' }],
  ['options.projectNumber', { projectNumber: 'acme-ml' }],
  ['options.location', { location: 'europe-west4-a' }],
  ['options.location', { location: 'EU' }],
  ['options.environment', { environment: 'Dev' }],
  ['options.environment', { environment: 'dev-' }],
  ['options.environment', { environment: 'an-environment-of-many-letters' }],
  ['options.bucket', { bucket: 'gs://record' }],
  ['options.bucket', { bucket: 'record/data' }],
  ['options.encryption.key', { encryption: { key: 'projects/p/locations/us-east1/keyRings/r/cryptoKeys/k' } }],
  [
    'options.encryption.key',
    { encryption: { key: 'projects/p/locations/europe-west4/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1' } },
  ],
  ['options.network.attachment', { network: { attachment: 'jobs' } }],
  [
    'options.network.endpoint.privateServiceConnect.projects[1]',
    { network: { endpoint: { privateServiceConnect: { projects: ['acme-web', '*'] } } } },
  ],
  ['options.emails[0]', { emails: ['ml at example.com'] }],
  ['options.emails[1]', { emails: ['ml@example.com', 'ml@example.com'] }],
  ['options.encryption', { encryption: 'aws' }],
  ['options.image.kind', { image: { kind: 'codebuild' } }],
  ['options.pipelines.training.image.kind', { pipelines: { training: { image: {} } } }],
  ['options.host.kind', { host: { kind: 'lambda' } }],
  ['options.host.reference', { host: { kind: 'image' } }],
  ['options.labels.Team', { labels: { Team: 'x' } }],
  ['options.labels.mlops_system', { labels: { mlops_system: 'other' } }],
  ['options.labels.team', { labels: { team: 'ML Platform' } }],
  ['options.datasets.row', { datasets: { row: {} } }],
  ['options.pipelines.train', { pipelines: { train: {} } }],
  ['options.endpoints.offline', { endpoints: { offline: {} } }],
  ['options.batch.nightly.pipeline', { batch: { nightly: { pipeline: 'train' } } }],
  ['options.batch.Nightly', { batch: { Nightly: { pipeline: 'training' } } }],
  ['options.image.reference', { image: { kind: 'digest', reference: 'trainer:3' } }],
  [
    'options.pipelines.training.image.reference',
    { pipelines: { training: { image: { kind: 'digest', reference: 'trainer:3' } } } },
  ],
  ['options.host.reference', { host: { kind: 'image', reference: 'loop:3' } }],
  ['options.endpoints.online.machine', { endpoints: { online: { machine: 'ml.m5.large' } } }],
  ['options.endpoints.online.webhook', { endpoints: { online: { webhook: 'projects/p/secrets/s/versions/1' } } }],
])('%s is refused in %j', (path, options) => {
  const found = problems(options);
  expect(found.map((each) => each.path)).toEqual([path]);
  for (const { got, expected, fix } of found) for (const text of [got, expected, fix]) expect(text).not.toBe('');
});

test('all problems are said at once', () => {
  expect(paths({ project: 'X', location: 'EU', datasets: { row: {} }, emails: ['no'] })).toEqual([
    'options.project',
    'options.location',
    'options.emails[0]',
    'options.datasets.row',
  ]);
});

describe('alerts of the user', () => {
  const retrainOn = (names: Readonly<Record<string, string>>) => ({
    endpoints: { online: { retrainOn: names, webhook: 'projects/acme-ml/secrets/hook/versions/1' } },
  });
  const POLICY = 'projects/acme-ml/alertPolicies/1';

  test('have names and resource names of their own', () => {
    expect(paths(retrainOn({ revenue: POLICY }), full)).toEqual([]);
    expect(paths(retrainOn({ quality: POLICY, revenue: 'Revenue' }), full)).toEqual([
      'options.endpoints.online.retrainOn.quality',
      'options.endpoints.online.retrainOn.revenue',
    ]);
  });

  test('need an endpoint that retrains', () => {
    const spec: MlopsSpec = { ...full, endpoints: { online: { ...full.endpoints!['online']!, retrain: false } } };
    expect(paths(retrainOn({ revenue: POLICY }), spec)).toEqual(['options.endpoints.online.retrainOn']);
  });
});

test('a webhook that a variable names is asked for as a secret, in full', () => {
  expect(paths({}, full)).toEqual(['options.endpoints.online.webhook']);
  expect(paths({ endpoints: { online: { webhook: 'hook' } } }, full)).toEqual(['options.endpoints.online.webhook']);
});

test('pipelines stay apart when their names are put together', () => {
  const { training } = minimal.pipelines!;
  const spec: MlopsSpec = { ...minimal, pipelines: { training: training!, 'training-nightly': training! } };
  expect(paths({ batch: { nightly: { pipeline: 'training' } } }, spec)).toEqual(['options.batch.nightly']);
});

test('names that ids end with end as ids do', () => {
  const spec: MlopsSpec = {
    ...minimal,
    pipelines: { 'training-': minimal.pipelines!['training']! },
    endpoints: { 'online-': { model: 'training-' } },
  };
  const batch = { 'nightly-': { pipeline: 'training-' } };
  expect(paths({ batch }, spec)).toEqual(['pipelines.training-', 'endpoints.online-', 'options.batch.nightly-']);
});

test('what Vertex AI cannot do is refused with the way out', () => {
  const spec: MlopsSpec = { ...minimal, endpoints: { online: { model: 'training', replicas: { min: 0, max: 1 } } } };
  expect(() => resolve(spec, { target: { name: 'gcp', support } })).toThrow(
    /endpoints.online.replicas.min\n {4}got endpoint.scaleToZero, which gcp cannot do[^]*fix: keep at least one replica/,
  );
  expect(() => resolve(full, { target: { name: 'gcp', support } })).not.toThrow();
});

describe('names', () => {
  const name = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,28}[a-z0-9])?$/);
  const rules: Readonly<Record<NameKind, RegExp>> = {
    account: /^[a-z][a-z0-9-]{1,28}[a-z0-9]$/,
    bucket: /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    dataset: /^\w{1,1024}$/,
    endpoint: /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    key: /^[\w-]{1,63}$/,
    model: /^[a-z](?:[a-z0-9_-]{0,62})?$/,
    repository: /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
    role: /^[\w.]{3,64}$/,
    schedule: /^[\w-]{1,500}$/,
    service: /^[a-z](?:[a-z0-9-]{0,47}[a-z0-9])?$/,
    sink: /^[\w.-]{1,100}$/,
    subscription: /^[a-z][\w.~+%-]{2,254}$/,
    topic: /^[a-z][\w.~+%-]{2,254}$/,
    trigger: /^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}[a-zA-Z0-9]$/,
  };

  test.each(Object.entries(rules))('of a %s fit, and stay apart', (kind, rule) => {
    fc.assert(
      fc.property(name, name, name, (system, a, b) => {
        const one = physicalName(kind as NameKind, system, a);
        expect(one).toMatch(rule);
        if (a !== b) expect(physicalName(kind as NameKind, system, b)).not.toBe(one);
      }),
    );
  });
});
