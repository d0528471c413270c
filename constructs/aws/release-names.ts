/** Names of what a deployment consists of on SageMaker: they begin with the endpoint's name, and a model's ends with its deployment. */
import { createHash } from 'node:crypto';

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html */
const LONGEST_NAME = 63;
/** `-v99999-0123abcd` */
const LONGEST_ENDING = 16;

/** A version at a revision, as a name tells of it. */
export interface Named {
  readonly id: string;
  readonly version: string;
  readonly revision: string;
}

/** What the names of an endpoint's models and configurations begin with: its own name where that leaves room for the rest. */
export function releasePrefix(endpointName: string): string {
  const room = LONGEST_NAME - LONGEST_ENDING;
  if (endpointName.length <= room) return endpointName;
  const digest = createHash('sha256').update(endpointName).digest('hex').slice(0, 8);
  return `${endpointName.slice(0, room - 9).replace(/-+$/, '')}-${digest}`;
}

/** Of the model of a deployment, and of its configuration where it serves alone. Throws where SageMaker would not take it. */
export function releaseName(endpointName: string, deployment: string): string {
  const name = `${releasePrefix(endpointName)}-${deployment}`;
  if (name.length > LONGEST_NAME)
    throw new RangeError(`${name}: got ${name.length} characters, expected at most ${LONGEST_NAME}`);
  return name;
}

/** The deployment that a name tells of; nothing where it is not one of this endpoint's. */
export function releaseNamed(endpointName: string, name: string): Named | undefined {
  const ending = endingOf(endpointName, name);
  const [, version, revision] = /^(v\d+)-([0-9a-z]+)$/.exec(ending ?? '') ?? [];
  return version && revision ? { id: `${version}-${revision}`, version, revision } : undefined;
}

/** Of a configuration of several variants, by a digest of its contents. */
export const configName = (endpointName: string, digest: string): string =>
  `${releasePrefix(endpointName)}-${digest.slice(0, DIGEST)}`;

const DIGEST = 10;

/** Whether a name can only be that of a configuration that the loop made for this endpoint. */
export function isConfigName(endpointName: string, name: string): boolean {
  return new RegExp(`^[0-9a-f]{${DIGEST}}$`).test(endingOf(endpointName, name) ?? '');
}

/** Of the policy and of the alarm that start a replica of an asynchronous endpoint that has none. */
export const wakeUpName = (endpointName: string): string => `${endpointName}-waiting`;

function endingOf(endpointName: string, name: string): string | undefined {
  const beginning = `${releasePrefix(endpointName)}-`;
  return name.startsWith(beginning) ? name.slice(beginning.length) : undefined;
}
