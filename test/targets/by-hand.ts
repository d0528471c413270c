/** Edits of the full case that take more than one field. */
import type { MlopsSpec } from '../..';
import { at, withValue, type Value } from './sensitivity';

/** `{ 'a.b': 1 }`: values by path; `undefined` leaves the field out. */
const set =
  (values: Readonly<Record<string, Value | undefined>>) =>
  (spec: MlopsSpec): MlopsSpec =>
    Object.entries(values).reduce(
      (whole, [path, value]) => withValue(whole, path.split('.'), value),
      spec as unknown as Value,
    ) as unknown as MlopsSpec;

const onOtherRows = (pipeline: string) => (spec: MlopsSpec) =>
  set({
    'datasets.others': { ...(spec.datasets!['rows'] as unknown as object), label: 'returned' },
    [`pipelines.${pipeline}.dataset`]: 'others',
  })(spec);

const train = 'pipelines.own.tasks.train';

/** An input, and what it is wired to. */
const withoutInput = (name: string) =>
  set({ [`${train}.component.inputs.${name}`]: undefined, [`${train}.inputs.${name}`]: undefined });

const withInput = (name: string, kind: string, source: string) =>
  set({ [`${train}.component.inputs.${name}`]: kind, [`${train}.inputs.${name}`]: source });

const swapped = set({ 'endpoints.online.model': 'own', 'endpoints.second.model': 'training' });

/** The same place, taken by a monitor of another kind. */
const insteadOf = (monitor: string, other: string) => (spec: MlopsSpec) => {
  const monitors = ['endpoints', 'online', 'monitors'];
  const value = at(spec as unknown as Value, [...monitors, other]);
  return set({ [[...monitors, monitor].join('.')]: value })(spec);
};

export const BY_HAND: Readonly<Record<string, (spec: MlopsSpec) => MlopsSpec>> = {
  'datasets.rows.features.price.kind': set({ 'datasets.rows.features.price': { kind: 'category', nulls: 0.1 } }),
  'pipelines.training.kind': (spec) => set({ 'pipelines.training': spec.pipelines!['own'] as unknown as Value })(spec),
  'pipelines.training.dataset': onOtherRows('training'),
  'pipelines.own.kind': (spec) => set({ 'pipelines.own': spec.pipelines!['training'] as unknown as Value })(spec),
  'pipelines.own.dataset': onOtherRows('own'),
  [`${train}.component.inputs.data`]: withoutInput('data'),
  [`${train}.component.inputs.code`]: withInput('code', 'model', 'champion'),
  [`${train}.component.inputs.champion`]: withInput('champion', 'dataset', 'data'),
  [`${train}.component.outputs.model`]: set({
    [`${train}.component.outputs.model`]: undefined,
    [`${train}.component.outputs.fitted`]: 'model',
    'pipelines.own.register.model': 'train.fitted',
  }),
  [`${train}.component.outputs.decision`]: set({
    [`${train}.component.outputs.decision`]: undefined,
    'pipelines.own.register.decision': undefined,
  }),
  // Left out by the task, or beside its value, the component's own value counts.
  [`${train}.component.parameters.trees`]: set({
    [`${train}.component.parameters.trees`]: 11,
    [`${train}.parameters.trees`]: undefined,
  }),
  [`${train}.component.parameters.shuffle`]: set({
    [`${train}.component.parameters.shuffle`]: true,
    [`${train}.component.parameters.again`]: false,
  }),
  [`${train}.inputs.data`]: set({
    [`${train}.component.inputs.data`]: 'model',
    [`${train}.inputs.data`]: 'champion',
  }),
  [`${train}.inputs.code`]: withInput('code', 'dataset', 'data'),
  [`${train}.inputs.champion`]: withoutInput('champion'),
  'pipelines.own.register.model': set({
    [`${train}.component.outputs.second`]: 'model',
    'pipelines.own.register.model': 'train.second',
  }),
  'endpoints.online.model': swapped,
  'endpoints.second.model': swapped,
  'endpoints.online.rollout.rollBackOn.quality.monitor': (spec) =>
    set({
      'endpoints.online.monitors.more': spec.endpoints!['online']!.monitors!['errors'] as unknown as Value,
      'endpoints.online.rollout.rollBackOn.quality.monitor': 'more',
    })(spec),
  'endpoints.online.monitors.inputs.kind': insteadOf('inputs', 'predictions'),
  'endpoints.online.monitors.predictions.kind': insteadOf('predictions', 'inputs'),
  'endpoints.online.monitors.quality.kind': insteadOf('quality', 'inputs'),
  'endpoints.online.monitors.errors.kind': (spec) =>
    set({ 'endpoints.online.rollout.rollBackOn.quality': undefined })(insteadOf('errors', 'inputs')(spec)),
};
