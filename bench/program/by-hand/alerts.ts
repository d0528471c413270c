/** Alert policies and what they ask. */
import type { Input } from '@pulumi/pulumi';
import * as monitoring from '@pulumi/gcp/monitoring';
import type { Apis } from './apis';
import { endpoint, labels, project, system } from './place';

export interface Alert {
  readonly what: string;
  readonly says: string;
  readonly query: Input<string>;
  readonly severity: 'CRITICAL' | 'ERROR' | 'WARNING';
  readonly channels?: Input<string>[];
}

export function newAlert({ on }: Apis, { what, says, query, severity, channels = [] }: Alert): monitoring.AlertPolicy {
  const displayName = `${system} ${endpoint}: ${what}`;
  return new monitoring.AlertPolicy(
    what,
    {
      project,
      displayName,
      combiner: 'OR',
      severity,
      conditions: [
        {
          displayName,
          conditionPrometheusQueryLanguage: {
            query,
            duration: '0s',
            evaluationInterval: '60s',
            disableMetricValidation: true,
          },
        },
      ],
      alertStrategy: { autoClose: '1800s', notificationPrompts: ['OPENED', 'CLOSED'] },
      notificationChannels: channels,
      documentation: { content: says, mimeType: 'text/markdown' },
      userLabels: labels,
    },
    { dependsOn: [on.monitoring] },
  );
}

export const ASK = 'What the loop does about it: `mlops status --target gcp`';

export const gauge = (name: string, monitor?: string): string =>
  `custom_googleapis_com:mlops_${name}{monitored_resource="global", system="${system}", endpoint="${endpoint}"${monitor ? `, monitor="${monitor}"` : ''}}`;

export const told = (name: string): string => `max(max_over_time(${gauge(name)}[15m])) >= 1`;

export function traffic(id: string) {
  const of = (figure: string, matches = '') =>
    `increase(aiplatform_googleapis_com:prediction_online_${figure}{monitored_resource="aiplatform.googleapis.com/Endpoint", endpoint_id="${id}"${matches}}[5m])`;
  const byModel = (figure: string) => `sum by (deployed_model_id) (${figure})`;
  return {
    requests: byModel(of('response_count')),
    errors: byModel(of('response_count', ', response_code=~"5.."')),
    p99: `histogram_quantile(0.99, sum by (le, deployed_model_id) (${of('prediction_latencies_bucket')}))`,
  };
}
