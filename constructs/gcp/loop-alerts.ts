/** Alerts about the loop itself: who watches the watcher. */
import type { Input, Resource } from '@pulumi/pulumi';
import { output } from '@pulumi/pulumi';
import type * as monitoring from '@pulumi/gcp/monitoring';
import { alert, type AlertTransform } from './alert';
import { gaugeQuery, selector, TICK_MINUTES } from './gauges';
import type { Place } from './place';
import type { Gauge } from './settings';

export interface LoopAlertsProps {
  readonly parent: Resource;
  readonly named: (part: string) => string;
  readonly place: Place;
  /** In the spec. */
  readonly endpoint: string;
  /** Name of the service that hosts it. */
  readonly service: Input<string>;
  /** Whether it has monitors. */
  readonly monitored: boolean;
  readonly channels: readonly Input<string>[];
  readonly transform?: AlertTransform | undefined;
}

export function loopAlerts(props: LoopAlertsProps): readonly monitoring.AlertPolicy[] {
  const { named, place, endpoint, service, monitored } = props;
  const of = (gauge: Gauge) => gaugeQuery(gauge, { system: place.prefix, endpoint });
  const rings = (part: string, what: string, says: string, query: Input<string>, severity: 'CRITICAL' | 'ERROR') =>
    alert(named(part), {
      ...{ parent: props.parent, project: place.project, labels: place.labels, channels: props.channels },
      ...{ displayName: `${place.prefix} ${endpoint}: ${what}`, says, query, severity, transform: props.transform },
    });
  const told = (gauge: Gauge): string => `max(max_over_time(${of(gauge)}[${3 * TICK_MINUTES}m])) >= 1`;
  return [
    rings(
      'run-failed',
      'a training failed',
      'A training failed. The loop tries again, ever more slowly, and gives up after five: `mlops logs --target gcp`',
      told('run_failed'),
      'ERROR',
    ),
    ...(monitored
      ? [
          rings(
            'monitor-failed',
            'a monitor failed',
            'A run of a monitor failed: this endpoint is not watched. `mlops logs --target gcp`',
            told('monitor_failed'),
            'ERROR',
          ),
        ]
      : []),
    rings(
      'loop-failed',
      'looks fail',
      'Looks fail: what they say is in the log of the service',
      output(service).apply((name) => `${failures(name)} >= 3`),
      'ERROR',
    ),
    // Silence is what it rings for, also of a loop that has never looked.
    rings(
      'heartbeat',
      'the loop is silent',
      'The loop has stopped looking',
      `absent_over_time(${of('looked')}[${6 * TICK_MINUTES}m]) == 1`,
      'CRITICAL',
    ),
  ];
}

const failures = (service: string): string => {
  const labels = { monitored_resource: 'cloud_run_revision', service_name: service, response_code_class: '5xx' };
  return `sum(increase(${selector('run.googleapis.com/request_count', labels)}[${3 * TICK_MINUTES}m]))`;
};
