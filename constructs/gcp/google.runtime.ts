/**
 * Google's REST APIs, authorised: the loop's only client. `fetch` and not the request of google-auth-library, which is asked for
 * headers alone: so there is one place that decides what is asked again, bodies may be bytes, and the library loads when the first
 * call needs it. Errors are `GoogleError`, or `Unreachable` where no answer came.
 */
import { again, REAL_PACE, reached, type Pace } from './again.runtime';
import { errorOf } from './google-error.runtime';

/** `GoogleAuth` and each of its clients have it. */
export interface Authorised {
  getRequestHeaders(url?: string | URL): Promise<Headers>;
}

export type Service = keyof typeof SERVICES;

/** Host and version of each; `LOCATION-` where it answers regionally. */
const SERVICES = {
  aiplatform: ['https://LOCATION-aiplatform.googleapis.com', '/v1/'],
  /** Paths begin with `storage/v1/` or `upload/storage/v1/`. */
  storage: ['https://storage.googleapis.com', '/'],
  monitoring: ['https://monitoring.googleapis.com', '/v3/'],
  bigquery: ['https://bigquery.googleapis.com', '/bigquery/v2/'],
  pubsub: ['https://pubsub.googleapis.com', '/v1/'],
  secretmanager: ['https://secretmanager.googleapis.com', '/v1/'],
  artifactregistry: ['https://artifactregistry.googleapis.com', '/v1/'],
  logging: ['https://logging.googleapis.com', '/v2/'],
  run: ['https://run.googleapis.com', '/v2/'],
} as const;

export interface GoogleOptions {
  readonly auth: Authorised;
  /** Region of Vertex AI: `europe-west4`. */
  readonly location: string;
  /** Other addresses, without a slash at the end: `http://127.0.0.1:4443`. @default - Google's own */
  readonly urls?: Partial<Readonly<Record<Service, string>>>;
  /** @default - real time */
  readonly pace?: Pace;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

type QueryValue = string | number | boolean | readonly string[] | undefined;

export interface Asked {
  /** What is undefined is left out; a list is the same name again and again. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  /** JSON. */
  readonly body?: unknown;
  /** Doing it twice is doing it once: it may be asked again where no answer came. @default - all but POST and PATCH */
  readonly repeatable?: boolean;
}

/** A body that is no JSON. */
export interface Sent extends Omit<Asked, 'body'> {
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly headers: Headers;
  readonly body: Buffer;
}

/** A long-running operation. */
export interface Operation<T = unknown> {
  /** Resource name. */
  readonly name: string;
  /** @default false */
  readonly done?: boolean;
  readonly error?: { readonly code: number; readonly message: string };
  readonly response?: T;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Whatever answers later than this is taken for lost. */
const TIMEOUT_MS = 30_000;

export class Google {
  readonly location: string;
  readonly pace: Pace;

  constructor(private readonly options: GoogleOptions) {
    this.location = options.location;
    this.pace = options.pace ?? REAL_PACE;
  }

  /** @param path below the version, such as `projects/p/locations/l/endpoints/e:deployModel`; what it holds of names is encoded */
  async call<T = unknown>(service: Service, method: Method, path: string, asked: Asked = {}): Promise<T> {
    const { body, ...rest } = asked;
    const json = body === undefined ? {} : { body: JSON.stringify(body), headers: JSON_HEADERS };
    const answer = await this.send(service, method, path, { ...rest, ...json });
    return (answer.body.length > 0 ? JSON.parse(answer.body.toString('utf8')) : {}) as T;
  }

  /** All entries of a list: those under `key` of each of its pages. */
  async *pages<T>(service: Service, path: string, key: string, query: Asked['query'] = {}): AsyncGenerator<T> {
    let pageToken: string | undefined;
    do {
      const page = await this.call<Readonly<Record<string, unknown>>>(service, 'GET', path, {
        query: { ...query, pageToken },
      });
      yield* (page[key] ?? []) as readonly T[];
      pageToken = (page['nextPageToken'] as string | undefined) || undefined;
    } while (pageToken !== undefined);
  }

  /** Whatever the body and the answer are. */
  async send(service: Service, method: Method, path: string, sent: Sent = {}): Promise<Answer> {
    const { query = {}, body, headers, repeatable = method !== 'POST' && method !== 'PATCH' } = sent;
    const url = this.url(service, path, query);
    const call = `${method} ${service} ${path}`;
    const request = { method, ...(headers && { headers }), ...(body !== undefined && { body }) };
    return again(() => this.once(call, url, request), repeatable, this.pace);
  }

  private async once(
    call: string,
    url: URL,
    { method, headers, body }: Pick<Sent, 'body' | 'headers'> & { readonly method: Method },
  ): Promise<Answer> {
    const authorised = new Headers(await this.options.auth.getRequestHeaders(url));
    for (const [name, value] of Object.entries(headers ?? {})) authorised.set(name, value);
    const { status, ...answer } = await reached(call, async () => {
      const response = await fetch(url, {
        ...{ method, headers: authorised, signal: AbortSignal.timeout(TIMEOUT_MS) },
        ...(body !== undefined && { body }),
      });
      return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
    });
    if (status >= 200 && status < 300) return answer;
    throw errorOf(call, status, answer.body);
  }

  private url(service: Service, path: string, query: NonNullable<Asked['query']>): URL {
    const [host, version] = SERVICES[service];
    const base = this.options.urls?.[service] ?? host.replace('LOCATION', this.location);
    const url = new URL(`${base}${version}${path}`);
    for (const [name, value] of Object.entries(query))
      for (const each of Array.isArray(value) ? (value as readonly string[]) : [value])
        if (each !== undefined) url.searchParams.append(name, String(each));
    return url;
  }
}

const JSON_HEADERS = { 'content-type': 'application/json' };

/** Addresses of emulators and stand-ins: those of `MLOPS_GOOGLE_URLS`, as JSON by service. None where it is not set. */
export const urlsOf = ({ MLOPS_GOOGLE_URLS: given }: NodeJS.ProcessEnv): NonNullable<GoogleOptions['urls']> =>
  given === undefined ? {} : (JSON.parse(given) as NonNullable<GoogleOptions['urls']>);

/** What a token is for: all that its holder may do. */
export const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/**
 * Application Default Credentials: GOOGLE_APPLICATION_CREDENTIALS, what `gcloud auth application-default login` left, or the
 * metadata server of the machine.
 */
export function applicationDefault(): Authorised {
  let auth: Promise<Authorised> | undefined;
  return {
    async getRequestHeaders(url) {
      auth ??= import('google-auth-library').then(({ GoogleAuth }) => new GoogleAuth({ scopes: [SCOPE] }));
      return (await auth).getRequestHeaders(url);
    },
  };
}
