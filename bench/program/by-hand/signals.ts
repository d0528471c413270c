/** What wakes the loop beside objects: alerts, and runs that ended. */
import { interpolate, type Resource } from '@pulumi/pulumi';
import * as logging from '@pulumi/gcp/logging';
import * as monitoring from '@pulumi/gcp/monitoring';
import type * as pubsub from '@pulumi/gcp/pubsub';
import type * as storage from '@pulumi/gcp/storage';
import { publishes } from './access';
import type { Apis } from './apis';
import { agents, endpoint, labels, project, system } from './place';
import { newTopic } from './record';

export interface Signals {
  readonly topic: pubsub.Topic;
  readonly channel: monitoring.NotificationChannel;
  readonly all: readonly Resource[];
}

export function newSignals(apis: Apis, bucket: storage.Bucket, notices: pubsub.Topic): Signals {
  const { on } = apis;
  const topic = newTopic(apis, `${endpoint}-signals`, [bucket]);
  const alerts = publishes(apis, 'signals-alerts', topic, agents.monitoring, apis.agents.monitoring);
  const channel = new monitoring.NotificationChannel(
    'signals-channel',
    {
      project,
      type: 'pubsub',
      displayName: `${system} ${endpoint}: wakes the loop`,
      labels: { topic: topic.id },
      userLabels: labels,
    },
    { dependsOn: [alerts, notices, on.monitoring] },
  );
  const sink = new logging.ProjectSink(
    'runs',
    {
      project,
      name: `${system}-${endpoint}-runs`,
      description: `Runs of ${endpoint} that changed their state`,
      destination: interpolate`pubsub.googleapis.com/${topic.id}`,
      filter: [
        `logName="projects/${project}/logs/aiplatform.googleapis.com%2Fpipeline_job_events"`,
        'resource.type="aiplatform.googleapis.com/PipelineJob"',
        `resource.labels.pipeline_job_id=~"^${system}-${endpoint}-"`,
      ].join(' AND '),
      uniqueWriterIdentity: true,
    },
    { dependsOn: [on.logging] },
  );
  const runs = publishes(apis, 'signals-runs', topic, sink.writerIdentity);
  return { topic, channel, all: [topic, alerts, channel, sink, runs] };
}
