/** The clients of the replay: each row of the history is one request, and what the client saw is kept. */
import type { IncomingMessage } from 'node:http';
import { Pool } from 'undici';
import type { Time } from '../runtime/loop/platform';
import type { HistoryRow } from './history';

/** What a client saw of one row. */
export interface Answer {
  readonly at: Time;
  readonly label: number | null;
  /** `null` where no version answered. */
  readonly version: string | null;
  /** `null` where the request failed. */
  readonly prediction: number | null;
  /** What a failed request was told. */
  readonly failure?: string;
}

/** Carries the virtual time of a request. */
const TIME_HEADER = 'x-mlops-replay-time';
const CONNECTIONS = 32;

/** For the target: when a request of the replay happened. */
export const arrival = ({ headers }: IncomingMessage): Time => Number(headers[TIME_HEADER]);

export class Clients {
  private readonly pool: Pool;

  /** `url` is the gateway's. */
  constructor(
    url: string,
    private readonly endpoint: string,
  ) {
    this.pool = new Pool(url, { connections: CONNECTIONS });
  }

  /** All answers, in the order of the rows. */
  async send(rows: readonly HistoryRow[], inTurn: boolean): Promise<Answer[]> {
    if (!inTurn) return Promise.all(rows.map((row) => this.request(row)));
    const answers: Answer[] = [];
    for (const row of rows) answers.push(await this.request(row));
    return answers;
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async request({ at, instance, label }: HistoryRow): Promise<Answer> {
    const { statusCode, headers, body } = await this.pool.request({
      method: 'POST',
      path: `/${this.endpoint}/predict`,
      headers: { 'content-type': 'application/json', [TIME_HEADER]: String(at) },
      body: `{"instances":[${instance}]}`,
    });
    const text = await body.text();
    const served = headers['x-mlops-version'];
    const version = typeof served === 'string' ? served : null;
    if (statusCode !== 200) return { at, label, version, prediction: null, failure: `${statusCode} ${text}` };
    const { predictions } = JSON.parse(text) as { predictions: [number] };
    return { at, label, version, prediction: predictions[0] };
  }
}
