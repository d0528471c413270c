/** When the loop looked last, by the gauge that it tells at each look. */
import { GetMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { HEARTBEATS_MS } from '../../runtime/cloud/heartbeat';
import type { Time } from '../../runtime/loop/platform';
import { GAUGE_NAMESPACE, type Gauge, type LoopSettings } from './settings';

const MINUTE = 60_000;
/** To the minute; nothing where it did not look within `HEARTBEATS_MS`. */
export async function lastLook(
  cloudwatch: CloudWatchClient,
  { system, endpoint }: Pick<LoopSettings, 'system' | 'endpoint'>,
  now: Time,
): Promise<Time | undefined> {
  const { MetricDataResults: [found] = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - HEARTBEATS_MS),
      EndTime: new Date(now + MINUTE),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        {
          Id: 'looked',
          MetricStat: {
            Metric: {
              Namespace: GAUGE_NAMESPACE,
              MetricName: 'Looked' satisfies Gauge,
              Dimensions: [
                { Name: 'System', Value: system },
                { Name: 'Endpoint', Value: endpoint },
              ],
            },
            Period: 60,
            Stat: 'Maximum',
          },
        },
      ],
    }),
  );
  return found?.Timestamps?.[0]?.getTime();
}
