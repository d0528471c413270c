/**
 * One random history: two loops live through events, then the world calms down and must come to rest.
 */
import type { LoopSpec } from '../../runtime/loop/loop-spec';
import type { Platform } from '../../runtime/loop/platform';
import { reconcile } from '../../runtime/loop/reconcile';
import { specOf, type Case, type HistoryEvent } from './cases';
import { inside, type Between } from './lab';
import { interfere, isInterference } from './people';
import { Crash, port, type Gate } from './port';
import { unrest } from './rest';
import { DAY, HOUR, MINUTE } from './settings';
import { advance } from './time';
import { World } from './world';

/** What a test puts between the loop and its world. */
export interface Lab {
  /** Changes the platform of one look. */
  readonly platform?: (platform: Platform, world: World) => Platform;
  readonly decide?: Between;
}

type Actor = 0 | 1;
interface Pending {
  /** Lets the next call through; true when the look has ended. */
  readonly step: () => Promise<boolean>;
}

export class History {
  readonly world: World;
  private readonly specs: [LoopSpec, LoopSpec];
  private readonly clocks: [number, number] = [0, 0];
  private readonly pending: Pending[] = [];

  constructor(
    private readonly given: Case,
    private readonly lab: Lab = {},
  ) {
    const spec = specOf(given);
    this.specs = [spec, spec];
    const rollout = given.native ? 'native' : 'stepped';
    const options = { rollout, autoShare: given.autoShare || given.native, slow: given.slow } as const;
    this.world = new World(options, () => this.newest(), random(given.seed));
  }

  async run(): Promise<World> {
    inside(this.world, this.lab.decide);
    for (const event of this.given.events) {
      this.world.seq++;
      await this.happen(event);
    }
    for (const p of this.pending) while (!(await p.step()));
    await this.calmDown();
    return this.world;
  }

  private newest(): LoopSpec {
    return this.specs[0].generation >= this.specs[1].generation ? this.specs[0] : this.specs[1];
  }

  // ---- looks

  private open(actor: Actor, gate?: Gate): Promise<number> {
    const { world } = this;
    const plain = port(world, gate);
    const platform = this.lab.platform?.(plain, world) ?? plain;
    const clock = (): number => world.now + this.clocks[actor];
    return reconcile(platform, this.specs[actor], clock).then(
      (outcome) => outcome.events.length,
      (error: unknown) => {
        if (error instanceof Crash) return -1;
        throw error;
      },
    );
  }

  private async crash(actor: Actor, after: number): Promise<void> {
    let calls = 0;
    await this.open(actor, () => {
      if (calls++ >= after) throw new Crash();
    });
  }

  private begin(actor: Actor): void {
    const waiting: (() => void)[] = [];
    let ended = false;
    void this.open(actor, () => new Promise<void>((resolve) => waiting.push(resolve))).then(() => (ended = true));
    const step = async (): Promise<boolean> => {
      waiting.shift()?.();
      await new Promise(setImmediate);
      return ended;
    };
    this.pending.push({ step });
  }

  private async step(i: number, calls: number): Promise<void> {
    for (let n = 0; n < calls; n++)
      if (await this.pending[i]?.step()) {
        this.pending.splice(i, 1);
        return;
      }
  }

  // ---- events

  private async happen({ kind, a, b }: HistoryEvent): Promise<void> {
    const { world } = this;
    const actor: Actor = a % 2 === 0 ? 0 : 1;
    if (isInterference(kind)) return interfere(world, kind, a, b);
    switch (kind) {
      case 'wait':
        return advance(world, (WAITS[a % WAITS.length] ?? HOUR) * (0.5 + b / 1000));
      case 'days':
        for (let i = 0; i < 2 + (a % 10); i++) {
          advance(world, (1 + (b % 12)) * HOUR);
          await this.open(world.chance(0.7) ? actor : ((1 - actor) as Actor));
        }
        return;
      case 'look':
        await this.open(actor);
        return;
      case 'begin':
        if (this.pending.length < 3) this.begin(actor);
        return this.step(this.pending.length - 1, b % 12);
      case 'step':
        return this.step(a % (this.pending.length || 1), 1 + (b % 4));
      case 'crash':
        return this.crash(actor, 8 + (b % 16));
      case 'twice':
        return void (await Promise.all([this.open(0), this.open(1)]));
      case 'watch':
        return this.watch();
      case 'clock':
        this.clocks[actor] = ((b % 21) - 10) * MINUTE;
        return;
      case 'deploy':
        return this.deploy(actor, b);
    }
  }

  /** One loop, or both, get a new generation; sometimes one only catches up with the other. */
  private deploy(actor: Actor, b: number): void {
    const newest = this.newest();
    const next = {
      ...newest,
      generation: newest.generation + 1,
      revision: `r${1 + (b % 3)}`,
      code: b % 7 ? newest.code : `c${b % 5}`,
    };
    this.specs[actor] = b % 3 === 0 ? newest : next;
    if (b % 2) this.specs[1 - actor] = this.specs[actor];
  }

  /** Two undisturbed looks: what is sick, unproven and replaceable must have no traffic afterwards. */
  private async watch(): Promise<void> {
    const { world } = this;
    const { failing, operation } = world;
    world.failing = 0;
    const actor = this.specs[0].generation >= this.specs[1].generation ? 0 : 1;
    await this.open(actor);
    await this.open(actor);
    world.failing = failing;
    if (operation || world.operation || world.quiet || world.storm) return;
    for (const d of world.deployments.values()) {
      const recently = Math.max(world.changedAt(d.id), world.memory?.step?.since ?? Infinity) > world.now - 40 * MINUTE;
      if (d.share === 0 || world.isSettled(d) || recently || !world.isSick(d.version)) continue;
      const others = [...world.deployments.values()].filter(
        (x) => x.id !== d.id && x.state === 'ready' && world.isSound(x),
      );
      const replaceable = others.some((x) => world.versions.get(x.version)?.live);
      const suffersToo = others.some((x) => x.share > 0 && world.isSick(x.version));
      world.umpire.demand(4, !replaceable || suffersToo, `${d.id} is sick and has ${d.share} % after a look`);
    }
  }

  // ---- the end

  private async calmDown(): Promise<void> {
    const { world } = this;
    world.calm = true;
    world.failing = 0;
    world.quiet = false;
    world.storm = false;
    world.drift = 0;
    world.data = { newest: world.now };
    world.alarms.delete('complaints');
    this.clocks.fill(0);
    for (const [version, nature] of world.natures) if (nature === 'dark') world.heal(version);
    for (const v of world.versions.values()) if (v.status === 'pending') world.setStatus(v.name, 'approved');
    const last = this.newest();
    const revision = this.given.seed % 3 ? 'r9' : last.revision;
    const spec: LoopSpec = {
      ...last,
      generation: last.generation + 1,
      revision,
      schedule: false,
      approval: 'automatic',
      // To hold is to wait for a person, who would be needed to come to rest.
      rollout: { ...last.rollout, whenIdle: 'advance' },
      teardown: this.given.teardown,
    };
    this.specs.fill(spec);
    for (let looks = 0, still = 0; still < 4; looks++) {
      advance(world, 3 * HOUR);
      // A champion that is sick itself is no measure for others: it recovers.
      for (const v of world.versions.values()) if (v.live) world.heal(v.name);
      await this.open(looks % 2 === 0 ? 0 : 1);
      const why = unrest(world);
      still = why ? 0 : still + 1;
      if (looks < 400) continue;
      return world.umpire.demand(7, false, `does not come to rest: ${why ?? 'nothing is still'}`);
    }
  }
}

const WAITS = [MINUTE, MINUTE, 7 * MINUTE, HOUR, HOUR, 5 * HOUR, 5 * HOUR, DAY, DAY, 9 * DAY, 40 * DAY];

/** Mulberry32: the same numbers on every machine. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
