/** A version as a model package writes it down, and read back. */
import type { DescribeModelPackageOutput, ModelApprovalStatus } from '@aws-sdk/client-sagemaker';
import type { RegisteredVersion } from '../../runtime/cloud/parts';
import type { Version } from '../../runtime/loop/platform';

/** What the loop notes of a version; the status is the package's own, and its name follows from the number. */
export type Notes = Pick<Version, 'n' | 'at' | 'trial' | 'live' | 'bad'> & Pick<RegisteredVersion, 'run'>;

export const STATUSES: Readonly<Record<Version['status'], ModelApprovalStatus>> = {
  pending: 'PendingManualApproval',
  approved: 'Approved',
  rejected: 'Rejected',
};

const BAD = 'bad-';

/**
 * CustomerMetadataProperties: at most 50, of letters, digits, spaces and `_.:/=+-@` only, so that no JSON fits; values of 1 to
 * 256 characters. A revision that is bad is a property of its own: nothing is lost where two are noted at once.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
 */
export const notesOf = ({ n, run, at, trial, live, bad = [] }: Notes): Record<string, string> => ({
  n: String(n),
  run,
  at: String(at),
  ...(trial && { 'trial-revision': trial.revision, 'trial-before': trial.before }),
  ...(live && { 'live-revision': live.revision, 'live-at': String(live.at) }),
  ...Object.fromEntries(bad.map((revision) => [`${BAD}${revision}`, 'yes'])),
});

/** Undefined where the loop did not make it. A package that SageMaker could not make is one that may not serve. */
export function fromPackage(found: DescribeModelPackageOutput): RegisteredVersion | undefined {
  const notes = found.CustomerMetadataProperties ?? {};
  const { n, run, at, 'trial-revision': trialRevision, 'trial-before': before } = notes;
  const { 'live-revision': liveRevision, 'live-at': liveAt } = notes;
  const model = found.InferenceSpecification?.Containers?.[0]?.ModelDataSource?.S3DataSource?.S3Uri;
  if (n === undefined || run === undefined || at === undefined || model === undefined) return undefined;
  const bad = Object.keys(notes).flatMap((key) => (key.startsWith(BAD) ? [key.slice(BAD.length)] : []));
  return {
    name: `v${n}`,
    n: Number(n),
    status: found.ModelPackageStatus === 'Failed' ? 'rejected' : statusOf(found.ModelApprovalStatus),
    at: Number(at),
    ...(trialRevision !== undefined && before !== undefined && { trial: { revision: trialRevision, before } }),
    ...(liveRevision !== undefined && { live: { revision: liveRevision, at: Number(liveAt) } }),
    ...(bad.length > 0 && { bad }),
    resource: found.ModelPackageArn!,
    run,
    // Without the slash that makes it a folder for SageMaker.
    model: model.replace(/\/$/, ''),
  };
}

/** What is not said is not approved. */
const statusOf = (status: ModelApprovalStatus | undefined): Version['status'] =>
  status === 'Approved' ? 'approved' : status === 'Rejected' ? 'rejected' : 'pending';
