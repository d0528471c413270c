/** CloudWatch in the histories: figures of the traffic that there was, and alarms that follow their gauges some minutes later. */
import type { Time } from '../../../runtime/loop/platform';
import { FakeCloudWatch } from '../runtime/fake-cloudwatch';
import { textOf, type Answer, type Sent } from '../runtime/fake-http';
import { MINUTE } from './settings';
import type { World } from './world';

interface Query {
  readonly StartTime: number;
  readonly EndTime: number;
  readonly MetricDataQueries: readonly {
    readonly MetricStat: { readonly Metric: { readonly Dimensions: readonly { readonly Value: string }[] } };
  }[];
}

export class Meters extends FakeCloudWatch {
  private readonly changes = new Map<string, { readonly at: Time; readonly rings: boolean }>();

  constructor(private readonly world: World) {
    super();
  }

  /** By the name of the alarm. */
  set(alarm: string, rings: boolean): void {
    this.alarms.set(alarm, { ...this.alarms.get(alarm), StateValue: rings ? 'ALARM' : 'OK' });
  }

  /** Whether its actions are switched off. */
  mute(alarm: string, is: boolean): void {
    this.alarms.set(alarm, { StateValue: 'OK', ...this.alarms.get(alarm), ActionsEnabled: !is });
  }

  /** What the loop calls those that ring. */
  ringing(): readonly string[] {
    const { alarms } = this.world.newest().settings;
    const rings = (name: string): boolean => {
      const { StateValue, ActionsEnabled } = this.alarms.get(name) ?? {};
      return StateValue === 'ALARM' && ActionsEnabled !== false;
    };
    return Object.keys(alarms).filter((name) => rings(alarms[name]!));
  }

  next(): Time {
    return Math.min(Infinity, ...[...this.changes.values()].map(({ at }) => at));
  }

  continue(): void {
    for (const [alarm, { at, rings }] of this.changes)
      if (at <= this.world.now) {
        this.changes.delete(alarm);
        this.set(alarm, rings);
      }
  }

  override answer(sent: Sent): Answer {
    const call = sent.headers['x-amz-target']!.split('.')[1]!;
    if (call === 'GetMetricData') this.measure(JSON.parse(textOf(sent.body)) as Query);
    const told = this.told.length;
    const answer = super.answer(sent);
    for (const line of this.told.slice(told)) this.follow(line);
    return answer;
  }

  private measure({ StartTime, EndTime, MetricDataQueries: [first] }: Query): void {
    const variant = first!.MetricStat.Metric.Dimensions[1]!.Value;
    this.figures.clear();
    for (const [name, value] of this.world.traffic.figures(variant, StartTime * 1000, EndTime * 1000))
      this.figures.set(`${name} ${variant}`, value);
  }

  /** `Degraded=1 bike-rentals online quality` */
  private follow(line: string): void {
    const [, value, monitor] = /^Degraded=(\d) \S+ \S+ (\S+)$/.exec(line) ?? [];
    if (value === undefined) return;
    const alarm = `bike-rentals-online-${monitor!}-degraded`;
    const rings = value === '1';
    const now = this.alarms.get(alarm)?.['StateValue'] === 'ALARM';
    if (now === rings) this.changes.delete(alarm);
    else this.changes.set(alarm, { at: this.world.now + this.world.random() * (rings ? 8 : 20) * MINUTE, rings });
  }
}
