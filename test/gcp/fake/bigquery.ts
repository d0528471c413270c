/** BigQuery: jobs.insert and get of a query that exports logged requests. https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs */
import type { JsonObject } from '../protos';
import { checkJobBody } from './bigquery-body';
import { parseExport, type ExportStatement } from './bigquery-export';
import { selected, type LoggedRow } from './bigquery-select';
import type { Clock } from './clock';
import { GoogleError } from './errors';
import type { Faults } from './faults';
import type { Call, Route } from './http';
import type { FakeObjects } from './objects';
import type { Place } from './vertex-state';

/** Why a job has failed: https://cloud.google.com/bigquery/docs/error-messages */
export interface JobError {
  readonly reason: string;
  readonly message: string;
}

/** Thrown by what runs as part of a job. */
export class JobFailure extends Error {
  constructor(
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

export class FakeBigQuery {
  /** Milliseconds from the start to the end of a job. */
  takes = 5000;
  /** Rows in one file of an export: more rows, more files. */
  rowsOfAFile = 1000;
  /** By `<project>:<location>.<job id>`. */
  readonly jobs = new Map<string, JsonObject>();
  private readonly tables = new Map<string, LoggedRow[]>();
  private readonly failures: JobError[] = [];

  constructor(
    private readonly place: Place,
    private readonly clock: Clock,
    private readonly faults: Faults,
    private readonly objects: FakeObjects,
  ) {}

  /** @param table `<project>.<dataset>.<table>`; it comes to be with its first rows, as the log of requests does. */
  addRows(table: string, ...rows: readonly LoggedRow[]): void {
    this.tables.set(table, [...(this.tables.get(table) ?? []), ...rows]);
  }

  /** The next job that starts ends so. */
  failNext(error: JobError): void {
    this.failures.push(error);
  }

  routes = (): readonly Route[] => [
    {
      ...{ call: 'jobs.insert', method: 'POST', path: '/bigquery/v2/projects/{project}/jobs' },
      answer: (call) => this.insert(call),
    },
    {
      ...{ call: 'jobs.get', method: 'GET', path: '/bigquery/v2/projects/{project}/jobs/{job}' },
      answer: (call) => this.get(call),
    },
  ];

  private insert(call: Call): JsonObject {
    const { jobId, location, query, configuration } = checkJobBody(
      call.json(),
      call.params.project!,
      this.place.location,
    );
    const key = `${call.params.project}:${location}.${jobId}`;
    if (this.jobs.has(key))
      throw new GoogleError('ALREADY_EXISTS', `Already Exists: Job ${key}`, { reason: 'duplicate' });
    const started = String(this.clock.now);
    const about = {
      ...{
        kind: 'bigquery#job',
        id: key,
        jobReference: { projectId: call.params.project, jobId, location },
        configuration,
      },
      statistics: { creationTime: started, startTime: started },
    };
    this.jobs.set(key, { ...about, status: { state: 'RUNNING' } });
    const failure = this.failures.shift();
    this.clock.in(this.faults.stretched(this.takes), () => {
      const error = failure ?? this.ran(query, configuration);
      const statistics = { ...about.statistics, endTime: String(this.clock.now) };
      this.jobs.set(key, {
        ...about,
        statistics,
        status: { state: 'DONE', ...(error && { errorResult: error, errors: [error] }) },
      });
    });
    return this.jobs.get(key)!;
  }

  /** Outside the two large regions, a job is found only where it is looked for. */
  private get({ params, query }: Call): JsonObject {
    const key = `${params.project}:${query.get('location') ?? 'US'}.${params.job}`;
    const job = this.jobs.get(key);
    if (!job) throw new GoogleError('NOT_FOUND', `Not found: Job ${key}`, { reason: 'notFound' });
    return job;
  }

  private ran(query: string, configuration: JsonObject): JobError | undefined {
    try {
      const statement = parseExport(query, configuration.query as JsonObject);
      const table = this.tables.get(statement.table);
      if (!table) throw new JobFailure('notFound', `Not found: Table ${statement.table}`);
      this.write(statement, selected(table, statement));
      return undefined;
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      return { reason: error.reason, message: error.message };
    }
  }

  /** https://cloud.google.com/bigquery/docs/reference/standard-sql/export-statements */
  private write({ bucket, before, after, overwrite }: ExportStatement, rows: readonly JsonObject[]): void {
    const old = this.objects.names(bucket, before).filter((name) => name.endsWith(after));
    if (old.length > 0 && !overwrite)
      throw new JobFailure('invalid', `Invalid value: Destination gs://${bucket}/${before}* is not empty.`);
    for (const name of old) this.objects.delete(bucket, name);
    // [unverified] that a query without rows leaves one empty file.
    for (let file = 0; file === 0 || file * this.rowsOfAFile < rows.length; file += 1) {
      const part = rows.slice(file * this.rowsOfAFile, (file + 1) * this.rowsOfAFile);
      const name = `${before}${String(file).padStart(12, '0')}${after}`;
      this.objects.put(bucket, name, part.map(line).join(''));
    }
  }
}

/** These letters are written as escapes: https://cloud.google.com/bigquery/docs/exporting-data#export_limitations */
const line = (row: JsonObject): string =>
  `${JSON.stringify(row).replace(/[<>&]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`)}\n`;
