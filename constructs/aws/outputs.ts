/** What comes back of a deployment: names, by the spec's own names. */
import { CfnOutput } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';

/** Also outputs of the stack. */
export interface AwsOutputs {
  readonly bucket: string;
  readonly topic: string;
  /** Names of SageMaker pipelines. */
  readonly pipelines: Readonly<Record<string, string>>;
  /** Names of model package groups, by pipeline. */
  readonly registries: Readonly<Record<string, string>>;
  /** Names of SageMaker endpoints. They exist once the first version is live. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Names of the functions that host the loops, by endpoint: `mlops --target aws` finds the system by them. */
  readonly loops: Readonly<Record<string, string>>;
}

/** `Outputs` in the stack's tree, so that a name of the spec's never meets another output's. */
export class StackOutputs extends Construct {
  constructor(scope: Construct, id: string, { bucket, topic, ...nouns }: AwsOutputs) {
    super(scope, id);
    new CfnOutput(this, 'Bucket', { value: bucket });
    new CfnOutput(this, 'Topic', { value: topic });
    for (const [kind, names] of Object.entries(nouns))
      for (const [name, value] of Object.entries(names)) new CfnOutput(this, `${kind}-${name}`, { value });
  }
}
