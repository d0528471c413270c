/** Pulumi's own engine, as built from its sources, against stub providers: each engine has a state, a home and a cloud of its own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { log } from '@pulumi/pulumi';
import {
  LocalWorkspace,
  PulumiCommand,
  type EngineEvent,
  type OutputMap,
  type PulumiFn,
  type Stack,
} from '@pulumi/pulumi/automation';
import { installPulumi } from '../../scripts/pulumi';
import { labelOf } from './readable-values';
import type { Schema } from './schema';
import { tighten } from './strict-sdk';
import type { Stub } from './stub';

interface Rpc {
  suppressUnhandledGrpcRejections<T>(promise: Promise<T>): Promise<T | undefined>;
}

// What an engine that fails cuts off in a program, Pulumi leaves to the process, which passes over it: a test runner would fail for it.
// eslint-disable-next-line @typescript-eslint/no-require-imports
(require('@pulumi/pulumi/runtime/rpc') as Rpc).suppressUnhandledGrpcRejections = (promise) =>
  promise.catch((error: { readonly code?: number }) => {
    if (error.code === status.UNAVAILABLE || error.code === status.CANCELLED) return undefined;
    throw error;
  });

/** Something that the engine did, or would do. */
export interface Change {
  /** Such as `create`, `update`, `replace`, `delete`, and the steps of a replacement: `create-replacement`, `delete-replaced`. */
  readonly operation: string;
  /** `Bucket shop/storage/bucket` */
  readonly resource: string;
  readonly urn: string;
  /** Properties that made it so, by path. */
  readonly properties: readonly string[];
}

export interface Outcome {
  readonly succeeded: boolean;
  /** In the order in which they began. What stays the same is left out, and so are providers. */
  readonly changes: readonly Change[];
  /** Errors and warnings, in the engine's words. */
  readonly diagnostics: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface EngineOptions {
  readonly stub: Stub;
  readonly schemas: readonly Schema[];
  /** @default 'shop' */
  readonly project?: string;
  /** @default 'dev' */
  readonly stack?: string;
  /** Such as `{ 'gcp:project': 'p' }`. @default {} */
  readonly config?: Readonly<Record<string, string>>;
}

export class Engine {
  private constructor(
    private readonly folder: string,
    private readonly project: string,
    private readonly stack: Stack,
    private readonly schemas: readonly Schema[],
  ) {}

  static async start({ stub, schemas, project = 'shop', stack: stackName = 'dev', config = {} }: EngineOptions) {
    const { root, folder, variables: envVars } = await prepare(stub);
    const pulumiCommand = await PulumiCommand.get({ root });
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName, projectName: project, program: async () => undefined },
      { envVars, pulumiCommand, workDir: join(folder, 'work'), pulumiHome: join(folder, 'home') },
    );
    for (const [key, value] of Object.entries(config)) await stack.setConfig(key, { value });
    return new Engine(folder, project, stack, schemas);
  }

  up(program: PulumiFn): Promise<Outcome> {
    return run((onEvent) => this.stack.up({ program: this.strict(program), onEvent }));
  }

  preview(program: PulumiFn): Promise<Outcome> {
    return run((onEvent) => this.stack.preview({ program: this.strict(program), onEvent }));
  }

  /** What the cloud has become is read into the state. */
  refresh(): Promise<Outcome> {
    return run((onEvent) => this.stack.refresh({ onEvent }));
  }

  destroy(): Promise<Outcome> {
    return run((onEvent) => this.stack.destroy({ onEvent }));
  }

  /** The state, as it lies on the disk: secrets must not be read in it. */
  state(): string {
    return readFileSync(join(this.folder, `backend/.pulumi/stacks/${this.project}/${this.stack.name}.json`), 'utf8');
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the SDK would drop is refused here too; what the program throws is told to the engine, as Pulumi does it. */
  private strict(program: PulumiFn): PulumiFn {
    return async () => {
      const sdk = tighten(this.schemas);
      try {
        return await program();
      } catch (error) {
        await log.error((error as Error).message);
        return undefined;
      } finally {
        sdk.undo();
      }
    };
  }
}

async function run(operate: (onEvent: (event: EngineEvent) => void) => Promise<object>): Promise<Outcome> {
  const heard = new Heard();
  try {
    const { outputs = {} } = (await operate((event) => heard.event(event))) as { readonly outputs?: OutputMap };
    const values = Object.entries(outputs).map(([name, { value }]) => [name, value as unknown] as const);
    return { succeeded: true, ...heard.told(), outputs: Object.fromEntries(values) };
  } catch (error) {
    const told = heard.told();
    // Where the engine said nothing, it was not the engine that failed.
    if (told.diagnostics.length === 0) throw error;
    return { succeeded: false, ...told, outputs: {} };
  }
}

class Heard {
  private readonly changes = new Map<string, Change>();
  private readonly diagnostics: string[] = [];

  event({ resourcePreEvent, resOutputsEvent, diagnosticEvent }: EngineEvent): void {
    const metadata = (resourcePreEvent ?? resOutputsEvent)?.metadata;
    if (metadata && !['same', 'read'].includes(metadata.op) && !metadata.type.startsWith('pulumi:providers:')) {
      const { op, urn, detailedDiff } = metadata;
      const properties = Object.keys(detailedDiff ?? {}).sort();
      // What a refresh finds is told of at its end: the first event only says that it looks.
      if (op !== 'refresh' || properties.length > 0)
        this.changes.set(`${op} ${urn}`, { operation: op, resource: labelOf(urn), urn, properties });
    }
    if (diagnosticEvent && ['error', 'warning'].includes(diagnosticEvent.severity))
      this.diagnostics.push(plainText(diagnosticEvent.message));
  }

  told(): Pick<Outcome, 'changes' | 'diagnostics'> {
    return { changes: [...this.changes.values()], diagnostics: this.diagnostics };
  }
}

/** Without the engine's marks for colours. */
const plainText = (message: string): string => message.replace(/<\{%[^%]*%\}>/g, '').trim();

export interface Prepared {
  /** Holds `bin/pulumi`. */
  readonly root: string;
  /** Of its own: for a state, a home and a working folder. Whoever asked for it removes it. */
  readonly folder: string;
  /** Nothing of this machine's Pulumi, nothing from the network; the passphrase is known to everyone. */
  readonly variables: Readonly<Record<string, string>>;
}

export async function prepare(stub: Stub): Promise<Prepared> {
  const root = await installPulumi((line) => console.log(line));
  const folder = mkdtempSync(join(tmpdir(), 'mlops-pulumi-'));
  for (const each of ['backend', 'work', 'home']) await mkdir(join(folder, each));
  const variables = {
    PATH: [join(root, 'bin'), process.env['PATH']].join(delimiter),
    PULUMI_BACKEND_URL: `file://${join(folder, 'backend')}`,
    PULUMI_HOME: join(folder, 'home'),
    PULUMI_CONFIG_PASSPHRASE: 'not a secret',
    PULUMI_DEBUG_PROVIDERS: stub.addresses,
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
  };
  return { root, folder, variables };
}
