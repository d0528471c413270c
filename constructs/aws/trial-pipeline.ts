/** Trial: compares a version under trial with the champion, by the labels of the rows that the new one answered. */
import { Construct } from 'constructs';
import type { ResolvedMlops } from '../spec/mlops';
import { trialGraph } from '../../pipelines/monitoring';
import { physicalName } from './names';
import { Pipeline, type JobOptions, type PipelineTransform } from './pipeline';

export interface TrialPipelineProps extends JobOptions {
  readonly spec: ResolvedMlops;
  /** Its name in the spec, where `rollout.rollBackOn.quality` is not false. */
  readonly endpoint: string;
  /** What all names begin with. */
  readonly prefix: string;
  readonly transform?: PipelineTransform;
}

export class TrialPipeline extends Construct {
  readonly pipeline: Pipeline;

  constructor(scope: Construct, id: string, props: TrialPipelineProps) {
    super(scope, id);
    const { spec, endpoint, prefix } = props;
    const { model, rollout } = spec.endpoints[endpoint]!;
    const { quality } = rollout.rollBackOn;
    // A trial is a run of the monitor that judges it.
    const monitor = quality ? quality.monitor : '';
    this.pipeline = new Pipeline(this, 'Pipeline', {
      ...props,
      name: physicalName('pipeline', prefix, endpoint, 'trial'),
      graph: trialGraph(spec, endpoint),
      reads: [`windows/${endpoint}/${monitor}`, `artifacts/${model}`, `reports/${endpoint}/${monitor}`],
      writes: [`reports/${endpoint}/${monitor}`],
    });
  }
}
