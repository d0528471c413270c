/** Google's own client of Vertex AI, at the fake: over gRPC as it is by default, and over REST. */
import { credentials } from '@grpc/grpc-js';
import { v1 } from '@google-cloud/aiplatform';
import { GoogleAuth, OAuth2Client } from 'google-auth-library';
import type { Google } from '.';
import { serveGrpc } from './grpc';

export interface Official {
  readonly jobs: v1.PipelineServiceClient;
  readonly models: v1.ModelServiceClient;
  readonly endpoints: v1.EndpointServiceClient;
  stop(): Promise<void>;
}

export const TRANSPORTS = ['gRPC', 'REST'] as const;

export async function officialClient(google: Google, transport: (typeof TRANSPORTS)[number]): Promise<Official> {
  const grpc = transport === 'gRPC' ? await serveGrpc(google.vertex) : undefined;
  const { hostname, port } = new URL(google.url);
  const at = grpc
    ? { port: grpc.port, sslCreds: credentials.createInsecure() }
    : { port: Number(port), protocol: 'http', fallback: true };
  const options: object = { apiEndpoint: hostname, ...at, auth: nobody(google.project) };
  // Of Google's types, auth is that of the release of google-auth-library that comes with the client.
  const made = options as ConstructorParameters<typeof v1.ModelServiceClient>[0];
  const clients = {
    jobs: new v1.PipelineServiceClient(made),
    models: new v1.ModelServiceClient(made),
    endpoints: new v1.EndpointServiceClient(made),
  };
  const stop = async (): Promise<void> => {
    await Promise.all(Object.values(clients).map((client) => client.close()));
    grpc?.stop();
  };
  return { ...clients, stop };
}

/** Given, so that nobody looks for credentials on this machine; with Node's own fetch, as jest lets none be imported. */
function nobody(projectId: string): GoogleAuth {
  const authClient = new OAuth2Client({ transporterOptions: { fetchImplementation: fetch } });
  authClient.setCredentials({ access_token: 'nobody', expiry_date: Date.now() + 3_600_000 });
  return new GoogleAuth({ authClient, projectId });
}
