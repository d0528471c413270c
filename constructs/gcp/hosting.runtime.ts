/** One endpoint of Vertex AI: the calls, with what their errors mean. */
import { refusing, unlessAbsent } from './google-error.runtime';
import type { Google, Operation } from './google.runtime';

/** https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints */
export interface VertexEndpoint {
  readonly etag: string;
  readonly deployedModels?: readonly DeployedModel[];
  /** Percent by id of a deployed model; who is not in it has no traffic. */
  readonly trafficSplit?: TrafficSplit;
}

export type TrafficSplit = Readonly<Record<string, number>>;

export interface DeployedModel {
  readonly id: string;
  readonly displayName?: string;
  /** Nothing where it was deployed by hand on other resources. */
  readonly dedicatedResources?: { readonly minReplicaCount?: number };
  /** [unverified] that it is filled in for models of one's own. */
  readonly status?: { readonly availableReplicaCount?: number };
}

export interface NewDeployedModel {
  /** 1 to 10 digits. */
  readonly id: string;
  readonly displayName: string;
  /** Resource name, with the version. */
  readonly model: string;
  readonly serviceAccount: string;
  readonly dedicatedResources: {
    readonly machineSpec: { readonly machineType: string };
    readonly minReplicaCount: number;
    readonly maxReplicaCount: number;
    readonly autoscalingMetricSpecs: readonly { readonly metricName: string; readonly target: number }[];
  };
}

export class Hosting {
  /** What is done stays as it is. */
  private readonly done = new Map<string, Operation>();

  constructor(
    private readonly google: Google,
    /** Resource name of the endpoint. */
    readonly name: string,
  ) {}

  /** Nothing where there is no endpoint: the program that provisions makes it. */
  describe(): Promise<VertexEndpoint | undefined> {
    return unlessAbsent(this.google.call<VertexEndpoint>('aiplatform', 'GET', this.name));
  }

  /** Nothing where Vertex AI does not know it (any more). */
  async operation(name: string): Promise<Operation | undefined> {
    const known = this.done.get(name);
    if (known) return known;
    const found = await unlessAbsent(this.google.call<Operation>('aiplatform', 'GET', name));
    if (found?.done) this.done.set(name, found);
    return found;
  }

  /** All that Vertex AI remembers, in no order that is promised. No filter: which ones it takes here is documented nowhere. */
  async operations(): Promise<readonly Operation[]> {
    const found: Operation[] = [];
    const query = { pageSize: 100 };
    for await (const one of this.google.pages<Operation>('aiplatform', `${this.name}/operations`, 'operations', query))
      found.push(one);
    return found;
  }

  /** @param trafficSplit of all that is deployed then; `0` is the new one. It holds from the end of the operation. */
  deploy(deployedModel: NewDeployedModel, trafficSplit: TrafficSplit): Promise<string> {
    return this.begin('deployModel', { deployedModel, trafficSplit });
  }

  /** @param trafficSplit of what stays, where the one that goes has traffic */
  undeploy(deployedModelId: string, trafficSplit?: TrafficSplit): Promise<string> {
    return this.begin('undeployModel', { deployedModelId, ...(trafficSplit && { trafficSplit }) });
  }

  /** It has at least so many replicas when the operation is done. */
  scale(id: string, minReplicaCount: number): Promise<string> {
    const deployedModel = { id, dedicatedResources: { minReplicaCount } };
    return this.begin('mutateDeployedModel', { deployedModel, updateMask: 'dedicatedResources.minReplicaCount' });
  }

  /** At once. Refused where the endpoint is another than the one that has this etag. */
  async split(trafficSplit: TrafficSplit, etag: string): Promise<void> {
    const asked = { query: { updateMask: 'trafficSplit' }, body: { trafficSplit, etag } };
    await refusing(this.google.call('aiplatform', 'PATCH', this.name, asked));
  }

  /** Gives the operation's name. */
  private async begin(method: string, body: unknown): Promise<string> {
    const call = this.google.call<Operation>('aiplatform', 'POST', `${this.name}:${method}`, { body });
    return (await refusing(call)).name;
  }
}
