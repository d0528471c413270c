/** An endpoint of Vertex AI whose traffic the loop moves: up to two deployed models, and the split between them. */
import type { ServedEndpoint } from '../../runtime/cloud/parts';
import { checkRevision, refuseUnless, refuseUnready, SLOTS } from '../../runtime/cloud/slots';
import type { Store } from '../../runtime/cloud/store';
import { Refused, type Action, type Endpoint, type Time } from '../../runtime/loop/platform';
import { deployedModelId } from './endpoint-names.runtime';
import { endpointRecord, type Asking, type EndpointRecord } from './endpoint-record.runtime';
import { conditionOf, etagOf, lookAt, serving, type Condition, type Sight } from './endpoint-sight.runtime';
import { deploymentsOf, growthFor, shrinkageOf, splitBeside, splitOf, splitWithout } from './endpoint-slots.runtime';
import type { Hosting, NewDeployedModel } from './hosting.runtime';
import type { LoopSettings } from './settings';

export interface EndpointParts {
  readonly settings: Pick<LoopSettings, 'endpoint' | 'revision' | 'serving' | 'accounts'>;
  readonly hosting: Hosting;
  readonly store: Store;
  readonly clock: () => Time;
  /** Resource name of what is deployed for a version, with Vertex AI's own version in it. Throws `Refused` while it is being made. */
  readonly modelOf: (version: string) => Promise<string>;
  /** Puts the registry's aliases where the endpoint's view says that they belong. */
  readonly align: (view: Endpoint) => Promise<void>;
}

interface Look {
  readonly sight: Sight;
  readonly condition: Condition;
  readonly view: Endpoint;
}

export class VertexServedEndpoint implements ServedEndpoint {
  private readonly record: EndpointRecord;
  private deployedModels: ReadonlyMap<string, string> = new Map();
  failure: string | undefined;

  constructor(private readonly parts: EndpointParts) {
    this.record = endpointRecord(parts.store, parts.settings.endpoint);
  }

  async view(): Promise<Endpoint> {
    return (await this.look()).view;
  }

  figuresOf(deployment: string): string | undefined {
    return this.deployedModels.get(deployment);
  }

  async place({ id, version, revision, ifMatch }: Extract<Action, { do: 'place' }>): Promise<void> {
    const { settings, hosting, modelOf } = this.parts;
    const look = await this.look();
    if (look.view.deployments.some((each) => each.id === id)) return;
    refuseUnless(look.view, ifMatch);
    if (look.view.deployments.length >= SLOTS) throw new Refused('both slots are taken: retire one first');
    checkRevision(id, revision, settings);
    const deployed = newDeployedModel(settings, { id, version, revision }, await modelOf(version));
    const split = splitBeside(serving(look.sight));
    await this.ask(look, { operation: 'place', deployment: id }, () => hosting.deploy(deployed, split));
  }

  async shift({ shares, guarded, ifMatch }: Extract<Action, { do: 'shift' }>): Promise<void> {
    const { hosting, settings } = this.parts;
    const look = await this.look();
    const present = serving(look.sight);
    const isSo = present.every(({ id, share }) => share === (shares[id] ?? 0));
    if (isSo && look.condition === 'serving') return;
    refuseUnless(look.view, ifMatch);
    refuseUnready(shares, look.view.deployments);
    // Whoever flees from what is bad does not wait for machines.
    const growth = guarded ? growthFor(look.sight, shares, settings.serving.replicas) : undefined;
    if (growth) {
      const { id, deployedModel, replicas } = growth;
      const grow: Asking = { operation: 'scale', deployment: id, replicas };
      await this.ask(look, grow, () => hosting.scale(deployedModel, replicas));
      throw new Refused(`${id} gets ${replicas} replicas first`);
    }
    const { etag } = look.sight.endpoint!;
    await this.ask(look, { operation: 'shift', shares }, () => hosting.split(splitOf(present, shares), etag));
  }

  async retire({ id, ifMatch }: Extract<Action, { do: 'retire' }>): Promise<void> {
    const look = await this.look();
    const deployment = look.view.deployments.find((each) => each.id === id);
    if (!deployment || deployment.state === 'deleting') return;
    refuseUnless(look.view, ifMatch);
    if (deployment.share > 0) throw new Refused(`${id} has ${deployment.share} % of the traffic`);
    const leaves = serving(look.sight).find((each) => each.id === id);
    // It never came.
    if (!leaves) return await this.record.forget(look.sight.kept);
    const { hosting } = this.parts;
    await this.ask(look, { operation: 'retire', deployment: id }, () => hosting.undeploy(leaves.deployedModel));
  }

  /** One at a time, as Vertex AI does it: the next look takes the next. The endpoint itself stays. */
  async remove(): Promise<void> {
    const look = await this.look();
    if (look.condition === 'changing') throw new Refused('the endpoint is changing');
    const present = serving(look.sight);
    const [goes] = [...present].sort((a, b) => a.share - b.share);
    if (!goes) return;
    const split = splitWithout(present, goes);
    await this.ask(look, { operation: 'remove', deployment: goes.id }, () =>
      this.parts.hosting.undeploy(goes.deployedModel, split),
    );
  }

  async tend(): Promise<void> {
    const { settings, hosting, align } = this.parts;
    const look = await this.look();
    await align(look.view);
    const shrinkage = look.condition === 'serving' ? shrinkageOf(look.sight, settings) : undefined;
    if (!shrinkage) return;
    const { id, deployedModel, replicas } = shrinkage;
    const shrink: Asking = { operation: 'scale', deployment: id, replicas };
    await this.ask(look, shrink, () => hosting.scale(deployedModel, replicas)).catch((error: unknown) => {
      // It is for the next look then: nothing waits for it.
      if (!(error instanceof Refused)) throw error;
    });
  }

  /** An undeployed model leaves nothing behind. */
  async prune(): Promise<void> {}

  private async look(): Promise<Look> {
    const { hosting, clock } = this.parts;
    const sight = await lookAt(hosting, this.record, clock());
    const condition = conditionOf(sight);
    this.failure = sight.operation?.error?.message;
    this.deployedModels = new Map(serving(sight).map(({ id, deployedModel }) => [id, deployedModel]));
    const deployments = deploymentsOf(sight, condition);
    const view = { exists: condition !== 'absent', busy: condition === 'changing', etag: etagOf(sight), deployments };
    return { sight, condition, view };
  }

  private ask({ sight }: Look, asking: Asking, send: () => Promise<string | void>): Promise<void> {
    return this.record.ask(sight.kept, asking, this.parts.clock(), send);
  }
}

/** https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints#DeployedModel */
function newDeployedModel(
  { serving: { machine, replicas, cpuTarget }, accounts }: EndpointParts['settings'],
  deployment: { readonly id: string; readonly version: string; readonly revision: string },
  model: string,
): NewDeployedModel {
  return {
    id: deployedModelId(deployment),
    displayName: deployment.id,
    model,
    serviceAccount: accounts.serve,
    dedicatedResources: {
      machineSpec: { machineType: machine },
      minReplicaCount: replicas.min,
      maxReplicaCount: replicas.max,
      autoscalingMetricSpecs: [{ metricName: CPU, target: cpuTarget }],
    },
  };
}

const CPU = 'aiplatform.googleapis.com/prediction/online/cpu/utilization';
