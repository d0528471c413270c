/** What AWS can do of what a spec can ask. */
import type { Support } from '../spec/support';

export const support: Support = {
  training: 'native',
  'training.schedule': {
    via: 'the loop starts it, at the first of its looks after that time: they are five minutes apart',
  },
  graph: 'native',
  'graph.image': { via: 'images in Amazon ECR, by digest' },
  'graph.memory': 'native',
  endpoint: 'native',
  'endpoint.autoscaling': 'native',
  'endpoint.scaleToZero': {
    via: 'asynchronous endpoints, by the option `endpoints.NAME.kind`; a serverless one takes no model that is a folder',
  },
  'rollout.steps': { via: 'two variants of one real-time endpoint; the other kinds change all at once' },
  'rollout.quality': { via: 'real-time endpoints, whose requests are captured' },
  'monitor.data-drift': { via: 'real-time endpoints, whose requests are captured' },
  'monitor.prediction-drift': { via: 'real-time endpoints, whose requests are captured' },
  'monitor.model-quality': { via: 'real-time endpoints, whose requests are captured' },
  retrain: 'native',
  'approval.manual': 'native',
  notify: {
    via: 'a topic of Amazon SNS, and the webhook; one named by a variable is read from a secret, by an option',
  },
};
