/** What goes wrong between a caller and AWS, by service: refused before anything happened, or lost after it did. */
import type { Answer, Sent } from '../runtime/fake-http';
import type { World } from './world';

export type Service = 's3' | 'sagemaker' | 'cloudwatch' | 'scaling' | 'sns' | 'secrets';

export interface Fault {
  readonly when: 'before' | 'after';
  /** Whether the SDK tries again by itself. */
  readonly transient: boolean;
  /** What the caller gets; nothing: the connection is lost. */
  readonly answer?: Answer;
}

/** For the next attempt at a call; mostly none. */
export function drawFault(world: World, service: Service, call: string, { headers }: Sent): Fault | undefined {
  if (!world.chance(world.failing)) return undefined;
  const isConditional = headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
  const conflict = call === 'PUT' && !isConditional ? undefined : CONFLICTS[call];
  const kind = world.below(conflict ? 5 : 4);
  if (kind === 0) return { when: 'before', transient: true, answer: throttled(service) };
  if (kind === 1) return { when: 'before', transient: true, answer: broken(service) };
  if (kind === 2) return { when: 'after', transient: true, answer: broken(service) };
  if (kind === 3) return { when: 'after', transient: true };
  return { when: 'before', transient: false, answer: conflict! };
}

const json = (status: number, name: string, message: string): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-query-error': `${name};Sender` },
  body: JSON.stringify({ __type: name, message }),
});

const xml = (status: number, code: string, message: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

function throttled(service: Service): Answer {
  if (service === 's3') return xml(503, 'SlowDown', 'Please reduce your request rate.');
  return json(400, service === 'cloudwatch' ? 'Throttling' : 'ThrottlingException', 'Rate exceeded');
}

function broken(service: Service): Answer {
  if (service === 's3') return xml(500, 'InternalError', 'We encountered an internal error. Please try again.');
  return json(500, service === 'cloudwatch' ? 'InternalServiceFault' : 'InternalFailure', 'internal error');
}

/** What somebody else's change at the same moment looks like; by then it is over. */
const CONFLICTS: Readonly<Record<string, Answer>> = {
  UpdateEndpoint: json(400, 'ValidationException', 'Cannot update in-progress endpoint "arn".'),
  UpdateEndpointWeightsAndCapacities: json(400, 'ValidationException', 'Cannot update in-progress endpoint "arn".'),
  DeleteEndpoint: json(400, 'ValidationException', 'Cannot update in-progress endpoint "arn".'),
  CreateEndpoint: json(400, 'ResourceInUse', 'The endpoint is in use.'),
  StartPipelineExecution: json(400, 'ConflictException', 'The pipeline is being updated.'),
  StopPipelineExecution: json(400, 'ConflictException', 'The execution is being changed.'),
  UpdateModelPackage: json(400, 'ConflictException', 'The model package is being updated.'),
  PUT: xml(409, 'ConditionalRequestConflict', 'At least one of the preconditions you specified did not hold.'),
  RegisterScalableTarget: json(400, 'ConcurrentUpdateException', 'You already have a pending update.'),
};
