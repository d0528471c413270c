/** What becomes of what is asked of the endpoint: creation, updates, rollbacks and deletion, which take minutes. */
import { releaseNamed, type Named } from '../../../constructs/aws/release-names';
import type { Time } from '../../../runtime/loop/platform';
import { ENDPOINT, GUARDRAILS, MINUTE } from './settings';
import type { World } from './world';

interface Operation {
  endsAt: Time;
  readonly how: 'done' | 'rolledBack' | 'failed';
  /** When it is seen to go wrong, before it is over. */
  turnsAt?: Time;
  /** What it would bring. */
  readonly brings: readonly Named[];
}

export class Life {
  private operation: Operation | undefined;
  /** It has answered requests. */
  hasServed = false;
  /** How often a deployment failed to start, by id. */
  readonly failures = new Map<string, number>();
  /** Deployments whose traffic SageMaker took back: those that were not noticed yet, and all. */
  readonly rolledBack = new Set<string>();
  readonly everRolledBack = new Set<string>();
  /** Since when a deployment has its present share. */
  readonly changes = new Map<string, Time>();

  constructor(private readonly world: World) {}

  get isBusy(): boolean {
    return this.operation !== undefined;
  }

  next(): Time {
    return this.operation ? (this.operation.turnsAt ?? this.operation.endsAt) : Infinity;
  }

  /** After every request: what it has begun. `guarded`: SageMaker's own alarms may undo it. */
  begin(guarded: boolean): void {
    const { status = 'InService' } = this.world.endpoints.endpoint ?? {};
    if (this.operation || !['Creating', 'Updating', 'Deleting'].includes(status)) return;
    this.operation = status === 'Deleting' ? this.deletion() : this.change(status === 'Creating', guarded);
    this.world.umpire.count(`${status}: ${this.operation.how}`);
  }

  continue(): void {
    const { world, operation } = this;
    if (!operation || this.next() > world.now) return;
    if (operation.turnsAt !== undefined) {
      delete operation.turnsAt;
      world.endpoints.endpoint!.status = 'RollingBack';
      return;
    }
    this.operation = undefined;
    const before = world.served();
    world.endpoints.end(operation.how);
    if (operation.how !== 'done') this.goWrong(operation);
    this.noteChanges(before);
    world.umpire.checkEndpoint('the end of an operation');
  }

  /** Somebody who may do so ends what is stuck. */
  private deletion(): Operation {
    return { endsAt: this.world.now + this.minutes(1, 5), how: 'done', brings: [] };
  }

  private change(isNew: boolean, guarded: boolean): Operation {
    const { world } = this;
    const brings = this.brought();
    const dies = brings.some(
      ({ version, revision }) => world.nature(version) === 'stillborn' || world.broken.has(revision),
    );
    const fails = dies || world.chance(world.calm ? 0 : 0.1);
    if (isNew) return { endsAt: world.now + this.minutes(3, 15), how: fails ? 'failed' : 'done', brings };
    // The new machines get requests, and the platform's alarms ring.
    const rings = guarded && brings.some(({ version }) => world.isSick(version) || world.storm);
    const bakes = guarded ? 2 * GUARDRAILS.waitSeconds * 1000 : 0;
    const endsAt = world.now + this.minutes(2, brings.length > 0 ? 20 : 6) + bakes;
    const how = fails || rings ? 'rolledBack' : 'done';
    return { endsAt, how, brings, ...(how !== 'done' && { turnsAt: endsAt - MINUTE }) };
  }

  /** What the configuration that is asked for has, and the one in use has not. */
  private brought(): readonly Named[] {
    const { endpoint, configs } = this.world.endpoints;
    const modelsOf = (config: string | undefined) =>
      (config === undefined ? undefined : configs.get(config))?.ProductionVariants.map((each) => each.ModelName!) ?? [];
    const now = endpoint!.status === 'Creating' ? [] : modelsOf(endpoint!.config);
    const names = modelsOf(endpoint!.pending).filter((name) => !now.includes(name));
    return names.flatMap((name) => releaseNamed(ENDPOINT, name) ?? []);
  }

  private goWrong({ how, brings }: Operation): void {
    const { world } = this;
    for (const { id, version, revision } of brings) {
      this.failures.set(id, (this.failures.get(id) ?? 0) + 1);
      if (how !== 'rolledBack' || world.rollout !== 'native') continue;
      this.everRolledBack.add(version);
      world.umpire.count('rolled back by the platform');
      // Without its mark the trial was judged before, and a person may have overruled that.
      if (world.versions.get(version)?.trial?.revision !== revision) continue;
      // The answer was lost, and nobody looked while it was under way: it looks as if it had never been asked for.
      if (this.isUnheard(id)) continue;
      this.rolledBack.add(id);
      world.versions.burn({ version, revision });
    }
  }

  /** By the record, where there is one: whoever keeps none should have. */
  private isUnheard(id: string): boolean {
    const text = this.world.s3.objects.get('loop/online/endpoint.json')?.body.toString('utf8');
    const { asked } = JSON.parse(text ?? '{}') as { readonly asked?: { deployment?: string; begun: boolean } };
    return asked?.deployment === id && !asked.begun;
  }

  /** After every request and operation that may have moved traffic. */
  noteChanges(before: ReturnType<World['served']>): void {
    const { world } = this;
    const after = world.served();
    const shareIn = (list: typeof before, id: string) => list.find((each) => each.id === id)?.share ?? 0;
    for (const id of new Set([...before, ...after].map((each) => each.id)))
      if (Math.abs(shareIn(before, id) - shareIn(after, id)) > 0.01) this.changes.set(id, world.now);
    if (world.endpoints.endpoint?.status === 'InService' && after.some(({ share }) => share > 0)) this.hasServed = true;
    world.traffic.note();
  }

  changedAt(id: string): Time {
    return this.changes.get(id) ?? -Infinity;
  }

  private minutes(least: number, most: number): number {
    return (least + this.world.random() * (most - least)) * MINUTE;
  }
}
