/** Alert policies: native ones, to be read, muted and forced like any other. */
import type { Input, Resource } from '@pulumi/pulumi';
import * as monitoring from '@pulumi/gcp/monitoring';
import { unchanged, type Transform } from '../pulumi/options';

export type AlertTransform = Transform<monitoring.AlertPolicyArgs>;

export interface AlertProps {
  readonly parent: Resource;
  readonly project: Input<string>;
  /** What people see. */
  readonly displayName: string;
  /** What it means, and what to do about it: Markdown. */
  readonly says: string;
  /** PromQL: the alert rings while it has a result. */
  readonly query: Input<string>;
  /** Resource names of notification channels. */
  readonly channels: readonly Input<string>[];
  readonly labels: Readonly<Record<string, Input<string>>>;
  readonly severity: 'CRITICAL' | 'ERROR' | 'WARNING';
  readonly transform?: AlertTransform | undefined;
}

/**
 * Metrics need not be there yet: a new system has served nothing. Where nothing is told any more the alert is over; what rings for
 * silence asks for it. https://cloud.google.com/monitoring/promql/promql-in-alerting
 */
export function alert(name: string, props: AlertProps): monitoring.AlertPolicy {
  const { parent, project, displayName, says, query, channels, labels, severity, transform = unchanged } = props;
  return new monitoring.AlertPolicy(
    name,
    transform({
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
      // The shortest: what rings anew is a new incident, and wakes the loop again.
      alertStrategy: { autoClose: '1800s', notificationPrompts: ['OPENED', 'CLOSED'] },
      notificationChannels: [...channels],
      documentation: { content: says, mimeType: 'text/markdown' },
      userLabels: { ...labels },
    }),
    { parent },
  );
}
