/** Apis: what of a project a system uses, and the agents of Google's that it gives rights to. */
import type { ComponentResourceOptions, Resource } from '@pulumi/pulumi';
import * as projects from '@pulumi/gcp/projects';
import { Room } from '../pulumi/room';
import type { Place } from './place';

/** What every system uses, and what for. Others may use it too, so that it stays on when the stack goes. */
export const APIS = {
  aiplatform: 'trains, registers and serves',
  artifactregistry: 'holds images',
  bigquery: 'holds requests',
  cloudresourcemanager: 'gives rights in the project',
  cloudscheduler: 'wakes the loops at every tick',
  iam: 'knows accounts and roles',
  logging: 'tells which runs ended',
  monitoring: 'watches',
  pubsub: 'wakes the loops, and tells people',
  run: 'hosts the loops',
  storage: 'holds the record',
} as const;

/** What some systems use beside that. */
export const MORE_APIS = {
  cloudbuild: 'builds images',
  cloudkms: 'keeps the key',
  secretmanager: "keeps a webhook's address",
} as const;

export type Api = keyof typeof MORE_APIS;

/** Domains of those agents that are given rights before they have done anything: https://cloud.google.com/iam/docs/service-agents */
const AGENTS: Readonly<Record<string, string>> = {
  aiplatform: 'gcp-sa-aiplatform',
  artifactregistry: 'gcp-sa-artifactregistry',
  monitoring: 'gcp-sa-monitoring-notification',
  pubsub: 'gcp-sa-pubsub',
  storage: 'gs-project-accounts',
};

/** Of Pulumi's modules that are called otherwise. */
const API_OF: Readonly<Record<string, string>> = {
  cloudrunv2: 'run',
  kms: 'cloudkms',
  projects: 'cloudresourcemanager',
  serviceaccount: 'iam',
  vertex: 'aiplatform',
};

export interface ApisProps {
  readonly place: Pick<Place, 'project'>;
  /** Beside those that every system uses. @default [] */
  readonly more?: readonly Api[];
}

export class Apis extends Room {
  /** The project can be used, and rights be given to Google's agents, once these are there. */
  readonly ready: readonly Resource[];
  private readonly services: ReadonlyMap<string, Resource>;
  private readonly agents: ReadonlyMap<string, Resource>;

  constructor(name: string, { place: { project }, more = [] }: ApisProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Apis', name, options);
    const names = [...Object.keys(APIS), ...more].sort();
    const [services, agents] = [new Map<string, Resource>(), new Map<string, Resource>()];
    for (const api of names) {
      const service = `${api}.googleapis.com`;
      const enabled = new projects.Service(
        this.named(api),
        { project, service, disableOnDestroy: false },
        { parent: this },
      );
      services.set(api, enabled);
      const agent = AGENTS[api];
      if (agent === undefined) continue;
      const identity = new projects.ServiceIdentity(
        this.named(`${api}-agent`),
        { project, service },
        { parent: this, dependsOn: [enabled] },
      );
      agents.set(agent, identity);
    }
    this.services = services;
    this.agents = agents;
    this.ready = [...services.values(), ...agents.values()];
  }

  /** What a resource needs that none of its arguments tells: the service that it is of, and whom of Google's it gives a right to. */
  before(type: string, { member }: { readonly member?: unknown }): readonly Resource[] {
    const [, module = ''] = type.split(/[:/]/);
    const service = this.services.get(API_OF[module] ?? module);
    const agent =
      typeof member === 'string' ? [...this.agents].find(([domain]) => member.includes(`@${domain}.`)) : undefined;
    return [...(service ? [service] : []), ...(agent ? [agent[1]] : [])];
  }
}
