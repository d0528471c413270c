/**
 * How many replicas a variant has, which Application Auto Scaling decides between two bounds. What can scale must exist, and SageMaker
 * removes nothing that can scale: so it is registered after each update, and released before one that removes a variant.
 */
import {
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type ApplicationAutoScalingClient,
  type PutScalingPolicyCommandInput,
  type ScalableTarget,
  type ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import { DeleteAlarmsCommand, PutMetricAlarmCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { unlessAbsent } from './absent.runtime';
import type { HostedSettings, Machines } from './endpoint-config.runtime';
import { wakeUpName } from './release-names';

const NAMESPACE = 'sagemaker';
const DIMENSION = 'sagemaker:variant:DesiredInstanceCount';

export class Scaling {
  constructor(
    private readonly scaling: ApplicationAutoScalingClient,
    private readonly cloudwatch: CloudWatchClient,
    private readonly settings: Pick<HostedSettings, 'endpointName' | 'serving'>,
  ) {}

  /** Makes the settings hold for these variants. Two calls where they do already. */
  async ensure(variants: readonly string[]): Promise<void> {
    const { serving } = this.settings;
    if (variants.length === 0) return;
    const { min, max } = serving.replicas;
    const targets = await this.targets(variants);
    if (max <= min) return await this.release(targets.map(({ ResourceId }) => variantOf(ResourceId!)));
    const policies = await this.policies();
    for (const variant of variants) {
      const ResourceId = this.resource(variant);
      const target = targets.find((each) => each.ResourceId === ResourceId);
      if (target?.MinCapacity !== min || target.MaxCapacity !== max)
        await this.scaling.send(
          new RegisterScalableTargetCommand({ ...this.subject(variant), MinCapacity: min, MaxCapacity: max }),
        );
      await this.ensurePolicies(
        variant,
        serving,
        policies.filter((each) => each.ResourceId === ResourceId),
      );
    }
  }

  /** What does not scale any more. Its policies go with it; the alarm that woke it is ours. */
  async release(variants: readonly string[]): Promise<void> {
    if (variants.length === 0) return;
    for (const variant of variants)
      try {
        await this.scaling.send(new DeregisterScalableTargetCommand(this.subject(variant)));
      } catch (error) {
        if ((error as Error).name !== 'ObjectNotFoundException') throw error;
      }
    if (this.wakes()) await unlessAbsent(this.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [this.wakeUp] })));
  }

  private async ensurePolicies(variant: string, serving: Machines, present: readonly ScalingPolicy[]): Promise<void> {
    const tracking = this.trackingPolicy(variant, serving);
    const known = present.find(({ PolicyName }) => PolicyName === tracking.PolicyName);
    const wanted = tracking.TargetTrackingScalingPolicyConfiguration!.TargetValue;
    if (known?.TargetTrackingScalingPolicyConfiguration?.TargetValue !== wanted)
      await this.scaling.send(new PutScalingPolicyCommand(tracking));
    if (!this.wakes()) return;
    const waking = present.find(({ PolicyName }) => PolicyName === this.wakeUp);
    if (waking?.Alarms?.some(({ AlarmName }) => AlarmName === this.wakeUp)) return;
    const { PolicyARN } = await this.scaling.send(new PutScalingPolicyCommand(this.wakingPolicy(variant)));
    await this.putWakeUp(PolicyARN!);
  }

  private trackingPolicy(variant: string, serving: Machines): PutScalingPolicyCommandInput {
    const { endpointName } = this.settings;
    const tracked =
      serving.kind === 'real-time'
        ? {
            TargetValue: serving.invocationsPerReplica,
            PredefinedMetricSpecification: {
              PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' as const,
            },
          }
        : {
            // A queue that is no longer than what is worked at.
            TargetValue: serving.maxConcurrentInvocationsPerReplica,
            CustomizedMetricSpecification: {
              Namespace: 'AWS/SageMaker',
              MetricName: 'ApproximateBacklogSizePerInstance',
              Dimensions: [{ Name: 'EndpointName', Value: endpointName }],
              Statistic: 'Average' as const,
            },
          };
    return {
      ...this.subject(variant),
      PolicyName: this.trackingName,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: tracked,
    };
  }

  /**
   * Without replicas there is no backlog per replica to track: the first request of a queue needs a policy of its own.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html
   */
  private wakes(): boolean {
    const { serving } = this.settings;
    return serving.kind === 'asynchronous' && serving.replicas.min === 0;
  }

  private wakingPolicy(variant: string): PutScalingPolicyCommandInput {
    return {
      ...this.subject(variant),
      PolicyName: this.wakeUp,
      PolicyType: 'StepScaling',
      StepScalingPolicyConfiguration: {
        AdjustmentType: 'ChangeInCapacity',
        MetricAggregationType: 'Maximum',
        Cooldown: 300,
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
      },
    };
  }

  private async putWakeUp(policy: string): Promise<void> {
    await this.cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: this.wakeUp,
        AlarmDescription: `Starts a replica of ${this.settings.endpointName}, which has none, for the requests that wait`,
        Namespace: 'AWS/SageMaker',
        MetricName: 'HasBacklogWithoutCapacity',
        Dimensions: [{ Name: 'EndpointName', Value: this.settings.endpointName }],
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        TreatMissingData: 'missing',
        AlarmActions: [policy],
      }),
    );
  }

  private async targets(variants: readonly string[]): Promise<readonly ScalableTarget[]> {
    const { ScalableTargets = [] } = await this.scaling.send(
      new DescribeScalableTargetsCommand({
        ServiceNamespace: NAMESPACE,
        ScalableDimension: DIMENSION,
        ResourceIds: variants.map((variant) => this.resource(variant)),
      }),
    );
    return ScalableTargets;
  }

  private async policies(): Promise<readonly ScalingPolicy[]> {
    const { ScalingPolicies = [] } = await this.scaling.send(
      new DescribeScalingPoliciesCommand({
        ServiceNamespace: NAMESPACE,
        PolicyNames: [this.trackingName, this.wakeUp],
      }),
    );
    return ScalingPolicies;
  }

  private subject(variant: string) {
    return { ServiceNamespace: NAMESPACE, ScalableDimension: DIMENSION, ResourceId: this.resource(variant) } as const;
  }

  private resource(variant: string): string {
    return `endpoint/${this.settings.endpointName}/variant/${variant}`;
  }

  private get trackingName(): string {
    return `${this.settings.endpointName}-load`;
  }

  private get wakeUp(): string {
    return wakeUpName(this.settings.endpointName);
  }
}

const variantOf = (resource: string): string => resource.split('/').at(-1)!;
