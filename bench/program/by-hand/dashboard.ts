/** One page for whoever is on call. */
import { all, type Input } from '@pulumi/pulumi';
import * as monitoring from '@pulumi/gcp/monitoring';
import { gauge, traffic } from './alerts';
import type { Apis } from './apis';
import { endpoint, project, system } from './place';

const TEXT =
  'What serves, what runs and what is waited for: `mlops status --target gcp`. What was done, and why: `mlops events --target gcp`.\n\nBack to an older version: `mlops rollback VERSION --target gcp`.';

export const newDashboard = ({ on }: Apis, id: Input<string>, alerts: readonly monitoring.AlertPolicy[]) =>
  new monitoring.Dashboard(
    'dashboard',
    {
      project,
      dashboardJson: all([id, all(alerts.map(({ name }) => name))]).apply(([known, names]) =>
        JSON.stringify(pageOf(known, names)),
      ),
    },
    { dependsOn: [on.monitoring] },
  );

function pageOf(id: string, alerts: readonly string[]) {
  const of = traffic(id);
  const lastly = (...args: Parameters<typeof gauge>) => `max_over_time(${gauge(...args)}[15m])`;
  const tiles = [
    at(0, 0, 48, 6, { title: `${system} ${endpoint}`, text: { format: 'MARKDOWN', content: TEXT } }),
    ...alerts.map((name, i) => at((i % 4) * 12, 6 + Math.floor(i / 4) * 8, 12, 8, { alertChart: { name } })),
    at(0, 22, 16, 16, chart('Requests in 5 minutes', [of.requests])),
    at(16, 22, 16, 16, chart('Share that failed', [`${of.errors} / ${of.requests}`], 0.01)),
    at(32, 22, 16, 16, chart('Latency in ms, p99', [of.p99], 250)),
    at(0, 38, 24, 16, chart('Degraded, by monitor', [lastly('degraded', 'inputs'), lastly('degraded', 'quality')])),
    at(
      24,
      38,
      24,
      16,
      chart(
        'The loop: looked, a training failed, a monitor failed',
        ['looked', 'run_failed', 'monitor_failed'].map((each) => lastly(each)),
      ),
    ),
  ];
  return { displayName: `${system} ${endpoint}`, labels: { mlops: '' }, mosaicLayout: { columns: 48, tiles } };
}

const at = (xPos: number, yPos: number, width: number, height: number, widget: object) => ({
  xPos,
  yPos,
  widget,
  width,
  height,
});

const chart = (title: string, queries: readonly string[], limit?: number) => ({
  title,
  xyChart: {
    dataSets: queries.map((prometheusQuery) => ({
      plotType: 'LINE',
      targetAxis: 'Y1',
      timeSeriesQuery: { prometheusQuery },
    })),
    ...(limit !== undefined && { thresholds: [{ label: 'rolled back above', value: limit, targetAxis: 'Y1' }] }),
  },
});
