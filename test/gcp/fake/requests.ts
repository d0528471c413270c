/** What was asked, in the order in which it came: refused requests too. */
export interface Logged {
  /** Of the clock, milliseconds. */
  readonly at: number;
  /** Such as `EndpointService.DeployModel` or `objects.insert`; empty where no service has such a path. */
  readonly call: string;
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Parsed where it is JSON, else as text. */
  readonly body: unknown;
  /** 0: the connection was cut. */
  readonly status: number;
}

export class RequestLog {
  all: Logged[] = [];

  of = (...calls: readonly string[]): readonly Logged[] => this.all.filter(({ call }) => calls.includes(call));
  /** A call a line, such as `200 EndpointService.GetEndpoint`. */
  lines = (): readonly string[] => this.all.map(({ status, call, path }) => `${status} ${call || path}`);

  clear(): void {
    this.all = [];
  }
}
