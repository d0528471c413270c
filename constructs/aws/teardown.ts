/** Teardown: removes what the loop made, before the roles and the key that it needs are gone. */
import { CustomResource, Duration, Stack } from 'aws-cdk-lib/core';
import { Construct, type IDependable } from 'constructs';
import { allow } from './access';
import { CustomResourceFunction } from './custom-resource';
import { mayChangeEndpoint, mayScale } from './loop-access';
import { pipelinesOf, type RetrainLoopProps } from './loop-props';
import type { LoopSettings } from './settings';

export interface TeardownProps {
  readonly props: RetrainLoopProps;
  readonly settings: LoopSettings;
  /** What must be there until the endpoint is gone. */
  readonly after: readonly IDependable[];
}

/**
 * Does nothing until the stack is deleted. Then it stops runs and removes endpoint, endpoint configurations, models and
 * scalable targets; versions, data and reports are kept.
 */
export class Teardown extends Construct {
  constructor(scope: Construct, id: string, { props, settings, after }: TeardownProps) {
    super(scope, id);
    const { storage } = props;
    const pipelines = pipelinesOf(props);
    const removes = new CustomResourceFunction(this, 'Function', {
      handler: 'teardown',
      key: storage.key,
      statements: [
        allow(
          'ListRuns',
          ['sagemaker:ListPipelineExecutions'],
          pipelines.map(({ arn }) => arn),
        ),
        allow(
          'StopRuns',
          ['sagemaker:StopPipelineExecution'],
          pipelines.map(({ arn }) => `${arn}/execution/*`),
        ),
        ...mayRemoveEndpoint(this, props),
      ],
    });
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: removes.functionArn,
      resourceType: 'Custom::Teardown',
      serviceTimeout: Duration.minutes(15),
      properties: {
        EndpointName: settings.endpointName,
        Pipelines: pipelines.map(({ name }) => name),
        Region: Stack.of(this).region,
      },
    });
    // CloudFormation deletes in the opposite order: this first.
    resource.node.addDependency(removes, ...after, ...pipelines);
  }
}

/** Of what the loop may do to its endpoint, only what ends in nothing. */
function mayRemoveEndpoint(scope: Construct, props: RetrainLoopProps) {
  const ends = /:(?:Delete|DescribeEndpoint$|DescribeScalableTargets|List|Deregister)/;
  return [...mayChangeEndpoint(scope, props), ...mayScale(scope, props)].flatMap((statement) => {
    const actions = statement.actions.filter((action) => ends.test(action));
    return actions.length > 0
      ? [allow(statement.sid!, actions, statement.resources, statement.conditions as Record<string, unknown>)]
      : [];
  });
}
