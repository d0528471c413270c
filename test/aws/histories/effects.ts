/** A request reaches the fakes: what it does to the world, and who watches. */
import { textOf, type Answer, type Sent } from '../runtime/fake-http';
import type { Input } from '../runtime/fake-json';
import type { Service } from './faults';
import type { Look, Process } from './process';
import type { Deployed } from './settings';
import type { Registered } from './versions';
import type { Served, World } from './world';

/** One request that changed something, and what was before. */
export interface Effect {
  readonly call: string;
  /** Of services that speak JSON. */
  readonly input: Input;
  /** Of S3: the object. */
  readonly key: string;
  /** Of the look that it is part of. */
  readonly look: Look;
  readonly deployed: Deployed;
  /** When its process began to look. */
  readonly since: number;
  readonly before: {
    readonly served: readonly Served[];
    readonly versions: readonly Registered[];
    readonly runs: number;
    /** What the object was. */
    readonly text: string | undefined;
    readonly etag: string | undefined;
  };
}

const READS = /^(GET|LIST|Describe|List|Get)/;

export function carryOut(world: World, service: Service, call: string, sent: Sent, process: Process): Answer {
  if (READS.test(call)) return read(world, service, call, sent, process);
  world.seq++;
  const effect = effectOf(world, service, call, sent, process);
  const answer = answererOf(world, service, call)(sent);
  if (answer.status >= 300) return answer;
  react(world, effect);
  world.umpire.watch(effect);
  return answer;
}

function read(world: World, service: Service, call: string, sent: Sent, { look }: Process): Answer {
  if (call === 'LIST' && String(sent.query['prefix']).startsWith('captures/')) world.traffic.capture();
  if (call === 'DescribeAlarms' && look) look.alarms = world.meters.ringing();
  return world.consistency.asSeen(call, answererOf(world, service, call)(sent));
}

function react(world: World, { call, input, before }: Effect): void {
  if (call === 'CreateModelPackage') makePackage(world);
  if (call.endsWith('ModelPackage')) world.versions.note();
  if (call.endsWith('PipelineExecution')) world.jobs.note();
  if (!/Endpoint|Model/.test(call)) return;
  world.life.begin(input['DeploymentConfig'] !== undefined);
  world.life.noteChanges(before.served);
  world.noteReads();
}

/** SageMaker sometimes fails to make a package. */
function makePackage(world: World): void {
  const made = world.sagemaker.packages.at(-1)!;
  if (world.nature(`v${made.notes['n']}`) === 'unmade') made.status = 'Failed';
}

function effectOf(
  world: World,
  service: Service,
  call: string,
  sent: Sent,
  { look = NO_LOOK, deployed, since }: Process,
): Effect {
  const isS3 = service === 's3';
  const key = isS3 ? decodeURIComponent(sent.path).slice('/record/'.length) : '';
  const object = world.s3.objects.get(key);
  return {
    ...{ call, key, look, deployed, since },
    input: isS3 || service === 'sns' ? {} : (JSON.parse(textOf(sent.body)) as Input),
    before: {
      served: world.served(),
      versions: call.endsWith('ModelPackage') ? world.versions.all() : [],
      runs: world.sagemaker.executions.length,
      text: object?.body.toString('utf8'),
      etag: object?.etag,
    },
  };
}

/** What is done before the first look: nothing that anybody watches. */
const NO_LOOK: Look = { seq: 0, at: 0, memory: undefined, alarms: [] };

function answererOf(world: World, service: Service, call: string): (sent: Sent) => Answer {
  const { s3, meters, scaling, sns, secrets, endpoints, sagemaker } = world;
  switch (service) {
    case 's3':
      return (sent) => s3.answer(sent);
    case 'cloudwatch':
      return (sent) => meters.answer(sent);
    case 'scaling':
      return (sent) => scaling.answer(sent);
    case 'sns':
      return ({ body }) => sns.answer(textOf(body));
    case 'secrets':
      return (sent) => secrets.answer(sent);
    case 'sagemaker':
      return (sent) => (endpoints.knows(call) ? endpoints.answer(sent) : sagemaker.answer(sent));
  }
}
