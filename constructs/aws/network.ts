/** The user's own network, for jobs and models that must not leave it. */
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { Network } from './settings';

export interface NetworkOptions {
  /**
   * Needs endpoints for what is used from inside: S3 (gateway), ecr.api, ecr.dkr, logs, kms, sagemaker.runtime.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/host-vpc.html
   */
  readonly vpc: ec2.IVpc;
  /** @default - its private subnets */
  readonly subnets?: ec2.SubnetSelection;
  /** @default - a group of its own, which lets nothing in */
  readonly securityGroups?: readonly ec2.ISecurityGroup[];
}

/** What jobs and models are told. Where no security group is given, `scope` gets one, once. */
export function networkOf(scope: Construct, network: NetworkOptions | undefined): Network | false {
  if (!network) return false;
  const { vpc, subnets } = network;
  const groups = network.securityGroups ?? [securityGroupOf(scope, vpc)];
  return {
    subnets: vpc.selectSubnets(subnets ?? { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }).subnetIds,
    securityGroups: groups.map((group) => group.securityGroupId),
  };
}

/** That of the scope: it is made once. */
export function securityGroupOf(scope: Construct, vpc: ec2.IVpc): ec2.ISecurityGroup {
  const known = scope.node.tryFindChild('SecurityGroup') as ec2.SecurityGroup | undefined;
  return known ?? new ec2.SecurityGroup(scope, 'SecurityGroup', { vpc, description: 'Nothing comes in' });
}
