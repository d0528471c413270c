/** Autoscaling of an endpoint whose variant is in the template: more replicas while there is more to do. */
import { Duration } from 'aws-cdk-lib/core';
import * as scaling from 'aws-cdk-lib/aws-applicationautoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { physicalName } from './names';
import type { Serving } from './settings';

export interface AutoscalingProps {
  readonly endpointName: string;
  readonly variantName: string;
  readonly serving: Exclude<Serving, { readonly kind: 'serverless' }>;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html */
export class Autoscaling extends Construct {
  constructor(scope: Construct, id: string, { endpointName, variantName, serving }: AutoscalingProps) {
    super(scope, id);
    const target = new scaling.CfnScalableTarget(this, 'Target', {
      serviceNamespace: 'sagemaker',
      scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
      resourceId: `endpoint/${endpointName}/variant/${variantName}`,
      minCapacity: serving.replicas.min,
      maxCapacity: serving.replicas.max,
    });
    new scaling.CfnScalingPolicy(this, 'Load', {
      policyName: 'load',
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target.ref,
      targetTrackingScalingPolicyConfiguration:
        serving.kind === 'real-time' ? byRequests(serving) : byQueue(serving, endpointName),
    });
    if (serving.kind === 'asynchronous' && serving.replicas.min === 0) this.leaveZero(target, endpointName);
  }

  /** From zero, the policy on the load starts nothing until more wait than one replica should have. */
  private leaveZero(target: scaling.CfnScalableTarget, endpointName: string): void {
    const policy = new scaling.CfnScalingPolicy(this, 'FromZero', {
      policyName: 'from-zero',
      policyType: 'StepScaling',
      scalingTargetId: target.ref,
      stepScalingPolicyConfiguration: {
        adjustmentType: 'ChangeInCapacity',
        metricAggregationType: 'Average',
        cooldown: 300,
        stepAdjustments: [{ metricIntervalLowerBound: 0, scalingAdjustment: 1 }],
      },
    });
    const alarm = new cloudwatch.Alarm(this, 'Waiting', {
      alarmName: physicalName('alarm', endpointName, 'waiting'),
      alarmDescription: `Requests wait for ${endpointName}, and no replica runs: one is started`,
      metric: new cloudwatch.Metric({
        namespace: 'AWS/SageMaker',
        metricName: 'HasBacklogWithoutCapacity',
        dimensionsMap: { EndpointName: endpointName },
        statistic: 'Average',
        period: Duration.minutes(1),
      }),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 2,
      datapointsToAlarm: 2,
      treatMissingData: cloudwatch.TreatMissingData.MISSING,
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: policy.ref }) });
  }
}

const byRequests = ({
  invocationsPerReplica,
}: Extract<
  Serving,
  { readonly kind: 'real-time' }
>): scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty => ({
  targetValue: invocationsPerReplica,
  predefinedMetricSpecification: { predefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
});

/**
 * The queue counts what is being worked on too.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html
 */
const byQueue = (
  { maxConcurrentInvocationsPerReplica }: Extract<Serving, { readonly kind: 'asynchronous' }>,
  endpointName: string,
): scaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty => ({
  targetValue: maxConcurrentInvocationsPerReplica,
  customizedMetricSpecification: {
    namespace: 'AWS/SageMaker',
    metricName: 'ApproximateBacklogSizePerInstance',
    dimensions: [{ name: 'EndpointName', value: endpointName }],
    statistic: 'Average',
  },
});
