/**
 * A real-time endpoint whose traffic the loop moves. `UpdateEndpoint` places and retires, weights move the traffic. SageMaker makes a
 * new fleet for each update, so what serves goes on serving meanwhile.
 */
import type { ServedEndpoint } from '../../runtime/cloud/parts';
import { checkRevision, refuseUnless, refuseUnready } from '../../runtime/cloud/slots';
import { Refused, type Action, type Endpoint } from '../../runtime/loop/platform';
import { configRequest, firstReplicas, modelRequest, newVariant, type Variant } from './endpoint-config.runtime';
import { endpointRecord, type Asking, type EndpointRecord } from './endpoint-record.runtime';
import { conditionOf, lookAt, serving, viewOf, type Condition, type Sight } from './endpoint-sight.runtime';
import { asItIs, deploymentsOf, freeSlot, growthFor } from './endpoint-slots.runtime';
import { pruneReleases } from './prune.runtime';
import type { EndpointParts } from './served-endpoint.runtime';
import type { Serving } from './settings';

interface Look {
  readonly sight: Sight;
  readonly condition: Condition;
  readonly view: Endpoint;
}

export class SteppedEndpoint implements ServedEndpoint {
  private readonly record: EndpointRecord;
  private variants: ReadonlyMap<string, string> = new Map();
  failure: string | undefined;

  constructor(
    private readonly parts: EndpointParts,
    private readonly machine: Extract<Serving, { kind: 'real-time' }>,
  ) {
    this.record = endpointRecord(parts.store, parts.settings.endpoint);
  }

  async view(): Promise<Endpoint> {
    return (await this.look()).view;
  }

  figuresOf(deployment: string): string | undefined {
    return this.variants.get(deployment);
  }

  async place({ id, version, revision, ifMatch }: Extract<Action, { do: 'place' }>): Promise<void> {
    const { settings, hosting, modelOf } = this.parts;
    const look = await this.look();
    if (look.view.deployments.some((each) => each.id === id)) return;
    refuseUnless(look.view, ifMatch);
    const { variants } = look.sight;
    const slot = freeSlot(look.sight);
    if (slot === undefined) throw new Refused('both slots are taken: retire one first');
    checkRevision(id, revision, settings);
    await hosting.makeModel(modelRequest(settings, id, await modelOf(version)));
    // The first one serves at once: SageMaker takes no endpoint without traffic.
    const begins = { weight: variants.length > 0 ? 0 : 100, replicas: firstReplicas(this.machine) };
    const config = await this.configOf(look, [...variants, newVariant(settings, slot, id, begins)]);
    await this.ask(look, { operation: 'place', deployment: id, config }, () =>
      look.condition === 'absent' ? hosting.create(config) : hosting.update(config),
    );
  }

  async shift({ shares, guarded, ifMatch }: Extract<Action, { do: 'shift' }>): Promise<void> {
    const { hosting } = this.parts;
    const look = await this.look();
    const present = serving(look.sight);
    const isSo = present.every(({ id, share }) => share === (shares[id] ?? 0));
    if (isSo && present.length > 0 && look.condition === 'serving') return;
    refuseUnless(look.view, ifMatch);
    refuseUnready(shares, look.view.deployments);
    // Whoever flees from what is bad does not wait for machines.
    const growth = guarded ? growthFor(look.sight, shares, this.machine.replicas) : undefined;
    if (growth) {
      const { id, variant, replicas } = growth;
      await this.ask(look, { operation: 'grow', deployment: id, replicas }, () =>
        hosting.adjust([{ VariantName: variant, DesiredInstanceCount: replicas }]),
      );
      throw new Refused(`${id} gets ${replicas} replicas first`);
    }
    await this.ask(look, { operation: 'shift', shares }, () =>
      hosting.adjust(present.map(({ id, variant }) => ({ VariantName: variant, DesiredWeight: shares[id] ?? 0 }))),
    );
  }

  async retire({ id, ifMatch }: Extract<Action, { do: 'retire' }>): Promise<void> {
    const { hosting, scaling } = this.parts;
    const look = await this.look();
    const deployment = look.view.deployments.find((each) => each.id === id);
    if (!deployment || deployment.state === 'deleting') return;
    refuseUnless(look.view, ifMatch);
    if (deployment.share > 0) throw new Refused(`${id} has ${deployment.share} % of the traffic`);
    if (look.condition === 'down') return await this.removeAll(look);
    const leaves = serving(look.sight).find((each) => each.id === id);
    // It never came into the configuration in use.
    if (!leaves) return await this.record.forget(look.sight.kept);
    const stay = look.sight.variants.filter(({ VariantName }) => VariantName !== leaves.variant);
    if (stay.length === 0) return await this.removeAll(look);
    const config = await this.configOf(look, stay);
    await this.ask(look, { operation: 'retire', deployment: id, config }, async () => {
      // SageMaker removes no variant that is a scalable target.
      await scaling.release([leaves.variant]);
      await hosting.update(config);
    });
  }

  async remove(): Promise<void> {
    const look = await this.look();
    if (look.condition !== 'absent') await this.removeAll(look);
  }

  async tend(): Promise<void> {
    const { condition, sight } = await this.look();
    if (condition !== 'serving') return;
    // What is there at an older revision keeps what it was given.
    const own = serving(sight).filter(({ revision }) => revision === this.parts.settings.revision);
    await this.parts.scaling.ensure(own.map(({ variant }) => variant));
  }

  async prune(): Promise<void> {
    const { hosting } = this.parts;
    await pruneReleases(hosting, (await this.look()).sight);
  }

  private async look(): Promise<Look> {
    const { hosting, clock } = this.parts;
    const sight = await lookAt(hosting, this.record, clock());
    const condition = conditionOf(sight);
    this.failure = sight.endpoint?.FailureReason;
    this.variants = new Map(serving(sight).map(({ id, variant }) => [id, variant]));
    return { sight, condition, view: viewOf(sight, condition, deploymentsOf(sight, condition)) };
  }

  private ask({ sight }: Look, asking: Asking, send: () => Promise<void>): Promise<void> {
    return this.record.ask(sight.kept, asking, this.parts.clock(), send);
  }

  private async configOf({ sight }: Look, variants: readonly Variant[]): Promise<string> {
    const request = configRequest(
      this.parts.settings,
      variants.map((variant) => asItIs(sight, variant)),
    );
    await this.parts.hosting.makeConfig(request);
    return request.EndpointConfigName!;
  }

  private async removeAll(look: Look): Promise<void> {
    await this.parts.scaling.release(look.sight.variants.map(({ VariantName }) => VariantName));
    await this.ask(look, { operation: 'remove' }, () => this.parts.hosting.delete());
  }
}
