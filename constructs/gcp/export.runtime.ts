/** Rows of a table in BigQuery as files in the bucket, by a job that whoever is cut short finds again. */
import { createHash } from 'node:crypto';
import { ABSENT, type Store } from '../../runtime/cloud/store';
import { Refused, type Time } from '../../runtime/loop/platform';
import { exists, unlessAbsent } from './google-error.runtime';
import type { Google } from './google.runtime';

export interface ExportOptions {
  readonly google: Google;
  readonly store: Store;
  readonly project: string;
  /** Of the dataset, and of the bucket. */
  readonly location: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly clock: () => Time;
}

export interface Query {
  /** Selects what is exported; its parameters are `@name`. */
  readonly select: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
}

/** A text, or a moment. */
export type Parameter = string | { readonly at: Time };

/** Beside the folder, `<folder>.json`: what is to be exported to it, by which job. */
interface Claim {
  readonly format: 1;
  readonly job: string;
  /** From 1; each has a folder of its own, since one that failed may leave files. */
  readonly attempt: number;
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatus */
interface Job {
  readonly status: {
    readonly state: 'PENDING' | 'RUNNING' | 'DONE';
    readonly errorResult?: { readonly reason: string; readonly message: string };
  };
}

/** What a look has for it: most exports are a matter of seconds. */
const PATIENCE_MS = 20_000;

export class Export {
  constructor(private readonly options: ExportOptions) {}

  /**
   * Files as JSON lines, relative to `folder`; none where there is no such table. Throws `Refused` while they are not all there. One
   * that failed is tried again at the next look.
   */
  async files(query: Query, folder: string): Promise<readonly string[]> {
    const path = `${folder}.json`;
    const found = await this.options.store.read<Claim>(path);
    const claim = found?.value ?? this.claim(folder, 1);
    if (!found) await this.options.store.write(path, claim, ABSENT);
    const { status } = await this.ended(claim, query, folder);
    if (status.state !== 'DONE') throw new Refused(`${this.options.store.uri(folder)} is still being exported`);
    const { errorResult: error } = status;
    if (!error) return this.written(`${folder}/${claim.attempt}/`, folder);
    // Vertex AI makes it with the first request.
    if (error.reason === 'notFound' && /\btable\b/i.test(error.message)) return [];
    await this.options.store.write(path, this.claim(folder, claim.attempt + 1), found?.etag);
    throw new Error(`${this.options.store.uri(folder)} could not be exported: ${error.message} (${error.reason})`);
  }

  /** BigQuery keeps jobs when all else is destroyed, and takes no id twice: a window that comes again has another time. */
  private claim(folder: string, attempt: number): Claim {
    const { store, clock } = this.options;
    const digest = createHash('sha256')
      .update(`${store.uri(folder)} ${attempt} ${clock()}`)
      .digest('hex')
      .slice(0, 12);
    return { format: 1, attempt, job: `mlops-${folder.replaceAll(/[^\w-]+/g, '-')}-${digest}` };
  }

  private async ended({ job, attempt }: Claim, query: Query, folder: string): Promise<Job> {
    const { sleep, now } = this.options.google.pace;
    const deadline = now() + PATIENCE_MS;
    let known = (await this.describe(job)) ?? (await this.begin(job, query, `${folder}/${attempt}`));
    for (let pause = 1000; known.status.state !== 'DONE' && now() + pause <= deadline; pause *= 2) {
      await sleep(pause);
      known = (await this.describe(job)) ?? known;
    }
    return known;
  }

  private describe(job: string): Promise<Job | undefined> {
    const { google, project, location } = this.options;
    const query = { location, fields: 'status(state,errorResult)' };
    return unlessAbsent(google.call<Job>('bigquery', 'GET', `projects/${project}/jobs/${job}`, { query }));
  }

  private async begin(jobId: string, { select, parameters }: Query, folder: string): Promise<Job> {
    const { google, store, project, location, labels } = this.options;
    // Names in the bucket are ours, of letters, digits and hyphens.
    const uri = `${store.uri(folder)}/*.jsonl`;
    if (!/^[\w./:*-]+$/.test(uri)) throw new Error(`${uri}: got a name that cannot be part of a query`);
    const body = {
      jobReference: { projectId: project, jobId, location },
      configuration: {
        labels,
        query: {
          query: `EXPORT DATA OPTIONS (uri = '${uri}', format = 'JSON', overwrite = true) AS\n${select}`,
          useLegacySql: false,
          parameterMode: 'NAMED',
          queryParameters: Object.entries(parameters).map(([name, parameter]) => ({ name, ...typed(parameter) })),
        },
      },
    };
    try {
      return await google.call<Job>('bigquery', 'POST', `projects/${project}/jobs`, { body, repeatable: true });
    } catch (error) {
      if (exists(error)) return { status: { state: 'RUNNING' } };
      throw error;
    }
  }

  /** What selects no rows may leave an empty file. */
  private async written(prefix: string, folder: string): Promise<readonly string[]> {
    const files: string[] = [];
    for await (const { key, size } of this.options.store.list(prefix))
      if (size > 0) files.push(key.slice(folder.length + 1));
    return files;
  }
}

function typed(parameter: Parameter) {
  return typeof parameter === 'string'
    ? { parameterType: { type: 'STRING' }, parameterValue: { value: parameter } }
    : { parameterType: { type: 'TIMESTAMP' }, parameterValue: { value: new Date(parameter.at).toISOString() } };
}
