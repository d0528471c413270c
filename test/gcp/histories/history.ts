/** One random history: processes of the loop's service live through events, then the world calms down and must come to rest. */
import { random } from '../../loop/random';
import type { Time } from '../../../runtime/loop/platform';
import type { Case, HistoryEvent } from './cases';
import { calmDown, interfere, isInterference, ring, WAITS } from './people';
import { Process, TIMEOUT, type Lab } from './process';
import { unrest } from './rest';
import { HOUR, MINUTE, settingsOf, specOf, type Deployed } from './settings';
import { World } from './world';

/** Two services that may look at the same time: of one deployment, or of two. */
type Actor = 0 | 1;

interface Pending {
  readonly process: Process;
  /** Lets the next call through; true when the looks have ended. */
  readonly step: () => Promise<boolean>;
}

/** So many looks after the world calmed down it must have come to rest. */
const MOST_LOOKS = 150;

export class History {
  readonly world: World;
  /** What looks threw, by its words. */
  readonly errors = new Map<string, number>();
  private readonly actors: [Deployed, Deployed];
  private newest: Deployed;
  private readonly released: Deployed[];
  private readonly clocks: [number, number] = [0, 0];
  /** Processes that wait for the next event. */
  private readonly warm: [Process | undefined, Process | undefined] = [undefined, undefined];
  private pending: Pending[] = [];

  constructor(
    private readonly given: Case,
    private readonly lab: Lab = {},
  ) {
    this.world = new World(given, () => this.newest, random(given.seed));
    this.newest = { spec: specOf(given), settings: settingsOf(given, this.world.policies) };
    this.actors = [this.newest, this.newest];
    this.released = [this.newest];
    this.world.release(this.newest);
  }

  async run(): Promise<World> {
    for (const event of this.given.events) {
      this.world.seq++;
      await this.happen(event);
      if (this.lab.isOver?.(this.world)) return this.world;
    }
    for (const { step } of this.pending) while (!(await step()));
    await this.calmDown();
    return this.world;
  }

  // ---- looks

  private open(actor: Actor): Process {
    const warm = this.warm[actor];
    const deployed = this.actors[actor];
    if (warm?.isAlive && warm.begun === undefined && warm.deployed === deployed) return warm;
    const clock = (): Time => this.world.now + this.clocks[actor];
    return (this.warm[actor] = new Process(this.world, deployed, clock, this.lab));
  }

  private async look(actor: Actor, calls?: number): Promise<void> {
    this.note(await this.open(actor).run({ ...(calls !== undefined && { calls }) }));
  }

  private note(error: unknown): void {
    if (error === undefined) return;
    const { name, message } = error as Error;
    const text = `${name}: ${message}`.replaceAll(/[0-9a-f]{8,}|\d+/g, '#');
    this.errors.set(text, (this.errors.get(text) ?? 0) + 1);
    const { umpire, calm } = this.world;
    if (calm) umpire.demand(7, false, `a look fails though nothing does: ${text}`);
    if (/^(Type|Range|Reference|Syntax)Error/.test(text)) umpire.demand(5, false, (error as Error).stack ?? text);
  }

  private begin(actor: Actor): void {
    const waiting: (() => void)[] = [];
    let ended = false;
    const process = this.open(actor);
    const gate = async (): Promise<void> => {
      if (!ended) await new Promise<void>((resolve) => waiting.push(resolve));
    };
    void process.run({ gate }).then((error) => {
      ended = true;
      // What was under way beside what failed goes on when the process is woken again.
      for (const go of waiting) go();
      this.note(error);
    });
    const step = async (): Promise<boolean> => {
      // What nothing waits for is lost with its process.
      if (this.world.now - (process.begun ?? this.world.now) > TIMEOUT) process.kill();
      waiting.shift()?.();
      await settle();
      return ended;
    };
    this.pending.push({ process, step });
  }

  private async step(i: number, calls: number): Promise<void> {
    const pending = this.pending[i];
    for (let n = 0; pending && n < calls; n++)
      if (await pending.step()) {
        this.pending = this.pending.filter((each) => each !== pending);
        return;
      }
  }

  private async twice(): Promise<void> {
    this.begin(0);
    this.begin(1);
    const both = this.pending.slice(-2);
    while (both.some((each) => this.pending.includes(each)))
      await this.step(this.pending.indexOf(both[this.world.below(2)]!), 1);
  }

  // ---- events

  private async happen({ kind, a, b }: HistoryEvent): Promise<void> {
    const { world } = this;
    const actor: Actor = a % 2 === 0 ? 0 : 1;
    if (isInterference(kind)) return interfere(world, kind, a, b);
    switch (kind) {
      case 'wait':
        return world.advance(WAITS[a % WAITS.length]! * (0.5 + b / 1000));
      case 'days':
        for (let i = 0; i < 2 + (a % 4); i++) {
          world.advance((0.3 + (b % 12)) * HOUR);
          await this.look(world.chance(0.7) ? actor : ((1 - actor) as Actor));
        }
        return;
      case 'look':
        return this.look(actor);
      case 'begin':
        if (this.pending.length < 3) this.begin(actor);
        return this.step(this.pending.length - 1, b % 20);
      case 'step':
        return this.step(a % (this.pending.length || 1), 1 + (b % 12));
      case 'crash':
        return this.look(actor, b % 45);
      case 'twice':
        return this.twice();
      case 'cold':
        this.warm.fill(undefined);
        return this.look(actor);
      case 'watch':
        return this.watch();
      case 'decline':
        return this.decline(b);
      case 'down':
        return this.down(b);
      case 'clock':
        this.clocks[actor] = ((b % 5) - 2) * MINUTE;
        return;
      case 'deploy':
        return this.deploy(actor, b);
    }
  }

  /** The program is run again: one service is another, or both; sometimes it goes back to what was there before. */
  private deploy(actor: Actor, b: number): void {
    const { world, newest } = this;
    const { settings } = newest;
    const back = b % 5 === 0 ? this.released.at(-2) : undefined;
    const deployment = `d${this.released.length + 1}`;
    const revision = `a000000${1 + (b % 4)}`;
    const code = b % 7 ? settings.code : `c${b % 5}`;
    this.newest = back ?? { ...newest, settings: { ...settings, deployment, revision, code } };
    this.released.push(this.newest);
    this.actors[actor] = this.newest;
    if (b % 2) this.actors[1 - actor] = this.newest;
    world.release(this.newest);
  }

  /** Undisturbed looks: what is sick, unproven and replaceable must have no traffic afterwards. */
  private async watch(): Promise<void> {
    const { world } = this;
    world.disturb(0);
    const actor = this.actors[0] === this.newest ? 0 : 1;
    this.actors[actor] = this.newest;
    for (let i = 0; i < 3; i++) {
      world.advance(10 * MINUTE);
      await this.look(actor);
    }
    world.disturb(0.03);
    if (world.isBusy || world.quiet || world.storm) return;
    for (const d of world.served()) {
      const recently = world.changedAt(d.id) > world.now - 90 * MINUTE;
      if (d.share === 0 || world.versions.isSettled(d) || recently || !world.wasSick(d.version, world.seq)) continue;
      const others = world.served().filter((other) => other.id !== d.id && world.versions.isSound(other));
      const replaceable = others.some((other) => world.versions.get(other.version)?.live);
      const suffersToo = others.some((other) => other.share > 0 && world.isSick(other.version));
      world.umpire.demand(4, !replaceable || suffersToo, `${d.id} is sick and has ${d.share} % after a look`);
    }
  }

  /** The world changes, or the business complains, for as long as it takes to rest, to be sure, and to train again. */
  private async decline(b: number): Promise<void> {
    const { world } = this;
    const { drift } = world;
    if (b % 2) ring(world, 'revenue', true);
    else world.drift = 0.95;
    for (let i = 0; i < 7; i++) {
      world.advance((9 + (b % 11)) * HOUR);
      await this.look(i % 2 === 0 ? 0 : 1);
    }
    world.drift = drift;
  }

  /** Taken down, and left alone for an hour or two: nothing is paid for any more. */
  private async down(b: number): Promise<void> {
    const { world } = this;
    if (b % 2) return;
    world.turn('down');
    world.disturb(0);
    const actor = this.actors[0] === this.newest ? 0 : 1;
    this.actors[actor] = this.newest;
    for (let i = 0; i < 9; i++) {
      world.advance(15 * MINUTE);
      await this.look(actor);
    }
    world.disturb(0.03);
    const left = [...world.served().map(({ id }) => id), ...world.inFlight()];
    world.umpire.demand(8, left.length === 0, `${left.join(', ')} is paid for, and the endpoint is down`);
    world.umpire.count('down');
    if (b % 4) world.turn('up');
  }

  // ---- the end

  private async calmDown(): Promise<void> {
    const { world } = this;
    calmDown(world);
    this.clocks.fill(0);
    const { settings } = this.newest;
    const revision = this.given.seed % 3 ? 'a0000009' : settings.revision;
    this.newest = { spec: specOf(this.given, true), settings: { ...settings, revision, deployment: 'last' } };
    this.actors.fill(this.newest);
    world.release(this.newest);
    for (let looks = 0, still = 0; still < 3; looks++) {
      world.advance(3 * HOUR);
      // A champion that is sick itself is no measure for others: it recovers.
      for (const { name, live } of world.versions.all()) if (live) world.be(name, 'good');
      await this.look(looks % 2 === 0 ? 0 : 1);
      if (this.lab.isOver?.(world)) return;
      const why = unrest(world);
      still = why ? 0 : still + 1;
      if (looks > (this.lab.mostLooks ?? MOST_LOOKS))
        return world.umpire.demand(7, false, `does not come to rest: ${why ?? 'nothing is still'}`);
    }
  }
}

/** Everything that was let through has gone as far as it can. */
async function settle(): Promise<void> {
  for (let i = 0; i < 6; i++) await new Promise(setImmediate);
}
