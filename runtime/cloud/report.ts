/** What a monitor's run found, put where every platform has it. */
import { layout } from '../../constructs/spec/layout';
import { UserError } from '../../constructs/spec/problem';
import type { Report } from '../../constructs/spec/report';
import type { MonitorReport, RunTags } from '../loop/platform';
import type { Outputs } from './output';

/** The task and the output of the monitoring graphs that hold report.json. */
const OUTPUT = 'report.report';

/** Of a run that succeeded. Throws a UserError where there is no report. */
export async function readReport(
  outputs: Outputs,
  endpoint: string,
  run: { readonly id: string; readonly tags: RunTags },
): Promise<MonitorReport> {
  const prefix = layout.report(endpoint, run.tags.monitor!, run.id);
  const found = await outputs.read<Report>(prefix, OUTPUT, 'report.json');
  if (!found) throw new UserError(`the monitor wrote no ${prefix}/report.json`);
  for await (const { key } of outputs.store.list(`${found.folder}/`))
    await outputs.store.copy(key, `${prefix}/${key.slice(found.folder.length + 1)}`);
  return asMonitorReport(found.value);
}

/** What the loop reads of a report. */
export function asMonitorReport({ monitor, version, scope, verdict, window }: Report): MonitorReport {
  return { monitor, version, scope, verdict, window: { from: Date.parse(window.from), to: Date.parse(window.to) } };
}
