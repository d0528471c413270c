/** A system on Google Cloud, found by the Cloud Run services that host its loops. */
import { Unavailable, UserError } from '../spec/problem';
import type { Google } from './google.runtime';
import type { LoopSettings } from './settings';

/** Where to look: what `gcloud` calls the project and the region. */
export interface Whereabouts {
  readonly project: string;
  readonly location: string;
}

export interface DeployedLoop {
  readonly settings: LoopSettings;
  /** Name of its Cloud Run service. */
  readonly service: string;
  /** Whether the newest revision of it can be asked. */
  readonly isReady: boolean;
}

export interface DeployedSystem extends Whereabouts {
  readonly system: string;
  /** At least one, by endpoint. */
  readonly loops: readonly DeployedLoop[];
}

/** https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services */
interface Service {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly terminalCondition?: { readonly state?: string };
  readonly template?: {
    readonly containers?: readonly { readonly env?: readonly { readonly name: string; readonly value?: string }[] }[];
  };
}

const FIELDS = 'services(name,labels,terminalCondition(state),template(containers(env(name,value)))),nextPageToken';
const SYSTEM = 'mlops_system';

/** Which system is meant. */
export interface Asked {
  /** Name of the spec. */
  readonly spec: string;
  /** Its environment, or the whole of what its names begin with. @default - the system that is called like the spec, or its only environment */
  readonly environment?: string | undefined;
}

/** Throws `Unavailable` where it is not deployed, in words that say what there is, and a `UserError` where several are meant. */
export async function findSystem(google: Google, where: Whereabouts, asked: Asked): Promise<DeployedSystem> {
  const { project, location } = where;
  const path = `projects/${project}/locations/${location}/services`;
  const services: Service[] = [];
  for await (const service of google.pages<Service>('run', path, 'services', { fields: FIELDS }))
    services.push(service);
  const system = meant(
    services.flatMap((service) => (loopOf(service).length > 0 ? [service.labels?.[SYSTEM]] : [])),
    asked,
    where,
  );
  const loops = services.filter(({ labels }) => labels?.[SYSTEM] === system).flatMap(loopOf);
  return { ...where, system, loops: loops.sort(byEndpoint) };
}

function meant(
  labels: readonly (string | undefined)[],
  { spec, environment }: Asked,
  { project, location }: Whereabouts,
): string {
  const all = [...new Set(labels.filter((label) => label !== undefined))].sort();
  const its = all.filter((system) => system === spec || system.startsWith(`${spec}-`));
  const asked = environment === undefined ? [] : [environment, `${spec}-${environment}`];
  const found =
    environment === undefined ? (its.includes(spec) ? [spec] : its) : its.filter((one) => asked.includes(one));
  if (found.length === 1) return found[0]!;
  const here = `the project ${project}, region ${location}`;
  if (found.length > 1)
    throw new UserError(
      `There are ${found.join(', ')} in ${here}, all of the spec ${spec}. ` +
        `Name one with --stack, such as --stack ${found[0]!.slice(spec.length + 1)}.`,
    );
  const there = all.length > 0 ? `There ${all.length > 1 ? 'are' : 'is'} ${all.join(', ')}.` : 'There is none.';
  throw new Unavailable(
    `No loop of ${asked.at(-1) ?? spec} runs in ${here}. ${there} Deploy it with pulumi up; ` +
      'GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_REGION say where to look.',
  );
}

function loopOf({ name, terminalCondition, template }: Service): DeployedLoop[] {
  const variables = (template?.containers ?? []).flatMap(({ env = [] }) => env);
  const settings = variables.find((one) => one.name === 'MLOPS_SETTINGS')?.value;
  if (settings === undefined) return [];
  return [
    {
      settings: JSON.parse(settings) as LoopSettings,
      service: name.split('/').at(-1)!,
      isReady: terminalCondition?.state === 'CONDITION_SUCCEEDED',
    },
  ];
}

const byEndpoint = (a: DeployedLoop, b: DeployedLoop): number => (a.settings.endpoint < b.settings.endpoint ? -1 : 1);
