/** Signals: what else than objects of the bucket may have changed the world of one endpoint: alerts, and runs that ended. */
import type { ComponentResourceOptions, Input, Resource } from '@pulumi/pulumi';
import * as logging from '@pulumi/gcp/logging';
import * as monitoring from '@pulumi/gcp/monitoring';
import * as pubsub from '@pulumi/gcp/pubsub';
import { interpolate } from '@pulumi/pulumi';
import { Room } from '../pulumi/room';
import { jobsOf } from './job-names';
import { physicalName } from './names';
import { agent, type Place } from './place';

export interface SignalsProps {
  readonly place: Place;
  /** In the spec. */
  readonly endpoint: string;
  /** Resource name of the key of the topic, such as `storage.key`. @default false: Google's own */
  readonly key?: Input<string> | false;
  readonly dependsOn?: readonly Resource[];
  /** Channels of one project want to be changed one at a time: the one before. */
  readonly after?: Resource;
}

export class Signals extends Room {
  readonly topic: pubsub.Topic;
  /** Alerts that wake the loop tell it. */
  readonly channel: monitoring.NotificationChannel;

  constructor(name: string, props: SignalsProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Signals', name, options);
    const { place, endpoint, key = false, dependsOn = [], after } = props;
    const { project, prefix, labels } = place;
    this.topic = new pubsub.Topic(
      this.named('topic'),
      {
        project,
        name: physicalName('topic', prefix, endpoint, 'signals'),
        labels,
        messageStoragePolicy: { allowedPersistenceRegions: [place.location] },
        ...(key !== false && { kmsKeyName: key }),
      },
      { parent: this, dependsOn: [...dependsOn] },
    );
    const alerts = this.mayPublish('alerts', project, agent(place, 'gcp-sa-monitoring-notification'));
    this.channel = new monitoring.NotificationChannel(
      this.named('channel'),
      {
        project,
        type: 'pubsub',
        displayName: `${prefix} ${endpoint}: wakes the loop`,
        labels: { topic: this.topic.id },
        userLabels: labels,
      },
      { parent: this, dependsOn: [alerts, ...(after ? [after] : [])] },
    );
    const sink = new logging.ProjectSink(
      this.named('runs'),
      {
        project,
        name: physicalName('sink', prefix, endpoint, 'runs'),
        description: `Runs of ${endpoint} that changed their state`,
        destination: interpolate`pubsub.googleapis.com/${this.topic.id}`,
        filter: runsFilter(project, jobsOf(prefix, endpoint)),
        uniqueWriterIdentity: true,
      },
      { parent: this },
    );
    this.mayPublish('runs', project, sink.writerIdentity);
    this.registerOutputs({});
  }

  private mayPublish(who: string, project: string, member: Input<string>): Resource {
    return new pubsub.TopicIAMMember(
      this.named(`publisher-${who}`),
      { project, topic: this.topic.name, role: 'roles/pubsub.publisher', member },
      { parent: this },
    );
  }
}

/** https://cloud.google.com/vertex-ai/docs/pipelines/logging [unverified: that a run's id is a label of its resource] */
const runsFilter = (project: string, jobs: string): string =>
  [
    `logName="projects/${project}/logs/aiplatform.googleapis.com%2Fpipeline_job_events"`,
    'resource.type="aiplatform.googleapis.com/PipelineJob"',
    `resource.labels.pipeline_job_id=~"^${jobs}-"`,
  ].join(' AND ');
