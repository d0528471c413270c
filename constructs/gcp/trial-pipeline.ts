/** Trial: compares a version under trial with the champion, by the labels of the rows that the new one answered. */
import type { ComponentResourceOptions } from '@pulumi/pulumi';
import { trialGraph } from '../../pipelines/monitoring';
import { Room } from '../pulumi/room';
import type { ResolvedMlops } from '../spec/mlops';
import type { JobAccount } from './job-account';
import { Pipeline, type JobOptions, type PipelineTransform } from './pipeline';

export interface TrialPipelineProps extends JobOptions {
  readonly spec: ResolvedMlops;
  /** Its name in the spec, where `rollout.rollBackOn.quality` is not false. */
  readonly endpoint: string;
  /** Who its jobs run as: as the monitors' do, since a trial is a run of the monitor that judges it. */
  readonly account: JobAccount;
  readonly transform?: PipelineTransform;
}

export class TrialPipeline extends Room {
  readonly pipeline: Pipeline;

  constructor(name: string, props: TrialPipelineProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:TrialPipeline', name, options);
    const { spec, endpoint } = props;
    this.pipeline = new Pipeline(
      this.named('pipeline'),
      { ...props, name: `${endpoint}-trial`, graph: trialGraph(spec, endpoint) },
      { parent: this },
    );
  }
}
