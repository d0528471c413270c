/** The deployed loop in its world: what a stage of the story does to it, and what it sees of it. */
import { PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import type { LoopEvent } from '../../runtime/loop/platform';
import type { Deployment } from './deployment';
import { invoke, keys, logLines, putEvents, readJson, readObject, type Event } from './environment';
import type { StoryClock } from './story-clock';
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
    return this.named('AWS::S3::Bucket', /StorageBucket/);
  }

  /** Physical name of the one resource of a type whose logical id has this in it. */
  named(type: string, part: RegExp): string {
    const found = [...this.on.all.values()].filter((one) => one.type === type && part.test(one.logicalId));
    if (found.length !== 1) throw new Error(`${found.length} resources are a ${type} with ${String(part)}`);
    return found[0]!.physicalId;
  }

  /** As the tick does it, and waits until the loop has looked. */
  async tick(): Promise<void> {
    await invoke(this.on.clients, this.named('AWS::Lambda::Function', /onlineLoopFunction/), { look: 'now' });
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

  /** Figures of a version's requests, as SageMaker publishes them for its variant. */
  async serve(version: string, { requests, failed, milliseconds }: Figures): Promise<void> {
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

  /** What the function printed. */
  log(): Promise<readonly string[]> {
    return logLines(this.on.clients, this.named('AWS::Logs::LogGroup', /onlineLoopLog/));
  }

  /** Until no look comes any more: one may wake another, by what it publishes. */
  async quiet(): Promise<void> {
    let count = -1;
    let times = 0;
    await until('the loop to be quiet', async () => {
      const now = (await this.log()).filter((line) => line.startsWith('{"endpoint":"online"')).length;
      times = now === count ? times + 1 : 0;
      count = now;
      return times === 8;
    });
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
    await this.quiet();
    const before = await this.picture();
    const lines = (await this.log()).length;
    await putEvents(this.on.clients, ...shaken(this.events, (this.storms += 1)));
    await until('a look after the storm', async () => (await this.log()).length > lines);
    await this.quiet();
    return { before, after: await this.picture() };
  }
}
