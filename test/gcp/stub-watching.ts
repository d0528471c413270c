/** Cloud Monitoring and Logging as the STUB provider knows them. */
import type { Rules } from '../pulumi/stub-rules';
import type { WireObject } from '../pulumi/wire';
import * as names from './stub-names';
import { handwritten, mmv1, text } from './stub-rule';

/** What a cloud calls by numbers of its own. */
const numbered = (kind: string) => ({
  id: (_: WireObject, place: { readonly project: string; readonly next: () => number }) =>
    `projects/${place.project}/${kind}/${place.next()}`,
  outputs: (_: WireObject, id: string) => ({ name: id }),
});

export const WATCHING: Rules = {
  'gcp:monitoring/alertPolicy:AlertPolicy': mmv1('monitoring/AlertPolicy', {
    replacedOn: ['project'],
    ...numbered('alertPolicies'),
    check: names.labels('userLabels'),
  }),
  'gcp:monitoring/notificationChannel:NotificationChannel': mmv1('monitoring/NotificationChannel', {
    replacedOn: ['project'],
    ...numbered('notificationChannels'),
    check: names.labels('userLabels'),
    held: (channel, { live }) =>
      channel['forceDelete'] !== true &&
      live.some(({ properties }) =>
        JSON.stringify(properties['notificationChannels'] ?? []).includes(`"${text(channel, 'name')}"`),
      )
        ? `channel ${text(channel, 'name')} is in use`
        : undefined,
  }),
  'gcp:monitoring/dashboard:Dashboard': handwritten('monitoring/resource_monitoring_dashboard.go [unverified]', {
    replacedOn: ['project'],
    ...numbered('dashboards'),
  }),
  'gcp:logging/projectSink:ProjectSink': handwritten('logging/resource_logging_project_sink.go [unverified]', {
    replacedOn: ['name', 'project', 'uniqueWriterIdentity'],
    named: true,
    id: (inputs, { project }) => `projects/${project}/sinks/${text(inputs, 'name')}`,
    outputs: (_, __, { projectNumber }) => ({
      writerIdentity: `serviceAccount:service-${projectNumber}@gcp-sa-logging.iam.gserviceaccount.com`,
    }),
    check: names.sinkName,
  }),
};
