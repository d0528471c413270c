/** What this machine can do of what a spec can ask. */
import type { Support } from '../spec/support';

export const support: Support = {
  training: 'native',
  'training.schedule': { via: 'schedules are kept while `mlops up` runs' },
  graph: 'native',
  'graph.image': {
    via: 'the component runs with the programs of this machine, and with the Python of its code folder',
  },
  'graph.memory': { via: 'a task has the memory that this machine has' },
  endpoint: 'native',
  'endpoint.autoscaling': { via: 'replicas.min servers run, and their number does not change' },
  'endpoint.scaleToZero': {
    unsupported: 'set replicas.min to 1 or more: a server on this machine is not started by a request',
  },
  'rollout.steps': 'native',
  'rollout.quality': 'native',
  'monitor.data-drift': 'native',
  'monitor.prediction-drift': 'native',
  'monitor.model-quality': 'native',
  retrain: 'native',
  'approval.manual': 'native',
  notify: 'native',
};
