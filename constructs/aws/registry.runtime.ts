/** Versions as model packages of one group. What the loop notes of a version lies in the package's own properties. */
import { createHash } from 'node:crypto';
import {
  CreateModelPackageCommand,
  DescribeModelPackageCommand,
  ListModelPackagesCommand,
  UpdateModelPackageCommand,
  type DescribeModelPackageOutput,
  type ModelPackageSummary,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { Made, RegisteredVersion, Registry as RegistryPart } from '../../runtime/cloud/parts';
import { Refused, type Action, type Time, type Version } from '../../runtime/loop/platform';
import { unlessAbsent } from './absent.runtime';
import { fromPackage, notesOf, STATUSES, type Notes } from './package.runtime';
import { together } from '../../runtime/cloud/together';

export interface RegistryOptions {
  readonly sagemaker: SageMakerClient;
  /** Name of the model package group. */
  readonly group: string;
  /** Reference of the image that serves. */
  readonly image: string;
  readonly clock: () => Time;
}

/** The newest versions that may serve are read anew at each look: another loop may have marked them. */
const FRESH = 20;
/** So are the others, but not at each look: the list shows a change of their status, and nothing else of them changes any more. */
const KEEP_MS = 3_600_000;
const AT_ONCE = 5;

export class Registry implements RegistryPart {
  private readonly known = new Map<string, { readonly version: RegisteredVersion | undefined; readonly at: Time }>();

  constructor(private readonly options: RegistryOptions) {}

  /** Oldest first. Packages that the loop did not make are none of them. */
  async list(): Promise<readonly RegisteredVersion[]> {
    const packages = (await this.packages()).filter(({ ModelPackageStatus }) => ModelPackageStatus !== 'Deleting');
    const fresh = packages.filter(({ ModelApprovalStatus }) => ModelApprovalStatus !== 'Rejected').slice(-FRESH);
    const versions = await together(packages, AT_ONCE, (one) => this.versionOf(one, fresh.includes(one)));
    const byNumber = new Map<number, RegisteredVersion>();
    // The same run registered twice at once: the first counts, and its twin is never marked.
    for (const version of versions) if (version && !byNumber.has(version.n)) byNumber.set(version.n, version);
    return [...byNumber.values()].sort((a, b) => a.n - b.n);
  }

  /** Throws where there is no such version. */
  async get(name: string): Promise<RegisteredVersion> {
    const versions = await this.list();
    const found = versions.find((version) => version.name === name);
    if (found) return found;
    const known = versions.map((version) => version.name).join(', ') || 'none';
    throw new Error(`${this.options.group}: got version ${name}, expected one of the registry: ${known}`);
  }

  /** Registering a version that exists changes nothing. The model is not copied. */
  async register(action: Extract<Action, { do: 'register' }>, made: Made): Promise<void> {
    const { version, n, run, status, at } = action;
    const { sagemaker, group, image } = this.options;
    if ((await this.list()).some((one) => one.n === n)) return;
    const source = { S3Uri: `${made.model}/`, S3DataType: 'S3Prefix', CompressionType: 'None' } as const;
    const metrics = made.metrics && { ContentType: 'application/json', S3Uri: made.metrics };
    await sagemaker.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: group,
        ModelPackageDescription: `${version}, made by ${run}`,
        ModelApprovalStatus: STATUSES[status],
        InferenceSpecification: {
          Containers: [{ Image: image, ModelDataSource: { S3DataSource: source } }],
          SupportedContentTypes: [...CONTENT_TYPES],
          SupportedResponseMIMETypes: [...CONTENT_TYPES],
        },
        ...(metrics && { ModelMetrics: { ModelQuality: { Statistics: metrics } } }),
        ...(made.by && { MetadataProperties: { GeneratedBy: made.by } }),
        CustomerMetadataProperties: notesOf({ n, run, at }),
        // At most 36 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
        ClientToken: createHash('sha256').update(`${group} ${version} ${made.model}/`).digest('hex').slice(0, 36),
      }),
    );
  }

  /**
   * What is rejected stays so; revisions are added to the bad ones. Throws `Refused` where it would approve what is not pending.
   * SageMaker has no conditional update: the package is read just before it is written.
   */
  async mark({ version: name, patch, why }: Extract<Action, { do: 'mark' }>): Promise<void> {
    const { resource: arn } = await this.get(name);
    const version = await this.read(arn);
    if (!version) throw new Refused(`${name} was deleted in the meantime`);
    if (patch.status === 'approved' && version.status === 'rejected') throw new Refused(`${name} is rejected`);
    const status = version.status === 'rejected' ? 'rejected' : (patch.status ?? version.status);
    const before = notesOf(version);
    const after = notesOf(patched(version, patch));
    const gone = Object.keys(before).filter((key) => !(key in after));
    if (status === version.status && same(before, after)) return;
    await this.options.sagemaker.send(
      new UpdateModelPackageCommand({
        ModelPackageArn: arn,
        ...(status !== version.status && {
          ModelApprovalStatus: STATUSES[status],
          ApprovalDescription: why.slice(0, LONGEST_DESCRIPTION),
        }),
        // All of them: whether others are kept is not documented.
        CustomerMetadataProperties: after,
        ...(gone.length > 0 && { CustomerMetadataPropertiesToRemove: gone }),
      }),
    );
    this.known.delete(arn);
  }

  private async versionOf(listed: ModelPackageSummary, fresh: boolean): Promise<RegisteredVersion | undefined> {
    const arn = listed.ModelPackageArn!;
    const known = this.known.get(arn);
    const isOld = !known || this.options.clock() - known.at >= KEEP_MS;
    const differs = known?.version && STATUSES[known.version.status] !== listed.ModelApprovalStatus;
    return fresh || isOld || differs ? this.read(arn) : known.version;
  }

  private async read(arn: string): Promise<RegisteredVersion | undefined> {
    const at = this.options.clock();
    const found = await unlessAbsent<DescribeModelPackageOutput>(
      this.options.sagemaker.send(new DescribeModelPackageCommand({ ModelPackageName: arn })),
    );
    const version = found && fromPackage(found);
    this.known.set(arn, { version, at });
    return version;
  }

  /** Oldest first; none where the group is gone. */
  private async packages(): Promise<ModelPackageSummary[]> {
    const found: ModelPackageSummary[] = [];
    let token: string | undefined;
    do {
      const page = await unlessAbsent(
        this.options.sagemaker.send(
          new ListModelPackagesCommand({
            ModelPackageGroupName: this.options.group,
            SortBy: 'CreationTime',
            SortOrder: 'Ascending',
            MaxResults: 100,
            ...(token && { NextToken: token }),
          }),
        ),
      );
      found.push(...(page?.ModelPackageSummaryList ?? []));
      token = page?.NextToken;
    } while (token);
    return found;
  }
}

/** What the server speaks. */
const CONTENT_TYPES = ['application/json', 'text/csv', 'application/jsonlines'] as const;
const LONGEST_DESCRIPTION = 1024;

function patched(version: Version & { readonly run: string }, patch: Extract<Action, { do: 'mark' }>['patch']): Notes {
  const trial = patch.trial === undefined ? version.trial : patch.trial;
  const live = patch.live ?? version.live;
  return {
    n: version.n,
    run: version.run,
    at: version.at,
    ...(trial && { trial }),
    ...(live && { live }),
    bad: [...new Set([...(version.bad ?? []), ...(patch.bad ?? [])])],
  };
}

const same = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);
