/** Who may do what: accounts without keys, and rights by verb on exactly what a use needs. */
import type { Input, Output, Resource } from '@pulumi/pulumi';
import * as projects from '@pulumi/gcp/projects';
import * as serviceaccount from '@pulumi/gcp/serviceaccount';
import * as storage from '@pulumi/gcp/storage';
import { physicalName } from './names';
import type { Place } from './place';

/** The bucket that is the record. */
export interface BucketOfRecord {
  /** Its name. */
  readonly bucket: Output<string>;
}

/** Whoever is given a right: a service account of ours. */
export type Member = Pick<serviceaccount.Account, 'member'>;

/** A right on the bucket. */
export interface Grant {
  readonly parent: Resource;
  /** Logical. */
  readonly name: string;
  readonly record: BucketOfRecord;
  readonly who: Member;
}

/**
 * A service account; nobody has a key of it.
 *
 * @param parts - what its id is made of, after the prefix: `['serve', 'online']`
 */
export function account(
  parent: Resource,
  name: string,
  place: Place,
  parts: readonly string[],
  description: string,
): serviceaccount.Account {
  const accountId = physicalName('account', place.prefix, ...parts);
  return new serviceaccount.Account(
    name,
    { project: place.project, accountId, displayName: `${place.prefix}: ${parts.join(' ')}`, description },
    { parent },
  );
}

/**
 * Objects below folders of the bucket's layout, such as `data/rentals`: to read them, and to list those below a prefix that begins with
 * the folder and a slash.
 */
export const mayRead = (
  parent: Resource,
  name: string,
  record: BucketOfRecord,
  who: Member,
  folders: readonly string[],
): readonly Resource[] => onFolders({ parent, name, record, who }, 'roles/storage.objectViewer', folders, listedBelow);

/** The same, and to make, replace and delete them. */
export const mayWrite = (
  parent: Resource,
  name: string,
  record: BucketOfRecord,
  who: Member,
  folders: readonly string[],
): readonly Resource[] => onFolders({ parent, name, record, who }, 'roles/storage.objectUser', folders, listedBelow);

/** A role in the whole project, where a service knows nothing smaller. Never one of the basic roles. */
export const mayInProject = (
  parent: Resource,
  name: string,
  place: Place,
  who: Member,
  role: Input<string>,
): projects.IAMMember => new projects.IAMMember(name, { project: place.project, role, member: who.member }, { parent });

/** To hand an account to what is started: on that account alone. */
export const mayActAs = (
  parent: Resource,
  name: string,
  who: Member,
  as: Pick<serviceaccount.Account, 'name'>,
): serviceaccount.IAMMember =>
  new serviceaccount.IAMMember(
    name,
    { serviceAccountId: as.name, role: 'roles/iam.serviceAccountUser', member: who.member },
    { parent },
  );

/** By what they are for. */
export type Permissions = Readonly<Record<string, readonly string[]>>;

export type CustomRole = projects.IAMCustomRole;

/**
 * A role of exactly these permissions. A deleted role's id is free again after 37 days; within the first 7 it is brought back.
 * https://cloud.google.com/iam/docs/creating-custom-roles#deleting-custom-role
 *
 * @param parts - what its id is made of, after the prefix
 * @param title - whose it is
 */
export const customRole = (
  parent: Resource,
  name: string,
  place: Place,
  parts: readonly string[],
  title: string,
  permissions: Permissions,
): CustomRole =>
  new projects.IAMCustomRole(
    name,
    {
      project: place.project,
      roleId: physicalName('role', place.prefix, ...parts),
      title: `${place.prefix}: ${title}`,
      description: Object.keys(permissions).join('; '),
      permissions: [...new Set(Object.values(permissions).flat())].sort(),
    },
    { parent },
  );

/** Listing knows no object, but the prefix that is asked for. */
const LISTED = 'api.getAttribute("storage.googleapis.com/objectListPrefix", "")';

/** Operators between them: https://cloud.google.com/iam/quotas */
const MOST_CLAUSES = 12;

/** Clauses that say of one folder what holds; `objects` is what the resource names of objects begin with. */
export type ClausesOf = (folder: string, objects: string) => readonly string[];

export const below: ClausesOf = (folder, objects) => [`resource.name.startsWith("${objects}${folder}/")`];

export const listedBelow: ClausesOf = (folder, objects) => [
  ...below(folder, objects),
  `${LISTED}.startsWith("${folder}/")`,
];

/**
 * A role on the bucket, as far as the clauses of some folder hold.
 * https://cloud.google.com/iam/docs/conditions-attribute-reference
 *
 * @param always - another clause of each condition
 */
export const onFolders = (
  { parent, name, record, who }: Grant,
  role: string,
  folders: readonly string[],
  clausesOf: ClausesOf,
  always: readonly string[] = [],
): readonly Resource[] =>
  conditions(folders, clausesOf, always).map(
    ({ title, expressionFor }, i) =>
      new storage.BucketIAMMember(
        i === 0 ? name : `${name}-${i + 1}`,
        {
          bucket: record.bucket,
          role,
          member: who.member,
          condition: { title, expression: record.bucket.apply(expressionFor) },
        },
        { parent },
      ),
  );

export interface Condition {
  readonly title: string;
  readonly expressionFor: (bucket: string) => string;
}

/** As few as there can be: each is a change of the one policy of the bucket. */
export function conditions(
  folders: readonly string[],
  clausesOf: ClausesOf,
  always: readonly string[] = [],
): readonly Condition[] {
  const clauses = (group: readonly string[], objects: string) => [
    ...new Set([...always, ...group.flatMap((folder) => clausesOf(folder, objects))]),
  ];
  const groups: string[][] = [];
  for (const folder of [...new Set(folders)].sort()) {
    const last = groups.at(-1);
    if (last && clauses([...last, folder], '').length <= MOST_CLAUSES) last.push(folder);
    else groups.push([folder]);
  }
  return groups.map((group) => ({
    title: group.join(', ').slice(0, 100),
    expressionFor: (bucket) => clauses(group, `projects/_/buckets/${bucket}/objects/`).join(' || '),
  }));
}
