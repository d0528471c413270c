/** Alerts on the requests that an endpoint answers, by deployed model: for people; the loop judges versions by itself. */
import { output, type Input, type Resource } from '@pulumi/pulumi';
import type * as monitoring from '@pulumi/gcp/monitoring';
import { show, SpecError, when, type Problem } from '../spec/problem';
import { milliseconds, type Duration } from '../spec/units';
import { alert, type AlertTransform } from './alert';
import { selector } from './gauges';
import type { Place } from './place';

/** The spec's p99 is never judged on fewer requests. */
const LEAST_FOR_P99 = 20;

/** What of the spec's rollout Cloud Monitoring watches. */
export interface HealthRules {
  /** An alert looks at this many requests at least. @default 20 */
  readonly leastRequests?: number;
  readonly rollBackOn?: {
    /** Share of failed requests, 0 to 1, above which the alert rings. @default 0.01 */
    readonly errorRate?: number | false;
    /** Latency that 99 of 100 requests stay below, above which the alert rings. @default false */
    readonly p99?: Duration | false;
  };
}

export interface HealthAlertsProps {
  readonly parent: Resource;
  /** Of the endpoint's parts. */
  readonly named: (part: string) => string;
  readonly place: Place;
  readonly endpointId: Input<string>;
  /** What people call it. */
  readonly displayName: string;
  readonly rules: HealthRules;
  /** How much of the past an alert looks at: whole minutes, at most a day. */
  readonly window: Duration;
  readonly channels: readonly Input<string>[];
  readonly transform?: AlertTransform | undefined;
}

/** In PromQL, of one endpoint and by deployed model. https://cloud.google.com/monitoring/api/metrics_gcp_a_b#gcp-aiplatform */
export interface TrafficQueries {
  readonly requests: string;
  readonly errors: string;
  /** In milliseconds. */
  readonly p99: string;
}

export function trafficQueries(endpointId: string, window: string): TrafficQueries {
  const labels = { monitored_resource: 'aiplatform.googleapis.com/Endpoint', endpoint_id: endpointId };
  const of = (figure: string, matches = '') =>
    `increase(${selector(`aiplatform.googleapis.com/prediction/online/${figure}`, labels, matches)}[${window}])`;
  return {
    requests: `sum by (deployed_model_id) (${of('response_count')})`,
    errors: `sum by (deployed_model_id) (${of('response_count', 'response_code=~"5.."')})`,
    p99: `histogram_quantile(0.99, sum by (le, deployed_model_id) (${of('prediction_latencies_bucket')}))`,
  };
}

export function healthAlerts(props: HealthAlertsProps): readonly monitoring.AlertPolicy[] {
  const { rules, window, displayName, endpointId, place, named } = props;
  const problems = checkHealthWindow(window, 'healthWindow');
  if (problems.length > 0) throw new SpecError(displayName, problems);
  const { leastRequests = 20, rollBackOn: { errorRate = 0.01, p99 = false } = {} } = rules;
  const minutes = `${milliseconds(window) / 60_000}m`;
  const query = (build: (traffic: TrafficQueries) => string): Input<string> =>
    output(endpointId).apply((id) => build(trafficQueries(id, minutes)));
  const common = {
    ...{ parent: props.parent, project: place.project, labels: place.labels, channels: props.channels },
    ...{ severity: 'ERROR' as const, transform: props.transform },
  };
  const errors =
    errorRate === false
      ? []
      : [
          alert(named('errors'), {
            ...common,
            displayName: `${displayName}: errors`,
            says: `More than ${show(errorRate)} of the requests to one deployed model failed within ${window}, judged on ${leastRequests} requests or more. What the loop does about it: \`mlops status --target gcp\``,
            query: query(
              (of) => `(${of.errors} / ${of.requests}) > ${errorRate} and ${of.requests} >= ${leastRequests}`,
            ),
          }),
        ];
  const latency =
    p99 === false
      ? []
      : [
          alert(named('latency'), {
            ...common,
            displayName: `${displayName}: latency`,
            says: `99 of 100 requests to one deployed model took longer than ${p99} within ${window}. What the loop does about it: \`mlops status --target gcp\``,
            query: query(
              (of) =>
                `${of.p99} > ${milliseconds(p99)} and ${of.requests} >= ${Math.max(leastRequests, LEAST_FOR_P99)}`,
            ),
          }),
        ];
  return [...errors, ...latency];
}

export function checkHealthWindow(window: Duration, path: string): Problem[] {
  const time = milliseconds(window);
  return when(time <= 0 || time % 60_000 !== 0 || time > 86_400_000, {
    path,
    got: show(window),
    expected: 'whole minutes, at most a day: an alert in PromQL looks no further back',
    fix: "write '5 minutes', or '1 day' where there are few requests",
  });
}
