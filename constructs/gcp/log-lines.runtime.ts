/** Lines of Cloud Logging. https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list */
import type { Time } from '../../runtime/loop/platform';
import type { Google } from './google.runtime';

export interface LogLine {
  readonly at: Time;
  readonly text: string;
}

/** What is asked for: a filter in Logging's own language, such as `jobLogs` gives. */
export interface Entries {
  readonly project: string;
  readonly filter: string;
  readonly since: Time;
}

interface Entry {
  readonly insertId?: string;
  readonly timestamp?: string;
  readonly textPayload?: string;
  readonly jsonPayload?: Readonly<Record<string, unknown>>;
}

interface Page {
  readonly entries?: readonly Entry[];
  readonly nextPageToken?: string;
}

/** Lines that come late have an older time: so far back it is read again. */
const LATE_MS = 30_000;
/** https://cloud.google.com/logging/quotas: sixty reads a minute. */
const PAGE = 1000;

/** Grows with each reading, for whoever follows it. */
export class LogLines {
  private readonly known = new Set<string>();
  private readonly lines: LogLine[] = [];

  constructor(
    private readonly google: Google,
    private readonly entries: Entries,
  ) {}

  /** All that there are, in the order in which they were read. */
  async read(): Promise<readonly LogLine[]> {
    const from = Math.max(this.entries.since, (this.lines.at(-1)?.at ?? 0) - LATE_MS);
    let pageToken: string | undefined;
    do {
      const page: Page = await this.page(from, pageToken);
      for (const { insertId = '', timestamp = '', ...entry } of page.entries ?? []) {
        const key = `${timestamp} ${insertId}`;
        if (this.known.has(key)) continue;
        this.known.add(key);
        this.lines.push({ at: Date.parse(timestamp) || 0, text: textOf(entry) });
      }
      pageToken = page.nextPageToken || undefined;
    } while (pageToken !== undefined);
    return this.lines;
  }

  private page(from: Time, pageToken: string | undefined): Promise<Page> {
    const { project, filter } = this.entries;
    const body = {
      resourceNames: [`projects/${project}`],
      filter: `${filter} AND timestamp >= "${new Date(from).toISOString()}"`,
      orderBy: 'timestamp asc',
      pageSize: PAGE,
      ...(pageToken !== undefined && { pageToken }),
    };
    return this.google.call<Page>('logging', 'POST', 'entries:list', { body, repeatable: true });
  }
}

/** What a program prints is a text, or `message` of an object that Vertex AI makes of it. */
function textOf({ textPayload, jsonPayload }: Entry): string {
  const message = jsonPayload?.['message'];
  const text = textPayload ?? (typeof message === 'string' ? message : JSON.stringify(jsonPayload ?? {}));
  return text.trimEnd();
}

/**
 * What servers of an endpoint printed. [unverified: that the deployed model is a label of the entry]
 * @param deployedModel @default - all that it ever had
 */
export const serverLogs = (endpointId: string, deployedModel?: string): string =>
  `resource.type="aiplatform.googleapis.com/Endpoint" AND resource.labels.endpoint_id="${endpointId}"` +
  (deployedModel === undefined ? '' : ` AND labels.deployed_model_id="${deployedModel}"`);

/** For a person with Google's own command line. */
export const readCommand = ({ project, filter, since }: Entries): string =>
  `gcloud logging read '${filter} AND timestamp>="${new Date(since).toISOString()}"' --project ${project} --order asc`;
