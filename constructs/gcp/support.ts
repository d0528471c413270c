/** What Google Cloud can do of what a spec can ask. */
import type { Support } from '../spec/support';

export const support: Support = {
  training: 'native',
  'training.schedule': {
    via: 'the loop starts it, at the first of its looks after that time: they are five minutes apart',
  },
  graph: 'native',
  'graph.image': { via: 'images in Artifact Registry, by digest' },
  'graph.memory': { via: 'Vertex AI picks the machine: at most 96 cores and 581 GiB' },
  endpoint: 'native',
  'endpoint.autoscaling': 'native',
  'endpoint.scaleToZero': {
    unsupported:
      'keep at least one replica, since Vertex AI scales to none only in preview; or score in batches, by the option `batch`',
  },
  'rollout.steps': 'native',
  'rollout.quality': { via: 'requests that are logged to BigQuery' },
  'monitor.data-drift': { via: 'requests that are logged to BigQuery' },
  'monitor.prediction-drift': { via: 'requests that are logged to BigQuery' },
  'monitor.model-quality': { via: 'requests that are logged to BigQuery' },
  retrain: 'native',
  'approval.manual': 'native',
  notify: {
    via: 'a topic of Pub/Sub, and the webhook; one named by a variable is read from Secret Manager, by an option',
  },
};
