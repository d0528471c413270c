/** Dashboard: one page for whoever is on call, with the endpoints of a system. */
import { Duration } from 'aws-cdk-lib/core';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { milliseconds, type Duration as SpecDuration } from '../spec/units';
import { gauge, TICK } from './gauges';
import { variantMetrics, type VariantMetrics } from './health-alarms';
import { physicalName } from './names';
import type { ServedEndpoint } from './served-endpoint';
import type { Gauge } from './settings';

export interface DashboardProps {
  /** Its name on CloudWatch. @default - the prefix */
  readonly name?: string;
  /** What the system's names begin with, and the dimension `System` of its gauges. */
  readonly prefix: string;
  /** In the order in which they are shown, by their names in the spec. */
  readonly endpoints: Readonly<Record<string, DashboardEndpoint>>;
}

export interface DashboardEndpoint {
  readonly served: Pick<ServedEndpoint, 'endpointName' | 'kind' | 'slots'>;
  /** Names of its monitors. */
  readonly monitors: readonly string[];
  /** All that may ring for it: health, monitors, the loop. */
  readonly alarms: readonly cloudwatch.IAlarm[];
  /** Drawn as a line. @default false */
  readonly p99?: SpecDuration | false;
  /** Share of failed requests, drawn as a line. @default false */
  readonly errorRate?: number | false;
}

const WIDTH = 24;

export class Dashboard extends Construct {
  readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, { prefix, endpoints, name = prefix }: DashboardProps) {
    super(scope, id);
    this.dashboard = new cloudwatch.Dashboard(this, 'Resource', {
      dashboardName: physicalName('dashboard', name),
      defaultInterval: Duration.days(1),
      periodOverride: cloudwatch.PeriodOverride.INHERIT,
      widgets: [
        [introduction(prefix, Object.keys(endpoints))],
        ...Object.entries(endpoints).flatMap(([name, endpoint]) => rows(prefix, name, endpoint)),
      ],
    });
  }
}

function introduction(prefix: string, endpoints: readonly string[]): cloudwatch.IWidget {
  const lines = [
    `# ${prefix}`,
    `Endpoints: ${endpoints.join(', ') || 'none'}.`,
    'What serves, what runs and what is waited for: `mlops status --target aws`. What was done, and why: `mlops events --target aws`.',
    'Back to an older version: `mlops rollback VERSION --target aws`.',
  ];
  return new cloudwatch.TextWidget({ markdown: lines.join('\n\n'), width: WIDTH, height: 4 });
}

function rows(prefix: string, name: string, endpoint: DashboardEndpoint): cloudwatch.IWidget[][] {
  const { served, monitors, alarms } = endpoint;
  const heading = new cloudwatch.TextWidget({
    markdown: `## ${name}\n\n${served.kind} endpoint \`${served.endpointName}\`, ${served.slots.length > 1 ? 'variants' : 'variant'} ${served.slots.join(' and ')}`,
    width: WIDTH,
    height: 2,
  });
  return [
    [heading],
    ...(alarms.length > 0
      ? [[new cloudwatch.AlarmStatusWidget({ title: `${name}: alarms`, alarms: [...alarms], width: WIDTH, height: 3 })]]
      : []),
    traffic(name, endpoint),
    gauges(prefix, name, monitors),
  ];
}

function traffic(name: string, { served, p99 = false, errorRate = false }: DashboardEndpoint): cloudwatch.IWidget[] {
  const variants = served.slots.map((slot) => ({ slot, of: variantMetrics(served, slot, Duration.minutes(5)) }));
  const graph = (title: string, left: cloudwatch.IMetric[], label: string, limit: number | false) =>
    new cloudwatch.GraphWidget({
      title: `${name}: ${title}`,
      left,
      leftYAxis: { min: 0, label, showUnits: false },
      ...(limit !== false && { leftAnnotations: [{ value: limit, label: 'rolled back above' }] }),
      width: WIDTH / 3,
      height: 6,
    });
  return [
    graph(
      'requests',
      variants.map(({ of }) => of.requests),
      'in 5 minutes',
      false,
    ),
    graph(
      'share that failed',
      variants.map(({ slot, of }) => computed('errors / requests', slot, of)),
      '0 to 1',
      errorRate,
    ),
    graph(
      'latency, p99',
      variants.map(({ slot, of }) => computed('p99 / 1000', slot, of)),
      'ms',
      p99 && milliseconds(p99),
    ),
  ];
}

/** Ids are unique in a graph, so that each variant has its own. */
function computed(expression: string, slot: string, metrics: VariantMetrics): cloudwatch.MathExpression {
  const used = Object.entries(metrics).filter(([id]) => expression.includes(id)) as [string, cloudwatch.IMetric][];
  const own = (id: string) => `${id}_${slot.replace(/\W/g, '_')}`;
  return new cloudwatch.MathExpression({
    expression: used.reduce((text, [id]) => text.replace(id, own(id)), expression),
    usingMetrics: Object.fromEntries(used.map(([id, metric]) => [own(id), metric])),
    label: slot,
    period: Duration.minutes(5),
  });
}

function gauges(prefix: string, name: string, monitors: readonly string[]): cloudwatch.IWidget[] {
  const period = Duration.minutes(3 * TICK.toMinutes());
  const of = (metric: Gauge, label: string, monitor?: string) =>
    gauge(metric, { system: prefix, endpoint: name, ...(monitor !== undefined && { monitor }) }, period).with({
      label,
    });
  const graph = (title: string, left: cloudwatch.IMetric[]) =>
    new cloudwatch.GraphWidget({
      title: `${name}: ${title}`,
      left,
      leftYAxis: { min: 0, max: 1, showUnits: false },
      width: WIDTH / 2,
      height: 4,
    });
  return [
    ...(monitors.length > 0
      ? [
          graph(
            'degraded, by monitor',
            monitors.map((monitor) => of('Degraded', monitor, monitor)),
          ),
        ]
      : []),
    graph('the loop', [
      of('Looked', 'it looked'),
      of('RunFailed', 'a training failed'),
      of('MonitorFailed', 'a monitor failed'),
    ]),
  ];
}
