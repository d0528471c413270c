/** The methods of Vertex AI's services, from its protos: their messages, their REST paths, and what goes on after the answer. */
import type { Method } from 'protobufjs';
import { fullName, methodsOf, optionsOf, SERVICES, type JsonObject } from '../protos';
import type { OperationTypes } from './vertex-operations';

export interface Binding {
  readonly verb: string;
  readonly path: string;
  /** Field that the body is; `*` is the whole request. */
  readonly body: string | undefined;
}

export interface VertexMethod {
  /** Such as `EndpointService.DeployModel`. */
  readonly call: string;
  readonly name: string;
  readonly service: string;
  readonly request: string;
  readonly response: string;
  readonly bindings: readonly Binding[];
  /** Of one that goes on after the answer. */
  readonly operation: OperationTypes | undefined;
}

let known: readonly VertexMethod[] | undefined;

export const vertexMethods = (): readonly VertexMethod[] =>
  (known ??= [
    ...SERVICES.flatMap((service) => methodsOf(service).map((method) => described(service, method))),
    ...OPERATIONS,
  ]);

function described(service: string, method: Method): VertexMethod {
  method.resolve();
  const [rule] = optionsOf(method, '(google.api.http)') as JsonObject[];
  const [info] = optionsOf(method, '(google.longrunning.operation_info)') as JsonObject[];
  return {
    ...{ call: `${service}.${method.name}`, name: method.name, service: fullName(service) },
    request: method.resolvedRequestType!.fullName.slice(1),
    response: method.resolvedResponseType!.fullName.slice(1),
    bindings: [rule, ...[rule?.additional_bindings ?? []].flat()].flatMap((one) => bindingOf(one as JsonObject)),
    operation: info && { response: info.response_type as string, metadata: info.metadata_type as string },
  };
}

function bindingOf(rule: JsonObject): readonly Binding[] {
  const verb = ['get', 'post', 'put', 'patch', 'delete'].find((one) => one in rule);
  return verb ? [{ verb: verb.toUpperCase(), path: rule[verb] as string, body: rule.body as string | undefined }] : [];
}

/** Of the service's configuration, not of its protos; the official client asks below /ui as well. */
const OPERATIONS: readonly VertexMethod[] = (
  [
    ['GetOperation', 'GET', '{name=**/operations/*}', 'google.longrunning.Operation'],
    ['ListOperations', 'GET', '{name=**}/operations', 'google.longrunning.ListOperationsResponse'],
    ['CancelOperation', 'POST', '{name=**/operations/*}:cancel', 'google.protobuf.Empty'],
  ] as const
).map(([name, verb, path, response]) => ({
  ...{ call: `Operations.${name}`, name, service: 'google.longrunning.Operations', response, operation: undefined },
  request: `google.longrunning.${name}Request`,
  bindings: ['/v1/', '/ui/'].map((base) => ({ verb, path: base + path, body: verb === 'POST' ? '*' : undefined })),
}));
