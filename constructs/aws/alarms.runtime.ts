/** The loop's own figures on CloudWatch, and which of the alarms on them, or of the user's own, ring. */
import {
  DescribeAlarmsCommand,
  PutMetricDataCommand,
  type CloudWatchClient,
  type MetricDatum,
} from '@aws-sdk/client-cloudwatch';
import { monitorFails, trainingFails } from '../../runtime/cloud/failing';
import type { Alarms as AlarmsPart } from '../../runtime/cloud/parts';
import type { Run } from '../../runtime/loop/platform';
import { GAUGE_NAMESPACE, type Gauge, type LoopSettings } from './settings';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const MOST_NAMES = 100;

export class Alarms implements AlarmsPart {
  constructor(
    private readonly cloudwatch: CloudWatchClient,
    private readonly settings: Pick<LoopSettings, 'system' | 'endpoint' | 'alarms'>,
  ) {}

  /** What the loop calls them. One whose actions are switched off is muted: it does nothing to people, and nothing here. */
  async ringing(): Promise<readonly string[]> {
    const { alarms } = this.settings;
    const names = [...new Set(Object.values(alarms))];
    const ringing = new Set<string>();
    for (let i = 0; i < names.length; i += MOST_NAMES) {
      const { MetricAlarms = [], CompositeAlarms = [] } = await this.cloudwatch.send(
        new DescribeAlarmsCommand({
          AlarmNames: names.slice(i, i + MOST_NAMES),
          AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
          MaxRecords: MOST_NAMES,
        }),
      );
      for (const { AlarmName, StateValue, ActionsEnabled } of [...MetricAlarms, ...CompositeAlarms])
        if (StateValue === 'ALARM' && ActionsEnabled !== false) ringing.add(AlarmName!);
    }
    return Object.keys(alarms).filter((name) => ringing.has(alarms[name]!));
  }

  async tell(monitor: string, degraded: boolean): Promise<void> {
    await this.put([this.datum('Degraded', degraded, monitor)]);
  }

  /** At each look: that it was, and whether runs fail. */
  async tellLook(runs: readonly Run[]): Promise<void> {
    await this.put([
      this.datum('Looked', true),
      this.datum('RunFailed', trainingFails(runs)),
      this.datum('MonitorFailed', monitorFails(runs)),
    ]);
  }

  private async put(data: MetricDatum[]): Promise<void> {
    await this.cloudwatch.send(new PutMetricDataCommand({ Namespace: GAUGE_NAMESPACE, MetricData: data }));
  }

  private datum(gauge: Gauge, is: boolean, monitor?: string): MetricDatum {
    const { system, endpoint } = this.settings;
    return {
      MetricName: gauge,
      Value: is ? 1 : 0,
      Dimensions: [
        { Name: 'System', Value: system },
        { Name: 'Endpoint', Value: endpoint },
        ...(monitor === undefined ? [] : [{ Name: 'Monitor', Value: monitor }]),
      ],
    };
  }
}
