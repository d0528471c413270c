/** Pipeline jobs of PipelineService, as its .proto tells it. How they go on is the test's: `setJob`, `finishJob`. */
import { isObject, without, type JsonObject } from '../protos';
import { GoogleError, invalid, precondition } from './errors';
import { filterOf } from './filter';
import { masked } from './masks';
import { ordered, pageOf } from './pages';
import { checkParameters } from './vertex-parameters';
import { checkLabels, statusOf, Work, type Handlers, type PipelineJob, type VertexState } from './vertex-state';

const COMPARED = ['=', '!=', '<', '>', '<=', '>='] as const;
const FILTER = {
  pipelineName: ['=', '!='],
  displayName: ['=', '!=', ':'],
  pipelineJobUserId: ['=', '!=', ':'],
  state: ['=', '!='],
  createTime: COMPARED,
  updateTime: COMPARED,
  endTime: COMPARED,
  labels: [':'],
  'labels.*': ['=', ':'],
  templateUri: ['=', '!=', ':'],
} as const;
const ORDER = ['createTime', 'updateTime', 'endTime', 'startTime'] as const;

export const isOver = (state: string): boolean => /_(SUCCEEDED|FAILED|CANCELLED)$/.test(state);

export function jobHandlers(state: VertexState, takes: Readonly<Record<string, number>>): Handlers {
  return {
    CreatePipelineJob(request) {
      const job = request.pipelineJob as JsonObject;
      const { name: pipeline = 'pipeline' } = ((job.pipelineSpec as JsonObject)?.pipelineInfo ?? {}) as {
        name?: string;
      };
      const id = (request.pipelineJobId as string | undefined) || `${pipeline}-${state.number()}`;
      if (!/^[a-z0-9-]{1,127}$/.test(id)) throw invalid(`Invalid pipeline_job_id ${id}`);
      const name = `${state.within(request.parent)}/pipelineJobs/${id}`;
      if (state.jobs.has(name)) throw new GoogleError('ALREADY_EXISTS', `PipelineJob ${name} exists.`);
      checkJob(job);
      const at = state.clock.iso();
      const given = {
        ...job,
        labels: { ...(job.labels as JsonObject), 'vertex-ai-pipelines-run-billing-id': String(state.number()) },
      };
      const made = { ...given, name, state: 'PIPELINE_STATE_PENDING', createTime: at, updateTime: at };
      state.jobs.set(name, made);
      state.clock.in(takes.StartPipelineJob ?? 0, () => begin(state, name));
      return state.job(name);
    },

    GetPipelineJob: ({ name }) => state.job(name),

    ListPipelineJobs(request, asOf) {
      state.within(request.parent);
      const matches = filterOf(request.filter as string, FILTER);
      // What ran in detail is not in the list.
      const hits = state.jobs
        .values(asOf)
        .map((job) => without(job, 'jobDetail') as PipelineJob)
        .filter((job) =>
          matches({ ...job, pipelineJobUserId: job.name.split('/').at(-1), pipelineName: pipelineOf(job) }),
        );
      const { entries, ...next } = pageOf(
        ordered(hits, request.orderBy, ORDER, 'create_time desc'),
        request,
        state.page,
      );
      return { pipelineJobs: entries.map((job) => masked('PipelineJob', job, request.readMask)), ...next };
    },

    CancelPipelineJob(request) {
      const { name, state: current } = state.job(request.name);
      // [unverified] that a job that is over is refused rather than left alone.
      if (isOver(current)) throw precondition(`PipelineJob ${name} is over: ${current}.`);
      state.jobs.update(name, (job) => ({ ...job, state: 'PIPELINE_STATE_CANCELLING', updateTime: state.clock.iso() }));
      state.clock.in(takes.CancelPipelineJob ?? 0, () => {
        if (state.jobs.get(name)?.state !== 'PIPELINE_STATE_CANCELLING') return;
        ended(state, name, 'PIPELINE_STATE_CANCELLED', statusOf('CANCELLED', 'The job was cancelled.'));
      });
      return {};
    },

    DeletePipelineJob(request) {
      const { name, state: current } = state.job(request.name);
      // [unverified] that a job that runs is refused.
      if (!isOver(current)) throw precondition(`PipelineJob ${name} is not over: ${current}.`);
      return new Work(name, () => {
        state.jobs.delete(name);
        return {};
      });
    },
  };
}

export function begin(state: VertexState, name: string): void {
  if (state.jobs.get(name)?.state !== 'PIPELINE_STATE_PENDING') return;
  const at = state.clock.iso();
  state.jobs.update(name, (job) => ({ ...job, state: 'PIPELINE_STATE_RUNNING', startTime: at, updateTime: at }));
}

export function ended(state: VertexState, name: string, how: string, error?: JsonObject): void {
  const at = state.clock.iso();
  state.jobs.update(name, (job) => ({
    ...{ ...job, startTime: job.startTime ?? at, state: how, endTime: at, updateTime: at },
    ...(error && { error }),
  }));
}

const pipelineOf = ({ pipelineSpec }: PipelineJob): unknown =>
  isObject(pipelineSpec) && isObject(pipelineSpec.pipelineInfo) ? pipelineSpec.pipelineInfo.name : undefined;

/** What the proto cannot say. `[unverified]`: the texts, and that all of it is told at once rather than by the run. */
function checkJob(job: JsonObject): void {
  checkLabels(job.labels);
  const { gcsOutputDirectory, parameterValues } = (job.runtimeConfig ?? {}) as JsonObject;
  if (!job.pipelineSpec && !job.templateUri) throw invalid('One of pipeline_spec and template_uri must be set.');
  if (typeof gcsOutputDirectory !== 'string') throw invalid('runtime_config.gcs_output_directory must be set.');
  if (!/^gs:\/\/[a-z0-9._-]{3,}(\/|$)/.test(gcsOutputDirectory))
    throw invalid(`runtime_config.gcs_output_directory must be a gs:// URI, got ${gcsOutputDirectory}`);
  if (isObject(job.pipelineSpec)) checkParameters(job.pipelineSpec, (parameterValues ?? {}) as JsonObject);
}
