/** What must hold of the project, and of what exists in it already. */
import type { Input } from '@pulumi/pulumi';
import { show, when, type Problem } from '../spec/problem';
import type { GcpOptions } from './options';

/** What only the deployment knows is not looked at. */
export function pattern(
  value: Input<string> | undefined,
  regex: RegExp,
  option: string,
  expected: string,
  fix: string,
): Problem[] {
  const wrong = typeof value === 'string' && !regex.test(value);
  return when(wrong, { path: `options.${option}`, got: show(value), expected, fix });
}

export function checkPlace({ project, projectNumber, location, environment }: GcpOptions): Problem[] {
  return [
    ...pattern(
      project,
      /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
      'project',
      "a project's id: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter",
      'gcloud projects list shows it: neither its name nor its number',
    ),
    ...pattern(
      projectNumber,
      /^[1-9]\d{3,18}$/,
      'projectNumber',
      "a project's number, as text",
      `ask for it: gcloud projects describe ${project} --format='value(projectNumber)'`,
    ),
    ...pattern(
      location,
      /^[a-z]+-[a-z]+\d+$/,
      'location',
      'a region, such as "europe-west4"',
      'name one that has Vertex AI; neither a zone nor a continent',
    ),
    ...pattern(
      environment,
      /^[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?$/,
      'environment',
      'lower-case letters, digits and hyphens, none of them at an end; at most 15',
      'shorten it: it becomes part of every name',
    ),
  ];
}

export function checkExisting({ bucket, encryption, network, location, emails = [] }: GcpOptions): Problem[] {
  const key = typeof encryption === 'object' ? encryption.key : undefined;
  const known = encryption === undefined || typeof encryption === 'object' || /^(google|customer)$/.test(encryption);
  const { endpoint, attachment } = network ?? {};
  return [
    ...pattern(
      bucket,
      /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/,
      'bucket',
      'the name of a bucket',
      'write it without gs:// and without a path',
    ),
    ...when(!known, {
      path: 'options.encryption',
      got: show(encryption),
      expected: '"google", "customer", or { key } with the resource name of a key',
      fix: "write 'customer' for a key of its own",
    }),
    ...pattern(
      key,
      new RegExp(`^projects/[^/]+/locations/${location}/keyRings/[^/]+/cryptoKeys/[^/]+$`),
      'encryption.key',
      `the resource name of a key in ${location}: projects/PROJECT/locations/${location}/keyRings/RING/cryptoKeys/KEY`,
      'name one of the same region, without a version',
    ),
    ...pattern(
      attachment,
      new RegExp(`^projects/[^/]+/regions/${location}/networkAttachments/[^/]+$`),
      'network.attachment',
      `a network attachment in ${location}: projects/PROJECT/regions/${location}/networkAttachments/NAME`,
      'name one of the same region',
    ),
    ...(endpoint?.privateServiceConnect.projects ?? []).flatMap((project, i) =>
      pattern(
        project,
        /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
        `network.endpoint.privateServiceConnect.projects[${i}]`,
        "a project's id",
        'gcloud projects list shows it',
      ),
    ),
    ...emails.flatMap((email, i) => [
      ...pattern(email, /^[^@\s]+@[^@\s]+$/, `emails[${i}]`, 'an e-mail address', 'correct it'),
      ...when(emails.indexOf(email) < i, {
        path: `options.emails[${i}]`,
        got: show(email),
        expected: 'each address once',
        fix: 'remove it',
      }),
    ]),
  ];
}

/** https://cloud.google.com/resource-manager/docs/labels-overview#requirements */
export function checkLabels({ labels = {} }: GcpOptions): Problem[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...when(!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || key.startsWith('mlops_'), {
      path: `options.labels.${key}`,
      got: `the key ${show(key)}`,
      expected:
        'a lower-case letter, then at most 62 lower-case letters, digits, hyphens and underscores; not mlops_ at the beginning',
      fix: 'rename it',
    }),
    ...pattern(
      value,
      /^[a-z0-9_-]{0,63}$/,
      `labels.${key}`,
      'at most 63 lower-case letters, digits, hyphens and underscores',
      'shorten it, or write it so',
    ),
  ]);
}
