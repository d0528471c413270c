/** Whole systems on Google Cloud, recorded without an engine. */
import { recordProgram, type Recorded } from '../pulumi/record';
import type { MlopsSpec } from '../..';
import { GcpMlops, type GcpOptions } from '../../constructs/gcp';
import { gcpSchema } from './used-types';

export const GIVEN = { project: 'acme-ml', projectNumber: '123456789012', location: 'europe-west4' } as const;

/** Of Artifact Registry, by a digest that means nothing. */
export const imageReference = (name: string): string =>
  `europe-west4-docker.pkg.dev/acme-ml/images/${name}@sha256:${'0a'.repeat(32)}`;

/** One that exists: where it comes from is nothing that a spec says, and to build one takes time. */
export const IMAGE = { kind: 'digest', reference: imageReference('models') } as const;

export async function recordProgramOf(program: () => unknown): Promise<Recorded> {
  const { stackTraceLimit } = Error;
  // The SDK takes a stack trace for each of its thousands of promises.
  Error.stackTraceLimit = 0;
  try {
    return await recordProgram(program, {
      project: 'shop',
      stack: 'dev',
      config: { 'gcp:project': GIVEN.project, 'gcp:region': GIVEN.location, 'shop:projectNumber': GIVEN.projectNumber },
      schemas: [gcpSchema()],
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** With a secret for each address that the spec only names. */
export const recordSystem = (spec: MlopsSpec, root: string, options: Partial<GcpOptions> = {}): Promise<Recorded> =>
  recordProgramOf(() => systemOf(spec, root, options).outputs);

export const systemOf = (spec: MlopsSpec, root: string, options: Partial<GcpOptions> = {}): GcpMlops =>
  new GcpMlops(spec.name, spec, { root, ...GIVEN, ...options, endpoints: withWebhooks(spec, options) });

function withWebhooks({ endpoints = {} }: MlopsSpec, { endpoints: given = {} }: Partial<GcpOptions>) {
  const named = Object.entries(endpoints).flatMap(([name, { notify }]) =>
    notify && typeof notify.webhook !== 'string' ? [[name, notify.webhook.env] as const] : [],
  );
  const secrets = named.map(([name, variable]) => [
    name,
    { webhook: `projects/${GIVEN.project}/secrets/${variable}/versions/latest`, ...given[name] },
  ]);
  return { ...given, ...(Object.fromEntries(secrets) as GcpOptions['endpoints']) };
}
