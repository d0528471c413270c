/** Edits that people make of what of Google Cloud the spec does not say, of a system that is deployed. */
import { dataset, training, type MlopsSpec } from '../..';
import type { GcpOptions } from '../../constructs/gcp';
import { SPEC_EDITS } from '../cases/edits';
import { imageReference } from './program';

export interface Edit {
  readonly spec?: (spec: MlopsSpec) => MlopsSpec;
  readonly options?: Partial<GcpOptions>;
}

const OPTION_EDITS: Readonly<Record<string, Partial<GcpOptions>>> = {
  'jobs in a private network': {
    network: { attachment: 'projects/acme-ml/regions/europe-west4/networkAttachments/jobs' },
  },
  'an image of its own for a pipeline': {
    pipelines: { training: { image: { kind: 'digest', reference: imageReference('other') } } },
  },
  'a machine for a task': {
    pipelines: { training: { machines: { candidate_large: { cores: 8, memory: '32 GiB' } } } },
  },
  'no upload of rows': { datasets: { rows: { upload: false } } },
  'a machine for the endpoint': { endpoints: { online: { machine: 'n1-standard-8' } } },
  'an alert that retrains': { endpoints: { online: { retrainOn: { revenue: 'projects/acme-ml/alertPolicies/1' } } } },
  'a batch pipeline': { batch: { nightly: { pipeline: 'training' } } },
  'people who are told': { emails: ['people@example.com'] },
  'a label': { labels: { team: 'models' } },
  'another description of the dashboard': { transform: { schedule: (args) => ({ ...args, description: 'Ours' }) } },
};

export const EDITS: readonly (readonly [name: string, edit: Edit])[] = [
  ...Object.entries(SPEC_EDITS).map(([name, spec]) => [name, { spec }] as const),
  ...Object.entries(OPTION_EDITS).map(([name, options]) => [name, { options }] as const),
];

/** A second model, with rows, a pipeline and an endpoint of its own. */
export const withAnother = (spec: MlopsSpec): MlopsSpec => ({
  ...spec,
  datasets: {
    ...spec.datasets,
    more: dataset({
      source: './other-data',
      time: 'when',
      key: ['order'],
      label: 'bought',
      features: { price: 'number' },
    }),
  },
  pipelines: {
    ...spec.pipelines,
    another: training({
      dataset: 'more',
      code: './other-code',
      history: '10 days',
      test: '2 days',
      candidates: { only: {} },
      choose: { metric: 'mae' },
    }),
  },
  endpoints: { ...spec.endpoints, third: { model: 'another' } },
});
