/** The same Vertex AI over gRPC, from the same descriptors, so that Google's own client can speak to it as it does by default. */
import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { toProto3JSON } from 'proto3-json-serializer';
import { messageOf, type JsonObject } from '../protos';
import { encode } from '../protos-wire';
import { codeOf, GoogleError } from './errors';
import type { FakeVertex } from './vertex';
import { vertexMethods, type VertexMethod } from './vertex-methods';

export interface Grpc {
  readonly port: number;
  stop(): void;
}

export async function serveGrpc(vertex: FakeVertex): Promise<Grpc> {
  const server = new Server();
  const services = new Set(vertexMethods().map(({ service }) => service));
  for (const service of services) {
    const methods = vertexMethods().filter((method) => method.service === service);
    server.addService(
      Object.fromEntries(methods.map((method) => [method.name, definition(method)])),
      Object.fromEntries(methods.map((method) => [method.name, handler(vertex, method)])),
    );
  }
  const port = await new Promise<number>((done, failed) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? failed(error) : done(bound),
    );
  });
  return { port, stop: () => server.forceShutdown() };
}

const definition = ({ service, name, request }: VertexMethod) => ({
  ...{ path: `/${service}/${name}`, requestStream: false, responseStream: false },
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => toProto3JSON(messageOf(request).decode(bytes)) as JsonObject,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
});

const handler =
  (vertex: FakeVertex, method: VertexMethod) =>
  ({ request }: ServerUnaryCall<JsonObject, Buffer>, done: sendUnaryData<Buffer>): void => {
    try {
      done(null, encode(messageOf(method.response), vertex.invoke(method, request)));
    } catch (error) {
      const status = error instanceof GoogleError ? error.status : 'INTERNAL';
      done({ code: codeOf(status), details: (error as Error).message });
    }
  };
