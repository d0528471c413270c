/**
 * STUB providers: they stand where a cloud's real provider would, and carry nothing out. What is made lives in memory; what it
 * is called, what makes it anew and what is refused is what `Rules` say. A real engine drives them, so that what is shown by them
 * is the engine's work and ours, and nothing of the cloud's.
 */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ResourceProviderService } from '@pulumi/pulumi/proto/provider_grpc_pb';
import type { Schema } from './schema';
import { stubProvider } from './stub-provider';
import type { LiveResource, Rules } from './stub-rules';
import type { WireObject } from './wire';

export type Operation = 'create' | 'read' | 'update' | 'delete' | 'check' | 'diff' | 'invoke';

export interface Call {
  readonly operation: Operation;
  /** Token of the type or the function. */
  readonly type: string;
  /** Logical name. Empty of an invoke. */
  readonly name: string;
  readonly preview: boolean;
}

export interface StubPackage {
  /** As the engine calls it: `gcp`. */
  readonly name: string;
  readonly schema: Schema;
  readonly rules: Rules;
  /** Answers of functions, by token. @default {} */
  readonly invokes?: Readonly<Record<string, (args: WireObject) => WireObject>>;
}

export interface StubOptions {
  readonly packages: readonly StubPackage[];
  /** @default 'stub-project' */
  readonly project?: string;
  /** @default '123456789012' */
  readonly projectNumber?: string;
  /** @default 'europe-west1' */
  readonly region?: string;
}

/** Something went wrong as it would in the cloud; told to the engine. */
export class Refusal extends Error {}

export class Stub {
  readonly calls: Call[] = [];
  private readonly resources = new Map<string, LiveResource>();
  private readonly failures = new Map<string, readonly Operation[]>();
  private readonly servers: Server[] = [];
  private count = 0;
  readonly place;

  private constructor({ project, projectNumber, region }: StubOptions) {
    const live = () => this.live();
    this.place = {
      project: project ?? 'stub-project',
      projectNumber: projectNumber ?? '123456789012',
      region: region ?? 'europe-west1',
      next: () => ++this.count,
      get live() {
        return live();
      },
    };
  }

  private ports: readonly string[] = [];

  /** Serves on free loopback ports, until it is closed. */
  static async start(options: StubOptions): Promise<Stub> {
    const stub = new Stub(options);
    stub.ports = await Promise.all(options.packages.map(async (each) => `${each.name}:${await stub.serve(each)}`));
    return stub;
  }

  /** For the variable PULUMI_DEBUG_PROVIDERS: where the engine finds them. */
  get addresses(): string {
    return this.ports.join(',');
  }

  /** In the order of their types and ids. */
  live(): readonly LiveResource[] {
    return [...this.resources.keys()].sort().map((key) => this.resources.get(key)!);
  }

  /** From now on, what is done to a resource of this logical name fails, until it is mended. */
  fail(name: string, operations: readonly Operation[] = ['create', 'update', 'delete']): void {
    this.failures.set(name, operations);
  }

  mend(name: string): void {
    this.failures.delete(name);
  }

  /** Somebody changes a resource by hand. */
  drift(id: string, properties: WireObject): void {
    const found = this.found(id);
    this.put({ ...found, properties: { ...found.properties, ...properties } });
  }

  /** Somebody deletes a resource by hand. */
  lose(id: string): void {
    this.drop(this.found(id));
  }

  /** Something that was there before, and is no resource of the stack. */
  give(type: string, id: string, properties: WireObject = {}): void {
    this.put({ type, id, properties });
  }

  get(type: string, id: string): LiveResource | undefined {
    return this.resources.get(keyOf({ type, id }));
  }

  put(resource: LiveResource): void {
    this.resources.set(keyOf(resource), resource);
  }

  drop(resource: Pick<LiveResource, 'type' | 'id'>): void {
    this.resources.delete(keyOf(resource));
  }

  /** Notes the call. Throws where a test wants it to fail. */
  note(call: Call): void {
    this.calls.push(call);
    if (!call.preview && this.failures.get(call.name)?.includes(call.operation))
      throw new Refusal(`the stub was told to fail ${call.name}`);
  }

  close(): void {
    for (const server of this.servers) server.forceShutdown();
  }

  private found(id: string): LiveResource {
    const found = this.live().filter((resource) => resource.id === id);
    if (found.length !== 1) throw new Error(`${found.length} resources have the id ${id}`);
    return found[0]!;
  }

  private serve(each: StubPackage): Promise<number> {
    const server = new Server({ 'grpc.max_receive_message_length': 400 << 20 });
    server.addService(ResourceProviderService, stubProvider(each, this));
    this.servers.push(server);
    return new Promise((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      ),
    );
  }
}

const keyOf = ({ type, id }: Pick<LiveResource, 'type' | 'id'>): string => `${type} ${id}`;
