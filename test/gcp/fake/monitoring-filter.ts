/** Filters of time series: https://cloud.google.com/monitoring/api/v3/filters */
import { invalid } from './errors';
import { comparisonsOf, filterOf } from './filter';
import type { Series } from './monitoring-series';

const OPERATORS = ['=', '!=', ':'] as const;
const FIELDS = {
  'metric.type': ['='],
  'resource.type': ['='],
  'metric.labels.*': OPERATORS,
  'resource.labels.*': OPERATORS,
  project: ['='],
} as const;

/** It must say which one metric. */
export function seriesFilter(text: string): (series: Series) => boolean {
  if (!comparisonsOf(text).get('metric.type')) throw invalid('The filter must specify a single metric type.');
  return filterOf(text, FIELDS);
}
