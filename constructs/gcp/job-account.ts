/** JobAccount: who jobs run as. It reads and writes folders of the bucket, and nothing that deploys, starts or reads others. */
import type { ComponentResourceOptions, Output, Resource } from '@pulumi/pulumi';
import type * as serviceaccount from '@pulumi/gcp/serviceaccount';
import * as storage from '@pulumi/gcp/storage';
import { Room } from '../pulumi/room';
import {
  account,
  below,
  customRole,
  mayInProject,
  onFolders,
  type ClausesOf,
  type CustomRole,
  type Permissions,
} from './access';
import type { Place } from './place';
import type { Storage } from './storage';

export interface JobAccountProps {
  readonly place: Place;
  readonly storage: Storage;
  /** What its id is made of, after the prefix: `['train', 'training']`. */
  readonly parts: readonly string[];
  readonly description: string;
  /** Folders of the bucket. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/**
 * The least that Vertex AI asks of whoever a pipeline runs as, beside its rights on the bucket:
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/pipelines/configure-project
 */
export const JOB_PERMISSIONS: Permissions = {
  'notes which job read and wrote what': ['aiplatform.metadataStores.get'],
  'makes the place for these notes, at the first run in a project': ['aiplatform.metadataStores.create'],
};

/** Before a run Vertex AI asks the bucket, and no object, whether the account may read and write. [unverified] */
export const ON_BUCKET = ['resource.type == "storage.googleapis.com/Bucket"'];

/**
 * Jobs read and write through Cloud Storage FUSE, which asks for each folder on the way to a file by its name, with and without a
 * slash at its end, and takes a refusal for a failure.
 * https://github.com/GoogleCloudPlatform/gcsfuse/blob/master/docs/semantics.md#files-and-directories
 */
export const mounted: ClausesOf = (folder, objects) => {
  const parts = folder.split('/');
  const above = parts.slice(0, -1).map((_, i) => parts.slice(0, i + 1).join('/'));
  const onTheWay = [...above.flatMap((path) => [path, `${path}/`]), folder];
  return [...below(folder, objects), ...onTheWay.map((path) => `resource.name == "${objects}${path}"`)];
};

export class JobAccount extends Room {
  readonly account: serviceaccount.Account;
  readonly email: Output<string>;
  /** It may do all of that once these are there. */
  readonly ready: readonly Resource[];

  constructor(name: string, props: JobAccountProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:JobAccount', name, options);
    const { place, storage: record, parts, description, reads, writes } = props;
    this.account = account(this, this.named('account'), place, parts, description);
    this.email = this.account.email;
    const grant = { parent: this, record, who: this.account };
    this.ready = [
      mayInProject(this, this.named('notes'), place, this.account, rolesOfJobs(record).name),
      this.seesBucket(record),
      ...onFolders(
        { ...grant, name: this.named('reads') },
        'roles/storage.objectViewer',
        [...reads, ...writes],
        mounted,
      ),
      ...onFolders({ ...grant, name: this.named('writes') }, 'roles/storage.objectUser', writes, below, ON_BUCKET),
    ];
  }

  /** The names of all objects, since FUSE lists folders on the way too; and what the bucket is. */
  private seesBucket({ bucket }: Storage): Resource {
    const { member } = this.account;
    return new storage.BucketIAMMember(
      this.named('lists'),
      { bucket, role: 'roles/storage.legacyBucketReader', member },
      { parent: this },
    );
  }
}

const roles = new WeakMap<Storage, CustomRole>();

/** One for all jobs of a system: a project has 300. https://cloud.google.com/iam/quotas */
function rolesOfJobs(record: Storage): CustomRole {
  const { place } = record;
  const role =
    roles.get(record) ?? customRole(record, `${place.prefix}/jobs-role`, place, ['jobs'], 'jobs', JOB_PERMISSIONS);
  roles.set(record, role);
  return role;
}
