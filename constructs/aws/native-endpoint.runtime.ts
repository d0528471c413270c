/**
 * An endpoint whose traffic SageMaker moves: asynchronous, or behind its deployment guardrails. It has one variant, and
 * each deployment is a configuration of its own, under the deployment's name; the one in use serves, the others can.
 */
import type { DeploymentConfig } from '@aws-sdk/client-sagemaker';
import type { ServedEndpoint } from '../../runtime/cloud/parts';
import { checkRevision, refuseUnless, refuseUnready, SLOTS } from '../../runtime/cloud/slots';
import { Refused, type Action, type Deployment, type Endpoint } from '../../runtime/loop/platform';
import { aloneRequest, firstReplicas, LIVE, modelRequest } from './endpoint-config.runtime';
import { endpointRecord, type Asking, type EndpointRecord } from './endpoint-record.runtime';
import {
  conditionOf,
  hasLanded,
  lookAt,
  serving,
  stateOf,
  summaryOf,
  viewOf,
  type Condition,
  type Sight,
} from './endpoint-sight.runtime';
import { releaseName, releaseNamed } from './release-names';
import type { EndpointParts } from './served-endpoint.runtime';
import type { Guardrails } from './settings';

interface Look {
  readonly sight: Sight;
  readonly condition: Condition;
  readonly view: Endpoint;
}

/** What starting new machines may take, beside the waits. */
const START_SECONDS = 7200;

export class NativeEndpoint implements ServedEndpoint {
  private readonly record: EndpointRecord;
  /** Guardrails demand that it keeps its name, and an adopted endpoint has one of its own. */
  private variant: string = LIVE;
  failure: string | undefined;

  constructor(private readonly parts: EndpointParts) {
    this.record = endpointRecord(parts.store, parts.settings.endpoint);
  }

  async view(): Promise<Endpoint> {
    return (await this.look()).view;
  }

  figuresOf(): string {
    return this.variant;
  }

  /** Where there is no endpoint yet, SageMaker makes one with all of the traffic. */
  async place({ id, version, revision, ifMatch }: Extract<Action, { do: 'place' }>): Promise<void> {
    const { settings, hosting, modelOf } = this.parts;
    const look = await this.look();
    if (look.view.deployments.some((each) => each.id === id)) return;
    refuseUnless(look.view, ifMatch);
    if (look.view.deployments.length >= SLOTS) throw new Refused('both slots are taken: retire one first');
    checkRevision(id, revision, settings);
    await hosting.makeModel(modelRequest(settings, id, await modelOf(version)));
    const request = aloneRequest(settings, id, { variant: this.variant, replicas: this.replicas(look.sight) });
    await hosting.makeConfig(request);
    const config = request.EndpointConfigName!;
    if (look.condition === 'absent')
      await this.ask(look, { operation: 'place', deployment: id, config }, () => hosting.create(config));
  }

  async shift({ shares, guarded, ifMatch }: Extract<Action, { do: 'shift' }>): Promise<void> {
    const { settings, hosting } = this.parts;
    const look = await this.look();
    const [to] = Object.keys(shares).filter((id) => shares[id]! > 0);
    const target = look.view.deployments.find(({ id }) => id === to);
    if (target?.share === 100 && shares[target.id] === 100) return;
    refuseUnless(look.view, ifMatch);
    refuseUnready(shares, look.view.deployments);
    if (to === undefined || shares[to] !== 100)
      throw new Error(`${settings.endpointName}: got shares of several deployments, expected one that gets all`);
    const config = this.configOf(to);
    await this.ask(look, { operation: 'switch', deployment: to, config }, async () => {
      await this.releaseForOtherMachine(look.sight, config);
      // Without this, none of the platform's alarms may undo it: a rollback by hand must not be rolled back.
      await hosting.update(config, guarded ? this.guard() : undefined);
    });
  }

  async retire({ id, ifMatch }: Extract<Action, { do: 'retire' }>): Promise<void> {
    const { hosting } = this.parts;
    const look = await this.look();
    const deployment = look.view.deployments.find((each) => each.id === id);
    if (!deployment) return;
    refuseUnless(look.view, ifMatch);
    if (deployment.share > 0) throw new Refused(`${id} has ${deployment.share} % of the traffic`);
    // It is what the endpoint has failed to be.
    if (deployment.state === 'failed') return await this.removeEndpoint(look);
    await hosting.deleteConfig(this.configOf(id));
    await hosting.deleteModel(this.configOf(id));
  }

  async remove(): Promise<void> {
    const look = await this.look();
    if (look.condition !== 'absent') await this.removeEndpoint(look);
  }

  async tend(): Promise<void> {
    const { condition, view } = await this.look();
    const live = view.deployments.find(({ share }) => share === 100);
    if (condition === 'serving' && live?.revision === this.parts.settings.revision)
      await this.parts.scaling.ensure([this.variant]);
  }

  /** What is retired is deleted at once; only models whose deletion failed are left. */
  async prune(): Promise<void> {
    const { hosting } = this.parts;
    const configs = await hosting.configNames();
    const models = await hosting.modelNames();
    const own = models.filter((name) => releaseNamed(hosting.endpointName, name));
    // The newest may be on its way to get its configuration.
    for (const name of own.slice(1)) if (!configs.includes(name)) await hosting.deleteModel(name);
  }

  private async look(): Promise<Look> {
    const { hosting, clock } = this.parts;
    const sight = await lookAt(hosting, this.record, clock());
    const condition = conditionOf(sight);
    this.failure = sight.endpoint?.FailureReason;
    this.variant = sight.variants[0]?.VariantName ?? LIVE;
    const placed = sight.endpoint ? await hosting.configNames() : [];
    const last = lastOf(sight, condition);
    const view = { ...viewOf(sight, condition, this.deploymentsOf(sight, condition, placed)), ...(last && { last }) };
    return { sight, condition, view };
  }

  /** Without an endpoint nothing is deployed, whatever configurations are left. */
  private deploymentsOf(sight: Sight, condition: Condition, placed: readonly string[]): readonly Deployment[] {
    const { asked } = sight.kept.document;
    if (!sight.endpoint && condition === 'changing' && asked?.operation === 'place') {
      const [version, revision] = asked.deployment.split('-') as [string, string];
      return [{ id: asked.deployment, version, revision, state: 'creating', share: 0 }];
    }
    const state = stateOf(sight, condition);
    const used = serving(sight).map(({ id, version, revision }): Deployment => {
      return { id, version, revision, state, share: state === 'ready' ? 100 : 0 };
    });
    const idle = placed
      .flatMap((name) => releaseNamed(this.parts.hosting.endpointName, name) ?? [])
      .filter(({ id }) => !used.some((each) => each.id === id))
      .map((named): Deployment => ({ ...named, state: 'ready', share: 0 }));
    return [...used, ...idle];
  }

  private ask({ sight }: Look, asking: Asking, send: () => Promise<void>): Promise<void> {
    return this.record.ask(sight.kept, asking, this.parts.clock(), send);
  }

  private async removeEndpoint(look: Look): Promise<void> {
    await this.parts.scaling.release([this.variant]);
    await this.ask(look, { operation: 'remove' }, () => this.parts.hosting.delete());
  }

  /** Of a deployment that is placed: its model has the same name. */
  private configOf(deployment: string): string {
    return releaseName(this.parts.hosting.endpointName, deployment);
  }

  /** As many as serve now: the update would otherwise begin with the fewest, and with the load of all. */
  private replicas({ endpoint }: Sight): number {
    const { serving: kind } = this.parts.settings;
    const now = summaryOf(endpoint, this.variant)?.DesiredInstanceCount ?? 0;
    return Math.max(firstReplicas(kind), Math.min(now, kind.replicas.max));
  }

  /** SageMaker changes the machine of no variant that is a scalable target. */
  private async releaseForOtherMachine({ variants }: Sight, config: string): Promise<void> {
    const [next] = await this.parts.hosting.variants(config);
    if (variants.some((now) => now.InstanceType !== next?.InstanceType))
      await this.parts.scaling.release([this.variant]);
  }

  private guard(): DeploymentConfig | undefined {
    const { serving: kind } = this.parts.settings;
    return kind.kind === 'real-time' && kind.guardrails ? deploymentConfig(kind.guardrails) : undefined;
  }
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html */
function deploymentConfig({ canary, waitSeconds, alarms }: Guardrails): DeploymentConfig {
  const atOnce = canary >= 100;
  return {
    BlueGreenUpdatePolicy: {
      TrafficRoutingConfiguration: {
        Type: atOnce ? 'ALL_AT_ONCE' : 'CANARY',
        ...(!atOnce && { CanarySize: { Type: 'CAPACITY_PERCENT', Value: canary } }),
        WaitIntervalInSeconds: waitSeconds,
      },
      // The old machines stay as long again: after the last step, too, an alarm leads back to them.
      TerminationWaitInSeconds: waitSeconds,
      MaximumExecutionTimeoutInSeconds: Math.min(28_800, 2 * waitSeconds + START_SECONDS),
    },
    AutoRollbackConfiguration: { Alarms: alarms.map((AlarmName) => ({ AlarmName })) },
  };
}

/** How the last change ended. SageMaker shows a change that it took back only by the configuration that it uses. */
function lastOf(sight: Sight, condition: Condition): Endpoint['last'] {
  const { asked } = sight.kept.document;
  if (!asked?.begun || condition === 'changing') return undefined;
  if (asked.operation !== 'place' && asked.operation !== 'switch') return undefined;
  const { deployment } = asked;
  if (condition !== 'serving') return { deployment, outcome: 'failed' };
  return { deployment, outcome: hasLanded(sight, asked) ? 'done' : 'rolledBack' };
}
