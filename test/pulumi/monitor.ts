/** A monitor that carries nothing out: it takes registrations as the engine does, checks them, and writes them down. */
import type * as rpc from '@pulumi/pulumi/proto/resource_pb';
import {
  ReadResourceResponse,
  RegisterPackageResponse,
  RegisterResourceResponse,
} from '@pulumi/pulumi/proto/resource_pb';
import { InvokeResponse } from '@pulumi/pulumi/proto/provider_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import type { Json } from '../../testing/json';
import { checkInputs } from './check';
import { optionsOf, type RegistrationOptions } from './options';
import { isReference, labelOf, plain, reference } from './readable-values';
import type { Fields, ResourceType, Schema, Shape } from './schema';
import { secret, signatureOf, type Wire, type WireObject } from './wire';

/** All that the engine would be told of one resource. */
export interface Registration {
  readonly urn: string;
  /** Such as `gcp:storage/bucket:Bucket` or `mlops:gcp:Storage`. */
  readonly type: string;
  /** Logical name. */
  readonly name: string;
  /** URN. Absent where it is the stack. */
  readonly parent?: string;
  /** Not a component. */
  readonly custom: boolean;
  /** Id of one that exists, and is only read. */
  readonly read?: string;
  readonly inputs: Readonly<Record<string, Json>>;
  /** Those that are set. */
  readonly options: RegistrationOptions;
}

/** Answers of functions of providers, by token. */
export type Invokes = Readonly<Record<string, (args: WireObject) => WireObject>>;

interface MonitorOptions {
  readonly project: string;
  readonly stack: string;
  readonly schemas: readonly Schema[];
  readonly invokes: Invokes;
}

type Answer<T> = (error: Error | null, response?: T) => void;

const STACK = 'pulumi:pulumi:Stack';
/** What the SDK may ask for. Transforms would need the engine to call back. */
const FEATURES = ['secrets', 'resourceReferences', 'deletedWith', 'replaceWith', 'aliasSpecs', 'parameterization'];

export class Monitor {
  readonly registrations = new Map<string, Registration>();
  /** As they were sent. */
  readonly sent: WireObject[] = [];
  readonly faults: string[] = [];
  outputs: Wire = {};
  /** How often it was asked for something. */
  calls = 0;

  constructor(private readonly options: MonitorOptions) {}

  registerResource(request: rpc.RegisterResourceRequest, answer: Answer<RegisterResourceResponse>): void {
    this.calls++;
    const inputs = wireOf(request.getObject());
    const urn = this.urnOf(request);
    const response = new RegisterResourceResponse();
    response.setUrn(urn);
    if (request.getType() !== STACK) {
      this.add({
        urn,
        custom: request.getCustom(),
        inputs: plainOf(inputs),
        options: optionsOf(request),
        ...partsOf(request),
      });
      this.sent.push(inputs);
    }
    if (request.getCustom()) {
      response.setId(reference(urn, 'id'));
      response.setObject(Struct.fromJavaScript(this.checked(urn, request.getType(), inputs)));
    }
    answer(null, response);
  }

  readResource(request: rpc.ReadResourceRequest, answer: Answer<ReadResourceResponse>): void {
    const urn = this.urnOf(request);
    const type = this.typeOf(urn, request.getType());
    this.add({ urn, custom: true, read: request.getId(), inputs: {}, options: {}, ...partsOf(request) });
    const response = new ReadResourceResponse();
    response.setUrn(urn);
    response.setProperties(Struct.fromJavaScript(type ? this.outputsOf(urn, type, {}) : {}));
    answer(null, response);
  }

  registerResourceOutputs(request: rpc.RegisterResourceOutputsRequest, answer: Answer<object>): void {
    if (request.getUrn().split('::')[2] === STACK) this.outputs = wireOf(request.getOutputs());
    answer(null, {});
  }

  invoke(request: rpc.ResourceInvokeRequest, answer: Answer<InvokeResponse>): void {
    const called = this.options.invokes[request.getTok()];
    if (!called) {
      const details = `the program calls ${request.getTok()}, which nobody answers here`;
      return answer(Object.assign(new Error(details), { details }));
    }
    const response = new InvokeResponse();
    response.setReturn(Struct.fromJavaScript(called(wireOf(request.getArgs()))));
    answer(null, response);
  }

  supportsFeature(request: rpc.SupportsFeatureRequest, answer: Answer<{ getHassupport(): boolean }>): void {
    answer(null, { getHassupport: () => FEATURES.includes(request.getId()) });
  }

  registerPackage(_: rpc.RegisterPackageRequest, answer: Answer<RegisterPackageResponse>): void {
    answer(null, new RegisterPackageResponse());
  }

  signalAndWaitForShutdown(_: unknown, answer: Answer<object>): void {
    answer(null, {});
  }

  close(): void {
    // There is no connection.
  }

  private add(registration: Registration): void {
    if (this.registrations.has(registration.urn)) this.faults.push(`${labelOf(registration.urn)} is registered twice`);
    this.registrations.set(registration.urn, registration);
  }

  /** URNs tell of types, not of names, above. The stack's own type is left out, as by the engine. */
  private urnOf(request: rpc.RegisterResourceRequest | rpc.ReadResourceRequest): string {
    const above = request.getParent().split('::')[2] ?? STACK;
    const types = above === STACK ? request.getType() : `${above}$${request.getType()}`;
    return `urn:pulumi:${this.options.stack}::${this.options.project}::${types}::${request.getName()}`;
  }

  private checked(urn: string, token: string, inputs: WireObject): WireObject {
    const type = this.typeOf(urn, token);
    if (!type) return inputs;
    const schema = this.options.schemas.find(({ types }) => token in types)!;
    for (const { path, message } of checkInputs(schema, type, inputs, { standsIn: isReference }))
      this.faults.push(`${labelOf(urn)}: ${path} ${message}`);
    return this.outputsOf(urn, type, inputs);
  }

  private typeOf(urn: string, token: string): ResourceType | undefined {
    if (token.startsWith('pulumi:providers:')) return undefined;
    const type = this.options.schemas.map(({ types }) => types[token]).find((each) => each !== undefined);
    if (!type) this.faults.push(`${labelOf(urn)}: ${token} is not among the types in use`);
    return type;
  }

  /** Texts and what only the provider knows are references; the rest is what was given. */
  private outputsOf(urn: string, { outputs, secrets }: ResourceType, inputs: WireObject): WireObject {
    const entries = Object.entries(outputs).flatMap(([name, { shape, required }]): [string, Wire][] => {
      const given = inputs[name];
      if (given === undefined && !required) return [];
      const value =
        given !== undefined && shape !== 'string' ? given : this.standIn(shape, (path) => reference(urn, name + path));
      const hidden = secrets.includes(name) || signatureOf(given) === 'secret';
      return [[name, hidden && signatureOf(value) !== 'secret' ? secret(value) : value]];
    });
    return Object.fromEntries(entries);
  }

  private standIn(shape: Shape, refer: (path: string) => string, depth = 0): Wire {
    if (typeof shape === 'string' || 'map' in shape || depth > 3) return refer('');
    if ('list' in shape) return [this.standIn(shape.list, (path) => refer(`[0]${path}`), depth + 1)];
    if (!('object' in shape)) return refer('');
    const fields: Fields = this.options.schemas.map(({ shapes }) => shapes[shape.object]).find((each) => each) ?? {};
    return Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [
        name,
        this.standIn(field.shape, (path) => refer(`.${name}${path}`), depth + 1),
      ]),
    );
  }
}

const wireOf = (struct: { toJavaScript(): object } | undefined): WireObject =>
  (struct?.toJavaScript() ?? {}) as WireObject;

const plainOf = (inputs: WireObject): Readonly<Record<string, Json>> => plain(inputs) as Record<string, Json>;

function partsOf(request: rpc.RegisterResourceRequest | rpc.ReadResourceRequest) {
  const parent = request.getParent();
  const hasParent = parent !== '' && parent.split('::')[2] !== STACK;
  return { type: request.getType(), name: request.getName(), ...(hasParent && { parent }) };
}
