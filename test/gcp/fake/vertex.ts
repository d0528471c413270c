/** Vertex AI in memory: pipelines, models and endpoints, over REST and over gRPC. */
import type { JsonObject } from '../protos';
import { checkRequest } from '../protos-check';
import { written } from './answers';
import type { Clock } from './clock';
import { GoogleError, violated } from './errors';
import type { Faults } from './faults';
import type { Route } from './http';
import type { FakeObjects } from './objects';
import { endpointHandlers } from './vertex-endpoints';
import { begin, ended, jobHandlers } from './vertex-jobs';
import type { VertexMethod } from './vertex-methods';
import { addVersion, modelHandlers } from './vertex-models';
import { begun, operationHandlers, type Outcome } from './vertex-operations';
import { vertexRoutes } from './vertex-rest';
import { writeOutputs, type Outputs } from './vertex-outputs';
import { resolveVersion, shown } from './vertex-versions';
import { VertexState, Work, type Endpoint, type Handlers, type PipelineJob, type Place } from './vertex-state';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export interface Ending {
  /** @default 'PIPELINE_STATE_SUCCEEDED' */
  readonly state?: string;
  readonly error?: { readonly code: number; readonly message: string };
  /** What its tasks leave, see `writeOutputs`. @default - nothing */
  readonly outputs?: Outputs;
}

export class FakeVertex {
  /** Endpoints, jobs, versions and operations as they are kept: what is set there holds, unchecked until it is answered. */
  readonly state: VertexState;
  /** Milliseconds that each kind of operation takes; to be changed by the test. */
  readonly takes: Record<string, number> = {
    ...{
      DeployModel: 10 * MINUTE,
      UndeployModel: 2 * MINUTE,
      MutateDeployedModel: 5 * MINUTE,
      UploadModel: 30 * SECOND,
    },
    ...{ CreateEndpoint: 0, DeleteEndpoint: 0, DeleteModel: 0, DeleteModelVersion: 0, DeletePipelineJob: 0 },
    ...{ StartPipelineJob: 30 * SECOND, CancelPipelineJob: 0 },
  };
  /** Requests as messages, refused ones too, whichever way they came. */
  readonly asked: { readonly type: string; readonly request: JsonObject }[] = [];
  private readonly scripts: { readonly method: string; readonly outcome: Partial<Outcome> }[] = [];
  private readonly handlers: Handlers;

  constructor(
    readonly place: Place,
    private readonly clock: Clock,
    faults: Faults,
    private readonly objects: FakeObjects,
  ) {
    this.state = new VertexState(place, clock, faults);
    this.handlers = {
      ...endpointHandlers(this.state),
      ...modelHandlers(this.state),
      ...jobHandlers(this.state, this.takes),
      ...operationHandlers(this.state),
    };
  }

  /** One call, strictly checked, whichever way it came. */
  invoke(method: VertexMethod, request: JsonObject, asOf = Infinity): JsonObject {
    this.asked.push({ type: method.request, request });
    const violations = checkRequest(method.request, request);
    if (violations.length > 0) throw violated(method.call, violations);
    const handler = this.handlers[method.name];
    if (!handler) throw new GoogleError('UNIMPLEMENTED', `The fake has no ${method.call}.`);
    const result = handler(request, asOf);
    if (!(result instanceof Work)) return written(method.response, result);
    return written(method.response, begun(this.state, result, method.operation!, this.outcome(method.name)));
  }

  /** For the next operation of this kind, such as `DeployModel`, that is not spoken for. */
  script(method: string, outcome: Partial<Outcome>): void {
    this.scripts.push({ method, outcome });
  }

  /** As a Pulumi program makes it: empty. Gives its name. */
  addEndpoint(id: string, fields: JsonObject = {}): string {
    const name = this.state.nameOf(`endpoints/${id}`);
    const times = { createTime: this.clock.iso(), updateTime: this.clock.iso() };
    const empty = { deployedModels: [], trafficSplit: {}, etag: this.state.etag() };
    this.state.endpoints.set(name, { displayName: id, ...empty, ...times, ...fields, name });
    return name;
  }

  endpoint = (id: string): Endpoint => this.state.endpoint(this.state.nameOf(`endpoints/${id}`));

  setEndpoint(id: string, fields: Partial<Endpoint>): void {
    this.state.endpoints.update(this.endpoint(id).name, (endpoint) => ({
      ...endpoint,
      etag: this.state.etag(),
      ...fields,
    }));
  }

  /** As an upload that is over. Gives its number. */
  addVersion(modelId: string, fields: JsonObject = {}): string {
    return addVersion(this.state, this.state.nameOf(`models/${modelId}`), { displayName: modelId, ...fields })
      .versionId;
  }

  /** As the registry shows it. @param version number or alias. */
  version = (modelId: string, version: string): JsonObject =>
    shown(this.state, resolveVersion(this.state, this.state.nameOf(`models/${modelId}@${version}`)));

  job = (id: string): PipelineJob => this.state.job(this.state.nameOf(`pipelineJobs/${id}`));
  jobs = (): readonly PipelineJob[] => this.state.jobs.values();

  setJob(id: string, fields: JsonObject): void {
    this.state.jobs.update(this.job(id).name, (job) => ({ ...job, updateTime: this.clock.iso(), ...fields }));
  }

  /** Without waiting for the clock. */
  startJob = (id: string): void => begin(this.state, this.job(id).name);

  finishJob(id: string, { state = 'PIPELINE_STATE_SUCCEEDED', error, outputs = {} }: Ending = {}): void {
    this.writeOutputs(id, outputs);
    ended(this.state, this.job(id).name, state, error);
  }

  /** What tasks of a job leave while it runs. A second time is another attempt: another folder. */
  writeOutputs = (id: string, outputs: Outputs): void => writeOutputs(this.objects, this.place, this.job(id), outputs);

  routes = (): readonly Route[] => vertexRoutes(this);

  private outcome(method: string): Outcome {
    const at = this.scripts.findIndex((script) => script.method === method);
    const scripted = at < 0 ? {} : this.scripts.splice(at, 1)[0]!.outcome;
    return { takes: this.takes[method] ?? 0, ...scripted };
  }
}
