/** The deployed loop in its world: what a stage of the story does to it, and what it sees of it. */
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { LoopEvent } from '../../runtime/loop/platform';
import type { Deployment } from './deployment';
import { invoke, keys, putEvents, readJson, readObject, type Event } from './environment';
import { log, quiet } from './looks';
import { MINUTE, type StoryClock } from './story-clock';
import { shaken } from './story-events';
import { subjectOf, type Run } from './story-jobs';
import { ENDPOINT, Sight } from './story-sight';
import { until } from './waiting';
import type { World } from './world';

/** Of a variant's requests since the last figures. */
export interface Figures {
  readonly requests: number;
  readonly failed: number;
  readonly milliseconds: number;
}

export class Story {
  readonly sight: Sight;
  /** What was sent so far. */
  private readonly events: Event[] = [];
  private storms = 0;

  constructor(
    private readonly world: World,
    private readonly on: Deployment,
    private readonly clock: StoryClock,
  ) {
    this.sight = new Sight(world);
  }

  get bucket(): string {
    return this.on.named('AWS::S3::Bucket', /StorageBucket/);
  }

  /** As the tick does it, and waits until the loop has looked. */
  async tick(): Promise<void> {
    await invoke(this.on.clients, this.on.named('AWS::Lambda::Function', /onlineLoopFunction/), { look: 'now' });
  }

  async send(...events: readonly Event[]): Promise<void> {
    this.events.push(...events);
    await putEvents(this.on.clients, ...events);
  }

  /** Runs in flight: trainings, or those of a monitor. */
  executing(monitor?: string): readonly Run[] {
    return this.world.router.executions.list('Executing').filter((run) => subjectOf(run)?.monitor === monitor);
  }

  /** The one run in flight of that kind, as soon as there is one. */
  run(monitor?: string): Promise<Run> {
    return until(`a run of ${monitor ?? 'the training'}`, async () => this.executing(monitor)[0]);
  }

  /**
   * Figures of a version's requests, as SageMaker publishes them for its variant, some minutes after whatever changed last: the minute
   * in which it changed is not judged.
   */
  async serve(version: string, { requests, failed, milliseconds }: Figures): Promise<void> {
    this.clock.advance(2 * MINUTE);
    const { slot } = (await this.sight.served())[version]!;
    const datum = (MetricName: string, Value: number, Count = 1) => ({
      MetricName,
      Values: [Value],
      Counts: [Count],
      Timestamp: new Date(this.clock.now()),
      Dimensions: [
        { Name: 'EndpointName', Value: ENDPOINT },
        { Name: 'VariantName', Value: slot },
      ],
    });
    await this.on.clients.alarms.send(
      new PutMetricDataCommand({
        Namespace: 'AWS/SageMaker',
        MetricData: [
          datum('Invocations', 1, requests),
          datum('Invocation5XXErrors', 1, failed),
          datum('ModelLatency', milliseconds * 1000, requests),
        ],
      }),
    );
  }

  /** As soon as the shares are these. */
  async untilShares(expected: Readonly<Record<string, number>>): Promise<void> {
    const sorted = (shares: object) => JSON.stringify(Object.entries(shares).sort());
    let now: object = {};
    await until(`shares ${JSON.stringify(expected)}`, async () => {
      now = await this.sight.shares();
      return sorted(now) === sorted(expected);
    }).catch(async (error: Error) => {
      const [waits, lines] = [await this.waits(), await log(this.on)];
      throw new Error([error.message, JSON.stringify(now), ...waits, ...lines.slice(-5)].join('\n'));
    });
  }

  /** What the loop says that it waits for. */
  async waits(): Promise<readonly string[]> {
    type Status = { readonly waits: readonly string[] };
    return (await readJson<Status>(this.on.clients, this.bucket, 'loop/online/status.json'))?.waits ?? [];
  }

  /** What the loop did, oldest first. */
  async history(): Promise<readonly LoopEvent[]> {
    const days = await keys(this.on.clients, this.bucket, 'loop/online/events/');
    const texts = await Promise.all(days.map((key) => readObject(this.on.clients, this.bucket, key)));
    return texts
      .flatMap((text) => text.toString().split('\n').slice(0, -1))
      .map((line) => JSON.parse(line) as LoopEvent);
  }

  /** All that a look can change. */
  async picture(): Promise<object> {
    return {
      runs: this.world.router.executions.list().map(({ arn, status }) => `${arn} ${status}`),
      versions: await this.sight.versions(),
      served: await this.sight.served(),
      releases: await this.sight.releases(),
      requests: await keys(this.on.clients, this.bucket, 'loop/online/requests/'),
    };
  }

  /** Late events, each twice and in no order. Answers with how all looked before and after. */
  async storm(): Promise<{ readonly before: object; readonly after: object }> {
    await quiet(this.on);
    const before = await this.picture();
    const lines = (await log(this.on)).length;
    await putEvents(this.on.clients, ...shaken(this.events, (this.storms += 1)));
    await until('a look after the storm', async () => (await log(this.on)).length > lines);
    await quiet(this.on);
    return { before, after: await this.picture() };
  }
}
