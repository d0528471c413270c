/** A plain REST caller, as the loop's: JSON in, JSON or a refusal out. */
import type { Google } from '.';
import type { JsonObject } from '../protos';

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
  readonly text: string;
}

export interface Asked {
  readonly query?: Readonly<Record<string, string>>;
  /** Of JSON. */
  readonly body?: JsonObject;
  readonly raw?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Ask = (method: string, path: string, asked?: Asked) => Promise<Told>;

export const askOf =
  ({ url }: Pick<Google, 'url'>): Ask =>
  async (method, path, { query = {}, body, raw, headers = {} } = {}) => {
    const question = new URLSearchParams(query).toString();
    const response = await fetch(`${url}${path}${question && `?${question}`}`, {
      method,
      headers: { authorization: 'Bearer nobody', 'content-type': 'application/json', ...headers },
      ...((body ?? raw) !== undefined && {
        body: raw !== undefined ? new Uint8Array(Buffer.from(raw)) : JSON.stringify(body),
      }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? (JSON.parse(text) as JsonObject) : {},
    };
  };

/** Of a refusal: its status and what it says. */
export const refusal = ({ body }: Told): string => {
  const error = body.error as { readonly code: number; readonly status?: string; readonly message: string } | undefined;
  return error ? `${error.code} ${error.status ?? ''}: ${error.message}` : 'no refusal';
};
