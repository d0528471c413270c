/**
 * One process of the loop's function, and the fault proxy between it and the fakes. The adapter is the product's own, unmodified, with
 * AWS's real clients; the proxy is ours, since no emulator shows any of this: throttling, conflicts, answers that are lost after
 * their effect, reads that are behind, calls that wait while others act, and the death of the process between any two calls. What the
 * SDK would try again, the proxy tries again as often as the SDK would, without its pauses: no test waits.
 */
import { Readable } from 'node:stream';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { AWS, platformFor, type AssembleOptions, type Clients } from '../../../constructs/aws/assemble.runtime';
import { LoopHost } from '../../../runtime/cloud/loop-host';
import { S3Store } from '../../../constructs/aws/store.runtime';
import type { Action, Time } from '../../../runtime/loop/platform';
import { textOf, type Answer, type Sent } from '../runtime/fake-http';
import { carryOut } from './effects';
import { drawFault, type Service } from './faults';
import { record } from './requests';
import type { Deployed } from './settings';
import type { World } from './world';

/** What one look of a loop knew: what it does is judged by what it could see. */
export interface Look {
  /** When it first read, by the world's events and by its clock. */
  readonly seq: number;
  readonly at: Time;
  /** The memory that it read. */
  readonly memory: string | undefined;
  /** The alarms that rang when it asked. */
  alarms: readonly string[];
  /** What it does just now. */
  action?: Action;
}

/** What a test puts into a process. */
export interface Lab {
  /** Changes a part of the adapter. */
  readonly plant?: (parts: ReturnType<typeof platformFor> & { readonly store: S3Store }, world: World) => void;
  /** Changes what is sent, or what is answered. */
  readonly request?: (call: string, sent: Sent, world: World) => Sent;
  readonly answer?: (call: string, answer: Answer) => Answer;
  /** After each event: whether enough was seen. */
  readonly isOver?: (world: World) => boolean;
}

/** What happens before each call: nothing, or a wait. */
export type Gate = () => Promise<void>;

const ATTEMPTS = 3;
/** Lambda ends the function then. */
export const TIMEOUT = 2 * 60_000;

export class Process {
  look: Look | undefined;
  /** When the looks that are under way began. */
  begun: Time | undefined;
  /** When they did, by the world's events. */
  since = 0;
  private readonly host: LoopHost;
  private gate: Gate | undefined;
  private callsLeft = Infinity;
  private die: () => void = () => undefined;
  private isDead = false;

  constructor(
    private readonly world: World,
    readonly deployed: Deployed,
    clock: () => Time,
    private readonly lab: Lab = {},
  ) {
    const clients = this.clients();
    const { settings, spec } = deployed;
    const options: AssembleOptions = { settings, spec, clients, clock, log: () => undefined };
    const store = new S3Store(clients.s3, settings.bucket);
    const parts = platformFor(options, store);
    lab.plant?.({ ...parts, store }, world);
    const act = parts.platform.act.bind(parts.platform);
    parts.platform.act = async (action) => {
      const { look } = this;
      if (look) look.action = action;
      await act(action).finally(() => delete look?.action);
    };
    this.host = new LoopHost({ ...options, ...parts, store, target: AWS });
  }

  get isAlive(): boolean {
    return !this.isDead;
  }

  /** Looks as often as the host wants to. Resolves with what it threw, or when the process has died. */
  async run({ gate, calls = Infinity }: { readonly gate?: Gate; readonly calls?: number } = {}): Promise<unknown> {
    const { world } = this;
    this.gate = gate;
    this.callsLeft = calls;
    const begun = (this.begun = world.now);
    this.since = ++world.seq;
    const death = new Promise<undefined>((resolve) => {
      this.die = () => resolve(undefined);
    });
    const looks = this.host
      .run(() => TIMEOUT - (world.now - begun))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    return Promise.race([looks, death]).finally(() => (this.begun = undefined));
  }

  /** In the middle of whatever it does: nothing of it goes on, not even what cleans up. */
  kill(): void {
    this.isDead = true;
    this.die();
  }

  // ---- the proxy

  private async send(service: Service, given: Sent): Promise<Answer> {
    const { world, lab } = this;
    if (this.gate) await this.alive(this.gate());
    if (this.callsLeft-- <= 0) this.kill();
    await this.alive();
    const call = callOf(service, given);
    const sent = lab.request?.(call, given, world) ?? given;
    const heard = (answer: Answer): Answer => lab.answer?.(call, answer) ?? answer;
    for (let attempt = 1; ; attempt += 1) {
      world.advance(50 + world.below(250));
      const fault = drawFault(world, service, call, sent);
      const answer = fault?.when === 'before' ? fault.answer : this.carryOut(service, call, sent);
      if (!fault) return heard(answer!);
      world.umpire.count(`fault: ${fault.when}`);
      if (fault.transient && attempt < ATTEMPTS) continue;
      if (fault.answer) return heard(fault.answer);
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    }
  }

  private carryOut(service: Service, call: string, sent: Sent): Answer {
    const { world } = this;
    if (call === 'GET' && sent.path.endsWith('/loop/online/memory.json'))
      this.look = {
        seq: ++world.seq,
        at: world.now,
        memory: world.s3.objects.get('loop/online/memory.json')?.etag,
        alarms: [],
      };
    return carryOut(world, service, call, sent, this);
  }

  /** Never goes on in a process that is dead. */
  private async alive(work: Promise<void> = Promise.resolve()): Promise<void> {
    await work;
    if (this.isDead) await new Promise<never>(() => undefined);
  }

  private clients(): Clients {
    const options = (service: Service) => ({
      region: 'eu-central-1',
      endpoint: `https://${service}.invalid`,
      credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
      // Nobody checks signatures and checksums here, and they take half of the time.
      signer: { sign: async <T>(request: T) => request } as never,
      requestChecksumCalculation: 'WHEN_REQUIRED' as const,
      responseChecksumValidation: 'WHEN_REQUIRED' as const,
      maxAttempts: 1,
      requestHandler: {
        handle: async (request: Sent) => {
          const { status, headers = {}, body = '' } = await this.send(service, request);
          return {
            response: { statusCode: status, headers: { ...headers }, body: Readable.from([Buffer.from(body)]) },
          };
        },
      } as never,
    });
    return {
      s3: record('s3', new S3Client({ ...options('s3'), forcePathStyle: true })),
      sagemaker: record('sagemaker', new SageMakerClient(options('sagemaker'))),
      cloudwatch: record('cloudwatch', new CloudWatchClient(options('cloudwatch'))),
      scaling: record('scaling', new ApplicationAutoScalingClient(options('scaling'))),
      sns: record('sns', new SNSClient(options('sns'))),
      secrets: record('secrets', new SecretsManagerClient(options('secrets'))),
    };
  }
}

/** `GET`, `LIST`, `PUT`, `COPY` or `DELETE` of S3, `Publish` of SNS, and the name of the call of the others. */
function callOf(service: Service, { method, query, headers, body }: Sent): string {
  if (service === 'sns') return new URLSearchParams(textOf(body)).get('Action') ?? 'Publish';
  if (service !== 's3') return headers['x-amz-target']!.split('.')[1]!;
  if (query['list-type'] === '2') return 'LIST';
  return headers['x-amz-copy-source'] ? 'COPY' : method;
}
