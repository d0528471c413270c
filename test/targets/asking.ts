/** A spec that asks for each feature. A new one does not compile without. */
import type { Feature, MlopsSpec } from '../..';
import { whole } from './targets';

const toZero: MlopsSpec = {
  ...whole,
  endpoints: { online: { ...whole.endpoints!['online']!, replicas: { min: 0, max: 3 } } },
};

export const ASKING: Readonly<Record<Feature, MlopsSpec>> = {
  training: whole,
  'training.schedule': whole,
  graph: whole,
  'graph.image': whole,
  'graph.memory': whole,
  endpoint: whole,
  'endpoint.autoscaling': whole,
  'endpoint.scaleToZero': toZero,
  'rollout.steps': whole,
  'rollout.quality': whole,
  'monitor.data-drift': whole,
  'monitor.prediction-drift': whole,
  'monitor.model-quality': whole,
  retrain: whole,
  'approval.manual': whole,
  notify: whole,
};
