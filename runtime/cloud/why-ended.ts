/** Why a run ended as it did, in its own words, and what its tasks were. */
import type { Decision } from '../../constructs/spec/decision';
import { layout } from '../../constructs/spec/layout';
import type { ResolvedMlops } from '../../constructs/spec/mlops';
import { registerOf } from '../../constructs/spec/pipeline';
import type { Report } from '../../constructs/spec/report';
import type { Time } from '../loop/platform';
import { trainingPrefix } from './given';
import type { Outputs } from './output';
import type { RunRecord } from './parts';

export interface JobTask {
  /** As the pipeline's graph calls it. */
  readonly name: string;
  /** In the platform's word: `executing`, `succeeded`, `failed`. */
  readonly state: string;
  /** The platform's name of its last job. Nothing before it has one. */
  readonly job?: string;
  readonly started?: Time;
  readonly error?: string;
}

/** In the words of the task that decided, or of the monitor; nothing where it has not said. */
export async function whyEnded(
  outputs: Outputs,
  spec: ResolvedMlops,
  endpoint: string,
  { id, kind, tags }: Pick<RunRecord, 'id' | 'kind' | 'tags'>,
): Promise<string | undefined> {
  if (kind === 'monitor') {
    const folder = layout.report(endpoint, tags.monitor!, id);
    const report = (await outputs.store.read<Report>(`${folder}/report.json`))?.value;
    return report && `${report.verdict}: ${report.why}`;
  }
  const { model: pipeline } = spec.endpoints[endpoint]!;
  const { decision } = registerOf(spec.pipelines[pipeline]!);
  if (decision === false) return undefined;
  const made = await outputs.read<Decision>(trainingPrefix(pipeline, id), decision, 'decision.json');
  return made?.value.why;
}
