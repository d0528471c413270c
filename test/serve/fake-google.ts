/** As much of Google Cloud as a container sees that fetches its model: the metadata server's token, and storage's JSON API. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const TOKEN = 'a-token';
/** A status; an answer that ends before it began; one that ends too early; none. */
export type Failure = number | 'cut' | 'short' | 'fine';

export class FakeGoogle {
  private readonly buckets = new Map<string, Readonly<Record<string, string>>>();
  private gate: Promise<void> = Promise.resolve();
  /** Whether the machine has one. */
  identity = true;
  /** What will go wrong with the next requests to storage. */
  failures: Failure[] = [];
  private readonly server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://google');
    if (url.pathname.startsWith('/computeMetadata/')) {
      if (!this.identity) return end(response, 404, 'no service account');
      const asked = url.pathname.endsWith('/instance/service-accounts/default/token');
      if (!asked || request.headers['metadata-flavor'] !== 'Google') return end(response, 403, 'no');
      return end(response, 200, JSON.stringify({ access_token: TOKEN, expires_in: 3599, token_type: 'Bearer' }));
    }
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return end(response, 401, 'no');
    void this.gate.then(() => this.storage(url, response));
  });

  listen(): Promise<void> {
    return new Promise((done) => this.server.listen(0, '127.0.0.1', done));
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Google's own names, by which its libraries are sent elsewhere; and no proxy on the way. */
  get variables() {
    const host = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return { GCE_METADATA_HOST: host, STORAGE_EMULATOR_HOST: `http://${host}`, no_proxy: '*' };
  }

  /** Contents by name; they replace what the bucket held. */
  holds(bucket: string, objects: Readonly<Record<string, string>>): void {
    this.buckets.set(bucket, objects);
  }

  failsNext(...failures: readonly Failure[]): void {
    this.failures = [...failures];
  }

  /** Storage does not answer until the function that comes back is called. */
  hold(): () => void {
    let release = () => {};
    this.gate = new Promise((done) => (release = done));
    return release;
  }

  private storage(url: URL, response: ServerResponse): void {
    const [, bucket, name] = /^\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    const objects = this.buckets.get(bucket ?? '');
    if (!objects) return end(response, bucket === 'secret' ? 403 : 404, 'no such bucket');
    const content = name === undefined ? page(objects, url.searchParams) : objects[decodeURIComponent(name)];
    if (content === undefined || (name && url.searchParams.get('alt') !== 'media')) return end(response, 404, 'no');
    const failure = this.failures.shift();
    if (typeof failure === 'number') return end(response, failure, 'later');
    if (failure === 'cut') return void response.destroy();
    if (failure === 'short') return end(response, 200, content.slice(0, -1));
    end(response, 200, content);
  }
}

/** Three objects a page. */
function page(objects: Readonly<Record<string, string>>, query: URLSearchParams): string {
  const names = Object.keys(objects).filter((name) => name.startsWith(query.get('prefix') ?? ''));
  const from = Number(query.get('pageToken') ?? 0);
  const items = names.slice(from, from + 3).map((name) => ({ name, size: String(Buffer.byteLength(objects[name]!)) }));
  return JSON.stringify({
    ...(items.length && { items }),
    ...(from + 3 < names.length && { nextPageToken: String(from + 3) }),
  });
}

function end(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}
