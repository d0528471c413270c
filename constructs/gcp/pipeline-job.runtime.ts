/** A run of the loop as a pipeline job of Vertex AI: what it is created with, and what lists tell of it. */
import type { RunInputs } from '../../runtime/cloud/parts';
import type { Run, RunTags } from '../../runtime/loop/platform';
import { fittingName } from '../packaging/names';
import { jobsOf } from './job-names';
import { uriParameter } from '../../pipelines/compile/kfp-names';
import type { LoopSettings } from './settings';

/** Of a pipeline job, what a list is asked for: the whole of it holds the pipeline's document and all that its tasks made. */
export interface JobSummary {
  readonly name: string;
  readonly state: string;
  readonly createTime: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly error?: { readonly message?: string };
}

export const SUMMARY = 'name,state,createTime,labels,error';

/** What the record has of a run before its job is created: `loop/<endpoint>/runs/<run>.json`. */
export interface StartedRun {
  readonly format: 1;
  /** Id of the pipeline job: the last part of its name. */
  readonly job: string;
  /** In the bucket: the document that it runs. */
  readonly pipeline: string;
  readonly tags: RunTags;
}

export const startedPath = (endpoint: string, run: string): string => `loop/${endpoint}/runs/${run}.json`;

/**
 * Vertex AI keeps jobs when all else is destroyed, and takes no id twice: a system that is made again begins with the same runs, at
 * another time. https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.pipelineJobs/create
 */
export const jobId = ({ system, endpoint }: Pick<LoopSettings, 'system' | 'endpoint'>, run: string, at: number) =>
  fittingName(127, jobsOf(system, endpoint), run, at.toString(36));

/** `pipelines/NAME/DIGEST.json`: the digest is another one with each change, the pipeline is the same. */
export const pipelineName = (document: string): string => document.split('/').at(-2) ?? document;

export const isOver = (state: string): boolean => OVER.includes(state);
export const SUCCEEDED = 'PIPELINE_STATE_SUCCEEDED';
const OVER: readonly string[] = [SUCCEEDED, 'PIPELINE_STATE_FAILED', 'PIPELINE_STATE_CANCELLED'];

export const kindOf = ({ monitor }: RunTags): Run['kind'] => (monitor === undefined ? 'train' : 'monitor');

export const RUN_LABEL = 'mlops_run';
export const labelsOf = ({ system, endpoint }: Pick<LoopSettings, 'system' | 'endpoint'>) => ({
  mlops_system: system,
  mlops_endpoint: endpoint,
});

export interface NewJob {
  readonly run: string;
  readonly tags: RunTags;
  /** What the pipeline's document holds. */
  readonly document: unknown;
  readonly inputs: RunInputs;
}

export function pipelineJob(settings: LoopSettings, { run, tags, document, inputs }: NewJob) {
  const { accounts, key, networkAttachment, system, endpoint } = settings;
  const uris = Object.entries(inputs.externals).map(([external, uri]) => [uriParameter(external), uri]);
  return {
    displayName: `${system} ${endpoint}: ${run}`,
    labels: { ...labelsOf(settings), [RUN_LABEL]: run },
    pipelineSpec: document,
    runtimeConfig: {
      gcsOutputDirectory: inputs.output,
      parameterValues: { ...Object.fromEntries(uris), ...inputs.parameters },
      // Once one task has failed nothing comes of the others.
      failurePolicy: 'PIPELINE_FAILURE_POLICY_FAIL_FAST',
    },
    serviceAccount: kindOf(tags) === 'train' ? accounts.train : accounts.monitor,
    ...(key !== false && { encryptionSpec: { kmsKeyName: key } }),
    ...(networkAttachment !== false && { pscInterfaceConfig: { networkAttachment } }),
  };
}
