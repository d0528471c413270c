/** The bucket is the record: where everything lies, with the same layout on every platform. */

export const layout = {
  /** Rows of a dataset; files are added, never changed. */
  data: (dataset: string) => `data/${dataset}`,
  /** Model code by the digest of its contents. */
  code: (digest: string) => `code/${digest}`,
  /**
   * What a run's task wrote: one directory an output. SageMaker's jobs have folders of their own between task and output:
   * `TASK/JOB/output/model/OUTPUT`, where the newest job counts.
   */
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
  /** Append-only: one line an event. Clouds, where nothing can be appended, have the same lines in `eventsOfDay`. */
  events: (endpoint: string) => `loop/${endpoint}/events.jsonl`,
  /** The events of one day of UTC, such as `2026-11-28`. One document after the other, they are those of `events`. */
  eventsOfDay: (endpoint: string, day: string) => `loop/${endpoint}/events/${day}.jsonl`,
  /** Notices that nobody was told yet. */
  notices: (endpoint: string) => `loop/${endpoint}/notices`,
  /** What a cloud's loop has found out of runs that ended and of files of data, so that it asks once. It may be deleted. */
  known: (endpoint: string, what: 'runs' | 'data') => `loop/${endpoint}/known/${what}.json`,
  /** What a monitor's run is given in a cloud: copies of the window's captures and labels. They may be deleted when it has ended. */
  window: (endpoint: string, monitor: string, run: string) => `windows/${endpoint}/${monitor}/${run}`,
  /** What people asked for and the loop has not acknowledged yet. */
  requests: (endpoint: string) => `loop/${endpoint}/requests`,
  /** Whether people want a cloud's endpoint to serve at all. Without it, it serves. */
  switch: (endpoint: string) => `loop/${endpoint}/switch.json`,
  /** The spec that a cloud's loop follows, for whoever reads the record elsewhere. */
  followed: (endpoint: string) => `loop/${endpoint}/spec.json`,
} as const;
