/** An HTTP handler in the place of the network: what the SDK sends is what a service would get, and answers pass its own reader. */
import { Readable } from 'node:stream';

/** As the SDK hands it over. */
export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What a client is made with: no network, no waiting between attempts, and keys that are nobody's. */
export const clientOf = (answer: (sent: Sent) => Answer) => ({
  region: 'eu-central-1',
  credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
  maxAttempts: 1,
  requestHandler: {
    handle: async (request: Sent) => {
      const { status, headers = {}, body = '' } = answer(request);
      return { response: { statusCode: status, headers: { ...headers }, body: Readable.from([Buffer.from(body)]) } };
    },
  },
});

export function textOf(body: unknown): string {
  if (body instanceof Uint8Array) return new TextDecoder().decode(body);
  return typeof body === 'string' ? body : '';
}
