/** The bucket is the record: where everything lies, with the same layout on every platform. */

export const layout = {
  /** Rows of a dataset; files are added, never changed. */
  data: (dataset: string) => `data/${dataset}`,
  /** Model code by the digest of its contents. */
  code: (digest: string) => `code/${digest}`,
  /** What a run's task wrote: one directory an output. */
  artifact: (pipeline: string, run: string, task: string, output: string) =>
    `artifacts/${pipeline}/${run}/${task}/${output}`,
  /** Stands for the champion before there is one: holds only none.json. */
  noChampion: 'artifacts/none',
  /** Captured requests and predictions of one version. */
  captures: (endpoint: string, version: string) => `captures/${endpoint}/${version}`,
  /** Labels that came after their rows: Parquet or JSON lines `{key…, label, at}`. */
  labels: (dataset: string) => `labels/${dataset}`,
  /** report.json of one window of one version. */
  report: (endpoint: string, monitor: string, run: string) => `reports/${endpoint}/${monitor}/${run}`,
  /** What the servers of one version printed: one line a line. */
  serverLog: (endpoint: string, version: string) => `logs/${endpoint}/${version}.jsonl`,
  /** The loop's memory: one document an endpoint, written compare-and-swap. */
  memory: (endpoint: string) => `loop/${endpoint}/memory.json`,
  /** Append-only: one line an event. */
  events: (endpoint: string) => `loop/${endpoint}/events.jsonl`,
  /** Notices that nobody was told yet. */
  notices: (endpoint: string) => `loop/${endpoint}/notices`,
  /** What people asked for and the loop has not acknowledged yet. */
  requests: (endpoint: string) => `loop/${endpoint}/requests`,
} as const;
