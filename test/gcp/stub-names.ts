/** What Google refuses as a name, for the STUB provider: each rule from the page that it names. */
import type { Fault } from '../pulumi/check';
import { UNKNOWN, type WireObject } from '../pulumi/wire';

type Check = (inputs: WireObject) => readonly Fault[];

/** One property, where it is there and known. */
export const matches =
  (property: string, pattern: RegExp, expected: string): Check =>
  (inputs) => {
    const value = inputs[property];
    if (typeof value !== 'string' || value === UNKNOWN || pattern.test(value)) return [];
    return [{ path: property, message: `must be ${expected}, and is ${JSON.stringify(value)}` }];
  };

export const all =
  (...checks: readonly Check[]): Check =>
  (inputs) =>
    checks.flatMap((check) => check(inputs));

/** https://cloud.google.com/storage/docs/buckets#naming */
export const bucketName = all(
  matches('name', /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/, '3 to 63 lower-case letters, digits, dots and hyphens'),
  matches('name', /^(?!goog)(?!.*google)/, 'without "goog" at its beginning and "google" anywhere'),
);

/** https://cloud.google.com/storage/docs/objects#naming */
export const objectName = matches(
  'name',
  /^(?!\.well-known\/acme-challenge\/)[^\r\n]{1,1024}$/,
  'at most 1024 characters',
);

/** https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create */
export const accountId = matches(
  'accountId',
  /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
  '6 to 30 lower-case letters, digits, hyphens',
);

/** https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles/create */
export const roleId = matches('roleId', /^[a-zA-Z0-9_.]{3,64}$/, '3 to 64 letters, digits, underscores and dots');

/** https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/create */
export const endpointName = matches(
  'name',
  /^([a-z]([a-z0-9-]{0,61}[a-z0-9])?|[1-9][0-9]{0,8})$/,
  'at most 63 lower-case letters, digits and hyphens after a letter, or at most 9 digits',
);

/** https://cloud.google.com/bigquery/docs/datasets#dataset-naming */
export const datasetId = matches('datasetId', /^\w{1,1024}$/, 'letters, digits and underscores');

/** https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create */
export const serviceName = matches(
  'name',
  /^[a-z]([a-z0-9-]{0,47}[a-z0-9])?$/,
  'at most 49 lower-case letters, digits, hyphens',
);

/** https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
export const pubsubName = matches('name', /^(?!goog)[A-Za-z][\w.~+%-]{2,254}$/, '3 to 255 letters, digits and -_.~+%');

/** https://cloud.google.com/pubsub/docs/subscription-message-filter */
export const subscriptionFilter = matches('filter', /^[^]{1,256}$/, 'at most 256 characters');

/** https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories/create */
export const repositoryId = matches(
  'repositoryId',
  /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  'at most 63 lower-case letters, digits, hyphens',
);

/** https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs */
export const jobName = matches('name', /^[a-zA-Z\d_-]{1,500}$/, 'at most 500 letters, digits, hyphens and underscores');

/** https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create */
export const keyName = matches('name', /^[a-zA-Z0-9_-]{1,63}$/, 'at most 63 letters, digits, hyphens and underscores');

/** https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks */
export const sinkName = matches(
  'name',
  /^[A-Za-z0-9_.-]{1,100}$/,
  'at most 100 letters, digits, hyphens, underscores and dots',
);

/** https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.triggers */
export const triggerName = matches('name', /^[a-zA-Z0-9-]{1,64}$/, 'at most 64 letters, digits and hyphens');

/** https://cloud.google.com/iam/docs/reference/rest/v1/Policy#Binding */
export const member = all(
  matches(
    'member',
    /^((user|serviceAccount|group|domain|principal|principalSet|projectOwner|projectEditor|projectViewer):.+|all(Authenticated)?Users)$/,
    'a kind of member, a colon and who it is',
  ),
  matches('role', /^(roles|projects\/[^/]+\/roles|organizations\/\d+\/roles)\/[\w.]+$/, 'the full name of a role'),
);

/** https://cloud.google.com/resource-manager/docs/labels-overview#requirements */
export const labels =
  (property: 'labels' | 'userLabels'): Check =>
  (inputs) =>
    Object.entries(inputs[property] ?? {}).flatMap(([key, value]) => {
      const path = `${property}.${key}`;
      return [
        ...(/^[a-z][a-z0-9_-]{0,62}$/.test(key) ? [] : [{ path, message: 'is no key of a label' }]),
        ...(typeof value !== 'string' || value === UNKNOWN || /^[a-z0-9_-]{0,63}$/.test(value)
          ? []
          : [
              {
                path,
                message: `must be at most 63 lower-case letters, digits, _ and -, and is ${JSON.stringify(value)}`,
              },
            ]),
      ];
    });

/** Exactly one of several properties. */
export const oneOf =
  (...properties: readonly string[]): Check =>
  (inputs) => {
    const given = properties.filter((property) => inputs[property] !== undefined);
    if (given.length === 1) return [];
    return [
      { path: properties[0]!, message: `exactly one of ${properties.join(', ')}, and there are ${given.length}` },
    ];
  };
