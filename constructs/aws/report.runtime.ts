/** What a monitor's run found, put where every platform has it. */
import { layout } from '../spec/layout';
import { UserError } from '../spec/problem';
import type { Report } from '../spec/report';
import type { MonitorReport, RunTags } from '../../runtime/loop/platform';
import { readOutput } from './output.runtime';
import type { Store } from './store.runtime';

/** The task and the output of the monitoring graphs that hold report.json. */
const OUTPUT = 'report.report';

/** Of a run that succeeded. Throws a UserError where there is no report. */
export async function readReport(
  store: Store,
  endpoint: string,
  run: { readonly id: string; readonly tags: RunTags },
): Promise<MonitorReport> {
  const prefix = layout.report(endpoint, run.tags.monitor!, run.id);
  const found = await readOutput<Report>(store, prefix, OUTPUT, 'report.json');
  if (!found) throw new UserError(`the monitor wrote no ${prefix}/report.json`);
  for await (const { key } of store.list(`${found.folder}/`))
    await store.copy(key, `${prefix}/${key.slice(found.folder.length + 1)}`);
  return asMonitorReport(found.value);
}

/** What the loop reads of a report. */
export function asMonitorReport({ monitor, version, scope, verdict, window }: Report): MonitorReport {
  return { monitor, version, scope, verdict, window: { from: Date.parse(window.from), to: Date.parse(window.to) } };
}
