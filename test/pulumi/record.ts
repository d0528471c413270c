/** Runs a Pulumi program without an engine, and tells all that it asked for: resources with inputs and options. */
import { runtime } from '@pulumi/pulumi';
import type { Json } from '../../testing/json';
import { Monitor, type Invokes, type Registration } from './monitor';
import { plain } from './readable-values';
import type { Schema } from './schema';
import { tighten } from './strict-sdk';
import { isObject, signatureOf, type Wire } from './wire';

export type { Registration } from './monitor';

export interface RecordOptions {
  /** @default 'project' */
  readonly project?: string;
  /** @default 'stack' */
  readonly stack?: string;
  /** Such as `{ 'gcp:region': 'europe-west1' }`. @default {} */
  readonly config?: Readonly<Record<string, string>>;
  /** Keys of `config` whose values are secret. @default [] */
  readonly secrets?: readonly string[];
  /** Of the providers in use. Resources of other types are refused, but for components. */
  readonly schemas: readonly Schema[];
  /** @default {} */
  readonly invokes?: Invokes;
  /** Milliseconds without a registration after which a program is taken to wait for what never comes. @default 5000 */
  readonly patience?: number;
}

export interface Recorded {
  /** In the order of their URNs. */
  readonly resources: readonly Registration[];
  /** Of the stack: what the program returned. */
  readonly outputs: Readonly<Record<string, Json>>;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Outputs of resources are references to read, such as `${Bucket shop/storage/bucket.url}`, where they are texts or what only the
 * provider knows. Throws what the program throws, and all that is wrong with what it asks for: types and properties that the
 * schemas do not know, what is missing, what is registered twice, secrets in the open, promises that are never settled. What fails
 * later, in what follows an output, is a rejection that nobody handles: a test runner fails the test by itself.
 */
export function recordProgram(program: () => unknown, options: RecordOptions): Promise<Recorded> {
  // One at a time: what nobody catches tells nothing of the program that it came from.
  const run = last.then(() => record(program, options));
  last = run.catch(() => undefined);
  return run;
}

async function record(program: () => unknown, options: RecordOptions): Promise<Recorded> {
  const { project = 'project', stack = 'stack', config = {}, secrets = [], schemas, invokes = {} } = options;
  const monitor = new Monitor({ project, stack, schemas, invokes });
  const thrown: unknown[] = [];
  const caught = async (): Promise<Record<string, unknown> | undefined> => {
    try {
      return (await program()) as Record<string, unknown>;
    } catch (error) {
      // Pulumi would leave it to the process, as a rejection that nobody handles.
      thrown.push(error);
      return undefined;
    }
  };
  const strict = tighten(schemas);
  try {
    await state.withLocalStorage(async () => {
      runtime.setMockOptions(monitor, project, stack);
      runtime.setAllConfig(config, [...secrets]);
      await awaitFeatureSupport();
      const run = runtime.runInPulumiStack(caught).then(() => runtime.disconnect(true));
      const kept = await Promise.race([run.then(() => true), quiet(monitor, options.patience ?? 5_000)]);
      await turnOfTheLoop();
      const { size } = state.getStore().leakCandidates;
      if (!kept || size > 0) monitor.faults.push(`${size} promises are never settled`);
    });
  } finally {
    strict.undo();
  }
  if (thrown.length > 0) throw thrown[0] as Error;
  const faults = [...monitor.faults, ...openSecrets(monitor)].sort();
  if (faults.length > 0) throw new Error(`the program asks for what it cannot have:\n${faults.join('\n')}`);
  const resources = [...monitor.registrations.values()].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  return { resources, outputs: plain(monitor.outputs) as Record<string, Json> };
}

/** Node tells of what nobody caught once the promises of a turn are through. */
const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

/** False once nothing has been registered for as long. */
async function quiet(monitor: Monitor, patience: number): Promise<false> {
  for (let seen = -1; seen < monitor.calls;) {
    seen = monitor.calls;
    await new Promise((resolve) => setTimeout(resolve, patience).unref());
  }
  return false;
}

interface State {
  /** The Automation API runs programs inside it, each with settings and stack of its own. */
  withLocalStorage<T>(run: () => Promise<T>): Promise<T>;
  getStore(): { readonly leakCandidates: ReadonlySet<unknown> };
}

// Not among Pulumi's declarations, and the only way to run programs apart in one process.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const state = require('@pulumi/pulumi/runtime/state') as State;
const { awaitFeatureSupport } = runtime as unknown as { readonly awaitFeatureSupport: () => Promise<void> };

/** Short ones are found by chance. */
const SHORTEST_SECRET = 8;

/** Texts that are secret in one place and in the open in another. */
function openSecrets({ sent, outputs }: Monitor): string[] {
  const hidden = new Set<string>();
  const open: string[] = [];
  const walk = (value: Wire, secret: boolean): void => {
    if (typeof value === 'string' && secret && value.length >= SHORTEST_SECRET) hidden.add(value);
    else if (typeof value === 'string' && !secret) open.push(value);
    else if (Array.isArray(value)) (value as readonly Wire[]).forEach((item) => walk(item, secret));
    else if (isObject(value)) {
      const inside = secret || signatureOf(value) === 'secret';
      Object.values(value).forEach((item) => walk(item, inside));
    }
  };
  [...sent, outputs].forEach((value) => walk(value, false));
  return [...hidden]
    .filter((text) => open.some((other) => other.includes(text)))
    .map((text) => `a secret of ${text.length} characters is in the open too`);
}
