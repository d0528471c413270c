/** What the roles of a system are for, and the ARNs of what they may and may not touch. */
import { ACCOUNT, arnOf, concrete, nameOf, REGION } from './concrete';
import { loopSettings } from './posture/network';
import { object, ofType, text, type Resource, type Template } from './template';

/** What a role is for, by the end of its construct path. */
const KINDS = {
  train: /\/Training\/Pipeline\/JobRole$/,
  batch: /\/Batch\/[^/]+\/Pipeline\/JobRole$/,
  monitor: /\/Monitors\/[^/]+\/Pipeline\/JobRole$/,
  native: /\/Monitor\/JobRole$/,
  trial: /\/Trial\/Pipeline\/JobRole$/,
  pipeline: /\/Pipeline\/Role$/,
  serve: /\/Endpoint\/ServeRole$/,
  loop: /\/Loop\/Role$/,
  teardown: /\/Teardown\/Function\/Role$/,
  upload: /\/Uploads\/Role$/,
  build: /\/Image\/Build\/Role$/,
  builder: /\/Image\/Build\/Function\/Role$/,
} as const;

export type RoleKind = keyof typeof KINDS;

export const ROLE_KINDS = Object.keys(KINDS) as readonly RoleKind[];

const placeOf = ({ path }: Resource): string => path.replace(/\/Resource$/, '');

export const rolesOf = (template: Template, kind: RoleKind): Resource[] =>
  ofType(template, 'AWS::IAM::Role').filter((role) => KINDS[kind].test(placeOf(role)));

/** CDK's own, for buckets that are emptied when the stack is deleted. */
const OF_CDK = /\/Custom::S3AutoDeleteObjectsCustomResourceProvider\/Role$/;

/** Roles whose purpose nobody wrote down. */
export const strangers = (template: Template): string[] =>
  ofType(template, 'AWS::IAM::Role')
    .map(placeOf)
    .filter((path) => ![...Object.values(KINDS), OF_CDK].some((kind) => kind.test(path)));

/** ARNs of one system with one pipeline and one endpoint. */
export interface Names {
  readonly bucket: string;
  /** Of an object in the bucket. */
  readonly object: (path: string) => string;
  readonly key: string;
  readonly topic: string;
  /** Of SageMaker's resources: `sagemaker('endpoint', 'x')`. */
  readonly sagemaker: (kind: string, name: string) => string;
  readonly endpoint: string;
  readonly group: string;
  /** Names of pipelines by what they compute. */
  readonly pipelines: { readonly training: string; readonly monitors: Readonly<Record<string, string>> };
  /** One that retrains. */
  readonly alarm: string;
  /** The repository, build project, queue and functions, where the template has one. */
  readonly first: (type: string) => string;
  readonly role: (kind: RoleKind) => string;
}

export function namesOf(template: Template): Names {
  const [loop] = loopSettings(template);
  if (!loop) throw new Error('The template has no loop: its names are not known.');
  const settings = object(concrete(template, loop.settings));
  const pipelines = object(settings['pipelines']);
  const bucket = arnOf(
    template,
    ofType(template, 'AWS::S3::Bucket').find((it) => nameOf(template, it) === settings['bucket'])!,
  );
  return {
    bucket,
    object: (path) => `${bucket}/${path}`,
    key: text(settings['key']),
    topic: text(settings['topic']),
    sagemaker: (kind, name) => `arn:aws:sagemaker:${REGION}:${ACCOUNT}:${kind}/${name}`,
    endpoint: text(settings['endpointName']),
    group: text(settings['packageGroup']),
    pipelines: {
      training: text(pipelines['training']),
      monitors: pipelines['monitors'] as Readonly<Record<string, string>>,
    },
    alarm: `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:${text(Object.values(object(settings['alarms']))[0])}`,
    first: (type) => {
      const [found] = ofType(template, type);
      if (!found) throw new Error(`The template has no ${type}.`);
      return arnOf(template, found);
    },
    role: (kind) => {
      const [found] = rolesOf(template, kind);
      if (!found) throw new Error(`The template has no role for ${kind}.`);
      return arnOf(template, found);
    },
  };
}
