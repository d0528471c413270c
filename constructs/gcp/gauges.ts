/** The loop's own figures on Cloud Monitoring, as alerts and dashboards ask for them. */
import { GAUGE_PREFIX, type Gauge } from './settings';

/** Minutes between two looks of a loop that nothing wakes. */
export const TICK_MINUTES = 5;

export interface GaugeOf {
  readonly system: string;
  /** In the spec. */
  readonly endpoint: string;
  readonly monitor?: string;
}

/**
 * A gauge in PromQL: the first slash after the domain becomes a colon, all other characters that are no letters become underscores.
 * https://cloud.google.com/monitoring/promql/promql-mapping
 */
export function gaugeQuery(gauge: Gauge, { system, endpoint, monitor }: GaugeOf): string {
  const labels = { monitored_resource: 'global', system, endpoint, ...(monitor !== undefined && { monitor }) };
  return selector(`${GAUGE_PREFIX}/${gauge}`, labels);
}

/** `aiplatform.googleapis.com/prediction/online/error_count` with labels, in PromQL. */
export function selector(metric: string, labels: Readonly<Record<string, string>>, matches = ''): string {
  const [domain, ...path] = metric.split('/');
  const name = `${domain!.replaceAll(/\W/g, '_')}:${path.join('_').replaceAll(/\W/g, '_')}`;
  const equal = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return `${name}{${[...equal, ...(matches ? [matches] : [])].join(', ')}}`;
}
