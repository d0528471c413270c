/** Lines of CloudWatch Logs, where the client for them is installed; and the command that shows them, in any case. */
import type { Time } from '../../runtime/loop/platform';

/** Streams of one group whose names begin so. */
export interface Streams {
  readonly group: string;
  readonly prefix: string;
  readonly since: Time;
}

export interface LogLine {
  readonly at: Time;
  readonly text: string;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html, as far as it is used. */
interface FilterLogEventsInput {
  readonly logGroupName: string;
  readonly logStreamNamePrefix: string;
  readonly startTime: number;
  readonly nextToken?: string;
}

interface FilterLogEventsOutput {
  readonly events?: readonly { readonly eventId?: string; readonly timestamp?: number; readonly message?: string }[];
  readonly nextToken?: string;
}

export interface LogsClient {
  send(command: object): Promise<FilterLogEventsOutput>;
}

/** The package's exports, as far as they are used: it is optional, and what is not installed has no types. */
export interface LogsModule {
  readonly CloudWatchLogsClient: new (config: object) => LogsClient;
  readonly FilterLogEventsCommand: new (input: FilterLogEventsInput) => object;
}

export const LOGS_PACKAGE = '@aws-sdk/client-cloudwatch-logs';

/** Nothing where it is not installed. */
export function loadLogs(): LogsModule | undefined {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- it need not be there
    return require('@aws-sdk/client-cloudwatch-logs') as LogsModule;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Lines that come late have an older time: so far back it is read again. */
const LATE_MS = 30_000;

/** Grows with each reading, for whoever follows it. */
export class LogLines {
  private readonly known = new Set<string>();
  private readonly lines: LogLine[] = [];

  constructor(
    private readonly logs: Pick<LogsModule, 'FilterLogEventsCommand'> & { readonly client: LogsClient },
    private readonly streams: Streams,
  ) {}

  /** All that there are, in the order in which they were read. None where the group is not there: nothing was logged yet. */
  async read(): Promise<readonly LogLine[]> {
    const { group, prefix, since } = this.streams;
    const { client, FilterLogEventsCommand } = this.logs;
    const startTime = Math.max(since, (this.lines.at(-1)?.at ?? 0) - LATE_MS);
    let nextToken: string | undefined;
    do {
      const page = await client
        .send(
          new FilterLogEventsCommand({
            logGroupName: group,
            logStreamNamePrefix: prefix,
            startTime,
            ...(nextToken !== undefined && { nextToken }),
          }),
        )
        .catch((error: unknown): FilterLogEventsOutput => {
          if ((error as Error).name === 'ResourceNotFoundException') return {};
          throw error;
        });
      for (const { eventId = '', timestamp = 0, message = '' } of page.events ?? []) {
        if (this.known.has(eventId)) continue;
        this.known.add(eventId);
        this.lines.push({ at: timestamp, text: message.trimEnd() });
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return this.lines;
  }
}

/** For a person with AWS's own command line. */
export const tailCommand = ({ group, prefix, since }: Streams, region: string): string =>
  `aws logs tail ${group} --log-stream-name-prefix ${prefix} --since ${new Date(since).toISOString().slice(0, 19)}Z --region ${region}`;
