/** Monitor: measures one endpoint's traffic window by window, and the alert that rings when it is degraded. */
import type { ComponentResourceOptions, Input } from '@pulumi/pulumi';
import type * as monitoring from '@pulumi/gcp/monitoring';
import { monitoringGraph } from '../../pipelines/monitoring';
import { Room } from '../pulumi/room';
import type { ResolvedMlops } from '../spec/mlops';
import { alert, type AlertTransform } from './alert';
import { gaugeQuery, TICK_MINUTES } from './gauges';
import { JobAccount, type JobAccountProps } from './job-account';
import { Pipeline, type JobOptions, type PipelineTransform } from './pipeline';

export interface MonitorProps extends JobOptions {
  /** Who its jobs run as. */
  readonly account: JobAccount;
  readonly spec: ResolvedMlops;
  /** Names in the spec. */
  readonly endpoint: string;
  readonly monitor: string;
  /** Told when the alert rings. @default [] */
  readonly channels?: readonly Input<string>[];
  readonly transform?: MonitorTransform;
}

export interface MonitorTransform extends PipelineTransform {
  readonly alert?: AlertTransform;
}

export interface MonitoringAccountProps extends Pick<JobAccountProps, 'place' | 'storage'> {
  readonly spec: ResolvedMlops;
  /** Its name in the spec. */
  readonly endpoint: string;
}

/** Who the jobs of all monitors of an endpoint, and of its trials, run as. */
export class MonitoringAccount extends JobAccount {
  constructor(name: string, props: MonitoringAccountProps, options: ComponentResourceOptions = {}) {
    const { place, storage, spec, endpoint } = props;
    const { model } = spec.endpoints[endpoint]!;
    super(
      name,
      {
        ...{ place, storage, parts: ['monitor', endpoint] },
        description: `Monitors of ${endpoint}: read windows and models, write reports`,
        reads: [`windows/${endpoint}`, `artifacts/${model}`, `reports/${endpoint}`],
        writes: [`reports/${endpoint}`],
      },
      options,
    );
  }
}

export class Monitor extends Room {
  readonly pipeline: Pipeline;
  /** Rings while the last windows are violated. The loop tells the gauge that it watches: no alert can span weeks. */
  readonly alert: monitoring.AlertPolicy;

  constructor(name: string, props: MonitorProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Monitor', name, options);
    const { spec, endpoint, monitor, place, channels = [], transform = {} } = props;
    const noun = spec.endpoints[endpoint]!.monitors[monitor]!;
    this.pipeline = new Pipeline(
      this.named('pipeline'),
      { ...props, transform, name: `${endpoint}-${monitor}`, graph: monitoringGraph(spec, endpoint, monitor) },
      { parent: this },
    );
    this.alert = alert(this.named('degraded'), {
      parent: this,
      project: place.project,
      displayName: `${place.prefix} ${endpoint}: ${monitor} is degraded`,
      says: `${noun.kind} of ${endpoint}: ${noun.violations.count} of the last ${noun.violations.of} windows of ${noun.every} are violated. What the loop does about it: \`mlops status --target gcp\``,
      // Longer than a tick, so that a gauge told at every tick never leaves it empty.
      query: `max(max_over_time(${gaugeQuery('degraded', { system: place.prefix, endpoint, monitor })}[${3 * TICK_MINUTES}m])) >= 1`,
      channels,
      labels: place.labels,
      severity: 'WARNING',
      transform: transform.alert,
    });
    this.registerOutputs({});
  }
}
