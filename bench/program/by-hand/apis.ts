/** The services of the project, and those agents of Google's that are given rights. */
import * as projects from '@pulumi/gcp/projects';
import { project } from './place';

const SERVICES = [
  'aiplatform',
  'artifactregistry',
  'bigquery',
  'cloudbuild',
  'cloudresourcemanager',
  'cloudscheduler',
  'iam',
  'logging',
  'monitoring',
  'pubsub',
  'run',
  'storage',
] as const;
const AGENTS = ['aiplatform', 'artifactregistry', 'monitoring', 'pubsub', 'storage'] as const;

export interface Apis {
  readonly on: Readonly<Record<(typeof SERVICES)[number], projects.Service>>;
  readonly agents: Readonly<Record<(typeof AGENTS)[number], projects.ServiceIdentity>>;
}

export function enableApis(): Apis {
  const service = (name: string) => `${name}.googleapis.com`;
  const on = Object.fromEntries(
    SERVICES.map((name) => [
      name,
      new projects.Service(`api-${name}`, { project, service: service(name), disableOnDestroy: false }),
    ]),
  ) as Apis['on'];
  const made = AGENTS.map((name) => [
    name,
    new projects.ServiceIdentity(`agent-${name}`, { project, service: service(name) }, { dependsOn: [on[name]] }),
  ]);
  return { on, agents: Object.fromEntries(made) as Apis['agents'] };
}
