/** A stub provider of one package, as the engine calls it: the protocol of pulumi/proto/provider.proto. */
import { isDeepStrictEqual } from 'node:util';
import { status, type sendUnaryData, type ServerUnaryCall, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { PluginInfo } from '@pulumi/pulumi/proto/plugin_pb';
import * as rpc from '@pulumi/pulumi/proto/provider_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import { checkInputs, type Fault } from './check';
import { changes, replaced } from './stub-changes';
import { known, outputsOf, plannedOutputs } from './stub-outputs';
import type { Rule } from './stub-rules';
import { Refusal, type Operation, type Stub, type StubPackage } from './stub';
import { UNKNOWN, type WireObject } from './wire';

type Unary<Request, Response> = (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>) => void;

const struct = (value: WireObject): Struct => Struct.fromJavaScript(value);
const object = (value: Struct | undefined): WireObject => value?.toJavaScript() ?? {};

/** What throws is an error of the call. */
function unary<Request, Response>(run: (request: Request) => Response): Unary<Request, Response> {
  return ({ request }, answer) => {
    try {
      answer(null, run(request));
    } catch (error) {
      const { message, stack } = error as Error;
      answer({ code: status.UNKNOWN, details: error instanceof Refusal ? message : (stack ?? message) });
    }
  };
}

const unimplemented: Unary<unknown, never> = (_, answer) => answer({ code: status.UNIMPLEMENTED });

export function stubProvider(each: StubPackage, stub: Stub): UntypedServiceImplementation {
  const provider = new StubProvider(each, stub);
  return {
    handshake: unimplemented,
    parameterize: unimplemented,
    list: unimplemented,
    construct: unimplemented,
    call: unimplemented,
    attach: unary(() => new Empty()),
    cancel: unary(() => new Empty()),
    getPluginInfo: unary(() => new PluginInfo().setVersion(each.schema.version)),
    getSchema: unary(() => new rpc.GetSchemaResponse().setSchema(JSON.stringify({ name: each.name }))),
    getMapping: unary(() => new rpc.GetMappingResponse()),
    getMappings: unary(() => new rpc.GetMappingsResponse()),
    checkConfig: unary((request: rpc.CheckRequest) => new rpc.CheckResponse().setInputs(request.getNews())),
    diffConfig: unary(() => new rpc.DiffResponse()),
    configure: unary(() => new rpc.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true)),
    check: unary((request: rpc.CheckRequest) => provider.check(request)),
    diff: unary((request: rpc.DiffRequest) => provider.diff(request)),
    create: unary((request: rpc.CreateRequest) => provider.create(request)),
    read: unary((request: rpc.ReadRequest) => provider.read(request)),
    update: unary((request: rpc.UpdateRequest) => provider.update(request)),
    delete: unary((request: rpc.DeleteRequest) => provider.delete(request)),
    invoke: unary((request: rpc.InvokeRequest) => provider.invoke(request)),
  };
}

class StubProvider {
  constructor(
    private readonly each: StubPackage,
    private readonly stub: Stub,
  ) {}

  check(request: rpc.CheckRequest): rpc.CheckResponse {
    const { type, name } = this.note('check', request.getUrn());
    const takes = this.each.schema.types[type];
    const rule = this.each.rules[type];
    if (!takes || !rule) return refusing([{ path: '', message: `the stub does not know the type ${type}` }]);
    const inputs = named(
      rule,
      object(request.getNews()),
      object(request.getOlds()),
      name,
      request.getRandomseed_asU8(),
    );
    const faults = [
      ...checkInputs(this.each.schema, takes, inputs),
      ...(rule.check?.(known(inputs, UNKNOWN) as WireObject) ?? []),
    ];
    return refusing(faults).setInputs(struct(inputs));
  }

  diff(request: rpc.DiffRequest): rpc.DiffResponse {
    const { type } = this.note('diff', request.getUrn());
    const rule = this.each.rules[type]!;
    const news = object(request.getNews());
    const oldInputs = object(request.getOldInputs());
    const found = changes({
      state: object(request.getOlds()),
      oldInputs,
      news,
      ignored: request.getIgnorechangesList(),
    });
    const replaces = replaced(rule, found);
    // A name of one's own is taken until its owner is gone; what Pulumi names gets another one.
    const taken = rule.named && oldInputs['name'] === news['name'];
    const response = new rpc.DiffResponse()
      .setChanges(found.size > 0 ? rpc.DiffResponse.DiffChanges.DIFF_SOME : rpc.DiffResponse.DiffChanges.DIFF_NONE)
      .setDiffsList([...new Set([...found.keys()].map(topOf))])
      .setReplacesList([...new Set(replaces.map(topOf))])
      .setDeletebeforereplace(replaces.length > 0 && taken === true)
      .setHasdetaileddiff(true);
    for (const [path, kind] of found) {
      const KIND = rpc.PropertyDiff.Kind;
      const kinds = { add: KIND.ADD, delete: KIND.DELETE, update: KIND.UPDATE };
      const replacing = { add: KIND.ADD_REPLACE, delete: KIND.DELETE_REPLACE, update: KIND.UPDATE_REPLACE };
      const detail = new rpc.PropertyDiff().setKind((replaces.includes(path) ? replacing : kinds)[kind]);
      response.getDetaileddiffMap().set(path, detail);
    }
    return response;
  }

  create(request: rpc.CreateRequest): rpc.CreateResponse {
    const { type } = this.note('create', request.getUrn(), request.getPreview());
    const { place } = this.stub;
    const rule = this.each.rules[type]!;
    const inputs = object(request.getProperties());
    if (request.getPreview())
      return new rpc.CreateResponse().setProperties(struct(plannedOutputs(this.each.schema.types[type]!, inputs)));
    const plain = known(inputs) as WireObject;
    const missing = rule.lacks?.(plain, place);
    if (missing !== undefined) throw new Refusal(missing);
    const id = rule.id(plain, place);
    if (this.stub.get(type, id)) throw new Refusal(`${type} ${id} exists already`);
    const outputs = outputsOf(this.each.schema, this.each.schema.types[type]!, rule, inputs, id, place);
    this.stub.put({ type, id, properties: known(outputs) as WireObject });
    return new rpc.CreateResponse().setId(id).setProperties(struct(outputs));
  }

  read(request: rpc.ReadRequest): rpc.ReadResponse {
    const { type } = this.note('read', request.getUrn());
    const found = this.stub.get(type, request.getId());
    if (!found) return new rpc.ReadResponse();
    // What is secret stays so; what somebody changed is what it is now.
    const state = object(request.getProperties());
    const properties = Object.fromEntries(
      Object.entries(found.properties).map(([key, value]) => [
        key,
        isDeepStrictEqual(known(state[key] ?? null), value) ? state[key]! : value,
      ]),
    );
    return new rpc.ReadResponse()
      .setId(request.getId())
      .setProperties(struct(properties))
      .setInputs(request.getInputs());
  }

  update(request: rpc.UpdateRequest): rpc.UpdateResponse {
    const { type } = this.note('update', request.getUrn(), request.getPreview());
    const { place } = this.stub;
    const rule = this.each.rules[type]!;
    const [news, olds, oldInputs] = [request.getNews(), request.getOlds(), request.getOldInputs()].map(object) as [
      WireObject,
      WireObject,
      WireObject,
    ];
    const kept = Object.fromEntries(Object.entries(olds).filter(([key]) => !(key in oldInputs)));
    const changed = changes({ state: olds, oldInputs, news, ignored: request.getIgnorechangesList() });
    const renewed = rule.renewed?.on.some((path) => [...changed.keys()].some((each) => topOf(each) === path))
      ? rule.renewed.outputs
      : [];
    const whole = { ...kept, ...news };
    if (request.getPreview()) {
      const planned = plannedOutputs(this.each.schema.types[type]!, whole, renewed);
      return new rpc.UpdateResponse().setProperties(struct(planned));
    }
    const id = request.getId();
    if (!this.stub.get(type, id)) throw new Refusal(`${type} ${id} does not exist`);
    const base = Object.fromEntries(Object.entries(whole).filter(([key]) => !renewed.includes(key)));
    const outputs = outputsOf(this.each.schema, this.each.schema.types[type]!, rule, base, id, place);
    this.stub.put({ type, id, properties: known(outputs) as WireObject });
    return new rpc.UpdateResponse().setProperties(struct(outputs));
  }

  delete(request: rpc.DeleteRequest): Empty {
    const { type } = this.note('delete', request.getUrn());
    const id = request.getId();
    const found = this.stub.get(type, id);
    const held = found && this.each.rules[type]!.held?.(found.properties, this.stub.place);
    if (held !== undefined) throw new Refusal(held);
    this.stub.drop({ type, id });
    return new Empty();
  }

  invoke(request: rpc.InvokeRequest): rpc.InvokeResponse {
    this.stub.note({ operation: 'invoke', type: request.getTok(), name: '', preview: false });
    const called = this.each.invokes?.[request.getTok()];
    if (!called) throw new Refusal(`the stub does not know the function ${request.getTok()}`);
    return new rpc.InvokeResponse().setReturn(struct(called(object(request.getArgs()))));
  }

  private note(operation: Operation, urn: string, preview = false): { readonly type: string; readonly name: string } {
    const [, , types, name] = urn.split('::') as [string, string, string, string];
    const type = types.split('$').at(-1)!;
    this.stub.note({ operation, type, name, preview });
    return { type, name };
  }
}

const topOf = (path: string): string => /^[^.[]+/.exec(path)![0];

const refusing = (faults: readonly Fault[]): rpc.CheckResponse =>
  new rpc.CheckResponse().setFailuresList(
    faults.map(({ path, message }) => new rpc.CheckFailure().setProperty(path).setReason(`${path} ${message}`)),
  );

/** As Pulumi's bridge: the logical name and some digits at random, which stay. */
function named(rule: Rule, news: WireObject, olds: WireObject, name: string, seed: Uint8Array): WireObject {
  if (!rule.named || news['name'] !== undefined) return news;
  return { ...news, name: olds['name'] ?? `${name}-${Buffer.from(seed).toString('hex').slice(0, 7)}` };
}
