/** Events as AWS's services send them: the emulators of SageMaker send none. Each says something, and nothing of it is read. */
import { ACCOUNT, REGION } from './emulators';
import type { Event } from './environment';

const arnOf = (kind: string, name: string) => `arn:aws:sagemaker:${REGION}:${ACCOUNT}:${kind}/${name}`;

/** @param pipeline - its name */
export const runEnded = (pipeline: string, status: 'Succeeded' | 'Failed' | 'Stopped'): Event => ({
  source: 'aws.sagemaker',
  type: 'SageMaker Model Building Pipeline Execution Status Change',
  detail: { pipelineArn: arnOf('pipeline', pipeline), currentPipelineExecutionStatus: status },
});

export const versionChanged = (group: string, status: string): Event => ({
  source: 'aws.sagemaker',
  type: 'SageMaker Model Package State Change',
  detail: { ModelPackageGroupName: group, ModelApprovalStatus: status },
});

export const endpointChanged = (name: string, status: string): Event => ({
  source: 'aws.sagemaker',
  type: 'SageMaker Endpoint State Change',
  detail: { EndpointName: name, EndpointStatus: status },
});

export const deployed = (stackId: string): Event => ({
  source: 'aws.cloudformation',
  type: 'CloudFormation Stack Status Change',
  detail: { 'stack-id': stackId, 'status-details': { status: 'CREATE_COMPLETE' } },
});

/**
 * Some of these events, each of them twice, in an order that has nothing to do with theirs; another choice for another number, and the
 * same for the same.
 */
export function shaken(events: readonly Event[], number: number, most = 4): readonly Event[] {
  let state = number + 1;
  const keyed = events.map((event) => {
    // https://en.wikipedia.org/wiki/Lehmer_random_number_generator
    state = (state * 48_271) % 2_147_483_647;
    return { event, key: state };
  });
  const some = keyed.sort((a, b) => a.key - b.key).slice(0, most);
  return [...some, ...some.toReversed()].map(({ event }) => event);
}
