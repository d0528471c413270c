/** Nothing is open to others than those who need it; and each rule that says so finds what breaks it. */
import type { GcpOptions } from '../../constructs/gcp';
import { minimal } from '../cases/minimal';
import type { Registration } from '../pulumi/record';
import { caseFolder } from '../targets/files';
import { gcp } from '../targets/gcp';
import { whole } from '../targets/targets';
import { postureOf, RULES } from './posture';
import { IMAGE, recordSystem } from './program';

const root = caseFolder();

const systems: Readonly<Record<string, () => Promise<readonly Registration[]>>> = {
  'the smallest, built by Cloud Build': async () => (await recordSystem(minimal, root)).resources,
  'every field': async () => (await recordSystem(gcp.adapt(whole), root, { image: IMAGE })).resources,
};

test.each(Object.entries(systems))('%s', async (_, record) => {
  expect(postureOf(await record())).toEqual([]);
});

const withKey: Partial<GcpOptions> = { encryption: 'customer' };

test('with a key of one’s own, all that holds data has it', async () => {
  const { resources } = await recordSystem(minimal, root, withKey);
  expect(postureOf(resources, { keyed: true })).toEqual([]);
  const without = await recordSystem(minimal, root);
  expect(new Set(postureOf(without.resources, { keyed: true }).map(({ why }) => why.split(':').at(-1)))).toEqual(
    new Set(['Bucket', 'Dataset', 'Topic', 'Repository', 'AiEndpoint']),
  );
});

/** A fault for each rule: what it makes of the first resource of a type. */
const FAULTS: Readonly<Record<string, readonly [type: string, inputs: object, newType?: string]>> = {
  'nobody from outside is let in': ['BucketIAMMember', { member: 'allUsers' }],
  'no basic role': ['TopicIAMMember', { role: 'roles/editor' }],
  'no role that administers': ['TopicIAMMember', { role: 'roles/pubsub.admin' }],
  'members are given one by one, never lists that take others away': [
    'TopicIAMMember',
    {},
    'gcp:pubsub/topicIAMBinding:TopicIAMBinding',
  ],
  'in the project only custom roles, and the few that know nothing smaller': [
    'IAMMember',
    { role: 'roles/storage.objectViewer' },
    'gcp:projects/iAMMember:IAMMember',
  ],
  'accounts are handed on one by one': [
    'IAMMember',
    { role: 'roles/iam.serviceAccountUser' },
    'gcp:projects/iAMMember:IAMMember',
  ],
  'no account has a key': ['Account', {}, 'gcp:serviceaccount/key:Key'],
  'each member is an account of its own, or Google’s': ['TopicIAMMember', { member: 'user:somebody@example.com' }],
  'a custom role deploys, or is for jobs, never both': [
    'IAMCustomRole',
    { permissions: ['aiplatform.endpoints.deploy', 'aiplatform.pipelineJobs.create'] },
  ],
  'no permission is a pattern': ['IAMCustomRole', { permissions: ['aiplatform.*'] }],
  'a bucket has uniform access': ['Bucket', { uniformBucketLevelAccess: false }],
  'a bucket prevents public access': ['Bucket', { publicAccessPrevention: 'inherited' }],
  'a bucket keeps what is overwritten': ['Bucket', { versioning: { enabled: false } }],
  'rights on the bucket are rights on folders of it': [
    'BucketIAMMember',
    { condition: undefined, role: 'roles/storage.objectUser' },
  ],
  'a service is called from inside only, by whom it lets in': [
    'Service',
    { ingress: 'INGRESS_TRAFFIC_ALL' },
    'gcp:cloudrunv2/service:Service',
  ],
  'a push tells who it is': ['Subscription', { pushConfig: { pushEndpoint: 'https://example.com' } }],
  'a schedule tells who it is': ['Job', { httpTarget: { uri: 'https://example.com' } }],
  'images do not change under their names': ['Repository', { dockerConfig: { immutableTags: false } }],
  'jobs and servers never run as the project’s own account': [
    'Service',
    { serviceAccount: '123-compute@developer.gserviceaccount.com' },
    'gcp:cloudrunv2/service:Service',
  ],
  'one account a role': ['Account', { accountId: 'shop-serve-online' }],
};

test('there is a fault for each rule', () => {
  expect(Object.keys(FAULTS).sort()).toEqual(Object.keys(RULES).sort());
});

describe('a fault is found', () => {
  let good: readonly Registration[];
  beforeAll(async () => {
    good = (await recordSystem({ ...minimal, name: 'shop' }, root)).resources;
  });

  test.each(Object.entries(FAULTS))('%s', (rule, [type, inputs, newType]) => {
    const wanted = good.findIndex(
      (each) =>
        each.type.endsWith(`:${type}`) &&
        each.custom &&
        (newType === undefined ||
          !/service|projects/.test(newType) ||
          each.type === newType ||
          /key:Key/.test(newType)),
    );
    const broken = good.map((each, i) =>
      i === wanted ? { ...each, type: newType ?? each.type, inputs: { ...each.inputs, ...inputs } } : each,
    );
    expect(wanted).toBeGreaterThanOrEqual(0);
    expect(postureOf(broken as readonly Registration[]).map((finding) => finding.rule)).toContain(rule);
  });
});
