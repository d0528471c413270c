/** What must hold of every system on Google Cloud: nothing is open to others than those who need it. Each rule finds what breaks it. */
import type { Json } from '../../testing/json';
import type { Registration } from '../pulumi/record';

export interface Finding {
  readonly rule: string;
  readonly resource: string;
  readonly why: string;
}

type Rule = (each: Registration, all: readonly Registration[]) => string | false;

const isA = ({ type }: Registration, ...names: readonly string[]): boolean => names.includes(type.split(':').at(-1)!);
const at = (value: unknown, ...path: readonly string[]): Json | undefined =>
  path.reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], value) as
    Json | undefined;
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));

const BASIC = /^roles\/(owner|editor|viewer|browser)$/;
const WIDE = /(admin|Admin|editor|serviceAgent)$/;
/** Of the roles that end so, those that are as narrow as there is for what they are about. */
const NARROW = ['roles/bigquery.dataEditor'];

export const RULES: Readonly<Record<string, Rule>> = {
  'nobody from outside is let in': ({ inputs }) =>
    /"(allUsers|allAuthenticatedUsers)"/.test(JSON.stringify(inputs)) && 'a public member',
  'no basic role': ({ inputs }) => BASIC.test(text(inputs['role'])) && text(inputs['role']),
  'no role that administers': ({ inputs }) => {
    const role = text(inputs['role']);
    return WIDE.test(role) && !NARROW.includes(role) && role;
  },
  'members are given one by one, never lists that take others away': (each) =>
    /Iam(Binding|Policy)$|IAM(Binding|Policy)$/.test(each.type) && each.type,
  'in the project only custom roles, and the few that know nothing smaller': (each) =>
    each.type === 'gcp:projects/iAMMember:IAMMember' &&
    !/^\$\{IAMCustomRole |^roles\/(logging\.logWriter)$/.test(text(each.inputs['role'])) &&
    text(each.inputs['role']),
  'accounts are handed on one by one': (each) =>
    each.type === 'gcp:projects/iAMMember:IAMMember' &&
    /serviceAccount(User|TokenCreator)/.test(text(each.inputs['role'])) &&
    'actAs in the whole project',
  'no account has a key': (each) => isA(each, 'Key') && /serviceaccount/.test(each.type) && each.type,
  'each member is an account of its own, or Google’s': ({ inputs }) =>
    inputs['member'] !== undefined &&
    !/^\$\{Account |^\$\{ProjectSink .*writerIdentity\}$|^serviceAccount:(service-\d+@(gcp-sa-[a-z-]+|gs-project-accounts)|bq-\d+@bigquery-encryption)\.iam/.test(
      text(inputs['member']),
    ) &&
    text(inputs['member']),
  'a custom role deploys, or is for jobs, never both': (each) =>
    isA(each, 'IAMCustomRole') &&
    /endpoints\.deploy/.test(JSON.stringify(each.inputs['permissions'])) &&
    /customJobs|pipelineJobs\.create|metadata/i.test(JSON.stringify(each.inputs['permissions'])) &&
    'it deploys and runs jobs',
  'no permission is a pattern': (each) =>
    isA(each, 'IAMCustomRole') && /\*/.test(JSON.stringify(each.inputs['permissions'])) && 'a pattern',
  'a bucket has uniform access': (each) =>
    isA(each, 'Bucket') && each.inputs['uniformBucketLevelAccess'] !== true && 'uniformBucketLevelAccess is not true',
  'a bucket prevents public access': (each) =>
    isA(each, 'Bucket') &&
    each.inputs['publicAccessPrevention'] !== 'enforced' &&
    'publicAccessPrevention is not enforced',
  'a bucket keeps what is overwritten': (each) =>
    isA(each, 'Bucket') && at(each.inputs, 'versioning', 'enabled') !== true && 'no versioning',
  'rights on the bucket are rights on folders of it': (each) =>
    isA(each, 'BucketIAMMember') &&
    each.inputs['condition'] === undefined &&
    !/legacyBucketReader|IAMCustomRole/.test(text(each.inputs['role'])) &&
    'no condition',
  'a service is called from inside only, by whom it lets in': (each) =>
    isA(each, 'Service') &&
    each.type.startsWith('gcp:cloudrunv2') &&
    (each.inputs['ingress'] !== 'INGRESS_TRAFFIC_INTERNAL_ONLY' || each.inputs['invokerIamDisabled'] === true) &&
    'open ingress',
  'a push tells who it is': (each) =>
    isA(each, 'Subscription') &&
    at(each.inputs, 'pushConfig', 'oidcToken', 'serviceAccountEmail') === undefined &&
    'no token',
  'a schedule tells who it is': (each) =>
    isA(each, 'Job') && at(each.inputs, 'httpTarget', 'oidcToken', 'serviceAccountEmail') === undefined && 'no token',
  'images do not change under their names': (each) =>
    isA(each, 'Repository') && at(each.inputs, 'dockerConfig', 'immutableTags') !== true && 'tags may move',
  'jobs and servers never run as the project’s own account': ({ inputs }) =>
    /compute@developer\.gserviceaccount|appspot\.gserviceaccount/.test(JSON.stringify(inputs)) && 'a default account',
  'one account a role': (each, all) =>
    isA(each, 'Account') &&
    all.some(
      (other) =>
        isA(other, 'Account') && other.urn !== each.urn && other.inputs['accountId'] === each.inputs['accountId'],
    ) &&
    'another account has its id',
};

/** Where a key was asked for: all that holds data is encrypted with it. */
const KEYED: Readonly<Record<string, readonly string[]>> = {
  Bucket: ['encryption', 'defaultKmsKeyName'],
  Dataset: ['defaultEncryptionConfiguration', 'kmsKeyName'],
  Topic: ['kmsKeyName'],
  Repository: ['kmsKeyName'],
  AiEndpoint: ['encryptionSpec', 'kmsKeyName'],
};

export function postureOf(
  all: readonly Registration[],
  options: { readonly keyed?: boolean } = {},
): readonly Finding[] {
  const broken = Object.entries(RULES).flatMap(([rule, breaks]) =>
    all.flatMap((each) => {
      const why = each.custom && breaks(each, all);
      return why ? [{ rule, resource: each.name, why }] : [];
    }),
  );
  if (!options.keyed) return broken;
  const open = all.flatMap((each) => {
    const path = KEYED[each.type.split(':').at(-1)!];
    const missing = path && at(each.inputs, ...path) === undefined;
    return missing ? [{ rule: 'what holds data has the key', resource: each.name, why: each.type }] : [];
  });
  return [...broken, ...open];
}
