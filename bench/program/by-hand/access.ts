/** Accounts and rights: what a person would put into a file of helpers before the fourth account. */
import type { Input, Resource } from '@pulumi/pulumi';
import * as projects from '@pulumi/gcp/projects';
import * as pubsub from '@pulumi/gcp/pubsub';
import * as serviceaccount from '@pulumi/gcp/serviceaccount';
import * as storage from '@pulumi/gcp/storage';
import type { Apis } from './apis';
import { project, system } from './place';

export type Account = serviceaccount.Account;
type Member = Input<string>;

export const newAccount = ({ on }: Apis, parts: string, description: string): Account =>
  new serviceaccount.Account(
    parts,
    {
      project,
      accountId: `${system}-${parts.replace(' ', '-')}`,
      displayName: `${system}: ${parts}`,
      description,
    },
    { dependsOn: [on.iam] },
  );

export const newRole = ({ on }: Apis, id: string, title: string, permissions: Readonly<Record<string, string[]>>) =>
  new projects.IAMCustomRole(
    `role-${id}`,
    {
      project,
      roleId: `${system.replaceAll('-', '_')}_${id}`,
      title: `${system}: ${title}`,
      description: Object.keys(permissions).join('; '),
      permissions: Object.values(permissions).flat().sort(),
    },
    { dependsOn: [on.cloudresourcemanager] },
  );

export const inProject = ({ on }: Apis, name: string, { member }: Account, role: Input<string>) =>
  new projects.IAMMember(name, { project, role, member }, { dependsOn: [on.cloudresourcemanager] });

export const actsAs = ({ on }: Apis, name: string, who: Account, as: Account) =>
  new serviceaccount.IAMMember(
    name,
    { serviceAccountId: as.name, role: 'roles/iam.serviceAccountUser', member: who.member },
    { dependsOn: [on.iam] },
  );

export const publishes = ({ on }: Apis, name: string, topic: pubsub.Topic, member: Member, agent?: Resource) =>
  new pubsub.TopicIAMMember(
    name,
    { project, topic: topic.name, role: 'roles/pubsub.publisher', member },
    { dependsOn: agent ? [on.pubsub, agent] : [on.pubsub] },
  );

type Clauses = (folder: string, objects: string) => string[];

export const below: Clauses = (folder, objects) => [`resource.name.startsWith("${objects}${folder}/")`];

export const listed: Clauses = (folder, objects) => [
  ...below(folder, objects),
  `api.getAttribute("storage.googleapis.com/objectListPrefix", "").startsWith("${folder}/")`,
];

/** FUSE asks for each folder on the way. */
const mounted: Clauses = (folder, objects) => {
  const [first = '', second] = folder.split('/');
  const onTheWay = second === undefined ? [first] : [first, `${first}/`, folder];
  return [...below(folder, objects), ...onTheWay.map((path) => `resource.name == "${objects}${path}"`)];
};

export interface OnFolders {
  readonly role: 'Viewer' | 'User';
  readonly folders: readonly string[];
  readonly clauses: Clauses;
  readonly also?: readonly string[];
}

export function onFolders(
  { on }: Apis,
  name: string,
  { name: bucket }: storage.Bucket,
  { member }: Account,
  { role, folders, clauses, also = [] }: OnFolders,
) {
  const expression = bucket.apply((known) => {
    const each = folders.flatMap((folder) => clauses(folder, `projects/_/buckets/${known}/objects/`));
    return [...new Set([...also, ...each])].join(' || ');
  });
  return new storage.BucketIAMMember(
    name,
    { bucket, role: `roles/storage.object${role}`, member, condition: { title: folders.join(', '), expression } },
    { dependsOn: [on.storage] },
  );
}

export interface Jobs {
  readonly account: Account;
  readonly ready: readonly Resource[];
}

/** Who jobs run as. */
export function newJobs(
  apis: Apis,
  bucket: storage.Bucket,
  role: projects.IAMCustomRole,
  parts: string,
  description: string,
  reads: readonly string[],
  writes: readonly string[],
): Jobs {
  const account = newAccount(apis, parts, description);
  const { member } = account;
  const ready = [
    inProject(apis, `${parts} notes`, account, role.name),
    new storage.BucketIAMMember(
      `${parts} lists`,
      { bucket: bucket.name, role: 'roles/storage.legacyBucketReader', member },
      { dependsOn: [apis.on.storage] },
    ),
    onFolders(apis, `${parts} reads`, bucket, account, { role: 'Viewer', folders: reads, clauses: mounted }),
    onFolders(apis, `${parts} writes`, bucket, account, {
      role: 'User',
      folders: writes,
      clauses: below,
      also: ['resource.type == "storage.googleapis.com/Bucket"'],
    }),
  ];
  return { account, ready };
}
