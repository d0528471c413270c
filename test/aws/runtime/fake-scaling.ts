/** Application Auto Scaling in memory: targets and policies of one endpoint's variants. */
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { Fault, FakeJson, type Input } from './fake-json';

export class FakeScaling extends FakeJson {
  readonly client = new ApplicationAutoScalingClient(this.clientOptions);
  /** By variant. */
  readonly targets = new Map<string, Input>();
  /** By variant and name. */
  readonly policies = new Map<string, Input>();

  protected readonly calls: Readonly<Record<string, (input: Input) => object>> = {
    RegisterScalableTarget: (input) => {
      this.targets.set(variantOf(input), input);
      return {};
    },
    DeregisterScalableTarget: (input) => {
      const variant = variantOf(input);
      if (!this.targets.delete(variant)) throw new Fault('ObjectNotFoundException', 'No scalable target registered');
      for (const name of this.policies.keys()) if (name.startsWith(`${variant} `)) this.policies.delete(name);
      return {};
    },
    DescribeScalableTargets: ({ ResourceIds }) => ({
      ScalableTargets: [...this.targets.values()].filter(({ ResourceId }) =>
        (ResourceIds as unknown[]).includes(ResourceId),
      ),
    }),
    PutScalingPolicy: (input) => {
      const variant = variantOf(input);
      if (!this.targets.has(variant)) throw new Fault('ObjectNotFoundException', 'No scalable target registered');
      this.policies.set(`${variant} ${String(input.PolicyName)}`, input);
      return { PolicyARN: `arn:policy/${String(input.PolicyName)}` };
    },
    DescribeScalingPolicies: ({ PolicyNames }) => ({
      ScalingPolicies: [...this.policies.values()].filter(({ PolicyName }) =>
        (PolicyNames as unknown[]).includes(PolicyName),
      ),
    }),
  };
}

const variantOf = ({ ResourceId }: Input): string => (ResourceId as string).split('/').at(-1)!;
