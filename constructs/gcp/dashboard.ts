/** Dashboard: one page for whoever is on call, with all of one endpoint. */
import { output, type ComponentResourceOptions, type Input } from '@pulumi/pulumi';
import * as monitoring from '@pulumi/gcp/monitoring';
import { unchanged, type Transform } from '../pulumi/options';
import { Room } from '../pulumi/room';
import { milliseconds, type Duration } from '../spec/units';
import { gaugeQuery, TICK_MINUTES } from './gauges';
import { trafficQueries } from './health-alerts';
import type { Place } from './place';
import type { Gauge } from './settings';

export interface DashboardProps {
  readonly place: Place;
  /** In the spec. */
  readonly endpoint: string;
  readonly endpointId: Input<string>;
  /** Names of its monitors. */
  readonly monitors: readonly string[];
  /** Resource names of all that may ring for it: health, monitors, the loop. */
  readonly alerts: readonly Input<string>[];
  /** Drawn as a line. @default false */
  readonly p99?: Duration | false;
  /** Share of failed requests, drawn as a line. @default false */
  readonly errorRate?: number | false;
  readonly transform?: DashboardTransform | undefined;
}

export interface DashboardTransform {
  readonly dashboard?: Transform<monitoring.DashboardArgs>;
}

/** Columns of a mosaic: https://cloud.google.com/monitoring/dashboards/api-dashboard */
const COLUMNS = 48;

interface Tile {
  readonly widget: object;
  readonly width: number;
  readonly height: number;
}

export class Dashboard extends Room {
  readonly dashboard: monitoring.Dashboard;

  constructor(name: string, props: DashboardProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Dashboard', name, options);
    const {
      place: { project },
      transform: { dashboard = unchanged } = {},
    } = props;
    const dashboardJson = output([props.endpointId, ...props.alerts] as Input<string>[]).apply(([id, ...alerts]) =>
      JSON.stringify(layout(props, id!, alerts)),
    );
    this.dashboard = new monitoring.Dashboard(this.named('dashboard'), dashboard({ project, dashboardJson }), {
      parent: this,
    });
    this.registerOutputs({});
  }
}

function layout(props: DashboardProps, endpointId: string, alerts: readonly string[]): object {
  const { place, endpoint } = props;
  const rows: (readonly Tile[])[] = [
    [introduction(place.prefix, endpoint)],
    alerts.map((alert) => ({
      widget: { alertChart: { name: alert } },
      width: Math.floor(COLUMNS / Math.min(4, alerts.length)),
      height: 8,
    })),
    traffic(props, endpointId),
    gauges(props),
  ];
  return {
    displayName: `${place.prefix} ${endpoint}`,
    labels: { mlops: '' },
    mosaicLayout: { columns: COLUMNS, tiles: placed(rows) },
  };
}

/** From the left to the right, and on below where a row is full. */
function placed(rows: readonly (readonly Tile[])[]): object[] {
  let [x, y] = [0, 0];
  return rows.flatMap((row) => {
    const tiles = row.map((tile) => {
      if (x + tile.width > COLUMNS) [x, y] = [0, y + tile.height];
      const at = { xPos: x, yPos: y, ...tile };
      x += tile.width;
      return at;
    });
    [x, y] = [0, y + (row[0]?.height ?? 0)];
    return tiles;
  });
}

const introduction = (prefix: string, endpoint: string): Tile => ({
  widget: {
    title: `${prefix} ${endpoint}`,
    text: {
      format: 'MARKDOWN',
      content: [
        'What serves, what runs and what is waited for: `mlops status --target gcp`. What was done, and why: `mlops events --target gcp`.',
        'Back to an older version: `mlops rollback VERSION --target gcp`.',
      ].join('\n\n'),
    },
  },
  width: COLUMNS,
  height: 6,
});

function traffic({ p99 = false, errorRate = false }: DashboardProps, endpointId: string): readonly Tile[] {
  const of = trafficQueries(endpointId, '5m');
  return [
    chart('Requests in 5 minutes', [of.requests], 3),
    chart('Share that failed', [`${of.errors} / ${of.requests}`], 3, errorRate),
    chart('Latency in ms, p99', [of.p99], 3, p99 && milliseconds(p99)),
  ];
}

function gauges({ place, endpoint, monitors }: DashboardProps): readonly Tile[] {
  const told = (gauge: Gauge, monitor?: string) =>
    `max_over_time(${gaugeQuery(gauge, { system: place.prefix, endpoint, ...(monitor !== undefined && { monitor }) })}[${3 * TICK_MINUTES}m])`;
  return [
    ...(monitors.length > 0
      ? [
          chart(
            'Degraded, by monitor',
            monitors.map((monitor) => told('degraded', monitor)),
            2,
          ),
        ]
      : []),
    chart(
      'The loop: looked, a training failed, a monitor failed',
      [told('looked'), told('run_failed'), told('monitor_failed')],
      2,
    ),
  ];
}

function chart(title: string, queries: readonly string[], aRow: number, limit: number | false = false): Tile {
  return {
    widget: {
      title,
      xyChart: {
        dataSets: queries.map((query) => ({
          plotType: 'LINE',
          targetAxis: 'Y1',
          timeSeriesQuery: { prometheusQuery: query },
        })),
        ...(limit !== false && { thresholds: [{ label: 'rolled back above', value: limit, targetAxis: 'Y1' }] }),
      },
    },
    width: COLUMNS / aRow,
    height: 16,
  };
}
