/**
 * Credentials of a person, as `gcloud auth application-default login` leaves them, and what Google's own servers answer for them.
 * https://cloud.google.com/docs/authentication/application-default-credentials#personal
 */
import { join } from 'node:path';
import type { Folder } from './command';

interface Told {
  readonly status: number;
  readonly body: object;
}

const TOKEN: Told = { status: 200, body: { access_token: 'of a person', expires_in: 3599, token_type: 'Bearer' } };
const INFO: Told = { status: 200, body: { email: 'ada@example.com', expires_in: '3599', scope: 'openid email' } };

/** What google-auth-library takes for the network, where there is one. */
type Network = typeof globalThis & { window?: { readonly fetch: typeof fetch } };

export class SignIn {
  /** What `https://oauth2.googleapis.com/token` answers; nothing where it cannot be reached. */
  token: Told | undefined = TOKEN;
  /** What `https://oauth2.googleapis.com/tokeninfo` answers. */
  info: Told = INFO;
  private file = '';

  get environment(): Readonly<Record<string, string>> {
    return { GOOGLE_APPLICATION_CREDENTIALS: this.file, METADATA_SERVER_DETECTION: 'none' };
  }

  open(folder: Folder): void {
    const file = { type: 'authorized_user', client_id: 'x', client_secret: 'x', refresh_token: 'x' };
    folder.write({ 'adc.json': JSON.stringify(file) });
    this.file = join(folder.path, 'adc.json');
    (globalThis as Network).window = { fetch: (url) => this.answer(new URL(url)) };
  }

  close(): void {
    delete (globalThis as Network).window;
  }

  renew(): void {
    this.token = TOKEN;
    this.info = INFO;
  }

  private async answer({ host, pathname }: URL): Promise<Response> {
    const told = pathname === '/tokeninfo' ? this.info : this.token;
    if (host !== 'oauth2.googleapis.com' || told === undefined)
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' });
    return new Response(JSON.stringify(told.body), {
      status: told.status,
      headers: { 'content-type': 'application/json' },
    });
  }
}
