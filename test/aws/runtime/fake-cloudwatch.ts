/** CloudWatch in memory: figures of variants by period, gauges as they were told, alarms as the test sets them. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { FakeJson, type Input } from './fake-json';

interface Query {
  readonly Id: string;
  readonly MetricStat: {
    readonly Metric: { readonly MetricName: string; readonly Dimensions: readonly { readonly Value: string }[] };
    readonly Period: number;
    readonly Stat: string;
  };
}

export class FakeCloudWatch extends FakeJson {
  readonly client = new CloudWatchClient(this.clientOptions);
  /** By metric, statistic and variant: `Invocations Sum blue`. */
  readonly figures = new Map<string, number>();
  status = 'Complete';
  /** `Degraded=1 shop online quality` */
  readonly told: string[] = [];
  readonly alarms = new Map<string, Input>();
  readonly composite = new Map<string, Input>();

  protected readonly calls: Readonly<Record<string, (input: Input) => object>> = {
    GetMetricData: (input) => ({
      MetricDataResults: (input.MetricDataQueries as Query[]).map(({ Id, MetricStat }) => {
        const { Metric, Stat } = MetricStat;
        const value = this.figures.get(`${Metric.MetricName} ${Stat} ${Metric.Dimensions[1]!.Value}`);
        return { Id, StatusCode: this.status, Timestamps: [], Values: value === undefined ? [] : [value] };
      }),
    }),
    PutMetricData: ({ MetricData }) => {
      for (const { MetricName, Value, Dimensions } of MetricData as {
        readonly MetricName: string;
        readonly Value: number;
        readonly Dimensions: readonly { readonly Value: string }[];
      }[])
        this.told.push(`${MetricName}=${Value} ${Dimensions.map((each) => each.Value).join(' ')}`);
      return {};
    },
    DescribeAlarms: ({ AlarmNames, AlarmTypes }) => {
      const wanted = (alarms: ReadonlyMap<string, Input>, type: string) =>
        (AlarmTypes as string[]).includes(type)
          ? [...alarms]
              .filter(([name]) => (AlarmNames as string[]).includes(name))
              .map(([AlarmName, alarm]) => ({ AlarmName, ...alarm }))
          : [];
      return {
        MetricAlarms: wanted(this.alarms, 'MetricAlarm'),
        CompositeAlarms: wanted(this.composite, 'CompositeAlarm'),
      };
    },
    PutMetricAlarm: ({ AlarmName, ...alarm }) => {
      this.alarms.set(AlarmName as string, alarm);
      return {};
    },
    DeleteAlarms: ({ AlarmNames }) => {
      for (const name of AlarmNames as string[]) this.alarms.delete(name);
      return {};
    },
  };
}
