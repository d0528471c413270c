/** When the loop looked last, by the gauge that it tells at each look. */
import { HEARTBEATS_MS } from '../../runtime/cloud/heartbeat';
import type { Time } from '../../runtime/loop/platform';
import type { Google } from './google.runtime';
import { seriesOf } from './monitoring.runtime';
import { GAUGE_PREFIX, type Gauge, type LoopSettings } from './settings';

/** Nothing where it did not look within `HEARTBEATS_MS`. */
export async function lastLook(
  google: Google,
  { system, endpoint, project }: Pick<LoopSettings, 'system' | 'endpoint' | 'project'>,
  now: Time,
): Promise<Time | undefined> {
  const found = await seriesOf(google, project, {
    metric: `${GAUGE_PREFIX}/${'looked' satisfies Gauge}`,
    labels: { 'metric.labels.system': system, 'metric.labels.endpoint': endpoint },
    from: now - HEARTBEATS_MS,
    to: now,
  });
  const times = found.flatMap(({ points = [] }) => points.map(({ interval }) => Date.parse(interval.endTime)));
  return times.length > 0 ? Math.max(...times) : undefined;
}
