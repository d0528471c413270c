/** What Vertex AI measures of an endpoint's requests: https://cloud.google.com/monitoring/api/metrics_gcp_a_b#gcp-aiplatform */
import type { Series } from './monitoring-series';
import type { Place } from './vertex-state';

export interface Traffic {
  readonly endpointId: string;
  readonly deployedModelId: string;
  /** Milliseconds. @default - now */
  readonly at?: number;
  /** All of them, those that failed too. */
  readonly responses: number;
  /** @default 0 */
  readonly errors?: number;
  /** Milliseconds, one a response. @default [] */
  readonly latencies?: readonly number[];
}

const PREFIX = 'aiplatform.googleapis.com/prediction/online';

export function trafficSeries(place: Place, traffic: Traffic & { readonly at: number }): readonly Series[] {
  const { endpointId, deployedModelId, at, responses, errors = 0, latencies = [] } = traffic;
  const labels = { resource_container: place.projectNumber, location: place.location, endpoint_id: endpointId };
  const resource = { type: 'aiplatform.googleapis.com/Endpoint', labels };
  const counted = (name: string, count: number, more: Readonly<Record<string, string>> = {}): Series => ({
    metric: { type: `${PREFIX}/${name}`, labels: { deployed_model_id: deployedModelId, ...more } },
    ...{ resource, metricKind: 'DELTA', valueType: 'INT64', samples: [{ at, value: count }] },
  });
  // [unverified] the names of the parts; a percentile over all of them would be of neither.
  const timed = (part: string, values: readonly number[]): Series => ({
    metric: {
      type: `${PREFIX}/prediction_latencies`,
      labels: { deployed_model_id: deployedModelId, latency_type: part },
    },
    ...{ resource, metricKind: 'DELTA', valueType: 'DISTRIBUTION', samples: [{ at, value: 0, values }] },
  });
  return [
    counted('response_count', responses - errors, { response_code: '200' }),
    ...(errors > 0
      ? [counted('response_count', errors, { response_code: '500' }), counted('error_count', errors)]
      : []),
    ...(latencies.length > 0
      ? [
          timed('total', latencies),
          timed(
            'overhead',
            latencies.map(() => 1),
          ),
        ]
      : []),
  ];
}
