/** Vertex AI, Cloud Run, Scheduler and Pub/Sub as the STUB provider knows them. */
import type { Rules } from '../pulumi/stub-rules';
import * as names from './stub-names';
import { iamMember, mmv1, path, text } from './stub-rule';

export const SERVING: Rules = {
  'gcp:vertex/aiEndpoint:AiEndpoint': mmv1('vertexai/Endpoint', {
    replacedOn: [
      'name',
      'location',
      'region',
      'project',
      'encryptionSpec',
      'network',
      'privateServiceConnectConfig.enablePrivateServiceConnect',
    ],
    named: true,
    id: (inputs, place) => path(inputs, place, 'locations/{place}/endpoints', 'name'),
    outputs: (inputs, _, { region, projectNumber }) => ({
      dedicatedEndpointDns:
        inputs['dedicatedEndpointEnabled'] === true
          ? `https://${text(inputs, 'name')}.${text(inputs, 'location') || region}-${projectNumber}.prediction.vertexai.goog`
          : '',
      trafficSplit: '',
    }),
    check: names.all(names.endpointName, names.labels('labels')),
  }),
  'gcp:vertex/aiEndpointIamMember:AiEndpointIamMember': iamMember('endpoint'),
  'gcp:cloudrunv2/service:Service': mmv1('cloudrunv2/Service', {
    replacedOn: ['name', 'location', 'project'],
    named: true,
    id: (inputs, place) => path(inputs, place, 'locations/{place}/services', 'name'),
    outputs: (inputs, _, { projectNumber }) => {
      const uri = `https://${text(inputs, 'name')}-${projectNumber}.${text(inputs, 'location')}.run.app`;
      return { uri, urls: [uri], generation: '1', uid: `stub-${text(inputs, 'name')}` };
    },
    check: names.all(names.serviceName, names.labels('labels')),
    held: (service) =>
      service['deletionProtection'] === false
        ? undefined
        : `service ${text(service, 'name')} is protected: set deletionProtection to false`,
  }),
  'gcp:cloudrunv2/serviceIamMember:ServiceIamMember': iamMember('name'),
  'gcp:cloudscheduler/job:Job': mmv1('cloudscheduler/Job', {
    replacedOn: ['name', 'region', 'project'],
    named: true,
    id: (inputs, place) => path(inputs, place, 'locations/{place}/jobs', 'name'),
    outputs: () => ({ state: 'ENABLED' }),
    check: names.all(names.jobName, names.oneOf('httpTarget', 'pubsubTarget', 'appEngineHttpTarget')),
  }),
  'gcp:pubsub/topic:Topic': mmv1('pubsub/Topic', {
    replacedOn: ['name', 'project', 'tags'],
    named: true,
    id: (inputs, { project }) => `projects/${text(inputs, 'project') || project}/topics/${text(inputs, 'name')}`,
    check: names.all(names.pubsubName, names.labels('labels')),
  }),
  'gcp:pubsub/topicIAMMember:TopicIAMMember': iamMember('topic'),
  'gcp:pubsub/subscription:Subscription': mmv1('pubsub/Subscription', {
    replacedOn: ['name', 'topic', 'filter', 'enableMessageOrdering', 'project', 'tags'],
    named: true,
    id: (inputs, { project }) => `projects/${text(inputs, 'project') || project}/subscriptions/${text(inputs, 'name')}`,
    check: names.all(names.pubsubName, names.subscriptionFilter, names.labels('labels')),
  }),
};
