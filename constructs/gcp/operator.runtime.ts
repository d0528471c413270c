/** A person's own access: project, region and credentials are found where Google's own tools find them. */
import type { GoogleAuth } from 'google-auth-library';
import { UserError } from '../spec/problem';
import { REAL_PACE } from './again.runtime';
import { noteAsker, NoToken } from './asker';
import { GoogleError } from './google-error.runtime';
import {
  Google,
  SCOPE,
  type Answer,
  type Authorised,
  type GoogleOptions,
  type Method,
  type Sent,
  type Service,
} from './google.runtime';
import type { Whereabouts } from './system.runtime';

/** https://cloud.google.com/functions/docs/configuring/env-var, and what Google's libraries and Pulumi take. */
const PROJECT = ['GOOGLE_CLOUD_PROJECT', 'GOOGLE_PROJECT', 'CLOUDSDK_CORE_PROJECT'];
const REGION = ['GOOGLE_CLOUD_REGION', 'GOOGLE_REGION', 'CLOUDSDK_COMPUTE_REGION'];

/** Throws a UserError where nothing says which project, or which region. Asks nobody for anything yet. */
export async function whereabouts(environment: NodeJS.ProcessEnv): Promise<Whereabouts> {
  const location = firstOf(environment, REGION);
  if (location === undefined)
    throw new UserError('Google Cloud is not told which region. Set GOOGLE_CLOUD_REGION, such as europe-west4.');
  const project = firstOf(environment, PROJECT) ?? (await projectOfCredentials());
  if (project === undefined)
    throw new UserError('Google Cloud is not told which project. Set GOOGLE_CLOUD_PROJECT to its id.');
  return { project, location };
}

/** Has asked for nothing yet. What it throws is `GoogleError`, `Unreachable` or `NoToken`. */
export const operatorGoogle = ({ location }: Whereabouts, urls: GoogleOptions['urls'] = {}): Google =>
  new OperatorGoogle(new Credentials(), location, urls);

class OperatorGoogle extends Google {
  constructor(
    private readonly credentials: Credentials,
    location: string,
    urls: NonNullable<GoogleOptions['urls']>,
  ) {
    // A person waits: of four pauses the last are a second or two.
    super({ auth: credentials, location, urls, pace: { ...REAL_PACE, random: () => REAL_PACE.random() / 4 } });
  }

  override async send(service: Service, method: Method, path: string, sent: Sent = {}): Promise<Answer> {
    try {
      return await super.send(service, method, path, sent);
    } catch (error) {
      const who = error instanceof GoogleError && error.status === 403 ? await this.credentials.whose() : undefined;
      if (who !== undefined) noteAsker(error, who);
      throw error;
    }
  }
}

/** Application Default Credentials of whoever sits here. */
class Credentials implements Authorised {
  private auth: Promise<GoogleAuth> | undefined;
  private email: Promise<string | undefined> | undefined;

  async getRequestHeaders(url?: string | URL): Promise<Headers> {
    try {
      return await (await this.open()).getRequestHeaders(url);
    } catch (error) {
      throw new NoToken(error);
    }
  }

  /** Of an account that belongs to nobody, its e-mail address; of a person, where the token may tell it. */
  whose(): Promise<string | undefined> {
    return (this.email ??= this.ask().catch(() => undefined));
  }

  private async ask(): Promise<string | undefined> {
    const auth = await this.open();
    const { client_email: email } = await auth.getCredentials();
    if (email !== undefined) return email;
    const { UserRefreshClient } = await import('google-auth-library');
    const client = await auth.getClient();
    const token = await auth.getAccessToken();
    if (!(client instanceof UserRefreshClient) || !token) return undefined;
    return (await client.getTokenInfo(token)).email;
  }

  private open(): Promise<GoogleAuth> {
    return (this.auth ??= import('google-auth-library').then(({ GoogleAuth }) => new GoogleAuth({ scopes: [SCOPE] })));
  }
}

const firstOf = (environment: NodeJS.ProcessEnv, names: readonly string[]): string | undefined =>
  names.map((name) => environment[name]).find(Boolean);

async function projectOfCredentials(): Promise<string | undefined> {
  const { GoogleAuth } = await import('google-auth-library');
  return new GoogleAuth().getProjectId().catch(() => undefined);
}
