/** A version as Vertex AI's model registry writes it down, in labels, and read back. */
import type { RegisteredVersion } from '../../runtime/cloud/parts';
import type { Version } from '../../runtime/loop/platform';

/** Of a version of a model, what is asked for: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.models#Model */
export interface ModelVersion {
  /** Of the model; lists have the version in it. */
  readonly name: string;
  /** Vertex AI's own number. */
  readonly versionId: string;
  readonly versionAliases?: readonly string[];
  readonly artifactUri?: string;
  readonly etag: string;
  /** Those of the model and of the version, merged. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly versionUpdateTime?: string;
}

export const VERSION_FIELDS = 'name,versionId,versionAliases,artifactUri,etag,labels,versionUpdateTime';

/** With the version in it. */
export const resourceOf = ({ name, versionId }: Pick<ModelVersion, 'name' | 'versionId'>): string =>
  `${name.replace(/@.*$/, '')}@${versionId}`;

/** What the loop notes of a version. */
export type Notes = Pick<Version, 'n' | 'status' | 'at' | 'trial' | 'live' | 'bad'> &
  Pick<RegisteredVersion, 'run'> & {
    /** Of the image that it was uploaded with. */
    readonly image: string;
  };

const BAD = 'bad-';
const OURS = ['n', 'run', 'at', 'status', 'image', 'trial-revision', 'trial-before', 'live-revision', 'live-at'];
/** https://cloud.google.com/resource-manager/docs/labels-overview; at most 64 of them. */
const VALUE = /^[a-z0-9_-]{0,63}$/;

/** A revision that is bad is a label of its own. Labels of people's own stay. Throws where a value can be no label's. */
export function labelsOf(
  notes: Notes,
  others: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const { n, run, at, status, image, trial, live, bad = [] } = notes;
  const labels: Readonly<Record<string, string>> = {
    ...Object.fromEntries(Object.entries(others).filter(([key]) => !isOurs(key))),
    ...{ n: String(n), run, at: String(at), status, image },
    ...(trial && { 'trial-revision': trial.revision, 'trial-before': trial.before }),
    ...(live && { 'live-revision': live.revision, 'live-at': String(live.at) }),
    ...Object.fromEntries(bad.map((revision) => [`${BAD}${revision}`, 'yes'])),
  };
  const wrong = Object.entries(labels).find(([key, value]) => isOurs(key) && !VALUE.test(value));
  if (wrong) throw new Error(`v${n}: ${wrong[0]} cannot be a label: got ${wrong[1]}`);
  return labels;
}

const isOurs = (key: string): boolean => OURS.includes(key) || key.startsWith(BAD);

/** Undefined where the loop did not make it. */
export function fromModel(found: ModelVersion): RegisteredVersion | undefined {
  const { labels = {}, artifactUri } = found;
  const { n, run, at, 'trial-revision': trialRevision, 'trial-before': before } = labels;
  const { 'live-revision': liveRevision, 'live-at': liveAt } = labels;
  if (n === undefined || run === undefined || at === undefined || artifactUri === undefined) return undefined;
  const bad = Object.keys(labels).flatMap((key) => (key.startsWith(BAD) ? [key.slice(BAD.length)] : []));
  return {
    name: `v${n}`,
    n: Number(n),
    status: statusOf(labels['status']),
    at: Number(at),
    ...(trialRevision !== undefined && before !== undefined && { trial: { revision: trialRevision, before } }),
    ...(liveRevision !== undefined && { live: { revision: liveRevision, at: Number(liveAt) } }),
    ...(bad.length > 0 && { bad }),
    resource: resourceOf(found),
    run,
    model: artifactUri.replace(/\/$/, ''),
  };
}

/** What is not said is not approved. */
const statusOf = (status: string | undefined): Version['status'] =>
  status === 'approved' || status === 'rejected' ? status : 'pending';

/** The same artifact with another image: Vertex AI fixes the image of a version when it is uploaded. It is no version of the loop's. */
export const twinLabels = (n: number, image: string): Readonly<Record<string, string>> => ({ twin: String(n), image });

/** Whether it serves an artifact of the loop's version `n` by that image: the version itself, or a twin of it. */
export const serves = (
  { labels = {}, artifactUri = '' }: ModelVersion,
  of: RegisteredVersion,
  image: string,
): boolean =>
  labels['image'] === image &&
  (labels['n'] ?? labels['twin']) === String(of.n) &&
  artifactUri.replace(/\/$/, '') === of.model;
