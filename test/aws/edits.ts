/** Edits that people make of a system that is deployed: of its spec, and of what of AWS the spec does not say. */
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Stack } from 'aws-cdk-lib/core';
import type { MlopsSpec } from '../..';
import { SPEC_EDITS } from '../cases/edits';
import { imageReference, type Options } from './synthesize';

export interface Edit {
  readonly spec?: (spec: MlopsSpec) => MlopsSpec;
  readonly options?: (stack: Stack) => Options;
}

const network = (stack: Stack) => ({
  vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  }),
});
const alarm = (stack: Stack) =>
  cloudwatch.Alarm.fromAlarmArn(stack, 'Revenue', 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:revenue');

const options = {
  'a network': (stack) => ({ network: network(stack) }),
  'no isolation': () => ({ isolation: false }),
  'an image that exists': () => ({ image: { kind: 'digest', reference: imageReference('models') } }),
  'an image by the Docker of this machine': () => ({ image: { kind: 'docker' } }),
  'an image of its own for a pipeline': () => ({
    pipelines: { training: { image: { kind: 'digest', reference: imageReference('models') } } },
  }),
  'a machine for a task': () => ({ pipelines: { training: { machines: { candidate_large: 'ml.m5.4xlarge' } } } }),
  'spare capacity': () => ({ pipelines: { training: { spot: true } } }),
  'no upload of rows': () => ({ datasets: { rows: { upload: false } } }),
  'a machine for the endpoint': () => ({
    endpoints: { online: { kind: { kind: 'real-time', machine: 'ml.c5.xlarge' } } },
  }),
  'less capture': () => ({ endpoints: { online: { kind: { kind: 'real-time', capture: 50 } } } }),
  'an alarm that retrains': (stack) => ({ endpoints: { online: { retrainOn: { revenue: alarm(stack) } } } }),
  'a batch pipeline': () => ({ batch: { nightly: { pipeline: 'training' } } }),
  'people who are told': () => ({ emails: ['people@example.com'] }),
  'a boundary of all roles': (stack) => ({
    permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'),
  }),
  'a tag': () => ({ tags: { team: 'models' } }),
  'a budget': () => ({ budget: { monthly: 500 } }),
  'another description of the key': () => ({ transform: { key: (props) => ({ ...props, description: 'Ours' }) } }),
  'versions that expire sooner': () => ({
    transform: { bucket: (props) => ({ ...props, lifecycleRules: [] }) },
  }),
} satisfies Readonly<Record<string, (stack: Stack) => Options>>;

export const EDITS: readonly (readonly [name: string, edit: Edit])[] = [
  ...Object.entries(SPEC_EDITS).map(([name, change]) => [name, { spec: change }] as const),
  ...Object.entries(options).map(([name, change]) => [name, { options: change }] as const),
];
