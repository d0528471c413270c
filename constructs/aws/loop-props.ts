/** What a RetrainLoop is given. */
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { ResolvedMlops } from '../spec/mlops';
import type { AlarmTransform } from './gauges';
import type { Monitor } from './monitor';
import type { Pipeline } from './pipeline';
import type { PackageGroup } from './registry';
import type { Network, Serving } from './settings';
import type { Storage } from './storage';

/** What is served: an `Endpoint`, or one that exists. */
export interface Served {
  readonly endpointName: string;
  readonly serving: Serving;
  /** Of the models; `false`: SageMaker's own. */
  readonly network: Network | false;
  readonly revision: string;
  readonly serveRole: iam.IRole;
}

export interface RetrainLoopProps {
  readonly spec: ResolvedMlops;
  /** Its name in the spec. */
  readonly endpoint: string;
  readonly prefix: string;
  readonly storage: Storage;
  readonly registry: PackageGroup;
  readonly training: { readonly pipeline: Pipeline; readonly code: string };
  readonly served: Served;
  /** Reference of the image that serves. */
  readonly image: string;
  readonly monitors: Readonly<Record<string, Monitor>>;
  /** Compares a version under trial with the champion: needed where `rollout.rollBackOn.quality` is not false. @default - none */
  readonly trial?: Pipeline;
  /** Alarms of your own that start a training too, by what the loop calls them. @default {} */
  readonly retrainOn?: Readonly<Record<string, cloudwatch.IAlarm>>;
  readonly topic: sns.ITopic;
  /** Holds the address of the webhook that the spec's `notify` names by a variable. @default - none */
  readonly webhook?: secretsmanager.ISecret;
  readonly transform?: RetrainLoopTransform;
}

export interface RetrainLoopTransform {
  readonly function?: (props: lambda.FunctionProps) => lambda.FunctionProps;
  readonly alarm?: AlarmTransform;
}

/** All that the loop starts. */
export const pipelinesOf = ({
  training,
  monitors,
  trial,
}: Pick<RetrainLoopProps, 'training' | 'monitors' | 'trial'>): readonly Pipeline[] => [
  training.pipeline,
  ...Object.values(monitors).map(({ pipeline }) => pipeline),
  ...(trial ? [trial] : []),
];
